"""Files of the compound kind (OLE 2) that Office 97 to 2003 and Outlook write: their streams by name. Pure, bounded."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_MARK: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HEAD: Final = 512
_SECTOR: Final = frozenset({9, 12})
"""Powers of two of the size of a sector."""
_MINI: Final = 64
_LAST: Final = 0xFFFFFFFA
"""From here on a number of a sector means something else than one."""
_ENTRY: Final = 128
_MOST_ENTRIES: Final = 4_000
_STREAM: Final = 2
_ROOT: Final = 5
_IN_HEAD: Final = 109


class OleError(ValueError):
    """The bytes are no compound file, or it is spoilt."""


def is_ole(data: bytes) -> bool:
    """Tell whether bytes are a compound file."""
    return data.startswith(_MARK)


def streams(data: bytes) -> dict[str, bytes]:
    """Return the streams of a compound file by name; of several of one name, in different folders, the first.

    No more is ever given together than the file holds: a chain of sectors that goes round, or that others go through, ends.

    Raises:
        OleError: it is spoilt.
    """
    try:
        return _streams(data)
    except struct.error as error:
        raise OleError(str(error)) from error


def _streams(data: bytes) -> dict[str, bytes]:
    if len(data) < 2 * _HEAD or not is_ole(data):
        raise OleError("too short")
    (shift,) = struct.unpack_from("<H", data, 30)
    if shift not in _SECTOR:
        raise OleError("sectors")
    size = 1 << shift
    directory, _, cutoff, mini_start, _ = struct.unpack_from("<IIIII", data, 48)
    table = _table(data, size)
    left = len(data)
    root, found = b"", {}
    entries = b"".join(_chain(data, table, directory, size, left))
    for at in range(0, min(len(entries), _ENTRY * _MOST_ENTRIES) - _ENTRY + 1, _ENTRY):
        length, kind = struct.unpack_from("<HB", entries, at + 64)
        start, count = struct.unpack_from("<II", entries, at + 116)
        name = entries[at : at + max(0, min(length, 64) - 2)].decode("utf-16-le", errors="replace")
        if kind == _ROOT:
            root = b"".join(_chain(data, table, start, size, left))
            minis = list(_numbers(b"".join(_chain(data, table, mini_start, size, left))))
        elif kind == _STREAM and name not in found and count <= left:
            if count >= cutoff:
                content = b"".join(_chain(data, table, start, size, count))
            else:
                content = b"".join(_chain(root, minis, start, _MINI, count, skipped=0)) if root else b""
            left -= count
            found[name] = content[:count]
    return found


def _table(data: bytes, size: int) -> list[int]:
    """Return the table of sectors: which one comes after each."""
    places = [one for one in struct.unpack_from(f"<{_IN_HEAD}I", data, 76) if one < _LAST]
    (further,) = struct.unpack_from("<I", data, 68)
    most = len(data) // size
    seen = 0
    while further < _LAST and seen <= most:
        seen += 1
        content = data[(further + 1) * size : (further + 2) * size]
        if len(content) < size:
            break
        *more, further = struct.unpack(f"<{size // 4}I", content)
        places.extend(one for one in more if one < _LAST)
    table: list[int] = []
    for place in places[: most + 1]:
        table.extend(_numbers(data[(place + 1) * size : (place + 2) * size]))
    return table[: most + 1]


def _numbers(content: bytes) -> Iterator[int]:
    whole = len(content) // 4
    yield from struct.unpack(f"<{whole}I", content[: whole * 4])


def _chain(
    data: bytes, table: list[int], start: int, size: int, most: int, *, skipped: int = 1
) -> Iterator[bytes]:
    """Yield the sectors of a chain, up to so many bytes and never one sector twice."""
    given = 0
    seen: set[int] = set()
    while start < len(table) and start not in seen and given < most:
        seen.add(start)
        given += size
        yield data[(start + skipped) * size : (start + 1 + skipped) * size]
        start = table[start]
