"""What the log, the histories and the worklist say of the others of a household, to whom nothing is done."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from conformance.drivers.model import Verb
from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.added import added
from conformance.suite.desk.apart import HISTORY, INS_HISTORY, VERIFICATION, path
from conformance.suite.desk.delivered import awaited
from conformance.suite.desk.log import without_others
from conformance.suite.desk.routes import Route
from conformance.suite.desk.snapshot import changes_of
from conformance.suite.states.changing_life import LOG
from conformance.suite.verification.elsewhere import answering, speaks_of, verify
from conformance.suite.verification.wire import KO
from conformance.verdicts import UndecidedError

if TYPE_CHECKING:
    from collections.abc import Collection

    from conformance.drivers.model import AuditEntry, Patient
    from conformance.drivers.partners import WorkItem
    from conformance.drivers.screens import FormerIns
    from conformance.suite.desk.steps import Desk

WORKLIST: Final = path("liste à traiter", "worklist", Verb.READ_WORKLIST)


@dataclass(frozen=True, slots=True, kw_only=True)
class Logs:
    """What was written into the log under the four others."""

    looked: list[AuditEntry]
    """By looking at them, whatever the software calls that."""
    others: list[AuditEntry]
    """Since then, by what was done to somebody else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What the four others keep of their past, by what they are to the one worked on; empty where it is not told."""

    statuses: dict[str, list[tuple[str, str]]]
    numbers: dict[str, list[FormerIns]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Somebody whose INS INSi denies before the life begins, and what the worklist holds of them."""

    patient: Patient
    before: list[WorkItem]
    after: list[WorkItem]
    """At the end of the life; empty until then."""


def denied(desk: Desk) -> Waiting | None:
    """Have INSi deny somebody; ``None``: they are not on the worklist then, which is for VER-05 to say."""
    with desk.if_offered(VERIFICATION), desk.if_offered(WORKLIST), suppress(UndecidedError, RefusedError):
        patient = desk.bring(desk.draw(birth_date="1948-08-19"), Route.IMPORTED)
        # What else there is to do for them, such as a document to be seen, says nothing of a denial.
        known = {item.id for item in waiting_for(desk, patient)}
        with answering(desk, KO):
            verify(desk, patient)
        items = awaited(
            desk,
            Verb.READ_WORKLIST,
            lambda: [item for item in waiting_for(desk, patient) if item.id not in known],
        )
        return Waiting(patient=patient, before=items, after=[]) if items else None
    return None


def waiting_for(desk: Desk, patient: Patient) -> list[WorkItem]:
    """Return the entries of the worklist that lead to a file."""
    return [item for item in desk.lgo.read_worklist(actor=desk.user) if speaks_of(item, [patient], None)]


def log_of(desk: Desk) -> list[AuditEntry] | None:
    """Return the whole log, ``None`` when the software does not show it."""
    with desk.if_offered(LOG), suppress(RefusedError):
        return desk.lgo.read_audit_log(actor=desk.user)
    return None


def logs_between(
    desk: Desk,
    began: list[AuditEntry] | None,
    looked: list[AuditEntry] | None,
    ended: list[AuditEntry] | None,
    others: Collection[str],
) -> Logs | None:
    """Return what three readings of the log say of these files: before they were looked at, then, and at the end."""
    if began is None or looked is None or ended is None:
        return None
    later = [entry for entry in added(looked, ended) if entry.patient_id in others]
    return Logs(looked=added(began, looked), others=without_others(later, desk.wire.others.values()))


def past_of(desk: Desk, others: dict[str, Patient]) -> Past:
    """Return what these files keep of their past."""
    statuses, numbers = {}, {}
    for key, patient in others.items():
        with desk.if_offered(HISTORY):
            statuses[key] = changes_of(desk.lgo.read_status_history(patient.id, actor=desk.user))
        with desk.if_offered(INS_HISTORY), suppress(RefusedError):
            numbers[key] = desk.lgo.read_ins_history(patient.id, actor=desk.user)
    return Past(statuses=statuses, numbers=numbers)
