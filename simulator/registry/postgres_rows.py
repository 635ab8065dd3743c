"""A person as a row of PostgreSQL, and back."""

from __future__ import annotations

import json
from typing import Any, Final, LiteralString

from simulator.ins import HistoricId, InsIdentity, Matricule, Traits
from simulator.registry.codes import search_code
from simulator.registry.person import Card, Person

COLUMNS: Final[LiteralString] = (
    "key, search, birth_name, first_names, sex, birth_date, birth_place, number, cle, oid, tags, former, history, note,"
    " card_insured, card_rank, card_serial"
)
"""What ``to_row`` gives, in this order."""

TYPES: Final = ("text", "int8", *("text",) * 8, "text[]", "text[]", *("text",) * 5)
"""Their types, as COPY in binary form needs them."""

TABLE: Final[LiteralString] = (
    "key text NOT NULL, search bigint NOT NULL, birth_name text NOT NULL, first_names text NOT NULL, sex text NOT NULL,"
    " birth_date text NOT NULL, birth_place text, number text NOT NULL, cle text NOT NULL, oid text NOT NULL,"
    " tags text[], former text[], history text, note text, card_insured text, card_rank text, card_serial text"
)
"""Their definitions in a table."""


def to_row(person: Person) -> tuple[Any, ...]:
    """Return the columns of a person, see ``COLUMNS``."""
    identity, traits, card = person.identity, person.identity.traits, person.card
    history = [
        [old.matricule.number, old.matricule.key, str(old.oid), old.date_from, old.date_to]
        for old in identity.history
    ]
    return (
        person.key,
        search_code(traits.birth_date, traits.birth_name),
        traits.birth_name,
        traits.first_names,
        str(traits.sex),
        traits.birth_date,
        traits.birth_place,
        identity.matricule.number,
        identity.matricule.key,
        str(identity.oid),
        list(person.tags) or None,
        [old.matricule.number for old in identity.history] or None,
        json.dumps(history) if history else None,
        person.note,
        *((card.insured_number, card.birth_rank, card.serial) if card else (None, None, None)),
    )


def from_row(row: tuple[Any, ...]) -> Person:
    """Return the person that ``to_row`` was given."""
    (
        key,
        _,
        birth_name,
        first_names,
        sex,
        birth_date,
        birth_place,
        number,
        cle,
        oid,
        tags,
        _,
        history,
        note,
    ) = row[:14]
    insured, rank, serial = row[14:]
    return Person(
        key=key,
        identity=InsIdentity(
            traits=Traits(
                birth_name=birth_name,
                first_names=first_names,
                sex=sex,
                birth_date=birth_date,
                birth_place=birth_place,
            ),
            matricule=Matricule(number, cle),
            oid=oid,
            history=tuple(
                HistoricId(matricule=Matricule(*old[:2]), oid=old[2], date_from=old[3], date_to=old[4])
                for old in (json.loads(history) if history else ())
            ),
        ),
        tags=tuple(tags or ()),
        note=note,
        card=None if insured is None else Card(insured_number=insured, birth_rank=rank, serial=serial),
    )
