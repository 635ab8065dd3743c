"""Faults against CRE-03 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from conformance.drivers.protocol import RefusedError
from conformance.reference.defects.by_hand.common.records import value_refused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def twin_refused(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Refuse a second file of the same name, birth date and place: a doublon, it says."""
    seen: set[tuple[Any, ...]] = memory.own.setdefault("seen", set())
    for one in records:
        key = (one["birth_name"], one["birth_date"], one["birth_place"])
        if all(key) and key in seen:
            raise RefusedError("DOUBLON", "Cette personne a déjà un dossier.")
        seen.add(key)
    return records


def newborn_refused(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Refuse a birth of today, at a counter of the Antilles."""
    if records[0].get("birth_date") == (datetime.now(UTC) - timedelta(hours=4)).date().isoformat():
        raise RefusedError("INVALID_VALUE", "Date de naissance : avant aujourd'hui.", ["birth_date"])
    return records


def unnamed_twin_refused(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Refuse a second file of one day and place when no name in use tells it from the first."""
    seen: set[tuple[Any, ...]] = memory.own.setdefault("seen", set())
    for one in records:
        key = (one.get("birth_date"), one.get("birth_place"), one.get("birth_name"))
        if one.get("used_name") or one.get("used_first_name"):
            continue
        if key in seen:
            raise RefusedError(
                "DUPLICATE", "Précisez le nom utilisé : un dossier semblable existe.", ["used_name"]
            )
        seen.add(key)
    return records


def second_of_day_needs_list(
    records: list[Record], _about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Demand the list of first names of whoever is born on a day that was typed before."""
    days = memory.own.setdefault("days", set())
    one = records[0]
    if one.get("birth_date") in days and not one.get("first_names"):
        raise value_refused("first_names")
    days.add(one.get("birth_date"))
    return records


def card_attached_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note that a card was attached."""
    if about["event"] == "card-attached":
        memory.shared["attached"] = True
    return records


def billing_asked_after_card(
    records: list[Record], _about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Want a billing number of whoever is created next."""
    if memory.shared.pop("attached", False):
        raise RefusedError("MISSING_FIELD", "Champ obligatoire : numéro de facturation.", ["billing_number"])
    return records


FUNCTIONS: Final[dict[str, Hand]] = {
    "billing-asked-after-card": billing_asked_after_card,
    "card-attached-noted": card_attached_noted,
    "newborn-refused": newborn_refused,
    "second-of-day-needs-list": second_of_day_needs_list,
    "twin-refused": twin_refused,
    "unnamed-twin-refused": unnamed_twin_refused,
}
"""What ``hand`` may name."""
