"""A few synthetic families for the searches by Vitale card: who is insured, who depends on whom, and twins.

The people of one base population are told apart from those of ``generate`` by chance only, as between any two
generations: the same seed always gives the same families.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random
from typing import TYPE_CHECKING, Final

from simulator.ins.traits import comparison_key
from simulator.population.drawing.identities import Wish, draw_identity, tags_of
from simulator.registry.person import Card, Person

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.ins.identity import InsIdentity

_PARENTS: Final = (date(1975, 1, 1), date(1992, 12, 31))
_CHILDREN: Final = (date(2008, 1, 1), date(2020, 12, 31))


@dataclass(frozen=True, slots=True)
class _Birth:
    """One birth in a family: the sexes of the children born of it, ``None`` left to chance."""

    sexes: tuple[str | None, ...]


_CHILD: Final = _Birth((None,))
_SHAPES: Final = (
    (_CHILD,),
    (_Birth(("F", "F")),),
    (_CHILD, _Birth(("M", "F"))),
    (_CHILD, _CHILD),
    (_Birth(("M", "M")), _CHILD),
    (_Birth((None, None, None)),),
)
"""The children of each family: only children, twins of one sex and of both, triplets, brothers and sisters."""

COUNT: Final = len(_SHAPES)
"""How many families there are."""


def families(seed: int | str) -> list[Person]:
    """Give the families of a population, keys ``family/<seed>/<family>/<member>``, member 0 being the insured person.

    Each family is on one card. Tags: ``insured`` or ``beneficiary``, and ``twin`` for children of one birth.
    """
    random = Random(f"family/{seed}")  # noqa: S311 - repeatable on purpose, nothing is secret
    people: list[Person] = []
    for number, births in enumerate(_SHAPES):
        serial = f"9{number:02d}{int(random.random() * 10_000_000):07d}"
        members = list(_family(random, births, serial))
        people.extend(
            replace(person, key=f"family/{seed}/{number}/{member}") for member, person in enumerate(members)
        )
    return people


def _family(random: Random, births: tuple[_Birth, ...], serial: str) -> Iterator[Person]:
    parent = draw_identity(random, Wish(birth_date=_date(random, *_PARENTS), nia=False))
    insured = parent.matricule.number
    yield _member(parent, Card(insured_number=insured, birth_rank="1", serial=serial), "insured")
    taken = [parent]
    dates: set[str] = set()
    for birth in births:
        born = _date(random, *_CHILDREN)
        while born in dates:
            born = _date(random, *_CHILDREN)
        dates.add(born)
        place: str | None = None
        for rank, sex in enumerate(birth.sexes, start=1):
            child = _child(random, Wish(sex=sex, birth_date=born, birth_place=place, nia=False), taken)
            place = child.traits.birth_place
            taken.append(child)
            tags = ("beneficiary", "twin") if len(birth.sexes) > 1 else ("beneficiary",)
            yield _member(child, Card(insured_number=insured, birth_rank=str(rank), serial=serial), *tags)


def _child(random: Random, wish: Wish, family: list[InsIdentity]) -> InsIdentity:
    """Draw a child of the family's name, with a first name and a matricule that nobody of it has."""
    name = family[0].traits.birth_name
    while True:
        drawn = draw_identity(random, wish)
        child = replace(drawn, traits=replace(drawn.traits, birth_name=name))
        if all(
            child.matricule.number != other.matricule.number and _first_word(child) != _first_word(other)
            for other in family
        ):
            return child


def _first_word(identity: InsIdentity) -> str:
    return comparison_key(identity.traits.first_names).partition(" ")[0]


def _member(identity: InsIdentity, card: Card, *tags: str) -> Person:
    return Person(key="", identity=identity, tags=(*tags_of(identity), *tags), card=card)


def _date(random: Random, first: date, last: date) -> str:
    return (first + timedelta(days=int(random.random() * ((last - first).days + 1)))).isoformat()
