"""What the reference LGO keeps, in one SQLite file."""

from __future__ import annotations

import json
import sqlite3
import threading
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from conformance.drivers.model import (
    IDENTITY_FIELDS,
    Alert,
    AuditEntry,
    CallOutcome,
    InsiCall,
    Patient,
    Status,
    StatusChange,
)
from conformance.reference.members import loaded, members
from conformance.reference.rows import patient_row, read_identity, row_patient
from conformance.reference.soap import FormerIns, ReturnedIdentity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

_SCHEMA = f"""
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS patient (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    status TEXT NOT NULL CHECK (status IN ('PROV', 'RECUP', 'VALI', 'QUAL')),
    {", ".join(f"{name} TEXT" for name in IDENTITY_FIELDS)},
    attributes TEXT NOT NULL, billing_number TEXT, birth_date_uncertain TEXT,
    proof_kind TEXT, proof_recorded_at TEXT, proof_recorded_by TEXT
);
CREATE TABLE IF NOT EXISTS call (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    outcome TEXT NOT NULL, patient_id TEXT, code TEXT, message TEXT NOT NULL,
    alerts TEXT NOT NULL, candidates TEXT NOT NULL,
    traits TEXT NOT NULL, identity TEXT, decided INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS status_change (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    patient_id TEXT NOT NULL, previous TEXT, status TEXT NOT NULL,
    at TEXT NOT NULL, author TEXT NOT NULL, reason TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS former_ins (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    patient_id TEXT NOT NULL, matricule TEXT NOT NULL, oid TEXT NOT NULL,
    date_from TEXT NOT NULL, date_to TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS audit (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL, user TEXT NOT NULL, action TEXT NOT NULL,
    patient_id TEXT, mode TEXT, code TEXT, returned TEXT NOT NULL, detail TEXT NOT NULL,
    authentication TEXT, changes TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS note (
    id INTEGER PRIMARY KEY AUTOINCREMENT, topic TEXT NOT NULL, patient_id TEXT, body TEXT NOT NULL
);
"""

_EMPTIED = ("setting", "patient", "call", "status_change", "former_ins", "audit", "note")
"""The tables that a reset empties; identifiers are not used again."""


class NotFoundError(LookupError):
    """No patient or call has this identifier."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredCall:
    """An INSi call and what is needed to propose and decide it."""

    call: InsiCall
    traits: dict[str, str | None] = field(default_factory=dict)
    """The typed traits, for a creation from INSi; empty when the call is about a patient."""
    identity: ReturnedIdentity | None = None
    """What INSi returned, when it is proposed."""
    decided: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TracedAct(AuditEntry):
    """An audit entry with a free text that the driver API does not ask for."""

    detail: str = ""


def now() -> str:
    """Return the time as it is written in logs: ISO, UTC, milliseconds."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


class Store:
    """The database. Every method is one transaction, or a part of the one opened by ``transaction``.

    One statement is a transaction by itself: only several need to be held together.

    Args:
        path: the file; created when it does not exist.
    """

    def __init__(self, path: Path) -> None:
        """Open the file."""
        self._lock = threading.RLock()
        # One connection guarded by one lock serves all the threads of the server.
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._db.row_factory = sqlite3.Row
        # Nobody else opens the file, and a power cut may cost the last seconds of a bench: locks and disks cost every act.
        for pragma in ("locking_mode = EXCLUSIVE", "journal_mode = WAL", "synchronous = OFF"):
            self._db.execute(f"PRAGMA {pragma}")
        self._db.executescript(_SCHEMA)
        self._emptied = list(_EMPTIED)
        self._settings: dict[str, str] | None = None
        """As they stand in the file; every act asks for them."""
        self._depth = 0

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Keep all that is written inside, or nothing; other threads wait. May be nested."""
        with self._lock:
            if self._depth == 0:
                self._db.execute("BEGIN IMMEDIATE")
            self._depth += 1
            try:
                yield
            except BaseException:
                self._depth -= 1
                if self._depth == 0:
                    self._db.execute("ROLLBACK")
                    self._settings = None
                raise
            self._depth -= 1
            if self._depth == 0:
                self._db.execute("COMMIT")

    # Installation and settings

    def instance(self) -> str:
        """Return the UUID of this installation, drawn once."""
        with self.transaction():
            if (known := self._meta("instance")) is not None:
                return known
            self._set_meta("instance", str(uuid4()))
            return self._meta("instance") or ""

    def insi_url(self) -> str | None:
        """Return the address of INSi, ``None`` before the first reset."""
        with self._lock:
            return self._meta("insi_url")

    def reset(self, insi_url: str) -> None:
        """Forget everything but the installation itself."""
        with self.transaction():
            for table in self._emptied:
                self._db.execute(f"DELETE FROM {table}")  # noqa: S608 - our own table names
            self._set_meta("insi_url", insi_url)
            self._settings = None

    def settings(self) -> dict[str, str]:
        """Return the settings that have been written."""
        with self._lock:
            if self._settings is None:
                rows = self._db.execute("SELECT name, value FROM setting ORDER BY name")
                self._settings = dict(tuple(row) for row in rows)
            return self._settings.copy()

    def write_settings(self, settings: Mapping[str, str]) -> None:
        """Write some settings."""
        with self.transaction():
            self._db.executemany("INSERT OR REPLACE INTO setting VALUES (?, ?)", list(settings.items()))
            self._settings = None

    # Patients

    def add_patient(self, patient: Patient) -> Patient:
        """Keep a new patient and return it with its identifier."""
        with self._lock:
            row = patient_row(patient)
            return replace(patient, id=self._insert("patient", row))

    def patient(self, patient_id: str) -> Patient:
        """Return a patient.

        Raises:
            NotFoundError: there is none.
        """
        with self._lock:
            row = self._one("SELECT * FROM patient WHERE id = ?", patient_id)
        if row is None:
            raise NotFoundError(f"no patient {patient_id!r}")
        return row_patient(row)

    def patients(self) -> list[Patient]:
        """Return all patients, oldest first."""
        with self._lock:
            return [row_patient(row) for row in self._db.execute("SELECT * FROM patient ORDER BY id")]

    def save_patient(self, patient: Patient) -> None:
        """Write a patient that exists."""
        row = patient_row(patient)
        with self._lock:
            self._db.execute(
                f"UPDATE patient SET {', '.join(f'{name} = ?' for name in row)} WHERE id = ?",  # noqa: S608 - our own column names
                [*row.values(), patient.id],
            )

    # INS history

    def write_former(self, patient_id: str, entries: list[FormerIns]) -> None:
        """Replace the former INS of a patient."""
        with self.transaction():
            self._db.execute("DELETE FROM former_ins WHERE patient_id = ?", [patient_id])
            for entry in entries:
                self._insert("former_ins", {"patient_id": patient_id, **asdict(entry)})

    def former(self, patient_id: str) -> list[FormerIns]:
        """Return the former INS of a patient, in the order in which they were written."""
        query = "SELECT matricule, oid, date_from, date_to FROM former_ins WHERE patient_id = ? ORDER BY id"
        with self._lock:
            return [FormerIns(**dict(row)) for row in self._db.execute(query, [patient_id])]

    # Calls

    def add_call(self, stored: StoredCall) -> StoredCall:
        """Keep a new call and return it with its identifier."""
        call = stored.call
        row = {
            "outcome": call.outcome.value,
            "patient_id": call.patient_id,
            "code": call.code,
            "message": call.message,
            "alerts": json.dumps([members(alert) for alert in call.alerts]),
            "candidates": json.dumps(call.candidates),
            "traits": json.dumps(stored.traits),
            "identity": None if stored.identity is None else json.dumps(asdict(stored.identity)),
            "decided": int(stored.decided),
        }
        with self._lock:
            return replace(stored, call=replace(call, id=self._insert("call", row)))

    def call(self, call_id: str) -> StoredCall:
        """Return a call.

        Raises:
            NotFoundError: there is none.
        """
        with self._lock:
            row = self._one("SELECT * FROM call WHERE id = ?", call_id)
        if row is None:
            raise NotFoundError(f"no INSi call {call_id!r}")
        return StoredCall(
            call=InsiCall(
                id=str(row["id"]),
                outcome=CallOutcome(row["outcome"]),
                patient_id=row["patient_id"],
                code=row["code"],
                message=row["message"],
                alerts=tuple(Alert(**alert) for alert in json.loads(row["alerts"])),
                candidates=tuple(json.loads(row["candidates"])),
            ),
            traits=json.loads(row["traits"]),
            identity=None if row["identity"] is None else read_identity(json.loads(row["identity"])),
            decided=bool(row["decided"]),
        )

    def close_call(self, call_id: str, patient_id: str | None) -> None:
        """Note that a proposal has been decided, and for which patient."""
        with self._lock:
            self._db.execute(
                "UPDATE call SET decided = 1, patient_id = ? WHERE id = ?", [patient_id, call_id]
            )

    # Logs

    def add_status_change(self, patient_id: str, change: StatusChange) -> None:
        """Add to the status history of a patient."""
        with self._lock:
            self._insert("status_change", {"patient_id": patient_id, **members(change)})

    def status_changes(self, patient_id: str) -> list[StatusChange]:
        """Return the status history of a patient, oldest first."""
        query = (
            "SELECT previous, status, at, author, reason FROM status_change WHERE patient_id = ? ORDER BY id"
        )
        with self._lock:
            rows = self._db.execute(query, [patient_id]).fetchall()
        return [
            StatusChange(
                previous=None if row["previous"] is None else Status(row["previous"]),
                status=Status(row["status"]),
                at=row["at"],
                author=row["author"],
                reason=row["reason"],
            )
            for row in rows
        ]

    def add_audit(self, entry: TracedAct) -> None:
        """Add to the audit log."""
        with self._lock:
            returned, changes = json.dumps(entry.returned), json.dumps(entry.changes)
            self._insert("audit", {**members(entry), "returned": returned, "changes": changes})

    def audit(self, patient_id: str | None = None) -> list[TracedAct]:
        """Return the audit log, oldest first, optionally of one patient."""
        query = (
            "SELECT at, user, action, patient_id, mode, code, returned, detail, authentication, changes FROM audit"
            " WHERE ? IS NULL OR patient_id = ? ORDER BY id"
        )
        with self._lock:
            rows = self._db.execute(query, [patient_id, patient_id]).fetchall()
        return [
            TracedAct(
                **{
                    **dict(row),
                    "returned": loaded(row["returned"]),
                    "changes": loaded(row["changes"]),
                }
            )
            for row in rows
        ]

    # What else is kept about files, by topic

    def add_note(self, topic: str, patient_id: str | None, body: Mapping[str, Any]) -> str:
        """Keep something about a file and return its identifier; ``body`` is written as JSON."""
        with self._lock:
            return self._insert("note", {"topic": topic, "patient_id": patient_id, "body": json.dumps(body)})

    def notes(self, topic: str, patient_id: str | None = None) -> list[tuple[str, dict[str, Any]]]:
        """Return what is kept under a topic with its identifiers, oldest first, optionally of one file."""
        query = "SELECT id, body FROM note WHERE topic = ? AND (? IS NULL OR patient_id = ?) ORDER BY id"
        with self._lock:
            rows = self._db.execute(query, [topic, patient_id, patient_id]).fetchall()
        return [(str(row["id"]), json.loads(row["body"])) for row in rows]

    # SQL

    def extend(self, schema: str, tables: Iterable[str]) -> None:
        """Create the tables of another module in the same file; a reset empties them too."""
        with self.transaction():
            for statement in filter(str.strip, schema.split(";")):
                self._db.execute(statement)
            self._emptied += tables

    def rows(self, query: str, parameters: Sequence[object] = ()) -> list[sqlite3.Row]:
        """Do a query of another module and return its rows."""
        with self._lock:
            return list(self._db.execute(query, parameters).fetchall())

    def insert(self, table: str, row: Mapping[str, object]) -> str:
        """Add a row to a table of another module and return its identifier."""
        with self._lock:
            return self._insert(table, row)

    def _one(self, query: str, identifier: str) -> Any:
        return self._db.execute(query, [identifier]).fetchone()

    def _insert(self, table: str, row: Mapping[str, object]) -> str:
        query = f"INSERT INTO {table} ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})"  # noqa: S608 - our own names
        return str(self._db.execute(query, list(row.values())).lastrowid)

    def _meta(self, name: str) -> str | None:
        row = self._one("SELECT value FROM meta WHERE name = ?", name)
        return None if row is None else str(row[0])

    def _set_meta(self, name: str, value: str) -> None:
        self._db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", [name, value])
