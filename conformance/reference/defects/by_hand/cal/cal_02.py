"""Faults against CAL-02 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from conformance.reference.card_soap import REQUEST
from conformance.reference.defects.by_hand.cal.common import drop, edited
from conformance.reference.defects.by_hand.common.records import all_with
from conformance.reference.reader import FIRST_RANK
from conformance.reference.soap import BAM
from simulator.ins.matricule import NUMBER_LENGTH

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.drivers.cards import Beneficiary
    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record

_BIRTH_DATE = b":DateNai>"
_RANK = b":Rang>"


def card_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Remember every card that was read, its people and the time."""
    for one in records:
        memory.shared.setdefault("cards", set()).add(one["card"].number)
        memory.shared["people"] = one["card"].beneficiaries
        memory.shared["read_at"] = one["read_at"]
    return records


def own_number_stays(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Send the number of the person chosen before for whoever has none."""
    out = []
    for one in records:
        memory.own["number"] = one["own_number"] or memory.own.get("number")
        out.append({**one, "own_number": memory.own["number"]})
    return out


def rank_stays(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Send the birth rank of a twin for whoever is chosen next on the same card."""
    out = []
    for one in records:
        rank, serial, born = memory.own.get("last", ("1", None, None))
        stays = one["birth_rank"] == "1" and serial == one["serial"] and born != one["birth_date"]
        out.append({**one, "birth_rank": rank} if stays else one)
        memory.own["last"] = (out[-1]["birth_rank"], one["serial"], one["birth_date"])
    return out


def used_name_of_card(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Send the used name that the card bears."""
    out = []
    for one in records:
        same = [
            person.used_name
            for person in memory.shared.get("people", ())
            if (person.birth_name, person.birth_date) == (one["birth_name"], one["birth_date"])
        ]
        out.append({**one, "birth_name": same[0]} if same and same[0] else one)
    return out


def first_rank_kept(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Ask for whoever was chosen first on a reading, whoever is chosen next."""
    ranks: dict[str, str] = memory.own.setdefault("ranks", {})
    return [{**one, "rank": ranks.setdefault(one["reading_id"], one["rank"])} for one in records]


def adults_only(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Show the people of the card who have a number of their own."""
    return [_showing(one, lambda person: person.own_number is not None) for one in records]


def one_for_each_birth_date(
    records: list[Record], _about: Mapping[str, Any], _memory: Memory
) -> list[Record]:
    """Show one person for each birth date: a twin is missing."""
    seen: set[str | None] = set()

    def is_new(person: Beneficiary) -> bool:
        is_known = person.birth_date in seen
        seen.add(person.birth_date)
        return not is_known

    return [_showing(one, is_new) for one in records]


def _showing(record: Record, keep: Callable[[Beneficiary], bool]) -> Record:
    card = record["card"]
    return {**record, "card": replace(card, beneficiaries=tuple(filter(keep, card.beneficiaries)))}


def without_birth_rank(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Leave the rank out, of the body and of the context."""
    return [
        edited(one, lambda root: drop(root, f"{{{REQUEST}}}RangNaissance", f"{{{BAM}}}Rang"))
        for one in records
    ]


def card_in_hand_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note the card that was read."""
    memory.shared["card"] = records[-1]["card"]
    return records


def place_on_card_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note the rank that was chosen."""
    memory.shared["rank"] = records[-1]["rank"]
    return records


def first_of_this_first_name(
    records: list[Record], _about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Ask for the first person on the card who bears the 1er prénom of the one chosen."""
    person = _namesake(memory)
    if person is None:
        return records
    return [
        {
            **one,
            "birth_date": person.birth_date,
            "birth_rank": person.birth_rank or FIRST_RANK,
            "birth_name": person.birth_name,
            "own_number": (person.own_number or "")[:NUMBER_LENGTH] or None,
        }
        for one in records
    ]


def name_of_the_insured(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Send the name of the insured person, who comes first on the card."""
    return [{**one, "birth_name": memory.shared["card"].beneficiaries[0].birth_name} for one in records]


def context_birth_date_kept(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Leave the birth date of the first one asked for in the context."""
    return _kept_in_the_context(records, _BIRTH_DATE, memory)


def context_rank_kept(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Leave the rank of the first one asked for in the context."""
    return _kept_in_the_context(records, _RANK, memory)


def _chosen(memory: Memory) -> Beneficiary | None:
    card, rank = memory.shared.get("card"), memory.shared.get("rank")
    people = card.beneficiaries if card else ()
    return next((each for each in people if each.rank == rank), None)


def _namesake(memory: Memory) -> Beneficiary | None:
    person = _chosen(memory)
    if person is None:
        return None
    people: tuple[Beneficiary, ...] = memory.shared["card"].beneficiaries
    return next(each for each in people if each.first_name == person.first_name)


def _kept_in_the_context(records: list[Record], element: bytes, memory: Memory) -> list[Record]:
    out = []
    for one in records:
        start, opened, rest = one["content"].partition(element)
        value, closed, end = rest.partition(b"<")
        first = memory.own.setdefault("first", value) if opened else value
        out.append({**one, "content": start + opened + first + closed + end})
    return out


def rank_from_zero(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Take the last of the card for whoever has a rank beyond its length."""
    people, rank = memory.shared.get("people", ()), records[0]["rank"]
    is_beyond = rank.isdecimal() and int(rank) > len(people)
    return all_with(records, rank=people[-2].rank) if is_beyond and len(people) > 1 else records


def people_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Remember the people of the card that was read."""
    memory.shared["people"] = records[0]["card"].beneficiaries
    return records


def rank_as_position(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Take the rank of a person on the card for a position in its list."""
    people, rank = memory.shared.get("people", ()), records[0]["rank"]
    if not rank.isdecimal() or not 1 <= int(rank) <= len(people):
        return records
    return all_with(records, rank=people[int(rank) - 1].rank)


def first_choice_kept(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Keep the person picked first on a reading."""
    chosen = memory.own.setdefault(records[0]["reading_id"], records[0]["rank"])
    return [{**one, "rank": chosen} for one in records]


def three_on_card(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Keep three persons of a card."""
    return [
        {**one, "card": replace(one["card"], beneficiaries=one["card"].beneficiaries[:3])} for one in records
    ]


def leap_day_by_card_moved(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Send 1 March for 29 February."""
    return [
        {**one, "birth_date": f"{one['birth_date'][:4]}-03-01"}
        if one["birth_date"].endswith("-02-29")
        else one
        for one in records
    ]


FUNCTIONS: Final[dict[str, Hand]] = {
    "leap-day-by-card-moved": leap_day_by_card_moved,
    "first-choice-kept": first_choice_kept,
    "three-on-card": three_on_card,
    "adults-only": adults_only,
    "card-in-hand-noted": card_in_hand_noted,
    "card-noted": card_noted,
    "context-birth-date-kept": context_birth_date_kept,
    "context-rank-kept": context_rank_kept,
    "first-of-this-first-name": first_of_this_first_name,
    "first-rank-kept": first_rank_kept,
    "name-of-the-insured": name_of_the_insured,
    "one-for-each-birth-date": one_for_each_birth_date,
    "own-number-stays": own_number_stays,
    "people-noted": people_noted,
    "place-on-card-noted": place_on_card_noted,
    "rank-as-position": rank_as_position,
    "rank-from-zero": rank_from_zero,
    "rank-stays": rank_stays,
    "used-name-of-card": used_name_of_card,
    "without-birth-rank": without_birth_rank,
}
"""What ``hand`` may name."""
