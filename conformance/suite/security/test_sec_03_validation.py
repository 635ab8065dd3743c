"""SEC-03: who is not entitled to validate identities validates none."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

import pytest

from conformance.drivers.model import Status
from conformance.drivers.protocol import RefusedError
from conformance.drivers.screens import Right
from conformance.suite.desk.expect import expect, expect_each
from conformance.suite.desk.people import adult
from conformance.suite.desk.routes import Route
from conformance.suite.security.profiles import profile
from conformance.verdicts import UndecidedError

if TYPE_CHECKING:
    from conformance.suite.desk.steps import Desk


@pytest.mark.rule("SEC-03")
@pytest.mark.title(
    fr="Sans le droit de valider, une identité n'est ni qualifiée ni validée",
    en="Without the right to validate, an identity becomes neither qualifiée nor validée",
)
def test_no_validation_without_the_right(desk: Desk) -> None:
    # That validating is a right of its own is in no text: where it cannot be withheld, the other checks of the rule decide.
    try:
        who = profile(desk, frozenset(Right) - {Right.VALIDATE_IDENTITY}, name="sans-validation")
    except UndecidedError:
        return
    if Right.VALIDATE_IDENTITY in who.rights:
        return

    def judge(route: Route) -> None:
        patient = desk.bring(adult(desk), route)
        desk.record_document(patient)
        with suppress(RefusedError):
            desk.lgo.validate_identity(patient.id, actor=who.actor)
        status = desk.read(patient).status
        expect(
            status not in {Status.QUAL, Status.VALI},
            fr=f"un profil sans le droit de valider (read_rights) a rendu l'identité {status}",
            en=f"a profile without the right to validate (read_rights) has made the identity {status}",
            inferred=True,
        )

    expect_each({str(route): partial(judge, route) for route in (Route.IMPORTED, Route.TYPED)})
