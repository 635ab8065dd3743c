"""FLD-04: the names in use are the user's: nothing fills them automatically."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.suite.desk.routes import Route, routes
from conformance.suite.desk.words import expect_values

if TYPE_CHECKING:
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


def _expect_empty(desk: Desk, patient_id: str) -> None:
    expect_values(
        desk.lgo.read_patient(patient_id, actor=desk.user),
        EMPTY,
        fr="les noms utilisés ont été remplis automatiquement",
        en="the names in use were filled automatically",
    )
