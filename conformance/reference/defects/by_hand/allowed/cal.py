"""Right behaviours near rules CAL that data cannot say; see ``conformance.reference.variants``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from conformance.drivers.protocol import RefusedError
from conformance.reference.defects.by_hand.common.files import seen_as

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def first_then_all(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Try the first given name, then all of them."""
    return [records[0], records[-1]] if len(records) > 1 else records


def assertion_of_now(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Read the card that is in the reader again, by itself, whenever a call is made."""
    return [{**one, "issued_at": about["asked_at"]} for one in records]


def five_minutes_only(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Ask for the card again after five minutes already."""
    return seen_as(about, records, lambda age, _: age * 4)


def swap_spoils_readings(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Hold a card that was taken out for unread, even once it is back."""
    spoilt = memory.own.setdefault("spoilt", set())
    reading = about["reading"]
    key = (reading["card"].number, reading["read_at"])
    present = records[0]["card"]
    if present is None or present.number != reading["card"].number:
        spoilt.add(key)
    return [{**one, "card": None} for one in records] if key in spoilt else records


def reading_serves_once(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Ask for the card again for each call."""
    used = memory.own.setdefault("used", set())
    reading = about["reading"]
    key = (reading["card"].number, reading["read_at"])
    if key in used:
        return [{**one, "card": None} for one in records]
    used.add(key)
    return records


def lot_without_number_refused(
    records: list[Record], _about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Refuse a lot in which a file has no INS."""
    store = memory.shared.get("store")
    if store and any(not store.patient(one).matricule for one in records[0]["patient_ids"]):
        raise RefusedError("NO_INS", "Un dossier du lot ne porte pas d'INS.", [])
    return records


FUNCTIONS: Final[dict[str, Hand]] = {
    "assertion-of-now": assertion_of_now,
    "first-then-all": first_then_all,
    "five-minutes-only": five_minutes_only,
    "lot-without-number-refused": lot_without_number_refused,
    "reading-serves-once": reading_serves_once,
    "swap-spoils-readings": swap_spoils_readings,
}
"""What ``hand`` may name."""
