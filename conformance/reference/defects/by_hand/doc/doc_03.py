"""Faults against DOC-03 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from conformance.reference.defects.by_hand.common.records import nature_told_by

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record

_OIDS = {"NIR": "1.2.250.1.213.1.4.8", "NIA": "1.2.250.1.213.1.4.9"}


def first_symbol_kept(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Print the first Datamatrix that was made on every page: that of another patient."""
    return [{**record, "content": memory.own.setdefault("symbol", record["content"])} for record in records]


def kept_by_name(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Keep what was written under birth name and first name: a homonym gets it too."""
    out = []
    for one in records:
        key = f"{one['birth_name']} {one['first_name']}"
        out.append(memory.own.setdefault(key, dict(one)) if one["matricule"] else one)
    return out


def silent_after_a_fall(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Hold back the INS of a file that was written about while it was not qualified, and had been qualified before."""
    seen: dict[str, str] = memory.own
    file, is_qualified = about["patient_id"], about["file_status"] == "QUAL"
    if is_qualified:
        seen.setdefault(file, "up")
    elif seen.get(file):
        seen[file] = "down"
    if is_qualified and seen[file] == "down":
        return [{**one, "matricule": "", "oid": "", "mailbox": ""} for one in records]
    return records


def symbol_once(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Draw the symbol of a document the first time only."""
    key = f"{about['patient_id']} {about['document']}"
    if memory.own.setdefault(key, 0) and records[0]["content"]:
        records = [{**one, "content": "", "caption": ""} for one in records]
    memory.own[key] += bool(about["file_status"] == "QUAL")
    return records


def symbol_late(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Draw the symbol of the page before, from the third page on."""
    drawn: list[str] = memory.own.setdefault("drawn", [])
    out = []
    for one in records:
        if one["content"]:
            drawn.append(one["content"])
        out.append({**one, "content": drawn[-2]} if one["content"] and len(drawn) > 2 else one)  # noqa: PLR2004
    return out


def place_of_the_number(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Read the birth place from the digits."""
    return [{**one, "birth_place": one["matricule"][5:10] or one["birth_place"]} for one in records]


def oid_of_the_digit(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Make the OID from the first digit."""
    out = []
    for one in records:
        nature = nature_told_by(one["matricule"])
        out.append({**one, "nature": nature, "oid": _OIDS[nature]} if one["matricule"] else one)
    return out


FUNCTIONS: Final[dict[str, Hand]] = {
    "first-symbol-kept": first_symbol_kept,
    "kept-by-name": kept_by_name,
    "oid-of-the-digit": oid_of_the_digit,
    "place-of-the-number": place_of_the_number,
    "silent-after-a-fall": silent_after_a_fall,
    "symbol-late": symbol_late,
    "symbol-once": symbol_once,
}
"""What ``hand`` may name."""
