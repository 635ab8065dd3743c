"""RSP-19: an error in the data of INSi is corrected where it comes from; nothing of them is forced here."""

from __future__ import annotations

import re
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Final

import pytest

from conformance.drivers.model import Status
from conformance.drivers.protocol import RefusedError
from conformance.drivers.screens import Form
from conformance.suite.desk.expect import expect, expect_each
from conformance.suite.desk.people import another_value
from conformance.suite.desk.routes import Route, routes
from conformance.suite.desk.steps import USERS
from conformance.suite.desk.words import FIELD, shown
from conformance.suite.response.proposals import COMPARED, WHATEVER
from conformance.verdicts import UndecidedError, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.drivers.model import Patient
    from conformance.suite.desk.steps import Desk
    from simulator.registry.person import Person

WITH_INS = routes(Status.RECUP, Status.QUAL)

SOURCES: Final = re.compile(
    r"\binsee\b|\bcaisse|\bc\.?p\.?a\.?m\b|\bmsa\b|assurance maladie|organisme d'assurance|\bmairie|état[ -]civil|\brnipp\b|health insurance|town hall",
    re.IGNORECASE,
)
"""Words for those who can correct: INSEE, the fund, the town hall."""


@pytest.mark.rule("RSP-19")
@pytest.mark.title(
    fr="Un trait changé à la main ne reste pas sous l'INS : il est refusé, ou l'INS quitte le dossier, pour chaque utilisateur",
    en="A trait changed by hand does not stay under the INS: it is refused, or the INS leaves the file, for each user",
)
@pytest.mark.parametrize("user", USERS)
@pytest.mark.parametrize("route", WITH_INS, ids=str)
def test_nothing_is_forced(desk: Desk, route: Route, user: str) -> None:
    at = desk.by(user)

    def judge(field: str) -> None:
        person = desk.draw(first_names_count=2)
        patient = desk.bring(person, route)
        wrong = another_value(desk, person, field)
        # The second attempt finds a file that may have been lowered by the first: fed again, it is as before.
        for times in ("1", "2"):
            with suppress(RefusedError):
                at.lgo.update_patient(patient.id, {field: wrong}, actor=at.user)
            after = desk.read(patient)
            is_forced = getattr(after, field) == wrong
            expect(
                not (is_forced and (after.matricule or after.status in {Status.RECUP, Status.QUAL})),
                fr=f"modification {times} de {FIELD[field].fr} ({route}, {user}) : {shown(wrong).fr} est gardé sous l'INS, statut {after.status}",
                en=f"change {times} of {FIELD[field].en} ({route}, {user}): {shown(wrong).en} is kept under the INS, status {after.status}",
            )
            if after.matricule is None and field not in {"birth_name", "birth_date", "sex"}:
                patient = _fed(desk, patient, person)

    expect_each({field: partial(judge, field) for field in COMPARED})


@pytest.mark.rule("RSP-19")
@pytest.mark.title(
    fr="Une valeur forcée puis une nouvelle réponse d'INSi : c'est celle d'INSi qui est sous l'INS",
    en="A value forced, then another answer of INSi: it is that of INSi that stands under the INS",
)
@pytest.mark.parametrize("field", ["first_names", "birth_place"])
def test_insi_prevails(desk: Desk, field: str) -> None:
    person = desk.draw(first_names_count=2)
    patient = desk.bring(person, Status.RECUP)
    wrong = another_value(desk, person, field)
    with suppress(RefusedError):
        desk.lgo.update_patient(patient.id, {field: wrong}, actor=desk.super_user)
    after = _fed(desk, patient, person)
    expect(
        getattr(after, field) != wrong,
        fr=f"{FIELD[field].fr} forcé ({shown(wrong).fr}) demeure après un nouvel import accepté",
        en=f"{FIELD[field].en} forced ({shown(wrong).en}) stays after another import that was accepted",
    )


@pytest.mark.rule("RSP-19")
@pytest.mark.title(
    fr="Quelque part, l'utilisateur lit à qui s'adresser : INSEE, caisse ou mairie",
    en="Somewhere the user reads whom to turn to: INSEE, fund or town hall",
)
def test_whom_to_turn_to(desk: Desk) -> None:
    if not any(SOURCES.search(text) for text in _texts(desk)):
        raise UndecidedError(
            "aucun message ni libellé rendu par le pilote n'oriente vers l'INSEE, la caisse ou la mairie : à chercher à l'écran et dans l'aide",
            "no message or label that the driver gives directs to INSEE, the fund or the town hall: to be looked for on the screen and in the help",
            verdict=Verdict.REVIEW,
        )


def _fed(desk: Desk, patient: Patient, person: Person) -> Patient:
    """Feed a file from INSi, which answers with the person whatever value, forced before, the call sends."""
    with desk.answered_by(WHATEVER, patient=person):
        return desk.feed(patient)


def _texts(desk: Desk) -> Iterator[str]:
    """Yield what a user reads where INSi and the file, or the document shown, do not agree."""
    person = desk.draw(first_names_count=2)
    patient = desk.bring(person, Status.QUAL)
    for field in COMPARED:
        try:
            desk.lgo.update_patient(patient.id, {field: another_value(desk, person, field)}, actor=desk.user)
        except RefusedError as refusal:
            yield refusal.message
    for line in desk.lgo.read_form(Form.PATIENT, patient_id=patient.id, actor=desk.user):
        yield line.label
        yield line.value or ""
    other = desk.create(person, birth_place="99999")
    call, _ = desk.try_call(other)
    if isinstance(call, RefusedError):
        yield call.message
        return
    yield call.message
    yield from (alert.message for alert in call.alerts)
