"""Compressed files (gzip, RFC 1952; bzip2; xz): what they hold, within bounds."""

from __future__ import annotations

import bz2
import lzma
import zlib
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

_GZIP_WINDOW: Final = 16 + zlib.MAX_WBITS


def _gzip(data: bytes, most: int) -> bytes:
    whole = b""
    left = data
    while left and len(whole) <= most:
        unpacking = zlib.decompressobj(_GZIP_WINDOW)
        whole += unpacking.decompress(left, most + 1 - len(whole))
        if not unpacking.eof:
            raise EOFError
        left = unpacking.unused_data.lstrip(b"\0")
    return whole


def _bzip2(data: bytes, most: int) -> bytes:
    unpacking = bz2.BZ2Decompressor()
    whole = unpacking.decompress(data, most + 1)
    if not unpacking.eof:
        raise EOFError
    return whole


def _xz(data: bytes, most: int) -> bytes:
    unpacking = lzma.LZMADecompressor(memlimit=128 * 1024 * 1024)
    whole = unpacking.decompress(data, most + 1)
    if not unpacking.eof:
        raise EOFError
    return whole


_KINDS: Final[dict[bytes, Callable[[bytes, int], bytes]]] = {
    b"\x1f\x8b\x08": _gzip,
    b"BZh": _bzip2,
    b"\xfd7zXZ\0": _xz,
}


def is_packed(data: bytes) -> bool:
    """Tell whether a file begins as a compressed one."""
    return data.startswith(tuple(_KINDS))


def unpacked(data: bytes, most: int) -> bytes | None:
    """Return what a compressed file holds; ``None`` for another file, one that is spoilt, or more than ``most`` bytes."""
    for start, unpack in _KINDS.items():
        if data.startswith(start):
            try:
                whole = unpack(data, most)
            except (OSError, EOFError, ValueError, zlib.error, lzma.LZMAError):
                return None
            return whole if len(whole) <= most else None
    return None
