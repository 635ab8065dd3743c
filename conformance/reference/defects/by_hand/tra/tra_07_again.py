"""Faults against TRA-07 from the second mail on; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def said_whole_again(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Say that the INS is there from the second mail of a document on."""
    key = f"{about['patient_id']} {about['document']}"
    times = memory.own[key] = memory.own.get(key, 0) + 1
    return [{**one, "ins": "O"} if times > 1 else one for one in records]


FUNCTIONS: Final[dict[str, Hand]] = {
    "said-whole-again": said_whole_again,
}
"""What ``hand`` may name."""
