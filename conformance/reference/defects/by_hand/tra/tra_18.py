"""Faults against TRA-18 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from conformance.reference.defects.by_hand.common.records import all_with

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def known_by_name_and_place(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Have a message of the domain change the file with the same name, sex and place."""
    if records[0]["patient_id"]:
        return records
    same = [
        one["id"]
        for one in about["everyone"]
        if all(one[name] == about["told"].get(name) for name in ("birth_name", "sex", "birth_place"))
    ]
    return all_with(records, patient_id=same[0]) if same else records


def known_by_name_and_date(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Have a message of the domain change the file with the same name and birth date."""
    if records[0]["patient_id"]:
        return records
    same = [
        one["id"]
        for one in about["everyone"]
        if all(one[name] == about["told"].get(name) for name in ("birth_name", "birth_date"))
    ]
    return all_with(records, patient_id=same[0]) if same else records


def known_by_number_alone(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Have a message of the domain change the file of this number, whichever authority has given it."""
    if records[0]["patient_id"] or not about["number"]:
        return records
    same = [one["patient_id"] for one in about["numbers"] if one["value"] == about["number"][1]]
    return all_with(records, patient_id=same[0]) if same else records


def reference_remembered(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Follow the reference that was set first for good."""
    return [
        {name: memory.own.setdefault(name, value) if value else memory.own.get(name, "")}
        for one in records
        for name, value in one.items()
    ]


def place_of_the_message_before(
    records: list[Record], about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Give who comes without a birth place that of the message before."""
    told = about["told"].get("birth_place")
    former, memory.own["place"] = memory.own.get("place"), told or memory.own.get("place")
    is_new = not told and not about.get("before") and former
    return all_with(records, birth_place=former) if is_new else records


FUNCTIONS: Final[dict[str, Hand]] = {
    "known-by-name-and-date": known_by_name_and_date,
    "known-by-name-and-place": known_by_name_and_place,
    "known-by-number-alone": known_by_number_alone,
    "place-of-the-message-before": place_of_the_message_before,
    "reference-remembered": reference_remembered,
}
"""What ``hand`` may name."""
