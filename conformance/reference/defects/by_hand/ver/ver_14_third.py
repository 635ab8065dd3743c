"""Faults against VER-14 in what leaves or comes in; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def taken_by_number_and_three_letters(
    records: list[Record], about: Mapping[str, Any], _memory: Memory
) -> list[Record]:
    """Take a document for that of a patient qualifié of this number whose name begins alike."""
    values = about["values"]
    for one in about["everyone"]:
        begins = (one["birth_name"] or "")[:3] == (values["birth_name"] or "")[:3]
        if (
            begins
            and one["matricule"]
            and one["matricule"] == values["matricule"]
            and str(one["status"]) == "QUAL"
        ):
            return [{**one, "stands": "SAME_INS"}]
    return records


FUNCTIONS: Final[dict[str, Hand]] = {
    "taken-by-number-and-three-letters": taken_by_number_and_three_letters,
}
"""What ``hand`` may name."""
