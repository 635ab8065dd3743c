"""What a printed page says about a patient: labels, the values beside or under them, and the matricule with its nature.

Labels: those of the official scenario of rule 32, the abbreviations of UX guides, and spellings met (documents notes §A5). An
unknown spelling is never held against a document on its own.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from conformance.documents.numbers import SPACES, compact, find_matricules, is_matricule
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

    from conformance.documents.pdfium import Line

_LABELS: Final = (
    # The longest spelling of a trait first: what is left over would be taken for the value.
    (Trait.BIRTH_NAME, r"nom\s+(?:de\s+famille\s+)?(?:de\s+|a\s+la\s+)naissance(?:\s*\(.{0,30}?\))?"),
    (Trait.BIRTH_NAME, r"nom\s+de\s+famille|nom\s+patronymique|n(?:om|\.)?\s*nais(?:s)?(?:\.|\b)|birth\s+(?:last\s+|family\s+)?name|nom\s+naissance"),
    (Trait.FIRST_NAME, r"(?:1\s*er|premier|1°|1)\s*pr(?:e|é)?(?:nom|\.)(?:\s*\(?(?:de\s+)?nais(?:sance|\.|s\.)?\)?)?"),
    (Trait.FIRST_NAME, r"pr(?:enom)?\.?\s*1(?!\d)(?:\s*(?:de\s+)?nais(?:sance|\.))?"),
    (Trait.FIRST_NAMES, r"(?:liste\s+des\s+)?prenom\s*\(?s\)?\s*(?:de\s+|a\s+la\s+)?naissance|liste\s+des\s+prenoms|pr(?:enoms?)?\.?\s*nais(?:s)?\.?"),
    (Trait.FIRST_NAME, r"prenom\s+de\s+naissance|birth\s+(?:first|given)\s+name"),
    (Trait.USED_NAME, r"nom\s+(?:utilise|d['’ ]usage|usuel)|n\.?\s*ut\.|epoux?se?"),
    (Trait.USED_FIRST_NAME, r"prenom\s+(?:utilise|usuel|d['’ ]usage)|pr\.?\s*ut\."),
    (Trait.BIRTH_DATE, r"date\s+(?:de\s+)?naiss(?:ance|\.)?|d\.?\s*d\.?\s*n\b\.?|ne\s*\(?e?\)?\s+le|d\.?\s*nais\.|date\s+of\s+birth"),
    (Trait.BIRTH_PLACE, r"(?:code\s+(?:insee|cog|(?:du\s+)?lieu|commune)|insee|lieu)\s*(?:\(.{0,40}?\)|(?:de\s+)?(?:la\s+)?(?:commune\s+)?(?:de\s+)?nais(?:sance|s?\.)(?:\s*\(.{0,40}?\))?)?"),
    (Trait.SEX, r"sexe|genre|(?<![a-z.])s\.?(?=\s*:)"),
)  # fmt: skip
_MATRICULE: Final = r"(?:n(?:°|o|um(?:ero)?)?\.?\s*(?:de\s+)?)?matricule(?:\s+(?:de\s+(?:l['’]\s*)?)?ins(?:\s*[(-]?\s*ni[ra]\b\)?)?|(?=\s*(?::|\t|ni[ra]\b|n°|[1-8]\s?\d)))|identi(?:te|fiant)\s+national\s*e?\s+de\s+sante|(?<![a-z-])ins(?:\s*[-(]?\s*ni[ra]\b\)?)?(?=\s*:|\s*\t|\s+(?:n|[0-9]))"  # fmt: skip
_OTHERS: Final = r"n(?:°|o|um(?:ero)?)\.?\s*(?:de\s+)?(?:s\.?\s*s\.?\b|secu(?:rite)?(?:\s+sociale)?|nir|assure|dossier|ipp|rpps|finess)|nss\b|nir\s*:|securite\s+sociale|adresse|telephone|tel\b|ipp\b|medecin|age\b|nom\s*:|prenom\s*\(?s?\)?\s*:|mssante|email|mail\b|oid\b|medecin|nature\b|statut\b|patiente?\s*:"  # fmt: skip
_LABEL: Final = re.compile(
    "|".join([*(f"(?P<t{index}>\\b(?:{pattern}))" for index, (_, pattern) in enumerate(_LABELS)),
              f"(?P<matricule>\\b(?:{_MATRICULE}))", f"(?P<other>\\b(?:{_OTHERS}))"])
)  # fmt: skip
_PLAIN_FIRST: Final = re.compile(r"prenom\s*\(?s?\)?\s*:")
_BILLING: Final = re.compile(
    r"s[ée]curit[ée]\s+sociale|\bn°?\s*s\.?s\b|\bnss\b|assur[ée]|immatriculation|n°\s*ss", re.IGNORECASE
)
_AFTER: Final = re.compile(
    r"[\s,;:/|()\[\]{}–—-]*(?:nature\s*:?\s*|INS[\s-]*|de\s+type\s+|type\s*:?\s*)?[\s(\[–—-]*(NIR|NIA)\b",
    re.IGNORECASE,
)
_BILLED: Final = re.compile(r"[\s(\[]*n°?\s*s\.?s", re.IGNORECASE)
_BEFORE: Final = re.compile(r"\b(?:INS[\s-]*)?(NIR|NIA)\b(?:\s+de\s+test)?[\s)\]:]*$", re.IGNORECASE)
_DIGITS: Final = re.compile(rf"(?<![0-9A-Za-z])[0-9](?:[{SPACES}.\-]{{0,2}}[0-9AaBb]){{9,21}}(?![0-9A-Za-z])")
_DATE: Final = re.compile(
    r"(?<!\d)(\d{1,2})\s*[/.\-]\s*(\d{1,2})\s*[/.\-]\s*(\d{4})(?!\d)|(?<!\d)(\d{4})-(\d{2})-(\d{2})(?!\d)|(?<!\d)(\d{1,2})(?:er)?\s+([a-zéûç]{3,9})\.?\s+(\d{4})(?!\d)",
    re.IGNORECASE,
)
_MONTHS: Final = (
    "janv",
    "fevr",
    "mars",
    "avri",
    "mai",
    "juin",
    "juil",
    "aout",
    "sept",
    "octo",
    "nove",
    "dece",
)
_OID: Final = re.compile(r"(?<![0-9.])1\.2\.250\.1\.213\.1\.4\.\d{1,3}(?:\.\d+)*")
_COG: Final = re.compile(r"(?<![0-9A-Z])(\d{5}|2[AB]\d{3})(?![0-9A-Z])")
_SEXES: Final = {
    "f": "F",
    "feminin": "F",
    "femme": "F",
    "female": "F",
    "m": "M",
    "masculin": "M",
    "homme": "M",
    "male": "M",
    "h": "M",
}
CAPTION: Final = re.compile(r"INS\s+[àa]\s+scanner", re.IGNORECASE)
_NAME_END: Final = re.compile(r"\s{3,}|\t|\s*[|;•·]\s*|,|\s\(|\s\[")


@dataclass(frozen=True, slots=True)
class PagePlaces:
    """Where the values of a page go."""

    file: str
    page: int

    def place(self, line: Line, start: int = 0, end: int | None = None) -> Place:
        """Return a place in a line."""
        return Place(
            kind=PlaceKind.LINE, file=self.file, page=self.page, line=line.number, box=line.box(start, end)
        )


def read_page(lines: Sequence[Line], places: PagePlaces, *, form: Format = Format.PDF) -> IdentityRecord:
    """Return what a page tells about its patient; whatever has no known label is left out."""
    values: list[Value] = []
    identifiers: list[Identifier] = []
    for index, line in enumerate(lines):
        values.extend(_labelled(line, lines[index + 1 : index + 4], places))
        values.extend(mailboxes(line.text, places.place(line)))
        identifiers.extend(
            _numbers(line, lines[index - 1] if index else None, lines[index + 1 : index + 3], places, values)
        )
    place = Place(kind=PlaceKind.LINE, file=places.file, page=places.page)
    return IdentityRecord(
        format=form, values=tuple(_settle(values)), identifiers=tuple(identifiers), place=place
    )


def plain(text: str) -> str:
    """Return a text in lower case and without accents, of the same length."""
    return "".join(unicodedata.normalize("NFD", one)[0].lower()[:1] or one for one in text)


def french_date(text: str) -> tuple[str, int, int] | None:
    """Return the first date of a text as ``AAAA-MM-JJ``, with its start and end."""
    match = _DATE.search(text)
    if match is None:
        return None
    if match[1]:
        day, month, year = match[1], match[2], match[3]
    elif match[4]:
        year, month, day = match[4], match[5], match[6]
    else:
        word = plain(match[8])
        number = next(
            (
                index
                for index, name in enumerate(_MONTHS, 1)
                if word.startswith(name[:4]) or name.startswith(word)
            ),
            None,
        )
        if number is None:
            return None
        day, month, year = match[7], str(number), match[9]
    return f"{year}-{int(month):02d}-{int(day):02d}", match.start(), match.end()


def _labelled(line: Line, below: Sequence[Line], places: PagePlaces) -> Iterator[Value]:
    simple = plain(line.text)
    found = list(_LABEL.finditer(simple))
    for position, match in enumerate(found):
        name = match.lastgroup or ""
        if name == "other" and _PLAIN_FIRST.fullmatch(match[0]):
            trait = Trait.FIRST_NAME if "s" not in match[0].replace("(s)", "s")[6:] else Trait.FIRST_NAMES
        elif name.startswith("t") and name[1:].isdecimal():
            trait = _LABELS[int(name[1:])][0]
        else:
            continue
        end = found[position + 1].start() if position + 1 < len(found) else len(line.text)
        value = _value(trait, line, match.end(), end, places) or _under(trait, line, match, below, places)
        if value is not None:
            yield value


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
        code = _COG.search(raw)
        return (
            _made(trait, line, (start + code.start(1), start + code.end(1)), code[1], places)
            if code
            else None
        )
    if trait is Trait.SEX:
        word = re.match(r"[A-Za-zéÉ]+", raw)
        sex = _SEXES.get(plain(word[0])) if word else None
        return _made(trait, line, (start, start + word.end()), sex, places) if word and sex else None
    stop = _NAME_END.search(raw)
    name = raw[: stop.start()] if stop else raw
    name = name.rstrip(" :.-–—/")
    if not re.search(r"[^\W\d_]", name) or len(name) > 120:  # noqa: PLR2004 - no name but a sentence
        return None
    return _made(trait, line, (start, start + len(name)), " ".join(name.split()), places)


def _under(
    trait: Trait, line: Line, label: re.Match[str], below: Sequence[Line], places: PagePlaces
) -> Value | None:
    """Look under a label that stands at the head of a column."""
    rest = line.text[label.end() :]
    if (
        re.match(r"[\s:.]*[^\s\t:.]", rest)
        and not re.match(r"[\s:.]*\t", rest)
        and not _LABEL.match(plain(rest).lstrip(" :\t"))
    ):
        return None
    left, _, width, _ = line.box(label.start(), label.end())
    for other in below:
        if other.top - line.top > 4 * max(line.height, 8.0):
            return None
        for start, end in _columns(other.text):
            box = other.box(start, end)
            overlaps = box[0] < left + width and box[0] + box[2] > left - 2
            if overlaps and not _LABEL.match(plain(other.text[start:end])):
                return _value(trait, other, start, end, places)
        if any(True for _ in _LABEL.finditer(plain(other.text))):
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
    labels = [match for match in _LABEL.finditer(plain(line.text)) if match.lastgroup == "matricule"]
    known = [(number, start, end) for number, start, end in find_matricules(line.text)]
    for label in labels:
        match = _DIGITS.search(line.text, label.end())
        near = match and not re.search(
            r"[^\W\d_]{4,}",
            re.sub(r"(?i)INS|NIR|NIA|test|matricule|num[ée]ro", "", line.text[label.end() : match.start()]),
        )
        if match and near and not any(start <= match.start() < end for _, start, end in known):
            known.append((compact(match[0]), match.start(), match.end()))
    for number, start, end in known:
        before, after = line.text[:start], line.text[end:]
        nature = _AFTER.match(after)
        labelled = any(label.end() <= start for label in labels) or _label_above(line, start, above)
        if after.startswith("@"):
            # The address of a patient, read apart.
            continue
        if _BILLED.match(after) or (_BILLING.search(before.rpartition("\t")[2]) and not labelled):
            continue
        if not labelled and not nature:
            continue
        digits = Value(
            trait=Trait.MATRICULE,
            text=line.text[start:end],
            place=places.place(line, start, end),
            normal=number,
            display=True,
        )
        if len(number) > 15:  # noqa: PLR2004 - an old INS-C of 22 digits
            yield Identifier(kind=IdKind.INS_C, number=digits, oid=None, place=digits.place)
            continue
        told = nature or _next_line_nature(line, below, start, end)
        if told:
            where = (
                places.place(line, end + told.start(1), end + told.end(1)) if told is nature else digits.place
            )
            values.append(
                Value(trait=Trait.NATURE, text=told[1], place=where, normal=told[1].upper(), display=True)
            )
        elif told_before := _label_nature(line, labels, start, places):
            values.append(told_before)
        elif not is_matricule(number) and len(number) not in {13, 14, 15}:
            continue
        yield Identifier(kind=IdKind.INS, number=digits, oid=_oid(line, below, places), place=digits.place)


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
    for match in _LABEL.finditer(plain(above.text)):
        box = above.box(match.start(), match.end())
        if match.lastgroup == "matricule" and box[0] - 5 <= left <= box[0] + box[2] + 5:
            return True
    return False


def _next_line_nature(line: Line, below: Sequence[Line], start: int, end: int) -> re.Match[str] | None:
    """Find a nature in a further column of the line, or alone right under the number."""
    rest = line.text[end:]
    column = re.search(r"\t\s*(?:nature\s*:?\s*)?[(\[]?(?:INS[\s-]*)?(NIR|NIA)\b", rest, re.IGNORECASE)
    if column:
        return column
    for other in below[:1]:
        if other.top - line.top <= 3 * max(line.height, 8.0):
            left, _, width, _ = line.box(start, end)
            for first, last in _columns(other.text):
                box = other.box(first, last)
                alone = re.fullmatch(
                    r"[\s(\[]*(?:nature\s*:?\s*)?(?:INS[\s-]*)?(NIR|NIA)\b(?:\s+de\s+test)?[\s)\]]*",
                    other.text[first:last],
                    re.IGNORECASE,
                )
                if alone and box[0] < left + width and box[0] + box[2] > left:
                    return alone
    return None


def _oid(line: Line, below: Sequence[Line], places: PagePlaces) -> Value | None:
    for one in (line, *below):
        match = _OID.search(one.text)
        if match and match[0] in INS_OIDS:
            place = places.place(one, match.start(), match.end())
            return Value(trait=Trait.OID, text=match[0], place=place, normal=match[0], display=True)
    return None


def _settle(values: list[Value]) -> Iterator[Value]:
    """Keep the values once, a list of given names without the first one that ANS prints after it in brackets."""
    seen: set[tuple[Trait, str]] = set()
    for value in values:
        key = (value.trait, value.normal)
        if key not in seen:
            seen.add(key)
            yield value
