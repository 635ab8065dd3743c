"""The names of the cases of checks, in both languages.

A check names each of its cases in French, often of several parts: «3 lieu inconnu, super-utilisateur». ``cases.yaml`` has the
English of the parts. What it does not have is the same in both: statuses, fields, documents, sites, values.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import Final

from simulator.datafile import load_yaml
from simulator.datafile.spoken import Phrases
from simulator.text import Text

_BETWEEN: Final = re.compile(r"(, | \(|\)|→|(?<=\w)\+(?=\w))")
"""What stands between the parts of a name."""
_NUMBERED: Final = re.compile(r"(\d{1,3} )(.+)")
"""An act of a life: its number stands first."""


@cache
def case_text(name: str) -> Text:
    """Return the name of a case in both languages, looked up part by part."""
    return Text(name, "".join(map(_english, _BETWEEN.split(name))))


def _english(part: str) -> str:
    told = _phrases().told
    if (known := told(part)) is not None:
        return known
    if numbered := _NUMBERED.fullmatch(part):
        number, act = numbered.groups()
        return f"{number}{told(act) or act}"
    return part


@cache
def _phrases() -> Phrases:
    pairs: dict[str, str] = load_yaml(files("conformance.suite.desk") / "cases.yaml")
    return Phrases(pairs.items())
