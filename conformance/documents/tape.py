"""Tape archives (tar, POSIX 1003.1: ustar, pax, and the long names of GNU): their files, within bounds."""

from __future__ import annotations

import io
import re
import zipfile
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.documents.context import Reading

_BLOCK: Final = 512
_PLAIN: Final = frozenset({b"0", b"\0", b"7"})
_LONG_NAME: Final = b"L"
_PAX: Final = b"x"
_OCTAL: Final = re.compile(rb"[ \0]{0,12}([0-7]{1,12})[ \0]{0,12}")


def is_tape(data: bytes) -> bool:
    """Tell whether bytes are a tape archive: the sum that the first header gives of itself is right."""
    head = data[:_BLOCK]
    told = _number(head[148:156])
    return len(head) == _BLOCK and head[0] != 0 and told is not None and told == _sum(head)


def as_zip(data: bytes, reading: Reading) -> bytes:
    """Return the files of a tape archive as a zip archive: what is read of the one is read of the other.

    Raises:
        LimitReachedError: they take more than one document may.
    """
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        seen: set[str] = set()
        for name, content in _files(data, reading.limits.parts):
            if name not in seen:
                seen.add(name)
                reading.spend(len(content))
                archive.writestr(zipfile.ZipInfo(name), content)
    return packed.getvalue()


def _files(data: bytes, most: int) -> Iterator[tuple[str, bytes]]:
    at = count = 0
    longer = ""
    while at + _BLOCK <= len(data) and count < most:
        head = data[at : at + _BLOCK]
        size = _number(head[124:136])
        if head[0] == 0 or size is None or _number(head[148:156]) != _sum(head):
            return
        at += _BLOCK
        content = data[at : at + size]
        at += -(-size // _BLOCK) * _BLOCK
        count += 1
        kind = head[156:157]
        if kind == _LONG_NAME:
            longer = _text(content[:1000])
        elif kind == _PAX:
            longer = next(_paths(content[:20_000]), longer)
        elif kind in _PLAIN:
            yield longer or _name(head), content
            longer = ""


def _paths(records: bytes) -> Iterator[str]:
    """Yield the names that the records of pax give: ``27 path=…``, one to a line."""
    for line in records.split(b"\n"):
        length, _, path = line.partition(b" path=")
        if path and length.isdigit():
            yield _text(path[:1000])


def _name(head: bytes) -> str:
    before = _text(head[345:500]) if head[257:262] == b"ustar" and head[263:265] == b"00" else ""
    name = _text(head[:100])
    return f"{before}/{name}" if before else name


def _text(raw: bytes) -> str:
    return raw.partition(b"\0")[0].decode("utf-8", errors="replace") or "file"


def _number(raw: bytes) -> int | None:
    found = _OCTAL.fullmatch(raw)
    return int(found[1], 8) if found else None


def _sum(head: bytes) -> int:
    return sum(head) - sum(head[148:156]) + 8 * ord(" ")
