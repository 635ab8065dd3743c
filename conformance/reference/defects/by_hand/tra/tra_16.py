"""Faults against TRA-16 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from conformance.reference.defects.by_hand.common.memory import querying
from conformance.reference.defects.by_hand.common.notes import flagged
from conformance.reference.defects.by_hand.common.records import all_with

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def refused_everywhere(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Refuse by every way what is refused by one."""
    file = about["patient_id"]
    for one in records:
        memory.own[file] = memory.own.get(file, "") or (one["why"] if "oppose" in one["why"] else "")
    return [{**one, "why": one["why"] or memory.own[file]} for one in records]


def refused_for_ever(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Keep a refusal that was lifted."""
    key = f"{about['patient_id']} {about['where']}"
    for one in records:
        memory.own[key] = memory.own.get(key, "") or (one["why"] if "oppose" in one["why"] else "")
    return [{**one, "why": one["why"] or memory.own[key]} for one in records]


def refused_for_the_next(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Hold the refusal of the patient before against this one."""
    before = memory.own.get("why", "")
    memory.own["why"] = records[0]["why"] if records and "oppose" in records[0]["why"] else ""
    return [{**one, "why": one["why"] or before} for one in records]


def withdrawn_from_the_last(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Tell a withdrawal to whoever was written to last."""
    if about["where"] == "withdrawal":
        return [{**one, "recipient": memory.own.get("recipient", one["recipient"])} for one in records]
    for one in records:
        memory.own["recipient"] = one["recipient"] if not one["why"] else memory.own.get("recipient", "")
    return records


def recorded_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Remember the files whose document was recorded."""
    del about
    memory.shared.setdefault("changed", set()).update(one["id"] for one in records)
    return records


def refused_again_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Remember that a patient refuses now."""
    memory.shared.setdefault("changed", set()).discard(about["patient_id"])
    return records


def change_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Remember that a file has changed."""
    memory.shared.setdefault("changed", set()).update(one["id"] for one in records)
    return records


def refusal_gone_with_the_change(
    records: list[Record], about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Send all the same once the file has changed since the refusal."""
    one = records[0]
    addresses = {"DMP": "dmp@monespacesante.example", "MSSANTE_PATIENT": about["file"]["mailbox"]}
    address = addresses.get(one["channel"])
    is_over = "oppose" in one["why"] and about["patient_id"] in memory.shared.get("changed", ())
    return all_with(records, why="", recipient=address) if is_over and address else records


def one_channel_refused(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Keep one channel of a refusal."""
    return [{**one, "channels": one["channels"][-1:]} for one in records]


FUNCTIONS: Final[dict[str, Hand]] = {
    "change-noted": change_noted,
    "flag-sends-all-the-same": flagged(why=""),
    "one-channel-refused": one_channel_refused,
    "recorded-noted": recorded_noted,
    "refusal-gone-with-the-change": refusal_gone_with_the_change,
    "refusals-emptied": querying("DELETE FROM note WHERE topic = 'opposition'"),
    "refused-again-noted": refused_again_noted,
    "refused-everywhere": refused_everywhere,
    "refused-for-ever": refused_for_ever,
    "refused-for-the-next": refused_for_the_next,
    "withdrawn-from-the-last": withdrawn_from_the_last,
}
"""What ``hand`` may name."""
