"""What the sinks received, on disk: each item byte for byte, with who sent it, how, and what was answered."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from simulator.database import Database

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

FILE: Final = "received.sqlite"
"""Its name in the data directory."""
BENCH: Final = ""
"""In place of a session: what is noted of the simulator itself."""
NO_SESSION: Final = "default"
"""Of what came without an account."""
MAX_WORD: Final = 320
"""Longest name of a session that is kept whole; what a client says is cut there."""

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS received (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  sink TEXT NOT NULL,
  kind TEXT NOT NULL,
  session TEXT NOT NULL,
  at TEXT NOT NULL,
  sender TEXT NOT NULL,
  recipients TEXT NOT NULL,
  facts TEXT NOT NULL,
  outcome TEXT NOT NULL,
  size INTEGER NOT NULL,
  content BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS received_by_session ON received (session, id);
CREATE TABLE IF NOT EXISTS total (one INTEGER PRIMARY KEY CHECK (one = 1), items INTEGER NOT NULL, bytes INTEGER NOT NULL);
INSERT OR IGNORE INTO total VALUES (1, 0, 0);
CREATE TABLE IF NOT EXISTS told (session TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (session, name));
CREATE TABLE IF NOT EXISTS known (session TEXT NOT NULL, unique_id TEXT NOT NULL, hash TEXT NOT NULL, PRIMARY KEY (session, unique_id));
CREATE TABLE IF NOT EXISTS document (
  id INTEGER PRIMARY KEY,
  session TEXT NOT NULL,
  unique_id TEXT NOT NULL,
  entry_uuid TEXT NOT NULL,
  item INTEGER NOT NULL,
  part TEXT NOT NULL,
  number TEXT NOT NULL,
  oid TEXT NOT NULL,
  type_code TEXT NOT NULL,
  mime_type TEXT NOT NULL,
  status TEXT NOT NULL,
  metadata BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS document_by_unique_id ON document (session, unique_id);
CREATE INDEX IF NOT EXISTS document_by_patient ON document (session, number);
"""
_COLUMNS: Final = "id, sink, kind, session, at, sender, recipients, facts, outcome, size"


class Sink(StrEnum):
    """Who received something."""

    DMP = "DMP"
    MSSANTE = "MSSANTE"


class SinkFullError(Exception):
    """There is no room for one more item; the message says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptLimits:
    """How much the sinks keep in all, and of one item."""

    items: int = 20_000
    bytes_in_all: int = 4 * 1024**3
    bytes_of_one: int = 32 * 1024**2
    """Also what SMTP announces as SIZE. Ours: the limit of an operator is not established."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """One item received, without its bytes."""

    id: int
    """Grows with each item."""
    sink: Sink
    kind: str
    """``MAIL``, ``DELIVERED`` for a mail that the bench put into a mailbox, a transaction such as ``ITI-41``, or ``OTHER`` for
    what the DMP could not tell."""
    session: str
    """The account it came by, ``default`` when it came by none."""
    at: str
    """When it had come whole, ISO 8601 in UTC."""
    sender: str
    """Envelope sender of a mail, address of the client of a submission."""
    recipients: tuple[str, ...] = ()
    """Envelope recipients of a mail."""
    facts: Mapping[str, Any]
    """How it came: ``tls``, ``peer``, ``mtom``, ``patient_ids``…"""
    outcome: str
    """What was answered: ``250``, ``Success``, or an error code."""
    size: int
    """In bytes."""


class SinkStore:
    """The items of a simulator. Safe to use from several threads and processes; one connection per thread."""

    def __init__(self, path: Path, limits: KeptLimits | None = None) -> None:
        """Open the store, creating the file when it does not exist.

        Raises:
            sqlite3.Error: the file cannot be opened or is not such a store.
        """
        self.limits = limits or KeptLimits()
        self._database = Database(path)
        connection = self._database.connection()
        connection.executescript(_SCHEMA)
        if not connection.execute("PRAGMA user_version").fetchone()[0]:
            connection.execute(f"PRAGMA user_version = {secrets.randbelow(2**31 - 2) + 1}")
        self.birth = int(connection.execute("PRAGMA user_version").fetchone()[0])
        """Differs from one store to another: ids mean something within one only (UIDVALIDITY of IMAP)."""

    @property
    def database(self) -> Database:
        """The file, for what is kept beside the items."""
        return self._database

    def keep(
        self,
        content: bytes,
        *,
        sink: Sink,
        kind: str,
        session: str,
        sender: str,
        outcome: str,
        recipients: tuple[str, ...] = (),
        facts: Mapping[str, Any] | None = None,
    ) -> int:
        """Keep an item and return its id; it is on disk on return.

        Raises:
            SinkFullError: it is too large, or there are too many.
        """
        if len(content) > self.limits.bytes_of_one:
            raise SinkFullError(f"expected at most {self.limits.bytes_of_one} bytes, got {len(content)}")
        row = (
            *(sink.value, kind, session_name(session), datetime.now(UTC).isoformat(timespec="milliseconds")),
            *(sender, json.dumps(recipients), json.dumps(dict(facts or {}), ensure_ascii=False), outcome),
            *(len(content), content),
        )
        with self._database.write() as connection:
            items, total = connection.execute("SELECT items, bytes FROM total").fetchone()
            if items >= self.limits.items or total + len(content) > self.limits.bytes_in_all:
                raise SinkFullError(
                    f"the sinks hold {items} items of {total} bytes and take no more: "
                    "remove some with DELETE /api/v1/received"
                )
            connection.execute("UPDATE total SET items = items + 1, bytes = bytes + ?", (len(content),))
            number = connection.execute(
                "INSERT INTO received (sink, kind, session, at, sender, recipients, facts, outcome, size, content) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                row,
            ).lastrowid
        return int(number or 0)

    def items(
        self, *, session: str | None = None, sink: Sink | None = None, after: int = 0, limit: int = 1000
    ) -> list[Received]:
        """Return items after one, the oldest first."""
        rows = self._database.connection().execute(
            f"SELECT {_COLUMNS} FROM received WHERE id > ? AND (? IS NULL OR session = ?) AND (? IS NULL OR sink = ?) "  # noqa: S608 - our own names
            "ORDER BY id LIMIT ?",
            (after, session, session, sink, sink, limit),
        )
        return [_received(row) for row in rows]

    def last_id(self) -> int:
        """Return the id of the newest item ever, 0 when there never was one."""
        row = (
            self._database.connection()
            .execute("SELECT seq FROM sqlite_sequence WHERE name = 'received'")
            .fetchone()
        )
        return int(row[0]) if row else 0

    def each(self, *, session: str | None = None, sink: Sink | None = None) -> Iterator[Received]:
        """Yield every item, the oldest first, a page at a time."""
        after = 0
        while page := self.items(session=session, sink=sink, after=after, limit=500):
            yield from page
            after = page[-1].id

    def get(self, number: int) -> Received | None:
        """Return an item, ``None`` when there is none such."""
        row = (
            self._database.connection()
            .execute(
                f"SELECT {_COLUMNS} FROM received WHERE id = ?",  # noqa: S608 - our own names
                (number,),
            )
            .fetchone()
        )
        return None if row is None else _received(row)

    def content(self, number: int) -> bytes | None:
        """Return the bytes of an item as they came, ``None`` when there is none such."""
        row = (
            self._database.connection()
            .execute("SELECT content FROM received WHERE id = ?", (number,))
            .fetchone()
        )
        return None if row is None else bytes(row[0])

    def clear(self, session: str | None = None) -> int:
        """Remove the items of a session, or all, with what was told for it; return how many items there were."""
        with self._database.write() as connection:
            count, size = connection.execute(
                "SELECT COUNT(*), COALESCE(SUM(size), 0) FROM received WHERE ? IS NULL OR session = ?",
                (session, session),
            ).fetchone()
            for table in ("received", "told", "known", "document"):
                connection.execute(
                    f"DELETE FROM {table} WHERE session = ? OR (? IS NULL AND session != ?)",  # noqa: S608 - our own names
                    (session, session, BENCH),
                )
            connection.execute("UPDATE total SET items = items - ?, bytes = bytes - ?", (count, size))
        return int(count)

    def tell(self, session: str, name: str, value: Mapping[str, Any] | None) -> None:
        """Note what a sink is to answer to a session; ``None`` takes it back."""
        with self._database.write() as connection:
            if value is None:
                connection.execute("DELETE FROM told WHERE session = ? AND name = ?", (session, name))
            else:
                connection.execute(
                    "INSERT OR REPLACE INTO told VALUES (?, ?, ?)",
                    (session, name, json.dumps(dict(value), ensure_ascii=False)),
                )

    def told(self, session: str, name: str) -> dict[str, Any] | None:
        """Return what a sink is to answer to a session, ``None`` when nothing was told."""
        row = (
            self._database.connection()
            .execute("SELECT value FROM told WHERE session = ? AND name = ?", (session, name))
            .fetchone()
        )
        return None if row is None else dict(json.loads(row[0]))

    def recognise(self, session: str, unique_ids: Mapping[str, str]) -> dict[str, str]:
        """Note documents by their unique id and return those known before with the hash that each had then."""
        with self._database.write() as connection:
            found = {}
            for unique_id in unique_ids:
                row = connection.execute(
                    "SELECT hash FROM known WHERE session = ? AND unique_id = ?", (session, unique_id)
                ).fetchone()
                if row is not None:
                    found[unique_id] = str(row[0])
            if not found:
                connection.executemany(
                    "INSERT INTO known VALUES (?, ?, ?)", [(session, *one) for one in unique_ids.items()]
                )
        return found

    def close(self) -> None:
        """Close this thread's connection."""
        self._database.close()


def session_name(said: str) -> str:
    """Return the session that an account names: what it said, printable and not too long."""
    name = "".join(letter for letter in said if letter.isprintable())[:MAX_WORD].strip()
    return name or NO_SESSION


def _received(row: tuple[Any, ...]) -> Received:
    number, sink, kind, session, at, sender, recipients, facts, outcome, size = row
    return Received(
        id=number,
        sink=Sink(sink),
        kind=kind,
        session=session,
        at=at,
        sender=sender,
        recipients=tuple(json.loads(recipients)),
        facts=json.loads(facts),
        outcome=outcome,
        size=size,
    )
