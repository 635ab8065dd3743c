"""What may go wrong with an answer on its way: named disturbances put on any answer, with their parameters.

The catalogue is data (``chaos.yaml``). ``read_steps`` reads what a scenario asks for and refuses what cannot be;
``simulator.chaos.effects.disturb`` applies it to an answer.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Literal

from simulator.contract.evidence import EvidenceLevel
from simulator.datafile import load_yaml
from simulator.text import closest

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_STEPS: Final = 8
"""Most disturbances on one answer."""
MAX_DELAY_S: Final = 120.0
"""Longest delay before the first byte, and longest drip, in seconds."""

Kind = Literal["time", "flow", "end", "replacement", "message", "text", "head"]
Answered = Literal["answer", "fault"]
"""What is disturbed: an answer of the service, or a SOAP fault."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChaosStep:
    """One disturbance, by its name in the catalogue."""

    name: str
    parameters: Mapping[str, Any] = field(default_factory=dict)


class ChaosError(Exception):
    """What is asked for is no disturbance, or a combination that cannot be.

    ``path`` leads to the place from the list of steps: an index, then a name, then a parameter.
    """

    def __init__(self, path: Sequence[str | int], message: str) -> None:
        """Keep where and what."""
        self.path = tuple(path)
        self.message = message
        where = "/".join(map(str, path))
        super().__init__(f"chaos{f'/{where}' if where else ''}: {message}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A parameter of a disturbance."""

    name: str
    type: Literal["number", "integer", "choice", "text"]
    description_fr: str
    description_en: str
    default: float | str | None = None
    """``None``: it may be left out, and the description says what then happens."""
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()
    pattern: str | None = None
    unit: str = ""

    def problem(self, value: object) -> str | None:
        """Return what is wrong with a value, ``None`` when it can be used."""
        if self.type in {"number", "integer"}:
            wanted = (int,) if self.type == "integer" else (int, float)
            if isinstance(value, bool) or not isinstance(value, wanted):
                return f"expected {self._number()}, got {value!r:.60}"
            assert self.minimum is not None  # noqa: S101 - the schema of the catalogue asks for both
            assert self.maximum is not None  # noqa: S101
            # Written so that NaN is refused.
            return (
                None if self.minimum <= value <= self.maximum else f"expected {self._number()}, got {value}"
            )
        if self.type == "choice":
            known = ", ".join(self.choices)
            return None if value in self.choices else f"expected one of {known}, got {value!r:.60}"
        if isinstance(value, str) and re.fullmatch(self.pattern or "", value):
            return None
        return f"expected text of the form {self.pattern}, got {value!r:.60}"

    def _number(self) -> str:
        kind = "a whole number" if self.type == "integer" else "a number"
        return f"{kind} of {self.unit} from {self.minimum:g} to {self.maximum:g}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Disturbance:
    """One entry of the catalogue."""

    name: str
    kind: Kind
    title_fr: str
    title_en: str
    description_fr: str
    description_en: str
    expected_fr: str
    """What software is expected to do."""
    expected_en: str
    source: str
    evidence: EvidenceLevel
    ways: tuple[str, ...]
    """Ways in on which it can be done: ``http``, ``tls``, ``mtls``, ``wsgi`` (any other WSGI server)."""
    needs: Literal["fault", "soap"] | None = None
    parameters: Mapping[str, Parameter] = field(default_factory=dict)


@cache
def chaos_catalogue() -> Mapping[str, Disturbance]:
    """Return every disturbance by its name, in the order of the catalogue."""
    room = files("simulator.chaos")
    schema = json.loads((room / "chaos.schema.json").read_text("utf-8"))
    entries = load_yaml(room / "chaos.yaml", schema)["disturbances"]
    return MappingProxyType({entry["name"]: _disturbance(entry) for entry in entries})


def read_steps(data: object, *, on: Answered | None = None) -> tuple[ChaosStep, ...]:
    """Read the disturbances of a rule: a list whose entries are a name or ``{name: {parameter: value}}``.

    Args:
        data: what the file holds, decoded.
        on: what the rule answers, when that is known; a disturbance that needs a fault is then refused on an answer.

    Returns:
        The steps, each with every parameter that has a default.

    Raises:
        ChaosError: an unknown name or parameter, a value out of bounds, or a combination that cannot be.
    """
    if not isinstance(data, list) or not data:
        raise ChaosError((), f"expected a list of disturbances, got {data!r:.60}")
    if len(data) > MAX_STEPS:
        raise ChaosError((), f"expected at most {MAX_STEPS} disturbances, got {len(data)}")
    steps = tuple(_step(index, entry) for index, entry in enumerate(data))
    _check_combination(steps)
    if on == "answer":
        for index, step in enumerate(steps):
            if chaos_catalogue()[step.name].needs == "fault":
                raise ChaosError((index,), f"{step.name} needs a fault, and this rule answers a code")
    return steps


def _step(index: int, entry: object) -> ChaosStep:
    name: object = entry
    given: object = {}
    if isinstance(entry, Mapping) and len(entry) == 1:
        name, given = next(iter(entry.items()))
        given = {} if given is None else given
    elif not isinstance(entry, str):
        raise ChaosError((index,), f"expected a name, or one name with its parameters, got {entry!r:.60}")
    disturbance = chaos_catalogue().get(name) if isinstance(name, str) else None
    if disturbance is None or not isinstance(name, str):
        listed = ", ".join(chaos_catalogue())
        remedy = closest(str(name), chaos_catalogue()).en
        raise ChaosError((index,), f"expected one of {listed}, got {name!r:.60}{remedy}")
    if not isinstance(given, Mapping):
        raise ChaosError((index, name), f"expected parameters (name: value), got {given!r:.60}")
    values: dict[str, Any] = {
        p.name: p.default for p in disturbance.parameters.values() if p.default is not None
    }
    for key, value in given.items():
        parameter = disturbance.parameters.get(key)
        if parameter is None:
            known = ", ".join(disturbance.parameters) or "none"
            remedy = closest(str(key), disturbance.parameters).en
            raise ChaosError(
                (index, name), f"unknown parameter {key!r:.60}; known parameters are {known}{remedy}"
            )
        problem = parameter.problem(value)
        if problem:
            raise ChaosError((index, name, str(key)), problem)
        values[key] = value
    return ChaosStep(name=name, parameters=values)


_RANKS: Final = {
    **dict.fromkeys(("missing-detail", "unknown-code", "wrong-message-id"), 1),
    "other-prefixes": 2,
    **dict.fromkeys(("dressed-values", "huge-answer"), 3),
    **dict.fromkeys(("malformed-xml", "xml-11"), 4),
    **dict.fromkeys(("bom", "utf-16", "latin-1"), 5),
    "gzip": 6,
}
"""Each of these works on what those of lower ranks made: a message cannot be rewritten once it is compressed."""
_ENCODED: Final = 5
_ON_A_BODY: Final = {"slow-drip", "chunked", "stalled-body", "truncated-body", "connection-reset", "gzip"}


def _check_combination(steps: Sequence[ChaosStep]) -> None:
    """Refuse what cannot be together.

    Raises:
        ChaosError: at the step that cannot be, with the reason.
    """
    for index, step in enumerate(steps):
        for other in steps[:index]:
            reason = conflict(other, step)
            if reason:
                raise ChaosError((index,), f"{step.name} cannot follow {other.name}: {reason}")


def conflict(first: ChaosStep, then: ChaosStep) -> str | None:
    """Return why one disturbance cannot follow another, ``None`` when it can."""
    catalogue = chaos_catalogue()
    return _conflict(catalogue[first.name], catalogue[then.name], (first, then))


def _conflict(first: Disturbance, then: Disturbance, steps: Sequence[ChaosStep]) -> str | None:
    pair = (first, then)
    names, kinds = {first.name, then.name}, {first.kind, then.kind}
    if first.name == then.name:
        return "the same disturbance twice"
    if first.kind == then.kind and first.kind in {"end", "replacement"}:
        what = "a connection ends" if first.kind == "end" else "an answer is replaced"
        return f"{what} once"
    silent = [d for d in pair if d.kind == "end" and _says_nothing(d, steps)]
    if silent and kinds != {"end", "time"}:
        return f"{silent[0].name} sends nothing, so the other would not show"
    if "replacement" in kinds and any(d.needs for d in pair):
        return "one replaces the SOAP message that the other needs"
    if "chunked" in names and "end" in kinds:
        return "what is cut keeps its Content-Length, which a chunked answer has not"
    return _body_conflict(first.name, then.name)


def _body_conflict(first: str, then: str) -> str | None:
    """Return why two disturbances cannot both be done to one body."""
    names = {first, then}
    if "empty-body" in names and names & _ON_A_BODY:
        return "there is no body to work on"
    if "missing-detail" in names and names & {"unknown-code", "wrong-message-id"}:
        return "both are about the Detail that one of them removes"
    ranks = _RANKS.get(first, 0), _RANKS.get(then, 0)
    if ranks == (_ENCODED, _ENCODED):
        return "a message is encoded once"
    if 0 < ranks[1] < ranks[0]:
        return f"{then} works on what {first} has already spoiled; put it before"
    return None


def _says_nothing(disturbance: Disturbance, steps: Sequence[ChaosStep]) -> bool:
    if disturbance.name == "connection-reset":
        return any(step.name == "connection-reset" and "after" not in step.parameters for step in steps)
    return disturbance.name in {"no-answer", "connection-closed"}


def _disturbance(entry: Mapping[str, Any]) -> Disturbance:
    return Disturbance(
        name=entry["name"],
        kind=entry["kind"],
        title_fr=entry["title"]["fr"],
        title_en=entry["title"]["en"],
        description_fr=entry["description"]["fr"],
        description_en=entry["description"]["en"],
        expected_fr=entry["expected"]["fr"],
        expected_en=entry["expected"]["en"],
        source=entry["source"],
        evidence=EvidenceLevel(entry["evidence"]),
        ways=tuple(entry["ways"]),
        needs=entry.get("needs"),
        parameters={
            name: Parameter(
                name=name,
                type=parameter["type"],
                description_fr=parameter["description"]["fr"],
                description_en=parameter["description"]["en"],
                default=parameter.get("default"),
                minimum=parameter.get("minimum"),
                maximum=parameter.get("maximum"),
                choices=tuple(parameter.get("choices", ())),
                pattern=parameter.get("pattern"),
                unit=parameter.get("unit", ""),
            )
            for name, parameter in entry.get("parameters", {}).items()
        },
    )
