"""The fields of one row, object or card, made into the record of a patient."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from conformance.documents.exports.columns import Tells, tells
from conformance.documents.numbers import compact
from conformance.documents.page.labels import SEXES, french_date, plain
from conformance.documents.record import (
    INS_OIDS,
    Format,
    Identifier,
    IdentityRecord,
    IdKind,
    Trait,
    Value,
    kind_of,
)
from conformance.documents.values import compact_date
from simulator.ins.matricule import NUMBER_LENGTH

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from conformance.documents.record import Place

_SHEET_TEXT: Final = re.compile(r'="([^"]{0,400})"')
"""How a number is kept from a spreadsheet: ``="279…"``."""
_SEXES: Final = SEXES | {
    "1": "M",
    "2": "F",
    "masc": "M",
    "fem": "F",
    "h": "M",
    "monsieur": "M",
    "madame": "F",
}
_STATUSES: Final = (("qual", "QUAL"), ("vali", "VALI"), ("recup", "RECUP"), ("prov", "PROV"))
_BEFORE_WORDS: Final = re.compile(r"((?:urn:oid:)?\d{1,10}(?:\.\d{1,40}){3,20})[\s(\[,;–-].{0,100}")
"""An OID with its name after it."""
_NATURE_AFTER: Final = re.compile(r"[\s(\[–-]{0,4}(?:INS[\s-]?)?(NI[RA])\s?[)\]]?$")
_MOST: Final = 2000
"""Characters of a value that are looked at."""
_TRAITS: Final = {
    Tells.BIRTH_NAME: Trait.BIRTH_NAME, Tells.FIRST_NAME: Trait.FIRST_NAME, Tells.FIRST_NAMES: Trait.FIRST_NAMES,
    Tells.USED_NAME: Trait.USED_NAME, Tells.USED_FIRST_NAME: Trait.USED_FIRST_NAME,
}  # fmt: skip
_WHO: Final = frozenset({Tells.MATRICULE, Tells.BIRTH_NAME, Tells.PLAIN_NAME})
_AT_LEAST: Final = 3


@dataclass(frozen=True, slots=True)
class Field:
    """One value under its name."""

    label: str
    text: str
    place: Place
    within: str = ""

    @property
    def tells(self) -> Tells | None:
        """What it tells, if that is known."""
        return tells(self.label, self.within)


@dataclass(frozen=True, slots=True)
class Person:
    """One patient of a file."""

    record: IdentityRecord
    plain: tuple[tuple[Tells, Value], ...] = ()
    """Names of which the file does not say whether they are of birth."""
    missing: frozenset[Tells] = frozenset()
    """What has its place in the file and is left empty here."""
    billing: tuple[str, ...] = ()
    """Its numbers of social security, as written."""
    named: frozenset[Tells] = frozenset()
    """What has its place in the file."""


def is_of_people(kinds: Iterable[Tells | None]) -> bool:
    """Tell whether names of columns are those of a list of people: whom, and two more things about them."""
    known = {one for one in kinds if one is not None}
    return len(known) >= _AT_LEAST and bool(known & _WHO)


def person_of(fields: Sequence[Field], place: Place) -> Person | None:
    """Return the patient that fields tell, or nothing when they tell nobody."""
    told: dict[Tells, list[Field]] = {}
    named: set[Tells] = set()
    for one in fields:
        kind = one.tells
        if kind is None:
            continue
        named.add(kind)
        if text := cleaned(one.text):
            told.setdefault(kind, []).append(Field(one.label, text, one.place, one.within))
    if len(told) < 2 or not told.keys() & (_WHO | {Tells.BIRTH_DATE, Tells.FIRST_NAMES}):  # noqa: PLR2004 - a title or a total is nobody
        return None
    record = IdentityRecord(
        format=Format.EXPORT,
        values=tuple(_values(told)),
        identifiers=tuple(_identifiers(told, place)),
        place=place,
    )
    plain_names = tuple(
        (kind, _value(Trait.BIRTH_NAME if kind is Tells.PLAIN_NAME else Trait.FIRST_NAME, one, display=True))
        for kind in (Tells.PLAIN_NAME, Tells.PLAIN_FIRST_NAME)
        for one in told.get(kind, ())
    )
    return Person(
        record,
        plain_names,
        frozenset(named - told.keys()),
        tuple(one.text for one in told.get(Tells.BILLING, ())),
        frozenset(named),
    )


def cleaned(text: str) -> str:
    """Return a value without what a spreadsheet wraps it in."""
    short = text[:_MOST].strip()
    wrapped = _SHEET_TEXT.fullmatch(short)
    return (wrapped[1] if wrapped else short.removeprefix("'")).strip()


def _values(told: dict[Tells, list[Field]]) -> Iterable[Value]:
    for kind, trait in _TRAITS.items():
        for one in told.get(kind, ()):
            yield _value(trait, one, display=True)
    further = told.get(Tells.FURTHER, ())
    if further and Tells.FIRST_NAMES not in told and Tells.FIRST_NAME in told:
        first = told[Tells.FIRST_NAME][0]
        names = " ".join([first.text, *(one.text for one in further)])
        yield Value(
            trait=Trait.FIRST_NAMES, text=names, place=further[0].place, normal=names.upper(), display=True
        )
    yield from _of_birth(told)
    yield from _of_the_ins(told)


def _of_birth(told: dict[Tells, list[Field]]) -> Iterable[Value]:
    for one in told.get(Tells.SEX, ()):
        yield _value(Trait.SEX, one, normal=_SEXES.get(plain(one.text), one.text))
    for one in told.get(Tells.BIRTH_DATE, ()):
        yield _value(Trait.BIRTH_DATE, one, normal=_date(one.text))
    for one in told.get(Tells.BIRTH_PLACE, ()):
        if any(figure.isdecimal() for figure in one.text) and " " not in one.text:
            yield _value(Trait.BIRTH_PLACE, one)


def _of_the_ins(told: dict[Tells, list[Field]]) -> Iterable[Value]:
    for one in told.get(Tells.NATURE, ()):
        nature = one.text.upper().removeprefix("INS-").removeprefix("INS ").partition("-")[0].strip()
        if nature in {"NIR", "NIA"}:
            yield _value(Trait.NATURE, one, normal=nature)
    for one in told.get(Tells.MATRICULE, ()):
        if after := _NATURE_AFTER.search(one.text):
            yield _value(Trait.NATURE, one, normal=after[1])
    for one in told.get(Tells.STATUS, ()):
        known = next((code for start, code in _STATUSES if plain(one.text).startswith(start)), "")
        if known:
            yield _value(Trait.STATUS, one, normal=known)


def _value(trait: Trait, one: Field, *, normal: str | None = None, display: bool = False) -> Value:
    told = one.text if normal is None else normal
    return Value(
        trait=trait, text=one.text, place=one.place, normal=told.upper() if display else told, display=display
    )


def _date(text: str) -> str:
    """Return a date as ``AAAA-MM-JJ``: ISO with or without a time, French, or eight figures."""
    found = french_date(text)
    if found is not None and not text[: found[1]].strip():
        return found[0]
    french = re.fullmatch(r"(\d\d)(\d\d)(19\d\d|20\d\d)", text, re.ASCII)
    if french and int(french[2]) <= 12 and not re.match(r"(?:18|19|20)\d\d(?:0\d|1[0-2])", text):  # noqa: PLR2004 - a month
        return f"{french[3]}-{french[2]}-{french[1]}"
    slashed = re.match(r"(\d{4})/(\d\d)/(\d\d)(?!\d)", text, re.ASCII)
    return "-".join(slashed.groups()) if slashed else compact_date(text)


def _identifiers(told: dict[Tells, list[Field]], place: Place) -> Iterable[Identifier]:
    numbers = [one for one in told.get(Tells.MATRICULE, ()) if _may_be_number(one)]
    oids = told.get(Tells.OID, [])
    keys = told.get(Tells.KEY, [])
    for index in range(max(len(numbers), len(oids) if not numbers else 0)):
        number = numbers[index] if index < len(numbers) else None
        oid = oids[min(index, len(oids) - 1)] if oids else None
        bare = _bare(oid.text) if oid else ""
        if number is None and (bare not in INS_OIDS or Tells.MATRICULE in told):
            continue  # What stands in place of the number is none that can be read.
        value = None
        if number is not None:
            key = keys[0].text.zfill(2) if keys and len(compact(number.text)) == NUMBER_LENGTH else ""
            told_number = _NATURE_AFTER.sub("", number.text)
            value = _value(Trait.MATRICULE, number, normal=compact(told_number) + key)
        is_ins = oid is None or bare in INS_OIDS
        yield Identifier(
            kind=IdKind.INS if is_ins else kind_of(bare),
            number=value,
            oid=_value(Trait.OID, oid, normal=bare) if oid else None,
            type_code="INS",
            place=place,
        )


def _bare(oid: str) -> str:
    named = _BEFORE_WORDS.fullmatch(oid)
    return (named[1] if named else oid).removeprefix("urn:oid:")


def _may_be_number(one: Field) -> bool:
    """Tell whether a value can be meant as a matricule: « matricule » is a word of employers too, « INS » one for yes and no."""
    figures = sum(figure.isdecimal() for figure in one.text)
    return figures >= NUMBER_LENGTH - 1 or "E+" in one.text.upper()
