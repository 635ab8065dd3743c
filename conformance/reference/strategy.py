"""What is asked of INSi, and in which order (CAL-08, CAL-09; CNDA tests 2.06 and 2.07). Pure.

1. Each given name alone, one request each, the 1er prénom first and without the birth place. The first 00
   ends the search, and so does a fault or a failure: no storm of retries (ERR-05).
2. When all gave 01 and there are several given names: one last request with all of them joined by spaces.
3. A 02 at any moment: the criteria grow, first by the other given names, then by the birth place if it is
   known. Whatever comes out ends the search.

So a search never takes more than (given names) + 3 requests.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from conformance.reference.identity import UNKNOWN_PLACE
from conformance.reference.soap import Criteria, Reply

Send = Callable[[Criteria], Reply]
"""Sends one request, traces it and returns the reply."""

Traits = Mapping[str, str | None]
"""Local identity fields by name."""

FOUND = "00"
NOT_FOUND = "01"
SEVERAL = "02"
"""The codes of an answer (CodeCR)."""


def attempts(traits: Traits) -> list[Criteria]:
    """Return the requests to make as long as nobody is found, in order.

    Args:
        traits: the local identity; birth name, a given name, sex and birth date are there.
    """
    names = given_names(traits)
    return [
        Criteria(
            birth_name=traits.get("birth_name") or "",
            first_name=name,
            sex=traits.get("sex") or "",
            birth_date=traits.get("birth_date") or "",
        )
        for name in dict.fromkeys([*names, _joined(traits)])
    ]


def search(planned: Sequence[Criteria], traits: Traits, send: Send) -> Reply:
    """Search INSi for a person and return the reply that concludes.

    Args:
        planned: the requests to make as long as nobody is found; at least one.
        traits: the local identity.
        send: called for each request, in order.
    """
    for criteria in planned:
        reply = send(criteria)
        if reply.code == SEVERAL:
            return _narrow(criteria, _joined(traits), traits.get("birth_place"), reply, send)
        if reply.code != NOT_FOUND:
            return reply
    return reply


def given_names(traits: Traits) -> list[str]:
    """Return the given names to try, in order and without repetition: the 1er prénom, then the list."""
    first_name = traits.get("first_name") or ""
    listed = (traits.get("first_names") or first_name).split()
    return list(dict.fromkeys(name for name in (first_name, *listed) if name))


def _joined(traits: Traits) -> str:
    """Return all given names as one text: the list, or the 1er prénom without a list."""
    return " ".join((traits.get("first_names") or given_names(traits)[0]).split())


def _narrow(criteria: Criteria, joined: str, place: str | None, several: Reply, send: Send) -> Reply:
    """Ask again with criteria that grow; return ``several`` when that decides nothing."""
    if criteria.first_name != joined:
        wider = replace(criteria, first_name=joined)
        reply = send(wider)
        if reply.code not in {NOT_FOUND, SEVERAL}:
            return reply
        if reply.code == SEVERAL:
            criteria = wider
    if place and place not in {UNKNOWN_PLACE, criteria.birth_place}:
        reply = send(replace(criteria, birth_place=place))
        if reply.code not in {NOT_FOUND, SEVERAL}:
            return reply
    return several
