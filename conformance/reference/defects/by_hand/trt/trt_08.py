"""Faults against TRT-08 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def uncertain_mark_sticks(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Mark every date once one was completed: the flag is not put back."""
    memory.own["uncertain"] = memory.own.get("uncertain", False) or any(one["uncertain"] for one in records)
    return [{**one, "uncertain": memory.own["uncertain"]} for one in records]


def uncertain_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Leave the box of the incomplete date ticked in the next form."""
    left = memory.own.get("left", False)
    memory.own["left"] = bool(records[-1].get("birth_date_uncertain"))
    return [{**one, "birth_date_uncertain": True} for one in records] if left else records


def day_of_the_former_date(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Complete an unknown day or month from the date that the file had."""
    former = (about.get("file") or {}).get("birth_date") or ""
    out = []
    for one in records:
        typed = one.get("birth_date") or ""
        if re.fullmatch(r"\d{4}-\d\d-\d\d", typed) and "00" in typed[5:].split("-"):
            parts = zip(typed.split("-"), former.split("-"), strict=False)
            out.append({**one, "birth_date": "-".join(old if new == "00" else new for new, old in parts)})
        else:
            out.append(one)
    return out


FUNCTIONS: Final[dict[str, Hand]] = {
    "day-of-the-former-date": day_of_the_former_date,
    "uncertain-mark-sticks": uncertain_mark_sticks,
    "uncertain-noted": uncertain_noted,
}
"""What ``hand`` may name."""
