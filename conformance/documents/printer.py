"""Labels in the language of a printer: the texts that they print, and their Datamatrix.

ZPL, EPL and CPCL of Zebra, TSPL of TSC, DPL of Datamax, SBPL of Sato, and ESC/POS of printers of receipts are read.

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
    from collections.abc import Callable, Iterator

    from conformance.documents.context import Reading

_ZPL: Final = re.compile(rb"\s{0,40}(?:\^XA|~D[GY]|CT~~)")
_TSPL: Final = re.compile(rb"\s{0,40}(?:SIZE|GAP|CLS|DIRECTION|CODEPAGE)\b", re.IGNORECASE)
_EPL: Final = re.compile(
    rb"\s{0,40}(?:(?:[NUO]|I8[^\r\n]{0,20}|[qQSDR]\d[\d,]{0,20}|Z[BT]|EPL2?)\r?\n\s{0,10}){1,10}"
)
_EPL_PRINTS: Final = re.compile(
    r'^(?:A(?:\d{1,5},){3}|(b)\d{1,5},\d{1,5},D|B(?:\d{1,5},){3})[^"\r\n]{0,100}"([^"\r\n]{0,3000})"',
    re.MULTILINE,
)
_CPCL: Final = re.compile(rb"\s{0,40}! \d{1,5} \d{1,5} \d{1,5} \d{1,5} \d{1,5}\r?\n")
_CPCL_TEXT: Final = re.compile(
    r"^(?:T|TEXT|T90|TEXT90|VT|CENTER|CONCAT)\s(?:\S{1,20}\s){4}([^\r\n]{1,3000})", re.MULTILINE
)
_CPCL_SYMBOL: Final = re.compile(
    r"^(?:B|BARCODE) DATAMATRIX [^\r\n]{0,200}\r?\n(.{1,3000}?)\r?\nENDDATAMATRIX", re.MULTILINE | re.DOTALL
)
_DPL: Final = re.compile(rb"\s{0,40}\x02(?:[A-Za-z][^\r\n]{0,100}\r\n?){0,20}\x02?L\r|\s{0,40}\x02L\r")
_DPL_FIELD: Final = re.compile(
    r"^[1-4](?:[0-9A-Z]{6}|[0-9A-Z]{3}[0-9]{3})([0-9]{8})([^\r\n]{1,3000})", re.MULTILINE
)
_DPL_SYMBOL: Final = re.compile(r"^[1-4]W1[cC][0-9A-Za-z]{2}[0-9]{11}", re.MULTILINE)
_SBPL: Final = re.compile(rb"\x02?\x1bA[\x1b0-9]")
_SBPL_TEXT: Final = re.compile(
    r"\x1b(?:K9[BDSH]|K[^\x1b]{0,3}|X[SMUL][\d,]{0,10}|[MSU](?![\d])|[WX]B[01]|RDB\d\d,[^\x1b,]{0,10},[^\x1b,]{0,10},|DN\d{4},)([^\x1b]{1,3000})"
)
_ESCPOS: Final = re.compile(rb"\x1b@")
_ESCPOS_COMMAND: Final = re.compile(
    r"\x1d\(k[\s\S]{2}|\x1d[vV!BHLWhwfPx*][\s\S]{1,2}|\x1d[k][\s\S]|\x1b[!aEGtRdJ3MS{V -][\s\S]|\x1b[@2ijm=]|\x1b\*[\s\S]{3}|[\x00-\x08\x0b-\x1f]"
)
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
    return _language(data) is not None


def _language(data: bytes) -> Callable[[str], Iterator[tuple[bool, str]]] | None:
    """Return what reads the language of a label; nothing for any other bytes."""
    start = data[:2000]
    if _ZPL.match(data[:100]):
        return _zpl
    if _TSPL.match(data[:100]) and _PRINTS.search(data[:20_000]):
        return _tspl
    if _EPL.match(start) and _EPL_PRINTS.search(decoded_text(data[:20_000])):
        return _epl
    if _CPCL.match(start):
        return _cpcl
    if _DPL.match(start):
        return _dpl
    if _SBPL.match(start):
        return _sbpl
    return _escpos if _ESCPOS.match(start) else None


def read(data: bytes, reading: Reading) -> Document:
    """Read the texts of a label, and each Datamatrix on it as a part."""
    text = decoded_text(data[:TEXT_LIMIT])
    language = _language(data) or _tspl
    printed = list(language(text))
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


def _epl(text: str) -> Iterator[tuple[bool, str]]:
    for symbol, told in _EPL_PRINTS.findall(text):
        yield bool(symbol), _SEPARATOR.sub("\x1d", told)


def _cpcl(text: str) -> Iterator[tuple[bool, str]]:
    for told in _CPCL_SYMBOL.findall(text):
        yield True, _SEPARATOR.sub("\x1d", told)
    for told in _CPCL_TEXT.findall(_CPCL_SYMBOL.sub("", text)):
        yield False, told


def _dpl(text: str) -> Iterator[tuple[bool, str]]:
    for line in text.replace("\n", "").split("\r"):
        if symbol := _DPL_SYMBOL.match(line):
            yield True, line[symbol.end() :]
        elif field := _DPL_FIELD.match(line):
            yield False, field[2]


def _sbpl(text: str) -> Iterator[tuple[bool, str]]:
    for told in _SBPL_TEXT.findall(text):
        yield told.startswith("IS01"), told


def _escpos(text: str) -> Iterator[tuple[bool, str]]:
    yield False, _ESCPOS_COMMAND.sub("", text)
