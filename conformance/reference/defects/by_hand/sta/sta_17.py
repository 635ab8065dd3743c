"""Faults against STA-17 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from conformance.drivers.model import HIGH_CONFIDENCE_PROOFS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def proof_by_user_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note who has recorded a document of high confidence."""
    if about.get("kind") in HIGH_CONFIDENCE_PROOFS:
        memory.shared.setdefault("noted", set()).add(about["user"])
    return records


def proof_of_another_counts(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Let pass the validation by whoever has recorded a document, of whomever."""
    return [] if about["user"] in memory.shared.get("noted", set()) else records


FUNCTIONS: Final[dict[str, Hand]] = {
    "thread-proof-by-user-noted": proof_by_user_noted,
    "thread-proof-of-another-counts": proof_of_another_counts,
}
"""What ``hand`` may name."""
