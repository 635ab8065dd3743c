"""The data export as a workbook, and as JSON and XML of the software's own making, right and wrong; see ``by_hand`` and ``tables``."""

from __future__ import annotations

import io
import json
import zipfile
from typing import TYPE_CHECKING, Any, Final
from xml.sax.saxutils import escape, quoteattr

from conformance.drivers.partners import MessageFormat
from conformance.reference.defects.by_hand.tables import COLUMNS, rows_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.reference.seams import Memory, Record

    _Row = list[str]
    _Hand = Callable[[list[Record], Mapping[str, Any], Memory], list[Record]]

_KEYS: Final = ("id", "nomNaissance", "prenoms", "dateNaissance", "sexe", "codeInsee", "matricule", "oid")
_SEX, _PLACE, _NUMBER, _OID = 4, 5, 6, 7
_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def written(write: Callable[[Record, list[_Row]], Record], shift: tuple[int, int] | None = None) -> _Hand:
    """Return what writes the export in a form.

    Args:
        write: makes the file of the rows.
        shift: the columns, first and last but one, that stand one row too low among the rows that have something there.
    """

    def hand(records: list[Record], _about: Mapping[str, Any], _memory: Memory) -> list[Record]:
        return [write(one, _shifted(rows_of(one), shift)) for one in records]

    return hand


def _shifted(rows: list[_Row], shift: tuple[int, int] | None) -> list[_Row]:
    if shift is not None:
        first, last = shift
        filled = [row for row in rows if row[first]]
        values = [row[first:last] for row in filled]
        for row, value in zip(filled, [*values[-1:], *values[:-1]], strict=True):
            row[first:last] = value
    return rows


def _workbook(export: Record, rows: list[_Row]) -> Record:
    lines = "".join(f"<row>{''.join(map(_cell, row))}</row>" for row in [list(COLUMNS), *rows])
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(
            "xl/worksheets/sheet1.xml",
            f'<worksheet xmlns="{_MAIN}"><sheetData>{lines}</sheetData></worksheet>',
        )
    return {**export, "name": "patients.xlsx", "format": MessageFormat.OTHER, "content": out.getvalue()}


def _cell(text: str) -> str:
    return f'<c t="inlineStr"><is><t>{escape(text)}</t></is></c>'


def _json(export: Record, rows: list[_Row]) -> Record:
    patients = []
    for row in rows:
        told: dict[str, Any] = dict(zip(_KEYS[:_NUMBER], row, strict=False))
        if row[_NUMBER]:
            told["ins"] = {"matricule": row[_NUMBER], "oid": row[_OID]}
        patients.append(told)
    content = json.dumps({"patients": patients}, ensure_ascii=False).encode()
    return {**export, "name": "patients.json", "format": MessageFormat.OTHER, "content": content}


def _xml(export: Record, rows: list[_Row]) -> Record:
    told = "".join(map(_element, rows))
    content = f'<?xml version="1.0" encoding="UTF-8"?>\n<patients>{told}</patients>'.encode()
    return {**export, "name": "patients.xml", "format": MessageFormat.OTHER, "content": content}


def _element(row: _Row) -> str:
    traits = " ".join(f"{key}={quoteattr(value)}" for key, value in zip(_KEYS[:_NUMBER], row, strict=False))
    ins = f'<ins oid="{row[_OID]}">{row[_NUMBER]}</ins>' if row[_NUMBER] else ""
    return f"<patient {traits}>{ins}</patient>"


FUNCTIONS: Final = {
    "export-as-workbook": written(_workbook),
    "export-as-own-json": written(_json),
    "export-as-own-xml": written(_xml),
    "workbook-numbers-shifted": written(_workbook, (_NUMBER, _OID + 1)),
    "json-sexes-shifted": written(_json, (_SEX, _SEX + 1)),
    "xml-places-shifted": written(_xml, (_PLACE, _PLACE + 1)),
}
"""What ``hand`` may name."""
