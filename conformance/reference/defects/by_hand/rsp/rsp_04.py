"""Faults against RSP-04 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record

_MONTHS: Final = [
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
]


def date_in_words(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Show the birth date with the name of the month."""
    return [
        {**one, "display_birth_date": _words(one["birth_date"])} if one.get("birth_date") else one
        for one in records
    ]


def _words(iso: str) -> str:
    year, month, day = iso.split("-")
    return f"{int(day)} {_MONTHS[int(month) - 1]} {year}"


FUNCTIONS: Final[dict[str, Hand]] = {
    "date-in-words": date_in_words,
}
"""What ``hand`` may name."""
