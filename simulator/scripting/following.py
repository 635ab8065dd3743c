"""Scenarios installed by reference: their file is followed, and an edit takes effect on the next call.

A file is looked at (one ``stat``) at each call of a session that uses it. A broken edit keeps the last version that
could be read and whose people exist, whichever server process read it.
"""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from simulator.datafile import DataFileError
from simulator.scripting.loader import ScenarioError, load_data, read_scenario
from simulator.scripting.people import NobodyError, bind
from simulator.scripting.reading import scenario_of

if TYPE_CHECKING:
    from simulator.registry.person import Person
    from simulator.registry.protocol import Registry
    from simulator.scripting.model import Installed, Scenario
    from simulator.scripting.state import ScriptState

_log = logging.getLogger(__name__)

_GONE: Final = (-1, -1)


@dataclass(frozen=True, slots=True)
class _Version:
    """What a file said at one time: its last good scenario, and what is wrong with it since."""

    stamp: tuple[int, int]
    """Modification time in nanoseconds, and size."""
    good: Scenario | None
    problem: str | None
    data: Any = None
    """The data read, when there is no problem."""


@dataclass(frozen=True, slots=True)
class _Followed:
    base: Installed
    version: _Version
    effective: Installed
    problem: str | None


class Follower:
    """Follows the files of scenarios for all threads of a process."""

    def __init__(self, state: ScriptState, registry: Registry | None) -> None:
        self._state = state
        self._registry = registry
        self._lock = threading.Lock()
        self._versions: dict[str, _Version] = {}
        self._kept: dict[str, _Version] = {}
        self._local = threading.local()

    def current(self, session: str, scope: str, installed: Installed) -> tuple[Installed, str | None]:
        """Return a scenario as its file is now, and what is wrong with the file if it is an older version.

        The same object comes back as long as nothing has changed.
        """
        assert installed.file is not None  # noqa: S101 - asked for scenarios with a file only
        version = self._version(installed.file)
        known: dict[tuple[str, int], _Followed] = self._local.__dict__.setdefault("followed", {})
        followed = known.get((session, installed.id))
        if followed is None or followed.base is not installed or followed.version is not version:
            followed = self._bound(installed, version, scope, followed)
            known[session, installed.id] = followed
        return followed.effective, followed.problem

    def _bound(
        self, installed: Installed, version: _Version, scope: str, before: _Followed | None
    ) -> _Followed:
        if self._registry is None:
            return _Followed(installed, version, installed, version.problem)
        problem = version.problem
        if version.good is not None:
            try:
                effective = _rebound(installed, version.good, self._registry, scope)
            except NobodyError as error:
                problem = problem or f"{installed.file}: {error}"
            else:
                self._keep(str(installed.file), version)
                return _Followed(installed, version, effective, problem)
        # This thread may have missed the last version whose people exist: another one, or another process, kept it.
        last = self._last_good(str(installed.file))
        try:
            if last is not None:
                return _Followed(
                    installed, version, _rebound(installed, last, self._registry, scope), problem
                )
        except NobodyError:
            _log.debug("the version kept of %s does not suit session scope %s", installed.file, scope)
        kept = before.effective if before is not None and before.base is installed else installed
        return _Followed(installed, version, kept, problem)

    def _keep(self, file: str, version: _Version) -> None:
        """Remember a version that could be read and whose people exist, for the processes that missed it."""
        if version.problem is None and self._kept.get(file) is not version:
            self._state.keep_good(file, version.data)
            self._kept[file] = version

    def _version(self, file: str) -> _Version:
        path = Path(file)
        try:
            found = path.stat()
            stamp = (found.st_mtime_ns, found.st_size)
        except OSError:
            stamp = _GONE
        version = self._versions.get(file)
        if version is not None and version.stamp == stamp:
            return version
        with self._lock:
            version = self._versions.get(file)
            if version is None or version.stamp != stamp:
                version = self._versions[file] = self._read(path, stamp, version)
        return version

    def _read(self, path: Path, stamp: tuple[int, int], before: _Version | None) -> _Version:
        try:
            data = load_data(path)
        except DataFileError as error:
            _log.warning("a scenario keeps its last good version: %s", error)
            # What all processes keep comes first: this one may have missed the last good edit.
            good = self._last_good(str(path)) or (None if before is None else before.good)
            return _Version(stamp, good, str(error))
        return _Version(stamp, scenario_of(data), None, data)

    def _last_good(self, file: str) -> Scenario | None:
        data = self._state.last_good(file)
        try:
            return None if data is None else read_scenario(data)
        except ScenarioError:  # kept by another version of the bench
            return None


def _rebound(installed: Installed, edited: Scenario, registry: Registry, scope: str) -> Installed:
    """Return an installed scenario as edited; raises ``NobodyError`` when a role is given to nobody."""
    people = bind(edited, _given(installed, edited), registry, scope)
    return replace(installed, scenario=edited, people=people)


def _given(installed: Installed, edited: Scenario) -> dict[str, Person]:
    """Return the people who stay: those of roles that the edit did not give to somebody else."""
    before, after = installed.scenario.picks, edited.picks
    return {role: person for role, person in installed.people.items() if before.get(role) == after.get(role)}
