"""The people of a check: drawn afresh, and the same again for the same seed, whatever ran before."""

from __future__ import annotations

import zlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from conformance.engine.lives import Lives, born_there, wished
from conformance.engine.shapes import Shapes, is_shared, with_past
from conformance.verdicts import UndecidedError
from simulator.population.drawing.identities import tags_of
from simulator.population.generate import draw, marks_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from conformance.engine.lives import Life
    from simulator.client import SessionClient
    from simulator.registry.person import Person

MAX_CANDIDATES = 500
"""Candidates looked at for one condition before giving up; each condition in use holds for one in twenty at least."""

_LIVES_TRIED: Final = 12
"""Candidates who have a life of the turns (``lives``), before chance alone finds one."""

_LETTERS: Final = "BCDFGHJKLMNPQRSTVWXZ"
"""Of what a birth name ends with: no word comes of consonants alone."""
_ENDING: Final = 3


class Newcomers:
    """People drawn whom INSi does not know yet. It is told of all of them at once, before anybody can ask for one.

    Args:
        insi: the session of the campaign.
    """

    def __init__(self, insi: SessionClient) -> None:
        """Begin with nobody."""
        self._insi = insi
        self._people: list[Person] = []

    def add_people(self, people: Iterable[Person]) -> int:
        """Note people; return how many."""
        added = list(people)
        self._people += added
        return len(added)

    def tell(self) -> None:
        """Make INSi know them.

        Raises:
            BenchClientError: the simulator does not answer, or refuses them.
        """
        people, self._people = self._people, []
        if people:
            self._insi.add_people(people)


class PeopleOfCheck:
    """Draws people for one check and makes INSi know them.

    The ``n``-th candidate of a check comes from the seed ``<seed>/<check id>/<n>``: the same seed gives a check the same
    people whichever checks ran before, in whatever order, in whichever process.

    INSi knows the people of all checks together and answers 02 when it cannot tell two of them apart. Among those of one
    check that is looked at, once they have their shape. Among those of several it cannot be, since none may depend on
    which ran before: a birth date drawn keeps them apart, and whoever is wished with a birth date, as others are too, has a
    birth name that ends with letters of the check.
    """

    def __init__(self, seed: int | str, check_id: str, insi: SessionClient | Newcomers) -> None:
        """Begin with candidate 1."""
        self._prefix = f"{seed}/{check_id}"
        self._ending = _ending(self._prefix)
        self._insi = insi
        self._number = 0
        self._lives, self._shapes = Lives(check_id), Shapes(check_id)
        self._turn = self._drawn = 0
        self._taken: set[object] = set()

    def __call__(
        self,
        *,
        where: Callable[[Person], bool] | None = None,
        shape: Callable[[Person], Person] | None = None,
        **wanted: Any,
    ) -> Person:
        """Return a fresh person whom INSi knows.

        Nobody is like one drawn before for the same check, as INSi compares. Only the person returned is sent to the simulator.

        Args:
            where: a condition that the person has to satisfy.
            shape: makes of the person drawn the one who becomes known, such as somebody with a history.
            wanted: features, as ``simulator.population.generate.draw`` takes them.

        Raises:
            UndecidedError: nobody satisfies the condition, or the shape makes everybody like one drawn before.
            ValueError: the features cannot be had together.
        """
        for attempt in range(MAX_CANDIDATES):
            self._number += 1
            key = f"{self._prefix}/{self._number}"
            # Whom a condition does not let pass is followed by somebody of another life; in the end chance finds one.
            life, wish = self._of_turn(attempt, wanted, key) if attempt < _LIVES_TRIED else (None, wanted)
            [person] = draw(1, key, **wish)
            person = born_there(life, person, wanted, key)
            if wanted.get("birth_date") is not None or is_shared(person.identity.traits.birth_date):
                person = _ended(person, self._ending)
            if where is not None and not where(person):
                continue
            if shape:
                person = shape(person)
            elif self._shapes.has_past(self._drawn + attempt):
                person = with_past(person)
            marks = marks_of(person.identity)
            if self._taken.isdisjoint(marks):
                self._taken.update(marks)
                # A relative or a neighbour whose life is given leaves the turn to the next.
                self._turn += wanted.get("birth_date") is None or wanted.get("sex") is None
                self._drawn += 1
                self._insi.add_people([person])
                return person
        raise UndecidedError(
            f"aucun patient tiré ne remplit les conditions du contrôle ({MAX_CANDIDATES} essayés)",
            f"no patient drawn satisfies the conditions of the check ({MAX_CANDIDATES} tried)",
        )

    def _of_turn(self, attempt: int, wanted: dict[str, Any], key: str) -> tuple[Life | None, dict[str, Any]]:
        """Return whose turn it is in life, and what is wished of a draw with it, the names and the birth day."""
        life, turn = self._lives.of_turn(self._turn + attempt), self._drawn + attempt
        wish = self._shapes.names(turn, wished(life, wanted, key))
        if wanted.get("birth_date") is None and wish.get("birth_date") is not None:
            wish["birth_date"] = self._shapes.day(turn, wish["birth_date"])
        return life, wish


def _ending(text: str) -> str:
    """Return letters that hardly another text has."""
    number = zlib.crc32(text.encode())
    return "".join(_LETTERS[number // len(_LETTERS) ** place % len(_LETTERS)] for place in range(_ENDING))


def _ended(person: Person, ending: str) -> Person:
    """Return a person whose birth name goes on with these letters."""
    traits = person.identity.traits
    identity = replace(person.identity, traits=replace(traits, birth_name=f"{traits.birth_name}{ending}"))
    return replace(person, identity=identity, tags=tags_of(identity))
