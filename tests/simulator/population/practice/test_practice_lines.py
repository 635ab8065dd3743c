"""Who is in a practice file, and that the same seed gives the same lines."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from simulator.population.practice.answers import answer_line
from simulator.population.practice.lines import NAMESAKE_TAG, TooFewPeopleError, make_lines
from simulator.population.practice.parameters import Parameters, Rate, Stratum

if TYPE_CHECKING:
    from simulator.population.practice.parameters import Parameters


def only(parameters: Parameters, **patients: float) -> Parameters:
    """Keep these kinds of patients, at these rates, and no defect but a missing place."""
    return replace(
        parameters,
        patients={kind: (Rate(None, None, percent),) for kind, percent in patients.items()},
        mishaps=tuple(
            replace(mishap, rates=(Rate(None, None, 100),))
            for mishap in parameters.mishaps
            if mishap.defects == ("missing-place",)
        ),
    )


def without_namesakes(people):
    """Keep those whom nobody resembles, with a complete birth date: a namesake can be planted for each."""
    return tuple(
        person
        for person in people
        if not {"namesake-4", "namesake-5"} & set(person.tags)
        and "-00" not in person.identity.traits.birth_date
    )


def test_the_same_seed_gives_the_same_lines(people, parameters: Parameters) -> None:
    assert make_lines(people, 300, "a", parameters) == make_lines(people, 300, "a", parameters)


def test_another_seed_gives_other_lines(people, parameters: Parameters) -> None:
    assert make_lines(people, 300, "a", parameters) != make_lines(people, 300, "b", parameters)


def test_lines_are_numbered_from_one(practice) -> None:
    assert [line.number for line in practice.file.lines] == list(range(1, 1501))


def test_strata_have_their_share_of_the_lines_to_one_line(people, parameters: Parameters) -> None:
    # Patients without INS come as they are, of any age.
    file = make_lines(people, 1500, "shares", replace(parameters, patients={}))
    total = sum(weight for _, weight in parameters.composition)
    found = Counter(
        Stratum(str(line.patient.traits.sex), parameters.age_class(line.patient.traits.birth_date) or "?")
        for line in file.lines
    )
    assert set(found) == {stratum for stratum, _ in parameters.composition}
    for stratum, weight in parameters.composition:
        assert abs(found[stratum] - 1500 * weight / total) < 1, stratum


def test_a_frequent_defect_has_its_share_of_the_lines_of_each_stratum(
    practice, parameters: Parameters
) -> None:
    usage_names = {"usage-name", "usage-name-inverted", "usage-name-joined"}
    women = [
        line
        for line in practice.file.lines
        if line.patient.traits.sex == "F"
        and parameters.age_class(line.patient.traits.birth_date) == "75+"
        and line.duplicate_of is None
    ]
    hit = sum(not usage_names.isdisjoint(line.defects) for line in women)
    percent = parameters.mishaps[0].percent(Stratum("F", "75+"))
    assert abs(hit - len(women) * percent / 100) <= 1


def test_nobody_has_two_lines_unless_said(practice) -> None:
    keys = Counter(line.patient.key for line in practice.file.lines if line.duplicate_of is None)
    assert max(keys.values()) == 1


def test_a_duplicate_is_the_same_patient_written_otherwise(practice) -> None:
    lines = practice.file.lines
    duplicates = [line for line in lines if line.duplicate_of is not None]
    assert len(duplicates) > 5
    for line in duplicates:
        first = lines[line.duplicate_of - 1]
        assert first.number < line.number
        assert first.patient == line.patient
        assert first.record != line.record
        assert first.defects != line.defects


def test_people_are_those_of_the_population_given(practice) -> None:
    known = {person.key: person for person in practice.people}
    for line in practice.file.lines:
        if line.patient.person is not None:
            assert known[line.patient.key] == line.patient.person


def test_patients_who_cannot_have_an_ins_are_in_no_registry(
    people, parameters: Parameters, make_practice
) -> None:
    made = make_practice(people, 200, "nobody", only(parameters, uninsurable=100))
    assert {answer.code for answer in made.answers} <= {"01", "insi_24", "insi_902"}
    assert all(line.patient.person is None and line.patient.reason for line in made.file.lines)


def test_a_namesake_makes_a_line_without_place_ambiguous_and_the_place_settles_it(
    people, parameters: Parameters, make_practice
) -> None:
    alone = without_namesakes(people)
    made = make_practice(alone, 100, "namesakes", only(parameters, namesake=100))
    assert len(made.file.namesakes) == 100
    assert {answer.code for answer in made.answers} == {"02"}
    for line in made.file.lines:
        told = replace(line, record=replace(line.record, birth_place=line.patient.traits.birth_place))
        answer = answer_line(told, made.registry)
        assert (answer.code, answer.person) == ("00", line.patient.person)


def test_without_its_namesake_in_the_registry_a_line_is_not_ambiguous(
    people, parameters: Parameters, tmp_path
) -> None:
    from simulator.registry.store import RegistryStore

    alone = without_namesakes(people)
    file = make_lines(alone, 100, "namesakes", only(parameters, namesake=100))
    registry = RegistryStore(tmp_path / "r.sqlite")
    registry.add(alone)
    assert {answer_line(line, registry).code for line in file.lines} == {"00"}


def test_namesakes_are_tagged_and_have_numbers_of_their_own(practice) -> None:
    numbers = [person.identity.matricule.number for person in (*practice.people, *practice.file.namesakes)]
    assert len(set(numbers)) == len(numbers)
    assert all(NAMESAKE_TAG in person.tags for person in practice.file.namesakes)


def test_a_namesake_does_not_take_a_number_that_somebody_has(people, parameters: Parameters) -> None:
    wanted, people = only(parameters, namesake=100), without_namesakes(people)
    free = make_lines(people, 50, "numbers", wanted).namesakes
    taken = {person.identity.matricule.number for person in free}
    others = make_lines(
        people, 50, "numbers", wanted, is_taken=lambda person: person.identity.matricule.number in taken
    ).namesakes
    assert len(others) == 50
    assert taken.isdisjoint(person.identity.matricule.number for person in others)


def test_a_population_too_small_says_who_is_missing(people, parameters: Parameters) -> None:
    with pytest.raises(
        TooFewPeopleError, match=r"people [FM] aged .*: expected \d+ of them in the population, got"
    ):
        make_lines(people[:50], 1000, "a", parameters)


def test_the_population_is_read_no_further_than_needed(people, parameters: Parameters) -> None:
    stream = iter(people)
    make_lines(stream, 10, "a", parameters)
    assert next(stream, None) is not None


def tagged(people, tag: str, share: float):
    """Give a tag to the first ones."""
    count = int(len(people) * share)
    return tuple(
        replace(person, tags=(*person.tags, tag)) if number < count else person
        for number, person in enumerate(people)
    )


def test_people_made_to_be_rare_cases_are_left_out_when_there_are_others(
    people, parameters: Parameters
) -> None:
    mixed = tagged(people, "designed", 0.3)
    file = make_lines(mixed, 300, "a", parameters)
    assert not any("designed" in line.patient.person.tags for line in file.lines if line.patient.person)


def test_a_population_of_rare_cases_alone_serves_too(people, parameters: Parameters) -> None:
    file = make_lines(tagged(people, "designed", 1), 300, "a", parameters)
    assert len(file.lines) == 300


def test_namesakes_that_the_population_has_count(people, parameters: Parameters) -> None:
    wanted, people = only(parameters, namesake=50), without_namesakes(people)
    planted = len(make_lines(people, 400, "a", wanted).namesakes)
    assert abs(planted - 200) < 50
    assert make_lines(tagged(people, "namesake-4", 1), 400, "a", wanted).namesakes == ()
    fewer = make_lines(tagged(people, "namesake-5", 0.1), 400, "a", wanted)
    present = sum("namesake-5" in line.patient.person.tags for line in fewer.lines)
    assert present > 20
    assert len(fewer.namesakes) < planted
    resembled = {person.key.partition("/namesake/")[0] for person in fewer.namesakes}
    have_one = {line.patient.key for line in fewer.lines if "namesake-5" in line.patient.person.tags}
    assert resembled.isdisjoint(have_one)
