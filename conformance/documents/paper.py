"""What a printed page says about a patient: labels, the values beside or under them, and the matricule with its nature.

Labels: those of the official scenario of rule 32, the abbreviations of UX guides, and spellings met (documents notes §A5). An
unknown spelling is never held against a document on its own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from conformance.documents.labels import (
    BILLING,
    LABEL,
    LABELS,
    PLAIN_FIRST,
    SEXES,
    SOMEBODY_ELSE,
    french_date,
    plain,
)
from conformance.documents.numbers import SPACES, compact, find_matricules
from conformance.documents.page_cells import words_of
from conformance.documents.record import (
    INS_OIDS,
    Format,
    Identifier,
    IdentityRecord,
    IdKind,
    Place,
    PlaceKind,
    Trait,
    Value,
)
from conformance.documents.values import mailboxes

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from conformance.documents.page_text import Line

_AFTER: Final = re.compile(
    r"[\s,;:/|()\[\]{}–—-]{0,12}(?:nature\s{0,9}:?\s{0,9}|INS[\s-]{0,9}|de\s{1,9}type\s{1,9}|type\s{0,9}:?\s{0,9})?[\s(\[–—-]{0,9}(NIR|NIA)\b",
    re.IGNORECASE,
)
_BILLED: Final = re.compile(r"[\s(\[]*n°?\s*s\.?s", re.IGNORECASE)
_DIGITS: Final = re.compile(rf"(?<![0-9A-Za-z])[0-9](?:[{SPACES}.\-]{{0,2}}[0-9AaBb]){{9,21}}(?![0-9A-Za-z])")
_OID: Final = re.compile(r"(?<![0-9.])1\.2\.250\.1\.213\.1\.4\.\d{1,3}(?:\.\d+)*")
_COLON: Final = re.compile(r"[ )]*: *[^\s:]")
"""What follows a label when its value stands right after a colon."""
_COG: Final = re.compile(r"(?<![0-9A-Z])(\d{5}|2[AB]\d{3})(?![0-9A-Z])")
_COG_CUT: Final = re.compile(r"(\d{4})\s*$")
"""A code that lost its first zero."""
_NEAR: Final = 2.2
"""Lines nearer than this many heights belong to one paragraph."""
_CUT_LABEL: Final = re.compile(r"(?:nom|prenom|prenom\(s\)|prenoms|date|lieu|1er|premier)\s+(?:de|a la)\s*$")
_REST_OF_LABEL: Final = re.compile(r"naissance\b\s*:?")
_INS_WORDS: Final = re.compile(r"INS|NIR|NIA|test|matricule|num[ée]ro", re.IGNORECASE)
_NATURE: Final = re.compile(r"\bnature\b[^\d:\n]{0,25}:?\s*[(\[]?(?:INS[\s-]*)?(NIR|NIA)\b", re.IGNORECASE)
_INS_C_LENGTH: Final = 22
_LONG: Final = frozenset({Trait.BIRTH_NAME, Trait.FIRST_NAMES, Trait.USED_NAME})
"""Names that may not fit on one line."""
_ONLY_NAMES: Final = re.compile(r"[^\W\d_](?:[^\W\d_]|[ '’-])*")
_GIVEN: Final = frozenset({Trait.FIRST_NAME, Trait.FIRST_NAMES})
_NAME_END: Final = re.compile(r"\s{3,}|\t|\s*[|;•·]\s*|,|\s\(|\s\[")


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


def read_page(lines: Sequence[Line], places: PagePlaces, *, form: Format = Format.PDF) -> IdentityRecord:
    """Return what a page tells about its patient; whatever has no known label is left out."""
    lines = _joined(lines)
    values: list[Value] = []
    unsure: list[Value] = []
    identifiers: list[Identifier] = []
    for index, line in enumerate(lines):
        for value, sure in _labelled(line, lines[index + 1 : index + 4], places):
            (values if sure else unsure).append(value)
        values.extend(mailboxes(line.text, places.place(line)))
        identifiers.extend(
            _numbers(line, lines[index - 1] if index else None, lines[index + 1 : index + 3], places, values)
        )
    identifiers = _with_oid(identifiers, lines, places)
    if any(value.trait is Trait.NATURE for value in values):
        values.extend(_natures(lines, places))
    place = Place(kind=PlaceKind.LINE, file=places.file, page=places.page)
    return IdentityRecord(
        format=form,
        values=tuple(_settle([*values, *unsure])),
        identifiers=tuple(identifiers),
        place=place,
        shown=words_of(lines),
    )


def _joined(lines: Sequence[Line]) -> list[Line]:
    """Put labels that are wrapped in a narrow column together: ``Premier prénom de`` over ``naissance``."""
    made = list(lines)
    for index in range(len(made) - 1):
        line, below = made[index], made[index + 1]
        if not _is_near(line, below):
            continue
        for start, end in reversed(list(_columns(line.text))):
            if not _CUT_LABEL.search(plain(line.text[start:end])):
                continue
            left, _, width, _ = line.box(start, end)
            for first, last in _columns(below.text):
                word = _REST_OF_LABEL.match(plain(below.text[first:last]))
                box = below.box(first, last)
                if word and box[0] < left + width and box[0] + box[2] > left - 2:
                    line = line.with_inserted(end, f" {below.text[first : first + word.end()]}")
                    below = below.blanked(first, first + word.end())
                    break
        made[index], made[index + 1] = line, below
    return made


def _labelled(line: Line, below: Sequence[Line], places: PagePlaces) -> Iterator[tuple[Value, bool]]:
    """Yield the values of a line, each with whether its label says that it is a trait of birth."""
    simple = plain(line.text)
    found = list(LABEL.finditer(simple))
    for position, match in enumerate(found):
        name = match.lastgroup or ""
        weak = name == "other" and PLAIN_FIRST.fullmatch(match[0]) is not None
        if weak:
            trait = Trait.FIRST_NAME if re.fullmatch(r"prenom\s*:", match[0]) else Trait.FIRST_NAMES
        elif name.startswith("t") and name[1:].isdecimal():
            trait = LABELS[int(name[1:])][0]
        else:
            continue
        if SOMEBODY_ELSE.search(simple[: match.start()].rpartition("\t")[2]):
            continue
        end = found[position + 1].start() if position + 1 < len(found) else len(line.text)
        value = _value(trait, line, match.end(), end, places)
        if value is not None:
            beside = not weak and _COLON.match(line.text, match.end()) is not None
            whole = _continued(value, line, below)
            rest = _rest_below(line, below) if trait in _LONG and end == len(line.text) else ""
            wrapped = f"{whole.normal} {rest}" if rest else ""
            yield replace(whole, beside=beside, wrapped=wrapped), not weak
        elif (value := _under(trait, line, match, below, places)) is not None:
            yield _continued(value, line, below), not weak


def _continued(value: Value, line: Line, below: Sequence[Line]) -> Value:
    """Add the rest of a name that the end of its line cuts at a hyphen; drop a hyphen that ends one otherwise."""
    if not value.normal.endswith("-"):
        return value
    own = next((one for one in (line, *below) if one.number == value.place.line), line)
    under = _line_under(own, below)
    rest = ""
    if under is not None and value.place.box is not None:
        left = value.place.box[0]
        for start, end in _columns(under.text):
            box = under.box(start, end)
            if box[0] <= left + value.place.box[2] and not LABEL.match(plain(under.text[start:end])):
                rest = under.text[start:end].strip()
    whole = f"{value.normal}{rest}" if rest else value.normal.rstrip("- ")
    return replace(value, text=whole, normal=whole)


def _line_under(line: Line, below: Sequence[Line]) -> Line | None:
    """Return the next line when it is so near that it may go on with this one."""
    under = next((one for one in below if one.number > line.number), None)
    return under if under is not None and _is_near(line, under) else None


def _is_near(line: Line, below: Line) -> bool:
    return below.top - line.top <= _NEAR * max(line.height, 8.0)


def _rest_below(line: Line, below: Sequence[Line]) -> str:
    """Return the words directly below a line that can be the rest of a name: no label, nothing but letters."""
    under = _line_under(line, below)
    if under is None:
        return ""
    first = next((under.text[start:end].strip() for start, end in _columns(under.text)), "")
    return first if _ONLY_NAMES.fullmatch(first) and not LABEL.match(plain(first)) else ""


def _value(trait: Trait, line: Line, start: int, end: int, places: PagePlaces) -> Value | None:
    raw = line.text[start:end]
    lead = re.match(r"[\s:.\-–—=>|]*", raw)
    start += lead.end() if lead else 0
    raw = line.text[start:end]
    if trait is Trait.BIRTH_DATE:
        date = french_date(raw)
        if date is None:
            return None
        return _made(trait, line, (start + date[1], start + date[2]), date[0], places)
    if trait is Trait.BIRTH_PLACE:
        code = _COG.search(raw) or _COG_CUT.match(raw)
        return (
            _made(trait, line, (start + code.start(1), start + code.end(1)), code[1], places)
            if code
            else None
        )
    if trait is Trait.SEX:
        word = re.match(r"[A-Za-zéÉ]+", raw)
        sex = SEXES.get(plain(word[0])) if word else None
        return _made(trait, line, (start, start + word.end()), sex, places) if word and sex else None
    stop = _NAME_END.search(raw)
    name = raw[: stop.start()] if stop else raw
    name = name.rstrip(" :.–—/")
    if ")" in name and "(" not in name:
        name = name.partition(")")[0]
    if not re.search(r"[^\W\d_]", name) or len(name) > 120:  # noqa: PLR2004 - no name but a sentence
        return None
    if trait in _GIVEN and plain(name) == "de" and ":" not in (lead[0] if lead else ""):
        return None  # The rest of a label that goes on below.
    return _made(trait, line, (start, start + len(name)), " ".join(name.split()), places)


def _under(
    trait: Trait, line: Line, label: re.Match[str], below: Sequence[Line], places: PagePlaces
) -> Value | None:
    """Look under a label that stands at the head of a column."""
    rest = line.text[label.end() :]
    if (
        re.match(r"[\s:.]*[^\s\t:.]", rest)
        and not re.match(r"[\s:.]*\t", rest)
        and not LABEL.match(plain(rest).lstrip(" :\t"))
    ):
        return None
    left, _, width, _ = line.box(label.start(), label.end())
    for other in below:
        if other.top - line.top > 4 * max(line.height, 8.0):
            return None
        for start, end in _columns(other.text):
            box = other.box(start, end)
            overlaps = box[0] < left + width and box[0] + box[2] > left - 2
            if overlaps and not LABEL.match(plain(other.text[start:end])):
                return _value(trait, other, start, end, places)
        if any(True for _ in LABEL.finditer(plain(other.text))):
            return None
    return None


def _columns(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for part in text.split("\t"):
        if part.strip():
            yield start, start + len(part)
        start += len(part) + 1


def _made(trait: Trait, line: Line, span: tuple[int, int], normal: str, places: PagePlaces) -> Value:
    start, end = span
    return Value(
        trait=trait,
        text=line.text[start:end],
        place=places.place(line, start, end),
        normal=normal,
        display=True,
    )


def _numbers(
    line: Line, above: Line | None, below: Sequence[Line], places: PagePlaces, values: list[Value]
) -> Iterator[Identifier]:
    """Yield the matricules of a line: a number after a label of the INS, or followed by its nature."""
    every = list(LABEL.finditer(plain(line.text)))
    labels = [match for match in every if match.lastgroup == "matricule"]
    for number, start, end in _candidates(line, labels):
        before, after = line.text[:start], line.text[end:]
        nature = _AFTER.match(after)
        nearest = next((match for match in reversed(every) if match.end() <= start), None)
        labelled = nearest in labels if nearest else _label_above(line, start, above)
        billed = _BILLED.match(after) or (BILLING.search(before.rpartition("\t")[2]) and not labelled)
        if billed or not (labelled or nature):
            continue
        place = places.place(line, start, end)
        digits = Value(
            trait=Trait.MATRICULE, text=line.text[start:end], place=place, normal=number, display=True
        )
        if len(number) == _INS_C_LENGTH:
            yield Identifier(kind=IdKind.INS_C, number=digits, oid=None, place=place)
            continue
        told = nature or _next_line_nature(line, below, start, end)
        if told:
            where = places.place(line, end + told.start(1), end + told.end(1)) if told is nature else place
            values.append(
                Value(trait=Trait.NATURE, text=told[1], place=where, normal=told[1].upper(), display=True)
            )
        elif told_before := _label_nature(line, labels, start, places):
            values.append(told_before)
        yield Identifier(kind=IdKind.INS, number=digits, oid=_oid(line, below, places), place=place)


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
    column = re.search(
        r"\t\s{0,9}(?:nature\s{0,9}:?\s{0,9})?[(\[]?(?:INS[\s-]{0,9})?(NIR|NIA)\b", rest, re.IGNORECASE
    )
    if column:
        return column
    for other in below[:1]:
        if other.top - line.top <= 3 * max(line.height, 8.0):
            left, _, width, _ = line.box(start, end)
            for first, last in _columns(other.text):
                box = other.box(first, last)
                alone = re.fullmatch(
                    r"[\s(\[]{0,9}(?:nature\s{0,9}:?\s{0,9})?(?:INS[\s-]{0,9})?(NIR|NIA)\b(?:\s{1,9}de\s{1,9}test)?[\s)\]]*",
                    other.text[first:last],
                    re.IGNORECASE,
                )
                if alone and box[0] < left + width and box[0] + box[2] > left:
                    return alone
    return None


def _natures(lines: Sequence[Line], places: PagePlaces) -> Iterator[Value]:
    """Yield the natures that have a label of their own: a second one may contradict the one beside the number."""
    for line in lines:
        for match in _NATURE.finditer(line.text):
            place = places.place(line, match.start(1), match.end(1))
            yield Value(trait=Trait.NATURE, text=match[1], place=place, normal=match[1].upper(), display=True)


def _with_oid(identifiers: list[Identifier], lines: Sequence[Line], places: PagePlaces) -> list[Identifier]:
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


def _settle(values: list[Value]) -> Iterator[Value]:
    """Keep the first value of each trait: what a page repeats further down is often told of somebody else.

    Addresses and natures are all kept, each once.
    """
    seen: set[tuple[Trait, str]] = set()
    for value in values:
        key = (value.trait, value.normal if value.trait in {Trait.MAILBOX, Trait.NATURE} else "")
        if key not in seen:
            seen.add(key)
            yield value
