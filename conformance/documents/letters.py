"""Letters that no format of exchange knows: HTML, RTF, text, word-processor files, labels for a printer, bytes of other programs.

Only what a reader sees of them is looked through: an INS that leaves, that of somebody else, another name with its birth date,
a trait that stands by its label and is not that of the person, one that is nowhere beside the INS. Nothing is concluded about
their layout; that they were not judged is said.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from conformance.documents.context import TEXT_LIMIT
from conformance.documents.numbers import called_ins
from conformance.documents.page.people import of_other_people
from conformance.documents.page.running_text import decoded_text, of_another, words_of
from conformance.documents.problems import Quote, inferred
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
from conformance.documents.told import spoilt_number, told_traits
from simulator.ins.traits import comparison_key
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
_FLAT: Final = re.compile(r"<(?:w:wordDocument|pkg:package|office:document)\b")
"""A whole document of a word processor in one XML file."""
_GLYPHS: Final = re.compile(r"<Glyphs\b([^<>]{0,20000})>")
_ATTRIBUTE: Final = re.compile(r'\b(OriginX|OriginY|UnicodeString)="([^"<>]{0,4000})"')
_LETTERS: Final = 1.5
_STROKED: Final = re.compile(r"\\(?:([0-7]{3})|(.))", re.DOTALL)
_SHOWN: Final = re.compile(r"\(((?:[^()\\]|\\.){1,2000})\)\s{0,10}(?:show|Tj|a?widthshow)\b")
"""A text that PostScript shows."""
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
    if _FLAT.search(text[:4096]):
        words = _flat_words(text)
    elif text.startswith("%!PS"):
        words = "\n".join(_unescaped(one) for one in _SHOWN.findall(text))
    else:
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
            told.append(_flat_words(decoded_text(content[:TEXT_LIMIT])))
        elif name.endswith(".fpage"):
            told.append(_printed_words(decoded_text(content[:TEXT_LIMIT])))
        elif name.endswith((".xhtml", ".html", ".htm")):
            told.append(words_of(content[:TEXT_LIMIT], "text/html"))
    return "\n".join(told)[:TEXT_LIMIT]


def _flat_words(text: str) -> str:
    """Return the text of XML of a word processor or a workbook, runs joined."""
    told = _WITHIN.sub("", _CELLS.sub("\t", _LINES.sub("\n", _SPACES.sub(" ", text))))
    return html.unescape(_TAG.sub(" ", told))


def _printed_words(page: str) -> str:
    """Return the text of a page that Windows printed into a file (XPS): runs of one height are one line, from left to right."""
    lines: dict[float, list[tuple[float, str]]] = {}
    for run in _GLYPHS.findall(page):
        held = dict(_ATTRIBUTE.findall(run))
        try:
            height, left = round(float(held.get("OriginY", "0")), 1), float(held.get("OriginX", "0"))
        except ValueError:
            continue
        lines.setdefault(height, []).append(
            (left, html.unescape(held.get("UnicodeString", "")).removeprefix("{}"))
        )
    told = []
    for _, runs in sorted(lines.items()):
        runs.sort(key=lambda one: one[0])
        # Programs that place each letter by itself write its blanks too.
        gap = "" if sum(len(one) for _, one in runs) <= _LETTERS * len(runs) else " "
        told.append(gap.join(one for _, one in runs))
    return "\n".join(told)


def _unescaped(text: str) -> str:
    """Return a text of PostScript as it is shown."""
    return _STROKED.sub(lambda one: chr(int(one[1], 8) % 256) if one[1] else one[2], text)


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
    yield from spoilt_number(letter.words, expected, place)
    yield from _without_name(letter.words, expected, place)
    yield from told_traits(letter.words, name, expected)


def _without_name(words: str, expected: Expected, place: Place) -> Iterator[Problem]:
    """Say that a letter gives the INS of the person expected and none of their names: it may be somebody else's name that stands beside."""
    number = expected.of(Trait.MATRICULE)
    mine = next((one for one in called_ins(words) if one[0] == number), None)
    names = [name for trait in (Trait.BIRTH_NAME, Trait.USED_NAME) if (name := expected.of(trait))]
    if mine is None or not names:
        return
    told = f" {comparison_key(words)} ".replace(" ", "")
    if not any(comparison_key(name).replace(" ", "") in told for name in names):
        text = Text(
            f"la lettre donne l’INS de « {names[0]} » sans ce nom : à regarder",
            f"the letter gives the INS of {names[0]!r} without this name: to be looked at",
        )
        yield inferred("number-without-its-name", text, "F13", at=(Quote(place, words[mine[1] : mine[2]]),))


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
