"""Sessions on disk, shared by all workers of a simulator.

Each thread keeps what it read and re-reads only when another connection has written since: SQLite's
``data_version`` tells, at the cost of a few microseconds per call.
"""

from __future__ import annotations

import json
import logging
import secrets
import sqlite3
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from simulator.database import Database, identity_of
from simulator.registry.person import to_json
from simulator.scripting.state import ScriptState
from simulator.sessions.activity import Activity
from simulator.sessions.known import Known, Local
from simulator.sessions.lifetimes import Lifetimes
from simulator.sessions.rows import SessionRows
from simulator.sessions.session import (
    DEFAULT,
    ID_FORM,
    ExpiredSessionError,
    Session,
    SessionConflictError,
    SessionsUnavailableError,
    UnknownSessionError,
)
from simulator.sessions.settings import SessionSettings, SettingsError
from simulator.sessions.tables import claim, open_tables

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from simulator.registry.person import Person
    from simulator.scripting.loader import WrittenScenario
    from simulator.sessions.recognition import Claim

__all__ = [
    "DEFAULT",
    "ExpiredSessionError",
    "Session",
    "SessionConflictError",
    "SessionStore",
    "SessionsUnavailableError",
    "UnknownSessionError",
]

_REMEMBERED: Final = 10_000
"""How many expired sessions are remembered, so that a call to one is told why it is gone."""
_KNOWN_LIMIT: Final = 10_000
"""How many sessions a thread keeps at hand."""
_READ_AGAIN_AFTER_S: Final = 5.0
"""How long a thread goes on with what it knows when the file could not be read."""

_log = logging.getLogger(__name__)


class SessionStore:
    """Sessions by id. Safe to use from several threads and processes."""

    def __init__(self, path: Path, *, profile: str, node: str | None = None) -> None:
        """Open the store and make sure that the default session exists, with this profile.

        ``node``: the name of this simulator among several behind one address. Ids of its sessions begin with it, so that
        whoever hands requests out knows where a session lives.

        Raises:
            sqlite3.Error: the file cannot be opened or is not a store of sessions.
        """
        self._path = path
        self._prefix = "" if node is None else f"{node}-"
        self._database = Database(path, "foreign_keys = ON")
        self._local = Local()
        self._rows = SessionRows()
        self.script_state = ScriptState(path.with_name("state.sqlite"))
        """What the scenarios of the sessions remember."""
        connection = self._database.connection()
        open_tables(connection)
        settings = json.dumps(SessionSettings().changed({"profile": profile}).to_json())
        connection.execute(
            "INSERT INTO session VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE"
            " SET settings = json_set(settings, '$.profile', ?)",
            (DEFAULT, _now(), settings, profile),
        )
        self._file = identity_of(path)
        self.activity = Activity(path.with_name("activity.sqlite"))
        self._lifetimes = Lifetimes(self.activity)

    def get(self, session_id: str) -> Session:
        """Return a session as it is now; as it was, when the file cannot be read any more.

        Raises:
            ExpiredSessionError: it was not used for longer than its time to live.
            UnknownSessionError: there is none of this id.
            SessionsUnavailableError: the file cannot be read, and this thread does not know the session.
        """
        known = self._local.known
        entry = known.sessions.get(session_id)
        try:
            self._refresh(known)
            if entry is None or entry[0] != known.generation:
                known.sessions.pop(session_id, None)
                if len(known.sessions) >= _KNOWN_LIMIT:
                    known.sessions.clear()
                entry = known.sessions[session_id] = (
                    known.generation,
                    self._rows.load(self._database.connection(), session_id),
                )
        except sqlite3.Error as error:
            known.retry_at = time.monotonic() + _READ_AGAIN_AFTER_S
            _log.error("%s cannot be read, sessions stay as they were: %s", self._path, error)
            if entry is None:
                raise self._unavailable("read", error) from error
            known.sessions[session_id] = entry
        session = entry[1]
        if session.settings.ttl is not None:
            self._lifetimes.check(session, session.settings.ttl)
        return session

    def claims(self) -> Mapping[Claim, str]:
        """Return the session by what its calls are recognised by, as known at this thread's last ``get``."""
        known = self._local.known
        if known.claims[0] != known.generation:
            try:
                rows = self._database.connection().execute("SELECT kind, value, session FROM claim")
                known.claims = known.generation, {(kind, value): session for kind, value, session in rows}
            except sqlite3.Error as error:
                _log.error("%s cannot be read, recognition stays as it was: %s", self._path, error)
        return known.claims[1]

    def create(self, session_id: Any = None, /, **settings: Any) -> Session:
        """Create a session; without an id, with one that cannot be guessed by chance.

        Raises:
            SettingsError: a setting is unknown or cannot have its value, or the id cannot be one.
            SessionConflictError: the id, or what it is recognised by, is taken.
            SessionsUnavailableError: the file cannot be written.
        """
        checked = SessionSettings().changed(settings)
        if session_id is None:
            session_id = self._prefix + secrets.token_hex(6)
        elif not isinstance(session_id, str) or not ID_FORM.fullmatch(session_id):
            raise SettingsError(
                "id: expected 1 to 64 of a-z 0-9 . _ - of which the first is a letter or a digit, "
                f"got {session_id!r:.80}"
            )
        elif not session_id.startswith(self._prefix):
            raise SettingsError(
                f"id: expected one that begins with {self._prefix!r}, as sessions of this node do, got {session_id!r}; "
                "without an id the node gives one"
            )
        with self._writing() as connection:
            if connection.execute("SELECT 1 FROM session WHERE id = ?", (session_id,)).fetchone():
                raise SessionConflictError(f"id: there is already a session {session_id!r}")
            connection.execute("DELETE FROM expired WHERE id = ?", (session_id,))
            connection.execute(
                "INSERT INTO session VALUES (?, ?, ?)", (session_id, _now(), json.dumps(checked.to_json()))
            )
            claim(connection, session_id, checked.recognise)
        self.activity.touch(session_id, checked.ttl)
        return self.get(session_id)

    def change(self, session_id: str, /, **settings: Any) -> Session:
        """Change some settings of a session, atomically with other changes.

        Raises:
            SettingsError: a setting is unknown or cannot have its value.
            SessionConflictError: what it would be recognised by is taken.
            UnknownSessionError: there is none of this id.
            SessionsUnavailableError: the file cannot be written.
        """
        return self.update(session_id, lambda now: now.changed(settings))

    def update(self, session_id: str, decide: Callable[[SessionSettings], SessionSettings]) -> Session:
        """Replace the settings by what ``decide`` makes of them, atomically with other changes.

        Raises:
            SettingsError: raised by ``decide``, or the default session would expire or be recognised.
            SessionConflictError: what it would be recognised by is taken.
            UnknownSessionError: there is none of this id.
            SessionsUnavailableError: the file cannot be written.
        """
        self.get(session_id)
        with self._writing() as connection:
            before = self._rows.load(self._database.connection(), session_id).settings
            after = decide(before)
            if session_id == DEFAULT and (after.ttl is not None or after.recognise):
                name = "recognise" if after.recognise else "ttl"
                raise SettingsError(
                    f"{name}: the default session takes the calls that no other does, and never expires"
                )
            connection.execute(
                "UPDATE session SET settings = ? WHERE id = ?", (json.dumps(after.to_json()), session_id)
            )
            if after.recognise != before.recognise:
                claim(connection, session_id, after.recognise)
        self.activity.touch(session_id, after.ttl)
        return self.get(session_id)

    def delete(self, session_id: str) -> None:
        """Delete a session and its scenarios. Its exchanges stay in the journal.

        Raises:
            UnknownSessionError: there is none of this id.
            ValueError: it is the default session.
            SessionsUnavailableError: the file cannot be written.
        """
        if session_id == DEFAULT:
            raise ValueError("the default session cannot be deleted")
        self.get(session_id)
        with self._writing() as connection:
            connection.execute("DELETE FROM session WHERE id = ?", (session_id,))
        self.script_state.clear(session_id)

    def touch(self, session_id: str) -> None:
        """Note that a session is used now; cheap, see ``Activity.touch``."""
        entry = self._local.known.sessions.get(session_id)
        self.activity.touch(session_id, entry[1].settings.ttl if entry else None)

    def expire(self) -> list[str]:
        """Remove the sessions whose time to live has run out; return their ids.

        Raises:
            SessionsUnavailableError: the file cannot be read or written.
        """
        ended: list[str] = []
        for session in self._mortal():
            ttl = session.settings.ttl
            assert ttl is not None  # noqa: S101 - that is how they were chosen
            if self._lifetimes.ends_at(session, ttl) > time.time():
                continue
            with self._writing() as connection:
                gone = connection.execute("DELETE FROM session WHERE id = ?", (session.id,)).rowcount
                if gone:
                    connection.execute(
                        "INSERT OR REPLACE INTO expired (id, reason) VALUES (?, ?)",
                        (session.id, self._lifetimes.reason(session, ttl)),
                    )
                    connection.execute(
                        "DELETE FROM expired WHERE number <= (SELECT max(number) FROM expired) - ?",
                        (_REMEMBERED,),
                    )
                    ended.append(session.id)
            self.script_state.clear(session.id)
        return ended

    def ids(self, *, limit: int = -1, offset: int = 0) -> list[str]:
        """Return the ids of all sessions or of a page of them, oldest first."""
        return [
            row[0]
            for row in self._database.connection().execute(
                "SELECT id FROM session ORDER BY created_at, rowid LIMIT ? OFFSET ?", (limit, offset)
            )
        ]

    def count(self) -> int:
        """Return how many sessions there are."""
        return int(self._database.connection().execute("SELECT count(*) FROM session").fetchone()[0])

    def expires_at(self, session: Session) -> datetime | None:
        """Return when the session ends if nobody uses it until then."""
        ttl = session.settings.ttl
        return None if ttl is None else datetime.fromtimestamp(self._lifetimes.ends_at(session, ttl), UTC)

    def install(
        self,
        session_id: str,
        written: WrittenScenario,
        people: Mapping[str, Person],
        *,
        file: str | None = None,
        alone: bool = False,
        at_once: bool = False,
    ) -> Session:
        """Put a scenario in force, before those already installed.

        Args:
            session_id: the session.
            written: the scenario, see ``simulator.scripting.loader.checked_scenario``.
            people: the person bound to each role of the scenario.
            file: path of the scenario, to follow its edits; ``None``: it stays as it is.
            alone: instead of those already installed, which go with what they remember.
            at_once: without waiting for somebody else who is writing.

        Raises:
            ValueError: a role has no person.
            UnknownSessionError: there is no such session.
            SessionsUnavailableError: the file cannot be written.
            WouldWaitError: ``at_once``, and that would wait.
        """
        scenario = written.scenario
        self.get(session_id)
        missing = sorted(set(scenario.people) - set(people))
        if missing:
            raise ValueError(
                f"expected a person for each role of {scenario.id}, got none for {', '.join(missing)}"
            )
        text = json.dumps(written.data)
        bound = json.dumps({role: to_json(person) for role, person in people.items()})
        with self._writing(at_once=at_once) as connection:
            self._rows.find(connection, session_id)
            installation = connection.execute(
                "INSERT INTO scenario (session, data, people, file) VALUES (?, ?, ?, ?)",
                (session_id, text, bound, file),
            ).lastrowid
            if alone:
                # Those before go last, and what is remembered first: what a call that is being answered still counts is counted
                # for them, not for the one that follows, whose number is another.
                connection.execute(
                    "DELETE FROM scenario WHERE session = ? AND id <> ?", (session_id, installation)
                )
                self.script_state.clear(session_id, at_once=at_once)
        self._rows.keep(text, scenario)
        # As it will be read: this thread is the first to do so.
        self._rows.keep_installed((installation or 0, text, bound, file), scenario, people)
        self.touch(session_id)
        return self.get(session_id)

    def clear_scenarios(self, session_id: str, *, at_once: bool = False) -> None:
        """Remove all scenarios of a session, and what they remember.

        Raises:
            WouldWaitError: ``at_once``, and that would wait.
        """
        session = self.get(session_id)
        # Where there is none nothing is written, which every worker would have to read again.
        if session.scenarios or self._local.known.retry_at:
            with self._writing(at_once=at_once) as connection:
                connection.execute("DELETE FROM scenario WHERE session = ?", (session_id,))
        self.script_state.clear(session_id, at_once=at_once)

    def installed(self, session_id: str) -> list[tuple[Any, dict[str, Any]]]:
        """Return the data and the people of each scenario of a session, in the order of their installation."""
        return self._rows.installed(self._database.connection(), session_id)

    def close(self) -> None:
        """Close this thread's connections."""
        self.activity.close()
        self._database.close()
        self._local.known = Known()

    def _refresh(self, known: Known) -> None:
        """Find out whether another connection has written since this thread last looked."""
        if known.retry_at:
            if time.monotonic() < known.retry_at:
                return
            known.retry_at = 0.0
        connection = known.connection
        if connection is None:
            connection = known.connection = self._database.connection()
        version = connection.execute("PRAGMA data_version").fetchone()[0]
        if known.version != version:
            known.version = version
            known.generation += 1

    def _mortal(self) -> list[Session]:
        """Return the sessions with a time to live, without their scenarios."""
        try:
            return self._rows.mortal(self._database.connection())
        except sqlite3.Error as error:
            raise self._unavailable("read", error) from error

    @contextmanager
    def _writing(self, *, at_once: bool = False) -> Iterator[sqlite3.Connection]:
        """Make all that is written inside the block one transaction, and this thread read again after it."""
        try:
            if identity_of(self._path) != self._file:
                raise SessionsUnavailableError(
                    f"the sessions cannot be changed: {self._path} was removed or replaced while the simulator runs; "
                    "restart banc serve"
                )
            with self._database.write(at_once=at_once) as connection:
                yield connection
        except sqlite3.DatabaseError as error:
            raise self._unavailable("changed", error) from error
        finally:
            self._local.known.generation += 1

    def _unavailable(self, what: str, error: Exception) -> SessionsUnavailableError:
        return SessionsUnavailableError(
            f"the sessions cannot be {what}: {self._path}: {error}; another program may hold the file, try again"
        )


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
