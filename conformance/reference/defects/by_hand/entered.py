"""The faults of what is entered, searched and kept: indexes, forms, numbers read off a card; see ``by_hand``."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from conformance.reference.lookup import search_key

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.reference.seams import Memory, Record
    from conformance.reference.store import Store

_SURNAMES = ("birth_name", "used_name")
_GIVEN = ("first_name", "used_first_name")
_SEVERAL = 3


def _keys(record: Record, names: tuple[str, ...]) -> list[str]:
    return [search_key(record[name]) for name in names if record.get(name)]


def _typed(about: Mapping[str, Any], name: str) -> str:
    return search_key((about.get("criteria") or {}).get(name) or "")


def whole_name_finds_nobody(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Want at least one letter after those typed: whoever types the whole birth name finds nobody."""
    typed = _typed(about, "name_prefix")
    return [one for one in records if not typed or _keys(one, ("birth_name",)) != [typed]]


def whole_first_name_finds_nobody(
    records: list[Record], about: Mapping[str, Any], _memory: Memory
) -> list[Record]:
    """Want at least one letter after those typed of a first name."""
    typed = _typed(about, "first_name_prefix")
    return [one for one in records if not typed or typed not in _keys(one, _GIVEN)]


def whole_used_name_only(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Compare the used name as a whole."""
    typed = _typed(about, "name_prefix")
    return [
        one
        for one in records
        if not typed or _keys(one, ("birth_name",))[0].startswith(typed) or typed in _keys(one, _SURNAMES)
    ]


def whole_used_first_name_only(
    records: list[Record], about: Mapping[str, Any], _memory: Memory
) -> list[Record]:
    """Compare the used first name as a whole."""
    typed = _typed(about, "first_name_prefix")
    return [
        one
        for one in records
        if not typed
        or not one.get("used_first_name")
        or not search_key(one["used_first_name"]).startswith(typed)
        or search_key(one["used_first_name"]) == typed
        or search_key(one["first_name"]).startswith(typed)
        or any(search_key(word).startswith(typed) for word in (one.get("first_names") or "").split())
    ]


def surname_among_first_names(
    records: list[Record], about: Mapping[str, Any], _memory: Memory
) -> list[Record]:
    """Look for the letters of a surname among the first names too."""
    return _more(records, about, "name_prefix", _GIVEN)


def first_name_among_surnames(
    records: list[Record], about: Mapping[str, Any], _memory: Memory
) -> list[Record]:
    """Look for the letters of a first name among the surnames too."""
    return _more(records, about, "first_name_prefix", _SURNAMES)


def _more(
    records: list[Record], about: Mapping[str, Any], criterion: str, names: tuple[str, ...]
) -> list[Record]:
    typed, day = _typed(about, criterion), (about.get("criteria") or {}).get("birth_date")
    if not typed:
        return records
    have = {one["id"] for one in records}
    more = [
        one
        for one in about["everyone"]
        if one["id"] not in have
        and day in {None, one["birth_date"]}
        and any(key.startswith(typed) for key in _keys(one, names))
    ]
    return [*records, *more]


def day_after_too(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Find those born the next day as well: the end of the period counts."""
    criteria = about.get("criteria") or {}
    if not criteria.get("birth_date") or criteria.get("name_prefix") or criteria.get("first_name_prefix"):
        return records
    after = (date.fromisoformat(criteria["birth_date"]) + timedelta(days=1)).isoformat()
    return [*records, *(one for one in about["everyone"] if one["birth_date"] == after)]


def opened_hidden(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Hide the file that was opened last: it is on the screen already."""
    opened = memory.shared.get("opened")
    return [one for one in records if one["id"] != opened]


def last_opened_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note the file that was opened last."""
    memory.shared["opened"] = records[0]["id"] if records else None
    return records


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


def former_returns(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Write the last of the former INS back into the file."""
    store: Store = about["store"]
    former = [one for one in records if one.get("matricule")] and store.former(records[0]["id"])
    if not former:
        return records
    return [{**one, "matricule": former[-1].matricule, "oid": former[-1].oid} for one in records]


def place_lost_while_down(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Make a file without its place while INSi does not answer."""
    return [{**one, "birth_place": "99999"} if memory.shared.get("down") else one for one in records]


def uncertain_while_down(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Mark the birth date as uncertain in a file made while INSi does not answer."""
    return [{**one, "birth_date_uncertain": True} if memory.shared.get("down") else one for one in records]


def used_names_lost_while_down(
    records: list[Record], _about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Make a file of the five traits alone while INSi does not answer."""
    lost = {"used_name": None, "used_first_name": None, "first_names": None}
    return [{**one, **lost} if memory.shared.get("down") else one for one in records]


def recovered_after_declined(
    records: list[Record], _about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Create the next file as récupérée once a proposal was declined."""
    return [{**one, "status": "RECUP"} if memory.shared.pop("declined", False) else one for one in records]


def unknown_hidden_from_users(
    records: list[Record], about: Mapping[str, Any], memory: Memory
) -> list[Record]:
    """Find nobody of those noted, but for a super-user."""
    if str(about["role"]) != "USER":
        return records
    return [one for one in records if one["id"] not in memory.shared.get("unknown", ())]


def same_month_too(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Compare the beginning of the matricule only: sex, year and month."""
    have = {one["id"] for one in records}
    starts = {one["matricule"][:5] for one in records if one.get("matricule")}
    more = [
        one
        for one in about["everyone"]
        if one["id"] not in have and (one.get("matricule") or "")[:5] in starts
    ]
    return [*records, *more]


def validated_while_down(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Create as validée while INSi does not answer."""
    return [{**one, "status": "VALI"} if memory.shared.get("down") else one for one in records]


def four_missing_pass(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Let a form pass in which nearly everything is missing: the check stops at an overflow of its own."""
    return [one for one in records if len(one["fields"]) <= _SEVERAL]


def homonym_after_declined(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Mark the next file as homonyme once a proposal was declined."""
    return [
        {**one, "attributes": ["HOMONYME"]} if memory.shared.pop("declined", False) else one
        for one in records
    ]


def decline_noted(records: list[Record], _about: Mapping[str, Any], memory: Memory) -> list[Record]:
    """Note that a proposal was declined."""
    memory.shared["declined"] = True
    return records


def swapped_digits_pass(records: list[Record], about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Compare the sum of the two digits of the key only."""
    number = "".join(str(about.get("typed") or "").split())
    plain = number[:13].replace("2A", "19").replace("2B", "18")
    if not plain.isdigit() or not number[13:].isdigit():
        return records
    key = f"{97 - int(plain) % 97:02d}"
    return [one for one in records if sorted(key) != sorted(number[13:])]


def last_digit_of_key_passes(
    records: list[Record], about: Mapping[str, Any], _memory: Memory
) -> list[Record]:
    """Compare the last digit of the key only."""
    number = "".join(str(about.get("typed") or "").split())
    plain = number[:13].replace("2A", "19").replace("2B", "18")
    if not plain.isdigit():
        return records
    return [one for one in records if f"{97 - int(plain) % 97:02d}"[-1] != number[-1]]


def last_two_of_a_change_only(
    records: list[Record], _about: Mapping[str, Any], _memory: Memory
) -> list[Record]:
    """Save the last two fields of a change of several."""
    return [dict(list(one.items())[-2:]) if len(one) >= _SEVERAL else one for one in records]


def last_of_a_change_only(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Save the last field of a change of two."""
    return [dict(list(one.items())[-1:]) if len(one) == _SEVERAL - 1 else one for one in records]


def repeated_word_once(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Keep a word of a birth name once."""
    return [
        {**one, "birth_name": " ".join(dict.fromkeys(one["birth_name"].split(" ")))}
        if one.get("birth_name")
        else one
        for one in records
    ]


def list_of_one_emptied(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Drop a list that holds the 1er prénom alone."""
    return [
        {**one, "first_names": None}
        if one.get("first_names") and one.get("first_names") == one.get("first_name")
        else one
        for one in records
    ]


FUNCTIONS: dict[str, Callable[[list[Record], Mapping[str, Any], Memory], list[Record]]] = {
    function.__name__.replace("_", "-"): function
    for function in (
        whole_name_finds_nobody,
        whole_first_name_finds_nobody,
        whole_used_name_only,
        whole_used_first_name_only,
        surname_among_first_names,
        first_name_among_surnames,
        day_after_too,
        opened_hidden,
        last_opened_noted,
        place_of_the_card,
        sex_of_the_card,
        card_read_finds_its_files,
        former_returns,
        place_lost_while_down,
        uncertain_while_down,
        used_names_lost_while_down,
        recovered_after_declined,
        unknown_hidden_from_users,
        same_month_too,
        validated_while_down,
        four_missing_pass,
        homonym_after_declined,
        decline_noted,
        swapped_digits_pass,
        last_digit_of_key_passes,
        last_two_of_a_change_only,
        last_of_a_change_only,
        repeated_word_once,
        list_of_one_emptied,
    )
}
