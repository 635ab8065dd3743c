"""Faults against TRA-17 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from conformance.reference.defects.by_hand.common.records import all_with
from conformance.reference.defects.by_hand.tra.common import of_the_one_before

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def dp_as_before(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Exchange with the DP for whoever it was done for once."""
    known = memory.own.setdefault("known", set())
    key = about["file"]["id"]
    if str(about["file_status"]) == "QUAL":
        known.add(key)
        return records
    return all_with(records, why="", recipient="dp") if key in known else records


FUNCTIONS: Final[dict[str, Hand]] = {
    "dp-as-before": dp_as_before,
    "names-of-the-dp-before": of_the_one_before("birth_name", "first_name", "first_names"),
}
"""What ``hand`` may name."""
