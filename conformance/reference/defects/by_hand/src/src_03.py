"""Faults against SRC-03 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from conformance.reference.defects.by_hand.common.records import key
from conformance.reference.defects.by_hand.src.common import GIVEN, SURNAMES, keys, typed_key, with_more
from conformance.reference.lookup import search_key
from simulator.ins.traits import comparison_key

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def first_names_contained(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Search given names with ``LIKE '%text%'``."""
    typed = comparison_key(about["criteria"].get("first_name_prefix") or "").replace(" ", "")
    if not typed:
        return records
    found = {record["id"] for record in records}
    names = ("first_names", "first_name", "used_first_name")
    return [
        one
        for one in about["everyone"]
        if one["id"] in found
        or (
            about["criteria"].get("birth_date") in {None, one["birth_date"]}
            and any(typed in comparison_key(one[name] or "").replace(" ", "") for name in names)
        )
    ]


def used_first_name_for_want_of_list(
    records: list[Record], about: Mapping[str, Any], _memory: Memory
) -> list[Record]:
    """Look at the first names in use only when no first name of birth answers."""
    typed = key(about["criteria"].get("first_name_prefix"))
    born = [
        one
        for one in records
        if any(key(name).startswith(typed) for name in (one["first_names"], one["first_name"]))
    ]
    return born or records


def whole_first_name_finds_nobody(
    records: list[Record], about: Mapping[str, Any], _memory: Memory
) -> list[Record]:
    """Want at least one letter after those typed of a first name."""
    typed = typed_key(about, "first_name_prefix")
    return [one for one in records if not typed or typed not in keys(one, GIVEN)]


def whole_used_first_name_only(
    records: list[Record], about: Mapping[str, Any], _memory: Memory
) -> list[Record]:
    """Compare the used first name as a whole."""
    typed = typed_key(about, "first_name_prefix")
    return [
        one
        for one in records
        if not typed
        or not one.get("used_first_name")
        or not search_key(one["used_first_name"]).startswith(typed)
        or search_key(one["used_first_name"]) == typed
        or search_key(one["first_name"]).startswith(typed)
        or any(search_key(word).startswith(typed) for word in (one.get("first_names") or "").split())
    ]


def first_name_among_surnames(
    records: list[Record], about: Mapping[str, Any], _memory: Memory
) -> list[Record]:
    """Look for the letters of a first name among the surnames too."""
    return with_more(records, about, "first_name_prefix", SURNAMES)


def without_first_name_once_lowered(
    records: list[Record], _about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Search files that have lost their INS without their first names."""
    borne = memory.shared.get("first", {})
    return [
        {**one, "first_name": None, "first_names": None}
        if one["id"] in borne and not one["matricule"]
        else one
        for one in records
    ]


FUNCTIONS: Final[dict[str, Hand]] = {
    "first-name-among-surnames": first_name_among_surnames,
    "first-names-contained": first_names_contained,
    "used-first-name-for-want-of-list": used_first_name_for_want_of_list,
    "whole-first-name-finds-nobody": whole_first_name_finds_nobody,
    "whole-used-first-name-only": whole_used_first_name_only,
    "without-first-name-once-lowered": without_first_name_once_lowered,
}
"""What ``hand`` may name."""
