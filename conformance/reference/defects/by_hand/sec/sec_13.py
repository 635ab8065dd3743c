"""Faults against SEC-13 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def claim_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Remember the number that is verified."""
    if records:
        memory.shared["number"] = records[0]["matricule"]
    return records


def number_told(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Say which number it is about."""
    return [
        {**one, "message": f"INS {memory.shared.get('number', '')} : {one['message']}"} for one in records
    ]


FUNCTIONS: Final[dict[str, Hand]] = {
    "claim-noted": claim_noted,
    "number-told": number_told,
}
"""What ``hand`` may name."""
