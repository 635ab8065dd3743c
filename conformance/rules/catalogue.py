"""The rule catalogue: what a software is judged on, read from the YAML files beside this module.

A rule key (``SRC-01``) is ours and stable; official numbers are tags, because they differ between the
versions and corridors of the official documents (ins-rules § 0.3).
"""

from __future__ import annotations

import difflib
import json
import re
from dataclasses import replace
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, Final

import yaml

from conformance.rules.model import Actor, Obstacle, Part, Reference, Rule, Source, Strength
from simulator.contract.evidence import EvidenceLevel
from simulator.datafile import DataFileError, Problem, load_yaml
from simulator.text import Text, TextError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from importlib.resources.abc import Traversable
    from pathlib import Path

__all__ = [
    "GROUPS",
    "EvidenceLevel",
    "Obstacle",
    "Part",
    "Reference",
    "Rule",
    "Source",
    "Strength",
    "UnknownRuleError",
    "find_rule",
    "load_actors",
    "load_catalogue",
    "load_obstacles",
    "load_sources",
    "packaged_files",
    "packaged_folder",
    "packaged_schema",
    "reference",
]

SOURCES_FILE = "sources.yaml"
ACTORS_FILE = "actors.yaml"
OBSTACLES_FILE = "obstacles.yaml"

GROUPS = (
    "fields",
    "traits",
    "matricule",
    "search",
    "creation",
    "call",
    "response",
    "status",
    "attributes",
    "proof",
    "verification",
    "display",
    "documents",
    "transmission",
    "security",
    "errors",
    "bulk",
    "ergonomics",
)
"""The files of rules, in the order in which a patient file lives."""

_LOOSE_KEY: Final = re.compile(r"([A-Z]{3})[-_ ]?([0-9]{1,2})")
"""A key written without its hyphen or its zero."""
_FAST_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class UnknownRuleError(TextError, LookupError):
    """No rule has this key. ``suggestions`` holds the keys that look like it."""

    def __init__(self, key: str, suggestions: Iterable[str]) -> None:
        self.key = key
        self.suggestions = tuple(suggestions)
        near = self.suggestions
        super().__init__(
            Text(
                f"règle inconnue : {key!r} ; "
                + (f"voulez-vous dire {' ou '.join(near)} ?" if near else "voir banc rules list"),
                f"unknown rule {key!r}; "
                + (f"did you mean {' or '.join(near)}?" if near else "see banc rules list"),
            )
        )


def load_catalogue(paths: Iterable[Path] | None = None) -> dict[str, Rule]:
    """Return all rules by key, in the order of the files.

    Args:
        paths: rule files to read instead of the packaged catalogue.

    Raises:
        DataFileError: a file cannot be read or does not satisfy ``rule.schema.json``, a key is used twice,
            a source or an actor is unknown, a rule or a part claims a better evidence level than its sources
            allow, or a rule is called official although a part of it is not.
    """
    if paths is None:
        return dict(_packaged_catalogue())
    files: list[Path | Traversable] = list(paths)
    sources = load_sources()
    catalogue: dict[str, Rule] = {}
    first_seen: dict[str, str] = {}
    for file in files:
        document = load_yaml(file, packaged_schema("rule.schema.json"))
        problems: list[Problem] = []
        for index, entry in enumerate(document["rules"]):
            key = entry["key"]
            faults = [*_source_problems(entry, sources), *_part_problems(entry), *_actor_problems(entry)]
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
def _packaged_catalogue() -> dict[str, Rule]:
    """Read our own files in a tenth of the time: a test has them pass every check that others' files must pass."""
    sources = load_sources()
    documents = [
        # Plain data only, as with SafeLoader; written in C where PyYAML was built with libyaml.
        yaml.load(file.read_text(encoding="utf-8"), Loader=_FAST_LOADER)  # noqa: S506
        for file in packaged_files()
    ]
    return {
        entry["key"]: _rule(document, entry, sources) for document in documents for entry in document["rules"]
    }


@cache
def load_sources() -> dict[str, Source]:
    """Return the documents that rules may name, by name."""
    document = load_yaml(packaged_folder() / SOURCES_FILE, packaged_schema("source.schema.json"))
    return {
        entry["name"]: Source(
            entry["name"], Text(**entry["title"]), EvidenceLevel(entry["evidence"]), Text(**entry["what"])
        )
        for entry in document["sources"]
    }


@cache
def load_actors() -> dict[str, Actor]:
    """Return what a software may be, by the keys that rules name under ``binds``."""
    document = load_yaml(packaged_folder() / ACTORS_FILE, packaged_schema("lists.schema.json"))
    return {
        entry["key"]: Actor(key=entry["key"], title=Text(**entry["title"])) for entry in document["actors"]
    }


@cache
def load_obstacles() -> dict[Obstacle, tuple[Text, Text]]:
    """Return, for each kind of reason why a rule has no check, its name and what is said by default."""
    document = load_yaml(packaged_folder() / OBSTACLES_FILE, packaged_schema("lists.schema.json"))
    return {
        Obstacle(entry["kind"]): (Text(**entry["title"]), Text(**entry["reason"]))
        for entry in document["obstacles"]
    }


def find_rule(catalogue: Mapping[str, Rule], key: str) -> Rule:
    """Return the rule with this key; upper and lower case are the same.

    Raises:
        UnknownRuleError: no such rule; the error names the closest keys.
    """
    wanted = key.strip().upper()
    if wanted in catalogue:
        return catalogue[wanted]
    written = _LOOSE_KEY.fullmatch(wanted)
    meant = f"{written[1]}-{int(written[2]):02d}" if written else ""
    close = [meant] if meant in catalogue else difflib.get_close_matches(wanted, catalogue, n=1, cutoff=0.6)
    raise UnknownRuleError(key, close)


def packaged_folder() -> Traversable:
    """Return the folder of our own data files."""
    return resources.files("conformance.rules")


def packaged_files() -> list[Traversable]:
    """Return the group files, in the order of ``GROUPS``."""
    return [packaged_folder() / f"{name}.yaml" for name in GROUPS]


@cache
def _schema_text(name: str) -> str:
    return (packaged_folder() / name).read_text(encoding="utf-8")


def packaged_schema(name: str) -> dict[str, Any]:
    """Return one of our own JSON Schemas."""
    schema: dict[str, Any] = json.loads(_schema_text(name))
    return schema


def _rule(document: Mapping[str, Any], entry: Mapping[str, Any], sources: Mapping[str, Source]) -> Rule:
    obstacle, reason = _not_tested(entry.get("not_tested"))
    return Rule(
        key=entry["key"],
        group=document["group"],
        group_title=Text(**document["title"]),
        title=Text(**entry["title"]),
        statement=Text(**entry["statement"]),
        strength=Strength(entry["strength"]),
        binds=tuple(entry["binds"]),
        channels=tuple(entry["channels"]),
        references=tuple(reference(item) for item in entry["references"]),
        evidence=EvidenceLevel(entry["evidence"]),
        sources=tuple(sources[name] for name in entry["sources"]),
        evidence_note=_text(entry.get("evidence_note")),
        parts=tuple(_part(item, sources) for item in entry.get("parts", ())),
        applicability=_part(entry["applicability"], sources) if "applicability" in entry else None,
        memory=entry.get("memory", False),
        risk=Text(**entry["risk"]),
        how_checked=Text(**entry["how_checked"]),
        failure_looks_like=Text(**entry["failure_looks_like"]),
        usual_mistakes=tuple(Text(**item) for item in entry["usual_mistakes"]),
        not_tested_reason=reason,
        obstacle=obstacle,
        partial=_text(entry.get("partial")),
    )


def _text(item: Mapping[str, str] | None) -> Text | None:
    return Text(**item) if item else None


def _part(item: Mapping[str, Any], sources: Mapping[str, Source]) -> Part:
    return Part(
        part=Text(**item["part"]),
        evidence=EvidenceLevel(item["evidence"]),
        sources=tuple(sources[name] for name in item["sources"]),
        memory=item.get("memory", False),
    )


def _not_tested(item: Mapping[str, str] | None) -> tuple[Obstacle | None, Text | None]:
    if item is None:
        return None, None
    obstacle = Obstacle(item["kind"])
    reason = Text(item["fr"], item["en"]) if "fr" in item else load_obstacles()[obstacle][1]
    return obstacle, reason


def reference(item: Mapping[str, Any]) -> Reference:
    """Return an official number from its entry in a data file."""
    read = Reference(item["tag"], item.get("draft", False))
    return replace(read, evidence=EvidenceLevel(item["evidence"])) if "evidence" in item else read


_RANK = {level: rank for rank, level in enumerate(EvidenceLevel)}


def _source_problems(entry: Mapping[str, Any], sources: Mapping[str, Source]) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with the origin that a rule claims: the member and the message."""
    claims = [("", entry), *(("parts", part) for part in entry.get("parts", ()))]
    if "applicability" in entry:
        claims.append(("applicability", entry["applicability"]))
    for member, claim in claims:
        unknown = [name for name in claim["sources"] if name not in sources]
        for name in unknown:
            close = difflib.get_close_matches(name, sources, n=1)
            hint = f"; did you mean {close[0]!r}?" if close else f"; {SOURCES_FILE} lists them"
            yield member or "sources", f"unknown source {name!r}{hint}"
        if unknown:
            continue
        claimed = EvidenceLevel(claim["evidence"])
        best = min((sources[name].evidence for name in claim["sources"]), key=_RANK.__getitem__)
        if _RANK[claimed] < _RANK[best]:
            yield (
                member or "evidence",
                f"expected at best {best}, which is what its sources allow, got {claimed}",
            )


def _part_problems(entry: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield what a rule and its parts say against each other."""
    levels = [EvidenceLevel(part["evidence"]) for part in entry.get("parts", ())]
    if EvidenceLevel(entry["evidence"]) is EvidenceLevel.OFFICIAL and set(levels) - {EvidenceLevel.OFFICIAL}:
        yield "evidence", "expected no official: a part of the statement is not official"
    for member, claim in [("evidence", entry), *(("parts", part) for part in entry.get("parts", ()))]:
        if claim.get("memory") and EvidenceLevel(claim["evidence"]) is not EvidenceLevel.INFERRED:
            yield member, f"expected inferred for what is written from memory, got {claim['evidence']}"


def _actor_problems(entry: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    actors = load_actors()
    for name in entry["binds"]:
        if name not in actors:
            yield "binds", f"unknown actor {name!r}; {ACTORS_FILE} lists {', '.join(actors)}"


def _problem(file: Path | Traversable, index: int, member: str, message: str) -> Problem:
    """Return a problem placed on a member of the rule of that index, found again in the YAML nodes."""
    root: Any = yaml.compose(file.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    rule = _child(root, "rules").value[index]
    mark = _child(rule, member).start_mark
    return Problem(mark.line + 1, mark.column + 1, f"rules[{index}].{member}", message)


def _child(node: Any, name: str) -> Any:
    return next(value for key, value in node.value if key.value == name)
