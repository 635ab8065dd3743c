"""Faults against DIS-03 in what leaves or comes in; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from conformance.reference.defects.by_hand.common.memory import held_since

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def status_not_shown_once_received(
    records: list[Record], about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Show no status for a file that a reception made or fed."""
    is_received = about["patient_id"] in memory.shared.get("held", ())
    return [{**one, "value": ""} if is_received and one["name"] == "status" else one for one in records]


FUNCTIONS: Final[dict[str, Hand]] = {
    "noted-once-received": held_since("received-create", "received-update"),
    "status-not-shown-once-received": status_not_shown_once_received,
}
"""What ``hand`` may name."""
