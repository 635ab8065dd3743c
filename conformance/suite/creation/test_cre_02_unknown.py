"""CRE-02 beside another unknown: whoever does not know the day of a birth seldom knows its place."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import pytest

from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.expect import expect_each
from conformance.suite.desk.people import typed
from conformance.suite.desk.wire import UNKNOWN_PLACE
from conformance.verdicts import Departure

if TYPE_CHECKING:
    from conformance.suite.desk.steps import Desk


@pytest.mark.rule("CRE-02")
@pytest.mark.title(
    fr="Le logiciel qui admet un jour ou un mois inconnu l'admet aussi avec le lieu 99999",
    en="A software that takes an unknown day or month takes it with the place 99999 too",
)
def test_unknown_together(desk: Desk) -> None:
    def judge(date: str) -> None:
        traits = replace(typed(desk.draw()), birth_date=date)
        try:
            desk.lgo.create_patient(replace(traits, birth_place=UNKNOWN_PLACE), actor=desk.user)
        except RefusedError as refusal:
            with suppress(RefusedError):
                desk.lgo.create_patient(traits, actor=desk.user)
                raise Departure(
                    f"une date incomplète est acceptée, et refusée quand le lieu est 99999 : {refusal.message}",
                    f"an incomplete date is accepted, and refused when the place is 99999: {refusal.message}",
                    inferred=True,
                ) from refusal

    expect_each({"jour inconnu": partial(judge, "1957-04-00"), "mois inconnu": partial(judge, "1957-00-12")})
