"""What documents of one person say of another: the bench knows everybody that it had the software make something about.

A generator that keeps a field, a title or a foot of a page of the document before tells of somebody else, under whatever
label, or none. A reader of one document cannot always know; whoever holds all the documents can (documents notes F13).
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

from conformance.documents.page.labels import LABEL, LABELS, plain
from conformance.documents.problems import Quote, official
from conformance.documents.record import Format, Place, PlaceKind, Trait
from simulator.ins.traits import comparison_key, starts_list
from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from collections.abc import Set as AbstractSet

    from conformance.documents import Problem
    from conformance.documents.document import Document as Read
    from conformance.drivers.model import Patient
    from simulator.registry.person import Person

_PARTS = re.compile(r"[\W_]+")
_NUMBERS = re.compile(r"[0-9]|^[A-F]+$")
_MARKS = re.compile("[\u0300-\u036f]")


def words_of(parts: Iterable[Read]) -> str:
    """Return all that a document and those in it say, in words of capitals without accents, each between spaces."""
    told: list[str] = []
    for part in parts:
        told += [part.text, getattr(part.facts, "titles", ""), *getattr(part.facts, "shown", ())]
    return _words("\n".join(told))


def wording(parts: Iterable[Read]) -> str:
    """Return the words of a document without what may be part of a date, a number or an identifier."""
    return " ".join(word for word in words_of(parts).split() if not _NUMBERS.search(word))


def mingled(
    read: Read, words: str, *, person: Person, patient: Patient, everybody: Iterable[Person]
) -> Iterator[Problem]:
    """Yield what a document about somebody says of the others, and a name in use that its patient has not.

    Another is named by birth name and first given name side by side, or by birth name and birth date.

    Args:
        read: the document; in one that tells of several patients, names in use alone are looked at.
        words: all that it says; see ``words_of``.
        person: whose it is, as INSi knows them.
        patient: whose it is, as the software shows them.
        everybody: those about whom documents were made.
    """
    yield from _names_in_use(read, person, patient)
    yield from _under_birth_labels(read, patient)
    if not read.one_patient:
        return
    own = _own(person, patient)
    for one in everybody:
        traits = one.identity.traits
        name, first = _name(traits.birth_name), _name(traits.first_names.partition(" ")[0])
        if name not in words or name in own:
            continue
        year, month, day = traits.birth_date.split("-")
        is_date_own = traits.birth_date == person.identity.traits.birth_date
        dates = (
            () if is_date_own else (f"{year}{month}{day}", f"{day} {month} {year}", f"{year} {month} {day}")
        )
        signs = (f"{name.rstrip()}{first}", f"{first.rstrip()}{name}", *(f" {date} " for date in dates))
        if any(sign in words for sign in signs):
            text = Text(
                f"ce document nomme aussi un autre patient, dont rien n'a à y être : {traits.birth_name} "
                f"{traits.first_names}, né(e) le {day}/{month}/{year}",
                f"this document names another patient too, of whom nothing belongs there: {traits.birth_name} "
                f"{traits.first_names}, born {traits.birth_date}",
            )
            place = Place(kind=PlaceKind.FILE, file=read.name)
            yield official("names-another-patient", text, "F13", at=(Quote(place, traits.birth_name),))


def _names_in_use(read: Read, person: Person, patient: Patient) -> Iterator[Problem]:
    """Yield a used name or used first name of a patient who has none; the name of birth may be repeated there."""
    number = person.identity.matricule.value
    if patient.used_name and patient.used_first_name:
        return
    records = [
        record
        for part in read.walk()
        for record in part.records
        if read.one_patient or any(one.normal == number for one in record.of(Trait.MATRICULE))
    ]
    for trait, held, births in (
        (Trait.USED_NAME, patient.used_name, (patient.birth_name,)),
        (Trait.USED_FIRST_NAME, patient.used_first_name, (patient.first_name, patient.first_names)),
    ):
        for value in (value for record in records if not held for value in record.of(trait)):
            told = comparison_key(value.normal)
            known = [comparison_key(one) for one in births if one]
            if told and not any(told == one or starts_list(told, one) for one in known):
                text = Text(
                    f"{trait.text.fr} : le dossier n'en a pas, « {value.text} » trouvé",
                    f"{trait.text.en}: the file has none, got “{value.text}”",
                )
                yield official("used-name-of-nobody", text, "F13", at=(value,))


def _under_birth_labels(read: Read, patient: Patient) -> Iterator[Problem]:
    """Yield a name in use that a page holds right behind a label of birth, on a line of its own perhaps."""
    for traits, used, birth in (
        ({Trait.BIRTH_NAME}, patient.used_name, patient.birth_name),
        ({Trait.FIRST_NAME, Trait.FIRST_NAMES}, patient.used_first_name, patient.first_names),
    ):
        name = plain(used or "")
        # Many bear their name of birth, and what begins alike proves nothing.
        if not name or any(plain(one or "").startswith(name) for one in (birth, patient.first_name)):
            continue
        for part in read.walk():
            if part.format is not Format.PDF:
                continue
            for line in part.text.splitlines():
                told = plain(line)
                if name in told and _is_labelled(told, traits, name):
                    text = Text(
                        f"nom en usage imprimé sous un libellé de naissance : « {line.strip()} »",
                        f"name in use printed under a label of birth: “{line.strip()}”",
                    )
                    place = Place(kind=PlaceKind.FILE, file=part.name)
                    yield official("used-name-as-birth", text, "DOC-01", at=(Quote(place, line.strip()),))


def _is_labelled(line: str, traits: AbstractSet[Trait], name: str) -> bool:
    for label in LABEL.finditer(line):
        group = label.lastgroup or ""
        if not group.startswith("t") or LABELS[int(group[1:])][0] not in traits:
            continue
        rest = line[label.end() :].lstrip(" \t:.)-")
        if rest.startswith(name) and not rest[len(name) : len(name) + 1].isalpha():
            return True
    return False


def _own(person: Person, patient: Patient) -> str:
    traits = person.identity.traits
    names = (
        traits.birth_name,
        traits.first_names,
        patient.birth_name,
        patient.first_names,
        patient.used_name,
    )
    return _words(" ".join(one for one in names if one))


@lru_cache(maxsize=512)
def _name(text: str) -> str:
    return _words(text)


def _words(text: str) -> str:
    """Return a text in words; what ``comparison_key`` does for a name costs too much for whole documents."""
    plain = text if text.isascii() else _MARKS.sub("", unicodedata.normalize("NFKD", text))
    return f" {_PARTS.sub(' ', plain.upper()).strip()} "
