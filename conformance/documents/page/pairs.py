"""Lines of a page that tell several traits at once: « Nom / 1er prénom : DUPONT / JEAN », « Date de naissance / Date of birth : … ». Pure."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from conformance.documents.page.labels import LABEL, plain
from simulator.ins.traits import comparison_key

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conformance.documents.page.text import Line

_MOST: Final = 4
"""Labels of one line."""
_BETWEEN: Final = (
    re.compile(r"\s/\s"),
    re.compile(r"/"),
    re.compile(r",\s"),
    re.compile(r"\s(?:et|&|\+|-|–|—)\s"),
    re.compile(r"\s\((?=[^()]{4,40}\)\s{0,3}(?::|$))"),
)
"""What parts labels, and values: a slash between spaces; one without, a comma, another sign, a bracket, where all that is parted is known."""
_PLAIN: Final = re.compile(r"\s*(?:nom|(?:1er )?prenom)(?:s|\(s\))?\s*")
_OF_NAME: Final = re.compile(r"^\s*(?:1er |premier )?(?:pre)?nom")
"""Labels of names: how their values are parted need not be how they are themselves."""
_OF_BIRTH: Final = " de naissance"
"""Said once for both: « Nom, 1er prénom de naissance »."""
_MAY_HOLD: Final = re.compile(r"[/,&+(–—]|\s(?:et|-)\s")
_TAB: Final = re.compile(r"\s{0,3}:\s{0,3}\t|\t")
_COLON: Final = re.compile(r"\s{0,3}:\s{0,3}")
_BOTH: Final = re.compile(
    r"\b(?P<first>(?:pre)?nom)(?:s|\(s\))?(?P<born> de naissance)? {0,3}(?:[/&+,–—-]|et\b|\() {0,3}"
    r"(?:1er |premier )?(?P<second>(?:pre)?nom)(?:s|\(s\))?(?(born)(?: de naissance)?| de naissance)\)?(?![a-z(])"
    r"[ \t:.]{0,40}(?:(?:mme|mlle|mr|m\.|madame|monsieur) )?(?P<value>[^\t:]*)"
)
"""A label of birth of name and first name at once, and what it tells."""
_OF_TRAIT: Final = re.compile(r"t\d+")
_Span = tuple[int, int]


def parted(line: Line) -> Line:
    """Return a line whose labels stand before one colon, and whose values after it, as one with each value behind its label.

    Labels and values are parted in the same way, as many of the one as of the other, and one of the labels is that
    of a trait. Where there is one value for a label and its translation, the translation is taken away. Any other line stays.
    """
    text = line.text.rstrip()
    if not _MAY_HOLD.search(text) or "\t" in text.strip().replace("\t", "", 1):
        return line
    colon = (_TAB if "\t" in text.strip() else _COLON).search(text)
    if (
        colon is None
        or _COLON.search(text, colon.end())
        or (colon[0] == "\t" and _is_label(text[colon.end() :]))
    ):
        return line
    for between in _BETWEEN:
        labels = _parts(between, line.text, 0, colon.start())
        if 1 < len(labels) <= _MOST:
            is_of_names = all(_OF_NAME.search(plain(line.text[start:end])) for start, end in labels)
            values = _values(line.text, colon.end(), _BETWEEN if is_of_names else (between,), len(labels))
            return _told_apart(line, labels, values, is_plain=between is _BETWEEN[0])
    return line


def told_under_both(lines: Sequence[Line], name: str, first_names: str) -> bool | None:
    """Tell whether a page tells a birth name and first names under one label of both: « Nom et prénom de naissance : … ».

    Args:
        lines: of the page.
        name: of birth.
        first_names: of birth: the list, or what the software holds as the first.

    Returns:
        ``None`` where there is no such label, or where the names stand in the other order than it says.
    """
    first = first_names.partition(" ")[0]
    found: bool | None = None
    for index, line in enumerate(lines):
        match = _BOTH.search(plain(line.text))
        if match is None or match["first"] == match["second"]:
            continue
        value = match["value"].strip() or plain(lines[index + 1].text if index + 1 < len(lines) else "")
        told, other = [name, first], [first, name]
        if match["first"] != "nom":
            told, other = other, told
        key = comparison_key(value)
        if key.startswith(comparison_key(" ".join(told))):
            return True
        if key and not key.startswith(comparison_key(" ".join(other))):
            found = False
    return found


def _values(text: str, start: int, betweens: Sequence[re.Pattern[str]], count: int) -> list[_Span]:
    """Return the values after a colon, parted by the first sign that makes as many of them as there are labels."""
    end = len(text.rstrip())
    made = [_parts(one, text, start, end) for one in betweens]
    return next((one for one in made if len(one) == count), made[0])


def _told_apart(line: Line, labels: list[_Span], values: list[_Span], *, is_plain: bool) -> Line:
    traits = [_trait(line.text[start:end]) for start, end in labels]
    known = [
        bool(trait or _PLAIN.fullmatch(plain(line.text[start:end])))
        for trait, (start, end) in zip(traits, labels, strict=True)
    ]
    if not any(traits) or not (is_plain or all(known)):
        return line
    if len(labels) == len(values):
        born = plain(line.text[labels[-1][0] : labels[-1][1]]).rstrip().endswith("naissance")
        ends = [
            _OF_BIRTH if born and not trait and is_known else ""
            for trait, is_known in zip(traits, known, strict=True)
        ]
        return _rebuilt(line, [(*label, *value) for label, value in zip(labels, values, strict=True)], ends)
    if is_plain and len(values) == 1 and len(set(traits) - {""}) == 1:
        label = next(one for one, trait in zip(labels, traits, strict=True) if trait)
        return _rebuilt(line, [(*label, *values[0])], [""])
    return line


def _parts(between: re.Pattern[str], text: str, start: int, end: int) -> list[_Span]:
    found: list[_Span] = []
    for match in between.finditer(text, start, end):
        found.append((start, match.start()))
        start = match.end()
    if found and text[start - 1] == "(":
        end = text.rfind(")", start, end)
    return [*found, (start, end)]


def _trait(text: str) -> str:
    """Return which trait a label tells, by the name of its group; nothing for any other."""
    match = LABEL.search(f"{plain(text)} :")
    return match.lastgroup or "" if match and _OF_TRAIT.fullmatch(match.lastgroup or "") else ""


def _is_label(text: str) -> bool:
    return LABEL.match(plain(text).lstrip()) is not None


def _rebuilt(line: Line, spans: list[tuple[int, int, int, int]], ends: list[str]) -> Line:
    """Put labels and values (start and end of each) together; ``ends``: what the last label says for each."""
    text: list[str] = []
    edges: list[float] = []
    for number, (start, end, first, last) in enumerate(spans):
        if number:
            text.append("\t")
            edges.append(line.edges[first - 1])
        for begin, stop, between in ((start, end, f"{ends[number]} : "), (first, last, "")):
            text.append(line.text[begin:stop] + between)
            edges.extend(
                [*line.edges[begin:stop], *([line.edges[min(stop, len(line.edges) - 1)]] * len(between))]
            )
    edges.append(line.edges[-1])
    return replace(line, text="".join(text), edges=tuple(edges))
