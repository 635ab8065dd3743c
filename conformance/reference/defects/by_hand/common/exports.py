"""Exports of other formats than the one of the software, as faults of several groups write them. It holds no fault."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from typing import TYPE_CHECKING, Any, Final
from xml.sax.saxutils import escape, quoteattr

from conformance.drivers.partners import MessageFormat
from conformance.reference.papers.leaving import LOCAL_OID

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.reference.defects.by_hand.common.hand import Hand
    from conformance.reference.seams import Memory, Record

    _Row = list[str]

_NUMBER = 6
_OID = 7
KEYS: Final = ("id", "nomNaissance", "prenoms", "dateNaissance", "sexe", "codeInsee", "matricule", "oid")
MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
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


def written(write: Callable[[Record, list[_Row]], Record], shift: tuple[int, int] | None = None) -> Hand:
    """Return what writes the export in a form.

    Args:
        write: makes the file of the rows.
        shift: the columns, first and last but one, that stand one row too low among the rows that have something there.
    """

    def hand(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
        return [write(one, columns_shifted(rows_of(one), shift)) for one in records]

    return hand


def columns_shifted(rows: list[_Row], shift: tuple[int, int] | None) -> list[_Row]:
    """Move the values of some columns one row down, among the rows that have any."""
    if shift is not None:
        first, last = shift
        filled = [row for row in rows if row[first]]
        values = [row[first:last] for row in filled]
        for row, value in zip(filled, [*values[-1:], *values[:-1]], strict=True):
            row[first:last] = value
    return rows


def as_workbook(export: Record, rows: list[_Row]) -> Record:
    """Return an export as a workbook."""
    lines = "".join(f"<row>{''.join(map(workbook_cell, row))}</row>" for row in [list(COLUMNS), *rows])
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(
            "xl/worksheets/sheet1.xml",
            f'<worksheet xmlns="{MAIN}"><sheetData>{lines}</sheetData></worksheet>',
        )
    return {**export, "name": "patients.xlsx", "format": MessageFormat.OTHER, "content": out.getvalue()}


def workbook_cell(text: str) -> str:
    """Return a cell of a workbook."""
    return f'<c t="inlineStr"><is><t>{escape(text)}</t></is></c>'


def as_json(export: Record, rows: list[_Row]) -> Record:
    """Return an export as JSON."""
    patients = []
    for row in rows:
        told: dict[str, Any] = dict(zip(KEYS[:_NUMBER], row, strict=False))
        if row[_NUMBER]:
            told["ins"] = {"matricule": row[_NUMBER], "oid": row[_OID]}
        patients.append(told)
    content = json.dumps({"patients": patients}, ensure_ascii=False).encode()
    return {**export, "name": "patients.json", "format": MessageFormat.OTHER, "content": content}


def as_xml(export: Record, rows: list[_Row]) -> Record:
    """Return an export as XML."""
    told = "".join(map(xml_element, rows))
    content = f'<?xml version="1.0" encoding="UTF-8"?>\n<patients>{told}</patients>'.encode()
    return {**export, "name": "patients.xml", "format": MessageFormat.OTHER, "content": content}


def xml_element(row: _Row) -> str:
    """Return the element of a patient."""
    traits = " ".join(f"{key}={quoteattr(value)}" for key, value in zip(KEYS[:_NUMBER], row, strict=False))
    ins = f'<ins oid="{row[_OID]}">{row[_NUMBER]}</ins>' if row[_NUMBER] else ""
    return f"<patient {traits}>{ins}</patient>"


def rows_of(export: Record) -> list[list[str]]:
    """Return a row for each patient of an export, in the order of the columns."""
    return [fhir_row(entry["resource"]) for entry in json.loads(export["content"])["entry"]]


def fhir_row(patient: Mapping[str, Any]) -> list[str]:
    """Return the row of a patient of FHIR."""
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


def as_csv(export: Record, rows: list[list[str]]) -> Record:
    """Return an export as a table of UTF-16."""
    out = io.StringIO()
    csv.writer(out, delimiter=";").writerows([COLUMNS, *rows])
    content = out.getvalue().encode("utf-16")
    return {**export, "name": "patients.csv", "format": MessageFormat.CSV, "content": content}
