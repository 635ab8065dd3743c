"""Data bases of one file (SQLite, dBase and its kin) as tables of texts. Pure: nothing is written, nothing of the file is run."""

from __future__ import annotations

import re
import sqlite3
import struct
import time
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.documents.context import Reading
    from conformance.documents.exports.tables import Row

_SQLITE: Final = b"SQLite format 3\0"
_MOST_TABLES: Final = 200
_MOST_ROWS: Final = 20_000
_MOST_COLUMNS: Final = 500
_LONGEST: Final = 2_000
"""Characters of a value."""
_STEPS: Final = 20_000
"""Instructions of SQLite between two looks at the time."""
_MOST_SECONDS: Final = 20.0
_ALLOWED: Final = frozenset({sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ})
_ROLLBACK: Final = 1
"""The journal that a file in memory can have; a file in WAL mode is opened only as one of this."""

_DBF_VERSIONS: Final = frozenset(
    {0x02, 0x03, 0x04, 0x05, 0x30, 0x31, 0x32, 0x43, 0x63, 0x83, 0x8B, 0x8E, 0xCB, 0xF5, 0xFB}
)
_DBF_HEAD: Final = struct.Struct("<BBBBIHH")
_DBF_FIELD: Final = 32
_DBF_END: Final = 0x0D
_DBF_CODEPAGES: Final = {
    0x01: "cp437", 0x02: "cp850", 0x03: "cp1252", 0x57: "cp1252", 0x58: "cp1252", 0x59: "cp1252", 0x0D: "cp437", 0x0E: "cp850",
    0x19: "cp850", 0x1A: "cp850", 0x65: "cp866", 0xC8: "cp1250",
}  # fmt: skip
_DBF_KINDS: Final = frozenset(b"CNFDLIMGPBTYV@O+0WQX")
_DBF_TEXTS: Final = frozenset("CDNFL")
"""Kinds of fields that are written in letters; of the others only what is written so is told."""
_DBF_DAY: Final = re.compile(r"(\d{4})(\d\d)(\d\d)")
_MONTHS: Final = 12
_DAYS: Final = 31


def is_sqlite(data: bytes) -> bool:
    """Tell whether bytes are a data base of SQLite."""
    return data.startswith(_SQLITE)


def sqlite_tables(data: bytes, reading: Reading) -> Iterator[tuple[str, list[Row]]]:
    """Yield the name and the rows of each table of a SQLite file, the names of the columns first.

    It is opened in memory, nothing but reading of plain tables is allowed, and neither views nor functions of the file are run. What is
    spoilt ends the reading without a word: what was read until then is given.
    """
    base = sqlite3.connect(":memory:")
    until = min(reading.deadline, time.monotonic() + _MOST_SECONDS)
    try:
        base.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, max(len(data), 1_000_000))
        base.setlimit(sqlite3.SQLITE_LIMIT_COLUMN, _MOST_COLUMNS)
        base.text_factory = lambda content: content.decode("utf-8", errors="replace")
        base.execute("PRAGMA trusted_schema=OFF")
        base.execute("PRAGMA cell_size_check=ON")
        base.deserialize(data[:18] + bytes([_ROLLBACK, _ROLLBACK]) + data[20:])
        base.set_authorizer(lambda act, *_: sqlite3.SQLITE_OK if act in _ALLOWED else sqlite3.SQLITE_DENY)
        base.set_progress_handler(lambda: time.monotonic() > until, _STEPS)
        yield from _tables(base)
    except (sqlite3.Error, ValueError, OverflowError, MemoryError):
        return
    finally:
        base.close()


def _tables(base: sqlite3.Connection) -> Iterator[tuple[str, list[Row]]]:
    told = base.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'").fetchmany(_MOST_TABLES)
    for name, sql in told:
        if not isinstance(name, str) or not isinstance(sql, str) or "virtual" in sql[:40].lower():
            continue
        quoted = name.replace('"', '""')
        try:
            found = base.execute(f'SELECT * FROM "{quoted}" LIMIT {_MOST_ROWS}')  # noqa: S608 - a name in quotes; nothing but reading is allowed
            names = [str(one[0]) for one in found.description or ()]
            yield name, [names, *([_told(one) for one in row] for row in found)]
        except sqlite3.Error:
            continue


def _told(value: Any) -> str:
    if value is None or isinstance(value, bytes):
        return ""
    return str(value)[:_LONGEST]


def is_dbf(data: bytes) -> bool:
    """Tell whether bytes are a table of dBase, FoxPro or Clipper."""
    if len(data) < 2 * _DBF_FIELD or data[0] not in _DBF_VERSIONS:
        return False
    _, _, month, day, _, head, length = _DBF_HEAD.unpack_from(data)
    return (
        0 <= month <= _MONTHS
        and 0 <= day <= _DAYS
        and 2 * _DBF_FIELD < head <= len(data)
        and length > 1
        and bool(_dbf_fields(data, head))
    )


def dbf_rows(data: bytes) -> list[Row]:
    """Return the rows of a table of dBase, the names of the columns first; records that are deleted, but still there, among them."""
    _, _, _, _, count, head, length = _DBF_HEAD.unpack_from(data)
    fields = _dbf_fields(data, head)
    coding = _DBF_CODEPAGES.get(data[29], "")
    rows: list[Row] = [[name for name, _, _ in fields]]
    for number in range(min(count, _MOST_ROWS)):
        record = data[head + number * length : head + (number + 1) * length]
        if len(record) < length:
            break
        row: Row = []
        at = 1
        for _, kind, size in fields:
            row.append(_dbf_value(record[at : at + size], kind, coding))
            at += size
        rows.append(row)
    return rows


def _dbf_fields(data: bytes, head: int) -> list[tuple[str, str, int]]:
    """Return name, kind and width of each field; none when they are not those of a table."""
    fields: list[tuple[str, str, int]] = []
    at = _DBF_FIELD
    while at + _DBF_FIELD <= head and data[at] != _DBF_END and len(fields) < _MOST_COLUMNS:
        name = data[at : at + 11].split(b"\0", 1)[0]
        if (
            not name
            or not name.isascii()
            or not name.decode("ascii").isprintable()
            or data[at + 11] not in _DBF_KINDS
        ):
            return []
        kind, size = chr(data[at + 11]), data[at + 16]
        # Clipper writes the width of long texts in two bytes.
        fields.append((name.decode("ascii"), kind, size + 256 * data[at + 17] if kind == "C" else size))
        at += _DBF_FIELD
    return fields


def _dbf_value(content: bytes, kind: str, coding: str) -> str:
    if kind not in _DBF_TEXTS and not content.strip(b"\0 ").isascii():
        return ""
    text = content.rstrip(b"\0 ")
    for one in (coding, "utf-8", "cp1252") if coding else ("utf-8", "cp850"):
        try:
            told = text.decode(one).strip()
        except (UnicodeDecodeError, LookupError):
            continue
        day = _DBF_DAY.fullmatch(told) if kind == "D" else None
        return "-".join(day.groups()) if day else told
    return text.decode("cp1252", errors="replace")
