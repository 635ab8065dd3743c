"""Faults against CAL-09 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from conformance.reference.defects.by_hand.common.constants import PAUSED
from conformance.reference.defects.by_hand.common.records import all_with

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record

_OWN_LETTERS = 2


def place_alone(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Send the place with the first given name only."""
    out = []
    for one in records:
        if about["nth"] == 1:
            memory.own["first"] = one["first_name"]
        out.append({**one, "first_name": memory.own["first"]} if one["birth_place"] else one)
    return out


def nobody_under_names(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Remember the names under which a file was not found; tell it again when nothing was asked."""
    key = _names(about)
    if "REMEMBERED" in about["reasons"]:
        return all_with(
            records, outcome="NOT_FOUND", code="01", message="INSi ne trouve aucune identité avec ces traits."
        )
    if about["reply_code"] == "01" and about["patient_id"]:
        memory.shared.setdefault("nobody", set()).add(key)
    return records


def _names(about: Mapping[str, Any]) -> tuple[Any, ...]:
    local = about.get("local") or {}
    return about.get("patient_id"), local.get("birth_name"), local.get("first_name")


def nobody_remembered(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Ask no more for a file that was not found under these names."""
    if records or _names(about) not in memory.shared.get("nobody", ()):
        return records
    return [{"code": "REMEMBERED", "message": "Cette identité est inconnue d'INSi."}]


def blocked_once_called(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Allow one call for each file and block the next ones."""
    called: set[str] = memory.own.setdefault("called", set())
    file = str(about.get("patient_id") or "")
    if not file or records:
        return records
    if file not in called:
        called.add(file)
        return records
    return [{"code": "ALREADY_CALLED", "message": "INSi a déjà été interrogé pour ce patient."}]


def first_given_doubled(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Put the 1er prénom before the list that begins with it."""
    first = (about.get("local") or {}).get("first_name")
    return [{**one, "first_name": f"{first} {one['first_name']}"} for one in records]


def place_dropped_alone(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Ask with the birth place only when names could be added before."""
    listed = ((about.get("local") or {}).get("first_names") or "").split()
    return all_with(records, birth_place=None) if len(listed) < _OWN_LETTERS else records


def noted_blocked(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Make no call for the files noted."""
    return [dict(PAUSED)] if about["patient_id"] in memory.shared.get("failed", ()) else records


def place_with_last_name(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Send the place with the last given name alone."""
    local = about.get("local") or {}
    names = (local.get("first_names") or "").split()
    del memory
    return [{**one, "first_name": names[-1]} if one["birth_place"] and names else one for one in records]


def several_met(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Call no more for a file for which several people were found."""
    met: set[Any] = memory.shared.setdefault("met", set())
    if "judged" in about:
        met.update(about["patient_id"] for one in records if one["code"] == "02")
        return records
    if about["patient_id"] is None or about["patient_id"] not in met:
        return records
    return [*records, {"code": "SEVERAL", "message": "Plusieurs identités : l'appel ne se refait pas."}]


def place_before_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note the place that a change replaces."""
    memory.shared[about["before"]["id"]] = about["before"]["birth_place"]
    return records


def place_before_sent(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Send the place of before its correction."""
    return [
        {**one, "birth_place": memory.shared.get(about["patient_id"], one["birth_place"])}
        if one["birth_place"]
        else one
        for one in records
    ]


def list_before_change_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note the list that a change replaces."""
    memory.shared[about["before"]["id"]] = about["before"]["first_names"]
    return records


def list_before_change_sent(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Send the joined first names of before their correction."""
    return [
        {**one, "first_name": memory.shared.get(about["patient_id"]) or one["first_name"]} for one in records
    ]


def without_ins_not_called(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Call no more for a file that INSi does not know."""
    if records or about["patient_id"] not in memory.shared.get("without", ()):
        return records
    return [{"code": "NO_INS", "message": "Patient sans INS."}]


FUNCTIONS: Final[dict[str, Hand]] = {
    "without-ins-not-called": without_ins_not_called,
    "blocked-once-called": blocked_once_called,
    "first-given-doubled": first_given_doubled,
    "list-before-change-noted": list_before_change_noted,
    "list-before-change-sent": list_before_change_sent,
    "nobody-remembered": nobody_remembered,
    "nobody-under-names": nobody_under_names,
    "noted-blocked": noted_blocked,
    "place-alone": place_alone,
    "place-before-noted": place_before_noted,
    "place-before-sent": place_before_sent,
    "place-dropped-alone": place_dropped_alone,
    "place-with-last-name": place_with_last_name,
    "several-met": several_met,
}
"""What ``hand`` may name."""
