"""Faults against MAT-01 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from conformance.reference.defects.by_hand.common.records import all_with, has_congruent_key

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def congruent_found(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Propose an identity whose key is right but for a multiple of 97."""
    is_congruent = has_congruent_key(str(about["insi"]["matricule"]))
    return all_with(records, outcome="FOUND", alerts=[]) if is_congruent else records


FUNCTIONS: Final[dict[str, Hand]] = {
    "congruent-found": congruent_found,
}
"""What ``hand`` may name."""
