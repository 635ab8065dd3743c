"""Romarin keeps one journal of facts. A file, its histories and the traces are what is read from it."""

from __future__ import annotations

import threading
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

IDENTITY = (
    "matricule",
    "oid",
    "birth_name",
    "first_names",
    "first_name",
    "birth_date",
    "sex",
    "birth_place",
    "used_name",
    "used_first_name",
)


@dataclass(frozen=True)
class Fact:
    """Something that happened."""

    number: int
    at: str
    user: str
    kind: str
    patient: str | None
    data: dict


@dataclass
class Ledger:
    """The journal, and the few things that are no facts: settings, clock, calls under way."""

    facts: list[Fact] = field(default_factory=list)
    settings: dict = field(default_factory=dict)
    calls: dict = field(default_factory=dict)
    rights: dict = field(default_factory=dict)
    shift: timedelta = timedelta()
    insi_url: str = ""
    lock: threading.RLock = field(default_factory=threading.RLock)

    def now(self) -> datetime:
        """The time of the software, in local time of Paris written with its offset."""
        return (datetime.now(UTC) + self.shift).astimezone()

    def note(self, user: str, kind: str, patient: str | None = None, **data: object) -> Fact:
        """Write a fact."""
        with self.lock:
            fact = Fact(
                len(self.facts) + 1, self.now().isoformat(timespec="milliseconds"), user, kind, patient, data
            )
            self.facts.append(fact)
            return fact

    def of(self, patient: str | None, *kinds: str) -> list[Fact]:
        """Facts of a patient (None: of all), of these kinds."""
        return [
            each
            for each in self.facts
            if (patient is None or each.patient == patient) and (not kinds or each.kind in kinds)
        ]

    def patients(self) -> list[str]:
        """Identifiers of all files, oldest first."""
        return [each.patient for each in self.facts if each.kind == "opened"]

    def file(self, patient: str) -> dict | None:
        """Read the file out of the journal."""
        return fold(self.of(patient))


def new_identifier() -> str:
    """Identifier of a file."""
    return uuid.uuid4().hex


def fold(facts: list[Fact]) -> dict | None:
    """What stands in a file after these facts; None without any that opens it."""
    state: dict | None = None
    for fact in facts:
        if fact.kind == "opened":
            state = opened(fact)
        if state is None or fact.kind not in CHANGES:
            continue
        state |= CHANGES[fact.kind](state, fact)
        state["version"] = fact.number
    return state


def opened(fact: Fact) -> dict:
    """Return a file just opened."""
    empty = {"attributes": [], "proofs": [], "former": [], "billing_number": None, "version": 0}
    traits = dict.fromkeys(IDENTITY) | fact.data["traits"]
    return traits | empty | {"id": fact.patient, "status": fact.data["status"]}


CHANGES: dict[str, Callable[[dict, Fact], dict]] = {
    "changed": lambda _, fact: fact.data["values"],
    "fed": lambda _, fact: fact.data["values"],
    "cleared": lambda _state, _fact: {"matricule": None, "oid": None},
    "status": lambda _, fact: {"status": fact.data["status"]},
    "marked": lambda _, fact: {"attributes": fact.data["attributes"]},
    "proof": lambda state, fact: {
        "proofs": [
            *state["proofs"],
            {"kind": fact.data["proof"], "recorded_at": fact.at, "recorded_by": fact.user},
        ]
    },
    "billed": lambda _, fact: {"billing_number": fact.data["number"]},
    "former": lambda _, fact: {"former": fact.data["former"]},
}
"""What each fact changes in a file; the others change nothing."""
