"""Each change of status that was seen is in the history of its file, under whoever did the act that it came with.

Passive: nothing is asked for it. The checks of the history make a change of each kind; whatever history is read of a file is
compared here with the changes that were seen of it before, of people of every kind and on every way.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from conformance.suite.desk.found import Found, Owners
from conformance.verdicts import Departure

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from conformance.drivers.model import Patient, Status, StatusChange

_OWNERS: Final = Owners("STA-07", frozenset({"ATT-07"}))


@dataclass(frozen=True, slots=True)
class _Change:
    """A change of status between two readings, and who did something to the file between them."""

    previous: Status
    status: Status
    users: frozenset[str]


@dataclass(slots=True)
class Histories:
    """The statuses that files were seen in, and what was done to them since."""

    found: list[Found] = field(default_factory=list)
    _known: dict[str, Status] = field(default_factory=dict)
    _users: dict[str, frozenset[str]] = field(default_factory=dict)
    _changes: dict[str, list[_Change]] = field(default_factory=dict)

    def forget(self) -> None:
        """Know of no file any more."""
        for known in (self._known, self._users, self._changes):
            known.clear()

    def forget_status(self, patient_id: str) -> None:
        """Know no more in which status a file is: what has changed it, or who, is not known."""
        self._known.pop(patient_id, None)
        self._users.pop(patient_id, None)

    def done(self, patient_id: str, user: str) -> None:
        """Note that a user has done something to a file."""
        self._users[patient_id] = self._users.get(patient_id, frozenset()) | {user}

    def seen(self, patient: Patient) -> None:
        """Note the status of a file as it is read."""
        before, users = self._known.get(patient.id), self._users.pop(patient.id, frozenset())
        self._known[patient.id] = patient.status
        if before is not None and before is not patient.status and users:
            self._changes.setdefault(patient.id, []).append(_Change(before, patient.status, users))

    def read(self, patient_id: str, history: Sequence[StatusChange]) -> None:
        """Compare a history with what was seen of its file."""
        left = [entry for entry in history if entry.previous is not None and entry.previous != entry.status]
        for change in self._changes.get(patient_id, ()):
            own = next((entry for entry in left if _is_of(entry, change)), None)
            if own is None:
                # Once is enough.
                self._changes.pop(patient_id)
                self.found.append(Found(_OWNERS, _departure(change)))
                return
            left.remove(own)


def _is_of(entry: StatusChange, change: _Change) -> bool:
    """Return whether an entry tells a change, or its last step, and its author."""
    return entry.status is change.status and _names(entry.author, change.users)


def _names(author: str, users: Collection[str]) -> bool:
    return any(user.casefold() in author.casefold() for user in users)


def _departure(change: _Change) -> Departure:
    users, turn = ", ".join(sorted(change.users)), f"{change.previous}→{change.status}"
    return Departure(
        f"l'historique d'un dossier n'a pas d'entrée de {users} pour le changement {turn} vu auparavant",
        f"the history of a file has no entry of {users} for the change {turn} seen before",
    )
