"""Lines of a page that tell several traits at once: « Nom / 1er prénom : DUPONT / JEAN », « Date de naissance / Date of birth : … ». Pure."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from conformance.documents.labels import LABEL, plain

if TYPE_CHECKING:
    from conformance.documents.page_text import Line

_MOST: Final = 4
"""Labels of one line."""
_BETWEEN: Final = re.compile(r"\s/\s")
_COLON: Final = re.compile(r"\s{0,3}:\s{0,3}")
_OF_TRAIT: Final = re.compile(r"t\d+")


def parted(line: Line) -> Line:
    """Return a line whose labels stand before one colon, and whose values after it, as one with each value behind its label.

    Labels and values are parted by a slash between spaces, as many of the one as of the other, and one of the labels is that
    of a trait. Where there is one value for a label and its translation, the translation is taken away. Any other line stays.
    """
    if " / " not in line.text or "\t" in line.text.strip():
        return line
    colon = _COLON.search(line.text)
    if colon is None or _COLON.search(line.text, colon.end()):
        return line
    labels = _parts(line.text, 0, colon.start())
    values = _parts(line.text, colon.end(), len(line.text.rstrip()))
    if not 1 < len(labels) <= _MOST or not any(_trait(line.text[start:end]) for start, end in labels):
        return line
    if len(labels) == len(values):
        spans = [(*label, *value) for label, value in zip(labels, values, strict=True)]
        return _rebuilt(line, spans)
    if len(values) == 1 and len({_trait(line.text[start:end]) for start, end in labels} - {""}) == 1:
        known = next(label for label in labels if _trait(line.text[label[0] : label[1]]))
        return _rebuilt(line, [(*known, *values[0])])
    return line


def _parts(text: str, start: int, end: int) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for match in _BETWEEN.finditer(text, start, end):
        found.append((start, match.start()))
        start = match.end()
    return [*found, (start, end)]


def _trait(text: str) -> str:
    """Return which trait a label tells, by the name of its group; nothing for any other."""
    match = LABEL.search(f"{plain(text)} :")
    return match.lastgroup or "" if match and _OF_TRAIT.fullmatch(match.lastgroup or "") else ""


def _rebuilt(line: Line, spans: list[tuple[int, int, int, int]]) -> Line:
    text: list[str] = []
    edges: list[float] = []
    for number, (start, end, first, last) in enumerate(spans):
        if number:
            text.append("\t")
            edges.append(line.edges[first - 1])
        for begin, stop, between in ((start, end, " : "), (first, last, "")):
            text.append(line.text[begin:stop] + between)
            edges.extend(
                [*line.edges[begin:stop], *([line.edges[min(stop, len(line.edges) - 1)]] * len(between))]
            )
    edges.append(line.edges[-1])
    return replace(line, text="".join(text), edges=tuple(edges))
