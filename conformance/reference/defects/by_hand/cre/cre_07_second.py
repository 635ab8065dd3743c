"""Faults against CRE-07 in what leaves or comes in; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def lowered_by_hand_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note the files that a user has lowered."""
    if about["event"] == "downgraded":
        memory.shared.setdefault("lowered", set()).add(records[0]["id"])
    return records


def app_not_for_the_lowered(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Leave a file that was lowered at its status when the app feeds it."""
    is_lowered = about["patient_id"] in memory.shared.get("lowered", ())
    return [{**one, "status": about["before"]} if is_lowered else one for one in records]


FUNCTIONS: Final[dict[str, Hand]] = {
    "app-not-for-the-lowered": app_not_for_the_lowered,
    "lowered-by-hand-noted": lowered_by_hand_noted,
}
"""What ``hand`` may name."""
