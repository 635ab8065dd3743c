"""The counters of the site (TBB.01.RI, TBB.02.RI), made of the audit log and the files. Pure.

One call is one request that INSi received: a search or a unit verification. An answer is a success whatever it says:
that INSi knows nobody (01), or several (02), or answers KO, is no breakdown. The lines of a lot are no calls.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.drivers.model import Status
from conformance.drivers.screens import Dashboard

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from conformance.drivers.model import AuditEntry, Patient

CALLS = frozenset({"INSI_CALL", "INSI_VERIFICATION"})
LOT = "LOT"
"""The mode of the entries that are lines of a lot."""
ANSWERS = frozenset({"00", "01", "02"})


def count(entries: Iterable[AuditEntry], patients: Collection[Patient]) -> Dashboard:
    """Return the counters that a log and the files of a site give."""
    codes = [entry.code for entry in entries if entry.action in CALLS and entry.mode != LOT]
    successes = sum(code in ANSWERS for code in codes)
    return Dashboard(
        insi_calls=len(codes),
        insi_successes=successes,
        insi_failures=len(codes) - successes,
        patients=len(patients),
        qualified=sum(patient.status is Status.QUAL for patient in patients),
    )
