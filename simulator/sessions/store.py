"""Sessions on disk, shared by all workers of a simulator.

Each thread keeps what it read and re-reads only when another connection has written since: SQLite's
``data_version`` tells, at the cost of a few microseconds per call.
"""

from __future__ import annotations

import json
import secrets
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from simulator.database import Database
from simulator.registry.person import PersonError, from_json
from simulator.scripting.loader import read_scenario
from simulator.scripting.model import Installed
from simulator.scripting.state import ScriptState
from simulator.sessions.profiles import Profile, profiles
from simulator.sessions.settings import SessionSettings

if TYPE_CHECKING:
    import sqlite3
    from pathlib import Path

DEFAULT: Final = "default"
"""The session of calls to ``/lps`` without a session in the path."""

_FORMAT: Final = 3
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
"""


class UnknownSessionError(LookupError):
    """There is no session of this id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """What one tester has set up."""

    id: str
    created_at: str
    settings: SessionSettings
    scenarios: tuple[Installed, ...] = ()

    @property
    def profile(self) -> Profile:
        """The environment imitated."""
        return profiles()[self.settings.profile]

    @property
    def scope(self) -> str:
        """The scope of the session's own people in the registry."""
        return self.id


@dataclass(slots=True)
class _Known:
    """What one thread has read, and the version of the file it read."""

    version: int = -1
    sessions: dict[str, Session] = field(default_factory=dict)


class SessionStore:
    """Sessions by id. Safe to use from several threads and processes."""

    def __init__(self, path: Path, *, profile: str) -> None:
        """Open the store and make sure that the default session exists, with this profile."""
        self._database = Database(path, "foreign_keys = ON")
        self._local = threading.local()
        self.script_state = ScriptState(path.with_name("state.sqlite"))
        """What the scenarios of the sessions remember."""
        connection = self._database.connection()
        if connection.execute("PRAGMA user_version").fetchone()[0] != _FORMAT:
            # Sessions of an older version of the bench are not worth a migration: they are set up by tests.
            connection.executescript("DROP TABLE IF EXISTS scenario; DROP TABLE IF EXISTS session;")
            connection.execute(f"PRAGMA user_version = {_FORMAT}")
        connection.executescript(_SCHEMA)
        settings = json.dumps(SessionSettings().changed({"profile": profile}).to_json())
        connection.execute(
            "INSERT INTO session VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE"
            " SET settings = json_set(settings, '$.profile', ?)",
            (DEFAULT, _now(), settings, profile),
        )

    def get(self, session_id: str) -> Session:
        """Return a session as it is now.

        Raises:
            UnknownSessionError: there is none of this id.
        """
        connection = self._database.connection()
        version = connection.execute("PRAGMA data_version").fetchone()[0]
        known = self._known()
        if known.version != version:
            known.version = version
            known.sessions.clear()
        session = known.sessions.get(session_id)
        if session is None:
            session = known.sessions[session_id] = self._load(connection, session_id)
        return session

    def create(self, /, **settings: Any) -> Session:
        """Create a session with an id that cannot be guessed by chance.

        Raises:
            SettingsError: a setting is unknown or cannot have its value.
        """
        checked = SessionSettings().changed(settings)
        session_id = secrets.token_hex(6)
        self._write(
            "INSERT INTO session VALUES (?, ?, ?)", (session_id, _now(), json.dumps(checked.to_json()))
        )
        return self.get(session_id)

    def change(self, session_id: str, /, **settings: Any) -> Session:
        """Change some settings of a session.

        Raises:
            SettingsError: a setting is unknown or cannot have its value.
            UnknownSessionError: there is none of this id.
        """
        checked = self.get(session_id).settings.changed(settings)
        self._write(
            "UPDATE session SET settings = ? WHERE id = ?", (json.dumps(checked.to_json()), session_id)
        )
        return self.get(session_id)

    def delete(self, session_id: str) -> None:
        """Delete a session and its scenarios. Its exchanges stay in the journal.

        Raises:
            UnknownSessionError: there is none of this id.
            ValueError: it is the default session.
        """
        if session_id == DEFAULT:
            raise ValueError("the default session cannot be deleted")
        self.get(session_id)
        self._write("DELETE FROM session WHERE id = ?", (session_id,))
        self.script_state.clear(session_id)

    def ids(self) -> list[str]:
        """Return the ids of all sessions, oldest first."""
        return [
            row[0]
            for row in self._database.connection().execute(
                "SELECT id FROM session ORDER BY created_at, rowid"
            )
        ]

    def install(
        self, session_id: str, data: Any, people: dict[str, Any], *, file: str | None = None
    ) -> Session:
        """Put a scenario in force, before those already installed.

        Args:
            session_id: the session.
            data: the scenario, decoded from YAML or JSON.
            people: the person (as JSON) bound to each role of the scenario.
            file: path of the scenario, to follow its edits; ``None``: it stays as it is.

        Raises:
            ScenarioError: the scenario cannot be used.
            ValueError: a role has no person, or a person is not valid.
            UnknownSessionError: there is no such session.
        """
        scenario = read_scenario(data)
        self.get(session_id)
        missing = sorted(set(scenario.people) - set(people))
        if missing:
            raise ValueError(
                f"expected a person for each role of {scenario.id}, got none for {', '.join(missing)}"
            )
        for role, person in people.items():
            try:
                from_json(person)
            except PersonError as error:
                raise ValueError(f"people.{role}.{error}") from error
        self._write(
            "INSERT INTO scenario (session, data, people, file) VALUES (?, ?, ?, ?)",
            (session_id, json.dumps(data), json.dumps(people), file),
        )
        return self.get(session_id)

    def clear_scenarios(self, session_id: str) -> None:
        """Remove all scenarios of a session, and what they remember."""
        self.get(session_id)
        self._write("DELETE FROM scenario WHERE session = ?", (session_id,))
        self.script_state.clear(session_id)

    def close(self) -> None:
        """Close this thread's connection."""
        self._database.close()
        self._local.__dict__.clear()

    def _load(self, connection: sqlite3.Connection, session_id: str) -> Session:
        row = connection.execute(
            "SELECT created_at, settings FROM session WHERE id = ?", (session_id,)
        ).fetchone()
        if row is None:
            raise UnknownSessionError(f"no session {session_id!r}: create one with POST /api/v1/sessions")
        # The latest scenario speaks first, so that a test can override what was installed before it.
        rows = connection.execute(
            "SELECT id, data, people, file FROM scenario WHERE session = ? ORDER BY id DESC", (session_id,)
        )
        return Session(
            id=session_id,
            created_at=row[0],
            settings=SessionSettings().changed(json.loads(row[1])),
            scenarios=tuple(
                Installed(
                    scenario=read_scenario(json.loads(data)),
                    people={role: from_json(person) for role, person in json.loads(people).items()},
                    id=installation,
                    file=file,
                )
                for installation, data, people, file in rows
            ),
        )

    def _known(self) -> _Known:
        known: _Known | None = getattr(self._local, "known", None)
        if known is None:
            known = self._local.known = _Known()
        return known

    def _write(self, statement: str, parameters: tuple[object, ...]) -> None:
        self._database.connection().execute(statement, parameters)
        self._known().sessions.clear()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
