"""What a step needs to have come out: otherwise the check that takes it ends without a verdict on its own rule."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.drivers.model import Attribute, CallOutcome, Status
from conformance.suite.desk.apart import CALL_OF_QUALIFIED, NotOfferedError
from conformance.suite.desk.routes import OWNER
from conformance.verdicts import UndecidedError

if TYPE_CHECKING:
    from conformance.drivers.errors import RefusedError
    from conformance.drivers.model import InsiCall, Patient
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
