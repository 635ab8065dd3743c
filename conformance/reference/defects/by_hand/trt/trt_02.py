"""Faults against TRT-02 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def composed_first(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Look for accented letters only: a letter followed by its accent passes."""
    return [
        {
            name: "".join(c for c in value if not unicodedata.combining(c))
            if isinstance(value, str)
            else value
            for name, value in one.items()
        }
        for one in records
    ]


FUNCTIONS: Final[dict[str, Hand]] = {
    "composed-first": composed_first,
}
"""What ``hand`` may name."""
