"""Faults against TRA-15 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from conformance.reference.defects.by_hand.common.notes import flagged

if TYPE_CHECKING:
    from conformance.reference.defects.by_hand.common.hand import Hand


FUNCTIONS: Final[dict[str, Hand]] = {
    "flag-feeds-nothing": flagged(feeds=False),
}
"""What ``hand`` may name."""
