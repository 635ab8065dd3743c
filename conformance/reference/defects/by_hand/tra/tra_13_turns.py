"""Faults against TRA-13 of one turn in two; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def asked_in_turn(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Ask whose the DMP is for one document in two."""
    memory.own["times"] = memory.own.get("times", 0) + 1
    return [{**one, "asks": memory.own["times"] % 2 == 1} for one in records]


FUNCTIONS: Final[dict[str, Hand]] = {
    "asked-in-turn": asked_in_turn,
}
"""What ``hand`` may name."""
