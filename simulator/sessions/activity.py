"""What calls leave behind in a session: when it was last used, and the identifiers it has seen.

In a file of its own: writing here must not make every worker read the sessions again. Nothing in it is worth
keeping when it cannot be read.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from hashlib import blake2b
from typing import TYPE_CHECKING, Final

from simulator.database import Database

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

FLUSH_S: Final = 30.0
"""Seconds between two writes of when a session was last used; a tenth of its time to live when that is shorter."""
KEPT: Final = 50_000
"""How many identifiers are remembered in a session; the oldest are forgotten first."""
SESSIONS_KEPT: Final = 10_000
"""How many sessions a process knows the use of in memory: those deleted by another process would stay for ever."""
_PRUNE_EVERY: Final = 1000
"""Identifiers that a process adds to a session before it prunes them."""
_LOCK_TIMEOUT_MS: Final = 2000
"""How long a call waits for another process to finish its write."""

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS used (session TEXT PRIMARY KEY, at REAL NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS seen (
  id INTEGER PRIMARY KEY,
  session TEXT NOT NULL,
  digest BLOB NOT NULL,
  UNIQUE (session, digest)
);
CREATE INDEX IF NOT EXISTS seen_by_age ON seen (session, id);
"""
_PRUNE: Final = (
    "DELETE FROM seen WHERE session = ?1 AND id <="
    " (SELECT id FROM seen WHERE session = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)"
)

_log = logging.getLogger(__name__)


class Activity:
    """Shared by the threads of a process and, through its file, by the workers of a simulator."""

    def __init__(self, path: Path) -> None:
        """Open the file, creating it when it does not exist.

        Raises:
            sqlite3.Error: it cannot be opened.
        """
        self._database = Database(path, f"busy_timeout = {_LOCK_TIMEOUT_MS}")
        self._used: dict[str, float] = {}
        self._flushed: dict[str, float] = {}
        self._added: dict[str, int] = {}
        self._lock = threading.Lock()
        self._database.connection().executescript(_SCHEMA)

    def touch(self, session_id: str, ttl: float | None) -> None:
        """Note that a session is used now. In memory, and on disk from time to time; never raises for the disk."""
        now = time.time()
        if len(self._used) >= SESSIONS_KEPT and session_id not in self._used:
            # What is not on disk yet is as recent as the last write, and the next use of each is written at once.
            for table in (self._used, self._flushed, self._added):
                table.clear()
        self._used[session_id] = now
        every = FLUSH_S if ttl is None else min(FLUSH_S, ttl / 10)
        if now - self._flushed.get(session_id, 0.0) < every:
            return
        # Before the write: when it fails, the next try is no sooner than after a success.
        self._flushed[session_id] = now
        try:
            self._database.connection().execute(
                "INSERT INTO used VALUES (?, ?) ON CONFLICT (session) DO UPDATE SET at = max(at, excluded.at)",
                (session_id, now),
            )
        except sqlite3.Error as error:
            _log.warning("when session %s was used could not be kept: %s", session_id, error)

    def used_here(self, session_id: str) -> float:
        """Return when this process last saw the session used, in seconds since 1970; 0.0: never."""
        return self._used.get(session_id, 0.0)

    def last_used(self, session_id: str) -> float:
        """Return when any worker last saw the session used, as far as it is on disk; 0.0: never."""
        row = (
            self._database.connection()
            .execute("SELECT at FROM used WHERE session = ?", (session_id,))
            .fetchone()
        )
        return max(self.used_here(session_id), row[0] if row else 0.0)

    def remember(self, session_id: str, values: Iterable[tuple[str, str]]) -> list[bool]:
        """Remember named values; return for each whether this session had seen it, in whichever worker.

        Of two calls at the same time that bring the same value, exactly one is told that it is new.

        Raises:
            sqlite3.Error: the file cannot be written.
        """
        digests = [_digest(name, value) for name, value in values]
        with self._database.write() as connection:
            seen = [
                connection.execute(
                    "INSERT INTO seen (session, digest) VALUES (?, ?) ON CONFLICT DO NOTHING",
                    (session_id, digest),
                ).rowcount
                == 0
                for digest in digests
            ]
            if self._prunes(session_id, len(digests)):
                connection.execute(_PRUNE, (session_id, KEPT))
        return seen

    def forget(self, session_id: str) -> None:
        """Forget all about a session.

        Raises:
            sqlite3.Error: the file cannot be written.
        """
        with self._database.write() as connection:
            connection.execute("DELETE FROM seen WHERE session = ?", (session_id,))
            connection.execute("DELETE FROM used WHERE session = ?", (session_id,))
        for table in (self._used, self._flushed, self._added):
            table.pop(session_id, None)

    def close(self) -> None:
        """Close this thread's connection."""
        self._database.close()

    def _prunes(self, session_id: str, added: int) -> bool:
        """Count what is added to a session; tell whether it is time to prune."""
        with self._lock:
            total = self._added.get(session_id, 0) + added
            self._added[session_id] = total % _PRUNE_EVERY
        return total >= _PRUNE_EVERY


def _digest(name: str, value: str) -> bytes:
    # A client chooses how long a value is; what is kept of it is short. Text may hold what UTF-8 cannot.
    return blake2b(f"{name}\0{value}".encode("utf-8", "surrogatepass"), digest_size=16).digest()
