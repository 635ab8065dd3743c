"""What the catalogue of habits knows of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from conformance.reference.habits.strict import refusing

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.habits.front import Asked, Habit, Inner
    from conformance.reference.habits.strategies import Search


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A habit of the catalogue."""

    why: str
    """Why it is allowed."""
    rules: tuple[str, ...]
    """The rules that it comes near to; it may be accused by no other either."""
    party: str
    """Those of one party stand in one software: none disturbs another."""
    made: Callable[[], Habit] | None = None
    """Makes it anew for each campaign."""
    search: Callable[[], Search] | None = None
    """The same for a way to search INSi; a software has one."""
    still_accused: str = ""
    """Why the suite does not bear it yet; it then stands in no party, and is judged when it is named."""
    client: str = ""
    """The name of a SOAP client of ``wire``; a software has one."""


def known(party: str, why: str, made: Callable[[], Habit], *rules: str) -> Known:
    """Return what is known of a habit that is made by a function, and that the suite bears."""
    return Known(party=party, why=why, rules=rules, made=made)


def just(habit: Habit) -> Callable[[], Habit]:
    """Return what makes a habit that remembers nothing."""
    return lambda: habit


def known_habit(party: str, why: str, habit: Habit, *rules: str) -> Known:
    """Return what is known of a habit that remembers nothing, and that the suite bears."""
    return known(party, why, just(habit), *rules)


def known_refusal(
    party: str, why: str, message: str, when: Callable[[Asked, Inner], bool], *rules: str
) -> Known:
    """Return what is known of a refusal: its words, and when it is made."""
    return known_habit(party, why, refusing(message, when), *rules)


MARKED: Final = ("ATT-01", "ATT-02", "ATT-03", "ATT-05", "ATT-06", "CAL-11")
"""The rules that a habit about attributes comes near to."""
RECEIVED: Final = ("VER-04", "VER-06", "VER-07", "VER-09", "VER-10", "VER-15", "MAT-07", "CRE-06")
"""The rules that a habit about identities received comes near to."""
