"""The lines of a running text as lines of a page: cells apart, each as wide as its letters are many. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from conformance.documents.page.text import Line

if TYPE_CHECKING:
    from collections.abc import Iterator

_LETTER: Final = 6.0
"""Points of a letter: all are of one width."""
_HEIGHT: Final = 10.0
_STEP: Final = 12.0
_CELL: Final = 240.0
"""Points of a cell that a tabulation ends, when its text is no longer."""
_WIDE: Final = re.compile(r" {3,}| ?\u2003 ?")
"""What parts columns of a text that is set with spaces."""
_LONGEST: Final = 2_000
_MOST: Final = 400
"""Lines of a text that are looked at."""


def plain_lines(words: str) -> list[Line]:
    """Return the lines of a text that hold something; an empty one between them parts paragraphs."""
    made: list[Line] = []
    top, is_apart = 0.0, False
    for number, told in enumerate(words.splitlines(), start=1):
        text = told.replace("\u00a0", " ")[:_LONGEST]
        if not text.strip():
            is_apart = bool(made)
            continue
        top += 2 * _STEP if is_apart else _STEP
        is_apart = False
        made.append(_line(text, number, top))
        if len(made) == _MOST:
            break
    return made


def _line(text: str, number: int, top: float) -> Line:
    told: list[str] = []
    edges: list[float] = []
    for left, cell in _cells(text):
        if told:
            told.append("\t")
            edges.append(edges[-1] + _LETTER)
        told.append(cell)
        edges.extend(left + _LETTER * at for at in range(len(cell)))
    edges.append(edges[-1] + _LETTER)
    return Line("".join(told), number, tuple(edges), top, _HEIGHT)


def _cells(text: str) -> Iterator[tuple[float, str]]:
    """Yield the cells of a line that hold something, each with its left edge."""
    if "\t" in text:
        left = 0.0
        for cell in text.split("\t"):
            if cell.strip():
                yield left + _LETTER * (len(cell) - len(cell.lstrip())), cell.strip()
            left += max(_CELL, _LETTER * (len(cell) + 1))
        return
    start = 0
    for gap in (*_WIDE.finditer(text), None):
        cell = text[start : gap.start() if gap else len(text)]
        if cell.strip():
            yield _LETTER * (start + len(cell) - len(cell.lstrip())), cell.strip()
        start = gap.end() if gap else len(text)
