"""Habits of software that has a part only of what a verb of the driver API does, or keeps to one way."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from conformance.reference.habits.front import Asked, Inner, Said
from conformance.reference.habits.order import done, is_for
from conformance.reference.habits.strict import file_now

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.habits.front import Habit


def not_offered(reason: str, when: Callable[[Asked], bool]) -> Habit:
    """Have no such function (501): of what a verb does, a software may have a part."""

    def habit(asked: Asked, inner: Inner) -> Said:
        if when(asked):
            return Said(status=501, body={"verb": "read_form", "reason": reason})
        return inner(asked)

    return habit


def lowered_from(asked: Asked, inner: Inner, *, before: str, to: str) -> bool:
    """Tell whether a file is to be lowered by hand from one status to another."""
    return (
        is_for(asked, "POST", "patients", "*", "downgrade")
        and asked.body["status"] == to
        and file_now(asked, inner).get("status") == before
    )


def received_as(name: str, asked: Asked, _: Inner) -> bool:
    """Tell whether a message of this format arrives."""
    return is_for(asked, "POST", "received-messages") and asked.body["message"]["format"] == name


def sent_by(channel: str, asked: Asked, _: Inner) -> bool:
    """Tell whether something is to be sent by this channel."""
    return is_for(asked, "POST", "patients", "*", "sendings") and asked.body["channel"] == channel


def duplicate_creation_opens_the_file() -> Habit:
    """Open the file with the same five traits instead of making another, as long as it has not changed."""
    there: dict[tuple[Any, ...], str] = {}

    def habit(asked: Asked, inner: Inner) -> Said:
        if asked.path[0] == "reset":
            there.clear()
        if asked.method != "GET" and asked.path[0] == "patients" and len(asked.path) > 1:
            for key in [key for key, held in there.items() if held == asked.path[1]]:
                del there[key]
        if not is_for(asked, "POST", "patients"):
            return inner(asked)
        key = tuple(
            (asked.body or {}).get(name)
            for name in ("birth_name", "first_name", "birth_date", "sex", "birth_place")
        )
        if key in there:
            return replace(inner(asked.other("GET", "patients", there[key])), status=201)
        said = inner(asked)
        if done(said):
            there[key] = said.body["id"]
        return said

    return habit
