"""Workbooks of Excel 97 to 2003 (BIFF 8, within a compound file): the cells of each sheet as texts. Pure, bounded."""

from __future__ import annotations

import datetime as dt
import struct
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.documents.exports.tables import Row

_BOF, _EOF, _SHEET, _STRINGS, _CONTINUE, _FORMAT, _STYLE, _1904, _LOCKED = (
    0x809, 0x0A, 0x85, 0xFC, 0x3C, 0x41E, 0xE0, 0x22, 0x2F,
)  # fmt: skip
_LABEL_SST, _LABEL, _RSTRING, _NUMBER, _RK, _MULRK, _FORMULA, _STRING = (
    0xFD, 0x204, 0xD6, 0x203, 0x27E, 0xBD, 0x06, 0x207,
)  # fmt: skip
_VERSION: Final = 0x600
_OF_CELLS: Final = b"\x10\0"
_MOST_RECORDS: Final = 2_000_000
_MOST_ROWS: Final = 20_000
_MOST_COLUMNS: Final = 500
_MOST_STRINGS: Final = 400_000
_LONGEST: Final = 2_000
"""Characters of a cell."""
_DATES: Final = frozenset({*range(14, 18), 22, *range(27, 37), *range(50, 59)})
_LAST_DAY: Final = 80_000
_WHOLE: Final = 10**16

Cells = dict[tuple[int, int], str]


def sheets_of(stream: bytes) -> list[tuple[str, list[Row]]]:
    """Return the name and the rows of each sheet of a stream « Workbook »; none when it is of another version or encrypted.

    Of one that is spoilt, what comes before.
    """
    book = _Book()
    names: list[str] = []
    sheets: list[Cells] = []
    try:
        for kind, content, cuts in _records(stream):
            if kind == _LOCKED or (kind == _BOF and struct.unpack_from("<H", content)[0] != _VERSION):
                return []
            if kind == _SHEET:
                names.append(_short(content[6:]))
            elif kind == _BOF:
                if content[2:4] == _OF_CELLS:
                    sheets.append({})
            elif sheets:
                sheets[-1].update(_kept(book.cells(kind, content)))
            else:
                book.learn(kind, content, cuts)
    except (struct.error, IndexError):
        pass
    return [(name, _rows(cells)) for name, cells in zip([*names, *[""] * len(sheets)], sheets, strict=False)]


def _kept(cells: Iterator[tuple[int, int, str]]) -> Iterator[tuple[tuple[int, int], str]]:
    for row, column, told in cells:
        if row <= _MOST_ROWS and column < _MOST_COLUMNS:
            yield (row, column), told[:_LONGEST]


def _records(stream: bytes) -> Iterator[tuple[int, bytes, list[int]]]:
    """Yield kind and content of each record, those that go on in others joined, and where the joints are."""
    at, count = 0, 0
    while at + 4 <= len(stream) and count < _MOST_RECORDS:
        kind, length = struct.unpack_from("<HH", stream, at)
        pieces = [stream[at + 4 : at + 4 + length]]
        at += 4 + length
        cuts: list[int] = []
        total = len(pieces[0])
        while at + 4 <= len(stream) and struct.unpack_from("<H", stream, at)[0] == _CONTINUE:
            (length,) = struct.unpack_from("<H", stream, at + 2)
            cuts.append(total)
            pieces.append(stream[at + 4 : at + 4 + length])
            total += len(pieces[-1])
            at += 4 + length
            count += 1
        count += 1
        yield kind, b"".join(pieces), cuts


class _Book:
    """What cells refer to: the texts and the forms of the workbook."""

    def __init__(self) -> None:
        self._strings: list[str] = []
        self._formats: set[int] = set(_DATES)
        self._styles: list[int] = []
        self._epoch = dt.date(1899, 12, 30)
        self._waiting: tuple[int, int] | None = None

    def learn(self, kind: int, content: bytes, cuts: list[int]) -> None:
        """Keep what a record before the sheets tells."""
        if kind == _STRINGS:
            self._strings = _strings(content, cuts)
        elif kind == _STYLE:
            self._styles.append(struct.unpack_from("<H", content, 2)[0])
        elif kind == _1904 and content[:1] == b"\1":
            self._epoch = dt.date(1904, 1, 1)
        elif kind == _FORMAT:
            (number,) = struct.unpack_from("<H", content)
            shown = _long(content, 2).lower()
            if "yy" in shown or "aa" in shown or ("d" in shown and "m" in shown):
                self._formats.add(number)

    def cells(self, kind: int, content: bytes) -> Iterator[tuple[int, int, str]]:
        """Yield row, column and text of the cells of a record."""
        if kind == _STRING and self._waiting:
            yield (*self._waiting, _long(content, 0))
            self._waiting = None
            return
        if kind not in {_LABEL_SST, _LABEL, _RSTRING, _NUMBER, _RK, _MULRK, _FORMULA}:
            return
        row, column, style = struct.unpack_from("<HHH", content)
        if kind == _LABEL_SST:
            (index,) = struct.unpack_from("<I", content, 6)
            yield row, column, self._strings[index] if index < len(self._strings) else ""
        elif kind in {_LABEL, _RSTRING}:
            yield row, column, _long(content, 6)
        elif kind == _NUMBER:
            yield row, column, self._number(struct.unpack_from("<d", content, 6)[0], style)
        elif kind == _RK:
            yield row, column, self._number(_rk(content, 6), style)
        elif kind == _MULRK:
            for place in range((len(content) - 6) // 6):
                (own,) = struct.unpack_from("<H", content, 4 + 6 * place)
                yield row, column + place, self._number(_rk(content, 6 + 6 * place), own)
        elif content[12:14] == b"\xff\xff":
            # A text: it comes with the next record.
            self._waiting = (row, column) if content[6] == 0 else None
        else:
            yield row, column, self._number(struct.unpack_from("<d", content, 6)[0], style)

    def _number(self, value: float, style: int) -> str:
        form = self._styles[style] if style < len(self._styles) else 0
        if form in self._formats and 0 < value < _LAST_DAY:
            return (self._epoch + dt.timedelta(days=int(value))).isoformat()
        return str(int(value)) if abs(value) < _WHOLE and value == int(value) else repr(value)


def _rk(content: bytes, at: int) -> float:
    """Return a number of thirty bits: an integer or the upper half of a float, perhaps a hundredfold."""
    (raw,) = struct.unpack_from("<i", content, at)
    value = (
        float(raw >> 2) if raw & 2 else struct.unpack("<d", struct.pack("<Q", (raw & 0xFFFFFFFC) << 32))[0]
    )
    return value / 100 if raw & 1 else value


def _short(content: bytes) -> str:
    return _letters(content[2:], content[0], wide=bool(content[1] & 1))


def _long(content: bytes, at: int) -> str:
    (count,) = struct.unpack_from("<H", content, at)
    return _letters(content[at + 3 :], count, wide=bool(content[at + 2] & 1))


def _letters(content: bytes, count: int, *, wide: bool) -> str:
    return (
        content[: 2 * count].decode("utf-16-le", errors="replace")
        if wide
        else content[:count].decode("latin-1")
    )


def _strings(content: bytes, cuts: list[int]) -> list[str]:
    """Return the texts of the workbook: behind a joint each goes on with a mark that tells anew how its letters are written."""
    _, count = struct.unpack_from("<II", content)
    joints = iter([*cuts, len(content)])
    joint = next(joints)
    at = 8
    found: list[str] = []
    for _ in range(min(count, _MOST_STRINGS)):
        if at + 3 > len(content):
            break
        while joint <= at and joint < len(content):
            joint = next(joints)
        length, mark = struct.unpack_from("<HB", content, at)
        at += 3
        runs = struct.unpack_from("<H", content, at)[0] if mark & 8 else 0
        at += 2 if mark & 8 else 0
        extra = struct.unpack_from("<I", content, at)[0] if mark & 4 else 0
        at += 4 if mark & 4 else 0
        told: list[str] = []
        while length > 0 and at < len(content):
            if at >= joint and joint < len(content):
                mark, joint, at = content[at], next(joints), at + 1
            size = 2 if mark & 1 else 1
            here = min(length, max(0, joint - at) // size)
            if here == 0:
                break
            told.append(_letters(content[at : at + here * size], here, wide=size == 2))  # noqa: PLR2004 - bytes of a letter
            at, length = at + here * size, length - here
        at += 4 * runs + extra
        found.append("".join(told)[:_LONGEST])
    return found


def _rows(cells: Cells) -> list[Row]:
    if not cells:
        return []
    rows: list[Row] = [[] for _ in range(max(row for row, _ in cells) + 1)]
    for (row, column), told in sorted(cells.items()):
        rows[row].extend([""] * (column - len(rows[row])))
        rows[row].append(told)
    return rows
