"""The French of what commands say in English about themselves: read from data, and only when French help is shown.

Each package keeps its sentences in ``commands/french/*.yaml``: pairs of ``en`` and ``fr``, one for each option and for each
paragraph of a help text. The English is the key, so that a sentence changed in the code is missed in the catalogue, and noticed.
"""

from __future__ import annotations

import inspect
import re
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final

import yaml

if TYPE_CHECKING:
    from collections.abc import Mapping

_VERBATIM: Final = "\b"
"""Click's mark of a paragraph whose lines stay as they are."""
_GAP: Final = re.compile(r"\n[ \t]*\n\s*")
_SPACED: Final = re.compile(r" (?=[;:?!»])|(?<=«) ")
_WORD: Final = re.compile(r"[A-Z]+(?:_[A-Z]+)*")


def paragraphs(text: str) -> list[str]:
    """Return the paragraphs of a help text, as the catalogue names them: one line each, those under ``\\b`` as they stand."""
    return [_normal(one) for one in _GAP.split(inspect.cleandoc(text).partition("\f")[0]) if one.strip()]


def in_french(text: str, package: str) -> str:
    """Return a help text in French; what has none stays as it is (a test sees to it that only examples do).

    A paragraph of examples needs no French of its own: its title does, and its commands are the same in both languages.

    Args:
        text: the English, of one or several paragraphs.
        package: whose catalogue, beside that of the simulator: ``conformance`` or ``simulator``.
    """
    told = sentences(package)
    return "\n\n".join(_paragraph(one, told) for one in paragraphs(text))


def _paragraph(english: str, told: Mapping[str, str]) -> str:
    french = told.get(english)
    if not english.startswith(_VERBATIM):
        # What is wrapped must not begin a line with a colon.
        return _SPACED.sub("\u00a0", french or english)
    return french or "\n".join(_line(line, told) for line in english.split("\n"))


def _line(english: str, told: Mapping[str, str]) -> str:
    bare = english.strip()
    return english.replace(bare, told.get(_normal(bare), bare)) if bare else english


def metavar_in_french(metavar: str, package: str) -> str:
    """Return what stands for a value, such as ``FILE…``, in French: word by word, since brackets and dots are added to it."""
    told = sentences(package)
    return told.get(metavar) or _WORD.sub(lambda found: told.get(found[0], found[0]), metavar)


@cache
def sentences(package: str) -> dict[str, str]:
    """Return the catalogue of a package, that of the simulator included: French by English."""
    found: dict[str, str] = {}
    for owner in dict.fromkeys(("simulator", package)):
        for pair in pairs(owner):
            found[_normal(pair["en"])] = pair["fr"].rstrip("\n")
    return found


def pairs(package: str) -> list[dict[str, str]]:
    """Return what the catalogue of one package holds, in the order of its files."""
    folder = files(package) / "commands" / "french"
    return [
        pair
        for file in sorted(folder.iterdir(), key=lambda one: one.name)
        if file.name.endswith(".yaml")
        for pair in yaml.load(file.read_text(encoding="utf-8"), _LOADER)  # noqa: S506 - a safe one, ours
    ]


def _normal(paragraph: str) -> str:
    if paragraph.startswith(_VERBATIM):
        return "\n".join(line.rstrip() for line in paragraph.rstrip().splitlines())
    return " ".join(paragraph.split())


_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
