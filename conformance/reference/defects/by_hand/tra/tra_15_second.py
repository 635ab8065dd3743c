"""Faults against TRA-15 in what leaves or comes in; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from conformance.reference.defects.by_hand.common.memory import held_since

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def not_fed_after_the_app(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Feed nothing by itself of whoever came by the app."""
    is_held = about["patient_id"] in memory.shared.get("held", ())
    return [{**one, "feeds": False} if is_held else one for one in records]


FUNCTIONS: Final[dict[str, Hand]] = {
    "fed-by-the-app-noted": held_since("app-imported"),
    "not-fed-after-the-app": not_fed_after_the_app,
}
"""What ``hand`` may name."""
