"""Faults against CAL-05 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from conformance.reference.defects.by_hand.common.records import all_with

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record


def known_card_good(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Take any card that was read for the one that was read."""
    is_known = records[0]["card"] is not None and records[0]["card"].number in memory.shared.get("cards", ())
    return all_with(records, card=about["reading"]["card"]) if is_known else records


def looked_at_once(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Look at the card for the first call of a reading, and take it for granted then."""
    trusted: set[str] = memory.own.setdefault("trusted", set())
    reading = about["reading"]["card"]
    [one] = records
    if reading.number in trusted:
        return [{**one, "card": reading}]
    if one["card"] is not None and one["card"].number == reading.number:
        trusted.add(reading.number)
    return records


def same_name_same_card(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Tell cards apart by the name of the insured person."""
    return _taken_for(records, about, lambda card: card.beneficiaries[0].birth_name)


def same_insured_same_card(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Tell cards apart by the number of the insured person."""
    return _taken_for(records, about, lambda card: card.beneficiaries[0].billing_number)


def _taken_for(
    records: list[Record], about: Mapping[str, Any], key: Callable[[Any], str | None]
) -> list[Record]:
    reading = about["reading"]["card"]
    return [
        {**one, "card": reading} if one["card"] is not None and key(one["card"]) == key(reading) else one
        for one in records
    ]


def same_insured(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Recognise a card by the number of its insured person: the other card of a family passes."""
    read = about["reading"]["card"]
    return [
        {**one, "card": read}
        if one["card"] is not None and _insured(one["card"]) and _insured(one["card"]) == _insured(read)
        else one
        for one in records
    ]


def _insured(card: Any) -> str | None:
    return card.beneficiaries[0].billing_number if card.beneficiaries else None


def end_of_serial_compared(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Compare the last four digits of the serial numbers."""
    read = about["reading"]["card"]
    return [
        {**one, "card": read} if one["card"] and one["card"].number[-4:] == read.number[-4:] else one
        for one in records
    ]


def half_of_serial_and_name_compared(
    records: list[Record], about: Mapping[str, Any], _memory: Memory
) -> list[Record]:
    """Compare the name of the insured person and the last digits of the serial number."""
    read = about["reading"]["card"]

    def key(card: Any) -> tuple[str, Any]:
        return card.number[-8:], card.beneficiaries[0].birth_name

    return [
        {**one, "card": read} if one["card"] and key(one["card"]) == key(read) else one for one in records
    ]


FUNCTIONS: Final[dict[str, Hand]] = {
    "end-of-serial-compared": end_of_serial_compared,
    "half-of-serial-and-name-compared": half_of_serial_and_name_compared,
    "known-card-good": known_card_good,
    "looked-at-once": looked_at_once,
    "same-insured": same_insured,
    "same-insured-same-card": same_insured_same_card,
    "same-name-same-card": same_name_same_card,
}
"""What ``hand`` may name."""
