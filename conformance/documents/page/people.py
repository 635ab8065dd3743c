"""Whom a running text tells of: a narrative or a page of an archive that names another patient than its document, without a number.

A template filled with the values of the patient before gives no INS of somebody else when it prints none; a person reads the
name and the birth date all the same (documents notes F13, ECO.2.1.5). Only what bears the label of a trait of birth is compared.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from conformance.documents.page.labels import LABEL, LABELS, french_date, of_somebody_else, plain
from conformance.documents.problems import Quote, inferred, official
from conformance.documents.record import Trait
from simulator.ins.traits import comparison_key
from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lxml import etree

    from conformance.documents.problems import Problem
    from conformance.documents.record import IdentityRecord, Place

_MAY_TELL: Final = re.compile(
    r"\bn[ée]\s?\(?e?\)?\s+le\b|naiss|nais\.|\bd\.?d\.?n\b|\bpatient(?:e|\s?\(e\)|·e)?\s{0,9}:", re.IGNORECASE
)
"""What a text without any label lacks: most are not looked at further."""
_LABELLED_DATE: Final = re.compile(r"date|d\.?\s?d\.?\s?n")
_BREAKS: Final = frozenset({"tr", "paragraph", "item", "br", "caption", "list", "table", "text", "title"})
_CELLS: Final = frozenset({"td", "th"})
_LONGEST: Final = 20_000
_BORN: Final = re.compile(r"\bn[ée]\s?\(?e?\)?\s+le\b:?", re.IGNORECASE)
_CLAUSE: Final = 60
"""Characters before « né(e) le » among which the name stands."""
_NAME: Final = re.compile(r"[\s:]{0,9}([^\r\n\t;:|]{2,80})")
_IN_CAPITALS: Final = re.compile(r"(?:[^\s,.]+[.,]?\s+){0,3}[A-Z][A-Z'-]+\b")
"""A name among the first words after « Patient : »; anything else is a sentence."""
_RELATIVE: Final = re.compile(r"\b(?:enfants?|soeur|conjointe?|accouchement|grossesse)\b")
_AROUND: Final = re.compile(
    r"\b(?:mere|pere|parente?s?|conjointe?|epou(?:x|se)|representante?|tut(?:eur|rice)|assure|ouvrant|aidante?|contact|confiance|prevenir"
    r"|fils|fille|bebe|frere|soeur|jume(?:au|lle)|enfants?|donneur|entourage|famil\w{1,9})\b"
)
"""Words of a text about people around the patient."""
_LABELS_OF_NAMES: Final = re.compile(r"\bnom\s{1,3}de\s{1,3}(?:famille|jeune\s{1,3}fille)\b")
"""Labels that hold such a word and say nothing of anybody else."""
_TRAITS: Final = frozenset({Trait.BIRTH_NAME, Trait.BIRTH_DATE})
_NAMES: Final = (Trait.BIRTH_NAME, Trait.USED_NAME)
_ALL_NAMES: Final = (*_NAMES, Trait.FIRST_NAME, Trait.FIRST_NAMES, Trait.USED_FIRST_NAME)
_WHOLE_NAME: Final = 5
"""Words of a name with its title; more are a sentence."""
_NO_NAME: Final = re.compile(
    r"\b(?:A|AU|AUX|EN|SANS|AVEC|SOUS|NON|OUI|PAS|VUE?|SEULE?|ET|OU|VOIR"
    r"|[A-Z]{2,20}(?:IQUES?|EUX|EUSES?|INES?|OSES?|ITES?|EES?|ENTE?S?|ANTE?S?|ABLES?|IONS?|URES?))\b"
)
"""Words in capitals of a finding rather than of a name: « PATIENT : ALLERGIQUE PÉNICILLINE »."""
_CAPITALS: Final = re.compile(r"\b[A-Z][A-Z'-]{2,40}\b")


def lines_of(element: etree._Element) -> str:
    """Return a narrative as lines: cells of a row by tabs, rows and paragraphs apart."""
    told: list[str] = []
    for event, one in _walk(element):
        name = str(one.tag).rpartition("}")[2] if isinstance(one.tag, str) else ""
        if event == "start":
            told.append((one.text or "") if name else "")
        else:
            told.append("\t" if name in _CELLS else "\n" if name in _BREAKS else "")
            told.append(one.tail or "" if one is not element else "")
    return "".join(told)


def is_around(text: str) -> bool:
    """Tell whether a text speaks of people around the patient."""
    return _AROUND.search(_LABELS_OF_NAMES.sub("", plain(text))) is not None


def may_name(text: str) -> bool:
    """Tell at little cost whether a text may bear the label of a trait; its place need not be known otherwise."""
    return _MAY_TELL.search(text) is not None


def of_other_people(
    text: str, records: Sequence[IdentityRecord], place: Place, *rules: str, context: str = ""
) -> Iterator[Problem]:
    """Yield the labelled name and birth date of a text that are not those of the patient of its document.

    Another name and another date where the patient is not named at all are somebody else. One of them alone is for a person to
    look at, and what is said to be of a relative or of a professional is of nobody here.

    Args:
        text: as a reader sees it.
        records: the patients of the document.
        place: of the text.
        context: the heading that the text stands under.
        rules: that answer for it, besides F13.
    """
    if not _MAY_TELL.search(text) or len(text) > _LONGEST:
        return
    names = {_words(value.normal) for record in records for trait in _NAMES for value in record.of(trait)}
    dates = {value.normal for record in records for value in record.of(Trait.BIRTH_DATE)}
    if not names or not dates:
        return
    told = _words(text)
    named = any(name and name in told for name in names)
    labelled = list(_labelled(text))
    if any(value in dates for _, value, _, label in labelled) and not named:
        # A name that the document does not give, with its birth date: the patient under a used name.
        labelled = [one for one in labelled if not one[3].startswith("patient")]
    joined = {name.replace(" ", "") for name in names}
    others = {
        trait: (shown, label)
        for trait, value, shown, label in labelled
        if value not in dates and value.replace(" ", "") not in joined
    }
    name, date = others.get(Trait.BIRTH_NAME), others.get(Trait.BIRTH_DATE)
    if named:
        # Under its whole label a date is the patient's; « né le » may be told of a child.
        told_date = (
            date[0] if date and _LABELLED_DATE.match(date[1]) else _born_after_name(text, names, dates)
        )
        if told_date:
            yield inferred("text-birth-date-differs", _DATE, "F13", *rules, at=(Quote(place, told_date),))
    elif name and date:
        at = (Quote(place, name[0]), Quote(place, date[0]))
        # A heading may say that all below is about a relative.
        make = inferred if is_around(f"{context}\n{text}") else official
        yield make("text-of-another-person", _OTHER, "F13", *rules, at=at)
    elif one := (name if name and not name[1].startswith("patient") else None) or (
        date if date and _LABELLED_DATE.match(date[1]) else None
    ):
        yield inferred("text-of-another-person", _OTHER, "F13", *rules, at=(Quote(place, one[0]),))
    elif stranger := _stranger(text, labelled, dates, _known_words(records)):
        yield inferred("text-of-another-person", _OTHER, "F13", *rules, at=(Quote(place, stranger),))


_OTHER: Final = Text(
    "ce texte nomme une autre personne que le patient du document, et jamais celui-ci",
    "this text names another person than the patient of the document, and never the patient",
)
_DATE: Final = Text(
    "ce texte donne au patient une autre date de naissance que le document",
    "this text gives the patient another birth date than the document",
)


def _stranger(
    text: str, labelled: Sequence[tuple[Trait, str, str, str]], dates: set[str], known: set[str]
) -> str:
    """Return a whole name that shares no word with those of the patient: after « Patient : », or before « né(e) le » and another date."""
    for trait, words, shown, label in labelled:
        told = words.split()
        is_name = trait is Trait.BIRTH_NAME and label.startswith("patient") and 1 < len(told) <= _WHOLE_NAME
        if is_name and not known & set(told) and not _NO_NAME.search(words):
            return shown
    for match in _BORN.finditer(text):
        start = max(0, match.start() - _CLAUSE)
        # The name may stand on the line above.
        line = re.split(r"[\r\n]", text[start : match.start()].rstrip(" (\r\n"))[-1]
        before = re.split(r"[;:]|\.(?! )", line)[-1]
        date = french_date(text[match.end() : match.end() + 30])
        told = _CAPITALS.findall(before)
        if not date or date[1] > 1 or date[0] in dates or not told or known & set(_words(before).split()):
            continue
        if not is_around(line) and not of_somebody_else(line, len(line)):
            return before.strip()
    return ""


def _known_words(records: Sequence[IdentityRecord]) -> set[str]:
    return {
        word
        for record in records
        for trait in _ALL_NAMES
        for value in record.of(trait)
        for word in _words(value.normal).split()
    }


def _born_after_name(text: str, names: set[str], dates: set[str]) -> str:
    """Return the date of « NOM prénom né(e) le » that is not the patient's, whose name stands right before; or nothing."""
    for match in _BORN.finditer(text):
        before = re.split(r"[\r\n.;:(]", text[max(0, match.start() - _CLAUSE) : match.start()])[-1]
        told = _words(before)
        date = french_date(text[match.end() : match.end() + 30])
        if (
            date
            and date[1] <= 1
            and date[0] not in dates
            and any(name and name in told for name in names)
            and not is_around(before)
        ):
            return text[match.end() + date[1] : match.end() + date[2]]
    return ""


def _labelled(text: str) -> Iterator[tuple[Trait, str, str, str]]:
    """Yield the trait, the value in the form in which it is compared, the value as shown, and its label."""
    lines = re.split(r"[\r\n]+", text)
    for number, line in enumerate(lines):
        below = lines[number + 1] if number + 1 < len(lines) else ""
        for match in LABEL.finditer(plain(line)):
            name = match.lastgroup or ""
            trait = LABELS[int(name[1:])][0] if name[1:].isdecimal() else None
            if match[0].startswith("patient"):
                trait = Trait.BIRTH_NAME
            if trait not in _TRAITS or of_somebody_else(line, match.start()) or _RELATIVE.search(plain(line)):
                continue
            shown = _value(line, match.end(), below)
            if trait is Trait.BIRTH_DATE:
                date = french_date(shown)
                if date is not None and not shown[: date[1]].strip():
                    yield trait, date[0], shown[date[1] : date[2]], match[0]
            elif (words := _words(shown)) and (
                not match[0].startswith("patient") or _IN_CAPITALS.match(shown)
            ):
                yield trait, words, shown, match[0]


def _value(line: str, start: int, below: str) -> str:
    """Return what stands after a label, in the next cell, or under it when that cell is a label too."""
    found = _NAME.match(line, start)
    told = found[1].strip() if found else ""
    if (further := LABEL.search(plain(told))) and further.start():
        told = told[: further.start()].rstrip(" -–,(")
    if "\t" in line and (not told or LABEL.match(plain(told))):
        cells = below.split("\t")
        column = line.count("\t", 0, start)
        return cells[column].strip() if column < len(cells) else ""
    return told


def _words(text: str) -> str:
    """Return the words of a text in upper case without accents, each between spaces."""
    return f" {' '.join(re.findall('[A-Z]+', comparison_key(text)))} " if text.strip() else ""


def _walk(element: etree._Element) -> Iterator[tuple[str, etree._Element]]:
    """Yield the beginning and the end of each element below one, in order."""
    waiting: list[tuple[str, etree._Element]] = [("start", element)]
    while waiting:
        event, one = waiting.pop()
        yield event, one
        if event == "start":
            waiting.append(("end", one))
            waiting.extend(("start", inside) for inside in reversed(one))
