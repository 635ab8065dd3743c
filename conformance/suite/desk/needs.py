"""What a step needs to have come out: otherwise the check that takes it ends without a verdict on its own rule."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from conformance.drivers.errors import RefusedError
from conformance.drivers.model import Attribute, CallOutcome, Status
from conformance.suite.desk.apart import ATTRIBUTES, CALL_OF_QUALIFIED, DOWNGRADE, LOG, NotOfferedError
from conformance.suite.desk.routes import OWNER
from conformance.verdicts import UndecidedError

if TYPE_CHECKING:
    from conformance.drivers.model import InsiCall, Patient
    from conformance.suite.desk.routes import Route
    from conformance.suite.desk.steps import Desk


def shows(desk: Desk, patient: Patient, day: str) -> bool:
    """Tell whether a file just created is found, and whether the log speaks of anything, where the software has one."""
    if not any(each.id == patient.id for each in desk.search(birth_date=day)):
        return False
    has_entries = True
    with desk.if_offered(LOG), suppress(RefusedError):
        has_entries = bool(desk.lgo.read_audit_log(actor=desk.user))
    # Without a log there is nothing to wait for: no path that the check which comes first would miss.
    for missed in [each for each in desk.timeline.missed if each.path == LOG.name]:
        del desk.timeline.missed[missed]
    return has_entries


def need_no_exemption(desk: Desk, patient: Patient, answer: InsiCall | RefusedError) -> None:
    """Make sure that a call which was not made is none for an identité qualifiée: no text asks for that one.

    Raises:
        NotOfferedError: it is one. The rules are judged at the other statuses.
    """
    now = desk.read(patient)
    if now.status is not Status.QUAL or now.attributes & {Attribute.DOUTEUSE, Attribute.FICTIVE}:
        return
    raise NotOfferedError(
        CALL_OF_QUALIFIED,
        f"le logiciel n'appelle pas INSi pour une identité déjà qualifiée : {answer.message}",
        f"the software does not call INSi for an identity already qualifiée: {answer.message}",
    )


def lowered(desk: Desk, patient: Patient, to: Status | Attribute) -> Patient:
    """Have an identity lowered by hand, or marked, for what comes after it, and return the file.

    Raises:
        NotOfferedError: the software refuses it to an ordinary user: whoever may do it, the rule is judged without it.
    """
    path = DOWNGRADE if isinstance(to, Status) else ATTRIBUTES
    try:
        if isinstance(to, Status):
            desk.lgo.downgrade_status(patient.id, to, actor=desk.user)
        else:
            desk.lgo.set_attributes(patient.id, frozenset({to}), actor=desk.user)
    except RefusedError as refusal:
        raise NotOfferedError(
            path,
            f"refusé à un utilisateur ordinaire : {refusal.message}",
            f"refused to an ordinary user: {refusal.message}",
        ) from refusal
    return desk.read(patient)


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
