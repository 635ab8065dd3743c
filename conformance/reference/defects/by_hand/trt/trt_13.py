"""Faults against TRT-13 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def compound_of_first_split(
    records: list[Record], _about: Mapping[str, Any], _memory: Memory
) -> list[Record]:
    """Split the compound name that heads the list when the 1er prénom is its first half."""
    out = []
    for one in records:
        first, listed = one.get("first_name") or "", one.get("first_names") or ""
        split = first and listed.startswith(f"{first}-")
        out.append({**one, "first_names": listed.replace("-", " ", 1)} if split else one)
    return out


FUNCTIONS: Final[dict[str, Hand]] = {
    "compound-of-first-split": compound_of_first_split,
}
"""What ``hand`` may name."""
