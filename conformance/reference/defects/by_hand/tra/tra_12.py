"""Faults against TRA-12 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def refused_once(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Refuse once; whoever asks again gets it."""
    key = f"{about['patient_id']} {about['where']}"
    if not records[0]["why"]:
        return records
    if memory.own.get(key):
        return [{**one, "why": ""} for one in records]
    memory.own[key] = True
    return records


def feeds_whoever_was_qualified(
    records: list[Record], about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Feed the DMP of whoever was qualified once, whatever came of it since."""
    once: set[str] = memory.own.setdefault("once", set())
    for one in records:
        if one["feeds"]:
            once.add(about["patient_id"])
    return [{**one, "feeds": about["patient_id"] in once} for one in records]


FUNCTIONS: Final[dict[str, Hand]] = {
    "refused-once": refused_once,
    "feeds-whoever-was-qualified": feeds_whoever_was_qualified,
}
"""What ``hand`` may name."""
