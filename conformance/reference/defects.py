"""The injectable defects of the reference LGO: realistic vendor mistakes, each with the rules that catch it.

A defect is a name of ``defects.yaml``. The reference LGO takes a set of names; each is tested for at the one
place of the code where the mistake would be made.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from simulator.datafile import load_yaml

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Defects = frozenset[str]
"""Names of the defects switched on."""

NO_DEFECTS: Defects = frozenset()
"""The correct LGO."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Defect:
    """One entry of the catalogue."""

    name: str
    """Kebab-case, as given to ``--defect``."""
    title: Mapping[str, str]
    """By language: ``fr``, ``en``."""
    description: Mapping[str, str]
    """What the software does wrong, by language."""
    caught_by: tuple[str, ...]
    """Keys of the rules meant to catch it; the first is the one it is made for."""
    source: str
    """Where the mistake comes from: a rule of the reference, a recorded vendor error."""


class UnknownDefectError(ValueError):
    """A name that is not in the catalogue."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        """Keep the name and the nearest known ones."""
        self.name = name
        self.near = difflib.get_close_matches(name, list(known), n=3)
        near = f"; did you mean {' or '.join(self.near)}?" if self.near else "; see banc demo --list-defects"
        super().__init__(f"expected the name of a defect, got {name!r}{near}")


def catalogue() -> Mapping[str, Defect]:
    """Return the defects by name, in the order of the file.

    Raises:
        simulator.datafile.DataFileError: the file is not as its schema says.
    """
    return _catalogue()


def select(names: Iterable[str]) -> Defects:
    """Return the set of defects with these names.

    Raises:
        UnknownDefectError: a name is not in the catalogue.
    """
    chosen = frozenset(names)
    for name in sorted(chosen):
        if name not in _catalogue():
            raise UnknownDefectError(name, _catalogue())
    return chosen


@cache
def _catalogue() -> Mapping[str, Defect]:
    data = load_yaml(files("conformance.reference") / "defects.yaml", _SCHEMA)
    return MappingProxyType(
        {
            name: Defect(
                name=name,
                title=entry["title"],
                description=entry["description"],
                caught_by=tuple(entry["caught_by"]),
                source=entry["source"],
            )
            for name, entry in data["defects"].items()
        }
    )


_BOTH_LANGUAGES: dict[str, Any] = {
    "type": "object",
    "required": ["fr", "en"],
    "additionalProperties": False,
    "properties": {"fr": {"type": "string", "minLength": 1}, "en": {"type": "string", "minLength": 1}},
}

_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["defects"],
    "additionalProperties": False,
    "properties": {
        "defects": {
            "type": "object",
            "propertyNames": {"pattern": "^[a-z]+(-[a-z]+)+$"},
            "additionalProperties": {
                "type": "object",
                "required": ["title", "description", "caught_by", "source"],
                "additionalProperties": False,
                "properties": {
                    "title": _BOTH_LANGUAGES,
                    "description": _BOTH_LANGUAGES,
                    "caught_by": {
                        "type": "array",
                        "minItems": 1,
                        "uniqueItems": True,
                        "items": {"type": "string", "pattern": "^[A-Z]{3}-[0-9]{2}$"},
                    },
                    "source": {"type": "string", "minLength": 1},
                },
            },
        }
    },
}
