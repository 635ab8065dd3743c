"""Names of a wished shape, for the designed people: the values of ``name`` and ``first_names`` in ``cases.yaml``."""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from simulator.ins.traits import MAX_LENGTH
from simulator.population.drawing.name_draws import (
    LONG_NAME,
    NameDraw,
    birth_name_draw,
    draw_plain_name,
    draw_short_name,
    epicene_first_names,
    first_names_draw,
    reserved,
)
from simulator.population.drawing.names import draw_birth_name, draw_first_names

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

_PARTICLES: Final = ("DE ", "DE LA ", "DU ", "VAN DER ", "DA ", "EL ", "BEN ")
_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_LONGEST_PART: Final = 10
_SHORTEST_PART: Final = 3
_JOINTS: Final = (" ", "-", " DE ", "--", " D'")


def birth_name_of(random: Random, shape: str) -> NameDraw:
    """Draw a birth name of a shape.

    Raises:
        KeyError: there is no such shape.
    """
    make = _BIRTH_NAMES[shape]
    while True:
        name = make(random)
        if name not in reserved():
            return birth_name_draw(name)


def first_names_of_shape(random: Random, shape: str, sex: str, birth_year: int) -> NameDraw:
    """Draw a list of first names of a shape.

    Raises:
        KeyError: there is no such shape.
    """
    return first_names_draw(_FIRST_NAMES[shape](random, sex, birth_year))


def _double(joint: str) -> Callable[[Random], str]:
    def make(random: Random) -> str:
        return f"{draw_plain_name(random)}{joint}{draw_plain_name(random)}"

    return make


def _apostrophe(random: Random) -> str:
    return draw_birth_name(random, apostrophe=True)


def _leading_apostrophe(random: Random) -> str:
    return f"'T {draw_plain_name(random)}"


def _particle(random: Random) -> str:
    return f"{_PARTICLES[int(random.random() * len(_PARTICLES))]}{draw_plain_name(random)}"


def _one_letter(random: Random) -> str:
    return _LETTERS[int(random.random() * len(_LETTERS))]


def _of_length(length: int) -> Callable[[Random], str]:
    def make(random: Random) -> str:
        text = draw_plain_name(random)
        while True:
            joint = _JOINTS[int(random.random() * len(_JOINTS))]
            left = length - len(text) - len(joint)
            if _SHORTEST_PART <= left <= _LONGEST_PART:
                return f"{text}{joint}{draw_plain_name(random, left, left)}"
            if left < _SHORTEST_PART:
                # Too near the end for another name: begin again.
                text = draw_plain_name(random)
                continue
            text = f"{text}{joint}{draw_plain_name(random, _SHORTEST_PART, min(_LONGEST_PART, left))}"

    return make


_BIRTH_NAMES: Final[dict[str, Callable[[Random], str]]] = {
    "plain": draw_plain_name,
    "hyphen": _double("-"),
    "double-hyphen": _double("--"),
    "apostrophe": _apostrophe,
    "leading-apostrophe": _leading_apostrophe,
    "space": _double(" "),
    "particle": _particle,
    "one-letter": _one_letter,
    "two-letters": draw_short_name,
    "length-54": _of_length(LONG_NAME),
    "length-100": _of_length(MAX_LENGTH),
}


def _drawn(*counts: int, compound: bool) -> Callable[[Random, str, int], str]:
    def make(random: Random, sex: str, year: int) -> str:
        count = counts[int(random.random() * len(counts))]
        return draw_first_names(random, sex, year, count=count, compound=compound)

    return make


def _listed(shape: str) -> Callable[[Random, str, int], str]:
    def make(random: Random, sex: str, _year: int) -> str:
        names = _list()[shape, sex]
        return names[int(random.random() * len(names))]

    return make


def _epicene(random: Random, _sex: str, _year: int) -> str:
    names = _sorted_epicene()
    return names[int(random.random() * len(names))]


def _hundred(random: Random, sex: str, year: int) -> str:
    names: list[str] = []
    while True:
        name = draw_first_names(random, sex, year, count=1)
        left = MAX_LENGTH - len(" ".join([*names, name]))
        if name in names or 0 < left <= _SHORTEST_PART:
            continue
        if left < 0:
            names.clear()
            continue
        names.append(name)
        if not left:
            return " ".join(names)


_FIRST_NAMES: Final[dict[str, Callable[[Random, str, int], str]]] = {
    "single": _drawn(1, compound=False),
    "several": _drawn(2, 3, compound=False),
    "four": _drawn(4, compound=False),
    "compound": _drawn(1, compound=True),
    "compound-several": _drawn(2, 3, compound=True),
    "apostrophe": _listed("apostrophe"),
    "two-letters": _listed("two-letters"),
    "length-100": _hundred,
    "epicene": _epicene,
}


@cache
def _sorted_epicene() -> tuple[str, ...]:
    return tuple(sorted(epicene_first_names()))


@cache
def _list() -> dict[tuple[str, str], list[str]]:
    text = (files("simulator.population") / "data" / "designed_first_names.csv").read_text(encoding="ascii")
    found: dict[tuple[str, str], list[str]] = {}
    for row in csv.DictReader(text.splitlines()):
        found.setdefault((row["shape"], row["sex"]), []).append(row["name"])
    return found
