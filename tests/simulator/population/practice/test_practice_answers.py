"""What a correct software sends for a line, and the answer with its reason in both languages."""

from __future__ import annotations

from dataclasses import replace

import pytest

from simulator.population.generate import namesake
from simulator.population.practice.answers import Answer, answer_line, wanted_traits
from simulator.population.practice.record import Line, Patient, Record, true_record
from simulator.registry.person import Person, from_json
from simulator.registry.store import RegistryStore

HELENE = from_json(
    {
        "key": "test/helene",
        "birth_name": "D'ARC-LEFEVRE",
        "first_names": "HELENE MARIE",
        "sex": "F",
        "birth_date": "1950-03-04",
        "birth_place": "63220",
        "matricule": "250036322090044",
        "oid": "1.2.250.1.213.1.4.10",
    }
)
TRUE = true_record(HELENE.identity.traits)


@pytest.fixture
def registry(tmp_path) -> RegistryStore:
    store = RegistryStore(tmp_path / "registry.sqlite")
    store.add([HELENE])
    return store


def line_of(record: Record, person: Person | None = HELENE, reason: str | None = None) -> Line:
    patient = Patient(
        key=person.key if person else "patient/1/1",
        traits=HELENE.identity.traits,
        person=person,
        reason=reason,
    )
    return Line(number=1, patient=patient, record=record, defects=())


def ask(registry: RegistryStore, **changes: str) -> Answer:
    return answer_line(line_of(replace(TRUE, **changes)), registry)


def test_names_are_sent_in_capitals_without_accents_and_with_tidy_spaces() -> None:
    typed = replace(TRUE, birth_name=" d\u2019Arc  - Lefèvre ", first_name="Hélène ")
    wanted = wanted_traits(typed)
    assert (wanted.birth_name, wanted.first_names) == ("D'ARC - LEFEVRE", "HELENE")


def test_an_empty_place_is_not_sent() -> None:
    assert wanted_traits(replace(TRUE, birth_place="")).birth_place is None


def test_the_true_traits_find_the_person(registry: RegistryStore) -> None:
    answer = ask(registry)
    assert (answer.code, answer.person) == ("00", HELENE)
    assert answer.why_fr == "les traits sont ceux de la personne"


def test_typed_accents_alone_do_not_cause_a_miss(registry: RegistryStore) -> None:
    assert ask(registry, birth_name="d\u2019Arc-Lefèvre", first_name="Hélène").code == "00"


def test_a_miss_says_which_traits_differ_in_both_languages(registry: RegistryStore) -> None:
    answer = ask(registry, birth_name="Martin", birth_date="1950-04-03")
    assert (answer.code, answer.person) == ("01", None)
    assert answer.why_fr == (
        "le nom de naissance MARTIN au lieu de D'ARC-LEFEVRE ; la date de naissance 1950-04-03 au lieu de 1950-03-04"
    )
    assert answer.why_en == (
        "the birth name MARTIN instead of D'ARC-LEFEVRE; the birth date 1950-04-03 instead of 1950-03-04"
    )


def test_two_people_of_the_same_traits_are_named(registry: RegistryStore) -> None:
    other = namesake(HELENE, "x")
    registry.add([other])
    answer = ask(registry, birth_place="")
    assert (answer.code, answer.person) == ("02", None)
    assert HELENE.key in answer.why_fr
    assert other.key in answer.why_fr
    assert answer.why_fr.endswith("préciser le lieu de naissance")


def test_traits_of_somebody_else_are_a_warning(registry: RegistryStore) -> None:
    other = namesake(HELENE, "x")
    registry.add([other])
    answer = ask(registry, birth_place=other.identity.traits.birth_place or "")
    assert (answer.code, answer.person) == ("00", other)
    assert "une autre personne" in answer.why_fr
    assert "somebody else" in answer.why_en


def test_an_empty_sex_is_not_searched_and_what_completing_it_gives_is_said(registry: RegistryStore) -> None:
    answer = ask(registry, sex="")
    assert (answer.code, answer.person) == ("insi_24", None)
    assert (answer.tried_sex, answer.tried_code, answer.tried_person) == ("F", "00", HELENE)


def test_an_empty_sex_that_neither_sex_completes_stays_empty(registry: RegistryStore) -> None:
    answer = ask(registry, sex="", birth_name="MARTIN")
    assert (answer.code, answer.tried_sex, answer.tried_code) == ("insi_24", None, "01")
    assert "avec F comme avec M" in answer.why_fr


def test_an_empty_sex_is_completed_with_m_for_a_man(registry: RegistryStore) -> None:
    man = replace(
        HELENE,
        key="test/man",
        identity=replace(
            HELENE.identity, traits=replace(HELENE.identity.traits, sex="M", birth_name="DURAND")
        ),
    )
    registry.add([man])
    answer = answer_line(line_of(replace(true_record(man.identity.traits), sex=""), man), registry)
    assert (answer.tried_sex, answer.tried_code) == ("M", "00")


def test_a_patient_without_ins_is_not_found_and_the_reason_is_said(registry: RegistryStore) -> None:
    answer = answer_line(line_of(replace(TRUE, birth_name="SMITH"), None, "tourist"), registry)
    assert answer.code == "01"
    assert answer.why_fr == "le patient n'est pas au répertoire : Touriste, sans droits en France"


def test_a_name_that_cannot_be_sent_is_refused_as_the_bench_refuses_it(registry: RegistryStore) -> None:
    assert ask(registry, birth_name="D'ARC 2").code == "insi_904"
    assert ask(registry, first_name="Anne.").code == "insi_905"
