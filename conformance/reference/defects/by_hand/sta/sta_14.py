"""Faults against STA-14 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from conformance.drivers.model import Status
from conformance.drivers.protocol import RefusedError
from conformance.reference.defects.by_hand.common.constants import STRICT_TRAITS, USED, USED_NAMES, WITH_INS
from conformance.reference.defects.by_hand.common.notes import as_opened_by_its_user
from conformance.reference.defects.by_hand.common.records import all_with

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def lowered_after_a_night(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Make a qualifiée identity récupérée when it is changed after a night."""
    return all_with(records, status=Status.RECUP) if memory.shared.get("nights") and about else records


def creator_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Remember who made a file."""
    memory.shared.setdefault("creators", {}).setdefault(records[0]["id"], about["user"])
    return records


def used_names_by_creator(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Let nobody but whoever made a file change its names in use."""
    creator = memory.shared.get("creators", {}).get(about["file"]["id"])
    if (
        set(records[0]) <= USED_NAMES
        and creator
        and creator != about["user"]
        and str(about["status"]) in WITH_INS
    ):
        raise RefusedError("NOT_YOURS", "Ce dossier est suivi par un autre utilisateur.", sorted(records[0]))
    return records


def both_used_lower(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Lower a qualified file whose two used names are changed together."""
    both = {"used_name", "used_first_name"} <= set(about["changed"])
    return all_with(records, status="VALI") if both else records


def _written_too(
    records: list[Record], about: Mapping[str, Any], is_same: Callable[[str, str], bool]
) -> list[Record]:
    store = about["store"]
    change = {
        name: value
        for name, value in (about.get("typed") or {}).items()
        if name in {"used_name", "used_first_name"}
    }
    for one in records:
        for other in store.patients():
            if change and other.id != one["id"] and is_same(other.id, one["id"]):
                store.save_patient(replace(other, **change))
    return records


def same_last_digit_written(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Write a change of the names in use into the files whose number ends with the same digit."""
    return _written_too(records, about, lambda one, other: one[-1:] == other[-1:])


def same_tens_written(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Write a change of the names in use into the files whose number is the same without its last digit."""
    return _written_too(records, about, lambda one, other: one[:-1] == other[:-1] and len(one) > 1)


def used_names_refused(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Refuse a change of the names in use."""
    if {"used_name", "used_first_name"} & set(records[0]):
        raise RefusedError("LOCKED_FIELD", "Nom utilisé verrouillé.", ["used_name"])
    return records


def both_not_emptied(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Empty one used name only when both are emptied."""
    return [
        {**one, "used_first_name": about["before"]["used_first_name"]}
        if {"used_name", "used_first_name"} <= set(one)
        and not one["used_name"]
        and not one["used_first_name"]
        else one
        for one in records
    ]


def used_name_not_emptied(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Refuse to empty a complementary trait of a locked file."""
    typed = records[0]
    emptied = [name for name in USED if name in typed and not typed[name]]
    if about["verb"] == "update" and str(about["status"]) in WITH_INS and emptied:
        raise RefusedError("LOCKED_FIELD", "Champ verrouillé.", emptied)
    return records


def form_as_loaded(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Keep the traits of a file as this screen loaded them first."""
    loaded: dict[str, Record] = memory.shared.setdefault("loaded", {})
    for record in records:
        loaded.setdefault(record["id"], {name: record[name] for name in STRICT_TRAITS})
    return records


def form_saved_whole(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Save the whole form as it was loaded with a change of a complementary trait."""
    before = about.get("before") or {}
    loaded = memory.shared.get("loaded", {}).get(before.get("id"))
    if loaded is None:
        return records
    if any(name in records[0] for name in STRICT_TRAITS):
        memory.shared["loaded"][before["id"]] = {
            name: records[0].get(name, before[name]) for name in STRICT_TRAITS
        }
        return records
    return [{**loaded, **record} for record in records]


def emptied_refused(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Refuse to empty a name in use."""
    one = records[0]
    fields = [name for name in ("used_name", "used_first_name") if name in one and not one[name]]
    if fields:
        raise RefusedError("INVALID_VALUE", "Valeur attendue.", fields)
    return records


def twin_named_too(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Write a name in use into every file of the same birth name and date."""
    own, typed = records[0], about.get("typed") or {}
    for other in about["store"].patients() if "used_name" in typed else ():
        is_twin = (other.birth_name, other.birth_date) == (own["birth_name"], own["birth_date"])
        if is_twin and other.id != own["id"]:
            about["store"].save_patient(replace(other, used_name=typed["used_name"]))
    return records


FUNCTIONS: Final[dict[str, Hand]] = {
    "twin-named-too": twin_named_too,
    "as-opened-by-its-user": as_opened_by_its_user("status", "matricule", "oid"),
    "both-not-emptied": both_not_emptied,
    "both-used-lower": both_used_lower,
    "creator-noted": creator_noted,
    "form-as-loaded": form_as_loaded,
    "form-saved-whole": form_saved_whole,
    "lowered-after-a-night": lowered_after_a_night,
    "same-last-digit-written": same_last_digit_written,
    "same-tens-written": same_tens_written,
    "thread-emptied-refused": emptied_refused,
    "used-name-not-emptied": used_name_not_emptied,
    "used-names-by-creator": used_names_by_creator,
    "used-names-refused": used_names_refused,
}
"""What ``hand`` may name."""
