"""Right behaviours near rules VER that data cannot say; see ``conformance.reference.variants``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from conformance.reference.defects.by_hand.common.memory import querying

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def same_entry_once(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Put nothing on the worklist that waits there already; two that name no file are two matters, however alike."""
    seen: list[Record] = memory.own.setdefault("seen", [])
    fresh = [one for one in records if one["patient_id"] is None or one not in seen]
    seen += fresh
    return fresh


def queued_once(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Put a file on the worklist once in its life."""
    seen = memory.own.setdefault("seen", set())
    out = [record for record in records if record["patient_id"] not in seen]
    seen.update(record["patient_id"] for record in records)
    return out


FUNCTIONS: Final[dict[str, Hand]] = {
    "items-renewed": querying("UPDATE work_item SET id = id + 100000"),
    "queued-once": queued_once,
    "same-entry-once": same_entry_once,
}
"""What ``hand`` may name."""
