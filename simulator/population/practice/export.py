"""Writes a practice file as software imports it, and what it must lead to in a file of its own.

Inferred: no LGO publishes its import format. Columns, their names and the choices of separator and encoding are ours, of the
kind that such imports accept.
"""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from simulator.population.practice.answers import Answer
    from simulator.population.practice.record import Line

Delimiter = Literal[";", ","]
Encoding = Literal["utf-8", "cp1252"]

PRACTICE_COLUMNS: Final = (
    "code_patient",
    "nom_naissance",
    "nom_usage",
    "prenom",
    "sexe",
    "date_naissance",
    "lieu_naissance",
)
"""``code_patient`` is the number of the line; dates are ``JJ/MM/AAAA``, places COG codes."""

EXPECTED_COLUMNS: Final = (
    "line",
    "person",
    "duplicate_of",
    "defects",
    "code",
    "matricule",
    "oid",
    "tried_sex",
    "tried_code",
    "tried_matricule",
    "tried_oid",
    "found",
    "why_fr",
    "why_en",
)
"""``line`` is the ``code_patient``; the ``tried_`` columns are those of an empty sex completed by trying."""


def write_practice(
    path: Path, lines: Iterable[Line], *, delimiter: Delimiter = ";", encoding: Encoding = "utf-8"
) -> None:
    """Write the file to import, one line a patient, CRLF at their ends. UTF-8 is written without a mark.

    Raises:
        OSError: the file cannot be written.
        UnicodeEncodeError: a name has a letter that the encoding lacks (none that the bench types).
    """
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file, delimiter=delimiter)
        writer.writerow(PRACTICE_COLUMNS)
        writer.writerows(_practice_rows(lines))


def write_expected(path: Path, answers: Iterable[Answer]) -> None:
    """Write what each line must lead to: UTF-8, comma-separated, LF at the ends of lines.

    Raises:
        OSError: the file cannot be written.
    """
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(EXPECTED_COLUMNS)
        writer.writerows(_expected_rows(answers))


def _practice_rows(lines: Iterable[Line]) -> Iterator[tuple[str, ...]]:
    for line in lines:
        record = line.record
        yield (
            str(line.number),
            record.birth_name,
            record.usage_name,
            record.first_name,
            record.sex,
            "/".join(reversed(record.birth_date.split("-"))),
            record.birth_place,
        )


def _expected_rows(answers: Iterable[Answer]) -> Iterator[tuple[str, ...]]:
    for answer in answers:
        line, found, tried = answer.line, answer.person, answer.tried_person
        yield (
            str(line.number),
            line.patient.key,
            "" if line.duplicate_of is None else str(line.duplicate_of),
            " ".join(line.defects),
            answer.code,
            found.identity.matricule.value if found else "",
            str(found.identity.oid) if found else "",
            answer.tried_sex or "",
            answer.tried_code or "",
            tried.identity.matricule.value if tried else "",
            str(tried.identity.oid) if tried else "",
            found.key if found else tried.key if tried else "",
            answer.why_fr,
            answer.why_en,
        )
