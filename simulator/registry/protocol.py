"""What a registry can be asked, whatever keeps it, and what it refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

from simulator.text import TextError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from contextlib import AbstractContextManager

    from simulator.registry.matching import SearchTraits
    from simulator.registry.person import Person

BASE: Final = ""
"""The scope of the people that every session sees."""

NEAR_LIMIT: Final = 5
"""How many near misses an explanation considers per kind: the answer never depends on them."""

CARD_LIMIT: Final = 100
"""How many people of one insured person are looked at (ours): more than any family."""


class RegistryError(TextError):
    """A registry cannot be used as asked; the message says what was expected, what came and what to do."""


class DuplicateKeyError(RegistryError):
    """Somebody with the same key is already there, or comes twice."""


class RegistryUnavailableError(RegistryError):
    """The server of the registry does not answer; asking again later may succeed."""


class Registry(Protocol):
    """People by traits. Safe to use from several threads and processes.

    The base population, scope ``""``, is seen by every session; a session adds people of its own to the scope named after
    it. Whatever is listed begins with the base population, in the order in which people were added.
    """

    def held(self) -> AbstractContextManager[None]:
        """Let this thread read one base population in the block, even when it is replaced meanwhile."""
        ...

    def add(self, people: Iterable[Person], scope: str = BASE, *, at_once: bool = False) -> int:
        """Add people to a scope, all or none; return how many.

        Raises:
            DuplicateKeyError: a person with the same key is already in this scope.
            WouldWaitError: ``at_once``, and that would wait for somebody else.
        """
        ...

    def rebuild(self, people: Iterable[Person], recipe: str) -> int:
        """Replace the base population, all or nothing; sessions keep their own people. Return how many people there are.

        ``recipe`` says how it was made and is found again under ``meta("recipe")``.
        """
        ...

    def remove_scope(self, scope: str) -> int:
        """Remove the people of a session; return how many. The base population cannot be removed."""
        ...

    def same_name_and_date(self, wanted: SearchTraits, scope: str = BASE) -> list[Person]:
        """Return the people whose name and birth date are those wanted: all that could match."""
        ...

    def near_misses(self, wanted: SearchTraits, scope: str = BASE) -> list[Person]:
        """Return a few people of the same name or the same birth date, to explain why nobody matched."""
        ...

    def same_name(self, birth_name: str, scope: str = BASE, *, limit: int = 100) -> list[Person]:
        """Return people of this birth name, compared on the normalised form."""
        ...

    def by_matricule(self, number: str, scope: str = BASE) -> list[Person]:
        """Return the people whose active matricule has this 13-character number."""
        ...

    def by_former_matricule(self, number: str, scope: str = BASE) -> list[Person]:
        """Return the people who had a matricule of this 13-character number, and have it no longer."""
        ...

    def on_card_of(self, insured_number: str, scope: str = BASE) -> list[Person]:
        """Return everybody on the Vitale card of this insured person, the insured person too."""
        ...

    def by_key(self, key: str, scope: str = BASE) -> Person | None:
        """Return the person of this key, those of the session first."""
        ...

    def people(
        self, *, scope: str = BASE, limit: int = 100, offset: int = 0, tag: str | None = None
    ) -> list[Person]:
        """Return a page of people, optionally of one tag."""
        ...

    def own(self, scope: str, *, limit: int = 100, offset: int = 0) -> list[Person]:
        """Return a page of the people that a session has added, without the base population."""
        ...

    def everyone(self, *, tag: str | None = None) -> Iterator[Person]:
        """Yield the base population, optionally of one tag, without holding it in memory."""
        ...

    def count(self, scope: str = BASE) -> int:
        """Return how many people a session sees."""
        ...

    def tag_counts(self) -> dict[str, int]:
        """Return how many people of the base population have each tag."""
        ...

    def meta(self, name: str) -> str | None:
        """Return a fact recorded when the registry was built, such as its ``recipe``."""
        ...

    def close(self) -> None:
        """Close this thread's connection; the next use opens another."""
        ...
