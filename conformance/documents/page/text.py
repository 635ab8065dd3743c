"""Letters of a page put together into lines and columns, as the eye sees them. Pure: pdfium is in ``pdfium``."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conformance.documents.record import Box

_WIDE_GAP: Final = 1.6
"""A gap wider than this many letter heights separates columns."""
_WORD_GAP: Final = 0.23
"""A gap wider than this many heights separates words where pdfium saw no space: between small capitals it is nearly 0.2."""
_CELL_GAP: Final = 0.45
"""Between two text objects without a space of the document, a gap wider than this separates cells of a table."""
_SPREAD: Final = 0.1
"""Letters set apart by more than this many heights, most of a row, are spaced on purpose."""
_SPREAD_LETTERS: Final = 8
_STEPS: Final = 4
"""As many gaps, one after the other and all the same, are those of a word whose letters are spaced on purpose."""
_SIGNS: Final = frozenset(".:;,|()[]•·")
_SAME_STEP: Final = 0.03
_CELLS: Final = 5
"""As many letters at the same distance from one another, whatever their widths, stand in the cells of a form, one in each."""
_CELL_STEP: Final = 0.06
_WIDEST_CELL: Final = 2.2
_WIDEST_STEP: Final = 0.8

_SAME_ROW: Final = 0.3
"""Letters of one line have their middles nearer than this many heights."""
_SHARED: Final = 0.4
"""Two letters one after the other share less than this part of their width."""


@dataclass(frozen=True, slots=True)
class Line:
    """One visual line of a page: columns are separated by tabulations."""

    text: str
    number: int
    """From 1, top to bottom."""
    edges: tuple[float, ...]
    """Left edge of each character of ``text``, in points, then the right edge of the last."""
    top: float
    """Points from the top of the page."""
    height: float
    turned: tuple[int, float, float] = (0, 0.0, 0.0)
    """By how much the text of the page stands on its side as it is shown (degrees, counter-clockwise), width and height of the page."""

    def shown_box(self, start: int = 0, end: int | None = None) -> Box:
        """Return the region of some characters on the page as it is shown, whatever way its text runs."""
        left, top, width, height = self.box(start, end)
        angle, page_width, page_height = self.turned
        return {
            90: (top, page_height - left - width, height, width),
            180: (page_width - left - width, page_height - top - height, width, height),
            270: (page_width - top - height, left, height, width),
        }.get(angle, (left, top, width, height))

    def box(self, start: int = 0, end: int | None = None) -> Box:
        """Return the region of some characters as they are read: left, top, width, height in points."""
        stop = len(self.text) if end is None else end
        left, right = self.edges[min(start, len(self.edges) - 1)], self.edges[min(stop, len(self.edges) - 1)]
        return (left, self.top, max(right - left, 1.0), self.height)

    def with_inserted(self, position: int, text: str) -> Line:
        """Return the line with a text added at a position, as wide as nothing."""
        edge = self.edges[min(position, len(self.edges) - 1)]
        edges = (*self.edges[:position], *([edge] * len(text)), *self.edges[position:])
        return replace(self, text=self.text[:position] + text + self.text[position:], edges=edges)

    def blanked(self, start: int, end: int) -> Line:
        """Return the line with spaces in place of some characters."""
        return replace(self, text=self.text[:start] + " " * (end - start) + self.text[end:])


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter with its box, in points from the top left."""

    left: float
    right: float
    top: float
    bottom: float
    text: str
    item: int
    """The text object that it belongs to."""
    is_real: bool
    """Not a space that pdfium added."""


_Row = tuple[float, float, list[Letter]]
"""Top, bottom and letters."""


def lines_of(letters: list[Letter]) -> list[Line]:
    """Group letters whose vertical middles are near into lines, and order each from left to right."""
    rows: list[_Row] = []
    blanks = [letter for letter in letters if letter.text.isspace()]
    for letter in (one for one in letters if not one.text.isspace()):
        middle, size = (letter.top + letter.bottom) / 2, max(letter.bottom - letter.top, 1.0)
        for index in range(len(rows) - 1, max(-1, len(rows) - 40), -1):
            top, bottom, row = rows[index]
            height = bottom - top
            # A comma or a hyphen is small: its middle lies inside the row; a capital covers the middle of the row.
            if top <= middle <= bottom or (
                letter.top <= (top + bottom) / 2 <= letter.bottom and size < 3 * height
            ):
                row.append(letter)
                if size < 2 * height:
                    rows[index] = (min(top, letter.top), max(bottom, letter.bottom), row)
                break
        else:
            rows.append((letter.top, letter.bottom, [letter]))
    rows = [one for row in rows for one in _parted(row)]
    rows.sort(key=lambda row: row[0])
    made: list[Line] = []
    usual = 0.0
    for top, bottom, row in rows:
        spaces = [one for one in blanks if top - 2 <= (one.top + one.bottom) / 2 <= bottom + 2]
        size = max(bottom - top, 4.0)
        row.sort(key=lambda letter: letter.left)
        spread = _spread(row, size)
        if len(row) >= _SPREAD_LETTERS:
            usual = spread / size
        elif usual and _least(row) > usual * size / 2:
            # « Sexe : F » below longer lines whose letters are set apart is set apart as they are.
            spread = usual * size
        made.append(_line(row, spaces, len(made) + 1, (top, bottom), spread))
    return made


def _parted(row: _Row) -> list[_Row]:
    """Return a row as the rows that it is made of, when its letters lie upon one another: no line of text is written so.

    The cells of a table set solid, some of one line and some of two, touch across their neighbours.
    """
    letters = sorted(row[2], key=lambda letter: letter.left)
    if not any(map(_lie_upon, letters, letters[1:])):
        return [row]
    found: list[list[Letter]] = []
    for letter in sorted(letters, key=_middle):
        if found and _middle(letter) - _middle(found[-1][0]) <= _SAME_ROW * (letter.bottom - letter.top):
            found[-1].append(letter)
        else:
            found.append([letter])
    return [(min(one.top for one in part), max(one.bottom for one in part), part) for part in found]


def _lie_upon(one: Letter, other: Letter) -> bool:
    """Tell whether two letters, of which the second begins further right, share their place without sharing their line."""
    width = min(one.right - one.left, other.right - other.left)
    height = min(one.bottom - one.top, other.bottom - other.top)
    return (
        one.right - other.left > _SHARED * width and abs(_middle(one) - _middle(other)) > _SAME_ROW * height
    )


def _middle(letter: Letter) -> float:
    return (letter.top + letter.bottom) / 2


def _least(row: list[Letter]) -> float:
    """Return the smallest gap between two letters of a row."""
    return min((after.left - before.right for before, after in pairwise(row)), default=0.0)


def _line(
    row: list[Letter], blanks: list[Letter], number: int, edge: tuple[float, float], spread: float
) -> Line:
    top, bottom = edge
    size = max(bottom - top, 4.0)
    text: list[str] = []
    edges: list[float] = []
    previous: Letter | None = None
    steps = [] if spread else _steps(row, size)
    set_apart, last = spread, 0.0
    cells = _cells_of(row, size)
    for at, letter in enumerate(row):
        if previous is not None and steps:
            wide = letter.left - previous.right
            step = next((one for one in steps if abs(wide - one) <= _SAME_STEP * size), 0.0)
            # Between two words so spaced stands the step twice.
            set_apart, last = step or 2 * last, step
        gap = _gap(previous, letter, blanks, size, set_apart) if previous is not None else ""
        if gap and previous is not None and cells is not None and at > cells.first:
            gap = cells.gap(previous, letter, gap, blanks)
        if gap and previous is not None:
            text.append(gap)
            edges.append(previous.right)
        text.append(letter.text)
        edges.extend([letter.left] * len(letter.text))
        previous = letter
    edges.append(previous.right if previous else 0.0)
    return Line("".join(text), number, tuple(edges), top, bottom - top)


def _spread(row: list[Letter], size: float) -> float:
    """Return by how much the letters of a row are set apart (``Tc`` of the PDF): zero when the gaps are those of ordinary type.

    It is the gap that most pairs of letters have; pdfium takes it for a space when it is wide.
    """
    if len(row) < _SPREAD_LETTERS:
        return 0.0
    gaps = sorted(after.left - before.right for before, after in pairwise(row))
    usual = gaps[len(gaps) // 2]
    return usual if usual > _SPREAD * size and gaps[len(gaps) // 4] > _SPREAD * size else 0.0


def _steps(row: list[Letter], size: float) -> list[float]:
    """Return the gaps by which words of a row are spaced on purpose when its other words are not: several in a row, all the same."""
    found: list[float] = []
    run: list[float] = []
    for before, after in pairwise(row):
        gap = after.left - before.right
        # Around the signs of a sentence (« S. : F | INS ») the spaces are all the same too.
        is_word = not {before.text, after.text} & _SIGNS
        if not (is_word and _SPREAD * size < gap < _WIDEST_STEP * size):
            run = []
            continue
        run = [*run, gap] if run and abs(gap - run[0]) <= _SAME_STEP * size else [gap]
        if len(run) == _STEPS:
            found.append(gap)
    return found


@dataclass(frozen=True, slots=True)
class _Cells:
    """The cells of a form in which the letters of a row stand."""

    place: Callable[[Letter], float]
    step: float
    first: int
    """The first letter in one."""
    slack: float

    def widest(self, row: list[Letter]) -> float:
        """Return the widest gap between neighbours; ordinary type, and type of one width, leave none like a space."""
        return max(
            (
                after.left - before.right
                for before, after in pairwise(row[self.first :])
                if abs(self.place(after) - self.place(before) - self.step) <= self.slack
            ),
            default=0.0,
        )

    def gap(self, previous: Letter, letter: Letter, gap: str, blanks: list[Letter]) -> str:
        """Return what stands between two letters: nothing in neighbouring cells, a space over an empty one, else ``gap``."""
        step = self.place(letter) - self.place(previous)
        if abs(step - 2 * self.step) <= self.slack:
            return " "
        is_next = abs(step - self.step) <= self.slack
        typed = any(one.is_real and previous.right - 0.5 <= one.left <= letter.left for one in blanks)
        return "" if is_next and not typed else gap


def _cells_of(row: list[Letter], size: float) -> _Cells | None:
    """Return the cells in which letters of a row stand one by one: at the left of each, or in its middle."""
    runs = [run for place in (_left, _centre) for run in _runs(row, place, _CELL_STEP * size)]
    fitting = [
        (length, cells)
        for length, widest, cells in runs
        if length >= _CELLS
        and cells.step < _WIDEST_CELL * size
        and widest > _SPREAD * size
        and cells.widest(row) > _WORD_GAP * size
    ]
    return max(fitting, key=lambda one: one[0])[1] if fitting else None


def _runs(
    row: list[Letter], place: Callable[[Letter], float], slack: float
) -> Iterator[tuple[int, float, _Cells]]:
    """Yield the runs of letters at one distance from another: how many, the widest gap, and the cells that they would stand in.

    An empty cell does not end a run: twice the distance.
    """
    start, first, widest, cells = 0, 0.0, 0.0, 0
    for at, (before, after) in enumerate(pairwise(row), start=1):
        step = place(after) - place(before)
        taken = 0 if cells == 0 else next((n for n in (1, 2) if abs(step - n * first) <= slack), 0)
        if not taken:
            if cells:
                yield at - start, widest, _cells(row[start:at], place, start, cells, slack)
            start, first, widest, cells, taken = at - 1, step, 0.0, 0, 1
        cells += taken
        if taken == 1:
            widest = max(widest, after.left - before.right)
    if cells:
        yield len(row) - start, widest, _cells(row[start:], place, start, cells, slack)


def _cells(
    run: list[Letter], place: Callable[[Letter], float], start: int, cells: int, slack: float
) -> _Cells:
    return _Cells(place, (place(run[-1]) - place(run[0])) / cells, start, slack)


def _left(letter: Letter) -> float:
    return letter.left


def _centre(letter: Letter) -> float:
    return (letter.left + letter.right) / 2


def _gap(previous: Letter, letter: Letter, blanks: list[Letter], size: float, spread: float) -> str:
    """Return what stands between two letters: nothing, a space, or a tabulation between columns."""
    gap = letter.left - previous.right - spread
    if gap > _WIDE_GAP * size:
        return "\t"
    between = [
        one
        for one in blanks
        # Between letters set apart, the spaces that pdfium adds mean nothing.
        if previous.right - 0.5 <= one.left <= letter.left and (one.is_real or not spread)
    ]
    if letter.item != previous.item and gap > _CELL_GAP * size and not any(one.is_real for one in between):
        return "\t"
    # A small print can share its row with a larger one: its own height tells how wide its spaces are.
    own = min(size, max(letter.bottom - letter.top, previous.bottom - previous.top, 4.0))
    return " " if gap > _WORD_GAP * own or between else ""
