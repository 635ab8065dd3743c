"""Site settings, screens, incomplete dates and the OIDs of an installation, in the reference LGO."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from conformance.drivers import site
from conformance.drivers.model import Actor, Patient, PatientTraits, Status
from conformance.drivers.protocol import RefusedError
from conformance.drivers.screens import Form
from conformance.reference import incomplete, numbers
from conformance.reference import site as settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.drivers.http import HttpDriver

ROOT = "1.2.250.1.213.1.4"
RIGHT = "160012B02077713"
TODAY = dt.date(2026, 3, 1)


@pytest.mark.parametrize(
    ("typed", "completed", "is_made_up"),
    [
        ("1984-03-00", "1984-03-01", True),
        ("1984-00-12", "1984-01-12", True),
        ("1984-00-00", "1984-12-31", True),
        ("1984-12-31", "1984-12-31", False),
        ("1984-13-00", "1984-13-00", False),
        ("12/1984", "12/1984", False),
        ("", "", None),
        (None, None, None),
    ],
)
def test_a_date_is_completed_by_the_convention(
    typed: str | None, completed: str | None, *, is_made_up: bool | None
) -> None:
    values, made_up = incomplete.completed({"birth_date": typed, "sex": "M"})
    assert (values, made_up) == ({"birth_date": completed, "sex": "M"}, is_made_up)


def test_the_mark_of_a_made_up_date_lives_as_long_as_the_date(
    lgo: HttpDriver, user: Actor, toussaint: PatientTraits
) -> None:
    made = lgo.create_patient(replace(toussaint, birth_date="1960-00-00"), actor=user)
    assert (made.birth_date, made.birth_date_uncertain) == ("1960-12-31", True)
    kept = lgo.update_patient(made.id, {"used_name": "TOTO"}, actor=user)
    assert kept.birth_date_uncertain
    known = lgo.update_patient(made.id, {"birth_date": "1960-12-31"}, actor=user)
    assert (known.birth_date, known.birth_date_uncertain) == ("1960-12-31", False)


def test_the_date_of_insi_is_known(lgo: HttpDriver, user: Actor, toussaint: PatientTraits) -> None:
    made = lgo.create_patient(replace(toussaint, birth_date="1960-01-00"), actor=user)
    lgo.decide_proposal(lgo.call_insi_traits(made.id, actor=user).id, accept=True, actor=user)
    assert lgo.read_patient(made.id, actor=user).birth_date_uncertain is False
    # Typing the same day as unknown over an identity of INSi marks nothing: the field is locked.
    assert lgo.update_patient(made.id, {"birth_date": "1960-01-00"}, actor=user).birth_date_uncertain is False


@pytest.mark.parametrize(
    ("matricule", "oid", "environment", "codes"),
    [
        (RIGHT, f"{ROOT}.10", site.TEST, []),
        (RIGHT, f"{ROOT}.8", site.TEST, []),
        (RIGHT, f"{ROOT}.9", site.PRODUCTION, []),
        (RIGHT, f"{ROOT}.10", site.PRODUCTION, ["OID_OF_TESTS"]),
        (RIGHT, f"{ROOT}.11", site.PRODUCTION, ["OID_OF_TESTS"]),
        (RIGHT, f"{ROOT}.13", site.TEST, ["OID_UNKNOWN"]),
        (RIGHT, f"{ROOT}.1", site.TEST, ["OID_UNKNOWN"]),
        (RIGHT[:13], f"{ROOT}.8", site.TEST, ["MATRICULE_INVALID"]),
        (f"{RIGHT[:13]}14", f"{ROOT}.8", site.TEST, ["MATRICULE_WRONG_KEY"]),
        (None, None, site.TEST, ["MATRICULE_INVALID", "OID_UNKNOWN"]),
    ],
)
def test_what_is_wrong_with_a_number(
    matricule: str | None, oid: str | None, environment: str, codes: list[str]
) -> None:
    assert [alert.code for alert in numbers.problems(matricule, oid, environment)] == codes


@pytest.mark.parametrize(
    ("oid", "nature"),
    [(f"{ROOT}.8", "NIR"), (f"{ROOT}.9", "NIA"), (f"{ROOT}.10", "NIR"), ("x", ""), (None, "")],
)
def test_the_oid_alone_tells_the_nature(oid: str | None, nature: str) -> None:
    assert numbers.nature(oid) == nature


@pytest.mark.parametrize(
    ("born", "is_minor"),
    [
        ("2008-03-01", False),
        ("2008-03-02", True),
        ("2026-01-15", True),
        ("1936-01-01", False),
        ("2010-00-00", False),
        (None, False),
    ],
)
def test_who_is_a_minor(born: str | None, *, is_minor: bool) -> None:
    assert settings.is_minor(born, TODAY) is is_minor


def test_composite_proofs_validate_minors_only() -> None:
    known = {
        **settings.DEFAULTS,
        site.HIGH_CONFIDENCE_PROOFS: "CNI, PASSPORT",
        site.LOW_CONFIDENCE_PROOFS: "",
    }
    assert settings.validating_proofs(known, "1980-01-01", TODAY) == ("CNI", "PASSPORT")
    assert set(site.COMPOSITE_PROOFS) < set(settings.validating_proofs(known, "2020-01-01", TODAY))


@pytest.mark.parametrize(
    ("name", "value"),
    [("automatic_validation", "oui"), ("environment", "recette"), ("displayed_fields", "oid, shoe_size")],
)
def test_a_setting_without_sense_is_refused(lgo: HttpDriver, name: str, value: str) -> None:
    before = lgo.read_settings()
    with pytest.raises(RefusedError) as refusal:
        lgo.write_settings({name: value})
    assert (refusal.value.code, refusal.value.fields) == ("INVALID_VALUE", (name,))
    assert lgo.read_settings() == before


def test_automatic_validation_only_where_the_site_wants_it(
    lgo: HttpDriver, user: Actor, bring_to: Callable[[Status], Patient]
) -> None:
    recovered = bring_to(Status.RECUP)
    lgo.write_settings({"automatic_validation": "true"})
    assert lgo.record_proof(recovered.id, "VITALE_CARD", actor=user).status is Status.RECUP
    assert lgo.record_proof(recovered.id, "CNI", actor=user).status is Status.QUAL
    assert lgo.read_status_history(recovered.id, actor=user)[-1].status is Status.QUAL


def test_the_screen_of_a_file_shows_what_the_site_chose(
    lgo: HttpDriver, user: Actor, bring_to: Callable[[Status], Patient]
) -> None:
    patient = bring_to(Status.QUAL)
    shown = {field.name: field for field in lgo.read_form(Form.PATIENT, patient_id=patient.id, actor=user)}
    assert (shown["birth_name"].label, shown["birth_date"].value) == ("N. Nais.", "01/01/1960")
    assert (shown["matricule"].label, shown["matricule"].editable) == ("Matricule INS (NIR)", False)
    assert shown["status"].value == "Identité qualifiée"
    lgo.write_settings({"displayed_fields": "used_name"})
    names = {field.name for field in lgo.read_form(Form.PATIENT, patient_id=patient.id, actor=user)}
    assert {"birth_name", "first_name", "birth_date", "sex", "used_name", "status"} <= names
    assert not {"matricule", "oid", "first_names", "birth_place", "used_first_name"} & names


def test_an_empty_screen_is_empty(lgo: HttpDriver, user: Actor) -> None:
    for form in (Form.CREATION, Form.SEARCH, Form.PROOF):
        fields = lgo.read_form(form, actor=user)
        assert fields
        assert not [field for field in fields if field.value]
    with pytest.raises(RefusedError, match="patient_id"):
        lgo.read_form(Form.PATIENT, actor=user)
