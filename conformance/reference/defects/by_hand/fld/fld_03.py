"""Faults against FLD-03 that data cannot say; ``by_rule`` names them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from conformance.reference.defects.by_hand.common.files import written_into
from conformance.reference.defects.by_hand.common.memory import hidden_from_others, noted_for_its_user
from conformance.reference.files import as_record

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record
    from conformance.reference.store import Store


def place_of_the_card(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Take an unknown birth place from the number on the card."""
    number = str(records[0].get("billing_number") or "")
    if about["file"].get("birth_place") != "99999" or not number:
        return records
    return [{**one, "birth_place": number[5:10]} for one in records]


def sex_of_the_card(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Take the sex from the first digit of the number on the card."""
    number = str(records[0].get("billing_number") or "")
    return [{**one, "sex": "M" if number[:1] == "1" else "F"} for one in records]


def card_read_finds_its_files(
    records: list[Record], about: Mapping[str, Any], _memory: Memory
) -> list[Record]:
    """Write the number of a card that is read as matricule into the files which bear it as billing number."""
    store: Store = about["store"]
    number = (about.get("person") or {}).get("billing_number")
    for patient in store.patients():
        if number and patient.billing_number == number and not patient.matricule:
            store.save_patient(replace(patient, matricule=number, oid="1.2.250.1.213.1.4.10"))
    return records


def card_read_feeds_open_file(
    records: list[Record], about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Write the number of a card that is read into the file that this user has open, when it is provisional."""
    if about["event"] != "card-read" or not about.get("person"):
        return records
    mine = [record for (user, _), record in memory.shared.get("seen", {}).items() if user == about["user"]]
    number = about["person"]["billing_number"]
    if mine and number:
        store: Store = about["store"]
        opened = as_record(store.patient(mine[-1]["id"]))
        if opened["status"] == "PROV":
            written_into(about, opened, matricule=number, oid="1.2.250.1.213.1.4.8")
    return records


def number_of_card_to_its_file(
    records: list[Record], about: Mapping[str, Any], _memory: Memory
) -> list[Record]:
    """Write the number of the card that is read into the file of that person."""
    person = about.get("person") or {}
    number = person.get("own_number") or person.get("billing_number")
    if about["event"] == "card-read" and number:
        for one in about["store"].patients():
            same = (one.birth_name, one.birth_date) == (person["birth_name"], person["birth_date"])
            if same and not one.matricule:
                about["store"].save_patient(replace(one, matricule=number, oid="1.2.250.1.213.1.4.8"))
    return records


def other_card_lowers(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Lower a file when a card of another number than its INS is attached: the child of an insured."""
    return [
        {**one, "status": "PROV", "matricule": None, "oid": None}
        if one["matricule"] and one["billing_number"] and one["billing_number"] != one["matricule"]
        else one
        for one in records
    ]


def billing_taken_for_ins(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Fill the INS of a file that has lost it from the billing number at the next card."""
    lost: set[str] = memory.shared.setdefault("lost", set())
    out = []
    for record in records:
        if record["matricule"]:
            lost.add(record["id"])
        refill = about["event"] == "card-attached" and record["id"] in lost and not record["matricule"]
        out.append({**record, "matricule": record["billing_number"]} if refill else record)
    return out


def attached_twice(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Write the billing number as matricule once a card is attached to a file for the second time."""
    seen = memory.own.setdefault("seen", set())
    one = records[0]
    again = one["id"] in seen
    seen.add(one["id"])
    return [{**one, "matricule": one["matricule"] or one["billing_number"]}] if again else records


def number_of_card_noted(records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note the billing number of the card that is read."""
    if about["event"] == "card-read":
        memory.shared["on-card"] = (about.get("person") or {}).get("billing_number")
    return records


def number_of_card_scanned(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Put the number of the card that was read into the file made of a symbol."""
    number = memory.shared.pop("on-card", None)
    return (
        [{**one, "matricule": number, "oid": "1.2.250.1.213.1.4.8"} for one in records] if number else records
    )


FUNCTIONS: Final[dict[str, Hand]] = {
    "attached-twice": attached_twice,
    "billing-taken-for-ins": billing_taken_for_ins,
    "card-read-feeds-open-file": card_read_feeds_open_file,
    "card-read-finds-its-files": card_read_finds_its_files,
    "cards-hidden": hidden_from_others(billing_number=None),
    "cards-noted": noted_for_its_user("card-attached"),
    "number-of-card-noted": number_of_card_noted,
    "number-of-card-scanned": number_of_card_scanned,
    "number-of-card-to-its-file": number_of_card_to_its_file,
    "other-card-lowers": other_card_lowers,
    "place-of-the-card": place_of_the_card,
    "sex-of-the-card": sex_of_the_card,
}
"""What ``hand`` may name."""
