"""Faults against FLD-01 at the seam ``afterwards`` that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from conformance.reference.defects.by_hand.common.constants import USED, USED_NAMES
from conformance.reference.defects.by_hand.common.files import other_files, others, written_into
from conformance.reference.defects.by_hand.common.memory import to_others
from conformance.reference.defects.by_hand.common.records import all_with
from conformance.reference.defects.by_hand.fld.common import COMPLEMENTARY
from conformance.reference.files import NEW, as_record, from_record

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record
    from conformance.reference.store import Store


def version_kept_as_file(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Keep the file as it was read before a change as a file of its own."""
    store: Store = about["store"]
    seen: dict[str, Record] = memory.own
    for record in records:
        if about["event"] == "updated" and record["id"] in seen:
            store.add_patient(from_record({**seen[record["id"]], "id": NEW}))
        seen[record["id"]] = record
    return records


def typist_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note who typed the names in use."""
    if set(USED) & set(about.get("typed") or ()):
        memory.shared.setdefault("typists", {})[records[0]["id"]] = about["user"]
    return records


def change_in_file_before(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Save a change into the file changed before as well: its window is still open."""
    store: Store = about["store"]
    for record in records:
        before = memory.own.get("file")
        memory.own["file"] = record["id"]
        change = {name: value for name, value in (about.get("typed") or {}).items() if name in COMPLEMENTARY}
        if before and before != record["id"] and change:
            written_into(about, as_record(store.patient(before)), **change)
    return records


def place_corrected_everywhere(
    records: list[Record], about: Mapping[str, Any], _memory: Memory
) -> list[Record]:
    """Correct a birth place in all files of the family name."""
    place = (about.get("typed") or {}).get("birth_place")
    for record in records if place else ():
        for other in others(about, record, ("birth_name",)):
            written_into(about, other, birth_place=place)
    return records


def saved_as_seen(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Save the names in use as this user last saw them with every change of another field."""
    if about["event"] != "updated":
        return records
    typed = about.get("typed") or {}
    after = []
    for record in records:
        seen = memory.shared.get("seen", {}).get((about["user"], record["id"])) or record
        after.append({**record, **{name: seen[name] for name in COMPLEMENTARY if name not in typed}})
    return after


def used_name_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Change the used name of everybody who bears the one that is changed."""
    kept = memory.own
    for one in records:
        former = kept.get(one["id"])
        if about["event"] == "updated" and former and "used_name" in (about.get("typed") or {}):
            for other in other_files(about["store"], one):
                if other.used_name == former:
                    about["store"].save_patient(replace(other, used_name=one["used_name"]))
        kept[one["id"]] = one["used_name"]
    return records


def twin_born_with(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Change the birth date of the twin too."""
    kept = memory.own
    for one in records:
        former = kept.get(one["id"])
        if about["event"] == "updated" and "birth_date" in (about.get("typed") or {}):
            for other in other_files(about["store"], one):
                if (other.birth_name, other.birth_date) == (one["birth_name"], former):
                    about["store"].save_patient(replace(other, birth_date=one["birth_date"]))
        kept[one["id"]] = one["birth_date"]
    return records


def centenarian_by_next_save(
    records: list[Record], _about: Mapping[str, Any], _memory: Memory
) -> list[Record]:
    """Write the birth date back on two digits of year whenever a file is saved again."""
    return [
        {**one, "birth_date": f"20{one['birth_date'][2:]}"}
        if one["birth_date"] and one["birth_date"] < "1926"
        else one
        for one in records
    ]


def form_loaded(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note the file as this user has it on the screen, and as it was loaded first."""
    for one in records:
        memory.shared.setdefault("forms", {})[about["user"], one["id"]] = one
        memory.shared.setdefault("loaded", {}).setdefault(one["id"], one)
    return records


def refused_form_kept(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Keep the names in use of a refused change in the form."""
    if about["event"] == "update-refused":
        typed = about.get("typed") or {}
        memory.shared["dirty"] = (
            about["user"],
            records[0]["id"],
            {name: typed[name] for name in USED if name in typed},
        )
    return records


def off_screen_emptied(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Empty the names in use that are not on the screen that was saved."""
    shown = memory.shared.get("displayed", USED_NAMES)
    return all_with(records, **dict.fromkeys(sorted(USED_NAMES - shown)))


FUNCTIONS: Final[dict[str, Hand]] = {
    "centenarian-by-next-save": centenarian_by_next_save,
    "change-in-file-before": change_in_file_before,
    "form-loaded": form_loaded,
    "name-to-the-family": to_others(("birth_name",), ("birth_name",), "updated", typed="birth_name"),
    "off-screen-emptied": off_screen_emptied,
    "place-corrected-everywhere": place_corrected_everywhere,
    "place-to-the-twin": to_others(
        ("birth_name", "birth_date"), ("birth_place",), "updated", typed="birth_place"
    ),
    "refused-form-kept": refused_form_kept,
    "saved-as-seen": saved_as_seen,
    "sex-to-the-twin": to_others(("birth_name", "birth_date"), ("sex",), "updated", typed="sex"),
    "twin-born-with": twin_born_with,
    "typist-noted": typist_noted,
    "used-first-name-to-the-couple": to_others(
        ("used_name",), ("used_first_name",), "updated", typed="used_first_name"
    ),
    "used-name-noted": used_name_noted,
    "version-kept-as-file": version_kept_as_file,
}
"""What ``hand`` may name."""
