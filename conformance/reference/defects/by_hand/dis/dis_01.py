"""Faults against DIS-01 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def marked_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note the files that are fictitious."""
    fictitious = memory.shared.setdefault("fictitious", set())
    [one] = records
    if "FICTIVE" in one["attributes"]:
        fictitious.add(one["id"])
    else:
        fictitious.discard(one["id"])
    return records


def fictitious_without_date(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Leave the birth date of a fictitious identity off the screen."""
    hidden = about["patient_id"] in memory.shared.get("fictitious", ())
    return [one for one in records if not (hidden and one["name"] == "birth_date")]


def banner_of_file_before(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Keep the banner of the file opened first: the next patient is shown under it."""
    if about["form"] != "PATIENT":
        return records
    first = memory.own.setdefault("first", {one["name"]: one["value"] for one in records})
    return [{**one, "value": first["birth_name"]} if one["name"] == "birth_name" else one for one in records]


def banner_not_refreshed(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Show a file as it was when first opened."""
    first = memory.own.setdefault(about["patient_id"], {one["name"]: one["value"] for one in records})
    return [{**one, "value": first.get(one["name"], one["value"])} for one in records]


def first_name_hidden_beside_list(
    records: list[Record], _about: Mapping[str, Any], _memory: Memory
) -> list[Record]:
    """Show the list or the 1er prénom, not both."""
    if any(one["name"] == "first_names" for one in records):
        return [one for one in records if one["name"] != "first_name"]
    return records


def uncertain_as_stored(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Show a date that was made up as the database writes it."""
    out = []
    for record in records:
        if record["name"] != "birth_date":
            out.append(record)
            continue
        day, month, year = str(record["value"])[:10].split("/")
        out.append({**record, "value": f"{year}-{month}-{day} (incertaine)"})
    return out


def name_once_on_screen(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Take the birth name off the screen when the used name is the same."""
    values = {one["name"]: one["value"] for one in records}
    is_same = values.get("birth_name") and values.get("birth_name") == values.get("used_name")
    return [one for one in records if not (is_same and one["name"] == "birth_name")]


def first_name_once_on_screen(
    records: list[Record], _about: Mapping[str, Any], _memory: Memory
) -> list[Record]:
    """Take the 1er prénom off the screen when the used first name is the same."""
    values = {one["name"]: one["value"] for one in records}
    is_same = values.get("first_name") and values.get("first_name") == values.get("used_first_name")
    return [one for one in records if not (is_same and one["name"] == "first_name")]


FUNCTIONS: Final[dict[str, Hand]] = {
    "banner-not-refreshed": banner_not_refreshed,
    "banner-of-file-before": banner_of_file_before,
    "fictitious-without-date": fictitious_without_date,
    "first-name-hidden-beside-list": first_name_hidden_beside_list,
    "first-name-once-on-screen": first_name_once_on_screen,
    "marked-noted": marked_noted,
    "name-once-on-screen": name_once_on_screen,
    "uncertain-as-stored": uncertain_as_stored,
}
"""What ``hand`` may name."""
