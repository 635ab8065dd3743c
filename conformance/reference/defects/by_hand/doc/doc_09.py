"""Faults against DOC-09 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from conformance.reference.defects.by_hand.tra.common import of_the_one_before

if TYPE_CHECKING:
    from conformance.reference.defects.by_hand.common.hand import Hand

FUNCTIONS: Final[dict[str, Hand]] = {
    "names-who-came-before": of_the_one_before("who"),
}
"""What ``hand`` may name."""
