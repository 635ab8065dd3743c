"""Messages in another encoding than UTF-8: written anew in it, so that they are read, kept, shown and masked as all others.

Every XML processor reads UTF-16 (XML 1.0 §4.3.3), and Western clients of some age write ISO-8859-1 or windows-1252. What the
gateway does with them is not established (insi-contract §10.10): they are answered and noted, and refused in a strict session.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, NamedTuple

from simulator.xml import declared_encoding, without_declaration

_BIG, _LITTLE, _FOUR = b"\xfe\xff", b"\xff\xfe", b"\xff\xfe\0\0"
_NO_MARK: Final = {b"<\0": "utf-16-le", b"\0<": "utf-16-be"}
_SINGLE_BYTES: Final = {
    "iso-8859-1": "iso-8859-1",
    "latin1": "iso-8859-1",
    "iso-8859-15": "iso-8859-15",
    "windows-1252": "windows-1252",
    "cp1252": "windows-1252",
}
"""What they are called, in lower case; all agree with ASCII, so that a declaration can be read."""
_CHARSET: Final = re.compile(r"""\bcharset\s*=\s*["']?([\w.-]+)""", re.IGNORECASE)


class Transcribed(NamedTuple):
    """A message in UTF-8, without XML declaration."""

    body: bytes
    encoding: str
    """What it came in."""


def in_utf8(body: bytes, content_type: str) -> Transcribed | None:
    """Return a message that came in another encoding in UTF-8; ``None`` for UTF-8, and for what cannot be read.

    A byte order mark speaks first, then the charset of ``Content-Type``, then the XML declaration (RFC 7303 §3.2); a charset and a
    declaration that contradict each other are left to be refused.
    """
    encoding = _sixteen_bits(body) or _eight_bits(body, content_type)
    if encoding is None:
        return None
    try:
        text = body.decode(encoding)
        if encoding.startswith("utf-16") and not re.match(r"\s*<", text):
            return None
        return Transcribed(without_declaration(text).encode(), encoding)
    except ValueError:
        return None


def _sixteen_bits(body: bytes) -> str | None:
    start = body[:2]
    if start in {_BIG, _LITTLE}:
        return None if body.startswith(_FOUR) else "utf-16"
    named = _NO_MARK.get(start)
    # Four bytes a character begin so too.
    return named if named and body[2:4] != b"\0\0" else None


def _eight_bits(body: bytes, content_type: str) -> str | None:
    charset = _charset(content_type)
    declared = declared_encoding(body).lower()
    if charset and declared and _SINGLE_BYTES.get(charset) != _SINGLE_BYTES.get(declared):
        return None
    return _SINGLE_BYTES.get(charset or declared)


@lru_cache(maxsize=64)
def _charset(content_type: str) -> str:
    found = _CHARSET.search(content_type)
    return found[1].lower() if found else ""
