"""Behaviours other than the reference LGO's own that the texts allow: none may be accused by the suite.

Written in the language of the defects (``conformance.reference.defects``), because what makes them differ sits on the
same seams. Where a text is silent, the behaviour is allowed.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from conformance.reference.defects.each import expanded
from conformance.reference.defects.model import SeamFault, fault_of
from conformance.reference.defects.schema import VARIANTS_SCHEMA, problems
from simulator.datafile import load_yaml

if TYPE_CHECKING:
    from collections.abc import Mapping
    from importlib.resources.abc import Traversable


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """One behaviour that must be tolerated."""

    name: str
    title: Mapping[str, str]
    """By language: ``fr``, ``en``."""
    rules: tuple[str, ...]
    """The rules that it comes near to and has to pass; it may be accused by no other either."""
    why: str
    """Why it is allowed."""
    faults: tuple[SeamFault, ...]


def _entries(file: Traversable, known: Mapping[str, Variant]) -> list[tuple[str, Any]]:
    data: Any = load_yaml(
        file, VARIANTS_SCHEMA, lambda data: problems({"defects": data["variants"]}, known=known)
    )
    return list(data["variants"].items())


@cache
def variants() -> Mapping[str, Variant]:
    """Return the tolerated variants by name.

    Raises:
        simulator.datafile.DataFileError: a file is not as its schema says.
    """
    found: dict[str, Variant] = {}
    folder = files("conformance.reference.variants")
    names = sorted(one.name for one in folder.iterdir() if one.name.endswith(".yaml"))
    for written, entry in (pair for name in names for pair in _entries(folder / name, found)):
        for name, one in expanded(written, entry):
            found[name] = Variant(
                name=name,
                title=one["title"],
                rules=tuple(one["rules"]),
                why=one["why"],
                faults=tuple(fault_of(fault) for fault in one["faults"]),
            )
    return MappingProxyType(found)
