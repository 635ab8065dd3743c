"""Where and when designed people are born: the values of ``place`` and ``date`` in ``cases.yaml``."""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

from simulator.population.described.cases import former_communes
from simulator.population.drawing.births import is_former, order_is_impossible
from simulator.population.drawing.ordinary import MAGHREB_TAGS, draw_maghreb, registered_in_maghreb
from simulator.population.drawing.places import (
    codes_of,
    commune_today,
    draw_among,
    draw_mainland,
    draw_place,
    place_tags,
    quiet_countries,
    was_around_paris,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

_ATTEMPTS: Final = 1000
_ARRONDISSEMENTS: Final = (
    *(f"75{number}" for number in range(101, 121)),
    *(f"69{number}" for number in range(381, 390)),
    *(f"13{number}" for number in range(201, 217)),
)
_PSEUDO_MONTHS: Final = (20, 42)
"""First and last month drawn when it is unknown: in the narrow set too, which is commonly given (ins-formats §8)."""
_LEAP: Final = (2, 29)


@dataclass(frozen=True, slots=True)
class DrawnPlace:
    """A birth place as a trait, and as registered in the matricule."""

    code: str
    registered: str

    @property
    def tags(self) -> tuple[str, ...]:
        """Which cases this place is; a place registered otherwise always says why."""
        if self.code == self.registered:
            return place_tags(self.code)
        if self.code.startswith("99"):
            return MAGHREB_TAGS
        reason = "place-extension" if self.registered.startswith("752") else "place-recoded"
        return (*place_tags(self.code, self.registered), reason)


@dataclass(frozen=True, slots=True)
class DrawnDate:
    """A birth date as a trait, the real day, and the month of the matricule."""

    day: int
    """Ordinal; for an incomplete date one of the possible days."""
    text: str
    """``AAAA-MM-JJ``; ``00`` for what is unknown."""
    month: str
    """Two digits: that of the birth, or a number from 20."""

    @property
    def year(self) -> int:
        """The year of birth."""
        return int(self.text[:4])


class NoSuchBirthPlaceError(ValueError):
    """No such place existed on that day."""


def draw_date(random: Random, kind: str, first: int, last: int) -> DrawnDate:
    """Draw a birth date of a kind between two days (ordinals, included)."""
    if kind == "leap-day":
        first_year, last_year = dt.date.fromordinal(first).year, dt.date.fromordinal(last).year
        days = [dt.date(year, *_LEAP) for year in range(first_year, last_year + 1) if calendar.isleap(year)]
        possible = [day for day in days if first <= day.toordinal() <= last]
        return dated(random, possible[int(random.random() * len(possible))].toordinal(), kind)
    return dated(random, first + int(random.random() * (last - first + 1)), kind)


def dated(random: Random, day: int, kind: str) -> DrawnDate:
    """Give a day the form of its kind: complete, without day, without month..."""
    text = dt.date.fromordinal(day).isoformat()
    month = text[5:7]
    if kind in ("lunar-month", "lunar-month-day", "pseudo-month"):
        first, last = _PSEUDO_MONTHS
        month = str(first + int(random.random() * (last - first + 1)))
    if kind == "lunar-day":
        text = f"{text[:8]}00"
    elif kind == "lunar-month":
        text = f"{text[:4]}-00-{text[8:]}"
    elif kind == "lunar-month-day":
        text = f"{text[:4]}-00-00"
    return DrawnDate(day, text, month)


def draw_place_of(random: Random, kind: str | None, day: int, *, recoded: bool, quiet: bool) -> DrawnPlace:
    """Draw a place of a kind where somebody may be born that day.

    Args:
        random: where chance comes from.
        kind: a value of ``place`` in ``cases.yaml``; none for any, as often as in the population.
        day: ordinal of the birth date.
        recoded: the trait has the code of today, the matricule that of the birth.
        quiet: leave out, among any places, those where no order number is excluded.

    Raises:
        ValueError: there is none that day.
    """
    if kind == "maghreb":
        departement, country = draw_maghreb(random, day)
        return DrawnPlace(country, registered_in_maghreb(random, departement))
    if kind == "extension":
        code = draw_among(random, _ARRONDISSEMENTS[:20], day).code
        return DrawnPlace(code, f"752{code[3:]}")
    draw = (
        _any_place if kind is None else _PLACES["former-commune" if recoded and kind == "commune" else kind]
    )
    for _ in range(_ATTEMPTS):
        code = draw(random, day)
        if quiet and kind is None and not order_is_impossible(code):
            continue
        if not recoded:
            return DrawnPlace(code, code)
        today = commune_today(code)
        if today is not None and today != code:
            return DrawnPlace(today, code)
    raise NoSuchBirthPlaceError(f"place: expected a {kind} on {dt.date.fromordinal(day)}, there is none")


def find_former_communes() -> list[str]:
    """Look for the quiet communes that were absorbed or divided, Corsica and the Paris region left out.

    Slow: every code is read. ``build_cases`` does it once.
    """
    mainland = codes_of(*(f"{number:02d}" for number in range(1, 96) if number not in (20, 75)))
    return [code for code in mainland if is_former(code) and not was_around_paris(code)]


def _any_place(random: Random, day: int) -> str:
    return draw_place(random, day).code


def _commune(random: Random, day: int) -> str:
    return _until(random, day, lambda code: not is_former(code) and not code.startswith(("2A", "2B")))


def _seine_et_oise(random: Random, day: int) -> str:
    for _ in range(_ATTEMPTS):
        code = draw_among(random, codes_of("78"), day).code
        if was_around_paris(code):
            return code
    raise NoSuchBirthPlaceError("place: no commune of Seine-et-Oise was drawn")


def _until(random: Random, day: int, wished: Callable[[str], bool]) -> str:
    while True:
        code = draw_mainland(random, day).code
        if wished(code):
            return code


def _among(codes: Callable[[], tuple[str, ...]]) -> Callable[[Random, int], str]:
    def draw(random: Random, day: int) -> str:
        return draw_among(random, codes(), day).code

    return draw


@cache
def _seine() -> tuple[str, ...]:
    return tuple(
        code for code in codes_of("75", quiet=False) if not code.startswith("751") and code != "75056"
    )


@cache
def _overseas() -> tuple[str, ...]:
    """Leave out Saint-Barthélemy and Saint-Martin before 2007, which have another code today."""
    return tuple(code for code in codes_of("971", "972", "973", "974") if not is_former(code))


@cache
def _countries(*, former: bool) -> tuple[str, ...]:
    return tuple(code for code in quiet_countries() if is_former(code) is former)


_PLACES: Final[dict[str, Callable[[Random, int], str]]] = {
    "commune": _commune,
    "former-commune": _among(former_communes),
    "arrondissement": _among(lambda: _ARRONDISSEMENTS),
    "corsica-20": _among(lambda: codes_of("20")),
    "corsica-2a": _among(lambda: codes_of("2A")),
    "corsica-2b": _among(lambda: codes_of("2B")),
    "seine": _among(_seine),
    "seine-et-oise": _seine_et_oise,
    "overseas": _among(_overseas),
    "collectivity": _among(lambda: codes_of("975", "977", "986", "987", "988")),
    "abroad": _among(lambda: _countries(former=False)),
    "former-country": _among(lambda: _countries(former=True)),
}
