"""Faults against DOC-05: an INS taken from somewhere else than the file, or whatever the status; ``by_rule`` names them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record

_INS: Final = ("matricule", "oid", "nature", "mailbox")
_SAME: Final = ("birth_name", "first_name", "birth_date", "sex")
_NUMBER: Final = re.compile(r"[1278]\d{4}(?:\d{2}|2A|2B)\d{6}(?:\d\d)?")


def card_in_reader_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note the card in the reader."""
    memory.shared["card"] = str(records[0].get("card")) if records else ""
    return records


def ins_of_the_double(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Write the INS of another file with the same traits, when the own one has none to send."""
    out = []
    for one in records:
        file, number, oid = memory.shared.get("noted", {}).get(
            tuple(one[name] for name in _SAME), ("", "", "")
        )
        if number and not one["matricule"] and file != about["patient_id"]:
            nature = "NIA" if oid.endswith(".9") else "NIR"
            out.append({**one, "matricule": number, "oid": oid, "nature": nature})
        else:
            out.append(one)
    return out


def ins_whatever_the_status(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Write the INS that the file holds."""
    return [{**one, **{name: about["file"][name] for name in _INS}} for one in records]


def number_of_card_in_reader(
    records: list[Record], _about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Write the number of the card in the reader as INS, for want of another."""
    found = _NUMBER.search(memory.shared.get("card", ""))
    number = {"matricule": found[0], "nature": "NIR"} if found else {}
    return [one if one["matricule"] else {**one, **number} for one in records]


def qualified_kept_apart(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note the INS of whoever is qualified, by their traits."""
    noted = memory.shared.setdefault("noted", {})
    for one in records:
        if str(one["status"]) == "QUAL" and one["matricule"]:
            noted[tuple(one[name] for name in _SAME)] = (one["id"], one["matricule"], one["oid"])
    return records


FUNCTIONS: Final[dict[str, Hand]] = {
    "card-in-reader-noted": card_in_reader_noted,
    "ins-of-the-double": ins_of_the_double,
    "ins-whatever-the-status": ins_whatever_the_status,
    "number-of-card-in-reader": number_of_card_in_reader,
    "qualified-kept-apart": qualified_kept_apart,
}
"""What ``hand`` may name."""
