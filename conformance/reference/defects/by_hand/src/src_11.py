"""Faults against SRC-11 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def none_if_several(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Show nothing when there is more than one."""
    return records if len(records) == 1 else []


FUNCTIONS: Final[dict[str, Hand]] = {
    "none-if-several": none_if_several,
}
"""What ``hand`` may name."""
