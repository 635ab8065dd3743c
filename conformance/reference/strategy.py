"""What is asked of INSi, and in which order (CAL-08, CAL-09; CNDA tests 2.06 and 2.07). Pure.

1. Each given name alone, one request each, the 1er prénom first and without the birth place. The first 00
   ends the search, and so does a fault or a failure: no storm of retries (ERR-05).
2. When all gave 01 and there are several given names: one last request with all of them joined by spaces.
3. A 02 at any moment: the criteria grow, first by the other given names, then by the birth place if it is
   known. Whatever comes out ends the search.

So a search never takes more than (given names) + 3 requests.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from conformance.reference.identity import UNKNOWN_PLACE
from conformance.reference.soap import Criteria, Reply

if TYPE_CHECKING:
    from conformance.reference.defects import Defects

Send = Callable[[Criteria], Reply]
"""Sends one request, traces it and returns the reply."""

Traits = Mapping[str, str | None]
"""Local identity fields by name."""

FOUND = "00"
NOT_FOUND = "01"
SEVERAL = "02"
"""The codes of an answer (CodeCR)."""


def search(traits: Traits, send: Send, defects: Defects) -> Reply:
    """Search INSi for a person and return the reply that concludes.

    Args:
        traits: the local identity; birth name, a given name, sex and birth date are there.
        send: called for each request, in order.
        defects: the defects switched on.
    """
    names = given_names(traits)
    joined = " ".join((traits.get("first_names") or names[0]).split())
    if "used-first-name-sent" in defects:
        joined = traits.get("used_first_name") or joined
        names = [joined]
    base = _criteria(traits, names[0], defects)
    attempts = list(dict.fromkeys([*names, joined]))
    for name in attempts:
        criteria = replace(base, first_name=_case(name, defects))
        reply = send(criteria)
        if reply.code == SEVERAL:
            return _narrow(criteria, joined, traits.get("birth_place"), reply, send)
        if reply.code != NOT_FOUND:
            return reply
    return reply


def given_names(traits: Traits) -> list[str]:
    """Return the given names to try, in order and without repetition: the 1er prénom, then the list."""
    first_name = traits.get("first_name") or ""
    listed = (traits.get("first_names") or first_name).split()
    return list(dict.fromkeys(name for name in (first_name, *listed) if name))


def _narrow(criteria: Criteria, joined: str, place: str | None, several: Reply, send: Send) -> Reply:
    """Ask again with criteria that grow; return ``several`` when that decides nothing."""
    if criteria.first_name != joined:
        wider = replace(criteria, first_name=joined)
        reply = send(wider)
        if reply.code not in {NOT_FOUND, SEVERAL}:
            return reply
        if reply.code == SEVERAL:
            criteria = wider
    if place and place != UNKNOWN_PLACE:
        reply = send(replace(criteria, birth_place=place))
        if reply.code not in {NOT_FOUND, SEVERAL}:
            return reply
    return several


def _criteria(traits: Traits, first_name: str, defects: Defects) -> Criteria:
    birth_name = traits.get("birth_name") or ""
    if "usage-name-sent-as-birth-name" in defects:
        birth_name = traits.get("used_name") or birth_name
    return Criteria(
        birth_name=_case(birth_name, defects),
        first_name=first_name,
        sex=traits.get("sex") or "",
        birth_date=traits.get("birth_date") or "",
    )


def _case(name: str, defects: Defects) -> str:
    """Return a name as it is written in the request: as stored, in upper case."""
    if "lower-case-sent" in defects:
        return name.title()
    return name
