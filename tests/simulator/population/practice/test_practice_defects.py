"""Each defect alone changes exactly what it says, and what a search then answers is its consequence."""

from __future__ import annotations

from dataclasses import fields
from random import Random
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.ins.dates import BirthDate
from simulator.ins.identity import InsIdentity, Traits
from simulator.ins.matricule import Matricule
from simulator.ins.traits import check_birth_name, check_first_name, comparison_key, to_wire
from simulator.population.build import people
from simulator.population.practice.answers import wanted_traits
from simulator.population.practice.defects import DEFECTS, neighbour_key
from simulator.population.practice.record import Record, true_record
from simulator.registry.matching import differing_traits

if TYPE_CHECKING:
    from simulator.registry.person import Person

PEOPLE = tuple(people(4000, "defects", "officine"))

CHANGED: dict[str, set[str]] = {
    # defect: the fields it may change
    "usage-name": {"birth_name"},
    "usage-name-inverted": {"birth_name", "usage_name"},
    "usage-name-joined": {"birth_name"},
    "usage-name-in-its-field": {"usage_name"},
    "usual-first-name": {"first_name"},
    "nickname": {"first_name"},
    "first-half": {"first_name"},
    **{
        f"{field}-{typo}": {field.replace("-", "_")}
        for field in ("birth-name", "first-name")
        for typo in ("neighbour-key", "doubled-letter", "dropped-letter", "swapped-letters")
    },
    "day-month-swapped": {"birth_date"},
    "first-of-january": {"birth_date"},
    "wrong-sex": {"sex"},
    "empty-sex": {"sex"},
    "missing-place": {"birth_place"},
    "place-of-today": {"birth_place"},
    "typed-accents": {"birth_name", "first_name"},
    "title-case": {"birth_name", "first_name"},
    "lower-case": {"birth_name", "first_name"},
    "name-in-capitals": {"first_name"},
    "typographic-apostrophe": {"birth_name", "first_name"},
    "hyphen-as-space": {"first_name"},
    "stray-spaces": {"birth_name"},
}

HARMLESS = {
    "usage-name-in-its-field",
    "first-half",
    "missing-place",
    "typed-accents",
    "title-case",
    "lower-case",
    "name-in-capitals",
    "typographic-apostrophe",
    "hyphen-as-space",
    "stray-spaces",
}
"""What a correct software undoes, or what the search does without."""

TYPING = sorted(HARMLESS - {"usage-name-in-its-field", "first-half", "missing-place"})

TRAIT = {"first_name": "first_names"}


def spoilt(name: str) -> list[tuple[Person, Record]]:
    """Give everybody to whom a defect can happen, with the record it leaves."""
    found = []
    for number, person in enumerate(PEOPLE):
        truth = person.identity.traits
        record = DEFECTS[name](true_record(truth), truth, Random(number))
        if record is not None:
            found.append((person, record))
    assert found, f"{name} happens to nobody"
    return found


def changed_fields(before: Record, after: Record) -> set[str]:
    return {each.name for each in fields(Record) if getattr(before, each.name) != getattr(after, each.name)}


def test_every_defect_is_described_here() -> None:
    assert set(CHANGED) == set(DEFECTS)


@pytest.mark.parametrize("name", sorted(DEFECTS))
def test_a_defect_changes_what_it_says_and_nothing_else(name: str) -> None:
    for person, record in spoilt(name):
        changed = changed_fields(true_record(person.identity.traits), record)
        assert changed, (person.key, name)
        assert changed <= CHANGED[name], (person.key, name)


@pytest.mark.parametrize("name", sorted(HARMLESS))
def test_what_a_correct_software_undoes_still_finds_the_person(name: str) -> None:
    for person, record in spoilt(name):
        assert differing_traits(wanted_traits(record), person.identity) == (), (person.key, record)


@pytest.mark.parametrize("name", sorted(set(DEFECTS) - HARMLESS))
def test_a_real_defect_is_what_excludes_the_person(name: str) -> None:
    (field,) = CHANGED[name] - {"usage_name"}
    for person, record in spoilt(name):
        assert differing_traits(wanted_traits(record), person.identity) == (TRAIT.get(field, field),), (
            person.key
        )


@pytest.mark.parametrize("name", sorted(DEFECTS))
def test_names_can_be_sent_whatever_happened_to_them(name: str) -> None:
    for _, record in spoilt(name):
        wanted = wanted_traits(record)
        assert check_birth_name(wanted.birth_name) == []
        assert check_first_name(wanted.first_names) == []


@pytest.mark.parametrize("name", sorted(DEFECTS))
def test_everything_typed_can_be_written_in_cp1252(name: str) -> None:
    for _, record in spoilt(name):
        f"{record.birth_name}{record.usage_name}{record.first_name}".encode("cp1252")


@pytest.mark.parametrize("name", TYPING)
def test_typed_forms_normalise_back_to_the_registry(name: str) -> None:
    for person, record in spoilt(name):
        truth = true_record(person.identity.traits)
        for field in ("birth_name", "first_name"):
            typed, plain = getattr(record, field), getattr(truth, field)
            if name == "hyphen-as-space":
                assert comparison_key(typed) == comparison_key(plain)
            else:
                assert " ".join(to_wire(typed).split()) == plain


def test_typed_accents_put_the_accents_where_they_belong() -> None:
    typed = {record.first_name for _, record in spoilt("typed-accents")}
    assert {"HÉLÈNE", "FRANÇOIS", "ZOÉ"} <= typed


@given(
    st.permutations(TYPING),
    st.sampled_from(PEOPLE),
    st.integers(0, 2**32),
)
def test_typed_forms_normalise_back_in_any_order(names: list[str], person: Person, seed: int) -> None:
    truth = person.identity.traits
    record, random = true_record(truth), Random(seed)
    for name in names:
        record = DEFECTS[name](record, truth, random) or record
    assert differing_traits(wanted_traits(record), person.identity) == ()


@given(st.sampled_from(sorted(DEFECTS)), st.sampled_from(PEOPLE), st.integers(0, 2**32))
def test_a_defect_follows_its_source_of_chance(name: str, person: Person, seed: int) -> None:
    truth = person.identity.traits
    first, second = (DEFECTS[name](true_record(truth), truth, Random(seed)) for _ in range(2))
    assert first == second


def identity_of(**changes: str) -> InsIdentity:
    traits = {
        "birth_name": "D'ARTAGNAN",
        "first_names": "JEAN-PIERRE ANNE",
        "sex": "M",
        "birth_date": "1960-05-04",
        "birth_place": "20004",
    }
    return InsIdentity(
        traits=Traits(**{**traits, **changes}),
        matricule=Matricule("1600520004900", "00"),
        oid="1.2.250.1.213.1.4.10",
    )


def after(name: str, **changes: str) -> Record | None:
    truth = identity_of(**changes).traits
    return DEFECTS[name](true_record(truth), truth, Random(1))


def test_the_day_and_the_month_are_swapped_when_that_gives_another_date() -> None:
    swapped = after("day-month-swapped")
    assert swapped is not None
    assert swapped.birth_date == "1960-04-05"
    assert after("day-month-swapped", birth_date="1960-05-05") is None
    assert after("day-month-swapped", birth_date="1960-05-13") is None
    assert after("day-month-swapped", birth_date="1960-00-00") is None


def test_dates_made_wrong_still_exist() -> None:
    for name in ("day-month-swapped", "first-of-january"):
        for _, record in spoilt(name):
            BirthDate.parse_iso(record.birth_date).to_date()


def test_a_corsican_place_gets_the_code_of_today() -> None:
    record = after("place-of-today")
    assert record is not None
    assert record.birth_place == "2A004"


def test_somebody_of_one_first_name_has_no_usual_one() -> None:
    assert after("usual-first-name", first_names="ANNE") is None
    record = after("usual-first-name")
    assert record is not None
    assert record.first_name == "ANNE"


def test_a_wrong_key_is_beside_the_right_one() -> None:
    beside = {neighbour_key("A", Random(seed)) for seed in range(100)}
    assert beside == {"Z", "Q"}


def test_a_usage_name_in_its_field_is_never_searched() -> None:
    for person, record in spoilt("usage-name-in-its-field"):
        assert wanted_traits(record).birth_name == person.identity.traits.birth_name != record.usage_name
