r"""Reads the names of users as the bench writes them: a log in capitals, or with the full name, names the same person.

How a software spells the name of whoever acts is in no text: ``PHARMACIEN.BANC``, ``OFFICINE\\pharmacien.banc`` and ``Camille
Martin (pharmacien.banc)`` in a log are ``pharmacien.banc``. The evidence keeps what the software wrote; the checks compare
people, not letters.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from conformance.drivers.model import AuditEntry, Patient, Proof, StatusChange

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.drivers.model import Actor


_BETWEEN: Final = re.compile(r"[\s()\[\]<>\\/@,;:]+")
"""What stands between an account and what else is said of it."""


class Names:
    """The users whom the bench has had act, by how anybody may spell them."""

    def __init__(self) -> None:
        """Know nobody yet."""
        self._known: dict[str, str] = {}

    def note(self, actor: Actor | None) -> None:
        """Note that somebody acts; the first spelling of a name is the one that stands."""
        if actor is not None:
            self._known.setdefault(actor.user.casefold(), actor.user)

    def read(self, answer: Any) -> Any:
        """Return an answer of the software in which users are spelt as the bench spells them."""
        if isinstance(answer, list):
            return [self.read(each) for each in answer]
        reader = _READERS.get(type(answer))
        return reader(self, answer) if reader else answer

    def spelt(self, name: str) -> str:
        """Return a name as the bench spells it; one that it does not know, or that names two users, as it is."""
        plain = name.strip().casefold()
        if plain in self._known:
            return self._known[plain]
        named = {self._known[part] for part in _BETWEEN.split(plain) if part in self._known}
        return named.pop() if len(named) == 1 else name


def _entry(names: Names, entry: AuditEntry) -> AuditEntry:
    user = names.spelt(entry.user)
    return entry if user == entry.user else replace(entry, user=user)


def _change(names: Names, change: StatusChange) -> StatusChange:
    author = names.spelt(change.author)
    return change if author == change.author else replace(change, author=author)


def _proof(names: Names, proof: Proof) -> Proof:
    by = names.spelt(proof.recorded_by or "")
    return proof if by == (proof.recorded_by or "") else replace(proof, recorded_by=by)


def _patient(names: Names, patient: Patient) -> Patient:
    if patient.proof is None or (proof := _proof(names, patient.proof)) is patient.proof:
        return patient
    return replace(patient, proof=proof)


_READERS: Final[dict[type, Callable[[Names, Any], Any]]] = {
    AuditEntry: _entry,
    StatusChange: _change,
    Patient: _patient,
}
