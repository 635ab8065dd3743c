"""Faults against TRA-11 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from conformance.reference.defects.by_hand.common.records import all_with

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def opened_before_opens(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Let pass for a file what once passed for it."""
    seen = memory.own.setdefault("seen", set())
    if not records[0]["why"]:
        seen.add(about["file"]["id"])
    return all_with(records, why="") if about["file"]["id"] in seen else records


FUNCTIONS: Final[dict[str, Hand]] = {
    "thread-opened-before-opens": opened_before_opens,
}
"""What ``hand`` may name."""
