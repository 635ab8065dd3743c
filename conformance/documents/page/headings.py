"""Titles and feet of pages: short lines that tell, without any label, whose document it is; and fields of a template left as they are.

A title is filled by another piece of code than the page, and survives a correction of it. What stands there bears no label: a birth date is
known by the words before it, or because it is older than any document that an INS could stand in (documents notes F13, ECO.2.1.5).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from conformance.documents.numbers import find_matricules
from conformance.documents.page.labels import french_date, of_somebody_else, plain
from conformance.documents.page.people import is_around
from conformance.documents.problems import Quote, inferred, official
from conformance.documents.record import NAMES, Place, PlaceKind, Trait
from simulator.ins.traits import comparison_key
from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from conformance.documents.document import Document
    from conformance.documents.problems import Problem
    from conformance.documents.record import IdentityRecord

_LONGEST: Final = 300
_PAGE: Final = re.compile(
    r"\bpages?\b\D{0,5}\d{1,3}\s{0,2}(?:/|sur|de|-)\s{0,2}\d{1,3}\b|\bp\.\s?\d{1,3}\s?/\s?\d{1,3}\b",
    re.IGNORECASE,
)
_BORN: Final = re.compile(r"\bne\(?e?\)?[ _-]{1,3}le\b|\bd\.?d\.?n\b|naiss", re.IGNORECASE)
_PACKED: Final = re.compile(r"(?<!\d)(?:(\d{2})(\d{2})((?:19|20)\d{2})|((?:19|20)\d{2})(\d{2})(\d{2}))(?!\d)")
_HEAD: Final = re.compile(
    r"\bn[ée]\(?e?\)?\s{1,3}le\b|\b(?:page|dossier|patiente?|ipp|ddn|sexe)\b|[\s(–-][FM]\)?\s{0,3}$",
    re.IGNORECASE,
)
"""Words of a line that says whose page it is."""
_ANY_DATE: Final = re.compile(
    r"(?<!\d)\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4}(?!\d)|\d{1,2}(?:er)?\s+[^\W\d]{3,9}\.?\s+\d{4}"
)
_OLDEST: Final = 2016
"""The year before which no document bears an INS, nor speaks of one that does; the INS is in use since 2021."""
_OLDER: Final = 2000
"""The same for a date beside which no name stands: it may be that of a treatment or of a lot."""
_AFTER_NAME: Final = re.compile(r"\b[A-Z][A-Za-z'’-]{1,40}\s[A-Z][A-Za-z'’-]{1,40}[\s,(_–-]{1,4}$")
_NO_BIRTH: Final = re.compile(
    r"\b(?:depuis|lot|ref|no?|n°|version|arrete|loi|decret)\b[^\w]{0,3}(?:le|du)?[^\w]{0,3}$"
)
_MONTHS, _DAYS = 12, 31
_FIELD: Final = re.compile(
    r"\{\{\s{0,3}[A-Za-z][\w.]{1,40}\s{0,3}\}\}|\$\{[A-Za-z][\w.]{1,40}\}|<%=?\s{0,3}[A-Za-z][\w.]{1,40}\s{0,3}%>|@@[A-Z_]{2,40}@@"
    r"|[\[<«]\s?(?:NOM|PRENOMS?|DDN|IPP|COG|(?:NOM|PRENOM|DATE)_[A-Z_]{2,20})\s?[\]>»]"
    r"|\$[A-Z][A-Z_]{2,40}\$|##[A-Z_]{2,40}##|\[%?[A-Z]{2,20}_[A-Z_]{2,20}%?\]|%[A-Z][A-Z_]{2,40}%"
)
"""Fields of the usual templates, unfilled."""
_OF_A_PROGRAM: Final = frozenset({"null", "(null)", "undefined", "None", "nan", "NaN"})


_CIVIL: Final = re.compile(
    r"\b(?:Mmes?|Mlle|Mr|M\.|Monsieur|Madame|Mademoiselle|MME|MLLE|MR|MONSIEUR|MADAME)[ \u00a0]{1,3}((?:[^\W\d_][\w'’.-]{0,40}[ \u00a0]{0,2}){1,5})"
)
"""A civility and the words after it: a title that names somebody."""
_SHORTEST: Final = 3
_OF_A_PATIENT: Final = re.compile(
    r"\b(?:bilan|note|compte[ -]rendu|entretien|fiche|dossier|rapport|plan|vaccin\w{0,8}|ordonnance|synthese|suivi|certificat|resultats?|patiente?)\b"
)
_LETTERHEAD: Final = re.compile(
    r"\b(?:pharmac\w{1,6}|officine|cabinet|courrier|lettre|par|docteur|dr|le dr|aux? soins)\b"
)
"""Words of a title that names who writes it, or to whom."""


def _named_by_title(text: str, records: Sequence[IdentityRecord]) -> str:
    """Return the words that a title gives after a civility, when none of them, in capitals, is a name of the patient."""
    known = {
        word
        for record in records
        for trait in NAMES
        for value in record.of(trait)
        for word in re.findall("[A-Z]+", comparison_key(value.normal))
    }
    for match in _CIVIL.finditer(text) if known else ():
        told = [
            word
            for name in re.findall(r"[A-Z][A-Z'’-]{2,40}\b", match[1])
            for word in re.findall("[A-Z]+", comparison_key(name))
        ]
        before = plain(text[: match.start()])
        around = of_somebody_else(text, match.start()) or is_around(text) or _LETTERHEAD.search(before)
        if not _OF_A_PATIENT.search(before):
            continue
        if (
            any(len(word) >= _SHORTEST for word in told)
            and not known & set(_in_capitals(text))
            and not around
        ):
            return match[0].strip()
    return ""


def _in_capitals(text: str) -> list[str]:
    return re.findall("[A-Z]+", comparison_key(text))


def of_heading(text: str, records: Sequence[IdentityRecord], place: Place, *rules: str) -> Iterator[Problem]:
    """Yield the birth date that a title gives and that is not the patient's; a title that also gives theirs is right.

    Args:
        text: the title, on one line or several.
        records: the patients of the document.
        place: of the title.
        rules: that answer for it, besides F13.
    """
    known = {value.normal for record in records for value in record.of(Trait.BIRTH_DATE)}
    if not known or len(text) > _LONGEST:
        return
    if named := _named_by_title(text, records):
        said = Text(
            f"ce titre nomme {named}, qui n’est pas le patient du document : à regarder",
            f"this title names {named}, who is not the patient of the document: to be looked at",
        )
        yield inferred("heading-names-another", said, "F13", *rules, at=(Quote(place, text.strip()[:80]),))
    found = list(_dates(text))
    if any(date in known for date, _ in found):
        return
    for date, start in found:
        told = plain(text[:start])
        oldest = _OLDEST if _AFTER_NAME.search(text[:start]) else _OLDER
        is_birth = _BORN.search(told[-25:]) or (int(date[:4]) < oldest and not _NO_BIRTH.search(told))
        if is_birth and not of_somebody_else(text, start) and not is_around(text):
            said = Text(
                f"ce titre ou pied de page porte une date qui semble de naissance ({date}) et n’est pas celle du patient : à regarder",
                f"this title or foot of a page bears a date that looks like one of birth ({date}) and is not the patient's: to be looked at",
            )
            # With the number of somebody else besides, there is nothing to be looked at.
            make = official if _numbers_another(text, records) else inferred
            yield make("heading-of-another", said, "F13", *rules, at=(Quote(place, text.strip()[:80]),))
            return


def _numbers_another(text: str, records: Sequence[IdentityRecord]) -> bool:
    """Tell whether a title bears a matricule that is none of the patients of the document."""
    known = {value.normal for record in records for value in record.of(Trait.MATRICULE)}
    return bool(known) and any(number not in known for number, _, _ in find_matricules(text))


def feet(text: str) -> Iterator[str]:
    """Yield the lines of a page that number it."""
    if "age" in text or "AGE" in text or "p." in text:
        yield from (line for line in text.splitlines() if _PAGE.search(line))


def heads(pages: Iterable[str]) -> Iterator[str]:
    """Yield the first lines of further pages that head them: anything else there may be the first line of a table of treatments."""
    for page in pages:
        first = page.lstrip().partition("\n")[0]
        if _HEAD.search(first):
            yield first


def _dates(text: str) -> Iterator[tuple[str, int]]:
    """Yield the dates of a line as ``AAAA-MM-JJ``, with where they begin."""
    for match in _ANY_DATE.finditer(text):
        if date := french_date(match[0]):
            yield date[0], match.start()
    for match in _PACKED.finditer(text):
        day, month, year = (match[1], match[2], match[3]) if match[3] else (match[6], match[5], match[4])
        if 0 < int(month) <= _MONTHS and 0 < int(day) <= _DAYS:
            yield f"{year}-{month}-{day}", match.start()


_SPOILT: Final = re.compile(r"Ã[\u0080-\u00bf]|â€[\u0090-\u00bf™œ“”˜]|Â[\u00a0-\u00bf]|ï¿½|\ufffd")
"""What letters of UTF-8 become when they are read as Latin ones, once or twice; and the mark of what could not be read."""


def spoilt_letters(document: Document) -> Iterator[Problem]:
    """Yield the first place where a text shows that it was read in another encoding than it was written in."""
    found = _SPOILT.search(document.text)
    if found:
        said = Text(
            "des lettres accentuées sont abîmées : le texte a été lu dans un autre encodage que le sien, à regarder",
            "accented letters are spoilt: the text was read in another encoding than its own, to be looked at",
        )
        place = Place(kind=PlaceKind.FILE, file=document.name)
        around = document.text[max(0, found.start() - 20) : found.end() + 20].replace("\n", " ")
        yield inferred("letters-spoilt", said, "F11", at=(Quote(place, around),))


def template_left(document: Document) -> Iterator[Problem]:
    """Yield the fields of a template that nobody filled, and the words by which programs say that there is nothing."""
    for match in _FIELD.finditer(document.text) if any(one in document.text for one in "{$%@#[<«") else ():
        said = Text(
            "un champ du modèle est resté tel quel : à regarder",
            "a field of the template was left as it is: to be looked at",
        )
        place = Place(kind=PlaceKind.FILE, file=document.name)
        yield inferred("template-field-left", said, at=(Quote(place, match[0]),))
        break
    for record in document.records:
        for value in (value for trait in NAMES for value in record.of(trait)):
            if value.text.strip() in _OF_A_PROGRAM:
                said = Text(
                    f"{value.trait.text.fr} : « {value.text} » est ce qu’un programme écrit quand il n’a rien",
                    f"{value.trait.text.en}: “{value.text}” is what a program writes when it has nothing",
                )
                yield inferred("value-of-a-program", said, "F11", at=(value,))
