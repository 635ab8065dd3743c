"""Faults of verifications, lots and receptions that show only after something else was done, or for a few people."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from conformance.reference.defects.by_hand.common import all_with

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.reference.seams import Memory, Record

    Hand = Callable[[list[Record], Mapping[str, Any], Memory], list[Record]]


def by_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note who asked for the verification that is being treated."""
    memory.shared["by"] = about["by"]
    return records


def unqueued_in_a_lot(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Put nothing on the worklist for a line of a lot."""
    return [] if memory.shared.get("by") == "lot" else records


def oid_kept_in_a_lot(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Take the matricule alone out of a file denied in a lot."""
    return all_with(records, oid=about["before"]["oid"]) if memory.shared.get("by") == "lot" else records


def validated_kept_in_a_lot(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Leave a file that was checked validée when it is denied in a lot."""
    is_checked = about["before"] == "QUAL"
    return all_with(records, status="VALI") if is_checked and memory.shared.get("by") == "lot" else records


def _same(one: Record, values: Mapping[str, Any], *but: str) -> bool:
    return all(
        one[name] == values.get(name)
        for name in ("birth_name", "first_names", "birth_date", "sex", "birth_place")
        if name not in but and values.get(name)
    )


def _bare(text: str | None) -> str:
    return re.sub("[-' ]", "", text or "")


def _matched_when(alike: Callable[[Record, Mapping[str, Any]], bool]) -> Hand:
    """Return a fault that takes a received identity for that of the file with its number when the two are so alike."""

    def hand(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
        values = about["values"]
        for one in about["everyone"]:
            same_number = values.get("matricule") and all(
                one[name] == values[name] for name in ("matricule", "oid")
            )
            if same_number and one["status"] in {"RECUP", "QUAL"} and alike(one, values):
                return [{**one, "stands": "SAME_INS"}]
        return records

    return hand


def _but_for_signs(one: Record, values: Mapping[str, Any]) -> bool:
    names = ("birth_name", "first_names")
    return _same(one, values, *names) and all(_bare(one[each]) == _bare(values.get(each)) for each in names)


def _same_month(one: Record, values: Mapping[str, Any]) -> bool:
    return _same(one, values, "birth_date") and one["birth_date"][:7] == values["birth_date"][:7]


def _first_two_agree(one: Record, values: Mapping[str, Any]) -> bool:
    mine, theirs = ((each.get("first_names") or "").split()[:2] for each in (one, values))
    return _same(one, values, "first_names") and mine == theirs


def _begins_alike(name: str, letters: int) -> Callable[[Record, Mapping[str, Any]], bool]:
    def alike(one: Record, values: Mapping[str, Any]) -> bool:
        return _same(one, values, name) and (one[name] or "")[:letters] == (values.get(name) or "")[:letters]

    return alike


def claimed_without_zero(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Send the key as a number."""
    return [{**one, "matricule": f"{one['matricule'][:13]}{int(one['matricule'][13:])}"} for one in records]


def under_the_file_before(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Write a verification that belongs to no file under the file of the one before."""
    before = memory.own.get("before")
    if records[0]["patient_id"]:
        memory.own["before"] = records[0]["patient_id"]
        return records
    return all_with(records, patient_id=before)


def homonym_lost_in_a_lot(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Take the attribute homonyme away from a file denied in a lot."""
    if memory.shared.get("by") != "lot":
        return records
    return [
        {**one, "attributes": [each for each in one["attributes"] if each != "HOMONYME"]} for one in records
    ]


def verified_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note the status of the file that is being verified."""
    memory.shared["status"] = about["status"]
    return records


def untraced_when_qualified(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Trace nothing when the file verified is QUAL."""
    return [] if memory.shared.get("status") == "QUAL" else records


def several_as_failures(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Count the answers 02 among the failures."""
    several = sum(entry.action == "INSI_CALL" and entry.code == "02" for entry in about["log"])
    return [
        {
            **one,
            "insi_successes": one["insi_successes"] - several,
            "insi_failures": one["insi_failures"] + several,
        }
        for one in records
    ]


def matched_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note the file that a received identity is taken for."""
    memory.shared["matched"] = records[0] if records else {}
    return records


def homonym_not_claimed(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Verify nothing for a file with the attribute homonyme."""
    return [] if "HOMONYME" in (memory.shared["matched"].get("attributes") or ()) else records


def documented_not_claimed(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Verify nothing for a file with a document."""
    return [] if memory.shared["matched"].get("proof") else records


def used_name_lost_in_a_lot(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Empty the used name of a file denied in a lot."""
    return all_with(records, used_name=None) if memory.shared.get("by") == "lot" else records


FUNCTIONS: dict[str, Hand] = {
    function.__name__.replace("_", "-"): function
    for function in (
        by_noted,
        unqueued_in_a_lot,
        oid_kept_in_a_lot,
        validated_kept_in_a_lot,
        claimed_without_zero,
        under_the_file_before,
        homonym_lost_in_a_lot,
        verified_noted,
        untraced_when_qualified,
        several_as_failures,
        matched_noted,
        homonym_not_claimed,
        documented_not_claimed,
        used_name_lost_in_a_lot,
    )
} | {
    "name-matched-without-signs": _matched_when(_but_for_signs),
    "date-matched-by-month": _matched_when(_same_month),
    "list-matched-by-first-two": _matched_when(_first_two_agree),
    "list-matched-by-ten-letters": _matched_when(_begins_alike("first_names", 10)),
    # The digits of a place before its commune are those of its department.
    "place-matched-by-department": _matched_when(_begins_alike("birth_place", 2)),
}
