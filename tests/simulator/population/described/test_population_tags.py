"""The vocabulary of tags."""

from __future__ import annotations

from simulator.population.build import people
from simulator.population.cnda import load_cnda
from simulator.population.described.cases import parameters
from simulator.population.described.tags import vocabulary
from simulator.population.uninsurable import patients, reasons


def test_every_tag_has_a_label_in_both_languages() -> None:
    for tag, label in vocabulary().items():
        assert label.fr, tag
        assert label.en, tag


def test_the_tags_of_public_test_people_have_labels() -> None:
    assert {tag for person in load_cnda("test") for tag in person.tags} <= set(vocabulary())


def test_the_tags_of_patients_without_ins_have_labels() -> None:
    assert {tag for patient in patients(len(reasons()), 1) for tag in patient.tags} <= set(vocabulary())


def test_every_tag_of_the_vocabulary_is_somebody() -> None:
    drawn = {tag for person in people(3000, 1) for tag in person.tags}
    public = {tag for person in load_cnda("test") for tag in person.tags}
    without = {tag for patient in patients(len(reasons()), 1) for tag in patient.tags}
    assert set(vocabulary()) <= drawn | public | without


def test_the_tags_of_cases_say_parameter_and_value() -> None:
    place = parameters()["place"]
    label = vocabulary()["case:place=corsica-20"]
    assert label.fr == f"{place.fr} : {place.values['corsica-20'].fr}"
    assert label.en == f"{place.en}: {place.values['corsica-20'].en}"


def test_tags_given_by_values_are_labelled() -> None:
    for parameter in parameters().values():
        for value in parameter.values.values():
            assert {value.tag, *value.tags} <= set(vocabulary()), value.tag
