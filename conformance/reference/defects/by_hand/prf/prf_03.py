"""Faults against PRF-03 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from conformance.reference.defects.by_hand.common.notes import flagged
from conformance.reference.defects.by_hand.common.records import all_with

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def places_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note where everybody was born."""
    for one in records:
        memory.shared.setdefault("places", {})[one["id"]] = one["birth_place"] or ""
    return records


def passport_for_abroad(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Select the passport beforehand for whoever was born abroad."""
    place = memory.shared.get("places", {}).get(about.get("patient_id"), "")
    abroad = str(about.get("form")) == "PROOF" and re.fullmatch(r"99(?!999)\d{3}", place)
    return [{**one, "value": "PASSPORT"} if abroad and one["name"] == "kind" else one for one in records]


def note_kind(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note the last document recorded."""
    memory.shared["kind"] = records[0]["kind"]
    return records


def last_kind_offered(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Preselect the document recorded last."""
    return all_with(records, value=memory.shared.get("kind"))


def first_of_changed_list(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Preselect the first document of a list that the site has changed."""
    out = []
    for one in records:
        is_changed = one["name"] == "kind" and one["choices"] != memory.own.setdefault("list", one["choices"])
        out.append({**one, "value": one["choices"][0]} if is_changed else one)
    return out


def refused_validation_noted(
    records: list[Record], _about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Note that a validation was refused."""
    memory.shared["refused"] = True
    return records


def strong_preselected(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Preselect a strong document once a validation was refused."""
    if not memory.shared.get("refused"):
        return records
    return [{**one, "value": "CNI"} if one["name"] == "kind" else one for one in records]


def last_of_changed_list(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Preselect the last document of a list that the site has changed."""
    out = []
    for one in records:
        is_changed = one["name"] == "kind" and one["choices"] != memory.own.setdefault("list", one["choices"])
        out.append({**one, "value": one["choices"][-1]} if is_changed else one)
    return out


def weak_preselected(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Preselect the Vitale card once a validation was refused."""
    if not memory.shared.get("refused"):
        return records
    return [{**one, "value": "VITALE_CARD"} if one["name"] == "kind" else one for one in records]


def kind_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note the document recorded last."""
    if "kind" in records[0]:
        memory.shared["kind"] = records[0]["kind"]
    return records


def last_kind_selected(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Have the document recorded last selected on the next screen."""
    kind = memory.shared.get("kind")
    return [{**one, "value": kind} for one in records] if str(about["form"]) == "PROOF" and kind else records


def flag_raised(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note that something has happened at this post."""
    memory.shared["flag"] = True
    return records


def last_kind_of_user(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Preselect the document that the user recorded last."""
    kind = memory.shared.get("last", {}).get(about["user"])
    return [{**one, "value": kind} if one["choices"] and kind else one for one in records]


def kind_of_user_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note the document that a user records."""
    memory.shared.setdefault("last", {})[about["user"]] = about["kind"]
    return records


def cni_from_now(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note that somebody was validated."""
    memory.shared["noted_once"] = True
    return records


def cni_if_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Preselect the identity card once noted."""
    return [
        {**one, "value": "CNI"} if one["choices"] and memory.shared.get("noted_once") else one
        for one in records
    ]


FUNCTIONS: Final[dict[str, Hand]] = {
    "first-of-changed-list": first_of_changed_list,
    "flag-raised": flag_raised,
    "flag-selects-the-card": flagged(value="VITALE_CARD"),
    "kind-noted": kind_noted,
    "last-kind-offered": last_kind_offered,
    "last-kind-selected": last_kind_selected,
    "last-of-changed-list": last_of_changed_list,
    "note-kind": note_kind,
    "passport-for-abroad": passport_for_abroad,
    "places-noted": places_noted,
    "refused-validation-noted": refused_validation_noted,
    "strong-preselected": strong_preselected,
    "thread-cni-from-now": cni_from_now,
    "thread-cni-if-noted": cni_if_noted,
    "thread-kind-of-user-noted": kind_of_user_noted,
    "thread-last-kind-of-user": last_kind_of_user,
    "weak-preselected": weak_preselected,
}
"""What ``hand`` may name."""
