"""Rows of a table whose cells are wrapped: each is put together as one line. Pure.

Cells that stand in the middle of their height have lines at half a line from those of their neighbours: they overlap as no
lines of running text do. In a table set solid those of a row touch, and the rows do not.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from conformance.documents.page.cells import columns
from conformance.documents.page.labels import CUT_LABEL, LABEL, plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from conformance.documents.page.text import Line

_ALIGNED: Final = 3.0
"""Points by which the left edges of the lines of a cell may differ."""
_OVERLAP: Final = 0.92
"""Lines nearer than this part of their height overlap: so do those of a text set solid."""
_HALF: Final = 0.8
"""Two lines nearer than this part stand at half a line from one another."""
_MOST: Final = 7
"""Lines that a row is read from."""


@dataclass
class _Cell:
    """A cell of a row: its text, and the left edge of each character with the right edge of the last."""

    left: float
    text: str = ""
    edges: list[float] = field(default_factory=list)
    right: float = 0.0

    def add(self, line: Line, start: int, end: int) -> None:
        """Go on with a part of a line."""
        if self.text and not self.text.endswith("-"):
            self.text += " "
            self.edges.append(self.right)
        for at in range(start, end):
            self.edges.append(max(line.edges[at], self.edges[-1] if self.edges else 0.0))
        self.text += line.text[start:end]
        self.right = max(self.right, line.edges[end])


def with_whole_rows(lines: Sequence[Line]) -> list[Line]:
    """Return the lines with the overlapping ones of each row put together on the first of them; the others are left empty."""
    made = list(lines)
    for first, last in _groups(lines):
        row = lines[first : last + 1]
        cells = _cells(row)
        if cells is None:
            continue
        made[first] = _line(row, cells)
        for index in range(first + 1, last + 1):
            made[index] = replace(lines[index], text="", edges=lines[index].edges[-1:])
    return made


def _groups(lines: Sequence[Line]) -> Iterator[tuple[int, int]]:
    """Yield first and last of the lines of which each overlaps the next."""
    first = 0
    for index in range(1, len(lines) + 1):
        if index < len(lines) and _overlap(lines[index - 1], lines[index]):
            continue
        if 1 < index - first <= _MOST:
            yield first, index - 1
        first = index


def _overlap(line: Line, below: Line, part: float = _OVERLAP) -> bool:
    return below.top - line.top < part * min(line.height, below.height)


def _cells(row: Sequence[Line]) -> list[_Cell] | None:
    """Return the cells of a row from left to right; ``None`` when what overlaps is something else than a row of wrapped cells."""
    cells: list[_Cell] = []
    for line in row:
        for start, end in columns(line.text):
            first = start + len(line.text[start:end]) - len(line.text[start:end].lstrip())
            left = line.edges[first]
            cell = next((one for one in cells if abs(one.left - left) <= _ALIGNED), None)
            if cell is None:
                cell = _Cell(left)
                cells.append(cell)
            elif _begins_another(line.text[first:end]):
                return None  # Lines of their own beside a larger print.
            cell.add(line, first, end)
    cells.sort(key=lambda cell: cell.left)
    # Columns side by side: what lies across another is no table.
    if len(cells) < 2 or any(after.left < before.right - _ALIGNED for before, after in pairwise(cells)):  # noqa: PLR2004
        return None
    return cells if _is_wrapped(row, cells) else None


def _is_wrapped(row: Sequence[Line], cells: Sequence[_Cell]) -> bool:
    """Tell whether lines of a text set solid are those of one row: at half a line, or with labels and some cells shorter than others."""
    if any(_overlap(line, below, _HALF) for line, below in pairwise(row)):
        return True
    is_uneven = any(sum(1 for _ in columns(line.text)) < len(cells) for line in row)
    return is_uneven and any(LABEL.match(plain(cell.text)) for cell in cells)


def _begins_another(text: str) -> bool:
    """Tell whether a part of a line is the label of something else, or its beginning, and not the rest of the cell above."""
    told = plain(text)
    return ":" in text or bool(LABEL.match(told) or CUT_LABEL.search(told))


def _line(row: Sequence[Line], cells: Sequence[_Cell]) -> Line:
    text, edges = "", list[float]()
    for cell in cells:
        if text:
            text += "\t"
            edges.append(edges[-1])
        text += cell.text
        edges.extend(cell.edges)
    bottom = max(line.top + line.height for line in row)
    return replace(
        row[0], text=text, edges=(*edges, cells[-1].right), top=row[0].top, height=bottom - row[0].top
    )
