"""Faults against DIS-01 in what leaves or comes in; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def name_of_the_first_screen(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Show the birth name that the screen of a file showed first."""
    return [
        {**one, "value": memory.own.setdefault(about["patient_id"], one["value"])}
        if one["name"] == "birth_name" and about["patient_id"]
        else one
        for one in records
    ]


FUNCTIONS: Final[dict[str, Hand]] = {
    "name-of-the-first-screen": name_of_the_first_screen,
}
"""What ``hand`` may name."""
