"""Faults against DOC-02 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record

_SCREEN = {"displayed_fields": "", "printed_traits": ""}


def written_resets_screen(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Save the whole page of settings whenever one of them is saved: what was not typed falls back."""
    return [{**_SCREEN, **one} if set(one) & set(_SCREEN) else one for one in records]


def extra_on_labels_only(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Print the traits of the setting on labels alone."""
    extra = {"used_name", "used_first_name", "birth_place"}
    return records if about["document"] == "LABEL" else [one for one in records if one["key"] not in extra]


def extra_unfilled(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Print the word null under the label of a trait that the setting asks for and the file lacks."""
    keys = {one["key"] for one in records}
    if not keys & {"used_name", "used_first_name", "birth_place"} or "used_name" in keys:
        return records
    del about
    return [*records, {"key": "used_name", "label": "Nom utilisé :", "value": "null", "page": 1}]


def first_setting(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Print the optional traits that the first setting asked for, as far as there are any."""
    extra = ("used_name", "used_first_name", "birth_place")
    asked = memory.own.setdefault("asked", {one["key"] for one in records} & set(extra))
    del about
    return [one for one in records if one["key"] not in extra or one["key"] in asked]


def used_names_kept(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Write the names in use as they were in the first document of a file."""
    known = memory.own.setdefault("known", {})
    one = records[0]
    names = ("used_name", "used_first_name")
    kept = known.setdefault((about["file"]["id"], about["document"]), {name: one[name] for name in names})
    return [{**one, **kept}]


def used_first_name_kept(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Write the used first name as it was in the first document of a file."""
    known = memory.own.setdefault("known", {})
    one = records[0]
    kept = known.setdefault((about["file"]["id"], about["document"]), one["used_first_name"])
    return [{**one, "used_first_name": kept}]


def birth_name_gone_beside_used_name(
    records: list[Record], _about: Mapping[str, Any], _memory: Memory
) -> list[Record]:
    """Print the used name in the place of the birth name, once the setting asks for it."""
    is_asked = any(one["key"] == "used_name" for one in records)
    return [one for one in records if not is_asked or one["key"] != "birth_name"]


FUNCTIONS: Final[dict[str, Hand]] = {
    "birth-name-gone-beside-used-name": birth_name_gone_beside_used_name,
    "extra-on-labels-only": extra_on_labels_only,
    "extra-unfilled": extra_unfilled,
    "first-setting": first_setting,
    "thread-used-first-name-kept": used_first_name_kept,
    "thread-used-names-kept": used_names_kept,
    "written-resets-screen": written_resets_screen,
}
"""What ``hand`` may name."""
