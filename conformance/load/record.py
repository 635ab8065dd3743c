"""The record of a load run: one JSON object a line, written as the run goes.

Kinds of lines (``kind``): ``start`` (options and environment), ``stage``, ``tick`` (what was measured in a quarter of a
second, by operation, from one generator), ``wrong`` (one wrong answer with its exchange), ``error`` (one call without an
answer; the first ones only), ``event`` (what happened to a worker or the server), ``knee``, ``split``, ``end``. Every line is
handed to the system at once: a generator that is killed loses the tick under way and nothing else.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any, Final, Self

from simulator.text import Text, TextError, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NAME: Final = "record.ndjson"
FORMAT: Final = "banc-load"
VERSION: Final = 1
MAX_LINE: Final = 4 * 1024 * 1024
"""Longer lines are not ours."""


class RecordError(TextError):
    """The record cannot be written or read; the message says why and what to do."""


class RecordWriter:
    """Appends to the record of one run."""

    def __init__(self, folder: Path) -> None:
        """Make the folder and the file.

        Raises:
            RecordError: the folder cannot be written, or holds the record of another run.
        """
        self.path = folder / NAME
        try:
            folder.mkdir(parents=True, exist_ok=True)
            flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_APPEND | getattr(os, "O_BINARY", 0)
            self._file = os.open(self.path, flags, 0o644)
        except FileExistsError as error:
            raise RecordError(
                Text(
                    f"{folder} a déjà un tir de charge : choisissez un autre dossier par --report, ou supprimez celui-là",
                    f"{folder} already holds a load run: choose another folder with --report, or remove that one",
                )
            ) from error
        except OSError as error:
            raise RecordError(
                Text(
                    f"{self.path} ne peut pas être écrit : {text_of(error).fr}",
                    f"{self.path} cannot be written: {error.strerror or error}",
                )
            ) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def write(self, line: dict[str, Any]) -> None:
        """Append one line.

        Raises:
            RecordError: the disk is full, or the file cannot be written any more.
        """
        data = json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace") + b"\n"
        try:
            while data:
                data = data[os.write(self._file, data) :]
        except OSError as error:
            raise RecordError(
                Text(
                    f"{self.path} ne peut plus être écrit : {text_of(error).fr} ; ce qui s'y trouve est gardé",
                    f"{self.path} cannot be written any more: {error.strerror or error}; what is in it is kept",
                )
            ) from error

    def close(self) -> None:
        """Close the file."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


def find_record(path: Path) -> Path:
    """Return the record that a path means: the file itself, or the one in a folder.

    Raises:
        RecordError: there is none.
    """
    found = path / NAME if path.is_dir() else path
    if not found.is_file():
        raise RecordError(
            Text(
                f"l'enregistrement d'un tir de charge ({NAME}) ou son dossier est attendu, reçu : {path}",
                f"expected the record of a load run ({NAME}) or its folder, got {path}",
            )
        )
    return found


def read_record(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the lines of a record. A last line that was cut off, as a killed generator leaves it, is passed over.

    Raises:
        RecordError: the file cannot be read, or is not the record of a load run.
    """
    try:
        with path.open("rb") as file:
            number = 0
            while raw := file.readline(MAX_LINE + 1):
                number += 1
                if len(raw) > MAX_LINE:
                    raise RecordError(
                        Text(
                            f"{path}:{number} : une ligne d'au plus {MAX_LINE} octets est attendue",
                            f"{path}:{number}: expected a line of at most {MAX_LINE} bytes, got a longer one",
                        )
                    )
                if not raw.endswith(b"\n"):
                    return
                yield _line(raw, path, number)
    except OSError as error:
        raise RecordError(
            Text(
                f"{path} ne peut pas être lu : {text_of(error).fr}",
                f"{path} cannot be read: {error.strerror or error}",
            )
        ) from error


def _line(raw: bytes, path: Path, number: int) -> dict[str, Any]:
    try:
        line = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise RecordError(
            Text(
                f"{path}:{number} : un objet JSON est attendu, il y a {raw[:60]!r}",
                f"{path}:{number}: expected a JSON object, got {raw[:60]!r}",
            )
        ) from error
    if not isinstance(line, dict) or not isinstance(line.get("kind"), str):
        raise RecordError(
            Text(
                f"{path}:{number} : un objet JSON avec kind est attendu, il y a {raw[:60]!r}",
                f"{path}:{number}: expected a JSON object with a kind, got {raw[:60]!r}",
            )
        )
    if number == 1 and (line.get("format") != FORMAT or line.get("version") != VERSION):
        raise RecordError(
            Text(
                f"{path} : l'enregistrement d'un tir de charge est attendu, {FORMAT} version {VERSION}, il y a {line.get('format')!r} version {line.get('version')!r}",
                f"{path}: expected the record of a load run, {FORMAT} version {VERSION}, "
                f"got {line.get('format')!r} version {line.get('version')!r}",
            )
        )
    return line
