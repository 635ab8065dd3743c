"""Identifiers of files and calls: those that the campaign uses, and what the twin and a program call the same thing.

The identifiers of the campaign follow from what was asked, so that they are the same after a campaign was resumed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Json = Any

_ARGUMENTS = {"patient_id": "patient", "call_id": "call", "reading_id": "reading"}
"""What the arguments of these names are identifiers of."""


@dataclass(slots=True)
class Names:
    """The identifiers of another party, by kind and by those of the campaign."""

    theirs: dict[tuple[str, str], str] = field(default_factory=dict)
    ours: dict[tuple[str, str], str] = field(default_factory=dict)

    def learn(self, kind: str, our: str, their: str) -> None:
        """Remember that these are the same."""
        self.theirs[kind, our] = their
        self.ours[kind, their] = our

    def knows(self, arguments: Mapping[str, Any]) -> bool:
        """Tell whether the other party knows all that the arguments name."""
        return all(
            (kind, arguments[name]) in self.theirs
            for name, kind in _ARGUMENTS.items()
            if arguments.get(name) is not None
        )

    def translated(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Return arguments with the identifiers of the other party; one that it does not know stays."""
        return {
            name: self.theirs.get((_ARGUMENTS[name], value), value)
            if name in _ARGUMENTS and isinstance(value, str)
            else value
            for name, value in arguments.items()
        }

    def returned(self, answer: Json, new: str) -> Json:
        """Return an answer of the other party with the identifiers of the campaign.

        Args:
            answer: as JSON.
            new: what a file or call is called that has none yet.
        """
        if isinstance(answer, list):
            return [self.returned(item, f"{new}-{number}") for number, item in enumerate(answer)]
        if not isinstance(answer, Mapping):
            return answer
        kind = _kind_of(answer)
        found: dict[str, Json] = {}
        for name, value in answer.items():
            if name == "id" and kind and isinstance(value, str):
                if (kind, value) not in self.ours:
                    self.learn(kind, f"{kind}-{new}", value)
                found[name] = self.ours[kind, value]
            elif name in _ARGUMENTS and isinstance(value, str):
                found[name] = self.ours.get((_ARGUMENTS[name], value), value)
            else:
                found[name] = self.returned(value, new)
        return found


def _kind_of(answer: Mapping[str, Json]) -> str | None:
    if "outcome" in answer:
        return "call"
    if "beneficiaries" in answer:
        return "reading"
    return "patient" if "status" in answer else None
