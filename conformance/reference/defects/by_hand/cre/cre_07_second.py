"""Faults against CRE-07 in what leaves or comes in; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from conformance.reference.defects.by_hand.common.memory import held_since

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def app_not_for_the_lowered(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Leave a file that was lowered at its status when the app feeds it."""
    is_lowered = about["patient_id"] in memory.shared.get("held", ())
    return [{**one, "status": about["before"]} if is_lowered else one for one in records]


FUNCTIONS: Final[dict[str, Hand]] = {
    "app-not-for-the-lowered": app_not_for_the_lowered,
    "lowered-by-hand-noted": held_since("downgraded"),
}
"""What ``hand`` may name."""
