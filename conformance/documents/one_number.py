"""One number, one person: the same matricule under the traits of two people, in one file or along a stream of records.

A bundle, a message with two patients, an export: each record is right by itself, and together they put one person into the file
of another (F13). One trait that differs may be a correction of INSi between two messages; two or more are somebody else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from conformance.documents.numbers import is_matricule
from conformance.documents.problems import Quote, inferred, official
from conformance.documents.record import Place, PlaceKind, Trait
from simulator.ins.traits import comparison_key
from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from conformance.documents.problems import Problem
    from conformance.documents.record import IdentityRecord

MOST: Final = 50_000
"""Numbers remembered along a stream, so that memory does not grow with it: about 20 MB."""
_NAMES: Final = (Trait.BIRTH_NAME, Trait.FIRST_NAME)
_TRAITS: Final = (*_NAMES, Trait.BIRTH_DATE, Trait.SEX)
_NAMES_ALL: Final = (Trait.BIRTH_NAME, Trait.FIRST_NAMES)
_WHOLE: Final = (*_NAMES_ALL, Trait.MATRICULE, Trait.BIRTH_DATE)
_SOMEBODY_ELSE: Final = 2
"""Traits that differ, from which on it is another person."""


class Holders:
    """Who was seen under which number."""

    def __init__(self) -> None:
        """Begin with nobody."""
        self._seen: dict[str, tuple[str, str]] = {}
        self._last: IdentityRecord | None = None

    def others(self, records: Iterable[IdentityRecord]) -> Iterator[Problem]:
        """Yield the records whose number was seen under the traits of somebody else; remember all of them."""
        for record in records:
            number = record.first(Trait.MATRICULE)
            if number is None or not is_matricule(number.normal):
                continue
            yield from _kept(self._last, record)
            self._last = record
            told = _told(record)
            if len(self._seen) < MOST or number.normal in self._seen:
                before, file = self._seen.setdefault(number.normal, (told, record.place.file))
                if (differ := _differ(before, told)) and (first := record.first(differ[0])):
                    said = ", ".join(trait.text.fr for trait in differ)
                    text = Text(
                        f"un même matricule pour deux personnes : {said} diffère{'nt' if len(differ) > 1 else ''}",
                        f"one matricule for two people: another {', '.join(trait.text.en for trait in differ)}",
                    )
                    make = official if len(differ) >= _SOMEBODY_ELSE else inferred
                    other = Quote(
                        Place(kind=PlaceKind.FILE, file=file), before.split("\n")[_TRAITS.index(differ[0])]
                    )
                    yield make("one-number-two-people", text, "F13", at=(number, first, other))


def _kept(before: IdentityRecord | None, record: IdentityRecord) -> Iterator[Problem]:
    """Say that a record has the name and all the given names of the one before, and another number and birth date.

    Namesakes to the last given name are rare, and next to each other rarer: software that fills a record over the one before
    makes them when it leaves a field out.
    """
    if before is None or not all(record.first(trait) and before.first(trait) for trait in _WHOLE):
        return
    same = [
        trait
        for trait in _WHOLE
        if comparison_key(before.of(trait)[0].normal) == comparison_key(record.of(trait)[0].normal)
    ]
    names = record.of(Trait.FIRST_NAMES)[0]
    if same == list(_NAMES_ALL) and len(names.normal.split()) > 1:
        text = Text(
            "le nom et tous les prénoms de l’enregistrement précédent, sous un autre matricule et une autre date : à regarder",
            "the name and all the given names of the record before, under another matricule and another date: to be looked at",
        )
        yield inferred("names-of-the-one-before", text, "F13", at=(record.of(Trait.BIRTH_NAME)[0], names))


def _told(record: IdentityRecord) -> str:
    values = (record.first(trait) for trait in _TRAITS)
    return "\n".join(
        ""
        if value is None
        else comparison_key(value.normal).replace(" ", "")
        if value.trait in _NAMES
        else value.normal
        for value in values
    ).replace("\r", " ")


def _differ(one: str, other: str) -> list[Trait]:
    """Return the traits that both tell, and that differ."""
    pairs = zip(_TRAITS, one.split("\n"), other.split("\n"), strict=False)
    return [trait for trait, left, right in pairs if left and right and left != right]
