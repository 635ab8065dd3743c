"""Faults against ATT-07 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from conformance.reference.defects.by_hand.common.constants import USED

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def message_built_once(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Send the message of a file as it was built first, until one of its names changes."""
    if about["where"] != "hl7":
        return records
    [one] = records
    key = (about["patient_id"], *(one[name] for name in ("birth_name", "first_name", *USED)))
    return [memory.own.setdefault(str(key), one)]


FUNCTIONS: Final[dict[str, Hand]] = {
    "message-built-once": message_built_once,
}
"""What ``hand`` may name."""
