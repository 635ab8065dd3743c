"""FLD-04: the names in use are the user's: nothing fills them automatically."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from conformance.suite.desk.cast import CAST
from conformance.suite.desk.expect import expect_each
from conformance.suite.desk.people import NAMES_IN_USE, another_value, typed
from conformance.suite.desk.routes import Route, routes
from conformance.suite.desk.steps import USERS, preparing
from conformance.suite.desk.words import expect_values

if TYPE_CHECKING:
    from conformance.suite.desk.cast import Part
    from conformance.suite.desk.steps import Desk

EMPTY = {"used_name": None, "used_first_name": None}


@pytest.mark.rule("FLD-04")
@pytest.mark.title(
    fr="Laissés vides, le nom et le prénom utilisés le restent, quel que soit le chemin, même après un second import",
    en="Left empty, the used name and the used first name stay so, whatever the way, even after a second import",
)
@pytest.mark.parametrize("route", routes(), ids=str)
def test_never_filled(desk: Desk, route: Route) -> None:
    patient = desk.bring(desk.draw(first_names_count=2), route)
    _expect_empty(desk, patient.id)
    if route is not Route.TYPED:
        desk.feed(patient)
        _expect_empty(desk, patient.id)


@pytest.mark.rule("FLD-04")
@pytest.mark.title(
    fr="Laissés vides après un patient qui en avait, ils le restent pour chaque personne de la distribution, et après chaque correction",
    en="Left empty after a patient who had some, they stay so for each person of the cast, and after each correction",
)
@pytest.mark.parametrize("user", USERS)
def test_cast(desk: Desk, user: str) -> None:
    desk = desk.by(user)

    def judge(part: Part) -> None:
        desk.create(desk.draw(), **NAMES_IN_USE)
        with preparing("créer le patient", "create the patient", depends_on=("CRE-03",)):
            patient = desk.lgo.create_patient(typed(desk.play(part)), actor=desk.user)
        _expect_empty(desk, patient.id)

    expect_each({part.key: partial(judge, part) for part in CAST})
    person = desk.draw(first_names_count=2)
    patient = desk.create(person)
    for field in ("birth_name", "first_name", "first_names", "birth_date", "sex", "birth_place"):
        change = {field: another_value(desk, person, field)}
        with preparing("corriger le dossier", "correct the file", depends_on=("FLD-01",)):
            desk.lgo.update_patient(patient.id, change, actor=desk.user)
        _expect_empty(desk, patient.id)


@pytest.mark.rule("FLD-04")
@pytest.mark.title(
    fr="Un seul des deux rempli, l'autre reste vide, à la création comme après l'import INSi",
    en="With one of the two filled, the other stays empty, at creation as after the INSi import",
)
@pytest.mark.parametrize("field", NAMES_IN_USE)
def test_one_of_the_two(desk: Desk, field: str) -> None:
    patient = desk.create(desk.draw(), **{field: NAMES_IN_USE[field]})
    expected = EMPTY | {field: NAMES_IN_USE[field]}
    for moment in ("created", "fed"):
        if moment == "fed":
            desk.feed(patient)
        expect_values(
            desk.read(patient),
            expected,
            fr="les noms utilisés ne sont pas ceux saisis",
            en="the names in use are not those typed",
        )


def _expect_empty(desk: Desk, patient_id: str) -> None:
    expect_values(
        desk.lgo.read_patient(patient_id, actor=desk.user),
        EMPTY,
        fr="les noms utilisés ont été remplis automatiquement",
        en="the names in use were filled automatically",
    )
