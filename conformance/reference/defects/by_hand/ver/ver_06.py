"""Faults against VER-06 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def suspect_after_ko(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Mark as douteuse the known patient whose received INS is not confirmed."""
    ko = about["event"] == "received-nothing" and str(about.get("standing")) == "SAME_TRAITS"
    return [{**one, "attributes": [*one["attributes"], "DOUTEUSE"]} if ko else one for one in records]


FUNCTIONS: Final[dict[str, Hand]] = {
    "suspect-after-ko": suspect_after_ko,
}
"""What ``hand`` may name."""
