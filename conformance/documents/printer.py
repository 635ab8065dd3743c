"""Labels in the language of a printer (ZPL of Zebra, TSPL of TSC): the texts that they print, and their Datamatrix.

Nothing public prescribes such a label; its symbol is judged like any other, its texts like those of a letter.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from conformance.documents.context import TEXT_LIMIT
from conformance.documents.document import Document
from conformance.documents.letters import Letter
from conformance.documents.page.running_text import decoded_text
from conformance.documents.problems import unjudged
from conformance.documents.record import Format
from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.documents.context import Reading

_ZPL: Final = re.compile(rb"\s{0,40}(?:\^XA|~D[GY]|CT~~)")
_TSPL: Final = re.compile(rb"\s{0,40}(?:SIZE|GAP|CLS|DIRECTION|CODEPAGE)\b", re.IGNORECASE)
_PRINTS: Final = re.compile(rb"^(?:TEXT|BARCODE|DMATRIX|BLOCK)\s", re.IGNORECASE | re.MULTILINE)
_QUOTED: Final = re.compile(
    r'^(TEXT|BARCODE|DMATRIX|BLOCK)\s[^"\r\n]{0,200}(?:"[^"\r\n]{0,100}",[^"\r\n]{0,200})?"([^"\r\n]{1,3000})"',
    re.IGNORECASE | re.MULTILINE,
)
_COMMAND: Final = re.compile(r"[\^~]([A-Z][A-Z0-9@])([^\^~]{0,4000})", re.IGNORECASE)
_HEX: Final = re.compile(r"_([0-9A-F]{2})", re.IGNORECASE)
_SUBSET: Final = re.compile(r">[0-9:;<=]")
"""A code set of Code 128, within its digits."""
_SEPARATOR: Final = re.compile(r"[~_]d029", re.IGNORECASE)
_MOST_SYMBOLS: Final = 50


def is_label(data: bytes) -> bool:
    """Tell whether bytes are a label in the language of a printer."""
    return _ZPL.match(data[:100]) is not None or (
        _TSPL.match(data[:100]) is not None and _PRINTS.search(data[:20_000]) is not None
    )


def read(data: bytes, reading: Reading) -> Document:
    """Read the texts of a label, and each Datamatrix on it as a part."""
    text = decoded_text(data[:TEXT_LIMIT])
    printed = list(_zpl(text) if _ZPL.match(data[:100]) else _tspl(text))
    payloads = [told for is_symbol, told in printed if is_symbol][:_MOST_SYMBOLS]
    parts = tuple(
        part
        for number, payload in enumerate(payloads, start=1)
        if (part := reading.part(payload.encode(), f"Datamatrix {number}")).format is Format.DATAMATRIX
    )
    said = Text(
        "étiquette pour imprimante : seuls ses textes et ses symboles ont été regardés",
        "label for a printer: only its texts and symbols were looked at",
    )
    words = "\n".join(told for is_symbol, told in printed if not is_symbol)
    return Document(
        format=Format.UNKNOWN,
        name=reading.name,
        problems=(unjudged("format-unknown", said, reading.place()),),
        parts=parts,
        facts=Letter(words),
        text=f"{text}\n{words}\n{_SUBSET.sub('', words)}",
    )


def _zpl(text: str) -> Iterator[tuple[bool, str]]:
    """Yield what each field prints, and whether as a Datamatrix."""
    is_symbol = is_hex = False
    for command, told in _COMMAND.findall(text.replace("~d029", "\x1d")):
        match command.upper():
            case "BX":
                is_symbol = True
            case "FH":
                is_hex = True
            case "FD" | "FV":
                shown = _HEX.sub(lambda one: chr(int(one[1], 16)), told) if is_hex else told
                yield is_symbol, _SEPARATOR.sub("\x1d", shown).strip("\r\n")
            case "FS" | "XA":
                is_symbol = is_hex = False
            case _:
                pass


def _tspl(text: str) -> Iterator[tuple[bool, str]]:
    for command, told in _QUOTED.findall(text):
        yield command.upper() == "DMATRIX", _SEPARATOR.sub("\x1d", told)
