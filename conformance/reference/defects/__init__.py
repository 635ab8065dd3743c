"""The injectable defects of the reference LGO: realistic vendor mistakes, each with the rules that catch it.

A defect is data, in ``by_rule/GROUP/RULE.yaml`` by the first rule that catches it: what the software does wrong, which
rules are meant to see it, and the faults that it puts on the seams of the LGO (``conformance.reference.seams``). The language
of the faults is in ``conditions.py`` (when) and ``effects.py`` (what); ``by_hand`` holds the few that data cannot
say.
"""

from __future__ import annotations

import difflib
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from simulator.text import Text, TextError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from conformance.reference.defects.model import Defect, Kind, SeamFault

__all__ = [
    "NO_DEFECTS",
    "Defect",
    "Defects",
    "Kind",
    "UnknownDefectError",
    "catalogue",
    "faults_of",
    "select",
]

Defects = frozenset[str]
"""Names of the defects switched on."""

NO_DEFECTS: Defects = frozenset()
"""The correct LGO."""


def __getattr__(name: str) -> Any:
    """Return a class of the catalogue, of which the correct LGO needs nothing: reading it takes longer than all the rest."""
    if name not in {"Defect", "Kind"}:
        raise AttributeError(name)
    from conformance.reference.defects import model  # noqa: PLC0415 - as said

    return getattr(model, name)


_FOLDER: Final = "by_rule"


class UnknownDefectError(TextError, ValueError):
    """A name that is not in the catalogue."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        """Keep the name and the nearest known ones."""
        self.name = name
        self.near = difflib.get_close_matches(name, list(known), n=3)
        near = (
            Text(f"voulez-vous dire {' ou '.join(self.near)} ?", f"did you mean {' or '.join(self.near)}?")
            if self.near
            else Text("voir banc demo --list-defects", "see banc demo --list-defects")
        )
        super().__init__(
            Text(
                f"le nom d'un défaut est attendu, reçu : {name!r} ; {near.fr}",
                f"expected the name of a defect, got {name!r}; {near.en}",
            )
        )


def catalogue() -> Mapping[str, Defect]:
    """Return the defects by name, in the order of the rules that catch them first.

    Raises:
        simulator.datafile.DataFileError: a file is not as its schema says.
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


def faults_of(names: Iterable[str]) -> list[SeamFault]:
    """Return the faults of these defects.

    Raises:
        UnknownDefectError: a name is not in the catalogue.
    """
    return [fault for name in sorted(select(names)) for fault in _catalogue()[name].faults]


@cache
def _catalogue() -> Mapping[str, Defect]:
    from conformance.reference.defects.each import expanded  # noqa: PLC0415 - only where there are defects
    from conformance.reference.defects.schema import SCHEMA, problems  # noqa: PLC0415 - as above
    from simulator.datafile import load_yaml  # noqa: PLC0415 - as above

    folder = files("conformance.reference.defects")
    found: dict[str, Defect] = {}
    for group in sorted((folder / _FOLDER).iterdir(), key=lambda one: one.name):
        for file in sorted(group.iterdir(), key=lambda one: one.name):
            data = load_yaml(file, SCHEMA, lambda data: problems(data, known=found))
            for written, entry in data["defects"].items():
                found.update((name, _defect(name, one)) for name, one in expanded(written, entry))
    return MappingProxyType(found)


def _defect(name: str, entry: Mapping[str, Any]) -> Defect:
    from conformance.reference.defects.model import Defect, Kind, fault_of  # noqa: PLC0415 - as above

    return Defect(
        name=name,
        title=entry["title"],
        description=entry["description"],
        caught_by=tuple(entry["caught_by"]),
        kind=Kind(entry["kind"]),
        source=entry["source"],
        subtle=entry.get("subtle", False),
        faults=tuple(fault_of(fault) for fault in entry["faults"]),
    )
