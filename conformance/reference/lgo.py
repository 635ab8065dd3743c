"""The reference LGO put together: a database, a connection to INSi, and the acts of its users."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from conformance.drivers.screens import Dashboard
from conformance.reference import dashboard, settings
from conformance.reference.bulk import Bulk
from conformance.reference.calls import InsiCalls
from conformance.reference.cards import Cards
from conformance.reference.clock import Clock
from conformance.reference.defects import NO_DEFECTS, faults_of
from conformance.reference.domain import Domain
from conformance.reference.files import Files
from conformance.reference.forms import Screens
from conformance.reference.guard import Guard
from conformance.reference.insi_client import InsiClient
from conformance.reference.mailbox import Mailbox
from conformance.reference.messages import Messages
from conformance.reference.papers.feed import Feed
from conformance.reference.papers.papers import Papers
from conformance.reference.partners import Partners
from conformance.reference.patients import Patients
from conformance.reference.seams import Seam, Seams
from conformance.reference.store import Store, TracedAct
from conformance.reference.worklist import Worklist

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from conformance.reference.defects import Defects
    from conformance.reference.seams import Fault


class Lgo:
    """A pharmacy software.

    Args:
        path: the SQLite file.
        defects: the mistakes switched on; ``NO_DEFECTS`` for the correct software.

    Attributes:
        sign_in: how its user is known to INSi.
        guard: who may do what.
        screens: the screens as the driver tells them.
        patients: the acts on patient files.
        calls: the acts around INSi.
        partners: verification, and what comes from other domains.
        messages: the messages that arrive.
        mailbox: its box at the MSSanté operator.
        bulk: the verification of lots.
        papers: the acts on documents.
        clock: the time that it acts by.
        cards: the acts around Vitale cards.
    """

    def __init__(self, path: Path, defects: Defects = NO_DEFECTS) -> None:
        """Open the database."""
        self._store = Store(path)
        self._seams = Seams(faults_of(defects))
        self._client = InsiClient(self._store.instance(), self._seams)
        self.sign_in = self._client.sign_in
        files = Files(self._store, self._seams)
        self.guard = Guard(self._store, self._seams)
        self.screens = Screens(files)
        self.patients = Patients(files)
        self.calls = InsiCalls(files, self._client)
        worklist = Worklist(self._store)
        self.partners = Partners(files, self._client, worklist)
        self.messages = Messages(self.partners, Domain(files), self._seams)
        self.mailbox = Mailbox(self._store, self.messages, self._seams)
        self.bulk = Bulk(files, self._client, worklist, self.partners)
        self.papers = Papers(files)
        self.feed = Feed(files)
        self.clock = Clock()
        self.cards = Cards(files, self.calls, self.clock)

    def inject(self, defects: Defects) -> None:
        """Have these defects from now on, and no other."""
        self._seams.place(faults_of(defects))

    def behave(self, faults: Iterable[Fault]) -> None:
        """Have these faults from now on, and no other: how a tolerated variant is put on."""
        self._seams.place(faults)

    def close(self) -> None:
        """Close the database and the connections."""
        self._client.close()
        self.papers.close()
        self._store.close()

    def reset(self, insi_url: str) -> None:
        """Forget all patients and logs, restore the settings, call INSi at ``insi_url`` from now on."""
        self._store.reset(insi_url)
        self._seams.forget()
        self.sign_in.forget()
        self.cards.forget()
        self.clock.set(None)

    def set_clock(self, moment: str | None) -> None:
        """Act as if it were another time (verb ``set_clock``)."""
        self.clock.set(moment)
        if moment is not None and self._seams.has(Seam.DAY):
            self._seams.many(Seam.DAY, [{"days": self.clock.ahead.days}], store=self._store)

    def audit_log(self, patient_id: str | None) -> list[TracedAct]:
        """Return the audit log, oldest first, optionally of one patient."""
        entries = self._store.audit(patient_id)
        if not self._seams.has(Seam.READ):
            return entries
        whole = entries if patient_id is None else self._store.audit()
        records = self._seams.many(
            Seam.READ,
            [asdict(entry) for entry in entries],
            verb="log",
            asked=patient_id,
            whole=[asdict(entry) for entry in whole],
        )
        return [TracedAct(**record) for record in records]

    def dashboard(self) -> Dashboard:
        """Return the counters of INSi calls and of qualified identities (BLK-05)."""
        counted = dashboard.count(self._store.audit(), self._store.patients())
        return Dashboard(**self._seams.one(Seam.COUNTED, asdict(counted), log=self._store.audit()))

    def settings(self) -> dict[str, str]:
        """Return the site settings."""
        return self._seams.one(Seam.SETTINGS, dict(settings.of(self._store)), use="shown")

    def write_settings(self, changes: Mapping[str, str]) -> dict[str, str]:
        """Change site settings and return them all."""
        settings.check(changes)
        self._store.write_settings(self._seams.one(Seam.SETTINGS, dict(changes), use="written"))
        return self.settings()
