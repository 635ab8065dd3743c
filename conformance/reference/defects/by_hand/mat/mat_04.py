"""Faults against MAT-04 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from conformance.reference.defects.by_hand.common.records import nature_told_by

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def nature_of_the_digit(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Tell NIR or NIA from the first digit."""
    return [
        {**one, "nature": nature_told_by(one["matricule"]) if one["matricule"] else one["nature"]}
        for one in records
    ]


def nature_by_digit(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Say NIA of a number that begins with 7 or 8, NIR of any other."""
    out = []
    for one in records:
        record = one
        if record["name"] == "matricule" and record["value"]:
            nature = "NIA" if record["value"][0] in "78" else "NIR"
            record = {**record, "label": f"Matricule INS ({nature})"}
        out.append(record)
    return out


def nia_but_for_eight(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Call the matricule a NIA under every OID but one; without the OID on screen, look at the label."""
    if about["form"] != "PATIENT":
        return records
    oid = next((one["value"] for one in records if one["name"] == "oid"), "") or ""
    return [
        {**one, "label": "Mat. INS (NIA)"}
        if one["name"] == "matricule" and oid[-2:] not in {"", ".8"}
        else one
        for one in records
    ]


def label_kept(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Keep the label that this file had first."""
    return [
        {**one, "label": memory.own.setdefault(about["patient_id"], one["label"])}
        if one["name"] == "matricule" and one["value"]
        else one
        for one in records
    ]


def label_late(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Show the label of the time before."""
    key = about["patient_id"]
    out = []
    for one in records:
        if one["name"] == "matricule" and one["value"]:
            former, memory.own[key] = memory.own.get(key, one["label"]), one["label"]
            out.append({**one, "label": former})
        else:
            out.append(one)
    return out


FUNCTIONS: Final[dict[str, Hand]] = {
    "label-kept": label_kept,
    "label-late": label_late,
    "nature-by-digit": nature_by_digit,
    "nature-of-the-digit": nature_of_the_digit,
    "nia-but-for-eight": nia_but_for_eight,
}
"""What ``hand`` may name."""
