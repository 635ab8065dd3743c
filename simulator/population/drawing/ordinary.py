"""Ordinary people, household by household: an adult, or one with children on the same Vitale card.

This is where a large population spends its time: everything a draw needs is prepared before.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING, Final, NamedTuple

from simulator.ins.identity import Traits
from simulator.population.described.profiles import ADULT_AGE, FIRST_BIRTH_YEAR, LAST_BIRTH_YEAR, Profile
from simulator.population.drawing.births import LEAP_DAY, date_tags
from simulator.population.drawing.name_draws import (
    NameDraw,
    all_birth_names,
    birth_name_draw,
    draw_first_list,
)
from simulator.population.drawing.places import (
    FIRST_MAGHREB_COMMUNE,
    INDEPENDENCE,
    MAGHREB,
    draw_place,
    is_maghreb_birth,
    place_of,
)
from simulator.registry.person import Card

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from random import Random

    from simulator.ins.matricule import Matricule
    from simulator.population.drawing.places import BirthPlace
    from simulator.population.drawing.registrar import Registrar
    from simulator.registry.person import Person

LAW_OF_2005: Final = dt.date(2005, 1, 1).toordinal()
"""From here parents may give both their names."""
END_OF_DOUBLE_HYPHEN: Final = dt.date(2010, 10, 25).toordinal()
"""Until then two names were joined by ``--``, since by a space (circular of 25 October 2010, reported)."""

_YEARS_WITH_TAGS: Final = (*range(FIRST_BIRTH_YEAR - 1, LAST_BIRTH_YEAR - 99), LAST_BIRTH_YEAR)
_FIRST_CHILD_YEAR: Final = LAST_BIRTH_YEAR - ADULT_AGE + 1
_YOUNGEST_PARENT: Final = 18
_OLDEST_PARENT: Final = 45
_PARENT_AGES: Final = {
    age: min(age - _YOUNGEST_PARENT + 1, _OLDEST_PARENT + 1 - age)
    for age in range(_YOUNGEST_PARENT, _OLDEST_PARENT + 1)
}
"""Weights of the age of the insured parent at a birth: a triangle with its top at 31. Ours."""

_BIRTHS: Final = (50, 88, 100)
"""Cumulated percents of families with 1, 2 and 3 births. Ours."""
_TWIN_SHARE: Final = 160
"""Of ten thousand births; near the figure of France (1.6 %, inferred)."""
_BETWEEN: Final = 2
"""Years between two births of a family at least: the months of a year are drawn apart."""
_CHILDREN_PER_HUNDRED_FAMILIES: Final = 158
"""As measured on the draws themselves: births that do not fit are left out."""

_DOUBLE_NAME_SHARE: Final = 1000
"""Of ten thousand children born since 2005: about one in ten (inferred)."""
_MOTHER_SHARE: Final = 5300
_MOTHER_NAME_SHARE: Final = 2500
_NO_CARD_SHARE: Final = 150
"""Of ten thousand: mothers among insured parents, their children with their name, adults without a card. Ours."""

_ALL: Final = 10_000


class _Years(NamedTuple):
    """Birth years with their cumulated weights."""

    years: tuple[int, ...]
    cumulative: tuple[int, ...]

    def draw(self, roll: float) -> int:
        return self.years[bisect_right(self.cumulative, int(roll * self.cumulative[-1]))]


class _Structure(NamedTuple):
    """The ages of a profile, shared between households so that all people together have them."""

    adults: _Years
    """Of adults without children on their card."""
    children: _Years
    families: float
    """Share of the households that are families."""


class Ordinary:
    """The ordinary households of one population."""

    def __init__(self, registrar: Registrar, profile: Profile) -> None:
        """Prepare the draws of a profile."""
        self._registrar = registrar
        self._random: Random = registrar.random
        self._structure = _structure(profile.births())
        self._women = {
            year: profile.women_share(year) / _ALL
            for year in range(FIRST_BIRTH_YEAR - 1, LAST_BIRTH_YEAR + 1)
        }
        self._names = all_birth_names()

    def household(self) -> list[Person]:
        """Draw the next household."""
        if self._random.random() < self._structure.families:
            return self._family()
        return [self._adult(self.adult_year())]

    def adult_year(self) -> int:
        """Draw the birth year of an adult without children on their card."""
        return self._structure.adults.draw(self._random.random())

    def sex(self, year: int) -> str:
        """Draw the sex of somebody born in a year."""
        return "F" if self._random.random() < self._women[year] else "M"

    def _adult(self, year: int) -> Person:
        rnd = self._random.random
        registrar = self._registrar
        day = _draw_day(rnd, year)
        date = dt.date.fromordinal(day).isoformat()
        sex = "F" if rnd() < self._women[year] else "M"
        name, first = self.draw_names(sex, date, day, year)
        place, matricule, tags = self.draw_birth(sex, date, day, adult=True)
        traits = Traits(
            birth_name=name.text, first_names=first.text, sex=sex, birth_date=date, birth_place=place.code
        )
        tags = (*name.tags, *first.tags, *tags, *_day_tags(date, year))
        if rnd() * _ALL < _NO_CARD_SHARE:
            return registrar.register(traits, matricule, (*tags, "no-card"), None)
        card = Card(insured_number=matricule.number, birth_rank="1", serial=registrar.next_serial())
        return registrar.register(traits, matricule, tags, card)

    def _family(self) -> list[Person]:
        rnd = self._random.random
        registrar = self._registrar
        years, parent_year = self._births()
        mother = rnd() * _ALL < _MOTHER_SHARE
        sex = "F" if mother else "M"
        day = _draw_day(rnd, parent_year)
        date = dt.date.fromordinal(day).isoformat()
        name, first = self.draw_names(sex, date, day, parent_year)
        place, matricule, tags = self.draw_birth(sex, date, day, adult=True)
        serial = registrar.next_serial()
        card = Card(insured_number=matricule.number, birth_rank="1", serial=serial)
        traits = Traits(
            birth_name=name.text, first_names=first.text, sex=sex, birth_date=date, birth_place=place.code
        )
        tags = (*name.tags, *first.tags, *tags, *_day_tags(date, parent_year), "insured")
        people = [registrar.register(traits, matricule, tags, card)]
        inherited = name if not mother or rnd() * _ALL < _MOTHER_NAME_SHARE else self._names.draw(rnd)
        days = [_draw_day(rnd, year) for year in years]
        if rnd() * _ALL < _DOUBLE_NAME_SHARE:
            inherited = double_name(inherited, self._names.draw(rnd), min(days))
        known = {first.mark}
        for day in days:
            self._birth(people, inherited, day, card, known)
        return people

    def _birth(self, people: list[Person], name: NameDraw, day: int, card: Card, known: set[int]) -> None:
        """Add the child or the twins of one birth."""
        rnd = self._random.random
        registrar = self._registrar
        date = dt.date.fromordinal(day).isoformat()
        year = int(date[:4])
        twins = rnd() * _ALL < _TWIN_SHARE
        place: BirthPlace | None = None
        for rank in ("1", "2") if twins else ("1",):
            sex = "F" if rnd() < self._women[year] else "M"
            while True:
                first = draw_first_list(rnd, sex, year)
                if first.mark not in known and registrar.take_traits(name.mark, first.mark, sex, date):
                    break
            known.add(first.mark)
            matricule = None
            if place is not None:
                matricule = registrar.take_number(
                    f"{'2' if sex == 'F' else '1'}{date[2:4]}{date[5:7]}{place.code}"
                )
            if matricule is None or place is None:
                place, matricule, _ = self.draw_birth(sex, date, day, adult=False)
            traits = Traits(
                birth_name=name.text, first_names=first.text, sex=sex, birth_date=date, birth_place=place.code
            )
            place_on_card = (
                card
                if rank == "1"
                else Card(insured_number=card.insured_number, birth_rank=rank, serial=card.serial)
            )
            relation = ("beneficiary", "twin") if twins else ("beneficiary",)
            tags = (*name.tags, *first.tags, *place.tags, *_day_tags(date, year), *relation)
            people.append(registrar.register(traits, matricule, tags, place_on_card))

    def _births(self) -> tuple[list[int], int]:
        """Draw the years of the births of a family, all different, and the birth year of the parent."""
        rnd = self._random.random
        first = self._structure.children.draw(rnd())
        parent = first - _PARENT_YEARS.draw(rnd())
        years = [first]
        count = 1 + bisect_right(_BIRTHS, int(rnd() * 100))
        step = 1 if rnd() < 0.5 else -1  # noqa: PLR2004 - older or younger
        while len(years) < count:
            gap = step * (2 + int(rnd() * 4))
            year = years[-1] + gap
            if not _is_child_of(year, parent):
                year = first - gap
            if not _is_child_of(year, parent) or any(abs(year - other) < _BETWEEN for other in years):
                break
            years.append(year)
        return sorted(years), parent

    def draw_names(self, sex: str, date: str, day: int, year: int) -> tuple[NameDraw, NameDraw]:
        """Draw a birth name and first names that nobody of this sex and birth date has."""
        rnd = self._random.random
        names = self._names
        while True:
            name = names.draw(rnd)
            if day >= LAW_OF_2005 and rnd() * _ALL < _DOUBLE_NAME_SHARE:
                name = double_name(name, names.draw(rnd), day)
            first = draw_first_list(rnd, sex, year)
            if self._registrar.take_traits(name.mark, first.mark, sex, date):
                return name, first

    def draw_birth(
        self, sex: str, date: str, day: int, *, adult: bool
    ) -> tuple[BirthPlace, Matricule, tuple[str, ...]]:
        """Draw a place that existed and a matricule that is free there, and say which cases they are."""
        random = self._random
        start = f"{'2' if sex == 'F' else '1'}{date[2:4]}{date[5:7]}"
        while True:
            place = draw_place(random, day, adult=adult)
            code = place.code
            if adult and code[:2] == "99" and is_maghreb_birth(random, day):
                departement, country = draw_maghreb(random, day)
                registered = registered_in_maghreb(random, departement)
                matricule = self._registrar.take_number(start + registered)
                if matricule is not None:
                    return place_of(country), matricule, MAGHREB_TAGS
                continue
            matricule = self._registrar.take_number(start + code)
            if matricule is not None:
                return place, matricule, place.tags


def double_name(one: NameDraw, other: NameDraw, day: int) -> NameDraw:
    """Join the names of both parents as on that day; a name that is double already stays alone."""
    if one.text == other.text or len(one.text) + len(other.text) > 50 or " " in one.text:  # noqa: PLR2004 - two plain names are far below
        return one
    return birth_name_draw(f"{one.text}{'--' if day <= END_OF_DOUBLE_HYPHEN else ' '}{other.text}")


MAGHREB_TAGS: Final = ("born-abroad", "before-independence")


def draw_maghreb(random: Random, day: int) -> tuple[str, str]:
    """Draw a département of Algeria, Morocco or Tunisia before independence, and the country."""
    while True:
        departement, country = MAGHREB[int(random.random() * len(MAGHREB))]
        if day < dt.date(*INDEPENDENCE[country]).toordinal():
            return departement, country


def registered_in_maghreb(random: Random, departement: str) -> str:
    """Draw a place of a matricule in one of these départements, with a commune number that was never given."""
    return f"{departement}{FIRST_MAGHREB_COMMUNE + int(random.random() * 100)}"


def _day_tags(date: str, year: int) -> tuple[str, ...]:
    """Say which cases a complete date is; most are none, and are not looked at further."""
    if year in _YEARS_WITH_TAGS or date[5:] == LEAP_DAY:
        return date_tags(date, date[5:7])
    return ()


def _is_child_of(year: int, parent: int) -> bool:
    return _FIRST_CHILD_YEAR <= year <= LAST_BIRTH_YEAR and year - parent >= _YOUNGEST_PARENT - 2


def _draw_day(rnd: Callable[[], float], year: int) -> int:
    start, length = _YEARS[year]
    return start + int(rnd() * length)


_YEARS: Final = {
    year: (
        dt.date(year, 1, 1).toordinal(),
        dt.date(year + 1, 1, 1).toordinal() - dt.date(year, 1, 1).toordinal(),
    )
    for year in range(FIRST_BIRTH_YEAR - 1, LAST_BIRTH_YEAR + 1)
}
_PARENT_YEARS: Final = _Years(tuple(_PARENT_AGES), tuple(accumulate(_PARENT_AGES.values())))


def _structure(births: Mapping[int, int]) -> _Structure:
    """Share the ages of a population between children, their parents, and the adults that remain."""
    children = {year: weight for year, weight in births.items() if year >= _FIRST_CHILD_YEAR}
    adults = {year: weight for year, weight in births.items() if year < _FIRST_CHILD_YEAR}
    parents: dict[int, int] = {}
    for year, weight in children.items():
        for age, age_weight in _PARENT_AGES.items():
            parents[year - age] = parents.get(year - age, 0) + weight * age_weight
    child_total, adult_total = sum(children.values()), sum(adults.values())
    parent_total = child_total * sum(_PARENT_AGES.values())
    # Adults of a year less the parents among them, both in parts of adult_total * parent_total, kept whole.
    rest = {
        year: max(
            0,
            weight * parent_total * _CHILDREN_PER_HUNDRED_FAMILIES - 100 * child_total * parents.get(year, 0),
        )
        for year, weight in adults.items()
    }
    families = 100 * child_total / (adult_total * _CHILDREN_PER_HUNDRED_FAMILIES)
    return _Structure(
        adults=_Years(tuple(rest), tuple(accumulate(rest.values()))),
        children=_Years(tuple(children), tuple(accumulate(children.values()))),
        families=families,
    )
