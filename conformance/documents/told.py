"""What a text that no format of exchange knows tells of its patient by labels: values that are not theirs, and what lacks beside the INS.

Only a text that is known to be of the person expected is held against them: it gives their INS, or one of their traits by its label.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from conformance.documents.comparing import loosely_same
from conformance.documents.expecting import differing
from conformance.documents.numbers import called_ins, find_without_key, is_called_ins, spoilt_ins
from conformance.documents.page.cells import PagePlaces
from conformance.documents.page.labels import french_date, of_somebody_else, plain
from conformance.documents.page.paper import read_page
from conformance.documents.page.people import is_around
from conformance.documents.page.plain_lines import plain_lines
from conformance.documents.problems import Quote, official
from conformance.documents.record import Place, PlaceKind, Trait
from simulator.ins.matricule import NUMBER_LENGTH
from simulator.ins.traits import comparison_key
from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from conformance.documents.expected import Expected
    from conformance.documents.page.text import Line
    from conformance.documents.problems import Problem
    from conformance.documents.record import IdentityRecord, Value

_NAMING: Final = (Trait.BIRTH_NAME, Trait.FIRST_NAME, Trait.FIRST_NAMES, Trait.BIRTH_DATE)
_TRAITS: Final = (*_NAMING, Trait.SEX, Trait.BIRTH_PLACE)
_GIVEN: Final = frozenset({Trait.FIRST_NAME, Trait.FIRST_NAMES})
_SEX_TOLD: Final = re.compile(
    r"\b(?:m|f|h|mr|mme|mlle|madame|mademoiselle|monsieur|masculin|feminin|homme|femme|garcon|fille|male|female|sexe?|genre|gender)\b"
)
"""Words of which one at least stands where a sex is told."""
_NATURE: Final = re.compile(r"[\s(\[–—-]{0,4}(NI[RA])\b", re.IGNORECASE)
_PLAIN_FIRST: Final = re.compile(
    r"((?:^|\t) {0,9}pr[ée]noms?)(?= {0,9}(?:\t|\.{3}| {3}))", re.IGNORECASE | re.MULTILINE
)
"""A plain label in a cell of its own, which a colon would follow elsewhere."""
_MAIDEN: Final = re.compile(r"jeune\s{1,3}fille")
_CUT: Final = 15
"""Letters of a long name that a narrow label shows."""
_BLOCK: Final = 2
"""As many traits with their labels are an identity that is told."""
_DATES: Final = 200
"""Dates of a text that are looked at; a text of more is no letter that lacks one."""
_SLIPS: Final = 2
"""A number that differs from another in no more characters is that one, spoilt."""


@dataclass(frozen=True, slots=True)
class _Lines(PagePlaces):
    """Where the values of a text go: it has lines, and no page."""

    def place(self, line: Line, start: int = 0, end: int | None = None) -> Place:  # noqa: ARG002 - a text has no boxes
        return Place(kind=PlaceKind.FILE, file=self.file, line=line.number)


def told_traits(words: str, name: str, expected: Expected, *, is_letter: bool = True) -> Iterator[Problem]:
    """Yield the labelled traits of a text that are not those expected, and what an identity told with its INS leaves out.

    Args:
        words: what a reader sees.
        name: of the document.
        expected: the person whose text it has to be; nothing is told without one.
        is_letter: it stands alone, and has to tell the traits that belong beside an INS (DOC-01).
    """
    number = expected.of(Trait.MATRICULE)
    if number is None:
        return
    has_number = any(told == number for told, _, _ in called_ins(words))
    record = _read(words, name)
    right = {trait for trait in _NAMING if _is_right(record.first(trait), expected)}
    wrong = {trait for trait in _NAMING if record.first(trait) and trait not in right}
    if has_number or (right and len(wrong) == 1) or (len(right) > len(wrong)):
        yield from differing(_without_lists_told(record, words, expected), expected, _TRAITS)
    yield from _other_nature(words, number, expected, record.place)
    if is_letter and expected.is_qualified and has_number:
        yield from _left_out(words, record, expected)
    yield from _without_key(words, number, record.place)


def _read(words: str, name: str) -> IdentityRecord:
    """Return what the labels of a text tell; what is said to be of somebody else is left out."""
    lines: Sequence[Line] = plain_lines(_PLAIN_FIRST.sub(r"\1 :", words))
    record = read_page(lines, _Lines(name, 1))
    told = {line.number: line.text for line in lines}

    def is_own(value: Value) -> bool:
        line = told.get(value.place.line or 0, "")
        before = line[: max(0, line.find(value.text))]
        return not (of_somebody_else(before, len(before)) or is_around(before.rpartition("\t")[2]))

    # A colon is no more than another way of writing here: what stands elsewhere too is for a person to look at. The first of
    # the given names always stands in their list.
    return replace(
        record,
        values=tuple(
            replace(value, beside=value.beside and value.trait is Trait.FIRST_NAME)
            for value in record.values
            if is_own(value)
        ),
        place=Place(kind=PlaceKind.FILE, file=name),
    )


def _without_lists_told(record: IdentityRecord, words: str, expected: Expected) -> IdentityRecord:
    """Leave out the list of a text that tells the one expected somewhere, with whatever signs between the names."""
    wanted = _letters(expected.of(Trait.FIRST_NAMES) or "")
    if not wanted or wanted not in _letters(words):
        return record
    return replace(record, values=tuple(one for one in record.values if one.trait is not Trait.FIRST_NAMES))


def _letters(text: str) -> str:
    return "".join(one for one in comparison_key(text) if one.isalpha())


def _other_nature(words: str, number: str, expected: Expected, place: Place) -> Iterator[Problem]:
    """Yield the nature right after the number expected where it is the other one (MAT-04)."""
    wanted = "NIA" if (expected.of(Trait.OID) or "").endswith(".9") else "NIR"
    for told, start, end in called_ins(words):
        nature = _NATURE.match(words, end)
        if told == number and nature is not None and nature[1].upper() != wanted:
            text = Text(
                f"nature {wanted} attendue, {nature[1]} trouvée",
                f"expected the nature {wanted}, got {nature[1]}",
            )
            yield official("nature-differs", text, "MAT-04", at=(Quote(place, words[start : nature.end()]),))


def _is_right(value: Value | None, expected: Expected) -> bool:
    if value is None:
        return False
    wanted = expected.of(value.trait)
    if value.trait is Trait.FIRST_NAME and wanted is None:
        wanted = (expected.of(Trait.FIRST_NAMES) or "").partition(" ")[0]
    return wanted is not None and loosely_same(value.trait, value.normal, wanted)


def _left_out(words: str, record: IdentityRecord, expected: Expected) -> Iterator[Problem]:
    """Yield the traits that are nowhere in a text that tells an identity with its INS."""
    labelled = {value.trait for value in record.values}
    kinds = {Trait.FIRST_NAME if trait in _GIVEN else trait for trait in labelled.intersection(_TRAITS)}
    joined = comparison_key(words).replace(" ", "")
    used = expected.of(Trait.USED_NAME)
    if len(kinds - {Trait.BIRTH_PLACE}) < _BLOCK and not (used and _is_in(joined, used)):
        return
    first = expected.of(Trait.FIRST_NAME) or (expected.of(Trait.FIRST_NAMES) or "").partition(" ")[0]
    missing = {
        Trait.BIRTH_NAME: not _is_in(joined, expected.of(Trait.BIRTH_NAME)),
        Trait.FIRST_NAME: not _is_in(joined, first),
        Trait.BIRTH_DATE: not _has_date(words, expected.of(Trait.BIRTH_DATE) or ""),
        Trait.SEX: _SEX_TOLD.search(_MAIDEN.sub("", plain(words))) is None,
    }
    for trait, is_missing in missing.items():
        if is_missing and not (trait in labelled or (trait in _GIVEN and labelled & _GIVEN)):
            text = Text(
                f"{trait.text.fr} : attendu en clair avec l’INS, non trouvé",
                f"{trait.text.en}: expected in clear with the INS, not found",
            )
            yield official("trait-not-printed", text, "DOC-01", at=(Quote(record.place, ""),))


def _is_in(joined: str, name: str | None) -> bool:
    wanted = comparison_key(name or "").replace(" ", "")
    return wanted[:_CUT] in joined


def _has_date(words: str, wanted: str) -> bool:
    year, _, rest = wanted.partition("-")
    month, _, day = rest.partition("-")
    digits = re.sub(r"[^0-9\n]", "", words)
    if f"{day}{month}{year}" in digits or f"{year}{month}{day}" in digits:
        return True
    at = 0
    for _ in range(_DATES):
        if (found := french_date(words[at:])) is None:
            return False
        if found[0] == wanted:
            return True
        at += found[2]
    return True


def _without_key(words: str, number: str, place: Place) -> Iterator[Problem]:
    if number in re.sub(r"\s", "", words):
        return
    for start, end in find_without_key(words, number):
        if is_called_ins(words, start, end):
            text = Text(
                f"15 caractères attendus, 13 trouvés : la clé manque ({number[NUMBER_LENGTH:]})",
                f"expected 15 characters, got 13: the key is missing ({number[NUMBER_LENGTH:]})",
            )
            yield official("matricule-without-key", text, "MAT-01", at=(Quote(place, words[start:end]),))


def spoilt_number(words: str, expected: Expected, place: Place) -> Iterator[Problem]:
    """Yield the number of the person expected where a text calls it an INS and gives it another key, or other digits."""
    number = expected.of(Trait.MATRICULE) or ""
    for told, start, end in spoilt_ins(words) if number else ():
        slips = sum(one != other for one, other in zip(told, number, strict=False))
        if number[:NUMBER_LENGTH] == told[:NUMBER_LENGTH]:
            text = Text(
                f"la clé du matricule devrait être {number[NUMBER_LENGTH:]}",
                f"the key of the matricule should be {number[NUMBER_LENGTH:]}",
            )
            yield official("matricule-key", text, "MAT-01", at=(Quote(place, words[start:end]),))
        elif len(told) == len(number) and slips <= _SLIPS:
            text = Text(
                f"matricule {number} attendu, {told} trouvé", f"expected the matricule {number}, got {told}"
            )
            yield official("matricule-differs", text, "DOC-01", "F12", at=(Quote(place, words[start:end]),))
