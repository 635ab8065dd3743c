"""Columns of a line and cells of a table: text wrapped in a cell goes on under itself, with others between its lines as they are read. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from conformance.documents.record import Place, PlaceKind
from simulator.ins.traits import comparison_key

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from conformance.documents.page_text import Line

_NEAR: Final = 2.2
"""Lines nearer than this many heights belong to one cell."""
_ALIGNED: Final = 3.0
"""Points by which the left edges of the lines of a cell may differ."""
_LINES: Final = 5
"""Lines of a cell that are put together."""
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
