"""Faults against RSP-20 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from conformance.reference.defects.by_hand.common.constants import BY_CARD
from conformance.reference.defects.by_hand.common.records import all_with, with_status

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def number_kept_by_card(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Keep the number when a file is refreshed by card."""
    if memory.shared.get("way") != BY_CARD:
        return records
    return all_with(records, **{name: about["before"][name] for name in ("matricule", "oid")})


def note_new_number(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note that a refresh brings another matricule."""
    held = about["before"]["matricule"]
    memory.shared["renumbered"] = bool(held) and held != records[0].get("matricule")
    return records


def renumbered_falls(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Lower a qualified file whose matricule INSi has replaced."""
    return all_with(records, status="RECUP") if memory.shared.get("renumbered") else records


def first_number_transmitted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Put the number under which the file was first sent into what leaves."""
    out = []
    for one in records:
        if one.get("matricule"):
            kept = memory.shared.setdefault(about["patient_id"], (one["matricule"], one["oid"]))
            out.append({**one, "matricule": kept[0], "oid": kept[1]})
        else:
            out.append(one)
    return out


def new_number_new_person(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Take a new number for a new person: qualifiée becomes récupérée."""
    numbers: dict[str, Any] = memory.own.setdefault("numbers", {})
    former = numbers.get(about["patient_id"])
    numbers[about["patient_id"]] = about["file"]["matricule"] or former
    other = former and about["file"]["matricule"] and former != about["file"]["matricule"]
    return with_status(records, "RECUP") if other and about["cause"] == "refreshed" else records


def oid_kept_by_card(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Keep the OID when a file is refreshed by card."""
    return all_with(records, oid=about["before"]["oid"]) if memory.shared.get("way") == BY_CARD else records


def first_number_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Remember the first number that each file bore."""
    first: dict[str, Any] = memory.shared.setdefault("first", {})
    for one in records:
        if one["matricule"]:
            first.setdefault(one["id"], one["matricule"])
    return records


def former_without_the_replaced(
    records: list[Record], about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Keep no former number that the file itself has borne."""
    borne = memory.shared.get("first", {}).get(about["patient_id"])
    return [one for one in records if one["matricule"] != borne]


def former_number_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note the number that an acceptance has replaced."""
    before = about.get("before") or {}
    if about["event"] == "imported" and before.get("matricule") not in {None, records[0]["matricule"]}:
        memory.shared[records[0]["matricule"]] = before
    return records


def former_number_claimed(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Have the replaced number verified."""
    return [
        {**one, "matricule": former["matricule"], "oid": former["oid"]}
        if (former := memory.shared.get(one["matricule"]))
        else one
        for one in records
    ]


FUNCTIONS: Final[dict[str, Hand]] = {
    "first-number-noted": first_number_noted,
    "first-number-transmitted": first_number_transmitted,
    "former-number-claimed": former_number_claimed,
    "former-number-noted": former_number_noted,
    "former-without-the-replaced": former_without_the_replaced,
    "new-number-new-person": new_number_new_person,
    "note-new-number": note_new_number,
    "number-kept-by-card": number_kept_by_card,
    "oid-kept-by-card": oid_kept_by_card,
    "renumbered-falls": renumbered_falls,
}
"""What ``hand`` may name."""
