"""The matricule of a printed page: a number after a label of the INS, or followed by its nature, and its OID. Pure."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from conformance.documents.numbers import SPACES, compact, find_matricules
from conformance.documents.page.cells import columns
from conformance.documents.page.labels import BILLING, LABEL, plain
from conformance.documents.record import INS_OIDS, Identifier, IdKind, Trait, Value

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from conformance.documents.page.cells import PagePlaces
    from conformance.documents.page.text import Line

_CALLED: Final = (
    r"(?:est\s{1,3}(?:une?\s{1,3})?)?(?:(?:de\s{1,3})?nature(?:\s{1,3}(?:de\s{1,3}l['’]\s?|du\s{1,3})?(?:INS|identifiant|identité|matricule|numéro))?\s{0,9}[:=]?\s{0,9}"
    r"|de\s{1,9}type\s{1,9}|type\s{0,9}:?\s{0,9})?"
)
"""The label of a nature, if it has one."""
_KIND: Final = r"[(\[<*–—-]?\s{0,3}(?:INS[\s_-]{0,9})?(N\.?I\.?[RA]\b)"
_AFTER: Final = re.compile(rf"[\s,;:/|()\[\]{{}}=·•*→►–—-]{{0,12}}{_CALLED}{_KIND}", re.IGNORECASE)
_BILLED: Final = re.compile(r"[\s(\[]*n°?\s*s\.?s", re.IGNORECASE)
_DIGITS: Final = re.compile(rf"(?<![0-9A-Za-z])[0-9](?:[{SPACES}.\-]{{0,2}}[0-9AaBb]){{9,21}}(?![0-9A-Za-z])")
_OID: Final = re.compile(r"(?<![0-9.])1\.2\.250\.1\.213\.1\.4\.\d{1,3}(?:\.\d+)*")
_INS_WORDS: Final = re.compile(r"INS|NIR|NIA|test|matricule|num[ée]ro", re.IGNORECASE)
_NATURE: Final = re.compile(r"\bnature\b[^\d:\n]{0,25}:?\s*[(\[]?(?:INS[\s-]*)?(NIR|NIA)\b", re.IGNORECASE)
_ALONE: Final = re.compile(
    rf"[\s(\[]{{0,9}}{_CALLED}{_KIND}\.?(?:\s{{1,9}}de\s{{1,9}}test)?[\s)\]]*",
    re.IGNORECASE,
)
"""A nature that stands alone in its cell."""
_TOLD: Final = re.compile(r"\s{0,9}nature\b", re.IGNORECASE)
_BRACKETED: Final = re.compile(r"\s{0,9}[(\[](?:INS[\s-]{0,9})?(NIR|NIA)\b", re.IGNORECASE)
"""A nature with which the next line of a sentence begins."""
_INS_C_LENGTH: Final = 22


def numbers_of(
    line: Line, above: Line | None, below: Sequence[Line], places: PagePlaces, values: list[Value]
) -> Iterator[Identifier]:
    """Yield the matricules of a line: a number after a label of the INS, or followed by its nature.

    Args:
        line: where they are looked for.
        above: the line before it: a label may stand at the head of a column.
        below: the lines after it: a nature may stand under its number.
        places: the page.
        values: takes the natures.
    """
    every = list(LABEL.finditer(plain(line.text)))
    labels = [match for match in every if match.lastgroup == "matricule"]
    for number, start, end in _candidates(line, labels):
        before, after = line.text[:start], line.text[end:]
        nature = _AFTER.match(after)
        told = nature or _next_line_nature(line, below, start, end)
        nearest = next((match for match in reversed(every) if match.end() <= start), None)
        labelled = nearest in labels if nearest else _label_above(line, start, above)
        billed = _BILLED.match(after) or (BILLING.search(before.rpartition("\t")[2]) and not labelled)
        if billed or not (labelled or told):
            continue
        place = places.place(line, start, end)
        digits = Value(
            trait=Trait.MATRICULE, text=line.text[start:end], place=place, normal=number, display=True
        )
        if len(number) == _INS_C_LENGTH:
            yield Identifier(kind=IdKind.INS_C, number=digits, oid=None, place=place)
            continue
        if told:
            where = places.place(line, end + told.start(1), end + told.end(1)) if told is nature else place
            values.append(
                Value(trait=Trait.NATURE, text=told[1], place=where, normal=_nature(told[1]), display=True)
            )
        elif told_before := _label_nature(line, labels, start, places):
            values.append(told_before)
        yield Identifier(kind=IdKind.INS, number=digits, oid=_oid(line, below, places), place=place)


def _nature(told: str) -> str:
    return told.replace(".", "").upper()


def _candidates(line: Line, labels: Sequence[re.Match[str]]) -> Iterator[tuple[str, int, int]]:
    """Yield the numbers that may be a matricule: those with a right key, and whatever digits follow a label of the INS."""
    known = list(find_matricules(line.text))
    for label in labels:
        match = _DIGITS.search(line.text, label.end())
        if match is None or any(start <= match.start() < end for _, start, end in known):
            continue
        between = _INS_WORDS.sub("", line.text[label.end() : match.start()])
        if not re.search(r"[^\W\d_]{4,}", between):
            known.append((compact(match[0]), match.start(), match.end()))
    # What stands before an @ is the address of a patient, read apart.
    yield from (one for one in known if not line.text[one[2] :].startswith("@"))


def _label_nature(
    line: Line, labels: Sequence[re.Match[str]], start: int, places: PagePlaces
) -> Value | None:
    """Return the nature that the label itself tells, before the number: ``INS-NIR : …``."""
    label = next((one for one in reversed(labels) if one.end() <= start), None)
    word = re.search(r"ni[ra]\b", label[0]) if label else None
    if label is None or word is None:
        return None
    place = places.place(line, label.start() + word.start(), label.start() + word.end())
    return Value(trait=Trait.NATURE, text=word[0].upper(), place=place, normal=word[0].upper(), display=True)


def _label_above(line: Line, start: int, above: Line | None) -> bool:
    if above is None or line.top - above.top > 4 * max(above.height, 8.0):
        return False
    left = line.box(start)[0]
    for match in LABEL.finditer(plain(above.text)):
        box = above.box(match.start(), match.end())
        if match.lastgroup == "matricule" and box[0] - 5 <= left <= box[0] + box[2] + 5:
            return True
    return False


def _next_line_nature(line: Line, below: Sequence[Line], start: int, end: int) -> re.Match[str] | None:
    """Find a nature in a further column of the line, or alone right under the number."""
    rest = line.text[end:]
    column = re.search(rf"\t\s{{0,9}}{_CALLED}{_KIND}", rest, re.IGNORECASE)
    if column:
        return column
    left, _, width, _ = line.box(start, end)
    for other in below:
        if other.top - line.top > 3 * max(line.height, 8.0):
            break
        if not rest.strip() and (
            (alone := _ALONE.fullmatch(other.text)) or (alone := _BRACKETED.match(other.text))
        ):
            return alone  # A line broken after the number goes on at the margin.
        head = other.text.partition("\t")[0]
        if not rest.strip() and _TOLD.match(head) and (alone := _ALONE.fullmatch(head)):
            return (
                alone  # Its label stands under that of the number; what else is in its row is another matter.
            )
        cells = [(first, last, other.box(first, last)) for first, last in columns(other.text)]
        under = [cell for cell in cells if cell[2][0] < left + width and cell[2][0] + cell[2][2] > left]
        for first, last, _ in under:
            if alone := _ALONE.fullmatch(other.text[first:last]):
                return alone
        if under:
            break  # The label may stand between, in another column, in the middle of its cell.
    return None


def natures(lines: Sequence[Line], places: PagePlaces) -> Iterator[Value]:
    """Yield the natures that have a label of their own: a second one may contradict the one beside the number."""
    for line in lines:
        for match in _NATURE.finditer(line.text):
            place = places.place(line, match.start(1), match.end(1))
            yield Value(trait=Trait.NATURE, text=match[1], place=place, normal=match[1].upper(), display=True)


def with_oid(identifiers: list[Identifier], lines: Sequence[Line], places: PagePlaces) -> list[Identifier]:
    """Give a number without an OID beside it the one that the page shows further away, when it shows a single one."""
    told = [found for line in lines if (found := _oid(line, (), places)) is not None]
    if len({value.normal for value in told}) != 1:
        return identifiers
    return [
        replace(one, oid=told[0]) if one.kind is IdKind.INS and one.oid is None else one
        for one in identifiers
    ]


def _oid(line: Line, below: Sequence[Line], places: PagePlaces) -> Value | None:
    for one in (line, *below):
        match = _OID.search(one.text)
        if match and match[0] in INS_OIDS:
            place = places.place(one, match.start(), match.end())
            return Value(trait=Trait.OID, text=match[0], place=place, normal=match[0], display=True)
    return None
