"""Where people are born, fast: weighted, in force at the date, and quiet (see ``births.order_is_impossible``).

The département, the territory or the country is drawn with its weight, then one of its communes. Codes are read from
the COG when they are met, so a small population costs little.
"""

from __future__ import annotations

import csv
import datetime as dt
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import accumulate
from typing import TYPE_CHECKING, Final

from simulator.ins.places import PlaceKind, cog
from simulator.population.drawing.births import is_former, order_is_impossible, quiet_among

if TYPE_CHECKING:
    from collections.abc import Iterable
    from random import Random

OVERSEAS_SHARE: Final = 400
ABROAD_SHARE_CHILDREN: Final = 400
ABROAD_SHARE_ADULTS: Final = 1300
"""Of ten thousand people; how they compare with published figures is told in ``data/statistics.yaml``."""

MAGHREB: Final = (("91", "99352"), ("92", "99352"), ("93", "99352"), ("95", "99350"), ("96", "99351"))
"""Départements of Algeria, Morocco and Tunisia before independence, and the country that is the birth place."""

INDEPENDENCE: Final = {"99352": (1962, 7, 5), "99350": (1956, 3, 2), "99351": (1956, 3, 20)}
"""First day of each country (COG)."""

FIRST_MAGHREB_COMMUNE: Final = 900
"""Commune numbers from here were given to no commune of these départements, to our knowledge (inferred)."""

_MAGHREB_SHARE: Final = 2500
"""Of ten thousand people born abroad before the independence of Algeria."""
_FREQUENT_SHARE: Final = 800
"""Of ten thousand other people born abroad: in one of the most frequent countries, where no order is excluded."""
_FREQUENT: Final = (
    ("99352", 120),
    ("99350", 117),
    ("99139", 79),
    ("99351", 48),
    ("99127", 39),
    ("99134", 35),
    ("99208", 32),
)
"""Per thousand immigrants: Algeria, Morocco, Portugal, Tunisia, Italy (Insee 2023, reported); Spain, Turkey (ours)."""

_AROUND_PARIS: Final = ("91", "92", "93", "94", "95")
_WITH_ARRONDISSEMENTS: Final = ("751", "6938", "132")

_EVER: Final = dt.date.max.toordinal()
_ATTEMPTS: Final = 1000
_SEINE_ET_OISE_UNTIL: Final = dt.date(1967, 12, 31).toordinal()
_CORSICA_ONE_UNTIL: Final = dt.date(1975, 12, 31).toordinal()
_ALGERIA_UNTIL: Final = dt.date(1962, 7, 4).toordinal()
_SMALL_TERRITORIES: Final = (("975", 3000), ("977", 3000), ("986", 4000), ("987", 90000), ("988", 80000))
"""Rough weights of the overseas collectivities beside the populations of the overseas départements."""


@dataclass(frozen=True, slots=True)
class BirthPlace:
    """A code with what is asked of it at each draw."""

    code: str
    number: int
    """The code as five digits; the letters of Corsica are 0, which only matters to tell marks apart."""
    periods: tuple[tuple[int, int], ...]
    """First and last day, ordinals, of the periods when it was a full commune, an arrondissement of a town, or a country."""
    tags: tuple[str, ...]

    def covers(self, day: int) -> bool:
        """Tell whether somebody may be born there on a day."""
        return any(first <= day <= last for first, last in self.periods)


class NoSuchPlaceError(ValueError):
    """Nothing of what was asked for existed at the date."""


@cache
def place_of(code: str) -> BirthPlace:
    """Give what is to know about a code of the COG."""
    return BirthPlace(
        code=code,
        number=int(code.replace("A", "0").replace("B", "1")),
        periods=tuple(
            (
                0 if period.valid_from is None else period.valid_from.toordinal(),
                _EVER if period.valid_to is None else period.valid_to.toordinal(),
            )
            for period in cog().periods(code)
            if period.parent is None or period.kind is PlaceKind.ARRONDISSEMENT
        ),
        tags=place_tags(code),
    )


def place_tags(code: str, registered: str | None = None) -> tuple[str, ...]:
    """Say which cases a birth place is.

    Args:
        code: the COG code of the trait.
        registered: the place in the matricule, when it is another one: order numbers are those of that place.
    """
    at_birth = registered or code
    abroad = code.startswith("99")
    cases = (
        ("born-abroad", abroad),
        ("born-overseas", code.startswith(("97", "98"))),
        ("born-corsica", at_birth.startswith(("2A", "2B", "20"))),
        ("born-seine", not abroad and was_around_paris(at_birth)),
        ("arrondissement", code.startswith(_WITH_ARRONDISSEMENTS)),
        ("former-place", is_former(code) or is_former(at_birth)),
        ("former-country", abroad and is_former(code)),
        ("order-not-excluded", not order_is_impossible(at_birth)),
    )
    return tuple(tag for tag, applies in cases if applies)


def was_around_paris(code: str) -> bool:
    """Tell whether a code is one of Seine or Seine-et-Oise that became 91 to 95 in 1968."""
    today = commune_today(code) if code[:2] in ("75", "78") else None
    return today is not None and today.startswith(_AROUND_PARIS)


@cache
def commune_today(code: str) -> str | None:
    """Give the code of the commune of today that a code names; none for a country or a divided commune."""
    place = cog().current(code)
    return None if place is None else place.parent or place.code


def draw_place(random: Random, day: int, *, adult: bool = True) -> BirthPlace:
    """Draw where somebody of this birth day is born: in France, overseas or abroad, with plausible shares.

    Births in the Maghreb before independence are left to ``draw_maghreb``: their matricule has another place.

    Args:
        random: where chance comes from.
        day: ordinal of the birth date.
        adult: adults were born abroad more often.
    """
    roll = int(random.random() * 10_000)
    abroad = ABROAD_SHARE_ADULTS if adult else ABROAD_SHARE_CHILDREN
    if roll >= abroad + OVERSEAS_SHARE:
        return draw_mainland(random, day)
    return draw_abroad(random, day) if roll < abroad else draw_overseas(random, day)


def draw_mainland(random: Random, day: int) -> BirthPlace:
    """Draw a commune of mainland France or Corsica, the département weighted by its population."""
    departements, cumulative = _departements()
    while True:
        departement = departements[bisect_right(cumulative, int(random.random() * cumulative[-1]))]
        if day <= _CORSICA_ONE_UNTIL:
            if departement in ("2A", "2B"):
                departement = "20"
            elif day <= _SEINE_ET_OISE_UNTIL and departement in ("91", "95"):
                departement = "78"
        codes = _communes(departement)
        # Some codes were in force for a short time only, none of a département for ever.
        for _ in range(8):
            place = place_of(codes[int(random.random() * len(codes))])
            for first, last in place.periods:
                if first <= day <= last:
                    return place


def draw_overseas(random: Random, day: int) -> BirthPlace:
    """Draw a commune overseas, the territory weighted by its population."""
    territories, cumulative = _territories()
    while True:
        territory = territories[bisect_right(cumulative, int(random.random() * cumulative[-1]))]
        codes = _communes(territory)
        place = place_of(codes[int(random.random() * len(codes))])
        if place.covers(day):
            return place


def draw_abroad(random: Random, day: int) -> BirthPlace:
    """Draw a country that existed: most often a quiet one, sometimes one of the most frequent."""
    frequent = random.random() * 10_000 < _FREQUENT_SHARE
    while True:
        if frequent:
            code = _FREQUENT[
                bisect_right(_FREQUENT_CUMULATIVE, int(random.random() * _FREQUENT_CUMULATIVE[-1]))
            ][0]
        else:
            codes = quiet_countries()
            code = codes[int(random.random() * len(codes))]
        place = place_of(code)
        if place.covers(day):
            return place
        frequent = False


def is_maghreb_birth(random: Random, day: int) -> bool:
    """Draw whether somebody born abroad that day was born in Algeria, Morocco or Tunisia before independence."""
    return day <= _ALGERIA_UNTIL and random.random() * 10_000 < _MAGHREB_SHARE


def draw_among(random: Random, codes: Iterable[str], day: int) -> BirthPlace:
    """Draw one of some codes that was in force.

    Raises:
        NoSuchPlaceError: none was.
    """
    pool = tuple(codes)
    for _ in range(_ATTEMPTS):
        place = place_of(pool[int(random.random() * len(pool))])
        if place.covers(day):
            return place
    raise NoSuchPlaceError(
        f"birth place: none of {', '.join(pool[:5])}... in force on {dt.date.fromordinal(day)}"
    )


@cache
def codes_of(*prefixes: str, quiet: bool = True) -> tuple[str, ...]:
    """Give the codes that begin in one of these ways, by default only those where no order is possible."""
    codes = _codes()
    found: list[str] = []
    for prefix in prefixes:
        found += codes[bisect_left(codes, prefix) : bisect_left(codes, f"{prefix}~")]
    return tuple(quiet_among(found) if quiet else found)


@cache
def quiet_countries() -> tuple[str, ...]:
    """Give the countries where few people living in France were born, sorted."""
    return codes_of("99")


_FREQUENT_CUMULATIVE: Final = tuple(accumulate(weight for _, weight in _FREQUENT))


@cache
def _codes() -> tuple[str, ...]:
    return tuple(cog().codes())


@cache
def _communes(prefix: str) -> tuple[str, ...]:
    return codes_of(prefix)


@cache
def _weights() -> dict[str, int]:
    text = (files("simulator.population") / "data" / "departements.csv").read_text(encoding="utf-8")
    return {row["code"]: int(row["population"]) for row in csv.DictReader(text.splitlines())}


@cache
def _departements() -> tuple[tuple[str, ...], tuple[int, ...]]:
    kept = [(code, weight) for code, weight in _weights().items() if not code.startswith("97")]
    return tuple(code for code, _ in kept), tuple(accumulate(weight for _, weight in kept))


@cache
def _territories() -> tuple[tuple[str, ...], tuple[int, ...]]:
    kept = [(code, weight) for code, weight in _weights().items() if code.startswith("97")] + list(
        _SMALL_TERRITORIES
    )
    return tuple(code for code, _ in kept), tuple(accumulate(weight for _, weight in kept))
