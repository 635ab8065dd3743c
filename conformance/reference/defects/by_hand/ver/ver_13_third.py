"""Faults against VER-13 in what leaves or comes in; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def taken_by_the_beginning_of_long_names(
    records: list[Record], about: Mapping[str, Any], _memory: Memory
) -> list[Record]:
    """Compare the first twenty characters of names."""
    values = about["values"]
    same = ("matricule", "oid", "birth_date", "sex", "birth_place", "first_names")
    for one in about["everyone"]:
        begins = (one["birth_name"] or "")[:20] == (values["birth_name"] or "")[:20]
        if begins and str(one["status"]) == "QUAL" and all(one[name] == values[name] for name in same):
            return [{**one, "stands": "SAME_INS"}]
    return records


FUNCTIONS: Final[dict[str, Hand]] = {
    "taken-by-the-beginning-of-long-names": taken_by_the_beginning_of_long_names,
}
"""What ``hand`` may name."""
