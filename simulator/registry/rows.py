"""A person as a compact row of SQLite, and back.

What is nearly always in one form is kept as a number, which SQLite stores in few bytes: a matricule of digits, a COG code of
digits, the serial of a card. Any other value is kept as text, so that everything comes back as it was put in. What can be
computed is left out: a key that is that of its number, a birth date that is in the search code.
"""

from __future__ import annotations

import json
from typing import Any, Final, TypeAlias

import orjson

from simulator.ins import HistoricId, InsIdentity, Matricule, Traits
from simulator.registry.codes import date_of, search_code
from simulator.registry.person import Card, Person

Row: TypeAlias = tuple[Any, ...]
"""Integers, texts and nothing, in the order of ``COLUMNS``."""

COLUMNS: Final = (
    "search",
    "birth_name",
    "first_names",
    "birth_place",
    "number",
    "cle",
    "card_insured",
    "card_rank",
    "card_serial",
    "more",
)
"""What ``to_row`` gives, in this order. ``key``, ``sex``, ``oid`` and ``tags`` are kept beside it."""

_NUMBER_LENGTH: Final = 13
_PLACE_LENGTH: Final = 5
_MAX_DIGITS: Final = 18
"""A number of so many digits fits in 64 bits."""
_ENCODER: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False)


def to_row(person: Person) -> Row:
    """Return the columns of a person, see ``COLUMNS``."""
    identity, traits, card = person.identity, person.identity.traits, person.card
    search = search_code(traits.birth_date, traits.birth_name)
    number = number_value(identity.matricule.number)
    cle: str | None = identity.matricule.key
    if isinstance(number, int) and cle == f"{97 - number % 97:02d}":
        cle = None
    more: dict[str, object] = {}
    if identity.history:
        more["history"] = [
            [old.matricule.number, old.matricule.key, old.oid, old.date_from, old.date_to]
            for old in identity.history
        ]
    if person.note is not None:
        more["note"] = person.note
    if date_of(search) != traits.birth_date:
        more["birth_date"] = traits.birth_date
    return (
        search,
        traits.birth_name,
        traits.first_names,
        None if traits.birth_place is None else _value(traits.birth_place, _PLACE_LENGTH),
        number,
        cle,
        *(
            (None, None, None)
            if card is None
            else (
                number_value(card.insured_number),
                _plain_number(card.birth_rank),
                _plain_number(card.serial),
            )
        ),
        _ENCODER.encode(more) if more else None,
    )


def from_row(key: str, sex: str, oid: str, tags: tuple[str, ...], row: Row) -> Person:
    """Return the person that ``to_row`` was given."""
    search, birth_name, first_names, place, number, cle, insured, rank, serial, more = row
    extra: dict[str, Any] = orjson.loads(more) if more else {}
    if cle is None:
        cle = f"{97 - number % 97:02d}"
    return Person(
        key=key,
        identity=InsIdentity(
            traits=Traits(
                birth_name=birth_name,
                first_names=first_names,
                sex=sex,
                birth_date=extra["birth_date"] if "birth_date" in extra else date_of(search) or "",
                birth_place=f"{place:05d}" if isinstance(place, int) else place,
            ),
            matricule=Matricule(f"{number:013d}" if isinstance(number, int) else number, cle),
            oid=oid,
            history=tuple([_former(old) for old in extra["history"]]) if "history" in extra else (),
        ),
        tags=tags,
        note=extra.get("note"),
        card=None
        if insured is None
        else Card(
            insured_number=f"{insured:013d}" if isinstance(insured, int) else insured,
            birth_rank=str(rank),
            serial=str(serial),
        ),
    )


def _former(old: list[Any]) -> HistoricId:
    number, key, oid, date_from, date_to = old
    return HistoricId(matricule=Matricule(number, key), oid=oid, date_from=date_from, date_to=date_to)


def number_value(number: str) -> int | str:
    """Return a 13-character number as it is kept: an integer when it is all digits."""
    return _value(number, _NUMBER_LENGTH)


def split_key(key: str) -> tuple[str, int] | None:
    """Return the parts of a key ``<prefix>/<n>``, ``None`` when it has no such form."""
    prefix, slash, digits = key.rpartition("/")
    number = _plain_number(digits) if slash else digits
    return (prefix, number) if isinstance(number, int) else None


def _value(text: str, length: int) -> int | str:
    return int(text) if len(text) == length and text.isascii() and text.isdecimal() else text


def _plain_number(text: str) -> int | str:
    """Return a number that is written as ``str`` writes it, any other text as it is."""
    if text.isascii() and text.isdecimal() and len(text) <= _MAX_DIGITS and (text[0] != "0" or text == "0"):
        return int(text)
    return text
