"""What scripted scenarios remember: counters and named states, in one SQLite file shared by all server processes.

Only rules that count or name a state open it. All that one call reads and writes is one transaction, so that two calls
answered at once by two processes are the n-th and the next one, never both the n-th.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from simulator.database import Database

if TYPE_CHECKING:
    import sqlite3
    from pathlib import Path

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS counter (
  session TEXT NOT NULL,
  installation TEXT NOT NULL,
  rule INTEGER NOT NULL,
  kind TEXT NOT NULL,
  value INTEGER NOT NULL,
  PRIMARY KEY (session, installation, rule, kind)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS named (
  session TEXT NOT NULL,
  name TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (session, name)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS good_file (
  path TEXT PRIMARY KEY,
  data TEXT NOT NULL
) WITHOUT ROWID;
"""
_REMEMBERS: Final = "SELECT EXISTS (SELECT 1 FROM counter WHERE session = ?1) OR EXISTS (SELECT 1 FROM named WHERE session = ?1)"


class ScriptState:
    """The file, opened on first use. Safe to use from several threads and processes."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._opened: Database | None = None

    def view(self, session: str) -> StateView:
        """Return the state of a session for one call: nothing is opened before it is asked something."""
        return StateView(self, session)

    def states(self, session: str) -> dict[str, str]:
        """Return the named states of a session."""
        rows = (
            self._database()
            .connection()
            .execute("SELECT name, value FROM named WHERE session = ?", (session,))
        )
        return dict(rows.fetchall())

    def clear(self, session: str, *, at_once: bool = False) -> None:
        """Forget the counters and the states of a session.

        Raises:
            WouldWaitError: ``at_once``, and somebody else is writing.
        """
        if self._opened is None and not self._path.exists():
            return
        database = self._database()
        # Reading costs a tenth of writing, and most scenarios remember nothing.
        if not database.connection().execute(_REMEMBERS, (session,)).fetchone()[0]:
            return
        with database.write(at_once=at_once) as connection:
            connection.execute("DELETE FROM counter WHERE session = ?", (session,))
            connection.execute("DELETE FROM named WHERE session = ?", (session,))

    def keep_good(self, path: str, data: Any) -> None:
        """Remember the data of a scenario file that could be read, for a process that meets a broken edit."""
        self._database().connection().execute(
            "INSERT OR REPLACE INTO good_file VALUES (?, ?)", (path, json.dumps(data))
        )

    def last_good(self, path: str) -> Any:
        """Return the data last kept for this path, ``None`` when there is none."""
        row = (
            self._database()
            .connection()
            .execute("SELECT data FROM good_file WHERE path = ?", (path,))
            .fetchone()
        )
        return None if row is None else json.loads(row[0])

    def connection(self) -> sqlite3.Connection:
        """Return this thread's connection."""
        return self._database().connection()

    def close(self) -> None:
        """Close this thread's connection."""
        if self._opened is not None:
            self._opened.close()

    def _database(self) -> Database:
        if self._opened is None:
            database = Database(self._path)
            database.connection().executescript(_SCHEMA)
            self._opened = database
        return self._opened


class StateView:
    """The state of one session as one call sees it: a transaction from the first question to ``commit``."""

    __slots__ = ("_connection", "_session", "_state")

    def __init__(self, state: ScriptState, session: str) -> None:
        self._state = state
        self._session = session
        self._connection: sqlite3.Connection | None = None

    def get(self, name: str) -> str | None:
        """Return a named state, ``None`` when it was never set."""
        row = (
            self._begun()
            .execute("SELECT value FROM named WHERE session = ? AND name = ?", (self._session, name))
            .fetchone()
        )
        return None if row is None else str(row[0])

    def set(self, name: str, value: str | None) -> None:
        """Set or forget a named state."""
        if value is None:
            self._begun().execute("DELETE FROM named WHERE session = ? AND name = ?", (self._session, name))
        else:
            self._begun().execute(
                "INSERT OR REPLACE INTO named VALUES (?, ?, ?)", (self._session, name, value)
            )

    def count(self, installation: str, rule: int, kind: str) -> int:
        """Add one to a counter and return it: 1 the first time."""
        row = (
            self._begun()
            .execute(
                "INSERT INTO counter VALUES (?, ?, ?, ?, 1) ON CONFLICT DO UPDATE SET value = value + 1 RETURNING value",
                (self._session, installation, rule, kind),
            )
            .fetchone()
        )
        return int(row[0])

    def commit(self) -> None:
        """Keep what was changed."""
        if self._connection is not None:
            self._connection.commit()
            self._connection = None

    def rollback(self) -> None:
        """Forget what was changed."""
        if self._connection is not None:
            self._connection.rollback()
            self._connection = None

    def _begun(self) -> sqlite3.Connection:
        if self._connection is None:
            connection = self._state.connection()
            connection.execute("BEGIN IMMEDIATE")
            self._connection = connection
        return self._connection
