"""The state machine of the confidence statuses: each event on each status is a case with an address, ``E9/QUAL``."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from conformance.rules.catalogue import (
    load_catalogue,
    load_sources,
    packaged_folder,
    packaged_schema,
    reference,
)
from simulator.contract.evidence import EvidenceLevel
from simulator.datafile import load_yaml
from simulator.text import Text, TextError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from importlib.resources.abc import Traversable
    from pathlib import Path

    from conformance.rules.model import Reference, Source

STATUSES: Final = {
    "PROV": Text("identité provisoire", "identité provisoire"),
    "RECUP": Text("identité récupérée", "identité récupérée"),
    "VALI": Text("identité validée", "identité validée"),
    "QUAL": Text("identité qualifiée", "identité qualifiée"),
}
"""The four statuses, in the order of the columns; their names are official terms and stay French."""

STATES_FILE = "states.yaml"
_SAID: Final = ("expect", "none", "note")
"""The members of a cell that are texts, or names of phrases."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StateEvent:
    """Something that happens to an identity."""

    key: str
    """``E9``."""
    title: Text
    guards: Text | None
    """Conditions and side effects, the same at each status."""
    references: tuple[Reference, ...]
    evidence: EvidenceLevel
    sources: tuple[Source, ...]
    rules: tuple[str, ...]
    """Keys of the rules that judge it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StateCase:
    """What one event does to an identity of one status, or why nothing is expected."""

    event: StateEvent
    status: str
    """The status before: a key of ``STATUSES``."""
    to: tuple[str, ...] = ()
    """The statuses allowed afterwards; empty when the case does not speak of it."""
    creates: bool = False
    """The event makes the file: ``status`` is but the column of its address."""
    clears: bool = False
    """The matricule INS and the OID are erased."""
    propagates: bool = False
    """Connected software is told."""
    refused: bool = False
    """The act itself must be refused."""
    expectation: Text | None = None
    """What is expected, in a sentence; ``None`` when ``reason`` says why nothing is."""
    reason: Text | None = None
    evidence: EvidenceLevel

    @property
    def key(self) -> str:
        """Its address: ``E9/QUAL``."""
        return f"{self.event.key}/{self.status}"


class UnknownCaseError(TextError, LookupError):
    """No case has this address."""

    def __init__(self, key: str, suggestions: Iterable[str]) -> None:
        self.key = key
        self.suggestions = tuple(suggestions)
        near = self.suggestions
        super().__init__(
            Text(
                f"cas inconnu : {key!r} ; un événement et un statut sont attendus, tels que E9/QUAL"
                + (f" ; voulez-vous dire {' ou '.join(near)} ?" if near else ""),
                f"unknown case {key!r}: expected an event and a status, such as E9/QUAL"
                + (f"; did you mean {' or '.join(near)}?" if near else ""),
            )
        )


def load_states(path: Path | Traversable | None = None) -> dict[str, StateCase]:
    """Return all cases by address, event by event, in the order of the columns.

    Args:
        path: another file than the packaged one.

    Raises:
        DataFileError: the file cannot be read or does not satisfy ``state.schema.json``, an event is there twice,
            or a source or a rule is unknown.
    """
    if path is None:
        return dict(_packaged_states())
    document = load_yaml(path, packaged_schema("state.schema.json"), _check)
    cases = [case for entry in document["events"] for case in _cases(entry, document["phrases"])]
    return {case.key: case for case in cases}


@cache
def _packaged_states() -> dict[str, StateCase]:
    return load_states(packaged_folder() / STATES_FILE)


def find_case(cases: Mapping[str, StateCase], key: str) -> StateCase:
    """Return the case at this address; upper and lower case are the same.

    Raises:
        UnknownCaseError: no such case; the error names the closest.
    """
    wanted = key.strip().upper()
    if wanted in cases:
        return cases[wanted]
    raise UnknownCaseError(key, difflib.get_close_matches(wanted, cases, n=1, cutoff=0.6))


def _check(document: Mapping[str, Any]) -> Iterator[tuple[Sequence[str | int], str]]:
    rules, sources = load_catalogue(), load_sources()
    seen: set[str] = set()
    for index, entry in enumerate(document["events"]):
        if entry["key"] in seen:
            yield ("events", index, "key"), f"event {entry['key']} is already defined above"
        seen.add(entry["key"])
        for status, cell in entry["cells"].items():
            for member in _SAID:
                if isinstance(cell.get(member), str) and cell[member] not in document["phrases"]:
                    where = ("events", index, "cells", status, member)
                    yield (
                        where,
                        f"unknown phrase {cell[member]!r}; known phrases are {', '.join(document['phrases'])}",
                    )
        for number, key in enumerate(entry["rules"]):
            if key not in rules:
                yield ("events", index, "rules", number), f"unknown rule {key!r}"
        for number, name in enumerate(entry["sources"]):
            if name not in sources:
                yield ("events", index, "sources", number), f"unknown source {name!r}"


def _cases(entry: Mapping[str, Any], phrases: Mapping[str, Mapping[str, str]]) -> Iterator[StateCase]:
    event = StateEvent(
        key=entry["key"],
        title=Text(**entry["title"]),
        guards=Text(**entry["guards"]) if "guards" in entry else None,
        references=tuple(reference(item) for item in entry["references"]),
        evidence=EvidenceLevel(entry["evidence"]),
        sources=tuple(load_sources()[name] for name in entry["sources"]),
        rules=tuple(entry["rules"]),
    )
    for status in STATUSES:
        cell: dict[str, Any] = {
            name: Text(**(phrases[value] if isinstance(value, str) else value)) if name in _SAID else value
            for name, value in entry["cells"][status].items()
        }
        evidence = EvidenceLevel(cell.get("evidence", event.evidence))
        if "none" in cell:
            yield StateCase(event=event, status=status, reason=cell["none"], evidence=evidence)
            continue
        to = cell.get("to", ())
        yield StateCase(
            event=event,
            status=status,
            to=(to,) if isinstance(to, str) else tuple(to),
            creates=cell.get("creates", False),
            clears=cell.get("clears", False),
            propagates=cell.get("propagates", False),
            refused=cell.get("refused", False),
            expectation=cell["expect"] if "expect" in cell else _sentence(status, cell),
            evidence=evidence,
        )


def _sentence(status: str, cell: Mapping[str, Any]) -> Text:
    """Say in a sentence what the cell expects."""
    to = [cell["to"]] if isinstance(cell["to"], str) else cell["to"]
    names_fr = " ou ".join(f"« {STATUSES[each].fr} »" for each in to)
    names_en = " or ".join(f'"{STATUSES[each].en}"' for each in to)
    if cell.get("creates"):
        first = Text(
            f"Un dossier est créé au statut {names_fr}.", f"A file is created with status {names_en}."
        )
    elif cell.get("refused"):
        first = Text(
            f"La modification est refusée, le statut reste {names_fr}.",
            f"The change is refused, the status stays {names_en}.",
        )
    elif to == [status]:
        first = Text(f"Le statut reste {names_fr}.", f"The status stays {names_en}.")
    else:
        first = Text(f"Le statut devient {names_fr}.", f"The status becomes {names_en}.")
    sentences = [first]
    if cell.get("clears"):
        sentences.append(
            Text("Le matricule INS et l'OID sont effacés.", "The matricule INS and the OID are erased.")
        )
    if cell.get("propagates"):
        sentences.append(
            Text(
                "Le changement est propagé aux logiciels reliés.", "Connected software is told of the change."
            )
        )
    if "note" in cell:
        sentences.append(cell["note"])
    return Text(" ".join(each.fr for each in sentences), " ".join(each.en for each in sentences))
