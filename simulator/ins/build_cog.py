"""Build the packaged table of birth places: ``python -m simulator.ins.build_cog SRC_DIR [OUTPUT]``.

SRC_DIR holds ``cog_communes.csv.gz`` and ``cog_countries.csv``, derived from INSEE publications as told in
``data/README.md``. The same sources give the same bytes.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import io
from pathlib import Path
from typing import TYPE_CHECKING

from simulator.ins.cog_table import Row, pack
from simulator.ins.places import TABLE, PlaceKind, check_place_format

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

COMMUNES = "cog_communes.csv.gz"
COUNTRIES = "cog_countries.csv"

_COUNTRY_COLUMNS = frozenset({"code", "name", "valid_from", "valid_to"})
_COMMUNE_COLUMNS = _COUNTRY_COLUMNS | {"kind", "successor", "parent"}

# The INSEE record begins there: it says nothing about the day before.
_START_OF_RECORD = "1943-01-01"


def build(source: Path) -> bytes:
    """Compile the two source files into one table.

    Raises:
        OSError: a source file cannot be read.
        ValueError: a source file does not have the expected columns or values.
    """
    rows = sorted([*_communes(source / COMMUNES), *_countries(source / COUNTRIES)], key=_code_and_start)
    return pack(rows)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m simulator.ins.build_cog", description="Build the COG table."
    )
    parser.add_argument("source", type=Path, metavar="SRC_DIR", help=f"folder of {COMMUNES} and {COUNTRIES}")
    parser.add_argument("output", type=Path, nargs="?", default=Path(__file__).parent / "data" / TABLE)
    options = parser.parse_args(arguments)
    table = build(options.source)
    options.output.write_bytes(table)
    print(f"{options.output}: {len(table)} bytes")  # noqa: T201 - the answer of a command
    return 0


def _communes(path: Path) -> Iterator[Row]:
    for fields in _read(path, gzip.decompress(path.read_bytes()), _COMMUNE_COLUMNS):
        yield Row(
            code=_code(path, fields),
            name=fields["name"],
            kind=PlaceKind(fields["kind"]),
            valid_from=_lower_bound(fields["valid_from"]),
            valid_to=fields["valid_to"],
            successor=fields["successor"],
            parent=fields["parent"],
        )


def _countries(path: Path) -> Iterator[Row]:
    for fields in _read(path, path.read_bytes(), _COUNTRY_COLUMNS):
        yield Row(
            code=_code(path, fields),
            name=fields["name"],
            kind=PlaceKind.COUNTRY,
            valid_from=_lower_bound(fields["valid_from"]),
            valid_to=fields["valid_to"],
            successor="",
            parent="",
        )


def _read(path: Path, content: bytes, columns: frozenset[str]) -> Iterator[dict[str, str]]:
    reader = csv.DictReader(io.StringIO(content.decode("utf-8"), newline=""), strict=True)
    missing = columns - set(reader.fieldnames or ())
    if missing:
        raise ValueError(f"{path}: columns missing: {', '.join(sorted(missing))}")
    yield from reader


def _code(path: Path, fields: dict[str, str]) -> str:
    problems = check_place_format(fields["code"])
    if problems:
        raise ValueError(f"{path}: code: {problems[0]}")
    return fields["code"]


def _lower_bound(date: str) -> str:
    return "" if date == _START_OF_RECORD else date


def _code_and_start(row: Row) -> tuple[str, str]:
    return row.code, row.valid_from


if __name__ == "__main__":
    raise SystemExit(main())
