"""Faults against TRA-15 of what is decided once; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def feeding_as_first_decided(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Feed the DMP as was decided when a document of this kind was printed first, whoever it was about."""
    return [{**one, "feeds": memory.own.setdefault(about["document"], one["feeds"])} for one in records]


FUNCTIONS: Final[dict[str, Hand]] = {
    "feeding-as-first-decided": feeding_as_first_decided,
}
"""What ``hand`` may name."""
