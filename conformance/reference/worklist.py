"""What waits for a person, and what came from other domains: worklist, documents, trust contracts, lots.

Kept in the same SQLite file as the patients, in tables of its own.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

from conformance.drivers.partners import FiledDocument, WorkItem
from conformance.reference.claims import Claim
from conformance.reference.store import NotFoundError, now

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from conformance.reference.store import Store

_TABLES = ("work_item", "document", "trusted_sender", "lot", "lot_line")

_SCHEMA = """
CREATE TABLE IF NOT EXISTS work_item (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    reason TEXT NOT NULL, message TEXT NOT NULL, patient_id TEXT, at TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS document (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    patient_id TEXT NOT NULL, name TEXT NOT NULL, sender TEXT NOT NULL, at TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS trusted_sender (name TEXT PRIMARY KEY);
CREATE TABLE IF NOT EXISTS lot (id INTEGER PRIMARY KEY AUTOINCREMENT, insi_id TEXT, is_complete INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS lot_line (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    lot_id TEXT NOT NULL, patient_id TEXT NOT NULL, line_id TEXT, claim TEXT,
    outcome TEXT NOT NULL, code TEXT, message TEXT NOT NULL
)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class LotLine:
    """One file of a lot and what is known of its verification."""

    patient_id: str
    line_id: str | None = None
    """How the line is named on the wire; ``None``: it was not sent."""
    claim: Claim | None = None
    """What was sent: the file may have changed by the time the result comes."""
    outcome: str
    code: str | None = None
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredLot:
    """A lot given to INSi."""

    id: str = ""
    insi_id: str | None = None
    """How INSi names it; ``None``: it took none."""
    is_complete: bool = False
    lines: tuple[LotLine, ...] = field(default=())


class Worklist:
    """The tables of what comes from elsewhere.

    Args:
        store: the database.
    """

    def __init__(self, store: Store) -> None:
        """Create the tables."""
        self._store = store
        store.extend(_SCHEMA, _TABLES)

    # What waits for a person

    def queue(self, reason: str, message: str, patient_id: str | None) -> None:
        """Add something that a person has to look into."""
        self._store.insert(
            "work_item", {"reason": reason, "message": message, "patient_id": patient_id, "at": now()}
        )

    def items(self) -> list[WorkItem]:
        """Return what a person has to look into, oldest first."""
        rows = self._store.rows("SELECT id, reason, message, patient_id, at FROM work_item ORDER BY id")
        return [WorkItem(**{**dict(row), "id": str(row["id"])}) for row in rows]

    # Documents

    def file(self, patient_id: str, name: str, sender: str) -> None:
        """Put a document into a patient file."""
        self._store.insert(
            "document", {"patient_id": patient_id, "name": name, "sender": sender, "at": now()}
        )

    def documents(self, patient_id: str) -> list[FiledDocument]:
        """Return the documents of a file, oldest first."""
        rows = self._store.rows(
            "SELECT id, name, sender, at FROM document WHERE patient_id = ? ORDER BY id", [patient_id]
        )
        return [FiledDocument(**{**dict(row), "id": str(row["id"])}) for row in rows]

    # Trust contracts

    def trust(self, senders: Collection[str]) -> frozenset[str]:
        """Replace the senders under a trust contract and return them."""
        with self._store.transaction():
            self._store.rows("DELETE FROM trusted_sender")
            for name in sorted(senders):
                self._store.insert("trusted_sender", {"name": name})
            return self.trusted()

    def trusted(self) -> frozenset[str]:
        """Return the senders under a trust contract."""
        return frozenset(row["name"] for row in self._store.rows("SELECT name FROM trusted_sender"))

    # Lots

    def add_lot(self, lot: StoredLot) -> str:
        """Keep a new lot and return its identifier."""
        with self._store.transaction():
            row = {"insi_id": lot.insi_id, "is_complete": int(lot.is_complete)}
            lot_id = self._store.insert("lot", row)
            for line in lot.lines:
                self._store.insert("lot_line", {"lot_id": lot_id, **_line_row(line)})
            return lot_id

    def lot(self, lot_id: str) -> StoredLot:
        """Return a lot.

        Raises:
            NotFoundError: there is none.
        """
        found = self._store.rows("SELECT insi_id, is_complete FROM lot WHERE id = ?", [lot_id])
        if not found:
            raise NotFoundError(f"no lot {lot_id!r}")
        rows = self._store.rows(
            "SELECT patient_id, line_id, claim, outcome, code, message FROM lot_line WHERE lot_id = ? ORDER BY id",
            [lot_id],
        )
        lines = tuple(
            LotLine(**{**dict(row), "claim": Claim(**json.loads(row["claim"])) if row["claim"] else None})
            for row in rows
        )
        return StoredLot(
            id=lot_id,
            insi_id=found[0]["insi_id"],
            is_complete=bool(found[0]["is_complete"]),
            lines=lines,
        )

    def close_line(self, lot_id: str, line: LotLine) -> None:
        """Write what became of a line."""
        self._store.rows(
            "UPDATE lot_line SET outcome = ?, code = ?, message = ? WHERE lot_id = ? AND patient_id = ?",
            [line.outcome, line.code, line.message, lot_id, line.patient_id],
        )

    def close_lot(self, lot_id: str) -> None:
        """Note that all the results of a lot have come."""
        self._store.rows("UPDATE lot SET is_complete = 1 WHERE id = ?", [lot_id])


def _line_row(line: LotLine) -> Mapping[str, object]:
    return {**asdict(line), "claim": json.dumps(asdict(line.claim)) if line.claim else None}
