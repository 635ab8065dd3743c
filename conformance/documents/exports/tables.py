"""Tables: delimited text, and the sheets of XLSX and ODS workbooks, as rows of cells. Bounded in rows and columns."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from typing import TYPE_CHECKING, Final

from conformance.documents.exports.columns import tells
from conformance.documents.exports.people import Field, Person, is_of_people, person_of
from conformance.documents.xmltree import children, descend, parse, text_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from lxml import etree

    from conformance.documents.context import Reading
    from conformance.documents.record import Place

MOST_ROWS: Final = 20_000
_MOST_COLUMNS: Final = 500
_HEADER_WITHIN: Final = 30
"""Rows among which the names of the columns stand."""
_CARD_ROWS: Final = 80
_SNIFFED: Final = 40
_MARKS: Final = ";\t|,"
_RARE_MARKS: Final = "~§¦¤^#\x1f\x01"
"""What parts the cells where a value may hold all the usual signs; looked at when these part nothing that names people."""
_RULES: Final = str.maketrans("│┃║", "|||")
"""The vertical strokes of a table drawn with letters."""
_EPOCH: Final = dt.date(1899, 12, 30)
_EPOCH_1904: Final = dt.date(1904, 1, 1)
_LAST_DAY: Final = 80_000
_DATE_FORMATS: Final = frozenset({*range(14, 18), 22, *range(27, 37), *range(50, 59)})
_REFERENCE: Final = re.compile(r"([A-Z]{1,3})\d{1,8}")

Row = list[str]


def delimited(text: str) -> list[Row]:
    """Return the rows of a delimited text; none when it is no table."""
    told = text.removeprefix("\ufeff")
    lines = [
        line
        for line in re.split(r"\r\n?|\n", told.translate(_RULES), maxsplit=_SNIFFED)[:_SNIFFED]
        if line.strip()
    ]
    mark = max(_MARKS, key=lambda one: sum(line.count(one) for line in lines))
    rare = next((one for one in _RARE_MARKS if _parts_names(lines, one)), None)
    if rare is not None and not _parts_names(lines, mark):
        mark = rare
    if sum(mark in line for line in lines) < 2:  # noqa: PLR2004 - names and one row
        return []
    rows: list[Row] = []
    try:
        for row in csv.reader(
            io.StringIO(told.translate(_RULES) if mark == "|" else told, newline=""), delimiter=mark
        ):
            rows.append(row[:_MOST_COLUMNS])
            if len(rows) > MOST_ROWS:
                break
    except csv.Error:
        return []
    return rows


def _parts_names(lines: Sequence[str], mark: str) -> bool:
    """Tell whether a sign parts one of the first lines into the names of columns of people."""
    return any(
        is_of_people(tells(one.strip(' "')) for one in line.split(mark)[:_MOST_COLUMNS])
        for line in lines[:_HEADER_WITHIN]
        if mark in line
    )


_TOLD: Final = re.compile(r"\s{0,20}[^:=]{2,60}[:=]\s{0,20}\S")
"""A label with its value behind a colon."""
_PAIRS: Final = 2
_LISTED: Final = re.compile(r"(?<=[A-Z])\s?,\s(?=[A-Z]{2})")
"""What parts the names of a list on paper."""


def has_header(rows: Sequence[Row]) -> bool:
    """Tell whether one of the first rows names the columns of a list of people."""
    return any(_is_header(row) for row in rows[:_HEADER_WITHIN])


def _is_header(row: Row) -> bool:
    """Tell whether a row names the columns of patients; one of labels with their values is a line of a letter."""
    told = sum(_TOLD.match(one) is not None for one in row)
    return told < _PAIRS and is_of_people(tells(one) for one in row)


def people_of(rows: Sequence[Row], reading: Reading, sheet: str = "") -> list[Person]:
    """Return the patients of a table, each with the line and the column of what it tells.

    The names of the columns stand in one of the first rows; where they stand in the first column instead, the table is the card of one
    patient.
    """
    for index, row in enumerate(rows[:_HEADER_WITHIN]):
        if _is_header(row):
            return list(_below(row, rows[index + 1 : MOST_ROWS], index + 2, reading, sheet))
    pairs = [(number, row) for number, row in enumerate(rows[:_CARD_ROWS], 1) if len(row) > 1]
    if not is_of_people(tells(row[0]) for _, row in pairs):
        return []
    # Texts set with tabs put the colon before the value: ``NOM DE NAISSANCE⇥: MARTIN``. A card tells a list as paper does: with commas.
    fields = [
        Field(
            row[0],
            _LISTED.sub(" ", row[1].removeprefix(":").strip()),
            _place(reading, sheet, row[0], number),
        )
        for number, row in pairs
    ]
    person = person_of(fields, reading.place(sheet))
    return [person] if person else []


def _below(header: Row, rows: Iterable[Row], first: int, reading: Reading, sheet: str) -> Iterator[Person]:
    known = [(column, label) for column, label in enumerate(header) if tells(label) is not None]
    for number, row in enumerate(rows, first):
        reading.spend(0)
        fields = [
            Field(label, row[column] if column < len(row) else "", _place(reading, sheet, label, number))
            for column, label in known
        ]
        person = person_of(fields, _place(reading, sheet, "", number))
        if person is not None:
            yield person


def _place(reading: Reading, sheet: str, label: str, number: int) -> Place:
    return reading.place(" › ".join(one for one in (sheet, label.strip()[:60]) if one), line=number)


def sheets(files: Mapping[str, bytes], reading: Reading) -> Iterator[tuple[str, list[Row]]]:
    """Yield the name and the rows of each sheet of a workbook.

    Raises:
        XmlRefusedError: a part is not XML that this bench reads.
    """
    if "content.xml" in files:
        yield from open_document(parse(files["content.xml"], reading.limits))
        return
    shared = [
        "".join(text_of(one) for one in descend(item, "t"))
        for item in children(parse(files["xl/sharedStrings.xml"], reading.limits), "si")
    ] if "xl/sharedStrings.xml" in files else []  # fmt: skip
    dates = _date_styles(files, reading)
    epoch = _EPOCH_1904 if b'date1904="1"' in files.get("xl/workbook.xml", b"") else _EPOCH
    for name in sorted(one for one in files if re.fullmatch(r"xl/worksheets/[\w.-]{1,60}\.xml", one)):
        root = parse(files[name], reading.limits)
        yield (
            name.rpartition("/")[2].removesuffix(".xml"),
            [_row(row, shared, dates, epoch) for row, _ in zip(descend(root, "row"), range(MOST_ROWS + 1), strict=False)],
        )  # fmt: skip


def _date_styles(files: Mapping[str, bytes], reading: Reading) -> set[int]:
    """Return the numbers of the cell styles that show a date."""
    if "xl/styles.xml" not in files:
        return set()
    root = parse(files["xl/styles.xml"], reading.limits)
    formats = set(_DATE_FORMATS)
    for one in descend(root, "numFmt"):
        shown = re.sub(r'"[^"]{0,100}"|\[[^\]]{0,40}\]', "", one.get("formatCode", "").lower()[:200])
        if "yy" in shown or "aa" in shown or ("d" in shown and "m" in shown):
            formats.add(_number(one.get("numFmtId", "")))
    styles = next(descend(root, "cellXfs"), None)
    told = list(children(styles, "xf")) if styles is not None else []
    return {index for index, one in enumerate(told) if _number(one.get("numFmtId", "")) in formats}


def _row(row: etree._Element, shared: Sequence[str], dates: set[int], epoch: dt.date) -> Row:
    cells: Row = []
    for cell in children(row, "c"):
        match = _REFERENCE.fullmatch(cell.get("r", ""))
        column = _column(match[1]) if match else len(cells)
        if column >= _MOST_COLUMNS:
            break
        cells.extend([""] * (column - len(cells)))
        cells.append(_cell(cell, shared, dates, epoch))
    return cells


def _cell(cell: etree._Element, shared: Sequence[str], dates: set[int], epoch: dt.date) -> str:
    kind = cell.get("t", "n")
    if kind == "inlineStr":
        return "".join(text_of(one) for one in descend(cell, "t"))
    text = text_of(next(children(cell, "v"), None))
    if not text and (formula := text_of(next(children(cell, "f"), None))):
        return f"={formula}"
    if kind == "s":
        index = _number(text)
        return shared[index] if 0 <= index < len(shared) else ""
    if kind != "n" or not text:
        return text
    try:
        value = float(text)
    except ValueError:
        return text
    if _number(cell.get("s", "")) in dates and 0 < value < _LAST_DAY:
        return (epoch + dt.timedelta(days=int(value))).isoformat()
    return str(int(value)) if value == int(value) and abs(value) < 10**16 else text


def _column(letters: str) -> int:
    number = 0
    for one in letters:
        number = number * 26 + ord(one) - ord("A") + 1
    return number - 1


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else -1  # noqa: PLR2004 - no index is longer


def open_document(root: etree._Element) -> Iterator[tuple[str, list[Row]]]:
    """Yield the name and the rows of each sheet of an OpenDocument."""
    for table in descend(root, "table"):
        rows: list[Row] = []
        for row in descend(table, "table-row"):
            if len(rows) > MOST_ROWS:
                break
            rows.append(_open_row(row))
        yield _attribute(table, "name"), rows


def _open_row(row: etree._Element) -> Row:
    cells: Row = []
    for cell in children(row, "table-cell", "covered-table-cell"):
        text = _attribute(cell, "date-value") or "\n".join(text_of(one) for one in children(cell, "p"))
        times = max(1, min(_number(_attribute(cell, "number-columns-repeated")), _MOST_COLUMNS))
        cells.extend([text] * min(times, _MOST_COLUMNS - len(cells)))
    return cells


def _attribute(element: etree._Element, name: str) -> str:
    return next((value for key, value in element.attrib.items() if str(key).rpartition("}")[2] == name), "")
