"""Small groups of people drawn with wished features, the same for the same seed; whole populations are in ``build``.

No two people of one draw share a matricule, nor birth name, first word of the first names, sex and birth
date together: a search by the true traits never gets 02 by accident, with or without the birth place.

Between draws only chance keeps people apart: give every draw of one registry its own seed, and look at ``marks_of`` where
chance is not enough.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from random import Random
from typing import TYPE_CHECKING

from simulator.ins.dates import BirthDate
from simulator.ins.identity import InsIdentity
from simulator.ins.oid import InsOid
from simulator.ins.traits import comparison_key
from simulator.population.drawing.births import draw_birth_place
from simulator.population.drawing.identities import Wish, draw_identity, draw_matricule, tags_of
from simulator.registry.person import Person

if TYPE_CHECKING:
    from collections.abc import Iterator

_ATTEMPTS = 1000


class ExhaustedError(ValueError):
    """So many people with these features cannot be told apart: the wish is too narrow for the number asked for."""


def draw(
    n: int,
    seed: int | str,
    *,
    sex: str | None = None,
    birth_date: str | None = None,
    birth_place: str | None = None,
    first_names_count: int | None = None,
    compound_first_name: bool | None = None,
    hyphen_name: bool | None = None,
    apostrophe_name: bool | None = None,
    space_name: bool | None = None,
    nia: bool | None = False,
) -> list[Person]:
    """Draw ``n`` fresh people with the wished features, keys ``draw/<seed>/<n>``.

    Every feature is as in ``simulator.population.drawing.identities.Wish``: None leaves it to chance.

    Raises:
        ValueError: a wish cannot be fulfilled, or not ``n`` times (``ExhaustedError``).
    """
    wish = Wish(
        sex=sex,
        birth_date=birth_date,
        birth_place=birth_place,
        first_names_count=first_names_count,
        compound_first_name=compound_first_name,
        hyphen_name=hyphen_name,
        apostrophe_name=apostrophe_name,
        space_name=space_name,
        nia=nia,
    )
    return list(islice(_people(f"draw/{seed}", wish), n))


def namesake(person: Person, seed: int | str) -> Person:
    """Draw somebody with the same names, sex and birth date, born elsewhere: INSi answers 02 until the place is sent.

    The key is that of ``person`` followed by ``/namesake/<seed>``.

    Raises:
        BirthDateError: the birth date of ``person`` is not complete.
    """
    key = f"{person.key}/namesake/{seed}"
    random = Random(key)  # noqa: S311 - repeatable on purpose, nothing is secret
    traits = person.identity.traits
    date = BirthDate.parse_iso(traits.birth_date).to_date()
    place = draw_birth_place(random, date)
    while place == traits.birth_place:
        place = draw_birth_place(random, date)
    identity = InsIdentity(
        traits=replace(traits, birth_place=place),
        matricule=draw_matricule(random, traits.sex, date, place),
        oid=InsOid.NIR_TEST,
    )
    return _person(key, identity)


def marks_of(identity: InsIdentity) -> tuple[object, object]:
    """Give what nobody else may have: the 13 characters of the number, and the traits that a search cannot do without.

    Two people who share one of them may be one for INSi: a given name finds lists that begin with it (``starts_list``).
    """
    traits = identity.traits
    first_word = comparison_key(traits.first_names).partition(" ")[0]
    return identity.matricule.number, (
        comparison_key(traits.birth_name),
        first_word,
        traits.sex,
        traits.birth_date,
    )


def _people(prefix: str, wish: Wish) -> Iterator[Person]:
    random = Random(prefix)  # noqa: S311 - repeatable on purpose, nothing is secret
    taken: set[object] = set()
    number = attempts = 0
    while True:
        identity = draw_identity(random, wish)
        marks = marks_of(identity)
        if taken.isdisjoint(marks):
            taken.update(marks)
            yield _person(f"{prefix}/{number}", identity)
            number += 1
            attempts = 0
            continue
        attempts += 1
        if attempts == _ATTEMPTS:
            raise ExhaustedError(f"{number} people could be told apart, no more: widen the wish {wish}")


def _person(key: str, identity: InsIdentity) -> Person:
    return Person(key=key, identity=identity, tags=tags_of(identity))
