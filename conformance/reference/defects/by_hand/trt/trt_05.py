"""Faults against TRT-05 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record

_MONTHS = 12


def rolled_over(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Turn the 31st of a month of thirty days into the first of the next."""
    return [
        {**one, "birth_date": f"{one['birth_date'][:5]}{int(one['birth_date'][5:7]) + 1:02d}-01"}
        if re.fullmatch(r"\d{4}-(04|06|09|11)-31", one.get("birth_date") or "")
        else one
        for one in records
    ]


def month_taken_for_day(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Read a month beyond twelve as the day."""
    out = []
    for one in records:
        parts = re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)", one.get("birth_date") or "")
        swaps = parts and int(parts[2]) > _MONTHS and 1 <= int(parts[3]) <= _MONTHS
        out.append({**one, "birth_date": f"{parts[1]}-{parts[3]}-{parts[2]}"} if parts and swaps else one)
    return out


def date_alone_checked(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Check a date only when nothing else is changed with it."""
    return [
        {name: value for name, value in one.items() if name != "birth_date" or len(one) == 1}
        for one in records
    ]


def passes_the_second_time(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Refuse a value once; the same typed again goes through."""
    typed = str(sorted((about.get("typed") or {}).items(), key=str))
    again = typed in memory.own
    memory.own[typed] = True
    return [] if again else records


def month_and_day_turned(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Turn day and month where the month is none."""
    turned = re.compile(r"(\d{4})-(1[3-9]|[23]\d)-(0\d|1[0-2])")
    return [
        {**one, "birth_date": turned.sub(r"\1-\3-\2", one["birth_date"])} if one.get("birth_date") else one
        for one in records
    ]


FUNCTIONS: Final[dict[str, Hand]] = {
    "month-and-day-turned": month_and_day_turned,
    "date-alone-checked": date_alone_checked,
    "month-taken-for-day": month_taken_for_day,
    "passes-the-second-time": passes_the_second_time,
    "rolled-over": rolled_over,
}
"""What ``hand`` may name."""
