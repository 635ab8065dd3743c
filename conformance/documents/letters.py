"""Letters that no format of exchange knows: HTML, RTF, text, word-processor files, labels for a printer, bytes of other programs.

Only what a reader sees of them is looked through: an INS that leaves, that of somebody else, another name with its birth date.
Nothing is concluded about their layout; that they were not judged is said.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from conformance.documents.context import TEXT_LIMIT
from conformance.documents.page.people import of_other_people
from conformance.documents.page.running_text import decoded_text, of_another, words_of
from conformance.documents.record import (
    Format,
    Identifier,
    IdentityRecord,
    Place,
    PlaceKind,
    Trait,
    Value,
    kind_of,
)
from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from conformance.documents.expected import Expected
    from conformance.documents.problems import Problem

_LINES: Final = re.compile(
    r"</?(?:w:(?:p|br|cr|tr)|text:(?:p|h|line-break)|table:table-row|a:p|si|row)\b[^<>]{0,400}>"
)
_CELLS: Final = re.compile(r"</?(?:w:(?:tab|tc)|text:tab|table:table-cell|c)\b[^<>]{0,400}>")
_SPACES: Final = re.compile(r"<text:s\b[^<>]{0,200}>")
_WITHIN: Final = re.compile(r"</?(?:w|w14|mc|a|text|r|t|rPr)\b[^<>]{0,800}>")
"""Tags of runs, of their looks and of spans: what stands around them is one word."""
_HELD: Final = re.compile(r'="([^"<>]{13,800})"')
"""The value of an attribute that is long enough for a number."""
_TAG: Final = re.compile(r"<[!/?A-Za-z][^<>]{0,2000}>")
_DRAWING: Final = re.compile(r"<svg\b")
_IN_PAYLOAD: Final = re.compile(r"IS\d{2}0{22}S1([0-9]{6}[0-9AB][0-9]{8})(?![0-9])")
"""The matricule in the payload of a Datamatrix INS, first as its writers put it."""
_RUN: Final = re.compile(rb"[\x20-\x7e]{8,4000}")
_WIDE_RUN: Final = re.compile(rb"(?:[\x20-\x7e]\0){8,4000}")
_SCANNED: Final = 4 * TEXT_LIMIT
"""Bytes of a file of another program that are looked through."""


@dataclass(frozen=True, slots=True)
class Letter:
    """What a reader sees of a letter."""

    words: str


def letter_of(data: bytes) -> tuple[str, Letter | None]:
    """Return all text of bytes of no known format, and what a reader sees of it; a file of another program has no reader."""
    if b"\0" in data[:TEXT_LIMIT] and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _printable(data[:_SCANNED]), None
    text = decoded_text(data[:TEXT_LIMIT])
    words = words_of(text.lstrip("\ufeff"), "image/svg+xml" if _DRAWING.search(text[:4096]) else "")
    # What a printer is told to draw as a symbol says the number too.
    words = "\n".join([words, *(f"INS : {number}" for number in _IN_PAYLOAD.findall(text))])
    # Attributes and comments leave too.
    return (text if words == text else f"{text}\n{words}"), Letter(words)


def office_words(files: Mapping[str, bytes]) -> str:
    """Return the text of the files of a word-processor document or a workbook, runs joined."""
    told: list[str] = []
    for name, content in files.items():
        if name.endswith(".xml"):
            text = _SPACES.sub(" ", decoded_text(content[:TEXT_LIMIT]))
            text = _WITHIN.sub("", _CELLS.sub("\t", _LINES.sub("\n", text)))
            told.append(html.unescape(_TAG.sub(" ", text)))
    return "\n".join(told)[:TEXT_LIMIT]


def office_hidden(files: Mapping[str, bytes]) -> str:
    """Return what such files hold without showing it: names, links, alternative texts, objects of other programs."""
    told: list[str] = list(files)
    for name, content in files.items():
        if name.endswith((".xml", ".rels")):
            told.extend(_HELD.findall(decoded_text(content[:TEXT_LIMIT])))
        else:
            told.append(_printable(content[:TEXT_LIMIT]))
    return "\n".join(told)[:TEXT_LIMIT]


def judge(letter: Letter, name: str, expected: Expected) -> Iterator[Problem]:
    """Yield what a letter tells of somebody else than the person expected; nothing without one."""
    if expected.identity is None:
        return
    place = Place(kind=PlaceKind.FILE, file=name)
    yield from told_of_another(letter.words, expected, place)
    yield from of_other_people(letter.words, [_record(expected, place)], place)


def told_of_another(words: str, expected: Expected, place: Place) -> Iterator[Problem]:
    """Yield what a text calls an INS and that is not the one expected; nothing without one."""
    if expected.identity is None:
        return
    said = Text(
        "la lettre donne l’INS d’une autre personne que celle attendue",
        "the letter gives the INS of another person than the one expected",
    )
    known = _record(expected, place).of(Trait.MATRICULE)
    yield from of_another(words, known, place, "text-of-another", said, "F13")


def _record(expected: Expected, place: Place) -> IdentityRecord:
    """Return the person expected as a document would tell them."""
    values = {
        trait: Value(trait=trait, text=known, place=place, normal=known)
        for trait in Trait
        if (known := expected.of(trait))
    }
    number, oid = values.pop(Trait.MATRICULE, None), values.pop(Trait.OID, None)
    kind = kind_of(oid.normal if oid else None)
    return IdentityRecord(
        format=Format.UNKNOWN,
        values=tuple(values.values()),
        identifiers=(Identifier(kind=kind, number=number, oid=oid, place=place),),
        place=place,
    )


def _printable(data: bytes) -> str:
    runs = [one.decode("ascii") for one in _RUN.findall(data)]
    runs += [one.replace(b"\0", b"").decode("ascii") for one in _WIDE_RUN.findall(data)]
    return "\n".join(runs)[:TEXT_LIMIT]
