"""The rule catalogue: what a software is judged on, read from the YAML files beside this module.

A rule key (``SRC-01``) is ours and stable; official numbers are tags, because they differ between the
versions and corridors of the official documents (ins-rules § 0.3).
"""

from __future__ import annotations

import difflib
import json
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

import yaml

from simulator.datafile import DataFileError, Problem, load_yaml
from simulator.evidence import EvidenceLevel
from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from importlib.resources.abc import Traversable
    from pathlib import Path

SOURCES_FILE = "sources.yaml"


class Strength(StrEnum):
    """How binding a rule is."""

    MUST = "MUST"
    SHOULD = "SHOULD"
    MAY = "MAY"


@dataclass(frozen=True, slots=True)
class Reference:
    """An official number under which a rule is known."""

    tag: str
    """``Règle 17``, ``LGC.INS.07``, ``LGO.INS.06``, ``INS/va1.02.01``, ``EXI ID 17``, ``EF_INS10_01``."""
    draft: bool = False
    """The number comes from a working version and may differ from the published one."""
    evidence: EvidenceLevel = EvidenceLevel.OFFICIAL
    """``reported`` when the number was only read in a third party."""


@dataclass(frozen=True, slots=True)
class Source:
    """A document rules were taken from."""

    name: str
    """As in ins-rules § 0.2; rules name it so."""
    title: Text
    evidence: EvidenceLevel
    """The best level a rule may claim from this source alone."""
    what: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule a software is judged on."""

    key: str
    group: str
    """Name of its file without extension: ``search``, ``status``…"""
    group_title: Text
    title: Text
    statement: Text
    strength: Strength
    binds: tuple[str, ...]
    """Actors of ins-rules § 0.4: ``ALL``, ``RI``, ``NRI``, ``CALL``, ``LGO``, ``HOSP``."""
    channels: tuple[str, ...]
    """Where it shows: ``wire``, ``state``, ``document``, ``human``."""
    references: tuple[Reference, ...]
    evidence: EvidenceLevel
    sources: tuple[Source, ...]
    evidence_note: Text | None = None
    """For a rule of mixed origin: which part comes from where."""

    @property
    def source(self) -> str:
        """The names of the sources, on one line."""
        return " ; ".join(source.name for source in self.sources)

    @property
    def is_soft(self) -> bool:
        """Whether a departure is a WARNING and not a FAIL: a recommendation, or a rule we inferred."""
        return self.strength is not Strength.MUST or self.evidence is EvidenceLevel.INFERRED


class UnknownRuleError(LookupError):
    """No rule has this key. ``suggestions`` holds the keys that look like it."""

    def __init__(self, key: str, suggestions: Iterable[str]) -> None:
        self.key = key
        self.suggestions = tuple(suggestions)
        hint = f"; did you mean {' or '.join(self.suggestions)}?" if self.suggestions else ""
        super().__init__(f"unknown rule {key!r}{hint}")


def load_catalogue(paths: Iterable[Path] | None = None) -> dict[str, Rule]:
    """Return all rules by key, in the order of the files.

    Args:
        paths: rule files to read instead of the packaged catalogue.

    Raises:
        DataFileError: a file cannot be read or does not satisfy ``rule.schema.json``, a key is used twice,
            a source is unknown, or a rule claims a better evidence level than its sources allow.
    """
    files: list[Path | Traversable] = list(paths) if paths is not None else _packaged_files()
    sources = load_sources()
    catalogue: dict[str, Rule] = {}
    first_seen: dict[str, str] = {}
    for file in files:
        document = load_yaml(file, _schema("rule.schema.json"))
        problems: list[Problem] = []
        for index, entry in enumerate(document["rules"]):
            key = entry["key"]
            faults = list(_source_problems(entry, sources))
            if key in catalogue:
                faults.append(("key", f"rule {key} is already defined in {first_seen[key]}"))
            if faults:
                problems += [_problem(file, index, member, message) for member, message in faults]
                continue
            catalogue[key] = _rule(document, entry, sources)
            first_seen[key] = file.name
        if problems:
            raise DataFileError(str(file), problems)
    return catalogue


@cache
def load_sources() -> dict[str, Source]:
    """Return the documents that rules may name, by name."""
    document = load_yaml(_folder() / SOURCES_FILE, _schema("source.schema.json"))
    return {
        entry["name"]: Source(
            entry["name"], Text(**entry["title"]), EvidenceLevel(entry["evidence"]), Text(**entry["what"])
        )
        for entry in document["sources"]
    }


def find_rule(catalogue: Mapping[str, Rule], key: str) -> Rule:
    """Return the rule with this key; upper and lower case are the same.

    Raises:
        UnknownRuleError: no such rule; the error names the closest keys.
    """
    wanted = key.strip().upper()
    if wanted in catalogue:
        return catalogue[wanted]
    raise UnknownRuleError(key, difflib.get_close_matches(wanted, catalogue, n=1, cutoff=0.6))


def _folder() -> Traversable:
    return resources.files("conformance.rules")


def _packaged_files() -> list[Path | Traversable]:
    """Return the group files in the order in which a patient file lives."""
    order = ("fields", "search", "creation", "call", "response", "status", "attributes", "proof", "security")
    return [_folder() / f"{name}.yaml" for name in order]


@cache
def _schema_text(name: str) -> str:
    return (_folder() / name).read_text(encoding="utf-8")


def _schema(name: str) -> dict[str, Any]:
    schema: dict[str, Any] = json.loads(_schema_text(name))
    return schema


def _rule(document: Mapping[str, Any], entry: Mapping[str, Any], sources: Mapping[str, Source]) -> Rule:
    note = entry.get("evidence_note")
    return Rule(
        key=entry["key"],
        group=document["group"],
        group_title=Text(**document["title"]),
        title=Text(**entry["title"]),
        statement=Text(**entry["statement"]),
        strength=Strength(entry["strength"]),
        binds=tuple(entry["binds"]),
        channels=tuple(entry["channels"]),
        references=tuple(_reference(item) for item in entry["references"]),
        evidence=EvidenceLevel(entry["evidence"]),
        sources=tuple(sources[name] for name in entry["sources"]),
        evidence_note=Text(**note) if note else None,
    )


def _reference(item: Mapping[str, Any]) -> Reference:
    reference = Reference(item["tag"], item.get("draft", False))
    return replace(reference, evidence=EvidenceLevel(item["evidence"])) if "evidence" in item else reference


_RANK = {level: rank for rank, level in enumerate(EvidenceLevel)}


def _source_problems(entry: Mapping[str, Any], sources: Mapping[str, Source]) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with the origin that a rule claims: the member and the message."""
    unknown = [name for name in entry["sources"] if name not in sources]
    for name in unknown:
        close = difflib.get_close_matches(name, sources, n=1)
        hint = f"; did you mean {close[0]!r}?" if close else f"; {SOURCES_FILE} lists them"
        yield "sources", f"unknown source {name!r}{hint}"
    if unknown:
        return
    claimed = EvidenceLevel(entry["evidence"])
    best = min((sources[name].evidence for name in entry["sources"]), key=_RANK.__getitem__)
    if _RANK[claimed] < _RANK[best]:
        yield "evidence", f"expected at best {best}, which is what its sources allow, got {claimed}"


def _problem(file: Path | Traversable, index: int, member: str, message: str) -> Problem:
    """Return a problem placed on a member of the rule of that index, found again in the YAML nodes."""
    root: Any = yaml.compose(file.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    rule = _child(root, "rules").value[index]
    mark = _child(rule, member).start_mark
    return Problem(mark.line + 1, mark.column + 1, f"rules[{index}].{member}", message)


def _child(node: Any, name: str) -> Any:
    return next(value for key, value in node.value if key.value == name)
