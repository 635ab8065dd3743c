"""RSP-02: what INSi returns is taken over even where the file has it already, in a field for the names in use."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from conformance.suite.desk.expect import expect_each
from conformance.suite.desk.people import PLAIN
from conformance.suite.desk.routes import Route
from conformance.suite.desk.words import expect_values, insi_values
from conformance.suite.response.proposals import accepted, proposed

if TYPE_CHECKING:
    from conformance.suite.desk.steps import Desk


@pytest.mark.rule("RSP-02")
@pytest.mark.title(
    fr="Le nom et la liste d'INSi sont repris même quand ils sont saisis comme nom ou prénom utilisé",
    en="The name and the list of INSi are taken over even when they were typed as used name or used first name",
)
@pytest.mark.parametrize("route", [Route.TYPED, Route.CHECKED], ids=str)
def test_known_as_used_name(desk: Desk, route: Route) -> None:
    def judge(**typed_otherwise: str | None) -> None:
        person = desk.draw(first_names_count=2, **PLAIN)
        traits = person.identity.traits
        used = {"used_name": traits.birth_name, "used_first_name": person.first_name}
        patient = desk.bring(person, route, **{**used, **typed_otherwise})
        after = accepted(desk, proposed(desk, patient, person))
        expect_values(
            after,
            {**insi_values(person), **used},
            fr="le dossier ne porte pas l'identité d'INSi à côté des noms utilisés",
            en="the file does not hold the identity of INSi beside the names in use",
        )

    expect_each({"nom": partial(judge, birth_name="KVORLAN"), "liste": partial(judge, first_names=None)})
