"""What the log and the histories say of the four others of a household, to whom nothing is done."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.apart import HISTORY, INS_HISTORY
from conformance.suite.desk.snapshot import changes_of
from conformance.suite.states.changing_life import LOG

if TYPE_CHECKING:
    from collections.abc import Collection

    from conformance.drivers.model import AuditEntry, Patient
    from conformance.drivers.screens import FormerIns
    from conformance.suite.desk.steps import Desk


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


def log_of(desk: Desk) -> list[AuditEntry] | None:
    """Return the whole log, ``None`` when the software does not show it."""
    with desk.if_offered(LOG), suppress(RefusedError):
        return desk.lgo.read_audit_log(actor=desk.user)
    return None


def logs_between(
    began: list[AuditEntry] | None,
    looked: list[AuditEntry] | None,
    ended: list[AuditEntry] | None,
    others: Collection[str],
) -> Logs | None:
    """Return what three readings of the log say of these files: before they were looked at, then, and at the end."""
    if began is None or looked is None or ended is None:
        return None
    later = [entry for entry in ended[len(looked) :] if entry.patient_id in others]
    return Logs(looked=looked[len(began) :], others=later)


def past_of(desk: Desk, others: dict[str, Patient]) -> Past:
    """Return what these files keep of their past."""
    statuses, numbers = {}, {}
    for key, patient in others.items():
        with desk.if_offered(HISTORY):
            statuses[key] = changes_of(desk.lgo.read_status_history(patient.id, actor=desk.user))
        with desk.if_offered(INS_HISTORY), suppress(RefusedError):
            numbers[key] = desk.lgo.read_ins_history(patient.id, actor=desk.user)
    return Past(statuses=statuses, numbers=numbers)
