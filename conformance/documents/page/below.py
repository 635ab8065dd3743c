"""Pages whose labels stand under their values, as on forms that were filled in: each label is put before its value. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from conformance.documents.numbers import find_matricules
from conformance.documents.page.cells import columns
from conformance.documents.page.labels import LABEL, LABELS, SEXES, boxed_date, french_date, plain
from conformance.documents.record import Trait

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from conformance.documents.page.text import Line

_NEAR: Final = 2.2
"""Lines nearer than this many heights belong together."""
_SURE: Final = 2
"""Labels of values that cannot be taken for another's, from which on a page is held for one of these."""
_MOST: Final = 400
"""Lines that are looked at."""
_Span = tuple[int, int]


def with_labels_before(lines: Sequence[Line]) -> list[Line]:
    """Return the lines with each label that stands alone put before the value above it, where that is how the page is laid out.

    A date, a sex and a number are known for what they are: two labels at least have theirs above and not below, none the
    other way round. Any other page stays as it is.
    """
    alone = list(_alone(lines[:_MOST]))
    above = below = 0
    for index, span, kind in alone:
        is_above = _holds(kind, lines, index - 1, index, span)
        is_below = _holds(kind, lines, index + 1, index, span)
        above += is_above and not is_below
        below += is_below and not is_above
    if above < _SURE or below:
        return list(lines)
    made = list(lines)
    for index, (start, end), _ in alone:
        cell = _cell(lines, index - 1, index, (start, end))
        if cell is None or LABEL.match(plain(lines[index - 1].text[cell[0] : cell[1]])):
            continue
        # The label may have pushed what stands further right: cells are put in from the right.
        before = made[index - 1]
        first = before.text.find(lines[index - 1].text[cell[0] : cell[1]], cell[0])
        label = lines[index].text[start:end].strip(" :")
        made[index - 1] = before.with_inserted(first, f"{label} : ") if first >= 0 else before
        made[index] = made[index].blanked(start, end)
    return made


def _alone(lines: Sequence[Line]) -> Iterator[tuple[int, _Span, str]]:
    """Yield the cells that are a label and nothing else, from right to left, with the line and the kind of what they tell."""
    for index, line in enumerate(lines):
        for start, end in reversed(list(columns(line.text))):
            told = plain(line.text[start:end]).strip(" :\t")
            match = LABEL.match(f"{told} :")
            if match and match.end() >= len(told) and match.lastgroup:
                yield index, (start, end), match.lastgroup


def _cell(lines: Sequence[Line], at: int, label_at: int, span: _Span) -> _Span | None:
    """Return the cell of a neighbouring line that stands over or under a label."""
    if not 0 <= at < len(lines):
        return None
    label, other = lines[label_at], lines[at]
    if abs(label.top - other.top) > _NEAR * max(label.height, other.height, 8.0):
        return None
    left, _, width, _ = label.box(*span)
    for start, end in columns(other.text):
        box = other.box(start, end)
        if box[0] < left + width and box[0] + box[2] > left - 2:
            return start, end
    return None


def _holds(kind: str, lines: Sequence[Line], at: int, label_at: int, span: _Span) -> bool:
    """Tell whether a neighbouring line holds what a label of a date, a sex or a number has to have."""
    cell = _cell(lines, at, label_at, span)
    if cell is None:
        return False
    told = lines[at].text[cell[0] : cell[1]].strip()
    trait = LABELS[int(kind[1:])][0] if kind[1:].isdecimal() else None
    if trait is Trait.BIRTH_DATE:
        return (french_date(told) or boxed_date(told)) is not None
    if trait is Trait.SEX:
        return plain(told) in SEXES
    return kind == "matricule" and next(find_matricules(told), None) is not None
