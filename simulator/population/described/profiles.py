"""The profiles of a population: its ages, its sexes, its shares of special cases (``data/profiles.yaml``)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from simulator.population.described.cases import compiled

if TYPE_CHECKING:
    from collections.abc import Mapping

LAST_BIRTH_YEAR: Final = 2024
"""A population is that of 1 January of the next year: people born this year are 0 years old."""

FIRST_BIRTH_YEAR: Final = LAST_BIRTH_YEAR - 104

ADULT_AGE: Final = 16
"""From this age on people have a Vitale card of their own; before, they are on that of a parent (ameli.fr)."""

_GROUP: Final = 5
_SENIOR_AGE: Final = 65
_ADULT_CLASS_AGE: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseShare:
    """How many adults of ten thousand have certain values of the designed cases."""

    share: int
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What the people of a population are like."""

    name: str
    label_fr: str
    label_en: str
    ages: tuple[int, ...]
    """Weights of the ages 0-4, 5-9, ... 100 and more."""
    women: tuple[int, int, int]
    """Women of ten thousand people under 20, from 20 to 64, from 65."""
    designed: int
    """Households of ten thousand that are designed cases again."""
    cases: tuple[CaseShare, ...]
    evidence: str
    source: str

    def births(self) -> dict[int, int]:
        """Give the weight of each birth year, oldest first; the sum is the same in every group of ages."""
        return {
            year: self.ages[(LAST_BIRTH_YEAR - year) // _GROUP]
            for year in range(FIRST_BIRTH_YEAR, LAST_BIRTH_YEAR + 1)
        }

    def women_share(self, birth_year: int) -> int:
        """Give how many of ten thousand people born in a year are women."""
        age = LAST_BIRTH_YEAR - birth_year
        return self.women[(age >= _ADULT_CLASS_AGE) + (age >= _SENIOR_AGE)]


class UnknownProfileError(ValueError):
    """There is no profile of this name; the message names those there are."""


def profile(name: str) -> Profile:
    """Give one profile.

    Raises:
        UnknownProfileError: there is none of this name.
    """
    try:
        return profiles()[name]
    except KeyError:
        raise UnknownProfileError(f"profile: expected one of {', '.join(profiles())}, got {name!r}") from None


@cache
def profiles() -> Mapping[str, Profile]:
    """Give the packaged profiles by name, in file order."""
    loaded = compiled()["profiles"]
    cases = tuple(CaseShare(share=each["share"], values=each["values"]) for each in loaded["cases"])
    return MappingProxyType(
        {
            name: Profile(
                name=name,
                label_fr=entry["fr"],
                label_en=entry["en"],
                ages=tuple(entry["ages"]),
                women=(entry["women"]["0-19"], entry["women"]["20-64"], entry["women"]["65+"]),
                designed=entry["designed"],
                cases=cases,
                evidence=entry["evidence"],
                source=entry["source"],
            )
            for name, entry in loaded["profiles"].items()
        }
    )
