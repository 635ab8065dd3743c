"""Matching as a property: true traits always find the person, and one wrong trait never does."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from simulator.ins import comparison_key
from simulator.population.build import people as population
from simulator.population.cnda import load_cnda
from simulator.registry.matching import TRAITS, SearchTraits, differing_traits, is_inferred, judge
from simulator.registry.opening import build_registry, open_registry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from simulator.registry.person import Person
    from simulator.registry.protocol import Registry

PEOPLE = (*load_cnda(), *population(300, 7))
people = st.sampled_from(PEOPLE)


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    target = (
        str(tmp_path_factory.mktemp("registry") / "registry.sqlite")
        if request.param == "sqlite"
        else request.getfixturevalue("new_postgres_url")()
    )
    build_registry(target, PEOPLE, "tests")
    opened = open_registry(target)
    yield opened
    opened.close()


@st.composite
def true_traits(draw: st.DrawFn) -> tuple[Person, SearchTraits]:
    """Draw a person and a way of asking for them that is right."""
    person = draw(people)
    traits = person.identity.traits
    given_names = traits.first_names.split(" ")
    names = " ".join(given_names[: draw(st.integers(1, len(given_names)))])
    separators = st.sampled_from([" ", "-"])
    return person, SearchTraits(
        birth_name="".join(draw(separators) if sign in " -" else sign for sign in traits.birth_name),
        first_names="".join(draw(separators) if sign in " -" else sign for sign in names),
        sex=traits.sex,
        birth_date=traits.birth_date,
        birth_place=draw(st.sampled_from([None, traits.birth_place])),
    )


@st.composite
def one_wrong_trait(draw: st.DrawFn) -> tuple[Person, SearchTraits, str]:
    person, wanted = draw(true_traits())
    trait = draw(st.sampled_from(TRAITS))
    letters = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ -'", min_size=1, max_size=12)
    if trait == "birth_name":
        name = draw(letters)
        assume(comparison_key(name) != comparison_key(person.identity.traits.birth_name))
        return person, replace(wanted, birth_name=name), trait
    if trait == "first_names":
        name = draw(letters)
        asked = comparison_key(name).split()
        assume(comparison_key(person.identity.traits.first_names).split()[: len(asked)] != asked)
        return person, replace(wanted, first_names=name), trait
    if trait == "sex":
        return person, replace(wanted, sex={"M": "F", "F": "M"}[wanted.sex]), trait
    if trait == "birth_date":
        date = draw(st.dates()).isoformat()
        assume(date != wanted.birth_date)
        return person, replace(wanted, birth_date=date), trait
    place = draw(st.from_regex(r"[0-9]{5}", fullmatch=True))
    assume(place != person.identity.traits.birth_place)
    return person, replace(wanted, birth_place=place), trait


@given(true_traits())
def test_true_traits_always_find_the_person(store: Registry, drawn: tuple[Person, SearchTraits]) -> None:
    person, wanted = drawn
    candidates = judge(wanted, store.same_name_and_date(wanted))
    assert person in [candidate.person for candidate in candidates if candidate.matches]


@given(one_wrong_trait())
def test_one_wrong_trait_never_finds_the_person(
    store: Registry, drawn: tuple[Person, SearchTraits, str]
) -> None:
    person, wanted, trait = drawn
    candidates = judge(wanted, store.same_name_and_date(wanted))
    assert person not in [candidate.person for candidate in candidates if candidate.matches]
    assert differing_traits(wanted, person.identity) == (trait,)


@given(one_wrong_trait())
def test_whoever_was_nearly_found_can_be_named(
    store: Registry, drawn: tuple[Person, SearchTraits, str]
) -> None:
    person, wanted, trait = drawn
    look_up = store.near_misses if trait in {"birth_name", "birth_date"} else store.same_name_and_date
    assert person in look_up(wanted)


@given(true_traits(), st.lists(people, max_size=6))
def test_judging_keeps_everybody_and_puts_the_best_first(
    drawn: tuple[Person, SearchTraits], others: list[Person]
) -> None:
    person, wanted = drawn
    candidates = judge(wanted, [*others, person])
    assert len(candidates) == len(others) + 1
    excluded = [len(candidate.excluded_by) for candidate in candidates]
    assert excluded == sorted(excluded)
    assert candidates[0].matches


def asked(**changed: str) -> SearchTraits:
    plain = {"birth_name": "ESSAI", "first_names": "ANNE", "sex": "F", "birth_date": "1985-04-12"}
    return SearchTraits(**(plain | changed))


@pytest.mark.parametrize(
    ("changed", "inferred"),
    [
        ({}, False),
        ({"birth_name": "ESSAIS"}, False),
        ({"sex": "M"}, False),
        ({"first_names": "ZOE"}, False),
        ({"first_names": "LOUISE"}, True),
        ({"first_names": "ANNE LOUISE"}, True),
        ({"birth_place": "63220"}, False),
        ({"birth_place": "63221"}, True),
        ({"birth_place": "63221", "sex": "M"}, False),
    ],
)
def test_only_what_no_source_establishes_is_inferred(
    make_person: Callable[..., Person], changed: dict[str, str], *, inferred: bool
) -> None:
    wanted = asked(**changed)
    assert is_inferred(wanted, judge(wanted, [make_person()])) is inferred


def test_nobody_at_all_is_not_inferred() -> None:
    assert not is_inferred(asked(), [])


def test_a_person_without_place_does_not_match_a_place(make_person: Callable[..., Person]) -> None:
    person = make_person(birth_place=None)
    assert differing_traits(asked(), person.identity) == ()
    assert differing_traits(asked(birth_place="63220"), person.identity) == ("birth_place",)


def test_every_trait_that_differs_is_named_in_order(make_person: Callable[..., Person]) -> None:
    wanted = SearchTraits(
        birth_name="X", first_names="Y", sex="M", birth_date="1900-01-01", birth_place="75056"
    )
    assert differing_traits(wanted, make_person().identity) == TRAITS
