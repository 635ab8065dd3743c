"""What faults of several rules RSP do alike. It holds no fault."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.seams import Memory, Record


def answer_given_to(about: Mapping[str, Any], memory: Memory) -> dict[str, Any]:
    """Return the answer that was given to the call of a file."""
    answers: dict[str, dict[str, Any]] = memory.shared.get("answers", {})
    return answers.get(str((about.get("insi") or {}).get("matricule")), {})


def as_at_call(records: list[Record], memory: Memory, *names: str) -> list[Record]:
    """Show these fields as they were at the call."""
    noted = memory.shared.get("at-call", {})
    return [
        {**one, **{name: noted[one["id"]][name] for name in names}} if one["id"] in noted else one
        for one in records
    ]
