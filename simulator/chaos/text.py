"""Disturbances of the bytes of a message: mistakes of XML, byte order marks, encodings that do not agree."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from simulator.xml import declaration_end, without_declaration

_UTF8_MARK: Final = b"\xef\xbb\xbf"
_ENCODING: Final = b'encoding="UTF-8"'
_COMMENT: Final = "<!-- réponse du téléservice -->"


@dataclass(frozen=True, slots=True)
class Coded:
    """A body in an encoding."""

    body: bytes
    charset: str | None = None
    """What Content-Type is to say; ``None``: what it said."""


def malformed(body: bytes, form: str) -> bytes:
    """Return a body that no XML parser accepts; ``form`` is one of the choices of ``malformed-xml``.

    The place is the last element with a text, so that all the rest can be read by eye.
    """
    start, end = _last_text(body)
    match form:
        case "cut-tag":
            return body[: end + 4]
        case "crossed-tags":
            close = body.index(b">", end) + 1
            after = body.index(b">", close) + 1
            return body[:end] + body[close:after] + body[end:close] + body[after:]
        case "unknown-entity":
            return body[:start] + b"&eacute;" + body[start:]
        case "lone-ampersand":
            return body[:start] + b"& " + body[start:]
        case "two-roots":
            return body + without_declaration(body).lstrip()
        case "control-character":
            return body[:start] + b"\x08" + body[start:]
        case "undeclared-prefix":
            return body[:start] + b"<inconnu:x/>" + body[start:]
        case _:
            return body.replace(_ENCODING, b'encoding="UTF-99"', 1)


def declared_version_11(body: bytes) -> bytes:
    """Return a body whose declaration says XML 1.1."""
    return body.replace(b'version="1.0"', b'version="1.1"', 1)


def with_mark(body: bytes, place: str) -> bytes:
    """Return a body with a UTF-8 byte order mark: ``start`` or ``after-declaration``."""
    if place == "start":
        return _UTF8_MARK + body
    end = declaration_end(body)
    return body[:end] + _UTF8_MARK + body[end:]


def utf_16(body: bytes, form: str) -> Coded:
    """Return a body mixed up with UTF-16: ``bytes``, ``declared`` or ``consistent``."""
    declared = body.replace(_ENCODING, b'encoding="UTF-16"', 1)
    match form:
        case "bytes":
            return Coded(body.decode().encode("utf-16"))
        case "declared":
            return Coded(declared)
        case _:
            return Coded(declared.decode().encode("utf-16"), "utf-16")


def latin_1(body: bytes, form: str) -> Coded:
    """Return a body, with a comment that has accents, mixed up with ISO-8859-1; ``form`` as for ``utf_16``."""
    end = declaration_end(body)
    accented = body[:end] + _COMMENT.encode() + body[end:]
    declared = accented.replace(_ENCODING, b'encoding="ISO-8859-1"', 1)
    match form:
        case "bytes":
            return Coded(_to_latin_1(accented))
        case "declared":
            return Coded(declared)
        case _:
            return Coded(_to_latin_1(declared), "iso-8859-1")


def _to_latin_1(body: bytes) -> bytes:
    return body.decode().encode("latin-1", "xmlcharrefreplace")


def _last_text(body: bytes) -> tuple[int, int]:
    """Return where the text of the last element that holds only text starts and ends."""
    found = list(re.finditer(rb">([^<>]+)</", body))
    if found:
        return found[-1].start(1), found[-1].end(1)
    # Every value may be in a CDATA section.
    end = body.index(b"</")
    return end, end
