"""The packaged table of birth places: how it is written and read.

One gzip file of UTF-8 text. The first line names the format and the source; then comes one line per code, in
byte order, so that a code is found by bisection and parsed only when asked for::

    CODE <tab> PERIOD [<tab> PERIOD ...]
    PERIOD = name | kind | valid_from | valid_to | successor | parent

Dates are AAAAMMJJ. An empty ``valid_from`` is no lower bound, an empty ``valid_to`` is still valid, an empty
name repeats that of the period before, ``=`` as successor is the code itself.
"""

from __future__ import annotations

import gzip
import io
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

HEADER = b"banc-insi COG table 1. Source: Insee, Licence Ouverte 2.0"
_SAME = "="


class Row(NamedTuple):
    """One code during one period, as text; dates are ISO, empty text is nothing."""

    code: str
    name: str
    kind: str
    valid_from: str
    valid_to: str
    successor: str
    parent: str


def pack(rows: Iterable[Row]) -> bytes:
    """Write the table of rows given in order of code and date. The same rows give the same bytes.

    Raises:
        ValueError: a code comes back after another one, or a text contains a separator.
    """
    lines: dict[str, list[str]] = {}
    code, name = "", ""
    for row in rows:
        if row.code < code:
            raise ValueError(f"rows must be sorted by code: {row.code} after {code}")
        if any(separator in field for field in row for separator in "|\t\n"):
            raise ValueError(f"a field holds a separator of the table: {row}")
        repeated = (row.code, row.name) == (code, name)
        code, name = row.code, row.name
        successor = _SAME if row.successor == code else row.successor
        fields = ("" if repeated else name, row.kind, _short(row.valid_from), _short(row.valid_to))
        lines.setdefault(code, []).append("|".join((*fields, successor, row.parent)))
    text = "".join("\n" + "\t".join((key, *periods)) for key, periods in lines.items())
    buffer = io.BytesIO()
    # No file name and no time in the gzip header: the bytes depend on the rows alone.
    with gzip.GzipFile(filename="", mode="wb", compresslevel=9, fileobj=buffer, mtime=0) as archive:
        archive.write(HEADER + text.encode())
    return buffer.getvalue()


def unpack(table: bytes) -> list[bytes]:
    """Give the lines of a table, sorted, header left out.

    Raises:
        ValueError: not a table of this format.
    """
    header, *lines = gzip.decompress(table).split(b"\n")
    if header != HEADER:
        raise ValueError(f"expected a table beginning with {HEADER!r}, got {header[:80]!r}")
    return lines


def parse_line(line: bytes) -> Sequence[Row]:
    """Read the periods of one code, oldest first."""
    code, *periods = line.decode().split("\t")
    rows: list[Row] = []
    for period in periods:
        name, kind, valid_from, valid_to, successor, parent = period.split("|")
        rows.append(
            Row(
                code=code,
                name=name or rows[-1].name,
                kind=kind,
                valid_from=_iso(valid_from),
                valid_to=_iso(valid_to),
                successor=code if successor == _SAME else successor,
                parent=parent,
            )
        )
    return rows


def _short(iso: str) -> str:
    return iso.replace("-", "")


def _iso(short: str) -> str:
    return f"{short[:4]}-{short[4:6]}-{short[6:]}" if short else ""
