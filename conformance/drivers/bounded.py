"""Reading what a software answers, within bounds: bytes, decompression, depth of JSON."""

from __future__ import annotations

import codecs
import json
import re
import zlib
from typing import TYPE_CHECKING, Any, Final

import orjson

from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_ANSWER = 8 * 1024 * 1024
"""Bytes of an answer, decompressed. A thousand patient files take less than one megabyte."""
MAX_DEPTH = 32
"""How deep JSON may nest; the driver API needs six levels."""
_PACKED: Final = frozenset({"gzip", "x-gzip", "deflate"})
"""What is unpacked; ``x-gzip`` is the older name of the first (RFC 9110 §8.4.1.3)."""
_LONG_NUMBER: Final = re.compile(rb"[:\[,\s-][0-9]{16}")
"""What may be a number that has no exact form of 64 bits."""


class TooLargeError(Exception):
    """An answer exceeds its bounds. ``received`` is what came until then."""

    def __init__(self, text: Text, received: bytes = b"") -> None:
        super().__init__(text.fr)
        self.text = text
        self.received = received


class NotJsonError(Exception):
    """An answer is not JSON that can be used."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.fr)
        self.text = text


def collect(chunks: Iterable[bytes], encoding: str, into: bytearray) -> None:
    """Append an answer to ``into`` as it comes, decompressed, so that a caller interrupted midway has what came.

    Args:
        chunks: the bytes as they come.
        encoding: ``Content-Encoding``: nothing, ``identity``, or one of ``_PACKED``.
        into: receives at most ``MAX_ANSWER`` bytes.

    Raises:
        TooLargeError: there is more.
        NotJsonError: an encoding that was not asked for, or broken.
    """
    name = encoding.strip().lower()
    if name not in {"", "identity", *_PACKED}:
        raise NotJsonError(
            Text(
                f"encodage {encoding!r} inconnu (Accept-Encoding demande gzip, ou rien)",
                f"unknown encoding {encoding!r} (Accept-Encoding asks for gzip, or none)",
            )
        )
    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 32) if name in _PACKED else None
    for chunk in chunks:
        room = MAX_ANSWER - len(into)
        try:
            plain = chunk if unpacker is None else unpacker.decompress(chunk, room + 1)
        except zlib.error as error:
            raise NotJsonError(Text(f"{name} illisible : {error}", f"broken {name}: {error}")) from error
        into += plain[:room]
        if len(plain) > room:
            mega = MAX_ANSWER // (1024 * 1024)
            raise TooLargeError(
                Text(
                    f"réponse de plus de {mega} Mio, abandonnée",
                    f"an answer of more than {mega} MiB, given up",
                ),
                bytes(into),
            )


def parse(content: bytes) -> Any:
    """Return the data of a JSON document; a byte order mark before it is passed over (RFC 8259 §8.1 lets a reader do so).

    Raises:
        TooLargeError: nested too deeply.
        NotJsonError: not JSON in UTF-8.
    """
    content = content.removeprefix(codecs.BOM_UTF8)
    few = len(content) - len(content.translate(None, b"[{")) <= MAX_DEPTH
    quick = _read_quickly(content)
    if quick is not None and (few or not _is_deeper(quick, MAX_DEPTH)):
        return quick
    deep = TooLargeError(
        Text(
            f"JSON imbriqué sur plus de {MAX_DEPTH} niveaux", f"JSON nested more than {MAX_DEPTH} levels deep"
        )
    )
    try:
        data = json.loads(content.decode("utf-8"), parse_constant=_no_constant)
    except RecursionError as error:
        raise deep from error
    except ValueError as error:  # JSONDecodeError and UnicodeDecodeError
        raise NotJsonError(Text.same(str(error))) from error
    if few and b"\\u" not in content:
        return data  # Too few brackets to be deep, and no escape that could be half a character.
    pending = [(data, 1)]
    while pending:
        value, depth = pending.pop()
        if isinstance(value, str):
            if not value.isascii() and any("\ud800" <= letter <= "\udfff" for letter in value):
                raise NotJsonError(
                    Text(
                        "un demi-caractère UTF-16 isolé dans un texte",
                        "half a UTF-16 character alone in a text",
                    )
                )
        elif isinstance(value, (dict, list)):
            if depth > MAX_DEPTH:
                raise deep
            children = [*value, *value.values()] if isinstance(value, dict) else value
            pending.extend((child, depth + 1) for child in children)
    return data


def _read_quickly(content: bytes) -> Any:
    """Return the data of a document that reads the same either way; ``None`` when it may not: ``parse`` says why."""
    if _LONG_NUMBER.search(content):
        return None
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError:
        return None


def _is_deeper(data: Any, depth: int) -> bool:
    """Tell whether data nests more than so many levels."""
    level = [data]
    for _ in range(depth):
        level = [child for each in level for child in (each.values() if isinstance(each, dict) else each)]
        level = [child for child in level if isinstance(child, (dict, list))]
        if not level:
            return False
    return True


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def excerpt(content: bytes, length: int = 200) -> Text:
    """Return the beginning of a body in one line, for a message."""
    text = " ".join(content[: 8 * length].decode("utf-8", errors="backslashreplace").split())
    if not text:
        return Text("un corps vide", "an empty body")
    return Text.same(repr(text if len(text) <= length else text[: length - 1] + "…"))
