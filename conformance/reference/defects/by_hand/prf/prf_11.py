"""Faults against PRF-11 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record

_OFTEN = 3


def count_visits(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Count how often each file was opened."""
    visits = memory.shared.setdefault("visits", {})
    for record in records:
        visits[record["patient_id"]] = visits.get(record["patient_id"], 0) + 1
    return records


def often_seen(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Need no document of whoever comes often."""
    often = memory.shared.get("visits", {}).get(about["file"]["id"], 0) >= _OFTEN
    return [] if often else records


FUNCTIONS: Final[dict[str, Hand]] = {
    "count-visits": count_visits,
    "often-seen": often_seen,
}
"""What ``hand`` may name."""
