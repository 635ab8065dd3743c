"""Running text beside the traits (HTML, RTF, plain bodies, pages of an archive): what a reader sees, and whose INS it gives."""

from __future__ import annotations

import codecs
import html
import re
from base64 import b64decode
from itertools import islice
from typing import TYPE_CHECKING, Final

from conformance.documents.numbers import called_ins
from conformance.documents.page.labels import of_somebody_else
from conformance.documents.problems import Quote, inferred, official

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from conformance.documents.problems import Problem
    from conformance.documents.record import Place, Value
    from simulator.text import Text

_INLINE: Final = re.compile(
    r"</?(?:b|i|u|em|strong|span|font|small|big|sub|sup|tt|code|a|abbr|mark|tspan)\b[^<>]{0,500}>",
    re.IGNORECASE,
)
"""Tags that do not part what stands around them."""
_CELL: Final = re.compile(r"\s{0,80}<t[dh]\b[^<>]{0,500}>\s{0,80}", re.IGNORECASE)
"""Cells of one row are read as one line."""
_CELLS_END: Final = re.compile(r"</t[dh]\s{0,9}>", re.IGNORECASE)
_DATA_URL: Final = re.compile(r"\bdata:(?:image|application)/([a-z]{3,8});base64,([A-Za-z0-9+/]{40,})")
_PICTURES: Final = 20
"""Files in a text that are looked at."""
_TAG: Final = re.compile(r"<[!/?A-Za-z][^<>]{0,2000}>")
_RTF: Final = re.compile(r"\\'[0-9a-f]{2}|\\[a-z]{1,32}-?\d{0,10} ?|[{}]|\\[^a-z]", re.IGNORECASE)
_RTF_SIGN: Final = re.compile(r"\\'([0-9a-f]{2})|\\u(-?\d{1,6}) ?\??", re.IGNORECASE)
"""A letter of Windows, or of Unicode with the question mark that stands for it elsewhere."""
_LINES: Final = re.compile(r"\\(?:par|line|row)\b ?")
_TABS: Final = re.compile(r"\\(?:cell|tab)\b ?")


_RTF_ASIDE: Final = re.compile(
    r"\{\s?\\(?:\*\s?\\[a-z]{1,32}|fonttbl|colortbl|stylesheet|info|pict|listtable|generator)(?![a-z])",
    re.IGNORECASE,
)
"""The beginning of a group of RTF that no reader sees."""


def _without_asides(text: str) -> str:
    """Return RTF without the groups that no reader sees: tables of fonts and styles, pictures."""
    told: list[str] = []
    at = 0
    for found in _RTF_ASIDE.finditer(text):
        if found.start() < at:
            continue
        told.append(text[at : found.start()])
        at = _end_of_group(text, found.start())
    return "".join((*told, text[at:]))


def _end_of_group(text: str, start: int) -> int:
    """Return where a group of RTF ends; the end of the text where it does not."""
    depth = 0
    for one in _RTF_BRACE.finditer(text, start):
        depth += {"{": 1, "}": -1}.get(one[0], 0)
        if depth == 0:
            return one.end()
    return len(text)


_RTF_BRACE: Final = re.compile(r"\\.|[{}]", re.DOTALL)


def _sign(found: re.Match[str]) -> str:
    if found[1]:
        return bytes.fromhex(found[1]).decode("cp1252", errors="replace")
    number = int(found[2]) % 65_536
    return "" if 0xD800 <= number <= 0xDFFF else chr(number)  # noqa: PLR2004 - halves of a pair


def is_readable(media: str) -> bool:
    """Tell whether a media type, in lower case, is one of running text."""
    kind = media.partition(";")[0].strip()
    return kind in {"application/rtf", "application/xhtml+xml", "image/svg+xml"} or (
        kind.startswith("text/") and kind not in {"text/xml", "text/calendar"}
    )


def pictures(text: str) -> Iterator[tuple[str, bytes]]:
    """Yield the files that an HTML text holds in itself (``data:image/png;base64,…``), each with a name."""
    for number, found in enumerate(islice(_DATA_URL.finditer(text), _PICTURES), start=1):
        try:
            yield f"data {number}.{found[1]}", b64decode(found[2] + "=" * (-len(found[2]) % 4))
        except ValueError:
            continue


def decoded_text(content: bytes) -> str:
    """Return the text of bytes of UTF-16 that say so, of UTF-8, or else of Windows."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content[: len(content) // 2 * 2].decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def words_of(content: bytes | str, media: str = "") -> str:
    """Return what a reader sees of a running text.

    Args:
        content: its bytes, of UTF-8 or else of Windows, or its text.
        media: its type; RTF and HTML are also known by how they begin.
    """
    text = decoded_text(content) if isinstance(content, bytes) else content
    if text.startswith(r"{\rtf") or media.partition(";")[0].endswith("rtf"):
        return _RTF.sub("", _RTF_SIGN.sub(_sign, _TABS.sub("\t", _LINES.sub("\n", _without_asides(text)))))
    if (
        "html" in media
        or "svg" in media
        or re.match(r"\s*<(?:!doctype|html|body|p|div|table)\b", text, re.IGNORECASE)
    ):
        return html.unescape(_TAG.sub("\n", _CELL.sub("\t", _CELLS_END.sub("", _INLINE.sub("", text)))))
    return text


def of_another(
    text: str, known: Sequence[Value], place: Place, code: str, said: Text, *rules: str
) -> Iterator[Problem]:
    """Yield the numbers that a text calls an INS and that are none of those known.

    Args:
        text: as a reader sees it.
        known: the matricules of the patients; nothing is told without any.
        place: of the text.
        code: of the problem.
        said: what is wrong.
        rules: that answer for it.
    """
    for number, start, end in called_ins(text) if known else ():
        if all(value.normal != number for value in known):
            # What is said to be of a mother or an insured person may be of another.
            make = inferred if of_somebody_else(text, start) else official
            yield make(code, said, *rules, at=(Quote(place, text[start:end]), known[0]))
