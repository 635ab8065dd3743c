"""Faults against FLD-03 in what leaves or comes in; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from conformance.reference.defects.by_hand.common.memory import held_since

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def card_number_in_a_lowered_file(
    records: list[Record], about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Write the number of a card as matricule into a file that was lowered."""
    if about["file"]["id"] not in memory.shared.get("held", ()):
        return records
    return [{**one, "matricule": one["billing_number"]} for one in records]


FUNCTIONS: Final[dict[str, Hand]] = {
    "card-number-in-a-lowered-file": card_number_in_a_lowered_file,
    "downgraded-noted": held_since("downgraded"),
}
"""What ``hand`` may name."""
