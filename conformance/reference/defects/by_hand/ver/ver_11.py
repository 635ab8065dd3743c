"""Faults against VER-11 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from conformance.reference.claims import claim_of
from conformance.reference.defects.by_hand.common.constants import TRAITS
from conformance.reference.defects.by_hand.ver.common import confirmed_noted_by, not_asked_once_confirmed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def everybody_in_lot(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Put every file that has an INS into the lot."""
    asked = {one["patient_id"] for one in records}
    others = [one for one in about["everyone"] if one["matricule"] and one["id"] not in asked]
    names = (*TRAITS, "matricule", "oid", "first_names")
    added = [
        {**{name: one[name] for name in names}, "patient_id": one["id"], "line_id": f"+{one['id']}"}
        for one in others
    ]
    return [*records, *added]


def last_lot_again(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Deposit the lot before again when there is nobody to deposit."""
    if records:
        memory.own["last"] = [{name: one[name] for name in one if name != "line_id"} for one in records]
        return records
    return list(memory.own.get("last", ()))


def retrieved_without_being_asked(
    records: list[Record], about: Mapping[str, Any], _memory: Memory
) -> list[Record]:
    """Deposit the identités récupérées when nobody was chosen."""
    if records:
        return records
    claims = [(one["id"], claim_of(one)) for one in about["everyone"]]
    return [{**asdict(claim), "patient_id": patient_id} for patient_id, claim in claims if claim][:1]


def empty_lot_of_everybody(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Deposit everybody when there is nobody to deposit."""
    if records:
        return records
    claims = [(one["id"], claim_of(one)) for one in about["everyone"]]
    return [{**asdict(claim), "patient_id": patient_id} for patient_id, claim in claims if claim]


def chosen_for_lot(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note the files chosen for a lot."""
    memory.shared["chosen"] = records[0].get("patient_ids")
    return records


def without_number_in_lot(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Send the files without INS with the lot."""
    names = ("birth_name", "first_name", "first_names", "birth_date", "sex", "birth_place")
    bare = [
        one
        for one in about["everyone"]
        if one["id"] in (memory.shared.get("chosen") or ()) and not one["matricule"]
    ]
    return records + [
        {**{name: one[name] or "" for name in names}, "matricule": "", "oid": "", "patient_id": one["id"]}
        for one in bare
    ]


FUNCTIONS: Final[dict[str, Hand]] = {
    "chosen-for-lot": chosen_for_lot,
    "without-number-in-lot": without_number_in_lot,
    "confirmed-by-unit-noted": confirmed_noted_by("hand"),
    "empty-lot-of-everybody": empty_lot_of_everybody,
    "everybody-in-lot": everybody_in_lot,
    "last-lot-again": last_lot_again,
    "lot-not-asked-once-confirmed": not_asked_once_confirmed("lot"),
    "retrieved-without-being-asked": retrieved_without_being_asked,
}
"""What ``hand`` may name."""
