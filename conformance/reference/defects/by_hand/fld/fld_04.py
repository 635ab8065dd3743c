"""Faults against FLD-04 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from conformance.reference.defects.by_hand.common.constants import USED
from conformance.reference.defects.by_hand.common.files import other_files
from conformance.reference.defects.by_hand.common.memory import filled_from_before, opened_file_set
from conformance.reference.defects.by_hand.common.records import all_with
from conformance.reference.defects.by_hand.fld.common import COMPLEMENTARY
from simulator.ins.traits import starts_list

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def creation_form_kept(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Keep the names in use of a refused creation in the form."""
    if about["event"] == "create-refused":
        memory.shared["form"] = {name: (about.get("typed") or {}).get(name) for name in USED}
    return records


def creation_form_used(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Fill what is left empty with what is in the form."""
    left = memory.shared.pop("form", {})
    return [{**one, **{name: one.get(name) or text for name, text in left.items()}} for one in records]


def used_first_name_of_alert(
    records: list[Record], _about: Mapping[str, Any], _memory: Memory
) -> list[Record]:
    """Take a 1er prénom that is not of the list for the used one."""
    [one] = records
    first, listed = one["first_name"], one["first_names"]
    if not first or not listed or one["used_first_name"] or starts_list(first, listed):
        return records
    return all_with(records, used_first_name=first)


def former_used_names(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Take the names in use that are left empty from the form filled before."""
    return filled_from_before(records, memory, COMPLEMENTARY)


def as_at_the_call(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Save the names in use and the 1er prénom as they were when INSi was called."""
    kept = ("first_name", *COMPLEMENTARY)
    if about["event"] == "called" and records[-1]["id"]:
        memory.own[records[-1]["id"]] = {name: records[-1][name] for name in kept}
        return records
    return [
        {**one, **memory.own.get(one["id"], {})} if about["event"] == "imported" else one for one in records
    ]


def used_name_of_family(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Give a new file the used name of the family."""
    [one] = records
    if about["event"] != "created" or one["used_name"]:
        return records
    names = [
        other.used_name for other in other_files(about["store"], one) if other.birth_name == one["birth_name"]
    ]
    return all_with(records, used_name=next(filter(None, names), None))


def printed_used(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Complete the used first name of the file with what was printed for it."""
    opened_file_set(about, memory, used_first_name=lambda one: one.used_first_name or one.first_name)
    return records


def sent_named(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Complete the used name of the file with that of the recipient's page."""
    opened_file_set(about, memory, used_name=lambda one: one.used_name or one.birth_name)
    return records


def used_filled_at_night(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Fill empty used first names with the 1er prénom."""
    for patient in about["store"].patients():
        if not patient.used_first_name:
            about["store"].rows(
                "UPDATE patient SET used_first_name = ? WHERE id = ?", [patient.first_name, patient.id]
            )
    return records


def used_name_filled_at_night(
    records: list[Record], about: Mapping[str, Any], _memory: Memory
) -> list[Record]:
    """Fill empty used names with the birth name."""
    for patient in about["store"].patients():
        if not patient.used_name:
            about["store"].rows(
                "UPDATE patient SET used_name = ? WHERE id = ?", [patient.birth_name, patient.id]
            )
    return records


FUNCTIONS: Final[dict[str, Hand]] = {
    "as-at-the-call": as_at_the_call,
    "creation-form-kept": creation_form_kept,
    "creation-form-used": creation_form_used,
    "former-used-names": former_used_names,
    "printed-used": printed_used,
    "sent-named": sent_named,
    "used-filled-at-night": used_filled_at_night,
    "used-first-name-of-alert": used_first_name_of_alert,
    "used-name-filled-at-night": used_name_filled_at_night,
    "used-name-of-family": used_name_of_family,
}
"""What ``hand`` may name."""
