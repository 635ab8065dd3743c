"""A page of several people: the list of a day, a round, a table of patients. Each of them is a record, told by one row or one block.

A page about one patient that names another by mistake is no list: a list has the names of its columns once and each person once, or one
block for each person under a heading that calls it a list. Labels of one patient beside each other are one document about that patient.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from conformance.documents.exports.columns import Tells, tells
from conformance.documents.exports.people import Field, is_of_people, person_of
from conformance.documents.numbers import find_matricules
from conformance.documents.page.cells import columns, words_of
from conformance.documents.page.labels import LABEL, LABELS, french_date, plain
from conformance.documents.page.paper import read_page
from conformance.documents.problems import inferred
from conformance.documents.record import Format, Place, PlaceKind, Trait
from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from conformance.documents.page.cells import PagePlaces
    from conformance.documents.page.text import Line
    from conformance.documents.problems import Problem
    from conformance.documents.record import Box, IdentityRecord

_LIST: Final = re.compile(
    r"\b(?:liste|rendez-vous|rdv|planning|agenda|tournee|journee|du jour|registre|patients|residents|file active|list|appointments|schedule)\b"
)
"""Words of a heading that make a page one of several people."""
_NATURE: Final = re.compile(r"[\s(\[–—-]{0,9}(?:INS[\s-]{0,3})?(NIR|NIA)\b[)\]]?", re.IGNORECASE)
_COLON: Final = re.compile(r"[ )]{0,3}: {0,3}[^\s:]")
"""What follows a label when its value stands right after a colon."""
_NUMBER: Final = re.compile(r"[1-8]\d{5}[0-9AB]\d{8}", re.ASCII)
"""A number as long as a matricule; its key is judged."""
_TWO, _THREE = 2, 3
_ALIGNED: Final = 2.0
"""Points by which the left edges of the cells of a column may differ."""
_MOST: Final = 400
"""Rows of a page."""


def people_on(lines: Sequence[Line], places: PagePlaces) -> list[IdentityRecord]:
    """Return a record for each person of a page that lists several; nothing for any other page."""
    if sum(len(_NUMBER.findall(line.text.replace(" ", ""))) for line in lines) < _TWO:
        return []
    found = _rows(lines, places)
    if len(found) < _TWO or not _are_different(found):
        found = _blocks(lines, places)
    return found


def _are_different(found: Sequence[IdentityRecord]) -> bool:
    """Tell whether each is told once: rows of one patient are acts, labels of one patient are labels."""
    told = {
        tuple(value.normal for trait in (Trait.BIRTH_NAME, Trait.BIRTH_DATE) for value in one.of(trait))
        for one in found
    }
    return len(told) == len(found) and any(one.has_ins for one in found)


def _rows(lines: Sequence[Line], places: PagePlaces) -> list[IdentityRecord]:
    for index, line in enumerate(lines):
        if any(_COLON.match(line.text, one.end()) for one in _name_labels(line)):
            return []  # The patient of the page: who stands in a table below is around them.
        heads = [(line.text[start:end].strip(), line.box(start, end)) for start, end in columns(line.text)]
        kinds = [tells(label) for label, _ in heads]
        if (
            len(heads) >= _THREE
            and is_of_people(kinds)
            and Tells.BIRTH_DATE in kinds
            and len({*kinds} - {None}) == sum(1 for one in kinds if one)
        ):
            rows = (_row(one, heads, places) for one in lines[index + 1 : index + _MOST])
            return [one for one in rows if one is not None]
    return []


def _row(line: Line, heads: Sequence[tuple[str, Box]], places: PagePlaces) -> IdentityRecord | None:
    fields: list[Field] = []
    for start, end in columns(line.text):
        label = _head_of(line.box(start, end), heads)
        if not label:
            continue
        text, place = line.text[start:end].strip(), places.place(line, start, end)
        if tells(label) is Tells.BIRTH_DATE and french_date(text) is None:
            continue  # Two headings stand too near to be told apart.
        number = next(find_matricules(text), None) if tells(label) is Tells.MATRICULE else None
        if number is not None:
            nature = _NATURE.match(text, number[2])
            fields.extend([Field("nature", nature[1], place)] if nature else [])
            text = text[number[1] : number[2]]
        fields.append(Field(label, text, place))
    person = person_of(fields, places.place(line))
    if person is None or not _is_whole(person.record):
        return None
    values = tuple(replace(one, display=True) for one in person.record.values)
    return replace(person.record, format=Format.PDF, values=values, shown=words_of([line]))


def _head_of(cell: Box, heads: Sequence[tuple[str, Box]]) -> str:
    """Return the name of the column of a cell: the one that begins where it does, else the nearest of those above it; or nothing."""
    aligned = [label for label, box in heads if abs(box[0] - cell[0]) <= _ALIGNED]
    if len(aligned) == 1:
        return aligned[0]
    middle = cell[0] + cell[2] / 2
    above = [one for one in heads if one[1][0] < cell[0] + cell[2] and cell[0] < one[1][0] + one[1][2]]
    return min(above, key=lambda one: abs(one[1][0] + one[1][2] / 2 - middle), default=("", None))[0]


def _is_whole(record: IdentityRecord) -> bool:
    """Tell whether a row was parted into its cells: a name, a date that is one."""
    date = record.first(Trait.BIRTH_DATE)
    return (
        date is not None and french_date(date.text) is not None and record.first(Trait.BIRTH_NAME) is not None
    )


def _blocks(lines: Sequence[Line], places: PagePlaces) -> list[IdentityRecord]:
    """Return the blocks of a page that is called a list, or of three people or more, each under its own labels."""
    starts = [index for index, line in enumerate(lines) if _names_labelled(line)]
    parted = [
        one
        for start, end in zip(starts, [*starts[1:], len(lines)], strict=True)
        for one in _side_by_side(lines[start:end])
    ]
    called = any(_LIST.search(plain(line.text)) for line in lines[: starts[0]]) if starts else False
    if len(parted) < (_TWO if called else _THREE):
        return []
    found = [read_page(one, places) for one in parted]
    whole = all(one.has_ins and one.first(Trait.BIRTH_NAME) and one.first(Trait.BIRTH_DATE) for one in found)
    numbers = {value.normal for one in found for value in one.of(Trait.MATRICULE)}
    return found if whole and _are_different(found) and len(numbers) == len(found) else []


def _side_by_side(lines: Sequence[Line]) -> list[list[Line]]:
    """Return the blocks of lines that begin with the labels of birth names beside each other, each without the others."""
    lefts = _names_labelled(lines[0])
    if len(lefts) == 1:
        return [list(lines)]
    rights = [*lefts[1:], float("inf")]
    return [
        [_only(line, left - _ALIGNED, right - _ALIGNED) for line in lines]
        for left, right in zip(lefts, rights, strict=True)
    ]


def _only(line: Line, left: float, right: float) -> Line:
    """Return a line with the columns that begin between two edges."""
    for start, end in columns(line.text):
        if not left <= line.box(start, end)[0] < right:
            line = line.blanked(start, end)
    return line


def _names_labelled(line: Line) -> list[float]:
    """Return the left edges of the labels of birth names of a line."""
    return [line.box(match.start(), match.end())[0] for match in _name_labels(line)]


def _name_labels(line: Line) -> list[re.Match[str]]:
    return [
        match
        for match in LABEL.finditer(plain(line.text))
        if (match.lastgroup or "")[1:].isdecimal()
        and LABELS[int((match.lastgroup or "")[1:])][0] is Trait.BIRTH_NAME
    ]


def judge_people(people: Sequence[IdentityRecord], file: str, *, has_title: bool = True) -> Iterator[Problem]:
    """Say that a page holds several people, and look for what each of them lacks on paper (DOC-01)."""
    spots = [one for record in people[:_THREE] if (one := record.first(Trait.BIRTH_NAME)) is not None]
    text = Text(
        f"cette page porte {len(people)} personnes : chacune est jugée à sa ligne ; préciser laquelle est attendue pour la comparer",
        f"this page holds {len(people)} people: each is judged on its line; say which one is expected to have it compared",
    )
    yield inferred("several-people", text, "DOC-01", at=spots or [Place(kind=PlaceKind.FILE, file=file)])
    for record in people:
        number = record.first(Trait.MATRICULE)
        if number is not None and record.first(Trait.NATURE) is None and has_title:
            said = Text(
                f"le matricule {number.text} suivi de sa nature (NIR ou NIA) attendu, la nature manque",
                f"expected the matricule {number.text} followed by its nature (NIR or NIA), the nature is missing",
            )
            yield inferred("nature-missing", said, "DOC-01", at=(number,))
