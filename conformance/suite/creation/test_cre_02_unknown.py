"""CRE-02 beside another unknown: whoever does not know the day of a birth seldom knows its place."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import pytest

from conformance.drivers.model import CallOutcome
from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.apart import FROM_INSI
from conformance.suite.desk.expect import expect, expect_each
from conformance.suite.desk.people import typed
from conformance.suite.desk.wire import UNKNOWN_PLACE
from conformance.suite.response.refusals import altered
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


@pytest.mark.rule("CRE-02")
@pytest.mark.title(
    fr="Un dossier créé depuis INSi, dont ni l'utilisateur ni INSi ne savent le lieu, porte un code de lieu",
    en="A file created from INSi, whose place neither the user nor INSi knows, holds a code of a place",
)
@FROM_INSI.mark
def test_from_insi_without_place(desk: Desk) -> None:
    person = desk.draw()
    with desk.answered_by(altered("no-place", {"birth_place": None}), patient=person):
        call, _ = desk.try_search_insi(typed(person, birth_place=None))
    if isinstance(call, RefusedError) or call.outcome is not CallOutcome.FOUND:
        return  # A software may want a place.
    patient = desk.try_accept(call)
    if patient is None or isinstance(patient, RefusedError):
        return
    expect(
        desk.read(patient).birth_place,
        fr=f"aucun lieu de naissance dans le dossier créé : {UNKNOWN_PLACE} est le code prévu",
        en=f"no birth place in the file created: {UNKNOWN_PLACE} is the code for that",
        # The code is for a creation by hand.
        inferred=True,
    )
