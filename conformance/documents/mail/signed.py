"""Signed mails whose content stands within the signature (S/MIME, ``application/pkcs7-mime``): the content is readable. Pure.

Whether the signature is right is not looked at: the fake operator of the bench signs nothing.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import Final

_KIND: Final = re.compile(rb"^content-type:[^\r\n]{0,200}pkcs7-mime", re.IGNORECASE | re.MULTILINE)
_BASE64: Final = re.compile(rb"^content-transfer-encoding:\s{0,20}base64", re.IGNORECASE | re.MULTILINE)
_OWN: Final = re.compile(rb"(?:content-|mime-version)", re.IGNORECASE)
_BLANK_LINE: Final = re.compile(rb"\r?\n\r?\n")
_SIGNED: Final = bytes.fromhex("2a864886f70d010702")
_DATA: Final = bytes.fromhex("2a864886f70d010701")
_SEQUENCE, _OBJECT, _OCTETS, _OCTETS_IN_PARTS, _TAGGED = 0x30, 0x06, 0x04, 0x24, 0xA0
_MOST_PARTS: Final = 100_000


def opened(mail: bytes) -> bytes | None:
    """Return a signed mail as it was before it was signed, or nothing: it is another mail, or encrypted."""
    head, gap, body = _parted(mail)
    if not gap or _KIND.search(head) is None:
        return None
    if _BASE64.search(head):
        try:
            body = base64.b64decode(body)
        except binascii.Error:
            return None
    content = _content_of(body)
    if content is None:
        return None
    kept = [line for line in re.split(rb"\r?\n(?![ \t])", head) if not _OWN.match(line)]
    return b"\r\n".join(kept) + b"\r\n" + content


def _parted(mail: bytes) -> tuple[bytes, bytes, bytes]:
    found = _BLANK_LINE.search(mail, 0, 100_000)
    return (mail[: found.start()], found[0], mail[found.end() :]) if found else (mail, b"", b"")


def _content_of(der: bytes) -> bytes | None:
    """Return what a CMS message of the kind « signed data » holds."""
    try:
        outer = _inside(der, 0, _SEQUENCE)
        kind, after = _value(der, outer[0], _OBJECT)
        if kind != _SIGNED:
            return None
        signed = _inside(der, _inside(der, after, _TAGGED)[0], _SEQUENCE)
        # Version and digest algorithms stand before the content.
        at = _next(der, _next(der, signed[0]))
        held = _inside(der, at, _SEQUENCE)
        kind, after = _value(der, held[0], _OBJECT)
        if kind != _DATA or after >= held[1]:
            return None
        return _octets(der, _inside(der, after, _TAGGED)[0])
    except IndexError:
        return None


def _octets(der: bytes, at: int) -> bytes | None:
    """Return the bytes of a string, in one part or in several."""
    if der[at] == _OCTETS:
        return _value(der, at, _OCTETS)[0]
    if der[at] != _OCTETS_IN_PARTS:
        return None
    start, end = _inside(der, at, _OCTETS_IN_PARTS)
    parts: list[bytes] = []
    while start < end and der[start] == _OCTETS and len(parts) < _MOST_PARTS:
        part, start = _value(der, start, _OCTETS)
        parts.append(part)
    return b"".join(parts)


def _inside(der: bytes, at: int, tag: int) -> tuple[int, int]:
    """Return where the content of an element begins and ends; one of indefinite length ends with the bytes.

    Raises:
        IndexError: it is of another kind, or goes beyond the bytes.
    """
    if der[at] != tag:
        raise IndexError(at)
    length = der[at + 1]
    if length < 0x80:  # noqa: PLR2004 - the length itself
        return at + 2, min(at + 2 + length, len(der))
    if length == 0x80:  # noqa: PLR2004 - no length: the end is marked
        return at + 2, len(der)
    count = length & 0x7F
    if count > 4:  # noqa: PLR2004 - bytes of a length
        raise IndexError(at)
    start = at + 2 + count
    return start, min(start + int.from_bytes(der[at + 2 : start], "big"), len(der))


def _value(der: bytes, at: int, tag: int) -> tuple[bytes, int]:
    start, end = _inside(der, at, tag)
    return der[start:end], end


def _next(der: bytes, at: int) -> int:
    return _inside(der, at, der[at])[1]
