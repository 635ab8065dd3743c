"""The level of PDF/A that a document claims in its XMP metadata. A claim is no proof: that takes veraPDF."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_NAMESPACE: Final = b"http://www.aiim.org/pdfa/ns/id/"
_AROUND: Final = 16 * 1024
"""How far from the name of its namespace a claim stands, at most."""
_MAX_PACKET: Final = 4 * 1024 * 1024
_METADATA: Final = re.compile(rb"<<(?:[^<>]|<<[^<>]*>>|<[0-9A-Fa-f\s]*>){0,40}?/Type\s*/Metadata\b")


@dataclass(frozen=True, slots=True)
class Claim:
    """``part`` 1 to 4 and ``level`` (A, B, U…) as written."""

    part: str
    level: str

    def __str__(self) -> str:
        return f"PDF/A-{self.part}{self.level}"


def claimed(data: bytes) -> Claim | None:
    """Return the claim of a document, the last one when it was saved several times; none without one."""
    found: Claim | None = None
    for packet in _packets(data):
        found = _claim(packet) or found
    return found


def _packets(data: bytes) -> Iterator[bytes]:
    if _NAMESPACE in data:
        position = data.find(_NAMESPACE)
        while position >= 0:
            yield data[max(0, position - _AROUND) : position + _AROUND]
            position = data.find(_NAMESPACE, position + _AROUND)
        return
    wide = _NAMESPACE.decode("ascii").encode("utf-16-be")
    if wide in data or _NAMESPACE.decode("ascii").encode("utf-16-le") in data:
        yield from _packets(data.replace(b"\0", b""))
        return
    for match in _METADATA.finditer(data):
        begin = data.find(b"stream", match.end(), match.end() + 1000)
        end = data.find(b"endstream", begin)
        if begin < 0 or end < 0:
            continue
        body = data[begin + 6 : end].lstrip(b"\r\n")
        try:
            yield zlib.decompressobj().decompress(body, _MAX_PACKET)
        except zlib.error:
            continue


def _claim(packet: bytes) -> Claim | None:
    prefix = re.search(rb"xmlns:([\w.-]{1,40})\s*=\s*['\"]" + re.escape(_NAMESPACE), packet)
    if prefix is None:
        return None
    name = re.escape(prefix[1])
    values = []
    for field in (b"part", b"conformance"):
        pattern = (
            rb"<"
            + name
            + rb":"
            + field
            + rb"(?:\s[^<>]{0,300})?>\s*([0-9A-Za-z]{1,4})\s*<|\b"
            + name
            + rb":"
            + field
            + rb"\s*=\s*['\"]\s*([0-9A-Za-z]{1,4})"
        )
        matches = re.findall(pattern, packet)
        values.append((matches[-1][0] or matches[-1][1]).decode("ascii") if matches else "")
    return Claim(values[0], values[1].upper()) if values[0] else None
