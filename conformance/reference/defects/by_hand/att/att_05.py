"""Faults against ATT-05 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from conformance.reference.defects.by_hand.att.common import LOCKING
from conformance.reference.defects.by_hand.common.files import other_files
from conformance.reference.defects.by_hand.common.records import all_with

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def given_back(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Put the INS aside when an attribute is set, and give it back when it is removed."""
    aside: dict[str, tuple[str, str]] = memory.own.setdefault("aside", {})
    before = about["before"]
    if before["matricule"]:
        aside[before["id"]] = (before["matricule"], before["oid"])
    if about["asked"]:
        return records
    return [
        {**one, "matricule": aside[one["id"]][0], "oid": aside[one["id"]][1]} if one["id"] in aside else one
        for one in records
    ]


def number_cleared_everywhere(
    records: list[Record], about: Mapping[str, Any], _memory: Memory
) -> list[Record]:
    """Take a number that a file loses, or takes, out of every other file."""
    [one] = records
    before = about.get("before") or {}
    number = before.get("matricule") if about["event"] != "imported" else one["matricule"]
    lost = about["event"] in {"attributes-set", "downgraded", "verified-ko"} and not one["matricule"]
    if number and (lost or about["event"] == "imported"):
        for other in other_files(about["store"], one):
            if other.matricule == number:
                about["store"].save_patient(replace(other, matricule=None, oid=None))
    return records


def number_given_back(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Give matricule and OID back, at the status provisoire, once the attribute is taken away."""
    known: dict[str, Record] = memory.own.setdefault("numbers", {})
    out = []
    for record in records:
        if about["before"]["matricule"]:
            known[record["id"]] = {name: about["before"][name] for name in ("matricule", "oid")}
        freed = about["cause"] == "attributes" and not LOCKING & set(record["attributes"])
        out.append({**record, **known.get(record["id"], {})} if freed else record)
    return out


def ins_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note the INS that a mark clears."""
    before = about["before"]
    if before["matricule"] and not records[0]["matricule"]:
        memory.shared[records[0]["id"]] = {name: before[name] for name in ("matricule", "oid")}
    return records


def ins_back(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Write the INS noted back."""
    return all_with(records, **memory.shared.get(records[0]["id"], {}))


FUNCTIONS: Final[dict[str, Hand]] = {
    "given-back": given_back,
    "ins-back": ins_back,
    "ins-noted": ins_noted,
    "number-cleared-everywhere": number_cleared_everywhere,
    "number-given-back": number_given_back,
}
"""What ``hand`` may name."""
