"""Faults against MAT-01 of what comes twice; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def taken_when_it_comes_again(
    records: list[Record], about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Take a wrong number that was refused before."""
    number = about["values"].get("matricule")
    if number in memory.own:
        return []
    if records:
        memory.own[number] = True
    return records


FUNCTIONS: Final[dict[str, Hand]] = {
    "taken-when-it-comes-again": taken_when_it_comes_again,
}
"""What ``hand`` may name."""
