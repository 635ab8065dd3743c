"""Faults against TRA-03 of what is kept of a header; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def names_as_first_written(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Write the names of a file as they were written first."""

    def kept(one: Record) -> Record:
        if one["element"] not in {"family", "given"}:
            return one
        key = f"{about['patient_id']} {one['element']} {one['qualifier']}"
        return {**one, "text": memory.own.setdefault(key, one["text"])}

    return [kept(one) for one in records]


FUNCTIONS: Final[dict[str, Hand]] = {
    "names-as-first-written": names_as_first_written,
}
"""What ``hand`` may name."""
