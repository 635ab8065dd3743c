"""The families of the searches by card: everybody has one place on one card."""

from __future__ import annotations

from collections import Counter
from itertools import groupby
from typing import TYPE_CHECKING

import pytest
from stdnum.fr import nir

from simulator.ins.coherence import coherence_findings
from simulator.population.cnda import load_cnda
from simulator.population.families import COUNT, families
from simulator.population.generate import draw

if TYPE_CHECKING:
    from simulator.registry.person import Card, Person

PEOPLE = families(1)


def card_of(person: Person) -> Card:
    assert person.card is not None
    return person.card


def by_family() -> list[list[Person]]:
    return [list(group) for _, group in groupby(PEOPLE, key=lambda person: person.key.rpartition("/")[0])]


def test_the_same_seed_gives_the_same_families_and_another_others() -> None:
    assert families(1) == PEOPLE
    assert families(2) != PEOPLE


def test_each_family_is_on_the_one_card_of_its_first_member() -> None:
    assert len(by_family()) == COUNT
    for insured, *children in by_family():
        assert card_of(insured).insured_number == insured.identity.matricule.number
        assert "insured" in insured.tags
        assert children
        for child in children:
            assert card_of(child).insured_number == insured.identity.matricule.number
            assert card_of(child).serial == card_of(insured).serial
            assert "beneficiary" in child.tags
    assert len({card_of(person).serial for person in PEOPLE}) == COUNT


def test_nobody_shares_a_place_on_a_card() -> None:
    places = Counter(
        (card_of(p).insured_number, p.identity.traits.birth_date, card_of(p).birth_rank) for p in PEOPLE
    )
    assert set(places.values()) == {1}


def test_twins_are_born_together_and_ranked_from_one() -> None:
    twins = [person for person in PEOPLE if "twin" in person.tags]
    births: dict[tuple[str, str], list[Person]] = {}
    for twin in twins:
        births.setdefault((card_of(twin).insured_number, twin.identity.traits.birth_date), []).append(twin)
    assert births
    for born in births.values():
        assert [card_of(twin).birth_rank for twin in born] == [str(n) for n in range(1, len(born) + 1)]
        assert len(born) > 1
        assert len({twin.identity.traits.birth_place for twin in born}) == 1
    assert {len({twin.identity.traits.sex for twin in born}) for born in births.values()} == {1, 2}


def test_every_identity_is_coherent_and_its_own() -> None:
    assert [coherence_findings(person.identity) for person in PEOPLE] == [[]] * len(PEOPLE)
    assert all(nir.is_valid(person.identity.matricule.value) for person in PEOPLE)
    assert len({person.identity.matricule.number for person in PEOPLE}) == len(PEOPLE)


def marks(person: Person) -> tuple[str, str, str, str]:
    traits = person.identity.traits
    return traits.birth_name, person.first_name, traits.sex, traits.birth_date


@pytest.mark.parametrize("seed", [1, 2, 7])
def test_a_search_by_traits_tells_them_from_everybody_else(seed: int) -> None:
    everybody = [*load_cnda(), *draw(3000, seed, nia=None), *families(seed)]
    known = Counter(map(marks, everybody))
    assert all(known[marks(person)] == 1 for person in families(seed))
