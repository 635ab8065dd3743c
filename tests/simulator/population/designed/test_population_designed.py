"""The designed people themselves: what their tags say is read again in their traits, numbers, history and cards."""

from __future__ import annotations

from itertools import combinations
from random import Random
from typing import TYPE_CHECKING

import pytest
from cases_read import CHECKS, World, own_card

from simulator.population.build import people as population
from simulator.population.described.cases import CaseError, designed_cases, incompatible_pairs, parameters
from simulator.population.described.profiles import profile
from simulator.population.designed.drafting import COMPANION, DESIGNED, Drafter
from simulator.population.designed.households import Designer
from simulator.population.drawing.ordinary import Ordinary
from simulator.population.drawing.registrar import Registrar

if TYPE_CHECKING:
    from simulator.registry.person import Person


@pytest.fixture(scope="module")
def start() -> tuple[Person, ...]:
    return tuple(population(2000, seed="designed"))


@pytest.fixture(scope="module")
def designed(start: tuple[Person, ...]) -> list[Person]:
    return [person for person in start if DESIGNED in person.tags]


@pytest.fixture(scope="module")
def world(start: tuple[Person, ...]) -> World:
    return World(start)


def test_there_is_a_check_for_every_value() -> None:
    described = {key: list(parameter.values) for key, parameter in parameters().items()}
    assert {key: list(checks) for key, checks in CHECKS.items()} == described


@pytest.mark.parametrize(
    ("parameter", "value"), [(key, value) for key, checks in CHECKS.items() for value in checks]
)
def test_people_tagged_with_a_value_have_it(
    designed: list[Person], world: World, parameter: str, value: str
) -> None:
    tagged = [person for person in designed if f"case:{parameter}={value}" in person.tags]
    assert tagged
    assert [person for person in tagged if not CHECKS[parameter][value](person, world)] == []


def test_every_possible_pair_is_somebody(designed: list[Person], world: World) -> None:
    """The proof of the coverage: read in the people, without their tags and without the array."""
    values = [(parameter, value) for parameter, checks in CHECKS.items() for value in checks]
    found = set()
    for person in designed:
        has = [each for each in values if CHECKS[each[0]][each[1]](person, world)]
        found.update(frozenset(pair) for pair in combinations(has, 2) if pair[0][0] != pair[1][0])
    impossible = {
        frozenset({(one.parameter, one.key), (other.parameter, other.key)})
        for one, other in incompatible_pairs()
    }
    wanted = {frozenset(pair) for pair in combinations(values, 2) if pair[0][0] != pair[1][0]} - impossible
    assert wanted - found == set()


def test_a_population_begins_with_one_person_for_each_case(designed: list[Person], start) -> None:
    assert len(designed) == len(designed_cases())
    first = [person for person in start if {DESIGNED, COMPANION} & set(person.tags)]
    assert list(start[: len(first)]) == first


def test_designed_people_have_each_parameter_once(designed: list[Person]) -> None:
    for person in designed:
        told = [tag.partition("=")[0] for tag in person.tags if tag.startswith("case:")]
        assert sorted(told) == sorted(f"case:{parameter}" for parameter in parameters()), person


def test_companions_are_fewer_than_designed_people(start: tuple[Person, ...], designed: list[Person]) -> None:
    companions = [person for person in start if COMPANION in person.tags]
    assert 0 < len(companions) < len(designed) / 2


@pytest.fixture
def designer() -> Designer:
    registrar = Registrar("test", Random("household"))
    return Designer(registrar, Ordinary(registrar, profile("france")))


@pytest.mark.parametrize(
    ("parameter", "value"), [(key, value) for key, checks in CHECKS.items() for value in checks]
)
def test_a_household_of_one_value_has_somebody_of_it(designer: Designer, parameter: str, value: str) -> None:
    household = designer.household({parameter: value})
    world = World(tuple(household))
    assert any(CHECKS[parameter][value](person, world) for person in household), household


def test_a_household_without_wish_is_somebody_ordinary(designer: Designer) -> None:
    (person,) = designer.household({})
    assert not {DESIGNED, COMPANION} & set(person.tags)
    assert own_card(person, World((person,)))


def test_a_household_of_values_that_exclude_one_another_is_refused(designer: Designer) -> None:
    with pytest.raises(CaseError, match="An infant is not an insured person"):
        designer.household({"date": "newborn", "family": "own-card"})


def test_centenarians_are_not_all_of_one_age(designed: list[Person]) -> None:
    born = {
        person.identity.traits.birth_date[:4] for person in designed if "case:date=centenarian" in person.tags
    }
    assert len(born) > 2


def test_a_case_that_has_run_out_is_tried_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    registrar = Registrar("syn/run-out", Random("run-out"))
    designer = Designer(registrar, Ordinary(registrar, profile("france")))
    list(designer.array())
    tried: list[tuple[str, ...]] = []

    def nobody(self: Drafter, case: dict[str, str], *, tagged: bool) -> None:
        tried.append(tuple(case.values()))
        raise CaseError(f"nobody of this case is left, tagged {tagged}, from {type(self).__name__}")

    monkeypatch.setattr(Drafter, "draft", nobody)
    assert list(designer.array()) == list(designer.array()) == []
    assert len(tried) == len(set(tried)) == len(designed_cases())
