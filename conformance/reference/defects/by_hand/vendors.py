"""Manners of other vendors that data cannot say, for the tolerated variants of ``variants/vendors.yaml``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from conformance.drivers.protocol import RefusedError
from conformance.reference.lookup import search_key

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.reference.seams import Memory, Record


def user_in_full(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Name the user with their full name, the account in brackets."""
    return _named(records, "Camille {} ({})")


def user_of_domain(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Name the user with the domain of the account."""
    return _named(records, "OFFICINE\\{}")


def _named(records: list[Record], form: str) -> list[Record]:
    return [
        {
            **one,
            **{name: form.format(one[name], one[name]) for name in ("user", "author") if one.get(name)},
        }
        for one in records
    ]


def key_by_sound(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Search by what a name sounds like: F is P(H), Y is I, H is heard in front only, a letter twice is once."""
    return [{**one, "key": _sound(one["key"].upper())} for one in records]


def _sound(key: str) -> str:
    # What begins a text begins its sound as well: typed letters may stop anywhere.
    heard = key[:1] + key[1:].replace("H", "")
    return re.sub(r"(.)\1+", r"\1", heard.replace("F", "P").replace("Y", "I"))


def found_by_each_word(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Find the surnames in which any word begins so, after those that begin so themselves."""
    return _more(
        records,
        about,
        lambda name, typed: any(search_key(word).startswith(typed) for word in re.split("[ '-]", name)),
    )


def _more(
    records: list[Record], about: Mapping[str, Any], matches: Callable[[str, str], bool]
) -> list[Record]:
    asked = about["criteria"]
    typed = search_key(asked.get("name_prefix") or "")
    if not typed or asked.get("first_name_prefix"):
        return records
    there = {one["id"] for one in records}
    return [
        *records,
        *(
            one
            for one in about["everyone"]
            if one["id"] not in there
            and asked.get("birth_date") in {None, "", one["birth_date"]}
            and any(matches(name, typed) for name in (one["birth_name"], one["used_name"]) if name)
        ),
    ]


def incoherent_first_name_refused(
    records: list[Record], _about: Mapping[str, Any], _memory: Memory
) -> list[Record]:
    """Refuse a typed 1er prénom that is not the start of the typed list."""
    first, listed = (
        re.sub("[-' ]+", " ", records[0].get(name) or "") for name in ("first_name", "first_names")
    )
    if first and listed and not f"{listed} ".startswith(f"{first} "):
        raise RefusedError("FIRST_NAME_OUTSIDE_LIST", "Le 1er prénom commence la liste.", ["first_name"])
    return records


def recorded_that_day(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Keep the day on which a document was recorded, not the hour."""
    return [{**one, "recorded_at": f"{one['recorded_at'][:10]}T00:00:00+00:00"} for one in records]


def line_for_each_field(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Write an entry for each field that a change touches."""
    return [
        {**one, "detail": name, "changes": {name: one["changes"][name]} if name in one["changes"] else {}}
        for one in records
        for name in one["detail"].split(", ")
    ]


def technical_line(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Write an entry of the technical account before that of the user."""
    return [
        each
        for one in records
        for each in (
            {
                **one,
                "action": "FLUX_HTTPS",
                "user": "SYSTEM",
                "patient_id": None,
                "mode": None,
                "code": None,
                "returned": {},
            },
            one,
        )
    ]


FUNCTIONS: dict[str, Callable[[list[Record], Mapping[str, Any], Memory], list[Record]]] = {
    function.__name__.replace("_", "-"): function
    for function in (
        user_in_full,
        user_of_domain,
        key_by_sound,
        found_by_each_word,
        incoherent_first_name_refused,
        recorded_that_day,
        line_for_each_field,
        technical_line,
    )
}
