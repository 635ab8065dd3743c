"""What a printed page says about a patient: labels, the values beside or under them, and the matricule with its nature.

Labels: those of the official scenario of rule 32, the abbreviations of UX guides, and spellings met (documents notes §A5). An
unknown spelling is never held against a document on its own.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from conformance.documents.page.below import with_labels_before
from conformance.documents.page.cells import OtherColumns, PagePlaces, columns, words_of
from conformance.documents.page.labels import (
    CUT_LABEL,
    LABEL,
    LABELS,
    PLAIN_FIRST,
    SEXES,
    SOMEBODY_ELSE,
    boxed_date,
    french_date,
    plain,
    ticked_sex,
)
from conformance.documents.page.numbers import natures, numbers_of, with_oid
from conformance.documents.page.pairs import parted
from conformance.documents.page.rows import with_whole_rows
from conformance.documents.page.split import with_whole_numbers
from conformance.documents.record import (
    Format,
    Identifier,
    IdentityRecord,
    Place,
    PlaceKind,
    Trait,
    Value,
)
from conformance.documents.values import mailboxes

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from conformance.documents.page.text import Line

_COLON: Final = re.compile(r"[ )]*: *[^\s:]")
"""What follows a label when its value stands right after a colon."""
_COG: Final = re.compile(r"(?<![0-9A-Z])(\d{5}|2[AB]\d{3})(?![0-9A-Z])")
_COG_CUT: Final = re.compile(r"(\d{4})\s*$")
"""A code that lost its first zero."""
_ALIGNED: Final = 3.0
"""Points by which the left edges of the lines of a cell may differ."""
_TALL: Final = 1.25
"""A line by so much higher than its neighbour holds cells that stand at different heights."""
_NEAR: Final = 2.2
"""Lines nearer than this many heights belong to one paragraph."""
_REST_OF_LABEL: Final = re.compile(r"naissance\b\s*:?")
_LONG: Final = frozenset({Trait.BIRTH_NAME, Trait.FIRST_NAMES, Trait.USED_NAME})
"""Names that may not fit on one line."""
_NAMES: Final = frozenset({Trait.BIRTH_NAME, Trait.FIRST_NAME, Trait.FIRST_NAMES})
_SENTENCE_BESIDE: Final = re.compile(r"[ :]*\t[^\t]*?\b[a-zà-ÿ]{2,}\b[^\t]*? [a-zà-ÿ]{2,}\b")
"""A column of running text right of a label: its value stands under it."""
_ONLY_NAMES: Final = re.compile(r"[^\W\d_](?:[^\W\d_]|[ '’-])*")
_GIVEN: Final = frozenset({Trait.FIRST_NAME, Trait.FIRST_NAMES})
_QUOTED: Final = re.compile(r"[«“\"]\s{0,3}([^«»“”\"]{1,110}?)\s{0,3}[»”\"]\s*$")
"""A name between quotation marks."""
_CIVILITY: Final = re.compile(r"(?:Mme|Mlle|Mr|M\.|Madame|Mademoiselle|Monsieur)\s{1,3}(?=[^\W\d_])")
_LISTED: Final = re.compile(r"[A-Z][A-Z'’-]+(?:\s?,\s?[A-Z][A-Z'’-]+)+(?=\s*(?:$|[|;•·\t(]))")
"""A list of names as an identity card prints it: parted by commas."""
_COMMA: Final = re.compile(r"\s?,\s?")
_COMBINED: Final = re.compile(
    r"\b(?:pre)?nom(?:s|\(s\))?(?: (?:de )?naiss(?:ance|\.)?)? {0,3}(?:[/&+,–—-]|et\b) {0,3}$|\bnoms? $"
)
"""The beginning of a label of two names."""
_APART: Final = re.compile(r"(?<! ) +-+ *\Z")
_NAME_END: Final = re.compile(r"\s{3,}|\t|\s*[|;•·]\s*|,|\s\(|\s\[")


def read_page(lines: Sequence[Line], places: PagePlaces, *, form: Format = Format.PDF) -> IdentityRecord:
    """Return what a page tells about its patient; whatever has no known label is left out."""
    lines = _joined(lines)
    values: list[Value] = []
    unsure: list[Value] = []
    aside: list[Value] = []
    identifiers: list[Identifier] = []
    others = OtherColumns.of(lines)
    for index, line in enumerate(lines):
        for value, sure, start in _labelled(line, lines[max(0, index - 1) : index + 4], places):
            (aside if others.hold(line, start) else values if sure else unsure).append(value)
        values.extend(mailboxes(line.text, places.place(line)))
        identifiers.extend(
            numbers_of(
                line, lines[index - 1] if index else None, lines[index + 1 : index + 3], places, values
            )
        )
    if not any(value.trait is Trait.BIRTH_NAME for value in values):
        # No column of the patient: what stands under the headings is as wide as the page.
        values.extend(aside)
    identifiers = with_oid(identifiers, lines, places)
    if any(value.trait is Trait.NATURE for value in values):
        values.extend(natures(lines, places))
    place = Place(kind=PlaceKind.LINE, file=places.file, page=places.page)
    return IdentityRecord(
        format=form,
        values=tuple(_settle([*values, *unsure])),
        identifiers=tuple(identifiers),
        place=place,
        shown=words_of(lines),
    )


def labelled_values(lines: Sequence[Line], places: PagePlaces) -> list[Value]:
    """Return every value of a page that stands by the label of a trait of birth, those that repeat a trait included."""
    made = _joined(lines)
    return [
        value
        for index, line in enumerate(made)
        for value, sure, _ in _labelled(line, made[max(0, index - 1) : index + 4], places)
        if sure
    ]


def _joined(lines: Sequence[Line]) -> list[Line]:
    """Put labels that are wrapped in a narrow column together: ``Premier prénom de`` over ``naissance``."""
    made = [parted(line) for line in with_whole_numbers(with_labels_before(with_whole_rows(lines)))]
    for index in range(len(made) - 1):
        line, below = made[index], made[index + 1]
        if not _is_near(line, below):
            continue
        for start, end in reversed(list(columns(line.text))):
            if not CUT_LABEL.search(plain(line.text[start:end])):
                continue
            left, _, width, _ = line.box(start, end)
            for first, last in columns(below.text):
                word = _REST_OF_LABEL.match(plain(below.text[first:last]))
                box = below.box(first, last)
                if word and box[0] < left + width and box[0] + box[2] > left - 2:
                    line = line.with_inserted(end, f" {below.text[first : first + word.end()]}")
                    below = below.blanked(first, first + word.end())
                    break
        made[index], made[index + 1] = _carried(line, below)
    return made


def _carried(line: Line, below: Line) -> tuple[Line, Line]:
    """Move a label that the end of a line of running text cuts from its rest, or from its colon, to the line below."""
    first = len(below.text) - len(below.text.lstrip())
    start, end = next(reversed(list(columns(line.text))), (0, 0))
    simple = plain(line.text[start:end].rstrip())
    cut = None
    if _REST_OF_LABEL.match(plain(below.text[first:])):
        cut = CUT_LABEL.search(simple)
    elif below.text[first : first + 1] == ":":
        cut = next((one for one in LABEL.finditer(simple) if one.end() == len(simple)), None)
    if cut is None:
        return line, below
    begin = start + cut.start()
    told = line.text[begin : start + len(simple)].strip()
    return line.blanked(begin, end), below.with_inserted(first, f"{told} ")


def _labelled(line: Line, around: Sequence[Line], places: PagePlaces) -> Iterator[tuple[Value, bool, int]]:
    """Yield the values of a line, each with whether its label says that it is a trait of birth, and where the label begins."""
    below = [one for one in around if one.number > line.number]
    simple = plain(line.text)
    found = list(LABEL.finditer(simple))
    for position, match in enumerate(found):
        name = match.lastgroup or ""
        weak = name == "other" and PLAIN_FIRST.fullmatch(match[0]) is not None
        if weak and _COMBINED.search(simple[: match.start()]):
            continue  # « Nom/Prénom : DURAND LUCIE »: the value is neither the one nor the other.
        if weak:
            trait = Trait.FIRST_NAME if re.fullmatch(r"prenom\s*:", match[0]) else Trait.FIRST_NAMES
        elif name.startswith("t") and name[1:].isdecimal():
            trait = LABELS[int(name[1:])][0]
        else:
            continue
        before = simple[: match.start()]
        if SOMEBODY_ELSE.search(before.rpartition("\t")[2]) or (
            trait in _NAMES and _is_combined(trait, before)
        ):
            continue
        end = found[position + 1].start() if position + 1 < len(found) else len(line.text)
        is_told = not (trait in _NAMES and _SENTENCE_BESIDE.match(line.text, match.end(), end))
        value = _value(trait, line, match.end(), end, places) if is_told else None
        if value is not None:
            beside = not weak and _COLON.match(line.text, match.end()) is not None
            whole = _continued(_begun_above(value, line, around), line, below)
            rest = _rest_below(line, below) if trait in _LONG and end == len(line.text) else ""
            wrapped = f"{whole.normal} {rest}" if rest else ""
            yield replace(whole, beside=beside, wrapped=wrapped), not weak, match.start()
        elif (value := _across(trait, line, match, around, places)) is not None:
            yield value, not weak, match.start()
        elif (value := _under(trait, line, match, below, places)) is not None:
            yield _continued(value, line, below), not weak, match.start()
        elif (value := _date_on_the_next_line(trait, line, match, below, places)) is not None:
            yield value, not weak, match.start()


def _is_combined(trait: Trait, before: str) -> bool:
    """Tell whether the label of a name goes on from that of another: « Nom et prénom de naissance »."""
    combined = _COMBINED.search(before)
    return combined is not None and combined[0].startswith("pre") is (trait is Trait.BIRTH_NAME)


def _date_on_the_next_line(
    trait: Trait, line: Line, label: re.Match[str], below: Sequence[Line], places: PagePlaces
) -> Value | None:
    """Return the date that begins the next line of a running text, whose label ends this one."""
    under = _line_under(line, below)
    if trait is not Trait.BIRTH_DATE or under is None or line.text[label.end() :].strip() != ":":
        return None
    value = _value(trait, under, 0, len(under.text), places)
    return value if value is not None and under.text.lstrip().startswith(value.text) else None


def _continued(value: Value, line: Line, below: Sequence[Line]) -> Value:
    """Add the rest of a name that the end of its line cuts at a hyphen; drop a hyphen that ends one otherwise."""
    if not value.normal.endswith("-"):
        return value
    own = next((one for one in (line, *below) if one.number == value.place.line), line)
    under = _line_under(own, below)
    rest = ""
    if under is not None and value.place.box is not None:
        left = value.place.box[0]
        for start, end in columns(under.text):
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
    first = next((under.text[start:end].strip() for start, end in columns(under.text)), "")
    return first if _ONLY_NAMES.fullmatch(first) and not LABEL.match(plain(first)) else ""


def _value(trait: Trait, line: Line, start: int, end: int, places: PagePlaces) -> Value | None:
    raw = line.text[start:end]
    lead = re.match(r"[\s:.…·•_\-–—=>→►|)]*", raw)
    start += lead.end() if lead else 0
    raw = line.text[start:end]
    if trait is Trait.BIRTH_DATE:
        date = french_date(raw) or boxed_date(raw)
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
        if (ticked := ticked_sex(line.text[start - len(lead[0]) if lead else start : end])) is not None:
            begin = start - len(lead[0]) if lead else start
            return _made(trait, line, (begin + ticked[1], begin + ticked[2]), ticked[0], places)
        word = re.match(r"(?:[12]\s?[–-]?\s?)?[\[(«]?\s?([A-Za-zéÉ]+)", raw)
        sex = SEXES.get(plain(word[1])) if word else None
        return (
            _made(trait, line, (start + word.start(1), start + word.end(1)), sex, places)
            if word and sex
            else None
        )
    return _name(trait, line, (start, end), lead[0] if lead else "", places)


def _name(trait: Trait, line: Line, at: tuple[int, int], lead: str, places: PagePlaces) -> Value | None:
    """Return the name that a part of a line begins with; ``lead`` is what stood between it and its label."""
    start, raw = at[0], line.text[slice(*at)]
    if trait is Trait.FIRST_NAMES and (listed := _LISTED.match(raw)):
        return _made(trait, line, (start, start + listed.end()), " ".join(_COMMA.split(listed[0])), places)
    stop = _NAME_END.search(raw)
    name = raw[: stop.start()] if stop else raw
    if civil := _CIVILITY.match(name):
        start, name = start + civil.end(), name[civil.end() :]
    if quoted := _QUOTED.match(name):
        return _made(
            trait, line, (start + quoted.start(1), start + quoted.end(1)), " ".join(quoted[1].split()), places
        )
    # A hyphen apart is a sign between two traits; one at the end of a name cuts it.
    name = _APART.sub("", name.rstrip(" :.–—/*!|;]"))
    if ")" in name and "(" not in name:
        name = name.partition(")")[0]
    if not re.search(r"[^\W\d_]", name) or len(name) > 120:  # noqa: PLR2004 - no name but a sentence
        return None
    if trait in _GIVEN and plain(name) == "de" and ":" not in lead:
        return None  # The rest of a label that goes on below.
    return _made(trait, line, (start, start + len(name)), " ".join(name.split()), places)


def _begun_above(value: Value, line: Line, around: Sequence[Line]) -> Value:
    """Put what a wrapped cell holds above before a name: its label stands lower, in the middle of the cell."""
    above = next((one for one in around if one.number == line.number - 1), None)
    if value.trait not in _LONG or above is None or value.place.box is None:
        return value
    overlap = above.top + above.height - line.top
    if overlap <= 1.0 or line.height < _TALL * above.height:
        return value
    start, end = next(columns(above.text), (0, 0))
    told = above.text[start:end].strip()
    is_same_cell = abs(above.box(start, end)[0] - value.place.box[0]) <= _ALIGNED
    if not is_same_cell or not _ONLY_NAMES.fullmatch(told) or LABEL.match(plain(told)):
        return value
    whole = f"{told}{'' if told.endswith('-') else ' '}{value.normal}"
    return replace(value, text=whole, normal=whole)


def _across(
    trait: Trait, line: Line, label: re.Match[str], around: Sequence[Line], places: PagePlaces
) -> Value | None:
    """Return the names on the two lines between which their label stands: a wrapped cell beside a label in its middle."""
    at = next((index for index, one in enumerate(around) if one.number == line.number), 0)
    if trait not in _LONG or not 0 < at < len(around) - 1 or line.text[label.end() :].strip(" :"):
        return None
    above, below = around[at - 1], around[at + 1]
    right = sum(line.box(label.start(), label.end())[:3:2])
    if below.top - above.top > _NEAR * max(above.height, 8.0):
        return None
    for start, end in columns(above.text):
        left = above.box(start, end)[0]
        for first, last in columns(below.text):
            cells = above.text[start:end].strip(), below.text[first:last].strip()
            if left < right or abs(below.box(first, last)[0] - left) > _ALIGNED:
                continue
            if all(_ONLY_NAMES.fullmatch(one) and not LABEL.match(plain(one)) for one in cells):
                value = _made(trait, above, (start, end), "", places)
                whole = f"{cells[0]}{'' if cells[0].endswith('-') else ' '}{cells[1]}"
                return replace(value, text=whole, normal=whole)
    return None


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
        for start, end in columns(other.text):
            box = other.box(start, end)
            overlaps = box[0] < left + width and box[0] + box[2] > left - 2
            if overlaps and not LABEL.match(plain(other.text[start:end])):
                return _value(trait, other, start, end, places)
        if any(True for _ in LABEL.finditer(plain(other.text))):
            return None
    return None


def _made(trait: Trait, line: Line, span: tuple[int, int], normal: str, places: PagePlaces) -> Value:
    start, end = span
    return Value(
        trait=trait,
        text=line.text[start:end],
        place=places.place(line, start, end),
        normal=normal,
        display=True,
    )


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
