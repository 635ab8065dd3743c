"""Where and when drawn people are born, and where an order number cannot be that of a real birth.

Order numbers count the registrations of one month in one place. Drawn people have numbers from
``FIRST_ORDER``, and are born, unless another place is asked for, where so many births in a month are out of the
question: see ``order_is_impossible`` and ``data/README.md`` for what that guarantees and what it does not.
"""

from __future__ import annotations

import csv
import datetime as dt
from bisect import bisect_right
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import accumulate
from typing import TYPE_CHECKING

from simulator.ins.places import cog
from simulator.population.described.profiles import FIRST_BIRTH_YEAR, LAST_BIRTH_YEAR, profile

if TYPE_CHECKING:
    from collections.abc import Iterable
    from random import Random

FIRST_ORDER = 900
"""Smallest order number of a drawn person; the largest is 999."""

LEAP_DAY = "02-29"
_CENTENARIAN_AGE = 100

_ABROAD_PERCENT = 4.0
_OVERSEAS_PERCENT = 4.0
_CORSICA_PERCENT = 1.0

_BUSY_DEPARTEMENTS = ("75", "92", "93", "94")
"""Paris and its inner suburbs (75 is the whole Seine before 1968)."""

_MAGHREB_DEPARTEMENTS = ("91", "92", "93", "94", "95", "96")
_NEVER_GIVEN = "900"
"""Commune numbers from here were given to no commune of these départements, neither before 1962 in the Maghreb nor since
1968 around Paris (inferred from the COG and ins-formats §8)."""

_NOBODY_BORN = ("984", "989", "985")
"""No inhabitants (984, 989); codes derived by rule, read in no INSEE file (985)."""

_ATTEMPTS = 1000


class NoSuchBirthError(ValueError):
    """No birth satisfies what was asked for: unknown place, or a place that did not exist at the date."""


@dataclass(frozen=True, slots=True)
class _Places:
    """Codes where people may be born, by kind; whether they existed at a date is asked afterwards."""

    mainland: tuple[str, ...]
    corsica: tuple[str, ...]
    overseas: tuple[str, ...]
    abroad: tuple[str, ...]


def draw_birth_date(random: Random) -> dt.date:
    """Draw a complete birth date by the ages of the profile ``france``."""
    years, cumulative = _years()
    year = years[bisect_right(cumulative, int(random.random() * cumulative[-1]))]
    first = dt.date(year, 1, 1).toordinal()
    after = dt.date(year + 1, 1, 1).toordinal()
    return dt.date.fromordinal(first + int(random.random() * (after - first)))


def date_tags(birth_date: str, registered_month: str) -> tuple[str, ...]:
    """Say which cases a birth date is.

    Args:
        birth_date: the trait, ``AAAA-MM-JJ`` with ``00`` for what is unknown.
        registered_month: the two digits of the matricule.
    """
    year = int(birth_date[:4])
    cases = (
        ("lunar-day", birth_date[8:] == "00"),
        ("lunar-month", birth_date[5:7] == "00"),
        ("pseudo-month", registered_month > "12"),
        ("leap-day", birth_date[5:] == LEAP_DAY),
        ("centenarian", year <= LAST_BIRTH_YEAR - _CENTENARIAN_AGE),
        ("newborn", year == LAST_BIRTH_YEAR),
    )
    return tuple(tag for tag, applies in cases if applies)


def draw_birth_place_among(random: Random, date: dt.date, kind: str) -> str | None:
    """Draw the COG code of a quiet place ``abroad``, ``overseas`` or in ``corsica`` that existed at that date; ``None``: none was found."""
    pool: tuple[str, ...] = getattr(_places(), kind)
    for _ in range(_ATTEMPTS):
        code = pool[int(random.random() * len(pool))]
        if _exists(code, date):
            return code
    return None


def draw_birth_place(random: Random, date: dt.date) -> str:
    """Draw the COG code of a quiet place that existed at that date: a full commune, or a country."""
    places = _places()
    roll = random.random() * 100
    if roll < _ABROAD_PERCENT:
        pool = places.abroad
    elif roll < _ABROAD_PERCENT + _OVERSEAS_PERCENT:
        pool = places.overseas
    elif roll < _ABROAD_PERCENT + _OVERSEAS_PERCENT + _CORSICA_PERCENT:
        pool = places.corsica
    else:
        pool = places.mainland
    while True:
        code = pool[int(random.random() * len(pool))]
        if _exists(code, date):
            return code


def _exists(code: str, date: dt.date) -> bool:
    place = cog().at(code, date)
    return place is not None and place.parent is None and place.covers(date)


def draw_birth_date_at(random: Random, code: str) -> dt.date:
    """Draw a birth date at which a given place existed.

    Raises:
        NoSuchBirthError: the code is unknown, or was in force for too short a time.
    """
    if not cog().exists(code):
        raise NoSuchBirthError(f"birth_place: expected a code of the COG, got {code!r}")
    for _ in range(_ATTEMPTS):
        date = draw_birth_date(random)
        if cog().is_valid_at(code, date):
            return date
    raise NoSuchBirthError(
        f"birth_place: expected a code in force between {FIRST_BIRTH_YEAR} and {LAST_BIRTH_YEAR}, got {code!r}"
    )


def check_birth(code: str, date: dt.date) -> None:
    """Check that somebody may be born at this place on this date.

    Raises:
        NoSuchBirthError: the code is unknown, or was not in force.
    """
    if not cog().is_valid_at(code, date):
        validity = cog().validity_at(code, date)
        raise NoSuchBirthError(f"birth_place: expected a code in force on {date}, got {code!r} ({validity})")


def order_is_impossible(code: str) -> bool:
    """Tell whether order numbers from ``FIRST_ORDER`` are out of the question at this place.

    Inferred: nobody publishes the highest order numbers. False means only that it could not be excluded.
    """
    if code[:2] in _MAGHREB_DEPARTEMENTS and code[2:] >= _NEVER_GIVEN:
        return True
    if code.startswith("99"):
        return code in _listed("quiet_countries.csv")
    return code[:2] not in _BUSY_DEPARTEMENTS and code not in _listed("busy_communes.csv")


def quiet_among(codes: Iterable[str]) -> list[str]:
    """Keep the places where order numbers from ``FIRST_ORDER`` are out of the question; the order stays."""
    busy, quiet_abroad = _listed("busy_communes.csv"), _listed("quiet_countries.csv")
    return [
        code
        for code in codes
        if code in quiet_abroad
        or (code not in busy and code[:2] != "99" and code[:2] not in _BUSY_DEPARTEMENTS)
    ]


def is_former(code: str) -> bool:
    """Tell whether a code is no longer in force: absorbed or split commune, re-coded place, extinct state."""
    latest = cog().at(code, None)
    return latest is not None and latest.valid_to is not None


@cache
def _years() -> tuple[tuple[int, ...], tuple[int, ...]]:
    births = profile("france").births()
    return tuple(births), tuple(accumulate(births.values()))


@cache
def _places() -> _Places:
    mainland: list[str] = []
    corsica: list[str] = []
    overseas: list[str] = []
    busy = _listed("busy_communes.csv")
    left_out = ("99", *_NOBODY_BORN, *_BUSY_DEPARTEMENTS)
    for code in cog().codes():
        if code in busy or code.startswith(left_out):
            continue
        if code.startswith(("97", "98")):
            overseas.append(code)
        elif code.startswith(("2A", "2B", "20")):
            corsica.append(code)
        else:
            mainland.append(code)
    abroad = tuple(sorted(_listed("quiet_countries.csv")))
    return _Places(tuple(mainland), tuple(corsica), tuple(overseas), abroad)


@cache
def _listed(name: str) -> frozenset[str]:
    text = (files("simulator.population") / "data" / name).read_text(encoding="utf-8")
    return frozenset(row["code"] for row in csv.DictReader(text.splitlines()))
