"""The injectable defects of the reference LGO: realistic vendor mistakes, each with the rules that catch it.

A defect is data, in ``by_rule/GROUP/RULE.yaml`` by the first rule that catches it: what the software does wrong, which
rules are meant to see it, and the faults that it puts on the seams of the LGO (``conformance.reference.seams``). The language
of the faults is in ``conditions.py`` (when) and ``effects.py`` (what); ``by_hand`` holds the few that data cannot
say.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from simulator.text import Text, TextError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from importlib.resources.abc import Traversable

    from conformance.reference.defects.model import Defect, Kind, SeamFault

__all__ = [
    "NO_DEFECTS",
    "Defect",
    "Defects",
    "Kind",
    "UnknownDefectError",
    "catalogue",
    "faults_of",
    "find",
    "meant_for",
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
_WRITTEN: Final = re.compile(r"^  ([\w$-]+):[ \t]*$", re.MULTILINE)
"""The name of a defect where it is written."""


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


def meant_for(rules: Collection[str], groups: Collection[str]) -> list[Defect]:
    """Return the defects that one of these rules, or of the rules of these groups, is meant to catch, in the order of the catalogue.

    Args:
        rules: keys of rules.
        groups: what keys of rules begin with, such as ``STA``.
    """
    if not (rules or groups):
        return list(_catalogue().values())
    mentioned = [*rules, *(f"{group}-" for group in groups)]
    return [
        defect
        for place in _places()
        if any(one in _text(place) for one in mentioned)
        for defect in _read(place).values()
        if any(key in rules or key.partition("-")[0] in groups for key in defect.caught_by)
    ]


def find(name: str) -> Defect:
    """Return the defect with this name; only the file that holds it is read.

    Raises:
        UnknownDefectError: the name is not in the catalogue.
    """
    # Reading the whole catalogue takes seconds, in each process of a campaign.
    for place in _index().places(name):
        if found := _read(place).get(name):
            return found
    raise UnknownDefectError(name, _catalogue())


def select(names: Iterable[str]) -> Defects:
    """Return the set of defects with these names.

    Raises:
        UnknownDefectError: a name is not in the catalogue.
    """
    chosen = frozenset(names)
    for name in sorted(chosen):
        find(name)
    return chosen


def faults_of(names: Iterable[str]) -> list[SeamFault]:
    """Return the faults of these defects.

    Raises:
        UnknownDefectError: a name is not in the catalogue.
    """
    return [fault for name in sorted(select(names)) for fault in find(name).faults]


@cache
def _catalogue() -> Mapping[str, Defect]:
    found: dict[str, Defect] = {}
    for place in _places():
        here = _read(place)
        if not found.keys().isdisjoint(here):
            _parsed(place, known=found)  # It says where a name is used again.
        found.update(here)
    return MappingProxyType(found)


_Place: TypeAlias = tuple[str, str]
"""The folder and the file of a group of defects."""


def _places() -> list[_Place]:
    groups = sorted((files(__name__) / _FOLDER).iterdir(), key=lambda one: one.name)
    return [
        (group.name, file.name)
        for group in groups
        for file in sorted(group.iterdir(), key=lambda one: one.name)
    ]


def _file(place: _Place) -> Traversable:
    return files(__name__).joinpath(_FOLDER, *place)


@cache
def _text(place: _Place) -> str:
    return _file(place).read_text("utf-8")


@dataclass(frozen=True, slots=True)
class _Index:
    """Where each defect is written, learnt from the texts of the files without reading them as YAML."""

    plain: Mapping[str, _Place]
    several: Sequence[tuple[re.Pattern[str], _Place]]
    """Names that stand for several (``each``), as patterns."""

    def places(self, name: str) -> Iterator[_Place]:
        """Yield the files in which a defect may be written."""
        if name in self.plain:
            yield self.plain[name]
        for pattern, place in self.several:
            if pattern.fullmatch(name):
                yield place


@cache
def _index() -> _Index:
    plain: dict[str, _Place] = {}
    several: list[tuple[re.Pattern[str], _Place]] = []
    for place in _places():
        for written in _WRITTEN.findall(_text(place)):
            if "$" in written:
                pattern = re.sub(r"\\\$(?:value|slug)", r"[\\w-]+", re.escape(written))
                several.append((re.compile(pattern), place))
            else:
                plain[written] = place
    return _Index(plain, several)


@cache
def _read(place: _Place) -> Mapping[str, Defect]:
    """Return the defects of one file by name."""
    from conformance.reference.defects.each import expanded  # noqa: PLC0415 - only where there are defects

    return {
        name: _defect(name, one)
        for written, entry in _parsed(place)["defects"].items()
        for name, one in expanded(written, entry)
    }


def _parsed(place: _Place, known: Collection[str] = ()) -> Any:
    """Return what a file holds, which must have none of the known names."""
    from conformance.reference.defects.schema import SCHEMA, problems  # noqa: PLC0415 - only where there are defects
    from simulator.datafile import load_yaml  # noqa: PLC0415 - as above

    return load_yaml(_file(place), SCHEMA, lambda data: problems(data, known=known))


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
