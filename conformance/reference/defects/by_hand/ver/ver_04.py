"""Faults against VER-04 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from conformance.reference.defects.by_hand.ver.common import first_alike, in_use_read

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def verified_for_ever(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Verify a number that arrives once for ever, even when the file has been lowered since."""
    if about["by"] != "reception" or not records:
        return records
    seen: set[str] = memory.own.setdefault("seen", set())
    number = records[0]["matricule"]
    if number in seen:
        return []
    seen.add(number)
    return records


def alike_by_name_and_date(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Take whoever has the name and the date for the person received."""
    return records or first_alike(about, ("birth_name", "birth_date"))


def verified_once(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Never ask twice about the same matricule, whatever the answer was."""
    asked: set[str] = memory.own.setdefault("asked", set())
    fresh = [one for one in records if one["matricule"] not in asked]
    asked.update(one["matricule"] for one in records)
    return fresh


def former_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note the former numbers of each file."""
    for record in records:
        memory.shared.setdefault("former", {})[record["matricule"]] = about["patient_id"]
    return records


def former_is_known(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Take an identity received under a former number of a file for that file: nothing to verify."""
    number = (about["values"] or {}).get("matricule")
    key = memory.shared.get("former", {}).get(number)
    owner = next((one for one in about["everyone"] if one["id"] == key), None)
    return [{**owner, "stands": "SAME_INS"}] if owner else records


def matched_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note the file that a received identity is taken for."""
    memory.shared["matched"] = records[0] if records else {}
    return records


def homonym_not_claimed(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Verify nothing for a file with the attribute homonyme."""
    return [] if "HOMONYME" in (memory.shared["matched"].get("attributes") or ()) else records


def documented_not_claimed(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Verify nothing for a file with a document."""
    return [] if memory.shared["matched"].get("proof") else records


def alike_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note how many files have the traits of a received identity, wherever they say that its person was born."""
    values = about["values"]
    names = ("birth_name", "first_name", "birth_date", "sex")
    memory.shared["alike"] = sum(
        all(one[name] == values[name] for name in names) for one in about["everyone"]
    )
    return records


def ambiguous_not_claimed(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Verify nothing while several files may be the one: whoever works decides first."""
    return [] if memory.shared["alike"] > 1 else records


def twin_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note whether somebody born that day with that name holds an INS."""
    values = about["values"]
    memory.shared["twin"] = any(
        one["status"] in {"RECUP", "QUAL"}
        and all(one[name] == values[name] for name in ("birth_name", "birth_date"))
        for one in about["everyone"]
    )
    return records


def not_asked_for_twin(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Verify nobody whose twin holds an INS."""
    return [] if memory.shared.pop("twin", False) else records


FUNCTIONS: Final[dict[str, Hand]] = {
    "twin-noted": twin_noted,
    "not-asked-for-twin": not_asked_for_twin,
    "alike-by-name-and-date": alike_by_name_and_date,
    "alike-noted": alike_noted,
    "ambiguous-not-claimed": ambiguous_not_claimed,
    "documented-not-claimed": documented_not_claimed,
    "former-is-known": former_is_known,
    "former-noted": former_noted,
    "homonym-not-claimed": homonym_not_claimed,
    "matched-noted": matched_noted,
    "name-in-use-read": in_use_read("birth_name"),
    "verified-for-ever": verified_for_ever,
    "verified-once": verified_once,
}
"""What ``hand`` may name."""
