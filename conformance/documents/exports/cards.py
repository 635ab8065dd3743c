"""Contact cards (vCard 2.1, 3.0, 4.0): one patient each, the INS in extensions."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from conformance.documents.exports.people import Field, Person, person_of

if TYPE_CHECKING:
    from conformance.documents.context import Reading

_FOLD: Final = re.compile(r"\r?\n[ \t]")
_LINE: Final = re.compile(r"(?:[A-Za-z0-9-]{1,40}\.)?([A-Za-z0-9-]{1,60})((?:;[^:\r\n]{0,200})?):(.*)")
_LABELS: Final = {"BDAY": "date de naissance", "GENDER": "sexe", "X-GENDER": "sexe", "SEX": "sexe"}
_MOST: Final = 20_000


def people_of(text: str, reading: Reading) -> list[Person]:
    """Return the patients of one or more cards."""
    found: list[Person] = []
    fields: list[Field] = []
    for number, line in enumerate(_FOLD.sub("", text).splitlines(), 1):
        match = _LINE.fullmatch(line.strip()[:4000])
        if match is None:
            continue
        name, value = match[1].upper(), match[3].replace("\\,", ",").replace("\\;", "\0")
        place = reading.place(name, line=number)
        if name == "BEGIN":
            fields = []
        elif name == "END":
            person = person_of(fields, reading.place(line=number))
            if person is not None and len(found) < _MOST:
                # A card has the lines that are filled, and no place for others.
                found.append(replace(person, named=frozenset(), missing=frozenset()))
        elif name == "N":
            parts = [*value.split(";"), "", ""]
            fields.extend(
                [
                    Field("nom", parts[0].replace("\0", ";"), place),
                    Field("prénom", parts[1].replace("\0", ";"), place),
                ]
            )
        else:
            fields.append(
                Field(
                    _LABELS.get(name, name.removeprefix("X-")),
                    value.replace("\0", ";").partition(";")[0],
                    place,
                )
            )
    return found
