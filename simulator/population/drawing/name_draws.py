"""Names drawn by the million: each with the mark that tells it from others and the cases it is.

Two names that a search cannot tell apart, such as ``SAINT-MARTIN`` and ``SAINT MARTIN``, have the same mark. A first
name counts by its first word, because ``JEAN`` finds ``JEAN-PIERRE`` (``simulator.ins.starts_list``).
"""

from __future__ import annotations

from bisect import bisect_right
from functools import cache
from itertools import accumulate
from typing import TYPE_CHECKING, Final, NamedTuple
from zlib import crc32

from simulator.ins.traits import comparison_key
from simulator.population.described.cases import compiled
from simulator.population.drawing.names import WeightedNames, birth_names, first_names_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

SHORT_NAME: Final = 2
LONG_NAME: Final = 54
"""Length that every software must accept (ins-rules TRT-04)."""

_COUNT_CUMULATIVE: Final = tuple(accumulate((22, 33, 38, 7)))
"""Percents of people with 1, 2, 3 and 4 first names: ours, as in ``names``."""
_GENERATION: Final = 30


class NameDraw(NamedTuple):
    """A birth name or a list of first names as drawn."""

    text: str
    mark: int
    """32 bits; the same for two texts that a search takes for one another."""
    tags: tuple[str, ...]


class FastNames:
    """A table of weighted names that looks at each name once, when it is first drawn."""

    __slots__ = ("_cumulative", "_known", "_names", "_read", "_total")

    def __init__(self, names: WeightedNames, read: Callable[[str], NameDraw | None]) -> None:
        """Take the names; those that ``read`` gives nothing for are never drawn."""
        self._names = names.names
        self._cumulative = names.cumulative
        self._total = names.cumulative[-1]
        self._known: list[NameDraw | None] = [None] * len(names.names)
        self._read = read

    def draw(self, random: Callable[[], float]) -> NameDraw:
        """Draw one name with its weight."""
        while True:
            index = bisect_right(self._cumulative, int(random() * self._total))
            found = self._known[index]
            if found is not None:
                return found
            found = self._known[index] = self._read(self._names[index])
            if found is not None:
                return found


def birth_name_draw(text: str) -> NameDraw:
    """Give a birth name with its mark and cases."""
    return NameDraw(text, _mark(comparison_key(text)), birth_name_tags(text))


def first_names_draw(text: str) -> NameDraw:
    """Give a list of first names with its mark and cases."""
    word = comparison_key(text).partition(" ")[0]
    return NameDraw(text, _mark(word), first_names_tags(text))


def birth_name_tags(text: str) -> tuple[str, ...]:
    """Say which cases a birth name is."""
    cases = (
        ("hyphen-name", "-" in text),
        ("double-hyphen-name", "--" in text),
        ("apostrophe-name", "'" in text),
        ("leading-apostrophe-name", text.startswith("'")),
        ("space-name", " " in text),
        ("short-name", len(text) <= SHORT_NAME),
        ("long-name", len(text) >= LONG_NAME),
    )
    return tuple(tag for tag, applies in cases if applies)


def first_names_tags(text: str) -> tuple[str, ...]:
    """Say which cases a list of first names is."""
    first, several, _ = text.partition(" ")
    cases = (
        ("several-first-names", bool(several)),
        ("compound-first-name", "-" in first),
        ("apostrophe-first-name", "'" in first),
        ("short-first-name", len(first) <= SHORT_NAME),
        ("long-first-names", len(text) >= LONG_NAME),
        ("epicene-first-name", first in epicene_first_names()),
    )
    return tuple(tag for tag, applies in cases if applies)


@cache
def reserved() -> frozenset[str]:
    """Give the birth names (comparison keys) nobody is drawn with: of the public test people and of the uninsurable."""
    return frozenset(comparison_key(name) for name in compiled()["reserved_names"])


@cache
def epicene_first_names() -> frozenset[str]:
    """Give the first names that both sexes commonly have (``build_cases.find_epicene``)."""
    return frozenset(compiled()["epicene_first_names"].split())


@cache
def all_birth_names() -> FastNames:
    """Give the birth names of the country, as frequent as they are, but for the reserved ones."""
    left_out = reserved()
    return FastNames(
        birth_names(), lambda text: None if comparison_key(text) in left_out else birth_name_draw(text)
    )


def draw_first_list(random: Callable[[], float], sex: str, birth_year: int) -> NameDraw:
    """Draw a list of 1 to 4 different first names, as frequent as in France for the sex and the decade."""
    first = _first(sex, birth_year // 10 * 10).draw(random)
    count = bisect_right(_COUNT_CUMULATIVE, int(random() * 100))
    if not count:
        return first
    others = _first(sex, (birth_year - _GENERATION) // 10 * 10)
    if count == 1:
        second = others.draw(random).text
        while second == first.text:
            second = others.draw(random).text
        text = f"{first.text} {second}"
    else:
        names = [first.text]
        while len(names) <= count:
            name = others.draw(random).text
            if name not in names:
                names.append(name)
        text = " ".join(names)
    return NameDraw(text, first.mark, _SEVERAL[first.tags])


def draw_plain_name(random: Random, shortest: int = 3, longest: int = 14) -> str:
    """Draw a birth name of letters only and of a length, none of the reserved ones."""
    table = birth_names()
    while True:
        name = table.draw(random)
        if shortest <= len(name) <= longest and name.isalpha() and name not in reserved():
            return name


def draw_short_name(random: Random) -> str:
    """Draw a birth name of two letters."""
    names = _short_names()
    return names[int(random.random() * len(names))]


class _Several(dict[tuple[str, ...], tuple[str, ...]]):
    """The cases of a list by those of its first name, made once each."""

    def __missing__(self, tags: tuple[str, ...]) -> tuple[str, ...]:
        made = self[tags] = ("several-first-names", *tags)
        return made


_SEVERAL: Final = _Several()


def _mark(text: str) -> int:
    return crc32(text.encode("ascii"))


@cache
def _first(sex: str, decade: int) -> FastNames:
    return FastNames(first_names_of(sex, decade), first_names_draw)


@cache
def _short_names() -> tuple[str, ...]:
    return tuple(name for name in birth_names().names if len(name) == SHORT_NAME)
