"""What the teleservice must answer for a look-up, worked out from the registry alone.

Independent of the simulator's own matching on purpose: the load test is there to catch it lying.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lxml import etree

if TYPE_CHECKING:
    from collections.abc import Iterable
    from random import Random

    from simulator.registry.person import Person

UNKNOWN_SHARE = 0.1
"""Share of look-ups for people who do not exist."""
WITH_PLACE_SHARE = 0.5
"""Share of look-ups that give the birth place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookup:
    """The traits of one look-up and the answer it must get."""

    birth_name: str
    first_name: str
    sex: str
    birth_date: str
    birth_place: str | None
    code: str
    matricule: str | None = None
    """15 characters; for code 00, as the following."""
    oid: str | None = None
    first_names: str | None = None
    place_answered: str | None = None

    def __str__(self) -> str:
        """Return the traits on one line."""
        parts = (self.birth_name, self.first_name, self.sex, self.birth_date, self.birth_place)
        return " ".join(part for part in parts if part)


class Lookups:
    """Draws look-ups of people of a registry."""

    def __init__(self, people: Iterable[Person], random: Random) -> None:
        """Keep the people and count those who share traits.

        Raises:
            ValueError: there is nobody to look up.
        """
        self._people = list(people)
        if not self._people:
            raise ValueError("expected people in the registry, got none")
        self._random = random
        self._same = Counter(_shared(person) for person in self._people)
        self._same_with_place = Counter((*_shared(person), _place(person)) for person in self._people)

    def draw(self) -> Lookup:
        """Return one look-up: of somebody known, or of nobody."""
        person = self._random.choice(self._people)
        traits = person.identity.traits
        place = traits.birth_place if self._random.random() < WITH_PLACE_SHARE else None
        first_name = person.first_name
        if self._random.random() < UNKNOWN_SHARE:
            # No name of the registry ends so: order is kept, and the length stays lawful.
            return Lookup(
                birth_name=f"{traits.birth_name[:80]}XQZ",
                first_name=first_name,
                sex=traits.sex,
                birth_date=traits.birth_date,
                birth_place=place,
                code="01",
            )
        same = self._same[_shared(person)]
        if place is not None:
            same = self._same_with_place[(*_shared(person), _place(person))]
        if same > 1:
            return Lookup(
                birth_name=traits.birth_name,
                first_name=first_name,
                sex=traits.sex,
                birth_date=traits.birth_date,
                birth_place=place,
                code="02",
            )
        return Lookup(
            birth_name=traits.birth_name,
            first_name=first_name,
            sex=traits.sex,
            birth_date=traits.birth_date,
            birth_place=place,
            code="00",
            matricule=person.identity.matricule.value,
            oid=str(person.identity.oid),
            first_names=traits.first_names,
            place_answered=traits.birth_place,
        )


def wrong_with(lookup: Lookup, answer: bytes) -> str | None:
    """Return what is wrong with an answer (expected and got), or ``None`` when it is right."""
    try:
        root = etree.fromstring(answer, etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError as error:
        return f"{lookup}: expected XML, got something else ({error.msg})"
    got: dict[str, str | None] = {}
    for element in root.iter(etree.Element):
        name = str(element.tag).rpartition("}")[2]
        # The first of each: INSACTIF comes before INSHISTO.
        got.setdefault(name, element.text)
    expected: dict[str, str | None] = {"CodeCR": lookup.code}
    if lookup.matricule is None:
        expected["NumIdentifiant"] = None
    else:
        expected |= {
            "NumIdentifiant": lookup.matricule[:13],
            "Cle": lookup.matricule[13:],
            "OID": lookup.oid,
            "NomNaissance": lookup.birth_name,
            "ListePrenom": lookup.first_names,
            "Sexe": lookup.sex,
            "DateNaissance": lookup.birth_date,
            "LieuNaissance": lookup.place_answered,
        }
    for name, value in expected.items():
        if got.get(name) != value:
            return f"{lookup}: expected {name} {value}, got {got.get(name)}"
    return None


def _shared(person: Person) -> tuple[str, str, str, str]:
    traits = person.identity.traits
    return traits.birth_name, person.first_name, traits.sex, traits.birth_date


def _place(person: Person) -> str | None:
    return person.identity.traits.birth_place
