"""Faults against FLD-03 in what leaves or comes in; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def downgraded_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note the files that a user has lowered."""
    if about["event"] == "downgraded":
        memory.shared.setdefault("lowered", set()).add(records[0]["id"])
    return records


def card_number_in_a_lowered_file(
    records: list[Record], about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Write the number of a card as matricule into a file that was lowered."""
    if about["file"]["id"] not in memory.shared.get("lowered", ()):
        return records
    return [{**one, "matricule": one["billing_number"]} for one in records]


FUNCTIONS: Final[dict[str, Hand]] = {
    "card-number-in-a-lowered-file": card_number_in_a_lowered_file,
    "downgraded-noted": downgraded_noted,
}
"""What ``hand`` may name."""
