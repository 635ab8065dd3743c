"""The designed cases: parameters, values, impossible pairs, and the covering array of them.

``data/cases.yaml`` describes them and is the file to edit; ``build_cases`` checks it, makes the covering array, and
writes both to ``data/cases.json``, which is all that is read here. A case gives each parameter a value; the person it
becomes has the tags ``case:<parameter>=<value>``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import combinations
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

COMPILED: Final = "cases.json"

Case = Mapping[str, str]
"""The value of each parameter, by the names of ``cases.yaml``."""

_FIRST: Final = "0001-01-01"
_LAST: Final = "9999-12-31"


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """One value of a parameter."""

    parameter: str
    key: str
    fr: str
    en: str
    born_from: str
    """First possible day of birth, ``AAAA-MM-JJ``."""
    born_to: str
    """Last possible day of birth."""
    facts: Mapping[str, str]
    """What it says about the person."""
    tags: tuple[str, ...]

    @property
    def tag(self) -> str:
        """The tag of this value: ``case:name=double-hyphen``."""
        return f"case:{self.parameter}={self.key}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One parameter with its values in file order."""

    key: str
    fr: str
    en: str
    neutral: str
    values: Mapping[str, Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Impossible:
    """Two values that nobody can have together, and why."""

    pair: frozenset[tuple[str, str]]
    """Two of (parameter, value)."""
    reason_fr: str
    reason_en: str


class CaseError(ValueError):
    """Nobody can be made of a case; the message says which part failed."""


class UnknownValueError(ValueError):
    """No such parameter or value in ``cases.yaml``; the message names those there are."""


def may_go_together(one: Value, other: Value) -> bool:
    """Tell whether somebody can have both values: a common day of birth, and no fact on which they disagree.

    Days of birth are intervals, and a fact has one value at a time: so values that are possible two by two are
    possible all together.
    """
    if max(one.born_from, other.born_from) > min(one.born_to, other.born_to):
        return False
    return all(other.facts.get(fact, told) == told for fact, told in one.facts.items())


def parameters() -> Mapping[str, Parameter]:
    """Give the parameters in file order."""
    return _model()[0]


def wished_case(values: Mapping[str, str | None]) -> Case:
    """Give the case of some wished values; those that are None are left out.

    Raises:
        UnknownValueError: there is no such parameter, or no such value of it.
    """
    case = {parameter: value for parameter, value in values.items() if value is not None}
    for parameter, value in case.items():
        if parameter not in parameters():
            raise UnknownValueError(f"case: expected one of {', '.join(parameters())}, got {parameter!r}")
        known = parameters()[parameter].values
        if value not in known:
            raise UnknownValueError(f"{parameter}: expected one of {', '.join(known)}, got {value!r}")
    return case


def check_case(case: Case) -> None:
    """Check that somebody can have the values of a case, two by two.

    Raises:
        CaseError: two of them exclude one another; the reason is that of ``cases.yaml``.
    """
    values = [parameters()[parameter].values[value] for parameter, value in case.items()]
    for one, other in combinations(values, 2):
        if not may_go_together(one, other):
            pair = frozenset({(one.parameter, one.key), (other.parameter, other.key)})
            reason = next(each.reason_en for each in impossible() if each.pair == pair)
            raise CaseError(
                f"case: {one.parameter}={one.key} and {other.parameter}={other.key} cannot go together: {reason}"
            )


def impossible() -> tuple[Impossible, ...]:
    """Give the impossible pairs with their reasons."""
    return _model()[1]


def incompatible_pairs() -> Iterator[tuple[Value, Value]]:
    """Yield every two values of two parameters that cannot go together, by their days of birth and facts."""
    for one, other in combinations(parameters().values(), 2):
        for value in one.values.values():
            for other_value in other.values.values():
                if not may_go_together(value, other_value):
                    yield value, other_value


@cache
def designed_cases() -> tuple[Case, ...]:
    """Give the rows of the covering array."""
    names = tuple(parameters())
    return tuple(dict(zip(names, row, strict=True)) for row in compiled()["rows"])


@cache
def former_communes() -> tuple[str, ...]:
    """Give the communes of the value ``former-commune`` of ``place``, looked up in the COG once and for all."""
    return tuple(compiled()["former_communes"].split())


@cache
def compiled() -> Any:
    """Give what ``build_cases`` compiled, decoded."""
    return json.loads((files("simulator.population") / "data" / COMPILED).read_bytes())


def read_parameters(data: Mapping[str, Any]) -> dict[str, Parameter]:
    """Read the parameters out of the content of ``cases.yaml``."""
    return {key: _parameter(key, entry) for key, entry in data["parameters"].items()}


@cache
def _model() -> tuple[dict[str, Parameter], tuple[Impossible, ...]]:
    data = compiled()
    return read_parameters(data), tuple(
        Impossible(
            pair=frozenset(_named(each) for each in pair),
            reason_fr=entry["reason"]["fr"],
            reason_en=entry["reason"]["en"],
        )
        for entry in data["impossible"]
        for pair in entry["pairs"]
    )


def _named(text: str) -> tuple[str, str]:
    parameter, _, value = text.partition("=")
    return parameter, value


def _parameter(key: str, entry: dict[str, Any]) -> Parameter:
    return Parameter(
        key=key,
        fr=entry["fr"],
        en=entry["en"],
        neutral=entry["neutral"],
        values={
            name: Value(
                parameter=key,
                key=name,
                fr=value["fr"],
                en=value["en"],
                born_from=value.get("born", {}).get("from", _FIRST),
                born_to=value.get("born", {}).get("to", _LAST),
                facts=value.get("facts", {}),
                tags=tuple(value.get("tags", ())),
            )
            for name, value in entry["values"].items()
        },
    )
