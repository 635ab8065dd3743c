"""HL7 v2 as text: messages, segments, the separators each declares, escapes and encodings."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from conformance.documents.problems import Quote, inferred, official
from conformance.documents.record import (
    Place,
    PlaceKind,
    Trait,
    Value,
)
from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.documents.context import Reading
    from conformance.documents.problems import Problem

_NULL: Final = '""'
"""Says that a value is deleted."""
_BREAK: Final = re.compile(r"\r\n|\r|\n")


_CHARSETS: Final = {
    "8859/1": "iso-8859-1", "8859/15": "iso-8859-15", "UNICODE UTF-8": "utf-8", "UTF-8": "utf-8", "ASCII": "ascii",
    "UNICODE": "utf-8", "UTF8": "utf-8", "8859-1": "iso-8859-1", "8859-15": "iso-8859-15",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Delimiters:
    """The separators that a message declares in MSH-1 and MSH-2."""

    field: str = "|"
    component: str = "^"
    repetition: str = "~"
    escape: str = "\\"
    sub: str = "&"


@dataclass(frozen=True, slots=True)
class Segment:
    """One segment: its name, its line in the file, and its fields (field 1 at index 1)."""

    name: str
    line: int
    fields: tuple[str, ...]

    def field(self, number: int) -> str:
        """Return a field, empty when it is not there."""
        return self.fields[number] if number < len(self.fields) else ""


@dataclass(frozen=True, slots=True)
class Message:
    """One message."""

    delimiters: Delimiters
    segments: tuple[Segment, ...]

    def all(self, name: str) -> Iterator[Segment]:
        """Yield the segments of a name."""
        return (segment for segment in self.segments if segment.name == name)


def split(text: str) -> Iterator[list[tuple[int, str]]]:
    """Yield the messages of a text as numbered lines; batch and file segments are left out."""
    lines: list[tuple[int, str]] = []
    for number, raw in enumerate(_BREAK.split(text), start=1):
        line = raw.strip("\x0b\x1c\0 ")
        if not line:
            continue
        if line.startswith("MSH"):
            if lines:
                yield lines
            lines = [(number, line)]
        elif line[:3] in {"FHS", "BHS", "BTS", "FTS"}:
            continue
        elif lines:
            lines.append((number, line))
    if lines:
        yield lines


def parse(lines: list[tuple[int, str]], reading: Reading, problems: list[Problem]) -> Message | None:
    """Split a message by the separators it declares; none when it declares none."""
    first = lines[0][1]
    place = reading.place("MSH-2", PlaceKind.SEGMENT, line=lines[0][0])
    if len(first) < 8 or first[3].isalnum():  # noqa: PLR2004 - MSH and five separators
        said = Text(
            "MSH suivi de ses séparateurs (MSH|^~\\&) attendu",
            "expected MSH followed by its separators (MSH|^~\\&)",
        )
        problems.append(official("hl7-header", said, "TRA-04", at=(Quote(place, first[:20]),)))
        return None
    encoding = first[4:].split(first[3], 1)[0]
    if encoding not in {"^~\\&", "^~\\&#"}:
        said = Text(
            f"MSH-2 : « ^~\\& » attendu, « {encoding[:10]} » déclaré",
            f"MSH-2: expected “^~\\&”, got “{encoding[:10]}”",
        )
        problems.append(inferred("hl7-separators", said, "TRA-04", at=(Quote(place, encoding),)))
    usual = "^~\\&"
    padded = (encoding + usual[len(encoding) :])[:4] if len(encoding) < len(usual) else encoding[:4]
    delimiters = Delimiters(first[3], padded[0], padded[1], padded[2], padded[3])
    segments = []
    for number, line in lines:
        fields = line.split(delimiters.field)
        if fields[0] == "MSH":
            # MSH-1 is the separator itself: fields are counted from there.
            fields.insert(1, delimiters.field)
        segments.append(Segment(fields[0].strip("\ufeff"), number, tuple(fields)))
    return Message(delimiters, tuple(segments))


def decode(data: bytes, reading: Reading, problems: list[Problem]) -> str:
    """Decode a message: by its byte-order mark, as UTF-8 when it is, else as MSH-18 says; a contradiction is a problem."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    declared = _declared(data)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if declared.startswith("UNICODE") or declared in {"UTF-8", "UTF8", "ASCII"}:
            said = Text(
                f"MSH-18 annonce {declared}, l’octet {error.start} n’en est pas",
                f"MSH-18 says {declared}, byte {error.start} is not in it",
            )
            problems.append(
                official("hl7-charset", said, "TRA-04", at=(reading.place("MSH-18", PlaceKind.SEGMENT),))
            )
        charset = _CHARSETS.get(declared, "cp1252")
        return data.decode("cp1252" if charset in {"utf-8", "ascii"} else charset, errors="replace")
    if not data.isascii() and declared and not declared.startswith(("UNICODE", "UTF")):
        said = Text(
            f"MSH-18 annonce {declared}, le message est en UTF-8",
            f"MSH-18 says {declared}, the message is in UTF-8",
        )
        problems.append(
            inferred("hl7-charset", said, "TRA-04", at=(reading.place("MSH-18", PlaceKind.SEGMENT),))
        )
    return text


def _declared(data: bytes) -> str:
    start = data.find(b"MSH")
    line = re.split(rb"[\r\n]", data[start : start + 4000], maxsplit=1)[0].decode("latin-1")
    fields = line.split(line[3]) if len(line) > 3 else []  # noqa: PLR2004 - MSH and its separator
    return re.split(r"[~^]", fields[17])[0].strip().upper() if len(fields) > 17 else ""  # noqa: PLR2004 - MSH-18


class FieldReader:
    """Reads fields of one segment into values with their places."""

    def __init__(self, segment: Segment, delimiters: Delimiters, reading: Reading) -> None:
        self.segment, self.delimiters, self.reading = segment, delimiters, reading

    def repetitions(self, number: int) -> list[list[str]]:
        """Return the repetitions of a field, each as its components."""
        field = self.segment.field(number)
        if field == _NULL:
            return []
        return (
            [one.split(self.delimiters.component) for one in field.split(self.delimiters.repetition)]
            if field
            else []
        )

    def place(self, number: int, repetition: int = 0, component: int = 0, sub: int = 0) -> Place:
        """Return the place of a part of a field, such as ``PID-3[2].4.2``."""
        path = f"{self.segment.name}-{number}"
        if len(self.repetitions(number)) > 1:
            path += f"[{repetition + 1}]"
        path += (f".{component}" if component else "") + (f".{sub}" if sub else "")
        return self.reading.place(path, PlaceKind.SEGMENT, line=self.segment.line)

    def plain(self, text: str) -> str:
        """Return a text without its escapes."""
        return unescape(text, self.delimiters)

    def value(self, trait: Trait, text: str, place: Place, normal: str | None = None) -> Value:
        """Return a value with its place."""
        said = self.plain(text)
        return Value(trait=trait, text=said, place=place, normal=said if normal is None else normal)


def unescape(text: str, delimiters: Delimiters) -> str:
    """Replace the escape sequences of separators and of hexadecimal bytes."""
    mark = delimiters.escape
    if mark not in text:
        return text
    known = {
        "F": delimiters.field,
        "S": delimiters.component,
        "T": delimiters.sub,
        "R": delimiters.repetition,
        "E": mark,
    }

    def one(match: re.Match[str]) -> str:
        if match[1] in known:
            return known[match[1]]
        try:
            return bytes.fromhex(match[1][1:]).decode("utf-8", errors="replace")
        except ValueError:
            return match[0]

    return re.sub(re.escape(mark) + r"([FSTRE]|X(?:[0-9A-Fa-f]{2}){1,20})" + re.escape(mark), one, text)


def component(components: list[str], number: int) -> str:
    """Return a component, from 1; empty when it is not there."""
    return components[number - 1] if number <= len(components) else ""
