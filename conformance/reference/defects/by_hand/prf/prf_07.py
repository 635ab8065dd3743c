"""Faults against PRF-07 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from conformance.reference.defects.by_hand.prf.common import HIGH

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def electronic_only_once(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Let electronic means validate a provisoire identity only, not a récupérée one."""
    if about["use"] != "validate" or str(about["file"]["status"]) != "RECUP":
        return records
    paper = "CNI,PASSPORT,RESIDENCE_PERMIT"
    return [{**one, HIGH: paper} for one in records]


FUNCTIONS: Final[dict[str, Hand]] = {
    "electronic-only-once": electronic_only_once,
}
"""What ``hand`` may name."""
