"""What a step needs to have come out: otherwise the check that takes it ends without a verdict on its own rule."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.drivers.model import Attribute, CallOutcome, Status
from conformance.suite.desk.apart import CALL_OF_QUALIFIED, NotOfferedError
from conformance.suite.desk.routes import OWNER
from conformance.suite.desk.words import FIELD, seen
from conformance.verdicts import UndecidedError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conformance.drivers.errors import RefusedError
    from conformance.drivers.model import InsiCall, Patient, PatientTraits
    from conformance.suite.desk.routes import Route


def need_no_exemption(now: Patient, answer: InsiCall | RefusedError) -> None:
    """Make sure that a call which was not made is none for an identité qualifiée: no text asks for that one.

    Raises:
        NotOfferedError: it is one. The rules are judged at the other statuses.
    """
    if now.status is not Status.QUAL or now.attributes & {Attribute.DOUTEUSE, Attribute.FICTIVE}:
        return
    raise NotOfferedError(
        CALL_OF_QUALIFIED,
        f"le logiciel n'appelle pas INSi pour une identité déjà qualifiée : {answer.message}",
        f"the software does not call INSi for an identity already qualifiée: {answer.message}",
    )


def need_status(patient: Patient, route: Route) -> None:
    """Make sure that the way led where it does: another rule judges that."""
    if patient.status is not route.status:
        raise UndecidedError(
            f"préparation impossible, le dossier ({route}) devait être {route.status} et il est {patient.status}",
            f"could not be prepared, the file ({route}) had to be {route.status} and it is {patient.status}",
            depends_on=OWNER[route],
        )


def need_typed(patient: Patient, traits: PatientTraits, others: Iterable[str]) -> None:
    """Make sure that a file shows what was typed: names, date, and ``others``.

    Without this a software could show one and the same patient to every check.
    """
    for name in ("birth_name", "first_name", "birth_date", *others):
        value, got = getattr(traits, name), getattr(patient, name)
        if value is not None and got != value:
            raise UndecidedError(
                f"préparation impossible, {FIELD[name].fr} saisi « {value} », relu « {seen(str(got))} »",
                f"could not be prepared, {FIELD[name].en} typed “{value}”, read “{seen(str(got))}”",
                depends_on=("FLD-01", "TRT-04"),
            )


def need_number(patient: Patient, number: str | None) -> Patient:
    """Make sure that a file holds the number that INSi returned, and return it."""
    if patient.matricule != number:
        raise UndecidedError(
            f"préparation impossible, INSi a rendu {number} et le dossier porte {patient.matricule or 'rien'}",
            f"could not be prepared, INSi returned {number} and the file holds {patient.matricule or 'nothing'}",
            depends_on=("RSP-02",),
        )
    return patient


def need_proposed(call: InsiCall) -> InsiCall:
    """Make sure that the identity found is proposed, and return the call."""
    if call.outcome is not CallOutcome.FOUND:
        raise UndecidedError(
            f"préparation impossible, INSi trouve le patient et le logiciel ne le propose pas : "
            f"{call.outcome}, {call.message}",
            f"could not be prepared, INSi finds the patient and the software does not propose it: "
            f"{call.outcome}, {call.message}",
            depends_on=("RSP-01",),
        )
    return call
