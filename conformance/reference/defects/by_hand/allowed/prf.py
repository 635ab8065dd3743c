"""Right behaviours near rules PRF that data cannot say; see ``conformance.reference.variants``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def validator_takes_proof(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Sign the recorded document with whoever validates."""
    return [{**one, "proof": {**one["proof"], "recorded_by": about["user"]}} for one in records]


def recorded_that_day(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Keep the day on which a document was recorded, not the hour."""
    return [{**one, "recorded_at": f"{one['recorded_at'][:10]}T00:00:00+00:00"} for one in records]


FUNCTIONS: Final[dict[str, Hand]] = {
    "recorded-that-day": recorded_that_day,
    "validator-takes-proof": validator_takes_proof,
}
"""What ``hand`` may name."""
