"""Patients who cannot have an INS."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from random import Random
from typing import TYPE_CHECKING

import pytest

from simulator.ins.places import cog
from simulator.ins.traits import check_birth_name, check_first_names, comparison_key
from simulator.population.cnda import load_cnda
from simulator.population.uninsurable import draw_patient, patients, reasons, reserved_names

if TYPE_CHECKING:
    from simulator.registry.person import Person


def test_the_first_patients_are_one_of_each_reason() -> None:
    assert [patient.reason for patient in patients(len(reasons()), 1)] == list(reasons())


def test_the_reasons_asked_for_are_there() -> None:
    assert {"tourist", "not-registered", "anonymous-care", "doubtful-identity"} <= set(reasons())


def test_reasons_have_labels_evidence_and_source() -> None:
    for reason in reasons().values():
        assert all((reason.fr, reason.en, reason.source))
        assert reason.evidence in {"official", "observed", "reported", "inferred"}


def test_no_registry_has_anybody_of_their_names(whole: tuple[Person, ...]) -> None:
    theirs = {comparison_key(patient.birth_name) for patient in patients(5000, 1)}
    registered = {comparison_key(person.identity.traits.birth_name) for person in whole}
    public = {comparison_key(person.identity.traits.birth_name) for person in load_cnda("test")}
    assert theirs.isdisjoint(registered | public)
    assert theirs <= {comparison_key(name) for name in reserved_names()}


def test_what_can_be_searched_is_complete_and_acceptable() -> None:
    searched = [patient for patient in patients(500, 1) if patient.searched]
    assert searched
    for patient in searched:
        assert check_birth_name(patient.birth_name) == []
        assert check_first_names(patient.first_names) == []
        assert patient.sex in {"M", "F"}
        assert cog().is_valid_at(patient.birth_place or "", dt.date.fromisoformat(patient.birth_date or ""))


def test_what_is_unknown_is_left_out_and_not_searched() -> None:
    for patient in patients(500, 1):
        if patient.reason == "unknown-identity":
            assert (patient.sex, patient.birth_date, patient.birth_place) == (None, None, None)
            assert not patient.searched


def test_tags_say_the_reason() -> None:
    assert [patient.tags for patient in patients(2, 1)] == [
        ("uninsurable", "tourist"),
        ("uninsurable", "not-registered"),
    ]


def test_the_same_seed_gives_the_same_patients_and_a_smaller_number_the_first_of_them() -> None:
    assert list(patients(50, 3)) == list(patients(200, 3))[:50]
    assert list(patients(50, 3)) != list(patients(50, 4))


def test_reasons_are_as_frequent_as_told() -> None:
    found = Counter(patient.reason for patient in patients(10_000, 1))
    for key, reason in reasons().items():
        assert abs(found[key] - reason.share) < 250, key


def test_a_wished_reason_is_given() -> None:
    assert draw_patient(Random(1), "x", "doubtful-identity").reason == "doubtful-identity"


def test_an_unknown_reason_is_refused() -> None:
    with pytest.raises(ValueError, match=r"reason: expected one of tourist, .*, got 'alien'"):
        draw_patient(Random(1), "x", "alien")
