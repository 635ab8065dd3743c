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


def second_feed_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note the files fed once more."""
    memory.shared.setdefault("fed-again", set()).add(about["before"]["id"])
    return records


def swapped_once_fed_again(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Show the month before the day in the files fed once more."""
    again = memory.shared.get("fed-again", set())
    return [
        {**one, "display_birth_date": f"{shown[3:5]}/{shown[:2]}{shown[5:]}"}
        if one["id"] in again and (shown := one["display_birth_date"] or "")[:2] <= "12"
        else one
        for one in records
    ]


FUNCTIONS: Final[dict[str, Hand]] = {
    "date-in-words": date_in_words,
    "second-feed-noted": second_feed_noted,
    "swapped-once-fed-again": swapped_once_fed_again,
}
"""What ``hand`` may name."""
