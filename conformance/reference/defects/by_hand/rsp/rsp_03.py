"""Faults against RSP-03 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record

_OWN_LETTERS = 2


def prenom_compared(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Show the element Prenom in the comparison, in place of the list."""
    prenom = about["insi"].get("prenom")
    return [{**one, "insi": prenom} if prenom and one["field"] == "first_names" else one for one in records]


def prenom_joined(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Put the element Prenom before the list when the list does not begin with it."""
    out = []
    for one in records:
        first, listed = one["prenom"], one["first_names"] or ""
        strange = first and listed and not f"{listed} ".startswith(f"{first} ")
        out.append({**one, "first_names": f"{first} {listed}"} if strange else one)
    return out


def doubles_left_out(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Read a given name that comes twice in the list once."""
    return [
        {**one, "first_names": " ".join(dict.fromkeys((one["first_names"] or "").split())) or None}
        for one in records
    ]


def short_names_left_out(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Take given names of two letters for particles."""
    return [
        {**one, "first_names": _without_short(one["first_names"]) if one["first_names"] else None}
        for one in records
    ]


def _without_short(listed: str) -> str:
    return " ".join(name for name in listed.split() if len(name) > _OWN_LETTERS) or listed


def prenom_first_of_four(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Keep four columns of first names, of which ``Prenom`` fills the first."""
    prenom, out = str((about.get("insi") or {}).get("prenom") or ""), []
    for one in records:
        _, *others = (one["first_names"] or "").split(" ")
        is_four = prenom and len(others) == 3  # noqa: PLR2004 - the columns beside the first
        out.append({**one, "first_names": " ".join([prenom, *others])} if is_four else one)
    return out


FUNCTIONS: Final[dict[str, Hand]] = {
    "doubles-left-out": doubles_left_out,
    "prenom-compared": prenom_compared,
    "prenom-first-of-four": prenom_first_of_four,
    "prenom-joined": prenom_joined,
    "short-names-left-out": short_names_left_out,
}
"""What ``hand`` may name."""
