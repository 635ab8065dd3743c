"""The tables of the file of sessions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from simulator.sessions.session import SessionConflictError

if TYPE_CHECKING:
    import sqlite3

    from simulator.sessions.recognition import Claim

FORMAT: Final = 4
"""Version of the tables below."""

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS session (
  id TEXT PRIMARY KEY,
  created_at TEXT NOT NULL,
  settings TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS scenario (
  id INTEGER PRIMARY KEY,
  session TEXT NOT NULL REFERENCES session (id) ON DELETE CASCADE,
  data TEXT NOT NULL,
  people TEXT NOT NULL,
  file TEXT
);
CREATE INDEX IF NOT EXISTS scenario_by_session ON scenario (session, id);
CREATE TABLE IF NOT EXISTS claim (
  kind TEXT NOT NULL,
  value TEXT NOT NULL,
  session TEXT NOT NULL REFERENCES session (id) ON DELETE CASCADE,
  PRIMARY KEY (kind, value)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS claim_by_session ON claim (session);
CREATE TABLE IF NOT EXISTS expired (
  number INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  reason TEXT NOT NULL
);
"""
_TABLES: Final = ("claim", "scenario", "expired", "session")


def open_tables(connection: sqlite3.Connection) -> None:
    """Make the tables where they are missing.

    Sessions of an older version of the bench are dropped: they are not worth a migration, tests set them up.
    """
    if connection.execute("PRAGMA user_version").fetchone()[0] != FORMAT:
        connection.executescript("".join(f"DROP TABLE IF EXISTS {table};" for table in _TABLES))
        connection.execute(f"PRAGMA user_version = {FORMAT}")
    connection.executescript(_SCHEMA)


def claim(connection: sqlite3.Connection, session_id: str, claims: tuple[Claim, ...]) -> None:
    """Replace the claims of a session.

    Raises:
        SessionConflictError: another session has one of them.
    """
    connection.execute("DELETE FROM claim WHERE session = ?", (session_id,))
    for kind, value in claims:
        row = connection.execute(
            "SELECT session FROM claim WHERE kind = ? AND value = ?", (kind, value)
        ).fetchone()
        if row is not None:
            raise SessionConflictError(
                f"recognise.{kind}: {value!r} is already what the session {row[0]!r} is recognised by; "
                "give one of them another value, or address it by path or header"
            )
        connection.execute("INSERT INTO claim VALUES (?, ?, ?)", (kind, value, session_id))
