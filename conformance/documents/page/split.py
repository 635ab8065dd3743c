"""A number that its cell, or its line, is too narrow for goes on below: its parts are put together, on the line of its label. Pure."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from conformance.documents.numbers import SPACES, find_matricules
from conformance.documents.page.cells import columns
from conformance.documents.page.labels import LABEL, plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conformance.documents.page.text import Line

_BEGUN: Final = re.compile(rf"(?:^|[{SPACES}:\t])([1-478][0-9ABab{SPACES}]{{2,24}})$")
_REST: Final = re.compile(rf"[0-9ABab][0-9ABab{SPACES}]{{0,20}}(?![0-9A-Za-z])")
_ALIGNED: Final = 3.0
"""Points by which the left edges of the lines of a cell may differ."""
_NEAR: Final = 2.2
"""Lines nearer than this many heights belong to one cell."""
_REACH: Final = 3
"""The label can stand between the two lines of the number, in the middle of its own cell."""
_Span = tuple[int, int]


def with_whole_numbers(lines: Sequence[Line]) -> list[Line]:
    """Return the lines with each matricule that is cut over two lines of a cell on one of them, that of its label if there is one.

    Only what makes a number with a right key is put together: two other runs of digits, one under the other, stay apart.
    """
    made = list(lines)
    for index, line in enumerate(lines):
        for span in columns(line.text):
            begun = _BEGUN.search(line.text[span[0] : span[1]].rstrip())
            if begun is None or next(find_matricules(begun[1]), None) is not None:
                continue
            here = (span[0] + begun.start(1), span[0] + begun.end(1))
            rest = _rest(made, index, here, begun[1])
            if rest is not None:
                _join(made, index, here, rest)
    return made


def _rest(lines: Sequence[Line], index: int, span: _Span, begun: str) -> tuple[int, _Span] | None:
    """Find the cell under a begun number with which it makes a whole one: line and place."""
    line, end = lines[index], span[1]
    left = line.box(span[0])[0]
    for at in range(index + 1, min(index + _REACH, len(lines))):
        other = lines[at]
        if other.top - lines[at - 1].top > _NEAR * max(lines[at - 1].height, 8.0):
            return None
        for position, (first, last) in enumerate(columns(other.text)):
            is_under = abs(other.box(first)[0] - left) <= _ALIGNED
            # In a running text the number goes on at the margin.
            goes_on = at == index + 1 and position == 0 and not line.text[end:].strip()
            if not (is_under or goes_on):
                continue
            match = _REST.match(other.text[first:last])
            if match and next(find_matricules(f"{begun} {match[0].strip()}"), None) is not None:
                return at, (first, last)
            if is_under:
                return None
    return None


def _join(lines: list[Line], index: int, begun: _Span, rest: tuple[int, _Span]) -> None:
    at, (first, last) = rest
    upper, lower = lines[index], lines[at]
    whole = f"{upper.text[begun[0] : begun[1]]} {lower.text[first:last]}"
    left = upper.box(begun[0])[0]
    beside = [number for number in range(index, at + 1) if _label_left_of(lines[number], left)]
    home = beside[0] if beside else index
    lines[index] = upper.blanked(*begun)
    lines[at] = lower.blanked(first, last)
    target = lines[home]
    position = next(
        (start for start, _ in columns(target.text) if target.box(start)[0] > left + _ALIGNED),
        len(target.text),
    )
    after = "\t" if position < len(target.text) else ""
    edge = left
    edges = (*target.edges[:position], *([edge] * (len(whole) + 1 + len(after))), *target.edges[position:])
    lines[home] = replace(
        target, text=f"{target.text[:position]}\t{whole}{after}{target.text[position:]}", edges=edges
    )


def _label_left_of(line: Line, left: float) -> bool:
    """Tell whether the last label before a place of a line is that of the INS."""
    labels = [one for one in LABEL.finditer(plain(line.text)) if line.box(one.start())[0] < left]
    return bool(labels) and labels[-1].lastgroup == "matricule"
