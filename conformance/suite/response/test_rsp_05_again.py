"""RSP-05 on a second call: the alert on the 1er prénom is no message that is shown once and never again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.suite.desk.expect import expect
from conformance.suite.desk.people import NAMES_IN_USE, PLAIN
from conformance.suite.desk.routes import Route
from conformance.suite.desk.told import told
from conformance.suite.response.proposals import proposed

if TYPE_CHECKING:
    from conformance.drivers.model import InsiCall, Patient
    from conformance.suite.desk.steps import Desk
    from conformance.suite.desk.told import Told
    from simulator.registry.person import Person


@pytest.mark.rule("RSP-05")
@pytest.mark.title(
    fr="L'alerte sur le 1er prénom revient à chaque appel, liste d'un seul prénom comprise, quels que soient les noms utilisés",
    en="The alert on the 1er prénom comes at each call, with a list of one name too, whatever the names in use",
)
@pytest.mark.parametrize("count", [1, 2], ids=["one-name", "two-names"])
@pytest.mark.parametrize("route", [Route.TYPED, Route.CHECKED], ids=str)
def test_alert_at_each_call(desk: Desk, route: Route, count: int) -> None:
    person = desk.draw(first_names_count=count, **PLAIN)
    # A used first name that does start the list stands for nothing.
    used = {**NAMES_IN_USE, "used_first_name": person.first_name}
    patient = desk.bring(person, route, first_name="YEMDRAL", first_names=None, **used)
    other = desk.draw(first_names_count=count, **PLAIN)
    usual = _told(desk, proposed(desk, desk.bring(other, route, first_names=None, **used), other), other)
    for number in (1, 2, 3):
        call = proposed(desk, patient, person)
        got = _told(desk, call, person, patient)
        expect(
            got.words - usual.words,
            fr=f"appel {number} : aucune alerte alors que la liste ne commence pas par le 1er prénom",
            en=f"call {number}: no alert although the list does not begin with the 1er prénom",
        )
        desk.decide(call, accept=False)


def _told(desk: Desk, call: InsiCall, person: Person, patient: Patient | None = None) -> Told:
    proposal = desk.lgo.read_proposal(call.id, actor=desk.user)
    traits = person.identity.traits
    return told(
        call,
        about=(
            traits.birth_name,
            traits.first_names,
            *traits.first_names.split(),
            patient and patient.first_name,
        ),
        alerts=[alert.message for alert in proposal.alerts],
    )
