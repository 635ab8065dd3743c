"""RSP-08, RSP-09 and ERR-04 at a later request: an answer that must not be taken is no better for coming after a 01 or a 02."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

import pytest

from conformance.drivers.model import CallOutcome
from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.expect import expect, expect_each
from conformance.suite.desk.people import PLAIN
from conformance.suite.desk.routes import Route
from conformance.suite.desk.snapshot import Moment, expect_kept
from conformance.suite.response.refusals import altered

if TYPE_CHECKING:
    from conformance.suite.desk.steps import Desk

ALTERED: Final[dict[str, dict[str, str | None]]] = {
    "RSP-08": {"birth_date": "{year}-{month}-00"},
    "RSP-09": {"birth_name": None},
    "ERR-04": {"key": "{wrong_key}"},
}
"""What makes an answer one that is not to be imported, by rule."""


@pytest.mark.title(
    fr="Ce retour 00 n'est pas repris non plus quand il vient après un 01 ou un 02, à une requête suivante du même appel",
    en="This answer 00 is not taken either when it comes after a 01 or a 02, to a further request of the same call",
)
@pytest.mark.parametrize("rule", [pytest.param(key, marks=pytest.mark.rule(key), id=key) for key in ALTERED])
def test_later_request(desk: Desk, rule: str) -> None:
    def judge(first: str, route: Route) -> None:
        person = desk.draw(first_names_count=2, **PLAIN)
        before = desk.snapshot(desk.bring(person, route))
        with desk.answered_by(_after(first, ALTERED[rule]), patient=person):
            call, requests = desk.try_call(before.patient)
        if not requests or requests[-1].code != "00":
            return  # One request for each call, or none for an INS that is there.
        if not isinstance(call, RefusedError):
            # Proposed: then the acceptance has to be refused. Not proposed: a software may let it be tried all the same.
            taken = desk.try_accept(call)
            expect(
                call.outcome is not CallOutcome.FOUND or isinstance(taken, RefusedError),
                fr=f"retour 00 à ne pas reprendre, après un {first} : il est proposé, et se laisse accepter",
                en=f"answer 00 that must not be taken, after a {first}: it is proposed, and can be accepted",
            )
        moment = Moment(f"retour 00 filtré après un {first}", f"filtered answer 00 after a {first}")
        expect_kept(desk.snapshot(before.patient), before, moment)

    expect_each(
        {
            f"{first} {route}": partial(judge, first, route)
            for first, route in (("01", Route.TYPED), ("02", Route.IMPORTED))
        }
    )


def _after(first: str, alter: dict[str, str | None]) -> dict[str, Any]:
    """Return a scenario in which the first request gets this code and the others an altered 00, about whomever."""
    data = altered(f"after-{first}", alter)
    rule, *others = data["rules"]
    when = {"operation": rule["when"]["operation"]}
    return {
        **data,
        "rules": [
            {"when": {**when, "call": {"first": True}}, "then": {"code": first}},
            {"when": when, "then": rule["then"]},
            *others,
        ],
    }
