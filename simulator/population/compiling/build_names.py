"""Compile the name tables of this package: ``python -m simulator.population.compiling.build_names SRC_DIR``.

``SRC_DIR`` holds ``prenoms.csv.gz`` (sex, first_name, decade, count) and ``noms.csv.gz`` (name, count), derived
from INSEE files (``data/README.md``). The same input gives the same bytes.

``first_names.txt.gz``: for each sex and decade three lines: ``F1900``, the names, their counts, both separated
by commas. ``birth_names.txt.gz``: one line of names, one of counts.
"""

from __future__ import annotations

import csv
import gzip
import io
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from simulator.ins.traits import check_birth_name, check_first_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from simulator.ins.traits import LexicalProblem

    type_check = Callable[[str], Sequence[LexicalProblem]]

DATA = Path(__file__).parents[1] / "data"


def main(arguments: Sequence[str]) -> int:
    """Build both tables and say what was kept."""
    if len(arguments) != 1:
        sys.stderr.write(f"{__doc__}\n")
        return 2
    source = Path(arguments[0])
    first_names: dict[str, list[tuple[str, int]]] = {}
    for row in _rows(source / "prenoms.csv.gz"):
        if not check_first_name(row["first_name"]):
            block = first_names.setdefault(f"{row['sex']}{row['decade']}", [])
            block.append((row["first_name"], int(row["count"])))
    birth_names = [
        (row["name"], int(row["count"]))
        for row in _rows(source / "noms.csv.gz")
        if not check_birth_name(row["name"])
    ]
    lines: list[str] = []
    for header in sorted(first_names):
        lines += [header, *_block(first_names[header])]
    _write(DATA / "first_names.txt.gz", lines)
    _write(DATA / "birth_names.txt.gz", _block(birth_names))
    kept = sum(map(len, first_names.values()))
    sys.stdout.write(f"{kept} first names by sex and decade, {len(birth_names)} birth names\n")
    return 0


def _rows(path: Path) -> Iterable[dict[str, str]]:
    return csv.DictReader(io.StringIO(gzip.decompress(path.read_bytes()).decode("utf-8")))


def _block(weighted: list[tuple[str, int]]) -> list[str]:
    ordered = sorted(weighted, key=lambda pair: (-pair[1], pair[0]))
    return [",".join(name for name, _ in ordered), ",".join(str(count) for _, count in ordered)]


def _write(path: Path, lines: list[str]) -> None:
    content = "".join(f"{line}\n" for line in lines).encode("ascii")
    path.write_bytes(gzip.compress(content, compresslevel=9, mtime=0))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
