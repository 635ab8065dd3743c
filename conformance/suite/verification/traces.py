"""What the log says of verifications, matched one to one with what INSi received."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from conformance.suite.desk.expect import expect, expect_equal
from conformance.suite.desk.log import without_others
from conformance.suite.verification.wire import Said, listed, results

if TYPE_CHECKING:
    from conformance.drivers.model import AuditEntry, Patient
    from conformance.suite.desk.snapshot import Moment
    from conformance.suite.desk.steps import Desk
    from simulator.client import ExchangeView

WORDS = {"00": Said.OK, "OK": Said.OK, "01": Said.KO, "KO": Said.KO}
"""How a log may write a result: by its code or in words."""


@dataclass(slots=True)
class Watch:
    """Verifications made, and what the log said before them."""

    desk: Desk
    before: list[AuditEntry] = field(default_factory=list)
    sent: list[ExchangeView] = field(default_factory=list)

    def entries(self, patient: Patient | None = None) -> list[AuditEntry]:
        """Return the entries of verifications that are new in the log, or in that of one patient."""
        known = [each for each in self.before if patient is None or each.patient_id == patient.id]
        return entries_of(self.desk, patient)[len(known) :]

    def expect(self, moment: Moment) -> None:
        """Check that the log holds one entry for each request, with its result."""
        expect_traced(self.entries(), list(results(self.sent)), moment)


def watch(desk: Desk) -> Watch:
    """Begin to watch."""
    return Watch(desk, entries_of(desk))


def entries_of(desk: Desk, patient: Patient | None = None) -> list[AuditEntry]:
    """Return the entries of verifications in the audit log."""
    entries = desk.lgo.read_audit_log(actor=desk.user, patient_id=patient.id if patient else None)
    return without_others(
        [entry for entry in entries if entry.action == "INSI_VERIFICATION"], desk.wire.others.values()
    )


def result_of(entry: AuditEntry) -> str:
    """Return what an entry says of the result."""
    return WORDS.get((entry.code or "").strip().upper(), Said.NOTHING).value


def expect_traced(entries: list[AuditEntry], said: list[str], moment: Moment) -> None:
    """Check that entries are as many as verifications and have their results, in any order."""
    expect_equal(
        got=len(entries),
        expected=len(said),
        fr=f"{moment.fr}, nombre de traces pour {len(said)} vérification(s) reçue(s) par INSi",
        en=f"{moment.en}, number of entries for {len(said)} verification(s) received by INSi",
    )
    got, wanted = Counter(map(result_of, entries)), Counter(said)
    expect(
        got == wanted,
        fr=f"{moment.fr}, résultats tracés {listed(got)}, résultats d'INSi {listed(wanted)}",
        en=f"{moment.en}, results logged {listed(got)}, results of INSi {listed(wanted)}",
    )


def expect_account(entries: list[AuditEntry], patient_ids: set[str], moment: Moment) -> None:
    """Check that entries are on the account of one of these files, or of none."""
    for entry in entries:
        expect(
            entry.patient_id in {None, "", *patient_ids},
            fr=f"{moment.fr}, la trace est au compte d'un autre dossier ({entry.patient_id})",
            en=f"{moment.en}, the entry is on the account of another file ({entry.patient_id})",
        )
