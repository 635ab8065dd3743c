"""What the log says of the four others of a household, to whom nothing is done: read thrice in the whole life."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from conformance.drivers.protocol import RefusedError
from conformance.suite.states.changing_life import LOG

if TYPE_CHECKING:
    from collections.abc import Collection

    from conformance.drivers.model import AuditEntry
    from conformance.suite.desk.steps import Desk


@dataclass(frozen=True, slots=True, kw_only=True)
class Logs:
    """What was written into the log under the four others."""

    looked: list[AuditEntry]
    """By looking at them, whatever the software calls that."""
    others: list[AuditEntry]
    """Since then, by what was done to somebody else."""


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
