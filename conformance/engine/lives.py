"""The lives of the people of a check: what is damaged for the young, the old, women, men or the foreign-born alone shows in one.

People drawn by chance alone are seldom old, seldom born abroad. So whoever a check draws, without a wish of its own, takes
turns: two whose sex, age and origin are as unlike as can be, then somebody as chance wants, or born where the code of the
place has a letter or begins with a zero.
"""

from __future__ import annotations

import datetime as dt
import zlib
from dataclasses import dataclass, replace
from random import Random
from typing import TYPE_CHECKING, Any, Final

from simulator.ins.dates import BirthDate
from simulator.ins.oid import InsOid
from simulator.population.drawing.births import draw_birth_place_among
from simulator.population.drawing.identities import draw_matricule, tags_of

if TYPE_CHECKING:
    from simulator.population.drawing.births import PlaceKind
    from simulator.registry.person import Person


@dataclass(frozen=True, slots=True)
class Life:
    """When, where and as what somebody was born."""

    sex: str | None
    """``None``: as chance wants."""
    first_year: int
    last_year: int
    place: PlaceKind


def _child(sex: str, place: PlaceKind) -> Life:
    return Life(sex, 2011, 2020, place)


def _adult(place: PlaceKind) -> Life:
    return Life(None, 1940, 2005, place)


def _old(sex: str, place: PlaceKind) -> Life:
    return Life(sex, 1925, 1939, place)


_TURNS: Final[tuple[Life | None, ...]] = (
    *(_child("F", "abroad"), _old("M", "overseas"), None),
    *(_old("F", "abroad"), _child("M", "overseas"), _adult("corsica")),
    *(_child("M", "abroad"), _old("F", "overseas"), None),
    *(_old("M", "abroad"), _child("F", "overseas"), _adult("leading-zero")),
)
"""``None``: as chance wants."""
SUPER_USER: Final = "super-user"
"""Stands in the name of a check that is done by each user."""
_ROUND: Final = 3
"""Two unlike and one more."""


class Lives:
    """Whose turn it is in one check.

    Args:
        key: of the check; it says with which pair to begin.
    """

    def __init__(self, key: str) -> None:
        """Begin with some pair, and with one or the other of it."""
        # What both users do is done with unlike people.
        number = zlib.crc32(key.replace(SUPER_USER, "user").encode())
        self._is_swapped = bool(number % 2) != (SUPER_USER in key)
        self._begin = number // 2 % (len(_TURNS) // _ROUND) * _ROUND

    def of_turn(self, turn: int) -> Life | None:
        """Return the life of whoever is drawn at this turn, ``None``: as chance wants."""
        place = turn % _ROUND
        if self._is_swapped and place < _ROUND - 1:
            turn += 1 - 2 * place
        return _TURNS[(self._begin + turn) % len(_TURNS)]


def wished(life: Life | None, wanted: dict[str, Any], key: str) -> dict[str, Any]:
    """Return what is wished of a draw, with the sex and the birth date of a life where nothing was."""
    if life is None:
        return wanted
    wish = dict(wanted)
    if wish.get("sex") is None and life.sex is not None:
        wish["sex"] = life.sex
    if wish.get("birth_date") is None and wish.get("birth_place") is None:
        random = Random(key)  # noqa: S311 - repeatable on purpose, nothing is secret
        first = dt.date(life.first_year, 1, 1).toordinal()
        after = dt.date(life.last_year + 1, 1, 1).toordinal()
        wish["birth_date"] = dt.date.fromordinal(first + int(random.random() * (after - first))).isoformat()
    return wish


def born_there(life: Life | None, person: Person, wanted: dict[str, Any], key: str) -> Person:
    """Return a person born where the life says, unless a place was wished; the number goes with the place."""
    if life is None or wanted.get("birth_place") is not None:
        return person
    random = Random(f"{key}/place")  # noqa: S311 - as above
    identity = person.identity
    traits = identity.traits
    date = BirthDate.parse_iso(traits.birth_date).to_date()
    place = draw_birth_place_among(random, date, life.place)
    if place is None:
        return person
    number = draw_matricule(random, str(traits.sex), date, place, nia=identity.oid == InsOid.NIA)
    identity = replace(identity, traits=replace(traits, birth_place=place), matricule=number)
    return replace(person, identity=identity, tags=tags_of(identity))
