"""What the conditions of scenarios may look at in something that came to a sink."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from simulator.scripting.facts import Facts

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from simulator.registry.person import Person
    from simulator.scripting.facts import Received
    from simulator.scripting.sinks import SinkOperation
    from simulator.scripting.state import StateView

_OF_THE_TRANSPORT: Final = frozenset({"headers", "certificate"})
_NUMBER_LENGTH: Final = 13


@dataclass(frozen=True, slots=True)
class Named:
    """The person whom a message names by number."""

    matricule: str
    """15 characters, key included."""
    oid: str
    birth_name: str | None = None

    def is_about(self, person: Person) -> bool:
        """Tell whether it is the number and the OID of a person."""
        identity = person.identity
        number = f"{identity.matricule.number}{identity.matricule.key}"
        return (self.matricule, self.oid) == (number, identity.oid)

    def texts(self) -> dict[str, str]:
        """Return the parts of the number, by their paths."""
        return {
            "matricule.number": self.matricule[:_NUMBER_LENGTH],
            "matricule.key": self.matricule[_NUMBER_LENGTH:],
            "matricule.oid": self.oid,
        }


class SinkFacts(Facts):
    """One call of a sink: texts that its reader found, beside what the transport tells."""

    __slots__ = ("_given", "_has_elements")

    def __init__(
        self,
        operation: SinkOperation,
        received: Received,
        now: datetime,
        state: StateView,
        *,
        texts: Mapping[str, str | None],
        named: Named | None = None,
        has_elements: bool = False,
    ) -> None:
        """Take what is known.

        Args:
            operation: what is asked.
            received: headers (names in lower case), bytes and client certificate.
            now: the time as the session sees it.
            state: of the session.
            texts: by their paths, see ``simulator.scripting.model.When.texts``.
            named: whom it is about.
            has_elements: the bytes are an XML message, read once already.
        """
        super().__init__(None, received, now, state)
        self.operation = operation.value
        self.wanted = named
        self._given = {**({} if named is None else named.texts()), **texts}
        self._has_elements = has_elements

    @property
    def is_read(self) -> bool:
        """Whether there is a message whose elements can be looked at."""
        return self._has_elements

    def text(self, path: str) -> str | None:
        """Return the text at a path, ``None`` when there is none."""
        if path.partition(".")[0] in _OF_THE_TRANSPORT:
            return super().text(path)
        return self._given.get(path)
