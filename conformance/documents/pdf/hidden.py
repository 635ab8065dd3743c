"""A matricule that leaves in a PDF without being on a page: metadata (XMP), links, scripts, alternative texts, former versions.

Everything that a PDF holds as text is looked through for the number that is known: what stands in its objects, compressed or not, in
any of the spellings of a string (bytes, UTF-16, hexadecimal). Pictures and fonts are left out, and so is what a password protects.
"""

from __future__ import annotations

import re
import zlib
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Final

from conformance.documents.problems import Quote, official
from conformance.documents.record import Place, PlaceKind
from conformance.documents.values import PATIENT_DOMAIN
from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.documents.problems import Problem

_STREAM: Final = re.compile(rb"(?<!end)stream\r?\n")
_LARGEST: Final = 4 * 1024 * 1024
"""Bytes of one stream looked through, once it is inflated."""
_IN_ALL: Final = 16 * 1024 * 1024
_MOST: Final = 20_000
"""Streams looked through; what comes after them is looked through as it stands."""
_HEAD: Final = 1_500
"""Bytes before a stream in which its dictionary is looked for."""
_NO_TEXT: Final = re.compile(
    rb"/Image\b|/FontFile|/Length1\b|/DCTDecode|/JPXDecode|/CCITTFaxDecode|/JBIG2Decode|/ICCBased"
)
_ADDRESS: Final = re.compile(
    rb"[1-478]\d{4}(?:\d\d|2[AB])\d{8}@" + re.escape(PATIENT_DOMAIN.encode()), re.IGNORECASE
)
_DOMAIN: Final = b"@" + PATIENT_DOMAIN.encode()
_GROUPING: Final = b"\0 \xa0.-"
_AROUND: Final = 30


def hidden_leaks(data: bytes, number: str | None, file: str, shown: str) -> Iterator[Problem]:
    """Yield the first place where a PDF holds the number, or the address of a patient, without showing it.

    Args:
        data: the file.
        number: the matricule known, if one is.
        file: name of the file.
        shown: the text of its pages and titles, judged elsewhere: what stands there is not said twice.
    """
    finders = [_address] if f"@{PATIENT_DOMAIN}" not in shown else []
    if number and number not in re.sub(r"[\s.\-\u00a0\u202f]", "", shown):
        finders += [partial(_spelt, number), partial(_in_hexadecimal, number)]
    for place, text in _texts(data) if finders else ():
        for find in finders:
            if match := find(text):
                said = Text(
                    f"identité non qualifiée : le matricule est dans le PDF sans y être visible ({place.fr})",
                    f"identity not qualified: the matricule is in the PDF without being seen there ({place.en})",
                )
                around = text[max(0, match.start() - _AROUND) : match.end() + _AROUND]
                quoted = around.replace(b"\0", b"").decode("latin-1").replace("\n", " ").replace("\r", " ")
                spot = Place(kind=PlaceKind.FILE, file=file)
                yield official("matricule-hidden", said, "DOC-05", at=(Quote(spot, quoted),))
                return


def _address(text: bytes) -> re.Match[bytes] | None:
    """Find the address of a patient; the domain is looked for first, which costs next to nothing."""
    return _ADDRESS.search(text) if _DOMAIN in text else None


def _spelt(number: str, text: bytes) -> re.Match[bytes] | None:
    """Find a number as bytes or as UTF-16, its digits grouped or not."""
    if number.encode() not in text.translate(None, _GROUPING):
        return None
    digits = rb"[\0 \xa0.\-]{0,3}".join(re.escape(one.encode()) for one in number)
    return re.search(rb"(?<![0-9])" + digits + rb"(?!\0?[0-9])", text)


def _in_hexadecimal(number: str, text: bytes) -> re.Match[bytes] | None:
    """Find a number in a string that is written in hexadecimal, as bytes or as UTF-16."""
    upper = text.upper()
    for encoding in ("ascii", "utf-16-be"):
        spelt = number.encode(encoding).hex().upper().encode()
        if spelt in upper:
            return re.search(spelt, text, re.IGNORECASE)
    return None


_OBJECT: Final = Text("objet", "object")
_METADATA: Final = Text("métadonnées XMP", "XMP metadata")
_INFLATED: Final = Text("flux", "stream")


def _texts(data: bytes) -> Iterator[tuple[Text, bytes]]:
    """Yield what a PDF holds as text: what is between its streams, then each stream that is no picture and no font."""
    spent = 0
    between: list[bytes] = []
    position = 0
    for match in islice(_STREAM.finditer(data), _MOST):
        if match.start() < position or spent > _IN_ALL:
            continue
        end = data.find(b"endstream", match.end())
        end = len(data) if end < 0 else end
        between.append(data[position : match.start()])
        position = end
        head = data[max(0, match.start() - _HEAD) : match.start()].rpartition(b" obj")[2]
        if _NO_TEXT.search(head):
            continue
        body = data[match.end() : end]
        if b"FlateDecode" in head or b"/Fl " in head:
            body = _inflated(body)
        spent += len(body)
        yield (_METADATA if b"xmpmeta" in body[:2_000] or b"/XML" in head else _INFLATED), body[:_LARGEST]
    between.append(data[position:])
    yield _OBJECT, b"\n".join(between)[:_IN_ALL]


def _inflated(body: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(body, _LARGEST)
    except zlib.error:
        return b""
