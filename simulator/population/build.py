"""A whole population, streamed: the same people for the same size, seed and profile, on any platform.

It begins with the designed people (``designed.households``), so that every registry has every case; ordinary households follow,
some of them with a rarer feature. Memory does not grow with the size.

No two people share a matricule, former ones included, and nobody has the birth name, first word of the first names, sex
and birth date of another, unless tagged ``namesake-4`` or ``namesake-5``: a search by true traits never gets 02 by
accident, with or without the birth place.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from itertools import accumulate, islice
from random import Random
from typing import TYPE_CHECKING, Final

from simulator.population.described.cases import CaseError
from simulator.population.described.profiles import Profile, profiles
from simulator.population.described.profiles import profile as profile_named
from simulator.population.designed.households import Designer
from simulator.population.drawing.ordinary import Ordinary
from simulator.population.drawing.registrar import Registrar

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.registry.person import Person

FORMAT: Final = 4
"""Version of what is generated: the same recipe gives the same people only with the same version."""

DEFAULT_PROFILE: Final = "france"

_ALL: Final = 10_000
_RECIPE: Final = re.compile(r"(?<!\S)population=(?P<profile>\S+)")


def people(size: int, seed: int | str, profile: str = DEFAULT_PROFILE) -> Iterator[Person]:
    """Yield a population of ``size`` people with keys ``syn/<seed>/<n>``, n from 0.

    A smaller population is the start of a larger one of the same seed and profile: one that is cut within a family
    holds only the beginning of it.

    Raises:
        simulator.population.described.profiles.UnknownProfileError: there is no such profile.
        ValueError: a negative size.
    """
    if size < 0:
        raise ValueError(f"size: expected 0 or more people, got {size}")
    return islice(_stream(f"syn/{seed}", profile_named(profile)), size)


def recipe(size: int, seed: int | str, profile: str = DEFAULT_PROFILE) -> str:
    """Name all that determines a population: two populations with the same recipe hold the same people."""
    return f"population={profile} size={size} seed={seed} format={FORMAT}"


def profile_of(text: str | None) -> str | None:
    """Give the profile that a recipe tells, wherever it stands in a text; none when there is none.

    Args:
        text: what a registry says of how it was made: its ``recipe``, or nothing.
    """
    found = _RECIPE.search(text or "")
    return found["profile"] if found and found["profile"] in profiles() else None


def _stream(prefix: str, profile: Profile) -> Iterator[Person]:
    random = Random(f"{prefix}/{profile.name}")  # noqa: S311 - repeatable on purpose, nothing is secret
    registrar = Registrar(prefix, random)
    ordinary = Ordinary(registrar, profile)
    designer = Designer(registrar, ordinary)
    yield from designer.array()
    ordinary_share = 1 - profile.designed / _ALL
    shares = tuple(accumulate(case.share for case in profile.cases))
    made = 0
    while True:
        if profile.designed and made >= ordinary_share * registrar.count:
            yield from designer.array()
            continue
        household = None
        roll = random.random() * _ALL
        if roll < shares[-1]:
            household = _special(designer, profile, bisect_right(shares, int(roll)))
        if household is None:
            household = ordinary.household()
        made += len(household)
        yield from household


def _special(designer: Designer, profile: Profile, index: int) -> list[Person] | None:
    """Draw a household of a rarer case; none in a population so large that it has run out."""
    try:
        return designer.household(profile.cases[index].values)
    except CaseError:
        return None
