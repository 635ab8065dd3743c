"""Right behaviours near rules SRC that data cannot say; see ``conformance.reference.variants``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from conformance.drivers.protocol import RefusedError
from conformance.reference.lookup import search_key

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record

_WHO = ("birth_name", "first_name", "birth_date", "sex")


def sorted_by_name(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Show the files found in the order of the names."""
    return sorted(records, key=lambda one: (one["birth_name"] or "", one["first_name"] or ""))


def known_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note who has a file."""
    if about["event"] in {"created", "imported"}:
        memory.shared.setdefault("known", set()).update(tuple(one[name] for name in _WHO) for one in records)
    return records


def known_not_sought(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Refuse to search INSi for a new file of somebody who has one."""
    for one in records:
        if tuple(one.get(name) for name in _WHO) in memory.shared.get("known", ()):
            raise RefusedError("KNOWN", "Cette personne a un dossier : appelez INSi depuis celui-ci.")
    return records


def case_counts(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Compare small letters as they are typed: they find nobody."""
    return [
        {**one, "key": one["text"]}
        if about["side"] == "typed" and one["text"] != one["text"].upper()
        else one
        for one in records
    ]


def odd_then_even(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Show files in an order of no sense."""
    return [*records[1::2], *records[::2]]


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


FUNCTIONS: Final[dict[str, Hand]] = {
    "case-counts": case_counts,
    "found-by-each-word": found_by_each_word,
    "key-by-sound": key_by_sound,
    "known-not-sought": known_not_sought,
    "known-noted": known_noted,
    "odd-then-even": odd_then_even,
    "sorted-by-name": sorted_by_name,
}
"""What ``hand`` may name."""
