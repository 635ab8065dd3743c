"""The records of a file to import, CSV or JSON lines: read as a stream, within bounds, each with its line.

CSV as French users have it: separated by ``;``, ``,`` or a tab (told by the header), with or without byte order mark, ended by
LF or CRLF. Encoding: UTF-8, or cp1252 when asked for. An encoding is never guessed: a file in cp1252 read as UTF-8 is refused
at its first accent, with the option to give.
"""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from difflib import get_close_matches
from typing import IO, TYPE_CHECKING, Any, Final

from simulator.registry.exporting import BOM, COLUMNS
from simulator.text import Text, TextError, as_written

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_LINE_BYTES: Final = 64 * 1024
"""Longest line read; a person is a few hundred bytes."""

ENCODINGS: Final = ("utf-8", "cp1252")

REQUIRED: Final = ("birth_name", "first_names", "sex", "birth_date", "matricule")
"""Columns without which nobody can be registered."""

_SEPARATORS: Final = (";", ",", "\t")
_UTF16: Final = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing wrong, or worth a look, in a file to import."""

    line: int
    """1-based."""
    column: str
    """Name of the column or field, with its 1-based number in CSV; empty for the line as a whole."""
    value: str
    """What came, shortened."""
    expected: str
    remedy: str
    french: str = ""
    """The whole in French, of what keeps a file from being read; empty otherwise."""

    def __str__(self) -> str:
        where = f"line {self.line}" + (f", column {self.column}" if self.column else "")
        return f"{where}: expected {self.expected}, got {self.value}. {self.remedy}"


class UnreadableFileError(TextError):
    """A file that cannot be read any further; ``problem`` says where and why."""

    def __init__(self, problem: Problem) -> None:
        """Keep the problem."""
        super().__init__(Text(problem.french or str(problem), str(problem)))
        self.problem = problem

    def __reduce__(self) -> tuple[type[UnreadableFileError], tuple[Problem]]:
        """Survive a trip between processes, which rebuilds exceptions from their arguments."""
        return type(self), (self.problem,)


@dataclass(frozen=True, slots=True)
class Record:
    """One line: the values by name, or the problem that kept it from being read."""

    line: int
    values: dict[str, Any]
    raw: str
    problem: Problem | None = None


def shorten(value: object, length: int = 60) -> str:
    """Return a value in quotes, cut to one line of a terminal."""
    text = repr(value)
    return text if len(text) <= length else f"{text[: length - 3]}..."


def read_csv(file: IO[bytes], encoding: str = "utf-8") -> Iterator[Record]:
    """Yield the records of a CSV file; columns are told by its header.

    Raises:
        UnreadableFileError: the encoding is another one, the header has not the columns needed, a line is too long, or a
            quotation mark is not closed.
    """
    lines = _lines(file, encoding)
    header = next(lines, "")
    separator = _separator(header)
    columns = _header(next(csv.reader([header], delimiter=separator), []))
    kept: list[str] = []

    def seen() -> Iterator[str]:
        for text in lines:
            kept.append(text)
            yield text

    reader = csv.reader(seen(), delimiter=separator, strict=True)
    line = 2
    while True:
        kept.clear()
        try:
            row = next(reader, None)
        except csv.Error as error:
            raise UnreadableFileError(
                Problem(
                    line=line,
                    column="",
                    value=f"{error} ({shorten(''.join(kept))})",
                    expected="quotation marks that are closed, and doubled inside a cell",
                    remedy="Correct the quotation marks of this line.",
                    french=f"ligne {line} : des guillemets fermés, et doublés dans une cellule, sont attendus : {error}. "
                    "Corrigez les guillemets de cette ligne.",
                )
            ) from error
        if row is None:
            return
        if row:
            yield _record(columns, row, line, "".join(kept))
        line = reader.line_num + 2


def read_jsonl(file: IO[bytes], encoding: str = "utf-8") -> Iterator[Record]:
    """Yield the records of a file of one JSON object a line; empty lines are skipped.

    Raises:
        UnreadableFileError: the encoding is another one or a line is too long.
    """
    for line, text in enumerate(_lines(file, encoding), start=1):
        raw = text.strip()
        if not raw:
            continue
        problem, values = None, {}
        try:
            values = json.loads(raw)
        except (ValueError, RecursionError) as error:
            problem = _not_an_object(line, f"{error} in {shorten(raw)}")
        if problem is None and not isinstance(values, dict):
            problem, values = _not_an_object(line, shorten(raw)), {}
        yield Record(line, values, raw, problem)


def _not_an_object(line: int, value: str) -> Problem:
    return Problem(
        line=line,
        column="",
        value=value,
        expected="one JSON object on this line",
        remedy="Write each person on a line of its own, as banc population export --format jsonl does.",
    )


def _record(columns: list[str], row: list[str], line: int, raw: str) -> Record:
    if len(row) != len(columns):
        problem = Problem(
            line=line,
            column="",
            value=f"{len(row)} cells",
            expected=f"{len(columns)} cells, as in the header",
            remedy="Put a cell that contains the separator between quotation marks.",
        )
        return Record(line, {}, raw.rstrip("\r\n"), problem)
    return Record(line, dict(zip(columns, map(as_written, row), strict=True)), raw.rstrip("\r\n"))


def _lines(file: IO[bytes], encoding: str) -> Iterator[str]:
    """Yield decoded lines with their ends."""
    number = 0
    while raw := file.readline(MAX_LINE_BYTES + 1):
        number += 1
        if number == 1:
            if raw.startswith(_UTF16):
                raise UnreadableFileError(_encoding_problem(1, "a file in UTF-16", "UTF-8 or cp1252", ""))
            raw = raw.removeprefix(BOM)
        if len(raw) > MAX_LINE_BYTES:
            raise UnreadableFileError(
                Problem(
                    line=number,
                    column="",
                    value=f"more, beginning with {shorten(raw[:40].decode(encoding, 'replace'))}",
                    expected=f"at most {MAX_LINE_BYTES} bytes in a line",
                    remedy="Check that this is a text file with one person a line.",
                    french=f"ligne {number} : au plus {MAX_LINE_BYTES} octets sont attendus, il y en a plus. "
                    "Vérifiez que c'est un fichier texte avec une personne par ligne.",
                )
            )
        try:
            yield raw.decode(encoding)
        except UnicodeDecodeError as error:
            got = f"byte 0x{raw[error.start]:02x} at character {error.start + 1} of {shorten(raw.decode('cp1252', 'replace').strip())}"
            remedy = (
                " If it was written by Excel on Windows, give --encoding cp1252."
                if encoding == "utf-8"
                else ""
            )
            raise UnreadableFileError(
                _encoding_problem(number, got, f"text in {encoding}", remedy)
            ) from error


def _encoding_problem(line: int, got: str, expected: str, remedy: str) -> Problem:
    return Problem(
        line=line,
        column="",
        value=got,
        expected=expected,
        remedy=f"Save the file as CSV UTF-8.{remedy}",
        french=f"ligne {line} : un texte en UTF-8 ou cp1252, comme le dit --encoding, est attendu. Enregistrez le fichier en CSV "
        "UTF-8, ou, s'il vient d'Excel sous Windows, donnez --encoding cp1252.",
    )


def _separator(header: str) -> str:
    """Return the separator with which the header has most columns that we know."""

    def known(separator: str) -> int:
        return len(set(COLUMNS) & {name.strip().strip('"') for name in header.strip("\r\n").split(separator)})

    return max(_SEPARATORS, key=known)


def _header(cells: list[str]) -> list[str]:
    columns = [cell.strip() for cell in cells]
    for number, name in enumerate(columns, start=1):
        if name not in COLUMNS:
            near = get_close_matches(name.lower().replace(" ", "_"), COLUMNS, n=1)
            hint = f"Did you mean {near[0]}? " if near else ""
            raise UnreadableFileError(
                _header_problem(f"{number}", shorten(name), f"one of {', '.join(COLUMNS)}", hint)
            )
        if name in columns[: number - 1]:
            raise UnreadableFileError(
                _header_problem(f"{number} ({name})", "it twice", "each column once", "")
            )
    if missing := [name for name in REQUIRED if name not in columns]:
        raise UnreadableFileError(
            _header_problem("", f"none of {', '.join(missing)}", f"the columns {', '.join(REQUIRED)}", "")
        )
    return columns


def _header_problem(column: str, value: str, expected: str, hint: str) -> Problem:
    return Problem(
        line=1,
        column=column,
        value=value,
        expected=expected,
        remedy=f"{hint}The first line names the columns, as banc population export writes them.",
        french=f"ligne 1{f', colonne {column}' if column else ''} : {value} ne va pas ; les colonnes {', '.join(REQUIRED)} "
        f"sont attendues, chacune une fois, et d'autres parmi {', '.join(COLUMNS)}. La première ligne les nomme, comme les écrit "
        "banc population export.",
    )
