"""Faults against STA-01 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def status_of_the_first_list(
    records: list[Record], _about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Show in lists the status that a file had when it was first in one."""
    seen = memory.own.setdefault("seen", {})
    return [{**one, "status": seen.setdefault(one["id"], one["status"])} for one in records]


FUNCTIONS: Final[dict[str, Hand]] = {
    "thread-status-of-the-first-list": status_of_the_first_list,
}
"""What ``hand`` may name."""
