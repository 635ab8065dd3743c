"""Faults against TRA-02 in what leaves or comes in; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from conformance.reference.defects.by_hand.common.memory import held_since

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def no_ins_of_whoever_was_received(
    records: list[Record], about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Send no INS of a file that came by reception, qualified since or not."""
    is_received = about["patient_id"] in memory.shared.get("held", ())
    none = dict.fromkeys(("matricule", "oid", "nature", "mailbox"), "")
    return [{**one, **none} if is_received else one for one in records]


FUNCTIONS: Final[dict[str, Hand]] = {
    "came-by-reception-noted": held_since("received-create", "received-update"),
    "no-ins-of-whoever-was-received": no_ins_of_whoever_was_received,
}
"""What ``hand`` may name."""
