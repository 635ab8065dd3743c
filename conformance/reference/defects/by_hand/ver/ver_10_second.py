"""Faults against VER-10 of contracts withdrawn; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def last_contracts_kept(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Keep the contracts when all are withdrawn."""
    if records:
        memory.own["last"] = records
    return memory.own.get("last") or records


FUNCTIONS: Final[dict[str, Hand]] = {
    "last-contracts-kept": last_contracts_kept,
}
"""What ``hand`` may name."""
