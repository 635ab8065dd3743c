"""The data export as a table, right and wrong: what software makes that writes CSV for spreadsheets; see ``by_hand``."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any, Final

from conformance.drivers.partners import MessageFormat
from conformance.reference.papers.leaving import LOCAL_OID

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.reference.seams import Memory, Record

COLUMNS: Final = (
    "Dossier",
    "Nom de naissance",
    "Prénoms",
    "Né(e) le",
    "Sexe",
    "INSEE",
    "Matricule INS",
    "OID",
)
_NUMBER: Final = COLUMNS.index("Matricule INS")
_BORN: Final = COLUMNS.index("Né(e) le")


def as_table(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
    """Write the export as a table for spreadsheets: semicolons, French dates, UTF-16 with its mark."""
    return [_written(one, rows_of(one)) for one in records]


def shifted(column: int, width: int = 1) -> Callable[[list[Record], Mapping[str, Any], Memory], list[Record]]:
    """Return what writes the table with columns one row too low, among the rows that have something there."""

    def write(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
        made = []
        for one in records:
            rows = rows_of(one)
            filled = [row for row in rows if row[column]]
            values = [row[column : column + width] for row in filled]
            for row, value in zip(filled, [*values[-1:], *values[:-1]], strict=True):
                row[column : column + width] = value
            made.append(_written(one, rows))
        return made

    return write


def rows_of(export: Record) -> list[list[str]]:
    """Return a row for each patient of an export, in the order of the columns."""
    return [_row(entry["resource"]) for entry in json.loads(export["content"])["entry"]]


def _row(patient: Mapping[str, Any]) -> list[str]:
    [name] = [one for one in patient["name"] if one.get("use") == "official"]
    local = f"urn:oid:{LOCAL_OID}"
    number: Mapping[str, str] = next(
        (one for one in patient["identifier"] if one.get("system") != local and one.get("use") != "old"), {}
    )
    told = next((one["value"] for one in patient["identifier"] if one.get("system") == local), "")
    year, month, day = patient["birthDate"].split("-")
    names = next((one["valueString"] for one in name.get("extension", [])), " ".join(name.get("given", [])))
    place = next(
        (
            inner["valueCoding"]["code"]
            for one in patient.get("extension", [])
            for inner in one.get("valueAddress", {}).get("extension", [])
        ),
        "",
    )
    return [
        told, name["family"], names, f"{day}/{month}/{year}", patient["gender"][:1].upper(), place,
        number.get("value", ""), number.get("system", "").removeprefix("urn:oid:"),
    ]  # fmt: skip


def _written(export: Record, rows: list[list[str]]) -> Record:
    out = io.StringIO()
    csv.writer(out, delimiter=";").writerows([COLUMNS, *rows])
    content = out.getvalue().encode("utf-16")
    return {**export, "name": "patients.csv", "format": MessageFormat.CSV, "content": content}


FUNCTIONS: Final = {
    "export-as-table": as_table,
    "export-numbers-shifted": shifted(_NUMBER, 2),
    "export-dates-shifted": shifted(_BORN),
}
"""What ``hand`` may name."""
