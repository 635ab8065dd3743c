"""Tables in markup: HTML that a spreadsheet opens as a workbook, XML of Excel 2003. Pure, bounded."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Final

from conformance.documents.xmltree import children, descend, local, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml import etree

    from conformance.documents.exports.tables import Row

_SPREADSHEET: Final = "urn:schemas-microsoft-com:office:spreadsheet"
_MOST_ROWS: Final = 20_000
_MOST_COLUMNS: Final = 500
_LONGEST: Final = 2_000
"""Characters of a cell."""
_MOST: Final = 8_000_000
"""Characters of markup that are read."""
_PROSE: Final = 80
"""Letters outside of any table up to which a page is a list: a title, a date, a number of lines."""
_HTML: Final = re.compile(
    r"\s{0,200}<(?:!--|(?:!doctype\s{1,20}html|html|table|meta|head|style|body)\b)", re.IGNORECASE
)
_SHEET: Final = re.compile(r"schemas-microsoft-com:office:excel|Excel\.Sheet", re.IGNORECASE)
_UNSEEN: Final = frozenset({"style", "script", "head", "title", "xml", "caption"})
_DAY: Final = re.compile(r"(\d{4}-\d\d-\d\d)T00:00:00(?:\.0{1,9})?")


def is_html(text: str) -> bool:
    """Tell whether a text begins as HTML."""
    return _HTML.match(text) is not None


def html_tables(text: str) -> list[list[Row]]:
    """Return the tables of a page that holds nothing else, as a spreadsheet would open it; none for a letter that has tables in it."""
    if "<t" not in text[:_MOST].lower():
        return []
    page = _Page()
    page.feed(text[:_MOST])
    page.close()
    is_sheet = _SHEET.search(text[:4000]) is not None
    return page.tables if is_sheet or page.outside <= _PROSE else []


class _Page(HTMLParser):
    """Takes the cells of tables out of a page; a table in a cell is a text of it."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[list[Row]] = []
        self.outside = 0
        """Letters and digits that stand in no table."""
        self._unseen = 0
        self._depth = 0
        self._cell: list[str] | None = None
        self._span = 1
        self._rows = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {"body", "table"}:
            # An end of the head may be left out.
            self._unseen = 0
        if tag in _UNSEEN:
            self._unseen += 1
        elif tag == "table":
            self._depth += 1
            if self._depth == 1:
                self.tables.append([])
        elif self._depth == 1 and tag == "tr":
            self._closed()
            self._rows += 1
            if self._rows <= _MOST_ROWS:
                self.tables[-1].append([])
        elif self._depth == 1 and tag in {"td", "th"}:
            self._closed()
            span = dict(attrs).get("colspan") or "1"
            self._span = min(int(span), _MOST_COLUMNS) if span.isdecimal() and len(span) < 4 else 1  # noqa: PLR2004 - columns
            self._cell = []
        elif tag in {"br", "p", "div"} and self._cell:
            self._cell.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in _UNSEEN:
            self._unseen = max(0, self._unseen - 1)
        elif tag == "table" and self._depth:
            if self._depth == 1:
                self._closed()
            self._depth -= 1
        elif tag in {"td", "th", "tr"} and self._depth == 1:
            self._closed()

    def handle_data(self, data: str) -> None:
        if self._unseen:
            return
        if self._cell is not None:
            self._cell.append(data)
        elif not self._depth:
            self.outside += sum(map(str.isalnum, data))

    def _closed(self) -> None:
        if self._cell is None:
            return
        row = self.tables[-1][-1] if self.tables[-1] else None
        if row is not None and self._rows <= _MOST_ROWS and len(row) < _MOST_COLUMNS:
            text = " ".join("".join(self._cell).replace("\xa0", " ").split())[:_LONGEST]
            row.append(text)
            row.extend([""] * min(self._span - 1, _MOST_COLUMNS - len(row)))
        self._cell = None


def is_spreadsheet_2003(root: etree._Element) -> bool:
    """Tell whether XML is a workbook of Excel 2003."""
    return root.tag == f"{{{_SPREADSHEET}}}Workbook"


def spreadsheet_2003(root: etree._Element) -> Iterator[tuple[str, list[Row]]]:
    """Yield the name and the rows of each sheet."""
    for sheet in children(root, "Worksheet"):
        rows: list[Row] = []
        for row in descend(sheet, "Row"):
            if len(rows) > _MOST_ROWS:
                break
            rows.append(_row(row))
        yield sheet.get(f"{{{_SPREADSHEET}}}Name", ""), rows


def _row(row: etree._Element) -> Row:
    cells: Row = []
    for cell in children(row, "Cell"):
        index = cell.get(f"{{{_SPREADSHEET}}}Index", "")
        if index.isdecimal() and len(index) < 4 and int(index) > len(cells) + 1:  # noqa: PLR2004 - columns
            cells.extend([""] * (min(int(index), _MOST_COLUMNS) - 1 - len(cells)))
        if len(cells) >= _MOST_COLUMNS:
            break
        text = next((text_of(one) for one in cell if local(one) == "Data"), "")[:_LONGEST]
        day = _DAY.fullmatch(text)
        cells.append(day[1] if day else text)
    return cells


def is_flat_open_document(root: etree._Element) -> bool:
    """Tell whether XML is a whole OpenDocument in one file."""
    return local(root) == "document" and "opendocument" in str(root.tag)
