"""Faults against CAL-04 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from conformance.reference.defects.by_hand.common.constants import BY_CARD
from conformance.reference.defects.by_hand.common.files import seen_as
from conformance.reference.defects.by_hand.common.records import all_with
from conformance.reference.reader import LIFETIME

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record

_LIFETIME = timedelta(minutes=20)


def any_reading_renews(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Reckon the age of a reading from the last reading of any card."""
    latest = memory.shared.get("read_at")
    fresh = latest is not None and timedelta() <= records[0]["now"] - latest < _LIFETIME
    return all_with(records, now=about["reading"]["read_at"]) if fresh else records


def lifetime_of_an_hour(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Let a reading serve for an hour."""
    return seen_as(about, records, lambda age, _: age / 3)


def days_lost(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Count the seconds of the day and forget the days."""
    return seen_as(about, records, lambda age, _: age % timedelta(days=1))


def minutes_of_the_hour(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Compare the minutes on the clock and forget the hours."""
    return seen_as(about, records, lambda age, _: age % timedelta(hours=1))


def wall_clock(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Subtract hours of the wall clock: on the night when summer time ends an hour is lived twice."""
    read_at = about["reading"]["read_at"]
    return seen_as(
        about, records, lambda age, one: max(age + _summer(one["now"]) - _summer(read_at), timedelta())
    )


def use_renews(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Count from the last use of the card, not from its reading."""
    uses: dict[str, datetime] = memory.own.setdefault("uses", {})
    card = about["reading"]["card"].number
    [one] = records
    read_at = about["reading"]["read_at"]
    last = max(uses.get(card, read_at), read_at)
    if one["now"] - last < LIFETIME:
        uses[card] = one["now"]
    return [{**one, "now": read_at + (one["now"] - last)}]


def never_younger(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Keep what was read of a card the first time, however often it is read again."""
    known: dict[str, datetime] = memory.own.setdefault("read", {})
    return [{**one, "read_at": known.setdefault(one["card"].number, one["read_at"])} for one in records]


def _summer(moment: datetime) -> timedelta:
    """Return how far the wall clock in Paris is ahead of UTC, by the rule of the European Union."""

    def last_sunday(month: int) -> datetime:
        last = datetime(moment.year, month, 31, 1, tzinfo=UTC)
        return last - timedelta(days=(last.weekday() + 1) % 7)

    return timedelta(hours=2 if last_sunday(3) <= moment < last_sunday(10) else 1)


def longer_by_use(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Let a reading live twenty minutes from its last use."""
    after = []
    for one in records:
        read_at, now = about["reading"]["read_at"], one["now"]
        used: Any = memory.own.get("used")
        if used and used >= read_at and timedelta() <= now - used < _LIFETIME:
            after.append({**one, "now": read_at})
        else:
            after.append(one)
        memory.own["used"] = now
    return after


def failed_card_call_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note that a call by card has failed."""
    if about["event"] == "called" and about.get("way") == BY_CARD and about["outcome"] == "ERROR":
        memory.shared["again"] = True
    return records


def reading_renewed_by_retry(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Take the reading for a fresh one when the call before has failed."""
    if memory.shared.pop("again", False):
        return [{**one, "now": about["reading"]["read_at"]} for one in records]
    return records


def several_by_card_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note that a call by card has found several people or nobody."""
    if (
        about["event"] == "called"
        and about.get("way") == BY_CARD
        and about["outcome"] in {"SEVERAL", "NOT_FOUND"}
    ):
        memory.shared["in-vain"] = True
    return records


def reading_renewed_in_vain(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Take the reading for a fresh one when the call before has found nobody."""
    if memory.shared.pop("in-vain", False):
        return [{**one, "now": about["reading"]["read_at"]} for one in records]
    return records


FUNCTIONS: Final[dict[str, Hand]] = {
    "several-by-card-noted": several_by_card_noted,
    "reading-renewed-in-vain": reading_renewed_in_vain,
    "failed-card-call-noted": failed_card_call_noted,
    "reading-renewed-by-retry": reading_renewed_by_retry,
    "any-reading-renews": any_reading_renews,
    "days-lost": days_lost,
    "lifetime-of-an-hour": lifetime_of_an_hour,
    "longer-by-use": longer_by_use,
    "minutes-of-the-hour": minutes_of_the_hour,
    "never-younger": never_younger,
    "use-renews": use_renews,
    "wall-clock": wall_clock,
}
"""What ``hand`` may name."""
