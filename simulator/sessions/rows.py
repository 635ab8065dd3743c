"""Sessions and their scenarios, from the rows of the file that keeps them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from simulator.registry.person import from_json
from simulator.scripting.loader import read_scenario
from simulator.scripting.model import Installed
from simulator.sessions.session import ExpiredSessionError, Session, UnknownSessionError
from simulator.sessions.settings import SessionSettings

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping

    from simulator.registry.person import Person
    from simulator.scripting.model import Scenario

_READ_LIMIT: Final = 100
"""How many scenarios, installations and settings a process keeps as they were read."""

_Row: TypeAlias = tuple[int, str, str, str | None]
"""Number of an installation, data of its scenario, its people, and the file followed."""


class SessionRows:
    """Reads sessions, each scenario once in this process however often its session is."""

    def __init__(self) -> None:
        """Know no scenario yet."""
        self._scenarios: dict[str, Scenario] = {}
        self._settings: dict[str, SessionSettings] = {}
        self._installations: dict[_Row, Installed] = {}

    def load(self, connection: sqlite3.Connection, session_id: str) -> Session:
        """Return a session as the file has it.

        Raises:
            ExpiredSessionError: it has ended.
            UnknownSessionError: there is none of this id.
        """
        row = self.find(connection, session_id)
        # The latest scenario speaks first, so that a test can override what was installed before it.
        rows = connection.execute(
            "SELECT id, data, people, file FROM scenario WHERE session = ? ORDER BY id DESC", (session_id,)
        )
        return Session(
            id=session_id,
            created_at=row[0],
            settings=self._settings_of(row[1]),
            scenarios=tuple([self._installed_of(row) for row in rows]),
        )

    @staticmethod
    def find(connection: sqlite3.Connection, session_id: str) -> tuple[str, str]:
        """Return when a session was created, and its settings; raises as ``load``."""
        row: tuple[str, str] | None = connection.execute(
            "SELECT created_at, settings FROM session WHERE id = ?", (session_id,)
        ).fetchone()
        if row is not None:
            return row
        ended = connection.execute("SELECT reason FROM expired WHERE id = ?", (session_id,)).fetchone()
        if ended is not None:
            raise ExpiredSessionError(ended[0])
        raise UnknownSessionError(f"no session {session_id!r}: create one with POST /api/v1/sessions")

    def keep(self, text: str, scenario: Scenario) -> None:
        """Remember a scenario as it was read."""
        if len(self._scenarios) >= _READ_LIMIT:
            self._scenarios.clear()
        self._scenarios[text] = scenario

    def keep_installed(self, row: _Row, scenario: Scenario, people: Mapping[str, Person]) -> Installed:
        """Remember what a row of an installation says, and return it."""
        found = Installed(scenario=scenario, people=dict(people), id=row[0], file=row[3])
        if len(self._installations) >= _READ_LIMIT:
            self._installations.clear()
        self._installations[row] = found
        return found

    @staticmethod
    def mortal(connection: sqlite3.Connection) -> list[Session]:
        """Return the sessions with a time to live, without their scenarios."""
        rows = connection.execute(
            "SELECT id, created_at, settings FROM session WHERE json_extract(settings, '$.ttl') IS NOT NULL"
        )
        return [
            Session(id=name, created_at=at, settings=SessionSettings().changed(json.loads(settings)))
            for name, at, settings in rows
        ]

    @staticmethod
    def installed(connection: sqlite3.Connection, session_id: str) -> list[tuple[Any, dict[str, Any]]]:
        """Return the data and the people of each scenario of a session, in the order of their installation."""
        rows = connection.execute(
            "SELECT data, people FROM scenario WHERE session = ? ORDER BY id", (session_id,)
        )
        return [(json.loads(data), json.loads(people)) for data, people in rows]

    def _settings_of(self, text: str) -> SessionSettings:
        found = self._settings.get(text)
        if found is None:
            found = SessionSettings().changed(json.loads(text))
            if len(self._settings) >= _READ_LIMIT:
                self._settings.clear()
            self._settings[text] = found
        return found

    def _installed_of(self, row: _Row) -> Installed:
        found = self._installations.get(row)
        if found is None:
            _, data, people, _ = row
            bound = {role: from_json(person) for role, person in json.loads(people).items()}
            found = self.keep_installed(row, self._read(data), bound)
        return found

    def _read(self, text: str) -> Scenario:
        found = self._scenarios.get(text)
        if found is None:
            found = read_scenario(json.loads(text))
            self.keep(text, found)
        return found
