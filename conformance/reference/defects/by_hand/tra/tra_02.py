"""Faults against TRA-02 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from conformance.reference.defects.by_hand.common.files import file_concerned
from conformance.reference.defects.by_hand.common.notes import giving_since, noted_since

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def since_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note the file of the act."""
    for one in records or [{}]:
        noted_since(memory).add(file_concerned(one, about))
    return records


FUNCTIONS: Final[dict[str, Hand]] = {
    "since-noted": since_noted,
    "since-without-ins": giving_since(matricule="", oid="", nature="", mailbox=""),
}
"""What ``hand`` may name."""
