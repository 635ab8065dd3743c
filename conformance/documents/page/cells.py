"""Columns of a line and cells of a table: text wrapped in a cell goes on under itself, with others between its lines as they are read. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from conformance.documents.page.labels import plain
from conformance.documents.record import Place, PlaceKind
from simulator.ins.traits import comparison_key

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from conformance.documents.page.text import Line

_NEAR: Final = 2.2
"""Lines nearer than this many heights belong to one cell."""
_ALIGNED: Final = 3.0
"""Points by which the left edges of the lines of a cell may differ."""
_LINES: Final = 5
"""Lines of a cell that are put together."""
_BLOCK: Final = 20
"""Heights over which a heading reaches."""
_PATIENT: Final = re.compile(
    r"(?:le )?(?:patiente?|beneficiaire|usager|identite(?: du patient)?|vous)\b[\w() ]{0,20}:?"
)
_SOMEBODY: Final = re.compile(
    r"(?:(?:le|la|votre) )?(?:medecin|prescripteur|prescriptrice|pharmacien(?:ne)?|pharmacie|assure|representante?|mere|pere|conjointe?|praticien"
    r"|destinataire|correspondant|auteur|soignant|tut(?:eur|rice)|parents?|docteur|personne (?:a|de) (?:prevenir|contacter|confiance))\b[\w() ]{0,30}:?"
)
_CELLS: Final = 2_000
"""Cells of a page that are looked at."""


@dataclass(frozen=True, slots=True)
class PagePlaces:
    """Where the values of a page go."""

    file: str
    page: int

    def place(self, line: Line, start: int = 0, end: int | None = None) -> Place:
        """Return a place in a line."""
        return Place(
            kind=PlaceKind.LINE,
            file=self.file,
            page=self.page,
            line=line.number,
            box=line.shown_box(start, end),
        )


def columns(text: str) -> Iterator[tuple[int, int]]:
    """Yield start and end of each column of a line that holds something."""
    start = 0
    for part in text.split("\t"):
        if part.strip():
            yield start, start + len(part)
        start += len(part) + 1


@dataclass(frozen=True, slots=True)
class OtherColumns:
    """The columns of a page that a heading gives to somebody else: « Patient » and « Médecin traitant » side by side."""

    heads: tuple[tuple[Line, tuple[tuple[float, bool], ...]], ...]
    """Lines of headings, each with the left edges of its columns and whether they are of somebody else."""

    @classmethod
    def of(cls, lines: Sequence[Line]) -> OtherColumns:
        """Find the headings: a column that is nothing but the word for somebody else, beside that of a patient or right of anything."""
        found = []
        for line in lines:
            cells = [(at, plain(text)) for at, text in _cells(line)]
            of_patient = any(_PATIENT.fullmatch(text) for _, text in cells)
            # Beside the first lines of the patient's block, which has no heading of its own, or beside its heading.
            beside = any(_SOMEBODY.fullmatch(text) for _, text in cells[1:]) and not _SOMEBODY.fullmatch(
                cells[0][1]
            )
            if beside or (of_patient and any(_SOMEBODY.fullmatch(text) for _, text in cells)):
                found.append((line, tuple((at, bool(_SOMEBODY.fullmatch(text))) for at, text in cells)))
        return cls(tuple(found))

    def hold(self, line: Line, start: int) -> bool:
        """Tell whether what begins at a place of a line stands in such a column, within the lines that follow its heading."""
        head = next((one for one in reversed(self.heads) if one[0].number < line.number), None)
        if head is None or line.top - head[0].top > _BLOCK * max(head[0].height, 8.0):
            return False
        left = line.box(start)[0]
        return next((of_other for at, of_other in reversed(head[1]) if at <= left + _ALIGNED), False)


def words_of(lines: Sequence[Line]) -> str:
    """Return all the words of a page as names are compared, line by line and cell by cell, between two spaces."""
    told = " ".join([*(line.text for line in lines), *wrapped_cells(lines)])
    return f" {comparison_key(told.replace(chr(9), ' '))} "


def wrapped_cells(lines: Sequence[Line]) -> Iterator[str]:
    """Yield the whole text of every cell of more than one line.

    Args:
        lines: the lines of a page, top to bottom; columns are separated by tabulations.
    """
    cells = [list(_cells(line)) for line in lines]
    for index in range(len(lines) - 1 if sum(map(len, cells)) <= _CELLS else 0):
        for left, text in cells[index]:
            parts, last = [text], lines[index]
            for line, found in zip(
                lines[index + 1 : index + 1 + 2 * _LINES], cells[index + 1 :], strict=False
            ):
                if line.top - last.top > _NEAR * max(last.height, 8.0) or len(parts) == _LINES:
                    break
                below = next((one for at, one in found if abs(at - left) <= _ALIGNED), None)
                if below is not None:
                    parts.append(below)
                    last = line
            if len(parts) > 1:
                yield from (" ".join(parts[:count]) for count in range(2, len(parts) + 1))


def _cells(line: Line) -> Iterator[tuple[float, str]]:
    start = 0
    for part in line.text.split("\t"):
        if text := part.strip():
            yield line.box(start + len(part) - len(part.lstrip()))[0], text
        start += len(part) + 1
