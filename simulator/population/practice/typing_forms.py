"""How the same name is typed: case, accents, apostrophes, hyphens, spaces. A correct software undoes all of it.

Each function takes a name as the registry writes it, or as another of these functions left it, and returns it
typed otherwise, or None when it cannot be.
"""

from __future__ import annotations

import csv
import re
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from simulator.ins.traits import to_wire

if TYPE_CHECKING:
    from random import Random

_WORD: Final = re.compile(r"[A-Z]+")


def accented(name: str) -> str | None:
    """Put their accents on the words that usually have some; None when no word does."""
    known = _accented_words()
    typed = _WORD.sub(lambda word: known.get(word[0], word[0]), name)
    return None if typed == name else typed


def title_case(name: str) -> str | None:
    """Write each word with one capital: ``Jean-Pierre``, ``D'Artagnan De L'Hérault``."""
    typed = "".join(part.capitalize() for part in re.split(r"([ '\-])", name))
    return None if typed == name else typed


def lower_case(name: str) -> str | None:
    """Write without capitals."""
    typed = name.lower()
    return None if typed == name else typed


def typographic_apostrophe(name: str) -> str | None:
    """Write the apostrophe as word processors do (U+2019)."""
    return name.replace("'", "\u2019") if "'" in name else None


def hyphen_as_space(name: str) -> str | None:
    """Leave out the hyphens of a compound name."""
    return name.replace("-", " ") if "-" in name else None


def stray_spaces(name: str, random: Random) -> str:
    """Add a space before, after, or beside one that is there."""
    ways = (f" {name}", f"{name} ", name.replace(" ", "  ", 1) if " " in name else f"{name}  ")
    return ways[int(random.random() * len(ways))]


@cache
def _accented_words() -> dict[str, str]:
    text = (files("simulator.population.practice") / "data" / "accented_names.csv").read_text("utf-8")
    words = [row["typed"] for row in csv.DictReader(text.splitlines())]
    return {to_wire(word): word.upper() for word in words}
