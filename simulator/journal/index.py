"""The index of the segments: an SQLite file that gives each record its id and is made again when it is lost.

Readers bring it up to date before they look: nothing of it is on the way of a call.
"""

from __future__ import annotations

import contextlib
import logging
import sqlite3
import threading
import time
from typing import TYPE_CHECKING, Final, NamedTuple

from simulator.database import Database, is_locked
from simulator.journal.indexing import (
    CHUNK,
    Meta,
    index_chunk,
    plain_text,
    segment_names,
    size_of,
    write_dropped,
)
from simulator.journal.reading import read_head
from simulator.journal.record import HEAD
from simulator.text import TextError

if TYPE_CHECKING:
    from pathlib import Path

    from simulator.journal.filters import Filters

INDEX: Final = "index.sqlite"

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS segment (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  position INTEGER NOT NULL DEFAULT 0,
  records INTEGER NOT NULL DEFAULT 0,
  finished INTEGER NOT NULL DEFAULT 0,
  lost INTEGER NOT NULL DEFAULT 0,
  killed INTEGER NOT NULL DEFAULT 0,
  torn INTEGER NOT NULL DEFAULT 0,
  damaged INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS exchange (
  id INTEGER PRIMARY KEY,
  segment INTEGER NOT NULL,
  offset INTEGER NOT NULL,
  length INTEGER NOT NULL,
  stamp INTEGER NOT NULL,
  session TEXT NOT NULL,
  operation TEXT,
  code TEXT NOT NULL,
  people TEXT NOT NULL,
  birth_name TEXT NOT NULL,
  findings TEXT NOT NULL,
  service TEXT NOT NULL DEFAULT 'insi'
);
CREATE INDEX IF NOT EXISTS exchange_by_session ON exchange (session, id);
"""


_PRIMARY: Final = 0xFF
"""Bits of an error code of SQLite that tell its kind."""
_DAMAGED: Final = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})

_log = logging.getLogger(__name__)


class JournalIndexError(TextError):
    """The index cannot be used; the message says why and what to do. Calls are kept all the same."""


class JournalBehindError(JournalIndexError):
    """The index is being made; the message says how far it is. Try again soon."""


class Place(NamedTuple):
    """Where an exchange is."""

    id: int
    segment: str
    offset: int
    length: int


class State(NamedTuple):
    """What the journal holds and what it does not."""

    exchanges: int
    lost: int
    """Exchanges that could not be written: disk full, folder read-only…"""
    killed: int
    """Exchanges that waited to be written when their process was killed (mode ``batch``)."""
    torn_bytes: int
    """Bytes of records that were being written when their process was killed."""
    damaged: int
    """Records whose checksum does not match."""
    dropped: int
    """Exchanges dropped with their segment, by size or age."""
    segments: int
    bytes: int


class Index:
    """The index of one folder of segments. Safe to use from several threads and processes."""

    def __init__(self, folder: Path, path: Path | None = None) -> None:
        """Open the index, beside the segments or at ``path``; it is made when it is not there.

        Raises:
            sqlite3.Error: it cannot be opened, or is not an index.
        """
        self._folder = folder
        self._path = path or folder / INDEX
        self._lock = threading.Lock()
        self._finished: set[str] = set()
        self._seen: dict[str, int] = {}
        self._database: Database | None = None
        self._identity: tuple[int, int] | None = _identity(self._path)
        try:
            self._open()
        except sqlite3.DatabaseError as error:
            self._identity = _identity(self._path)
            if not self.remake(error):
                raise

    def _open(self) -> None:
        self._database = database = Database(self._path, "busy_timeout = 5000")
        connection = database.connection()
        connection.executescript(_SCHEMA)
        _add_service(connection)
        self._identity = _identity(self._path)
        self._seen.clear()
        self._finished = {
            str(name) for (name,) in connection.execute("SELECT name FROM segment WHERE finished")
        }

    def close(self) -> None:
        """Close this thread's connection."""
        if self._database is not None:
            self._database.close()

    @property
    def _db(self) -> Database:
        assert self._database is not None  # noqa: S101 - opened by the constructor, which raises otherwise
        return self._database

    def remake(self, error: sqlite3.Error) -> bool:
        """Begin another index when an error says that the file is damaged; return whether it is begun.

        Nothing is lost: all of it is made again from the segments.
        """
        if getattr(error, "sqlite_errorcode", 0) & _PRIMARY not in _DAMAGED:
            return False
        with self._lock:
            try:
                if self._database is not None:
                    self._database.close()
                if _identity(self._path) == self._identity:  # nobody did it meanwhile
                    _log.warning("%s is damaged (%s): it is made again from the segments", self._path, error)
                    for suffix in ("", "-wal", "-shm"):
                        self._path.with_name(self._path.name + suffix).unlink(missing_ok=True)
                self._open()
            except (OSError, sqlite3.Error) as other:
                _log.warning("%s cannot be made again: %s", self._path, other)
                return False
        return True

    # Looking

    def place(self, exchange_id: int) -> Place | None:
        """Return where an exchange is; call ``catch_up`` before."""
        found = self._query("WHERE exchange.id = ?", (exchange_id,))
        return found[0] if found else None

    def places(self, filters: Filters, *, after: int, limit: int, newest_first: bool) -> list[Place]:
        """Return where the exchanges are that meet the filters, in the order of their ids."""
        conditions, values = ["exchange.id > ?"], [after]
        for condition, bound in filters.conditions():
            conditions.append(condition)
            values.extend(bound)  # type: ignore[arg-type] # bound values of any type
        order = "DESC" if newest_first else "ASC"
        return self._query(
            f"WHERE {' AND '.join(conditions)} ORDER BY exchange.id {order} LIMIT ?", (*values, limit)
        )

    def _query(self, rest: str, values: tuple[object, ...]) -> list[Place]:
        rows = self._db.connection().execute(
            "SELECT exchange.id, segment.name, offset, length FROM exchange"  # noqa: S608 - constants
            f" JOIN segment ON segment.id = exchange.segment {rest}",
            tuple(map(plain_text, values)),
        )
        return [Place(*row) for row in rows]

    def state(self) -> State:
        """Return what is kept and what is not."""
        connection = self._db.connection()
        meta = dict(connection.execute("SELECT name, value FROM meta"))
        lost, killed, torn, damaged = connection.execute(
            "SELECT sum(lost), sum(killed), sum(torn), sum(damaged) FROM segment"
        ).fetchone()
        files = list(segment_names(self._folder))
        finished = self.finished()
        for name in files:
            if name not in finished:
                lost = (lost or 0) + self._losses_of(name)
        return State(
            exchanges=meta.get("kept", 0),
            lost=lost or 0,
            killed=killed or 0,
            torn_bytes=torn or 0,
            damaged=damaged or 0,
            dropped=meta.get("dropped", 0),
            segments=len(files),
            bytes=sum(size_of(self._folder / name) or 0 for name in files),
        )

    def _losses_of(self, name: str) -> int:
        try:
            head = read_head(self._folder / name)
        except OSError:
            return 0
        return 0 if head is None or not head.is_credible else head.lost

    def forget(self, name: str) -> int:
        """Drop what the index says of a segment; return how many exchanges that was. The file is the caller's."""
        with self._lock, self._db.write() as connection:
            meta = Meta(connection, self._folder)
            found = connection.execute("SELECT id FROM segment WHERE name = ?", (name,)).fetchone()
            count = 0
            if found is not None:
                count = connection.execute("DELETE FROM exchange WHERE segment = ?", found).rowcount
            meta.kept -= count
            meta.dropped += count
            meta.save()
            write_dropped(self._folder, {"last_id": meta.last_id, "dropped": meta.dropped})
        return count

    def finished(self) -> set[str]:
        """Return the names of the segments that are indexed to their end and that nobody writes any more."""
        connection = self._db.connection()
        return {str(name) for (name,) in connection.execute("SELECT name FROM segment WHERE finished = 1")}

    # Bringing up to date

    def catch_up(
        self,
        own: str | None = None,
        *,
        thorough: bool = False,
        patience_s: float | None = None,
        most: int = CHUNK,
    ) -> bool:
        """Index what was written since the last time; costs a few calls of the system when there is nothing.

        Args:
            own: name of the segment that this process is writing.
            thorough: also see which processes are gone, and what they left unfinished.
            patience_s: stop when it takes longer, after some records at least; ``None``: however long it takes.
            most: records in one transaction.

        Returns:
            Whether all is indexed.

        Raises:
            sqlite3.Error: the index cannot be written.
        """
        if not self._is_behind(own, thorough=thorough):
            return True
        started = time.monotonic()
        if not self._lock.acquire(timeout=-1 if patience_s is None else patience_s):
            return False
        try:
            if _identity(self._path) != self._identity:
                # Somebody deleted it while it was in use: make it again.
                self._db.close()
                self._open()
            while True:
                with self._db.write() as connection:
                    full, finished, seen = index_chunk(connection, self._folder, own, most=most)
                self._finished.update(finished)
                self._seen.update(seen)
                if not full:
                    return True
                if patience_s is not None and time.monotonic() - started > patience_s:
                    return False
        finally:
            self._lock.release()

    def has_surely_nothing(self, own: str | None, session: str, after: int) -> bool:
        """Return whether all is indexed and a session has nothing after an id.

        Raises:
            sqlite3.Error: the index cannot be read.
        """
        if self._is_behind(own, thorough=False):
            return False
        query = "SELECT 1 FROM exchange WHERE id > ? AND session = ? LIMIT 1"
        return self._db.connection().execute(query, (after, session)).fetchone() is None

    def progress(self) -> tuple[int, int]:
        """Return how many bytes of the segments are indexed, and how many there are."""
        rows = self._db.connection().execute("SELECT name, position FROM segment")
        known: dict[str, int] = {str(name): int(position) for name, position in rows}
        names = list(segment_names(self._folder))
        total = sum(size_of(self._folder / name) or 0 for name in names)
        return min(sum(known.get(name, 0) for name in names), total), total

    def _is_behind(self, own: str | None, *, thorough: bool) -> bool:
        for name in segment_names(self._folder):
            if name in self._finished:
                continue
            path = self._folder / name
            size = size_of(path)
            if self._seen.get(name) != size:
                return True
            if thorough and name != own and (size or 0) >= HEAD.size and not is_locked(path):
                return True
        return _identity(self._path) != self._identity


def _add_service(connection: sqlite3.Connection) -> None:
    """Give an index of a former version the column that it had not: all that it knows is of the teleservice."""
    columns = {row[1] for row in connection.execute("PRAGMA table_info(exchange)")}
    if "service" not in columns:
        with contextlib.suppress(sqlite3.OperationalError):  # another process did it meanwhile
            connection.execute("ALTER TABLE exchange ADD COLUMN service TEXT NOT NULL DEFAULT 'insi'")


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
