"""Writes the record of a campaign as it happens."""

from __future__ import annotations

import hashlib
import json
import os
import threading
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, Self

import orjson

from conformance.record.coding import KIND_OF, encode, encode_act
from conformance.record.events import VERSION, Again, CheckStarted
from conformance.record.timeline import ActEntry, ExchangeEntry
from simulator.journal.masking import is_clean_json, mask, mask_xml
from simulator.text import Text, TextError, text_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    from conformance.record.events import Event
    from conformance.record.timeline import Entry

FOLDED: Final = frozenset(
    {
        "arguments",
        "explanation",
        "received",
        "remarks",
        "request",
        "request_headers",
        "response",
        "response_headers",
        "result",
    }
)
"""Members of entries that come again word for word in a campaign."""
MIN_FOLDED: Final = 60
"""Characters below which a reference would be no shorter."""

RECORD_NAME = "record.ndjson"
"""Name of the record in the folder of its campaign."""


class RecordWriteError(TextError):
    """The record cannot be written: the campaign must not begin, or cannot go on. The message says what to do."""

    def __init__(self, path: Path, error: OSError) -> None:
        """Say where and why."""
        why = text_of(error)
        super().__init__(
            Text(
                f"le dossier de campagne {path} ne peut pas être écrit : {why.fr} ; choisissez un autre dossier par --report DOSSIER",
                f"cannot write the record {path}: {why.en}; choose another folder with --report DIR",
            )
        )
        self.path = path


class RecordWriter:
    """Appends lines to a record; each is handed to the system before the call returns.

    Args:
        path: the file. It must not exist, unless ``after`` says where it goes on.
        after: number of the last line of a record that is resumed; what follows that line in the file is cut off.

    Raises:
        RecordWriteError: the file cannot be made, or exists already.
    """

    def __init__(self, path: Path, *, after: int = 0, size: int = 0) -> None:
        """Open the file; ``size`` is the length in bytes of the lines kept."""
        self.path = path
        self._at = (after, size)
        """Lines written, and the bytes that they take; assigned at once, as Ctrl-C may fall between any two steps."""
        self._seen: dict[bytes, int] = {}
        self._members: dict[bytes, int] = {}
        self._check = ""
        self._is_held = False
        self._lock = threading.Lock()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            if after:
                os.truncate(path, size)
            self._file = path.open("ab" if after else "xb")
        except OSError as error:
            raise RecordWriteError(path, error) from error

    def __enter__(self) -> Self:
        """Return the writer."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the file."""
        self._file.close()

    def event(self, event: Event) -> int:
        """Append an event and return the number of its line."""
        if isinstance(event, CheckStarted):
            self._check = event.check
        return self._write(KIND_OF[type(event)], _masked(encode(event)))

    def entry(self, check: str, entry: Entry) -> int:
        """Append what a check saw and return the number of its line.

        An entry written before, for whichever check, is only referred to.
        """
        data = encode_act(entry) if isinstance(entry, ActEntry) else encode(entry)
        # Each member is written out once: for the line, and to know it again.
        parts = {name: _json(member) for name, member in data.items()}
        digest = _digest(b",".join(parts.values()))
        about = {} if check == self._check else {"check": check}
        if digest in self._seen:
            again = Again(at=datetime.now(UTC), of=self._seen[digest])
            return self._write("again", {**encode(again), **about})
        clean: tuple[str, ...] = ()
        if isinstance(entry, ExchangeEntry):
            clean = ("request", "response")
            parts |= {name: _json(mask_xml(data[name])) for name in clean if name in data}
        with self._lock:
            number = self._next()
            first = self._fold(parts)
            _mask_parts(parts, data, clean)
            parts |= {name: _json(value) for name, value in about.items()}
            members = b",".join(b'"%b":%b' % (name.encode(), part) for name, part in parts.items())
            self._append(number, _LINE % (VERSION, number, KIND_OF[type(entry)].encode(), b"%b}" % members))
            self._members.update(dict.fromkeys(first, number))
        self._seen[digest] = number
        return number

    def line(self, kind: str, data: dict[str, Any]) -> int:
        """Append a line of another record, under a number of this one."""
        members = {name: value for name, value in data.items() if name not in {"v", "n", "kind"}}
        return self._write(kind, _masked(members))

    def raw(self, kind: str, members: bytes) -> int:
        """Append a line of another record that is masked already: its members after ``kind``, and the closing brace."""
        with self._lock:
            number = self._next()
            return self._append(number, _LINE % (VERSION, number, kind.encode(), members))

    @contextmanager
    def together(self) -> Iterator[None]:
        """Hand the lines of the block to the system by and by: for a copy, which counts only once it is whole."""
        self._is_held = True
        try:
            yield
        finally:
            self._is_held = False
            self._flush()

    def _write(self, kind: str, masked: dict[str, Any]) -> int:
        with self._lock:
            number = self._next()
            return self._append(number, _line({"v": VERSION, "n": number, "kind": kind, **masked}))

    def _next(self) -> int:
        """Return the number of the next line. One that was written when Ctrl-C fell is counted now."""
        number, size = self._at
        there = self._file.tell()
        if there > size:
            number += 1
            self._at = (number, there)
        return number + 1

    def _append(self, number: int, line: bytes) -> int:
        try:
            self._file.write(line)
        except OSError as error:
            raise RecordWriteError(self.path, error) from error
        if not self._is_held:
            self._flush()
        self._at = (number, self._at[1] + len(line))
        return number

    def _flush(self) -> None:
        try:
            self._file.flush()
        except OSError as error:
            raise RecordWriteError(self.path, error) from error

    def _fold(self, parts: dict[str, bytes]) -> list[bytes]:
        """Replace each long member that an earlier line has word for word by the number of that line.

        Return the digests of those that no line has yet.
        """
        same: dict[str, int] = {}
        first = []
        for name in FOLDED & parts.keys():
            part = parts[name]
            if len(part) < MIN_FOLDED:
                continue
            digest = _digest(b"%b:%b" % (name.encode(), part))
            number = self._members.get(digest)
            if number is None:
                first.append(digest)
            else:
                same[name] = number
                del parts[name]
        if same:
            parts["same"] = _json(same)
        return first


_LINE: Final = b'{"v":%d,"n":%d,"kind":"%b",%b\n'
_written: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode


def _line(data: dict[str, Any]) -> bytes:
    try:
        return orjson.dumps(data, option=orjson.OPT_APPEND_NEWLINE)
    except TypeError:  # Half a character, or a number of more than 64 bits.
        return _written(data).encode("utf-8", "replace") + b"\n"


def _masked(data: dict[str, Any]) -> dict[str, Any]:
    """Return members masked."""
    found: dict[str, Any] = data if _is_clean(_json(data)) else mask(data)
    return found


def _mask_parts(parts: dict[str, bytes], data: dict[str, Any], clean: Collection[str]) -> None:
    """Mask the members of a line where they are to be written; those of ``clean`` are masked already."""
    about = [name for name in parts if name in data and name not in clean]
    # Nearly all lines hold nothing to mask, which their text shows at once.
    if not _is_clean(b",".join(parts[name] for name in about)):
        parts |= {name: _json(mask(data[name])) for name in about}


def _is_clean(content: bytes) -> bool:
    return is_clean_json(content.decode())


def _json(data: Any) -> bytes:
    try:
        return orjson.dumps(data)
    except TypeError:  # As above: its escapes are none of clean JSON.
        return _written(data).encode("utf-8", "backslashreplace")


def _digest(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()[:16]
