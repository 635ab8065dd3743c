"""RSP-18: traits of INSi that differ from those checked against a document are never qualified in silence."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from conformance.drivers.model import Status
from conformance.suite.desk.apart import WITHOUT_WAITING
from conformance.suite.desk.expect import expect, expect_each
from conformance.suite.desk.people import another_value, answered_with
from conformance.suite.desk.routes import Route
from conformance.suite.desk.started import without_waiting
from conformance.suite.desk.told import told
from conformance.suite.response.proposals import proposed

if TYPE_CHECKING:
    from conformance.suite.desk.steps import Desk

FIELDS = ("birth_name", "first_names", "birth_date", "sex", "birth_place")


@pytest.mark.rule("RSP-18")
@pytest.mark.title(
    fr="Une identité validée à laquelle INSi donne un autre trait : la différence est signalée avant que rien ne devienne qualifié",
    en="An identité validée to which INSi gives another trait: the difference is flagged before anything becomes qualifié",
)
def test_not_in_silence(desk: Desk) -> None:
    def judge(field: str, desk: Desk = desk) -> None:
        person = desk.draw(first_names_count=2)
        patient = desk.bring(person, Route.CHECKED)
        answer = answered_with(person, **{field: another_value(desk, person, field)})
        call = proposed(desk, patient, answer)
        flagged = any(
            line.field == field and line.different
            for line in desk.lgo.read_proposal(call.id, actor=desk.user).fields
        )
        warned = bool(call.alerts) and told(call).says_something
        desk.try_accept(call)
        after = desk.read(patient)
        expect(
            flagged or warned or after.status is not Status.QUAL,
            fr=f"qualifiée en silence alors que {field} diffère de ce qui a été contrôlé",
            en=f"qualified in silence although {field} differs from what was checked",
        )

    def judge_started() -> None:
        with desk.if_offered(WITHOUT_WAITING):
            judge("birth_name", without_waiting(desk))

    expect_each({**{field: partial(judge, field) for field in FIELDS}, "sans attendre": judge_started})
