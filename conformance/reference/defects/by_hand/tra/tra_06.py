"""Faults against TRA-06 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def birth_date_with_time(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Write a birth date as a moment."""
    return [{**one, "birth_date": f"{one['birth_date']}T00:00:00+01:00"} for one in records]


FUNCTIONS: Final[dict[str, Hand]] = {
    "birth-date-with-time": birth_date_with_time,
}
"""What ``hand`` may name."""
