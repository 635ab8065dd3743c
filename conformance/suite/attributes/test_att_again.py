"""ATT-01 and ATT-06: an attribute set a second time stays, and automatic validation stops before a marked identity."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

import pytest

from conformance.drivers import site
from conformance.drivers.model import HIGH_CONFIDENCE_PROOFS, Attribute
from conformance.drivers.protocol import RefusedError
from conformance.suite.attributes.marks import ALLOWED, DISQUALIFYING_SETS, mark, named
from conformance.suite.desk.apart import SETTINGS
from conformance.suite.desk.expect import expect_each
from conformance.suite.desk.people import NAMES_IN_USE, adult
from conformance.suite.desk.routes import Route
from conformance.suite.desk.snapshot import ANYTHING, Moment, expect_kept
from conformance.suite.site.settings import restored, setting

if TYPE_CHECKING:
    from conformance.suite.desk.steps import Desk


@pytest.mark.rule("ATT-01")
@pytest.mark.title(
    fr="Posé une seconde fois, par le même ou par un autre, l'attribut reste et rien ne change",
    en="Set a second time, by the same user or another, the attribute stays and nothing changes",
)
@pytest.mark.parametrize("route", [Route.TYPED, Route.IMPORTED_CHECKED], ids=str)
def test_set_again(desk: Desk, route: Route) -> None:
    def judge(attributes: frozenset[Attribute]) -> None:
        before = mark(desk, desk.bring(desk.draw(), route, **NAMES_IN_USE), attributes)
        for actor in (desk.user, desk.super_user):
            with suppress(RefusedError):
                desk.lgo.set_attributes(before.patient.id, attributes, actor=actor)
            # That nothing else moves is a deduction.
            expect_kept(
                desk.snapshot(before.patient),
                before,
                Moment(f"{named(attributes)} posé de nouveau", f"{named(attributes)} set again"),
                inferred=True,
            )

    expect_each({named(kinds): partial(judge, kinds) for kinds in ALLOWED})


@pytest.mark.rule("ATT-06")
@pytest.mark.title(
    fr="La validation automatique, même activée, ne valide pas une identité douteuse ou fictive",
    en="Automatic validation, even switched on, does not validate a doubtful or fictitious identity",
)
@SETTINGS.mark
def test_automatic_validation_stops(desk: Desk) -> None:
    if setting(desk, site.AUTOMATIC_VALIDATION) is None:
        return  # There is none.

    def judge(attributes: frozenset[Attribute], kind: str) -> None:
        before = mark(desk, desk.create(adult(desk)), attributes)
        with suppress(RefusedError):
            desk.lgo.record_proof(before.patient.id, kind, actor=desk.user)
        expect_kept(
            desk.snapshot(before.patient),
            before,
            Moment(
                f"{kind} enregistrée pour une identité {named(attributes)}, validation automatique activée",
                f"{kind} recorded for an identity {named(attributes)}, automatic validation switched on",
            ),
            besides={"proof": ANYTHING},
        )

    with restored(desk, site.AUTOMATIC_VALIDATION), suppress(RefusedError):
        desk.lgo.write_settings({site.AUTOMATIC_VALIDATION: site.ON})
        expect_each(
            {
                f"{named(kinds)}, {kind}": partial(judge, kinds, kind)
                for kinds in DISQUALIFYING_SETS
                for kind in HIGH_CONFIDENCE_PROOFS[:2]
            }
        )
