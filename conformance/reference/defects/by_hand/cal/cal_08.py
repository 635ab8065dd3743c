"""Faults against CAL-08 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from conformance.reference.defects.by_hand.common.memory import filled_from_memory
from conformance.reference.defects.by_hand.common.records import all_with

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record

_MAN = "1"


def compound_halves_tried(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Try the halves of a compound first name after a 01."""
    halves = [
        {**one, "first_name": half}
        for one in records
        if "-" in one["first_name"]
        for half in one["first_name"].split("-")
    ]
    return [*records, *halves]


def without_signs_tried(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Try the name without its signs after a 01."""
    plain = [
        {**one, "birth_name": re.sub("[-']+", " ", one["birth_name"])}
        for one in records[:1]
        if re.search("[-']", one["birth_name"])
    ]
    return [*records, *plain]


def criteria_of_namesake(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Keep the criteria by birth name and date: a twin is asked for by the given name of the other."""
    kept: dict[Any, str] = memory.own
    return [
        {**one, "first_name": kept.setdefault(f"{one['birth_name']} {one['birth_date']}", one["first_name"])}
        if index == 0
        else one
        for index, one in enumerate(records)
    ]


def date_with_time(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Write a date as a date and a time."""
    return [{**one, "birth_date": f"{one['birth_date']}T00:00:00"} for one in records]


def date_with_zone(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Write a date with the zone of the computer."""
    return [{**one, "birth_date": f"{one['birth_date']}+02:00"} for one in records]


def first_name_twice(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Send the first name in use in an element of its own, after the first given name."""
    used = (about["local"].get("used_first_name") or "").upper().encode()
    element = b"<insi:Prenom>%s</insi:Prenom><insi:Sexe>" % used
    if not used:
        return records
    return [{**one, "content": one["content"].replace(b"<insi:Sexe>", element)} for one in records]


def both_names_sent(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Send the used name after the birth name, as the label of the counter shows them."""
    used = (about.get("local") or {}).get("used_name")
    return [{**one, "birth_name": f"{one['birth_name']} {used}"} if used else one for one in records]


def noted_from_the_card(trait: str) -> Hand:
    """Return what keeps a trait of the card that was read, for whatever is sent next."""

    def note(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
        person = about.get("person") or {}
        if about["event"] == "card-read" and person.get(trait):
            memory.shared[f"{trait} of the card"] = person[trait]
        return records

    return note


def sent_from_the_card(trait: str) -> Hand:
    """Return what sends that trait of the card read last in a search by traits, once."""

    def send(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
        value = memory.shared.pop(f"{trait} of the card", None)
        return [{**one, trait: value} for one in records] if value else records

    return send


def several_whose(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Remember that the last call ended with a 02, and whose it was."""
    memory.shared["several"] = about["patient_id"] if records[0]["code"] == "02" else None
    return records


def widening_goes_on(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Begin with the list of given names for the patient who comes after a 02."""
    former = memory.shared.get("several")
    return [records[-1], *records[:-1]] if former and former != about["patient_id"] else records


def sex_by_first_digit(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Send the sex that the first digit of the number gives: 1 is a man, all else a woman."""
    number = (about.get("local") or {}).get("matricule")
    return all_with(records, sex="M" if number.startswith(_MAN) else "F") if number else records


def one_apostrophe_sent(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Send the first apostrophe of a name only."""
    out = []
    for one in records:
        start, mark, rest = one["birth_name"].partition("'")
        out.append({**one, "birth_name": start + mark + rest.replace("'", "")})
    return out


def second_hyphen_not_sent(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Send the first hyphen of a name only."""
    out = []
    for one in records:
        start, mark, rest = one["birth_name"].partition("-")
        out.append({**one, "birth_name": start + mark + rest.replace("-", " ")})
    return out


FUNCTIONS: Final[dict[str, Hand]] = {
    "second-hyphen-not-sent": second_hyphen_not_sent,
    "one-apostrophe-sent": one_apostrophe_sent,
    "both-names-sent": both_names_sent,
    "card-date-sent": sent_from_the_card("birth_date"),
    "card-name-noted": noted_from_the_card("birth_name"),
    "card-name-sent": sent_from_the_card("birth_name"),
    "compound-halves-tried": compound_halves_tried,
    "criteria-of-namesake": criteria_of_namesake,
    "date-with-time": date_with_time,
    "date-with-zone": date_with_zone,
    "first-name-in-two-elements": first_name_twice,
    "first-name-of-the-one-before": filled_from_memory("first_name"),
    "place-of-the-one-before": filled_from_memory("birth_place"),
    "read-date-noted": noted_from_the_card("birth_date"),
    "several-whose": several_whose,
    "sex-by-first-digit": sex_by_first_digit,
    "widening-goes-on": widening_goes_on,
    "without-signs-tried": without_signs_tried,
}
"""What ``hand`` may name."""
