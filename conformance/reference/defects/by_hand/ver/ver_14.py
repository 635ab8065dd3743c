"""Faults against VER-14 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record

_PLACEHOLDERS = {
    "birth_name": "INCONNU",
    "first_names": "INCONNU",
    "first_name": "INCONNU",
    "birth_date": "1900-01-01",
    "sex": "I",
    "birth_place": "99999",
}


def number_sex_and_date(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Take the holder of the number for the person received when sex and date of birth agree."""
    values = about["values"]
    found = [
        one
        for one in about["everyone"]
        if values["matricule"]
        and all(one[name] == values[name] for name in ("matricule", "sex", "birth_date"))
    ]
    return [{**one, "stands": "SAME_INS"} for one in found[:1]] or records


def number_once_held(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Look a number up in the log of all those that files have had."""
    held: dict[str, str] = memory.own.setdefault("held", {})
    held |= {one["matricule"]: one["id"] for one in about["everyone"] if one["matricule"]}
    owner = held.get(about["values"]["matricule"] or "")
    found = [one for one in about["everyone"] if one["id"] == owner]
    return [{**one, "stands": "SAME_INS"} for one in found[:1]] or records


def placeholders(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Put something in the place of the traits that a document lacks."""
    return [
        {**one, **{name: one[name] or value for name, value in _PLACEHOLDERS.items()}, "problem": None}
        if one["problem"] == "905"
        else one
        for one in records
    ]


def same_number(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Compare the matricule alone, whatever the OID and the traits, and take its holder for verified."""
    number = about["values"].get("matricule")
    holders = [one for one in about["everyone"] if number and one["matricule"] == number]
    return [{**one, "stands": "SAME_INS"} for one in holders[:1]] or records


FUNCTIONS: Final[dict[str, Hand]] = {
    "number-once-held": number_once_held,
    "number-sex-and-date": number_sex_and_date,
    "placeholders": placeholders,
    "same-number": same_number,
}
"""What ``hand`` may name."""
