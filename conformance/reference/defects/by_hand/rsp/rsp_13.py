"""Faults against RSP-13 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from conformance.reference.defects.by_hand.common.memory import times_met
from conformance.reference.defects.by_hand.common.records import all_with

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def person_as_candidate(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Show the person of the file as the candidate."""
    local = about["local"]
    return [{**one, "candidates": [f"{local['birth_name']} {local['birth_date']}"]} for one in records]


def answered_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note who was found earlier in the day."""
    memory.shared.setdefault("answered", []).extend(
        f"{one['birth_name']} {one['first_names']}" for one in records if one["birth_name"]
    )
    return records


def answered_as_candidates(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Show those found earlier in the day as candidates."""
    return [{**one, "candidates": list(memory.shared.get("answered", ()))} for one in records]


def started_marks_homonym(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Mark as homonym the file of a call that was started without waiting."""
    if not memory.shared.get("started"):
        return records
    return [{**one, "attributes": sorted({*one["attributes"], "HOMONYME"})} for one in records]


def several_for_ever(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Tell every answer for a file as several once one was."""
    several: set[str] = memory.own.setdefault("several", set())
    if about["judged"] == "SEVERAL" and about["patient_id"]:
        several.add(about["patient_id"])
    if about["judged"] == "FOUND" and about["patient_id"] in several:
        message = "INSi trouve plusieurs identités : précisez les traits."
        return all_with(records, outcome="SEVERAL", message=message, alerts=[])
    return records


def second_several_marks(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Mark homonyme at the second 02."""
    return [
        {**one, "attributes": ["HOMONYME"]}
        if times_met(one, memory, meets=about["code"] == "02") > 1
        else one
        for one in records
    ]


def message_of_the_call_before(
    records: list[Record], about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Show the message of the call before, which had found somebody."""
    before = memory.own.get(about["patient_id"])
    out = [
        {**one, "message": before} if before and one["outcome"] in {"NOT_FOUND", "SEVERAL"} else one
        for one in records
    ]
    if about["patient_id"] and records[0]["outcome"] == "FOUND":
        memory.own[about["patient_id"]] = records[0]["message"]
    return out


FUNCTIONS: Final[dict[str, Hand]] = {
    "message-of-the-call-before": message_of_the_call_before,
    "answered-as-candidates": answered_as_candidates,
    "answered-noted": answered_noted,
    "person-as-candidate": person_as_candidate,
    "second-several-marks": second_several_marks,
    "several-for-ever": several_for_ever,
    "started-marks-homonym": started_marks_homonym,
}
"""What ``hand`` may name."""
