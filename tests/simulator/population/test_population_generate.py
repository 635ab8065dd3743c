"""Generated and drawn people, over enough of them to meet every kind."""

from __future__ import annotations

import datetime as dt
import json
import os
import random
import re
import subprocess
import sys
from itertools import combinations
from pathlib import Path

import pytest
from stdnum.fr import nir

import simulator
from simulator.ins.coherence import coherence_findings
from simulator.ins.matricule import Matricule
from simulator.ins.oid import InsOid
from simulator.ins.places import cog
from simulator.ins.traits import check_birth_name, check_first_names, comparison_key
from simulator.population.build import people as population
from simulator.population.drawing.births import order_is_impossible
from simulator.population.generate import ExhaustedError, draw, namesake
from simulator.registry.person import Person, to_json

ROOT = Path(simulator.__file__).parent.parent


@pytest.fixture(scope="module")
def people() -> list[Person]:
    return draw(5000, seed=2026, nia=None)


def date_of(person: Person) -> dt.date:
    return dt.date.fromisoformat(person.identity.traits.birth_date)


def test_every_matricule_is_valid_for_an_independent_library(people: list[Person]) -> None:
    wrong = [person for person in people if not nir.is_valid(person.identity.matricule.value)]
    assert wrong == []


def test_every_matricule_is_valid_for_our_stricter_parser(people: list[Person]) -> None:
    for person in people:
        assert Matricule.parse(person.identity.matricule.value) == person.identity.matricule


def test_every_matricule_agrees_with_sex_date_and_place(people: list[Person]) -> None:
    wrong = [person for person in people if list(coherence_findings(person.identity, check_nature=True))]
    assert wrong == []


def test_every_birth_place_existed_at_birth(people: list[Person]) -> None:
    for person in people:
        place = cog().at(person.identity.traits.birth_place or "", date_of(person))
        assert place is not None
        assert place.covers(date_of(person)), person
        assert place.parent is None, person


def test_every_name_obeys_the_lexical_rules(people: list[Person]) -> None:
    for person in people:
        assert check_birth_name(person.identity.traits.birth_name) == []
        assert check_first_names(person.identity.traits.first_names) == []


def test_no_first_name_is_repeated_in_a_list(people: list[Person]) -> None:
    for person in people:
        names = person.identity.traits.first_names.split(" ")
        assert len(set(names)) == len(names), person


def test_every_order_number_is_impossible_where_its_owner_was_born(people: list[Person]) -> None:
    for person in people:
        assert int(person.identity.matricule.order) >= 900
        assert order_is_impossible(person.identity.traits.birth_place or ""), person


def test_everybody_has_the_test_oid_but_people_being_registered(people: list[Person]) -> None:
    assert {person.identity.oid for person in people if "nia" not in person.tags} == {InsOid.NIR_TEST}
    assert {person.identity.oid for person in people if "nia" in person.tags} == {InsOid.NIA}


def test_matricules_and_keys_are_unique(people: list[Person]) -> None:
    assert len({person.identity.matricule.value for person in people}) == len(people)
    assert len({person.key for person in people}) == len(people)


def test_nobody_can_be_taken_for_another_by_a_search_without_birth_place(people: list[Person]) -> None:
    searches = {
        (
            comparison_key(person.identity.traits.birth_name),
            comparison_key(person.first_name).split()[0],
            person.identity.traits.sex,
            person.identity.traits.birth_date,
        )
        for person in people
    }
    assert len(searches) == len(people)


def test_keys_tell_seed_and_number(people: list[Person]) -> None:
    assert [person.key for person in people[:2]] == ["draw/2026/0", "draw/2026/1"]


@pytest.mark.parametrize(
    ("tag", "at_least", "at_most"),
    [
        ("born-abroad", 2.0, 6.0),
        ("born-overseas", 2.0, 6.0),
        ("born-corsica", 0.3, 3.0),
        ("compound-first-name", 1.0, 10.0),
        ("hyphen-name", 1.0, 6.0),
        ("apostrophe-name", 1.0, 6.0),
        ("space-name", 1.0, 8.0),
        ("nia", 0.3, 3.0),
        ("several-first-names", 60.0, 90.0),
        ("former-place", 0.5, 10.0),
    ],
)
def test_each_case_has_its_share(people: list[Person], tag: str, at_least: float, at_most: float) -> None:
    share = 100 * sum(tag in person.tags for person in people) / len(people)
    assert at_least <= share <= at_most


def test_lists_of_one_to_four_first_names_all_occur(people: list[Person]) -> None:
    assert {len(person.identity.traits.first_names.split(" ")) for person in people} == {1, 2, 3, 4}


def test_corsican_codes_follow_the_change_of_1976(people: list[Person]) -> None:
    born_in_corsica = [person for person in people if "born-corsica" in person.tags]
    assert born_in_corsica
    for person in born_in_corsica:
        before = date_of(person) < dt.date(1976, 1, 1)
        assert (person.identity.matricule.place[:2] == "20") is before, person


def test_first_names_follow_their_time(people: list[Person]) -> None:
    def share(name: str, since: int, until: int) -> float:
        born_then = [person for person in people if since <= date_of(person).year < until]
        return sum(person.first_name == name for person in born_then) / len(born_then)

    assert share("MARIE", 1920, 1950) > share("MARIE", 1990, 2025)


@pytest.mark.parametrize("hash_seed", ["0", "1"])
def test_same_seed_gives_same_bytes_in_a_fresh_process(hash_seed: str) -> None:
    program = (
        "import json, sys\n"
        "from simulator.population.generate import draw\n"
        "from simulator.registry.person import to_json\n"
        "people = [*draw(200, 7, nia=None), *draw(20, 'run', compound_first_name=True)]\n"
        "sys.stdout.write(json.dumps([to_json(person) for person in people]))\n"
    )
    elsewhere = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=True,
        timeout=60,
    ).stdout
    here = [*draw(200, 7, nia=None), *draw(20, "run", compound_first_name=True)]
    assert elsewhere == json.dumps([to_json(person) for person in here]).encode()


def test_a_smaller_population_is_the_start_of_a_larger_one() -> None:
    assert draw(20, 3) == draw(60, 3)[:20]


def test_different_seeds_give_different_people() -> None:
    one, other = ({person.identity.matricule.value for person in draw(100, seed)} for seed in ("a", "b"))
    assert one.isdisjoint(other)


def test_generation_leaves_global_chance_alone() -> None:
    random.seed(1)
    expected = random.random()
    random.seed(1)
    draw(5, 1)
    assert random.random() == expected


def test_drawn_keys_never_clash_with_generated_ones() -> None:
    drawn, generated = draw(5, 1), list(population(5, 1))
    assert {person.key for person in drawn}.isdisjoint(person.key for person in generated)


@pytest.mark.parametrize("sex", ["M", "F"])
def test_draw_grants_the_sex(sex: str) -> None:
    people = draw(20, "sex", sex=sex)
    assert {(person.identity.traits.sex, person.identity.matricule.sex) for person in people} == {(sex, sex)}


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_draw_grants_the_number_of_first_names(count: int) -> None:
    people = draw(20, "count", first_names_count=count)
    assert {len(person.identity.traits.first_names.split(" ")) for person in people} == {count}


@pytest.mark.parametrize("wished", [True, False])
def test_draw_grants_or_refuses_a_compound_first_name(wished: bool) -> None:  # noqa: FBT001 - a parameter of the test
    people = draw(50, "compound", compound_first_name=wished)
    assert {"-" in person.first_name for person in people} == {wished}


@pytest.mark.parametrize("year", [1903, 1915, 2023])
def test_draw_grants_a_compound_first_name_whenever_and_to_both_sexes(year: int) -> None:
    for sex in ("M", "F"):
        (person,) = draw(1, "rare", sex=sex, birth_date=f"{year}-05-05", compound_first_name=True)
        assert "-" in person.first_name


@pytest.mark.parametrize(
    ("option", "mark"), [("hyphen_name", "-"), ("apostrophe_name", "'"), ("space_name", " ")]
)
@pytest.mark.parametrize("wished", [True, False])
def test_draw_grants_or_refuses_a_shape_of_birth_name(option: str, mark: str, wished: bool) -> None:  # noqa: FBT001 - a parameter of the test
    people = draw(50, "shape", **{option: wished})  # type: ignore[arg-type] # the option is one of the boolean ones
    assert {mark in person.identity.traits.birth_name for person in people} == {wished}


def test_draw_grants_shapes_together() -> None:
    (person,) = draw(1, "both", apostrophe_name=True, space_name=True)
    assert {"'", " "} <= set(person.identity.traits.birth_name)


@pytest.mark.parametrize("place", ["2B020", "20020", "97409", "99102", "01403", "98735"])
def test_draw_grants_the_birth_place_at_dates_when_it_existed(place: str) -> None:
    for person in draw(10, "place", birth_place=place):
        assert person.identity.traits.birth_place == person.identity.matricule.place == place
        assert cog().is_valid_at(place, date_of(person))


def test_draw_grants_the_birth_date() -> None:
    people = draw(10, "date", birth_date="2000-02-29")
    assert {person.identity.traits.birth_date for person in people} == {"2000-02-29"}


def test_draw_gives_a_waiting_number_only_when_asked() -> None:
    assert {person.identity.oid for person in draw(300, "nia")} == {InsOid.NIR_TEST}
    assert {person.identity.oid for person in draw(5, "nia", nia=True)} == {InsOid.NIA}


@pytest.mark.parametrize("place", ["75114", "92012", "13055", "69381", "99352"])
def test_somebody_asked_for_in_a_busy_place_is_marked(place: str) -> None:
    (person,) = draw(1, "busy", birth_place=place)
    assert "order-not-excluded" in person.tags


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        ({"sex": "X"}, "sex: expected M or F"),
        ({"birth_place": "00000"}, "birth_place: expected a code of the COG, got '00000'"),
        ({"birth_place": "99999"}, "birth_place: expected a code of the COG"),
        (
            {"birth_place": "20020", "birth_date": "1990-01-01"},
            "in force on 1990-01-01, got '20020' (no longer)",
        ),
        ({"birth_date": "1990-00-01"}, "expected a complete date"),
        ({"birth_date": "01/02/1990"}, "expected AAAA-MM-JJ"),
        ({"first_names_count": 5}, "expected 1 to 4 of them, got 5"),
        ({"hyphen_name": True, "apostrophe_name": True, "space_name": True}, "none in the tables"),
    ],
)
def test_an_impossible_wish_is_refused_with_its_reason(wish: dict[str, object], said: str) -> None:
    with pytest.raises(ValueError, match=re.escape(said)):
        draw(1, "impossible", **wish)  # type: ignore[arg-type] # wrong on purpose


def test_asking_for_more_people_than_can_be_told_apart_is_refused() -> None:
    with pytest.raises(ExhaustedError, match="100 people could be told apart"):
        draw(101, "many", sex="F", birth_date="1960-06-06", birth_place="63220", compound_first_name=False)


def test_a_namesake_differs_by_place_and_matricule_only() -> None:
    (person,) = draw(1, "namesake")
    other = namesake(person, 1)
    same = ("birth_name", "first_names", "sex", "birth_date")
    assert {name: getattr(other.identity.traits, name) for name in same} == {
        name: getattr(person.identity.traits, name) for name in same
    }
    assert other.identity.traits.birth_place != person.identity.traits.birth_place
    assert list(coherence_findings(other.identity)) == []


def test_namesakes_of_one_person_are_several_people() -> None:
    (person,) = draw(1, "namesakes")
    everybody = [person, namesake(person, 1), namesake(person, 2)]
    for one, other in combinations(everybody, 2):
        assert one.key != other.key
        assert one.identity.matricule != other.identity.matricule
