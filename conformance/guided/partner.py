"""The program of a mixed campaign: a partial driver that does some verbs in place of the person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from conformance.drivers.errors import DriverError, RefusedError, VerbNotSupportedError
from conformance.drivers.model import SearchCriteria, Verb
from conformance.guided.names import Names

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.drivers.model import Actor, Capabilities
    from conformance.drivers.verbs import Declaration, Driver


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgramDone:
    """What a program did."""

    answer: Any = None
    """As JSON, with the identifiers of the campaign."""
    outcome: str = "done"
    message: str = ""


class Program:
    """Does the verbs that a partial driver declares, as long as it knows the file that they are about.

    Args:
        driver: the driver.
    """

    def __init__(self, driver: Driver) -> None:
        """Learn what it can do.

        Raises:
            DriverError: it cannot be reached.
        """
        self._driver = driver
        self._names = Names()
        self.declared: Capabilities = driver.capabilities()

    def do(
        self,
        declaration: Declaration,
        actor: Actor | None,
        arguments: Mapping[str, Any],
        files: Mapping[str, Mapping[str, Any]],
        new: str,
    ) -> ProgramDone | None:
        """Do a verb; ``None``: the person has to.

        Args:
            declaration: the verb.
            actor: who acts.
            arguments: by name, with the identifiers of the campaign.
            files: what is known of each file, by its identifier.
            new: what a file or call is called that has no identifier yet.
        """
        if declaration.name == "reset":
            # The address of INSi is for both to know; the person is told too.
            self._driver.reset(**arguments)
            return None
        if declaration.verb not in self.declared.verbs or not self._is_introduced(arguments, actor, files):
            return None
        try:
            answer = self._driver.perform(declaration, actor, self._names.translated(arguments))
        except RefusedError as refusal:
            return ProgramDone(outcome="refused", message=refusal.message)
        return ProgramDone(answer=self._names.returned(declaration.write_answer(answer), new))

    def _is_introduced(
        self, arguments: Mapping[str, Any], actor: Actor | None, files: Mapping[str, Mapping[str, Any]]
    ) -> bool:
        """Tell whether the program knows the file and the call meant; look for a file that the person created."""
        our = arguments.get("patient_id")
        if (
            our is not None
            and not self._names.knows({"patient_id": our})
            and our in files
            and actor is not None
        ):
            self._find(our, actor, files[our])
        return self._names.knows(arguments)

    def _find(self, our: str, actor: Actor, file: Mapping[str, Any]) -> None:
        if Verb.SEARCH_PATIENTS not in self.declared.verbs or not file.get("birth_date"):
            return
        try:
            found = self._driver.search_patients(SearchCriteria(birth_date=file["birth_date"]), actor=actor)
        except (RefusedError, VerbNotSupportedError, DriverError):
            return
        same = [patient for patient in found if patient.birth_name == file.get("birth_name")]
        if len(same) == 1:
            self._names.learn("patient", our, same[0].id)
