"""Faults against TRT-01 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def first_name_field_checked(
    records: list[Record], _about: Mapping[str, Any], _memory: Memory
) -> list[Record]:
    """Check the first of the names changed only."""
    names = ("birth_name", "first_name", "first_names")
    out = []
    for one in records:
        skipped = [name for name in names if name in one][1:]
        out.append({name: value for name, value in one.items() if name not in skipped})
    return out


FUNCTIONS: Final[dict[str, Hand]] = {
    "first-name-field-checked": first_name_field_checked,
}
"""What ``hand`` may name."""
