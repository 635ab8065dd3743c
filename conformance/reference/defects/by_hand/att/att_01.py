"""Faults against ATT-01 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from conformance.drivers.model import Attribute
from conformance.reference.defects.by_hand.common.memory import (
    at_night,
    daily,
    every_night,
    held_since,
    hidden_from_others,
    noted_for_its_user,
    opened_file_set,
    to_others,
)
from conformance.reference.defects.by_hand.common.notes import as_opened_by_its_user
from conformance.reference.defects.by_hand.common.records import all_with

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.drivers.model import Patient
    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record

_WEEK = 7


def refused_marks_kept(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Keep refused attributes for the next file to which some are set."""
    if about["event"] == "attributes-refused":
        memory.shared["marks"] = (records[0]["id"], [one for one in about["asked"] if one != "FICTIVE"])
    return records


def refused_marks_set(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Set what was refused to another file."""
    file, marks = memory.shared.get("marks", ("", []))
    if file in {"", (about.get("file") or {}).get("id")} or "FICTIVE" in records[0]["attributes"]:
        return records
    memory.shared.pop("marks")
    return [{**one, "attributes": sorted({*one["attributes"], *marks})} for one in records]


def _without(attribute: Attribute) -> Callable[[Patient], Patient]:
    return lambda one: replace(one, attributes=one.attributes - {attribute})


def _doubt_expired(one: Patient) -> Patient:
    return replace(one, attributes=one.attributes - {Attribute.DOUTEUSE})


def _homonym_week_over(one: Patient, days: int) -> Patient:
    return replace(one, attributes=one.attributes - {Attribute.HOMONYME}) if days >= _WEEK else one


def attributes_before_the_doubt(
    records: list[Record], about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Put the attributes back as they were before a doubt when it is lifted."""
    if about["event"] != "attributes-set":
        return records
    [one] = records
    there, was = set(one["attributes"]), set(about["before"]["attributes"])
    if "DOUTEUSE" in there - was:
        memory.own[one["id"]] = sorted(was)
    elif "DOUTEUSE" in was - there and one["id"] in memory.own:
        return all_with(records, attributes=memory.own.pop(one["id"]))
    return records


def former_ins_doubled(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Add the INS history to itself."""
    patient_id = records[0]["id"]
    about["store"].write_former(patient_id, [*about["store"].former(patient_id)] * 2)
    return records


def store_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Keep the database at hand for acts that only look."""
    memory.shared["store"] = about["store"]
    return records


def sent_unmarked(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Take the attributes away once they were told."""
    opened_file_set(about, memory, attributes=frozenset())
    return records


def set_twice_is_off(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Take an attribute away that is set again."""
    file = about.get("file") or {}
    same = (
        about["verb"] == "attributes"
        and records[0]["attributes"]
        and file["attributes"] == records[0]["attributes"]
    )
    return [{**records[0], "attributes": []}] if same else records


def one_removed_all_gone(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Take all attributes away when one of two is."""
    file = about.get("file") or {}
    if about["verb"] != "attributes" or len(file["attributes"]) <= len(records[0]["attributes"]):
        return records
    return [{**records[0], "attributes": []}]


FUNCTIONS: Final[dict[str, Hand]] = {
    "attributes-as-opened-by-its-user": as_opened_by_its_user("attributes"),
    "attributes-before-the-doubt": attributes_before_the_doubt,
    "attributes-to-the-number": to_others(("matricule",), ("attributes",), "attributes-set"),
    "doubt-expired": every_night(_doubt_expired),
    "former-ins-doubled": former_ins_doubled,
    "homonym-week-over": daily(_homonym_week_over),
    "marks-hidden": hidden_from_others(attributes=[]),
    "marks-noted": noted_for_its_user("attributes-set"),
    "night-without-homonym": at_night(_without(Attribute.HOMONYME)),
    "not-found-holds": held_since("called", code="01"),
    "one-removed-all-gone": one_removed_all_gone,
    "refused-marks-kept": refused_marks_kept,
    "refused-marks-set": refused_marks_set,
    "sent-unmarked": sent_unmarked,
    "set-twice-is-off": set_twice_is_off,
    "store-noted": store_noted,
}
"""What ``hand`` may name."""
