"""Birth names and first names, drawn with their real frequency in France (see ``data/README.md``).

Only what an INSi registry can hold is here: upper case, no accent.
"""

from __future__ import annotations

import gzip
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import accumulate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from random import Random

MAX_FIRST_NAMES = 4
"""Longest list of first names drawn."""

_FIRST_NAMES_COUNT_WEIGHTS = (22, 33, 38, 7)
"""Shares in percent of people with 1, 2, 3 and 4 first names. Plausible, taken from no statistics."""

_OTHER_NAMES_GENERATION = 30
"""Second and later first names come from births this many years earlier: they are often those of elders."""


class NoSuchNameError(ValueError):
    """No name of the tables has all the wished features."""


@dataclass(frozen=True, slots=True)
class WeightedNames:
    """Names and their cumulative counts, ready for fast draws."""

    names: tuple[str, ...]
    cumulative: tuple[int, ...]

    @classmethod
    def of(cls, names: Sequence[str], counts: Sequence[int]) -> WeightedNames:
        """Keep names of strictly positive counts."""
        return cls(tuple(names), tuple(accumulate(counts)))

    def draw(self, random: Random) -> str:
        """Draw one name with its weight."""
        return self.names[bisect_right(self.cumulative, int(random.random() * self.cumulative[-1]))]

    def only(self, wishes: Iterable[tuple[str, bool]]) -> WeightedNames:
        """Keep the names that contain each of these marks, or do not, as told; weights stay."""
        kept: Sequence[int] = range(len(self.names))
        for mark, wished in wishes:
            kept = [index for index in kept if (mark in self.names[index]) is wished]
        before = (0, *self.cumulative)
        return WeightedNames.of(
            [self.names[index] for index in kept],
            [self.cumulative[index] - before[index] for index in kept],
        )


def draw_birth_name(
    random: Random, *, hyphen: bool | None = None, apostrophe: bool | None = None, space: bool | None = None
) -> str:
    """Draw a birth name; each feature may be wished, refused or left to chance.

    Raises:
        NoSuchNameError: no name has all that is wished.
    """
    return _birth_names(hyphen, apostrophe, space).draw(random)


def draw_first_names(
    random: Random, sex: str, birth_year: int, *, count: int | None = None, compound: bool | None = None
) -> str:
    """Draw a list of first names, separated by spaces, without repetition.

    Args:
        random: where chance comes from.
        sex: ``M`` or ``F``.
        birth_year: any; names before 1900 or after the data are those of the nearest decade.
        count: 1 to ``MAX_FIRST_NAMES``; left to chance when none.
        compound: whether the first one is compound, such as ``JEAN-PIERRE``; left to chance when none.

    Raises:
        NoSuchNameError: ``count`` is out of range.
    """
    if count is None:
        count = _draw_count(random)
    elif not 1 <= count <= MAX_FIRST_NAMES:
        raise NoSuchNameError(f"first names: expected 1 to {MAX_FIRST_NAMES} of them, got {count}")
    names = [_first_names(sex, _decade(birth_year), compound).draw(random)]
    others = _first_names(sex, _decade(birth_year - _OTHER_NAMES_GENERATION), None)
    while len(names) < count:
        name = others.draw(random)
        if name not in names:
            names.append(name)
    return " ".join(names)


def birth_names() -> WeightedNames:
    """Give every birth name with its weight."""
    return _birth_names(None, None, None)


def first_names_of(sex: str, birth_year: int) -> WeightedNames:
    """Give every first name of a sex with its weight, in the decade of the year or the nearest one."""
    return _first_names(sex, _decade(birth_year), None)


def births_of_first_names() -> dict[str, tuple[int, int]]:
    """Give how many boys and girls of all decades together had each first name."""
    births: dict[str, tuple[int, int]] = {}
    for (sex, _), (names, counts) in _blocks().items():
        for name, count in zip(names.split(","), counts.split(","), strict=True):
            boys, girls = births.get(name, (0, 0))
            births[name] = (boys + int(count), girls) if sex == "M" else (boys, girls + int(count))
    return births


_COUNTS_CUMULATIVE = tuple(accumulate(_FIRST_NAMES_COUNT_WEIGHTS))


def _draw_count(random: Random) -> int:
    return 1 + bisect_right(_COUNTS_CUMULATIVE, int(random.random() * _COUNTS_CUMULATIVE[-1]))


@cache
def _birth_names(hyphen: bool | None, apostrophe: bool | None, space: bool | None) -> WeightedNames:  # noqa: FBT001 - a cache key
    if hyphen is apostrophe is space is None:
        names, counts = _lines("birth_names.txt.gz")
        return WeightedNames.of(names.split(","), [int(count) for count in counts.split(",")])
    wished = [
        (mark, wish) for mark, wish in (("-", hyphen), ("'", apostrophe), (" ", space)) if wish is not None
    ]
    found = _birth_names(None, None, None).only(wished)
    if not found.names:
        wishes = ", ".join(f"{'with' if wish else 'without'} {mark!r}" for mark, wish in wished)
        raise NoSuchNameError(f"birth name: none in the tables is {wishes}")
    return found


@cache
def _first_names(sex: str, decade: int, compound: bool | None) -> WeightedNames:  # noqa: FBT001 - a cache key
    if compound is None:
        names, counts = _blocks()[sex, decade]
        return WeightedNames.of(names.split(","), [int(count) for count in counts.split(",")])
    wished = _first_names(sex, decade, None).only([("-", compound)])
    if wished.names:
        return wished
    # Compound names were rare in some decades: take those of the nearest decade that has any.
    nearest = min(
        (other for other in _decades() if any("-" in name for name in _first_names(sex, other, None).names)),
        key=lambda other: (abs(other - decade), other),
    )
    return _first_names(sex, nearest, compound)


def _decade(year: int) -> int:
    decades = _decades()
    return decades[max(0, min(bisect_left(decades, year // 10 * 10), len(decades) - 1))]


@cache
def _decades() -> tuple[int, ...]:
    return tuple(sorted({decade for _, decade in _blocks()}))


@cache
def _blocks() -> dict[tuple[str, int], tuple[str, str]]:
    """Give the unparsed names and counts of each sex and decade: most runs need only some of them."""
    lines = _lines("first_names.txt.gz")
    return {
        (header[0], int(header[1:])): (names, counts)
        for header, names, counts in zip(lines[::3], lines[1::3], lines[2::3], strict=True)
    }


def _lines(name: str) -> list[str]:
    packed = (files("simulator.population") / "data" / name).read_bytes()
    return gzip.decompress(packed).decode("ascii").splitlines()
