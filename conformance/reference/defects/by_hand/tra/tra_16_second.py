"""Faults against TRA-16 in what leaves or comes in; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def opposition_as_a_switch(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Take an opposition back when it is noted a second time."""
    key = about["patient_id"]
    is_same = bool(records[0]["channels"]) and memory.own.get(key) == records[0]["channels"]
    memory.own[key] = [] if is_same else records[0]["channels"]
    return [{**one, "channels": []} if is_same else one for one in records]


FUNCTIONS: Final[dict[str, Hand]] = {
    "opposition-as-a-switch": opposition_as_a_switch,
}
"""What ``hand`` may name."""
