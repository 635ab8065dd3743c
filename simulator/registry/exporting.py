"""People as CSV or JSON lines: the same bytes on every platform, and readable by ``importing`` again.

UTF-8, lines ended by a line feed, columns in the order of ``COLUMNS``. In CSV an absent value is an empty cell, tags are
separated by a space, and the history is JSON as in ``simulator.registry.person``.
"""

from __future__ import annotations

import csv
import io
import json
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from simulator.registry.person import to_json
from simulator.text import inert

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from simulator.registry.person import Person

COLUMNS: Final = (
    *(
        "birth_name",
        "first_names",
        "first_name",
        "sex",
        "birth_date",
        "birth_place",
        "matricule",
        "oid",
        "tags",
    ),
    *("key", "history", "card_insured", "card_rank", "card_serial", "note"),
)
"""Of CSV. JSON lines have ``card`` as one object instead of its three columns."""

BOM: Final = b"\xef\xbb\xbf"
"""What Excel wants at the beginning of a CSV file in UTF-8."""

_BATCH: Final = 1000
_ENCODER: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False)


def export_csv(people: Iterable[Person], *, separator: str = ",", bom: bool = False) -> Iterator[bytes]:
    """Yield the bytes of a CSV file, header first.

    Args:
        people: read once.
        separator: ``,`` or ``;``.
        bom: begin with the mark that Excel wants.
    """
    if bom:
        yield BOM
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, delimiter=separator, lineterminator="\n")
    writer.writerow(COLUMNS)
    remaining = iter(people)
    while True:
        batch = list(islice(remaining, _BATCH))
        writer.writerows(map(_cells, batch))
        yield buffer.getvalue().encode()
        if not batch:
            return
        buffer.seek(0)
        buffer.truncate()


def export_jsonl(people: Iterable[Person]) -> Iterator[bytes]:
    """Yield the bytes of a file of one JSON object a line, in the form of ``to_json`` and with ``first_name``."""
    for person in people:
        data = to_json(person)
        ordered = {
            name: data.pop(name) if name in data else person.first_name
            for name in COLUMNS
            if name in data or name == "first_name"
        }
        yield f"{_ENCODER.encode(ordered | data)}\n".encode()


def _cells(person: Person) -> tuple[Any, ...]:
    traits, identity, card = person.identity.traits, person.identity, person.card
    history = _ENCODER.encode(to_json(person)["history"]) if identity.history else None
    return (
        inert(traits.birth_name),
        inert(traits.first_names),
        inert(person.first_name),
        traits.sex,
        traits.birth_date,
        traits.birth_place,
        identity.matricule.value,
        identity.oid,
        inert(" ".join(person.tags)),
        inert(person.key),
        history,
        *((card.insured_number, card.birth_rank, inert(card.serial)) if card else (None, None, None)),
        None if person.note is None else inert(person.note),
    )
