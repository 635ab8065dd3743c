"""Faults against TRA-13 in what leaves or comes in; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from conformance.reference.defects.by_hand.tra.tra_13_leaving import asked

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def asks_with_the_number_before(
    records: list[Record], about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Ask the DMP about the number that a file had."""
    kept = memory.shared.setdefault("held", {})
    file = about["file"]
    if file["matricule"]:
        kept[about["patient_id"]] = file
    elif records[0]["why"] and about["patient_id"] in kept:
        asked(kept[about["patient_id"]], memory)
    return records


FUNCTIONS: Final[dict[str, Hand]] = {
    "asks-with-the-number-before": asks_with_the_number_before,
}
"""What ``hand`` may name."""
