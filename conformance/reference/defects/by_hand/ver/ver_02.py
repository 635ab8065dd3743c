"""Faults against VER-02 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from conformance.reference.defects.by_hand.common.memory import failures_logged_once, on_first_file
from conformance.reference.defects.by_hand.common.records import all_with

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def user_before(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Write a verification under the user of the entry before."""
    out = []
    for one in records:
        user = memory.own.get("user", one["user"])
        memory.own["user"] = one["user"]
        out.append({**one, "user": user} if one["action"] == "INSI_VERIFICATION" else one)
    return out


def last_verification_only(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Keep the last verification of each file only."""
    last = {
        str(one["patient_id"]): index
        for index, one in enumerate(records)
        if one["action"] == "INSI_VERIFICATION" and one["patient_id"]
    }
    return [
        one
        for index, one in enumerate(records)
        if one["action"] != "INSI_VERIFICATION" or not one["patient_id"] or last[one["patient_id"]] == index
    ]


def under_the_file_before(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Write a verification that belongs to no file under the file of the one before."""
    before = memory.own.get("before")
    if records[0]["patient_id"]:
        memory.own["before"] = records[0]["patient_id"]
        return records
    return all_with(records, patient_id=before)


def verifications_on_first_file(
    records: list[Record], _about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Log all verifications on the file that was opened first."""
    return on_first_file("INSI_VERIFICATION", records, memory)


FUNCTIONS: Final[dict[str, Hand]] = {
    "last-verification-only": last_verification_only,
    "same-failed-verification-logged-once": failures_logged_once("INSI_VERIFICATION"),
    "under-the-file-before": under_the_file_before,
    "user-before": user_before,
    "verifications-on-first-file": verifications_on_first_file,
}
"""What ``hand`` may name."""
