"""What faults of several rules VER do alike. It holds no fault."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from conformance.drivers.model import Status

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record

BARE = {Status.PROV, Status.VALI}


def first_alike(about: Mapping[str, Any], names: tuple[str, ...]) -> list[Record]:
    """Return the first person without INS with the same values."""
    values = about["values"]
    return [
        {**one, "stands": "SAME_TRAITS"}
        for one in about["everyone"]
        if one["status"] in BARE and all(one[name] == values[name] for name in names)
    ][:1]


_OF_OTHERS: Final = {
    "birth_name": (
        rb"<guardianPerson><name><family>([^<]+)</family",
        rb"\|([^|^]+)\^[^|]*\^M\|",
        rb'"contact": ?\[\{"name": ?\{"use": ?"official", ?"family": ?"([^"]+)"',
    ),
    "birth_place": (
        rb"<county>([^<]+)</county></addr><patient",
        rb"\^H\^\^([^|^~]+)",
        rb'"address":.*?"code": ?"([^"]+)"',
    ),
}
"""How other people and the town where somebody lives are written, in documents that are no archives."""
_IN_USE: Final = {
    "birth_name": (
        rb'qualifier="CL">([^<]+)</family',
        rb"~([^|^~]+)\^[^|~]*\^D",
        rb'"usual", ?"family": ?"([^"]+)"',
    ),
    "first_name": (rb'qualifier="CL">([^<]+)</given', rb"~[^|^~]+\^([^|^~]+)\^[^|~]*\^D"),
}
"""How names in use are written, in documents that are no archives."""


def in_use_read(*traits: str) -> Hand:
    """Return a fault that takes names in use for those of birth."""
    return _read_elsewhere(_IN_USE, *traits)


def of_others_read(*traits: str) -> Hand:
    """Return a fault that takes the name of a relative, or the town where the patient lives, for what it is not."""
    return _read_elsewhere(_OF_OTHERS, *traits)


def _read_elsewhere(places: Mapping[str, tuple[bytes, ...]], *traits: str) -> Hand:
    def read(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
        found = {
            trait: said[1].decode()
            for trait in traits
            for pattern in places[trait]
            if (said := re.search(pattern, about["content"]))
        }
        return [{**one, **found} for one in records]

    return read


def confirmed_noted_by(by: str) -> Hand:
    """Return what remembers the numbers that INSi has confirmed on one way."""

    def note(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
        if about.get("by") == by and str(records[0]["result"]) == "OK":
            known = {**(about.get("received") or {}), **(about.get("local") or {})}
            memory.shared.setdefault("confirmed", set()).add(known.get("matricule"))
        return records

    return note


def not_asked_once_confirmed(by: str) -> Hand:
    """Return what asks nothing on one way of a number that was confirmed."""

    def leave_out(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
        known = memory.shared.get("confirmed", ()) if about.get("by") == by else ()
        return [one for one in records if one["matricule"] not in known]

    return leave_out
