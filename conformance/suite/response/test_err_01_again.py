"""ERR-01: INSi that was away is called again once it is back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from conformance.drivers.model import Verb
from conformance.suite.desk.apart import path
from conformance.suite.desk.clocks import passing
from conformance.suite.verification.elsewhere import answering
from conformance.verdicts import Departure

if TYPE_CHECKING:
    from conformance.suite.desk.steps import Desk

CLOCK: Final = path("horloge du logiciel", "clock of the software", Verb.SET_CLOCK)
FAILURES: Final = 3
TRIES: Final = 3
"""How often it is tried once INSi is back, an hour apart: a software may pause after several failures."""


@pytest.mark.rule("ERR-01")
@CLOCK.mark
@pytest.mark.title(
    fr="Après plusieurs pannes de suite, INSi revenu est rappelé : la pause, s'il y en a une, a une fin",
    en="After several failures in a row INSi, being back, is called again: the pause, if there is one, ends",
)
def test_called_again(desk: Desk) -> None:
    patient = desk.create(desk.draw(first_names_count=1))
    with answering(desk, "chaos/http-503"):
        for _ in range(FAILURES):
            call, _ = desk.try_call(patient)
    with passing(desk) as time:
        for _ in range(TRIES):
            time.passes(hours=1)
            call, requests = desk.try_call(patient)
            if requests:
                return
    raise Departure(
        f"INSi revenu depuis {TRIES} heures, aucun appel ne part plus : {call}",
        f"INSi has been back for {TRIES} hours, and no call leaves any more: {call}",
        inferred=True,
    )
