"""Faults against VER-05 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from conformance.reference.defects.by_hand.common.memory import querying
from conformance.reference.defects.by_hand.ver.common import confirmed_noted_by, not_asked_once_confirmed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def last_number_in_lists(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Show in the list of results the number that the file had when it was indexed."""
    out = []
    for one in records:
        kept = memory.own.setdefault("numbers", {})
        if one["matricule"]:
            kept[one["id"]] = {name: one[name] for name in ("matricule", "oid", "status")}
        out.append({**one, **kept.get(one["id"], {})})
    return out


def answer_before(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Apply the answer of the verification before."""
    out = []
    for one in records:
        out.append({**one, **memory.own})
        memory.own.update({name: one[name] for name in ("result", "code", "message")})
    return out


def former_number_back(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Give a file that was denied the INS that it had before."""
    known = about["store"].former(records[0]["id"])
    if not known:
        return records
    return [{**one, "matricule": known[-1].matricule, "oid": known[-1].oid} for one in records]


def confirmed_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Remember the numbers that INSi has confirmed."""
    if str(records[0]["result"]) == "OK":
        memory.shared.setdefault("confirmed", set()).add((about.get("local") or {}).get("matricule"))
    return records


def confirmed_not_asked(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Ask nothing of a number that was confirmed before."""
    return [one for one in records if one["matricule"] not in memory.shared.get("confirmed", ())]


def worklist_emptied(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Empty the whole worklist once something is verified."""
    about["store"].rows("DELETE FROM work_item")
    return records


def back_with_the_used_name(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Save the screen of a denied file, open since before the KO, with the INS that it shows."""
    known, denied = memory.own.setdefault("known", {}), memory.own.setdefault("denied", set())
    out = []
    for one in records:
        if about["event"] == "verified-ko":
            denied.add(one["id"])
        elif one["matricule"]:
            known[one["id"]] = {name: one[name] for name in ("matricule", "oid", "status")}
        is_saved = about["event"] == "updated" and one["id"] in denied and one["id"] in known
        out.append({**one, **known[one["id"]]} if is_saved else one)
    return out


def denied_number_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Keep a denied number in the index of numbers."""
    before = about.get("before") or {}
    if about["event"] == "verified-ko" and before.get("matricule"):
        memory.shared.setdefault("denied", {})[before["matricule"]] = records[0]["id"]
    return records


def found_by_denied_number(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Find a file by the number that was denied."""
    found = memory.shared.get("denied", {}).get("".join(str(about.get("typed")).split()))
    known = {one["id"] for one in records}
    return records + [one for one in about["everyone"] if one["id"] == found and found not in known]


FUNCTIONS: Final[dict[str, Hand]] = {
    "denied-number-noted": denied_number_noted,
    "found-by-denied-number": found_by_denied_number,
    "confirmed-by-reception-noted": confirmed_noted_by("reception"),
    "confirmed-by-lot-noted": confirmed_noted_by("lot"),
    "unit-not-asked-once-confirmed": not_asked_once_confirmed("hand"),
    "answer-before": answer_before,
    "back-with-the-used-name": back_with_the_used_name,
    "confirmed-not-asked": confirmed_not_asked,
    "confirmed-noted": confirmed_noted,
    "denied-items-emptied": querying("DELETE FROM work_item WHERE reason = 'VERIFICATION_KO'"),
    "former-number-back": former_number_back,
    "items-emptied": querying("DELETE FROM work_item"),
    "last-number-in-lists": last_number_in_lists,
    "worklist-emptied": worklist_emptied,
}
"""What ``hand`` may name."""
