"""What a step needs to have come out: otherwise the check that takes it ends without a verdict on its own rule."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.drivers.errors import RefusedError
from conformance.drivers.model import STRICT_FIELDS, CallOutcome, Status
from conformance.suite.desk.apart import (
    ASKED_AGAIN,
    CALL_OF_HOLDER,
    DIFFERS_FROM_CHECKED,
    NotOfferedError,
)
from conformance.suite.desk.routes import DISQUALIFYING, OWNER, WITH_INS
from conformance.suite.desk.wire import asked
from conformance.suite.desk.words import FIELD, seen
from conformance.verdicts import UndecidedError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conformance.drivers.model import InsiCall, Patient, PatientTraits
    from conformance.suite.desk.routes import Route
    from conformance.suite.desk.standing import Standing
    from simulator.client import ExchangeView


def need_no_exemption(now: Patient, answer: InsiCall | RefusedError) -> None:
    """Make sure that a call which was not made is none for an identity that has its INS: no text asks for that one.

    Raises:
        NotOfferedError: it is one. The rules are judged at the other statuses.
    """
    has_ins = now.status in WITH_INS
    if not has_ins or DISQUALIFYING & now.attributes:
        return
    raise NotOfferedError(
        CALL_OF_HOLDER,
        f"le logiciel n'appelle pas INSi pour une identité qui a son INS ({now.status}) : {answer.message}",
        f"the software does not call INSi for an identity that has its INS ({now.status}): {answer.message}",
    )


def need_another_question(
    now: Patient, answer: InsiCall | RefusedError, earlier: ExchangeView | None
) -> None:
    """Make sure that a call which was not made is none with the traits that INSi did not know, or knew several of, before.

    Raises:
        NotOfferedError: it is one: the user may correct the criteria (CAL-09), and has not.
    """
    if earlier is None or DISQUALIFYING & now.attributes:
        return
    before = asked(earlier)
    names = " ".join(before["first_names"])
    is_same = (now.birth_name, now.birth_date, now.sex) == tuple(
        before[name] for name in ("birth_name", "birth_date", "sex")
    )
    if is_same and names in {now.first_name, now.first_names}:
        raise NotOfferedError(
            ASKED_AGAIN,
            f"le logiciel ne pose pas deux fois la même question à INSi : {answer.message}",
            f"the software does not ask INSi the same question twice: {answer.message}",
        )


def need_no_new_check(desk: Standing, call: InsiCall, refusal: RefusedError) -> None:
    """Make sure that a refused acceptance is none of an answer that differs from an identity checked against a document.

    Raises:
        NotOfferedError: it is one: what becomes of it is a policy (RSP-18).
    """
    if (
        not call.patient_id
        or desk.lgo.read_patient(call.patient_id, actor=desk.user).status is not Status.VALI
    ):
        return
    lines = desk.lgo.read_proposal(call.id, actor=desk.user).fields
    if any(line.local and line.insi and line.different for line in lines if line.field in STRICT_FIELDS):
        raise NotOfferedError(
            DIFFERS_FROM_CHECKED,
            f"refusé pour une identité validée qui diffère de celle d'INSi : {refusal.message}",
            f"refused for an identity validée that differs from that of INSi: {refusal.message}",
        ) from refusal


def held_already(desk: Standing, call: InsiCall) -> Patient | None:
    """Return the file of a call whose answer it holds to the letter, by its comparison: there is nothing to accept then."""
    if not call.patient_id:
        return None
    patient = desk.lgo.read_patient(call.patient_id, actor=desk.user)
    if not patient.matricule:
        return None
    try:
        lines = desk.lgo.read_proposal(call.id, actor=desk.user).fields
    except RefusedError:
        return None
    # What it says of a line is believed as far as the two values of the line bear it out.
    return (
        None if any(line.different or (line.local or "") != (line.insi or "") for line in lines) else patient
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
            depends_on=("RSP-01", "RSP-02"),
        )
    return call
