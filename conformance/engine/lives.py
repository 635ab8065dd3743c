"""The lives of the people of a check: what is damaged for the young, the old, women, men or the foreign-born alone shows in one.

People drawn by chance alone are seldom old, seldom born abroad, seldom of a name with a hyphen or an apostrophe. So whoever a check
draws, without a wish of its own, takes turns: two whose sex, age and origin are as unlike as can be, then somebody as chance wants or
born in Corsica. Names take turns of their own: with a hyphen, an apostrophe, a space, or as chance wants. Some are born on the first
day of a year, some on a 29 February.
"""

from __future__ import annotations

import datetime as dt
import zlib
from calendar import isleap
from dataclasses import dataclass, replace
from random import Random
from typing import TYPE_CHECKING, Any, Final

from simulator.ins.dates import BirthDate
from simulator.ins.identity import HistoricId
from simulator.ins.matricule import Matricule
from simulator.ins.oid import InsOid
from simulator.population.drawing.births import draw_birth_place_among
from simulator.population.drawing.identities import draw_matricule, tags_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulator.registry.person import Person


@dataclass(frozen=True, slots=True)
class Life:
    """When, where and as what somebody was born."""

    sex: str
    first_year: int
    last_year: int
    place: str
    """``abroad``, ``overseas`` or ``corsica``."""


def _child(sex: str, place: str) -> Life:
    return Life(sex, 2011, 2020, place)


def _old(sex: str, place: str) -> Life:
    return Life(sex, 1925, 1939, place)


def _adult(sex: str, place: str) -> Life:
    return Life(sex, 1977, 2004, place)


_TURNS: Final[tuple[Life | None, ...]] = (
    *(_child("F", "abroad"), _old("M", "overseas"), None),
    *(_old("F", "abroad"), _child("M", "corsica"), None),
    *(_child("M", "abroad"), _old("F", "overseas"), None),
    *(_old("M", "abroad"), _child("F", "overseas"), _adult("F", "corsica")),
)
"""``None``: as chance wants."""
_NAMES: Final[tuple[Mapping[str, Any], ...]] = (
    {"hyphen_name": True},
    {"apostrophe_name": True, "compound_first_name": True},
    {},
    {"space_name": True, "first_names_count": 4},
)
"""Wishes about names; a check that has one of its own has none of these."""
_OF_BIRTH_NAME: Final = frozenset({"hyphen_name", "apostrophe_name", "space_name"})
_NEW_YEAR, _LEAP_DAY = 0.15, 0.3
"""The share of those born on the first day of a year, and with them that of those born on a 29 February."""
_SUPER_USER: Final = "super-user"
"""Stands in the name of a check that is done by each user."""
_ROUND: Final = 3
"""Two unlike and one by chance."""


class Lives:
    """Whose turn it is in one check.

    Args:
        key: of the check; it says with which pair to begin.
    """

    def __init__(self, key: str) -> None:
        """Begin with some pair, and with one or the other of it."""
        # What both users do is done with unlike people.
        number = zlib.crc32(key.replace(_SUPER_USER, "user").encode())
        self._is_swapped = bool(number % 2) != (_SUPER_USER in key)
        self._begin = number // 2 % (len(_TURNS) // _ROUND) * _ROUND
        self._first_names = number // 8

    def names_of_turn(self, turn: int) -> Mapping[str, Any]:
        """Return what is wished of the names of whoever is drawn at this turn."""
        return _NAMES[(self._first_names + turn) % len(_NAMES)]

    def has_past(self, turn: int) -> bool:
        """Tell whether whoever is drawn at this turn has a former number: two out of four, one of whom a plain name."""
        return (self._first_names + turn) % len(_NAMES) >= len(_NAMES) // 2

    def of_turn(self, turn: int) -> Life | None:
        """Return the life of whoever is drawn at this turn, ``None``: as chance wants."""
        place = turn % _ROUND
        if self._is_swapped and place < _ROUND - 1:
            turn += 1 - 2 * place
        return _TURNS[(self._begin + turn) % len(_TURNS)]


def wished(life: Life | None, names: Mapping[str, Any], wanted: dict[str, Any], key: str) -> dict[str, Any]:
    """Return what is wished of a draw, with the sex, the birth date and the shape of names where nothing was."""
    wish = dict(wanted)
    if _OF_BIRTH_NAME.isdisjoint(wanted):
        wish = {**names, **wish}
    if life is None:
        return wish
    if wish.get("sex") is None:
        wish["sex"] = life.sex
    if wish.get("birth_date") is None and wish.get("birth_place") is None:
        wish["birth_date"] = _birth_date(life, Random(key)).isoformat()  # noqa: S311 - repeatable on purpose, nothing is secret
    return wish


def _birth_date(life: Life, random: Random) -> dt.date:
    first = dt.date(life.first_year, 1, 1).toordinal()
    after = dt.date(life.last_year + 1, 1, 1).toordinal()
    date = dt.date.fromordinal(first + int(random.random() * (after - first)))
    share = random.random()
    if share < _NEW_YEAR:
        return date.replace(month=1, day=1)
    leap = next(year for year in (date.year, *range(life.first_year, life.last_year + 1)) if isleap(year))
    return dt.date(leap, 2, 29) if share < _LEAP_DAY else date


def with_past(person: Person) -> Person:
    """Return the person with a former number: the one now, of another order."""
    identity = person.identity
    number = identity.matricule.number
    former = HistoricId(
        matricule=Matricule.from_number(f"{number[:10]}{int(number[10:]) % 999 + 1:03d}"),
        oid=identity.oid,
        date_from="2011-05-02",
        date_to="2019-11-30",
    )
    return replace(person, identity=replace(identity, history=(former,)))


def is_shared(birth_date: str) -> bool:
    """Tell whether a birth date is one on which many are born here."""
    return birth_date[5:] in {"01-01", "02-29"}


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
