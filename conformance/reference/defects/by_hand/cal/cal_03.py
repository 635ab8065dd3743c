"""Faults against CAL-03 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from copy import deepcopy
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from conformance.reference.card_soap import SAML, WSSE
from conformance.reference.defects.by_hand.cal.common import drop, edited
from conformance.reference.defects.by_hand.common.records import all_with

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lxml import etree

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def assertion_of_the_file(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Send the assertion of the first card used for a file ever after."""
    if not about.get("patient_id"):
        return records
    first = memory.own.setdefault(str(about["patient_id"]), records[0])
    return all_with(records, serial=first["serial"], issued_at=first["issued_at"])


def no_assertion(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Send the request without its Vitale assertion."""
    return [edited(one, lambda root: drop(root, f"{{{WSSE}}}Security")) for one in records]


def first_assertion_kept(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Make the assertion for the first card of the day and send it with every call."""

    def edit(root: etree._Element) -> None:
        [assertion] = root.iter(f"{{{SAML}}}Assertion")
        kept = memory.own.setdefault("assertion", deepcopy(assertion))
        parent = assertion.getparent()
        if parent is not None:
            parent.replace(assertion, deepcopy(kept))

    return [edited(one, edit) for one in records]


def assertion_twice(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Add the assertion to those that are there, where it should take their place."""

    def edit(root: etree._Element) -> None:
        [assertion] = root.iter(f"{{{SAML}}}Assertion")
        twin = deepcopy(assertion)
        twin.set("ID", f"{assertion.get('ID')}b")
        assertion.addnext(twin)

    return [edited(one, edit) for one in records]


def assertion_of_the_morning(
    records: list[Record], _about: Mapping[str, Any], _memory: Memory
) -> list[Record]:
    """Date the assertion from when the software was started, hours ago."""
    return [{**one, "issued_at": one["issued_at"] - timedelta(hours=3)} for one in records]


def assertion_in_local_time(
    records: list[Record], _about: Mapping[str, Any], _memory: Memory
) -> list[Record]:
    """Write the hour of the wall clock and call it UTC."""
    return [{**one, "issued_at": one["issued_at"] + timedelta(hours=2)} for one in records]


def time_of_first_card(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Date the assertion of a file as at its first call by card."""
    key = str(about.get("patient_id"))
    return all_with(records, issued_at=memory.own.setdefault(key, records[0]["issued_at"]))


def reading_of_midnight(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Keep the day of a reading and not its time."""
    return [{**one, "issued_at": one["issued_at"].replace(hour=0, minute=0, second=0)} for one in records]


FUNCTIONS: Final[dict[str, Hand]] = {
    "reading-of-midnight": reading_of_midnight,
    "assertion-in-local-time": assertion_in_local_time,
    "assertion-of-the-file": assertion_of_the_file,
    "assertion-of-the-morning": assertion_of_the_morning,
    "assertion-twice": assertion_twice,
    "first-assertion-kept": first_assertion_kept,
    "no-assertion": no_assertion,
    "time-of-first-card": time_of_first_card,
}
"""What ``hand`` may name."""
