"""Putting scenarios in force in a session, with people for their roles: what the API and the commands share."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simulator.datafile import DataFileError
from simulator.scripting.loader import checked_scenario, load_data, shipped_scenarios
from simulator.scripting.people import bind, given_people
from simulator.text import Text, TextError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from simulator.registry.protocol import Registry
    from simulator.sessions.store import Session, SessionStore


class InstallError(TextError, ValueError):
    """A scenario cannot be put in force; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Installer:
    """Installs scenarios in the sessions of one simulator."""

    sessions: SessionStore
    registry: Registry

    def install(
        self,
        session_id: str,
        data: Any,
        people: Mapping[str, Any],
        *,
        file: str | None = None,
        alone: bool = False,
        at_once: bool = False,
    ) -> Session:
        """Put a scenario in force before those already installed.

        Args:
            session_id: the session.
            data: the scenario decoded from JSON or YAML.
            people: for each role, a person as JSON or a pick such as ``{"tag": "twin"}``; the scenario itself may say
                who the other roles are.
            file: path of the scenario, to follow its edits.
            alone: instead of those already installed, which go with what they remember; when it cannot be used, they stay.
            at_once: without waiting for somebody else who is writing.

        Raises:
            ScenarioError: the scenario cannot be used.
            ValueError: a role has nobody, or a person is not valid.
            UnknownSessionError: there is no such session.
            WouldWaitError: ``at_once``, and that would wait.
        """
        session = self.sessions.get(session_id)
        written = checked_scenario(data)
        given = given_people(people, written.scenario, self.registry, session.scope)
        bound = bind(written.scenario, given, self.registry, session.scope)
        return self.sessions.install(session_id, written, bound, file=file, alone=alone, at_once=at_once)

    def install_file(
        self, session_id: str, path: str | Path, people: Mapping[str, Any], *, alone: bool = False
    ) -> Session:
        """Put a scenario in force by reference: its edits take effect on the next call.

        Raises:
            InstallError: the file is missing or broken.
            ValueError: a role has nobody, or a person is not valid.
            UnknownSessionError: there is no such session.
        """
        file = Path(path).expanduser().resolve()
        if file.suffix not in {".yaml", ".yml"}:
            raise InstallError(
                Text(
                    f"le chemin d'un fichier .yaml est attendu, reçu : {str(path)!r}",
                    f"expected the path of a .yaml file, got {str(path)!r}",
                )
            )
        try:
            data = load_data(file)
        except DataFileError as error:
            raise InstallError(error.text) from error
        return self.install(session_id, data, people, file=str(file), alone=alone)

    def install_folder(self, session_id: str, folder: Path) -> list[str]:
        """Put the scenarios of a folder in force by reference, instead of those installed; return their ids.

        The first by name speaks first.

        Raises:
            InstallError: the folder has no scenario, or a file is broken.
            ValueError: a role has nobody.
        """
        files = sorted(entry for entry in folder.iterdir() if entry.suffix in {".yaml", ".yml"})
        if not files:
            raise InstallError(
                Text(
                    f"des fichiers de scénario (*.yaml) sont attendus dans {folder}, il n'y en a pas",
                    f"expected scenario files (*.yaml) in {folder}, found none",
                )
            )
        self.sessions.clear_scenarios(session_id)
        for file in reversed(files):
            self.install_file(session_id, file, {})
        return [installed.scenario.id for installed in self.sessions.get(session_id).scenarios]


def shipped_data(scenario_id: str) -> Any:
    """Return the data of a scenario shipped with the bench, by id.

    Raises:
        InstallError: there is none of this id.
    """
    for source in _named(scenario_id):
        return load_data(source)
    raise InstallError(
        Text(
            f"l'identifiant d'un scénario livré est attendu, reçu : {scenario_id!r} ; voir banc scenario list",
            f"expected the id of a shipped scenario, got {scenario_id!r}; see banc scenario list",
        )
    )


def _named(scenario_id: str) -> Iterator[Any]:
    pack, _, name = scenario_id.rpartition("/")
    for source in shipped_scenarios():
        path = Path(str(source))
        if path.stem == name and path.parent.name == pack:
            yield source
