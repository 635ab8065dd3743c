"""RSP-12 and RSP-13: nobody found, several found."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from conformance.drivers.model import CallOutcome
from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.apart import FROM_INSI, WITHOUT_WAITING
from conformance.suite.desk.expect import expect, expect_equal
from conformance.suite.desk.full import bring_full
from conformance.suite.desk.people import typed
from conformance.suite.desk.routes import WITH_INS, Route, routes
from conformance.suite.desk.snapshot import Moment, expect_kept
from conformance.suite.desk.started import without_waiting
from conformance.suite.desk.steps import USERS
from conformance.suite.desk.told import expect_told, told
from conformance.suite.desk.wire import need_answer
from conformance.suite.response.refusals import ENDINGS, fed_again, with_somebody
from conformance.verdicts import Departure, UndecidedError

if TYPE_CHECKING:
    from conformance.drivers.model import InsiCall, Patient
    from conformance.suite.desk.snapshot import Snapshot
    from conformance.suite.desk.steps import Desk


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """An answer that brings no identity."""

    rule: str
    code: str
    scenario: str
    outcome: CallOutcome


NOBODY = Ending(rule="RSP-12", code="01", scenario="answers/not-found", outcome=CallOutcome.NOT_FOUND)
SEVERAL = Ending(rule="RSP-13", code="02", scenario="answers/several", outcome=CallOutcome.SEVERAL)

ANSWERS = [
    pytest.param(ending, marks=pytest.mark.rule(ending.rule), id=ending.code) for ending in (NOBODY, SEVERAL)
]


FULL = frozenset({Route.TYPED, Route.IMPORTED_CHECKED})
"""The ways to a status at which an answer without identity bears one all the same."""


@pytest.mark.title(
    fr="Ce retour ne change rien au dossier, à aucun statut, et l'utilisateur est informé de ce qui s'est passé",
    en="This answer changes nothing in the file, at any status, and the user is told what happened",
)
@pytest.mark.parametrize("user", USERS)
@pytest.mark.parametrize("route", routes(), ids=str)
@pytest.mark.parametrize("ending", ANSWERS)
def test_nothing_changes(desk: Desk, ending: Ending, route: Route, user: str) -> None:
    _expect_nothing_changes(desk.by(user), ending, route)


@pytest.mark.title(
    fr="Ce retour d'un appel lancé sans attendre ne change rien au dossier, et l'utilisateur en est informé",
    en="This answer to a call started without waiting changes nothing in the file, and the user is told",
)
@pytest.mark.parametrize("ending", ANSWERS)
@WITHOUT_WAITING.mark
def test_nothing_changes_without_waiting(desk: Desk, ending: Ending) -> None:
    _expect_nothing_changes(without_waiting(desk), ending, Route.IMPORTED)


def _expect_nothing_changes(desk: Desk, ending: Ending, route: Route) -> None:
    usual = desk.usually_told()
    person = desk.draw(first_names_count=2)
    patient = bring_full(desk, person, route)
    before = desk.snapshot_declined(patient)
    moment = Moment(f"sur un retour {ending.code} ({route})", f"on an answer {ending.code} ({route})")
    # The second time the answer bears an identity all the same: it is the code that tells (insi-contract §3.1).
    full = with_somebody(f"somebody-under-{ending.code}", ending.code, desk.draw(first_names_count=2))
    for again, scenario in enumerate((ending.scenario, full if route in FULL else ending.scenario)):
        with desk.answered_by(scenario):
            try:
                call, requests = desk.try_call(patient)
                need_answer(requests, str(scenario["id"]) if isinstance(scenario, dict) else scenario)
            except UndecidedError:
                if again:  # Why it is not asked again may be what the first answer has changed.
                    _expect_nothing_stored(desk, before, moment)
                raise
            if not isinstance(call, RefusedError):
                with suppress(RefusedError):
                    desk.lgo.decide_proposal(call.id, accept=True, actor=desk.user)
            if scenario is full:
                continue  # A software may take it for an answer that cannot be read.
            _expect_ending(call, ending, moment)
            others = {
                ENDINGS[code].fr: usual[code] for code in usual if code not in {ending.code, "insi_102"}
            }
            expect_told(told(call, about=patient), others, moment)
            _expect_no_candidates(call, moment)
    # Twice nothing: what either has changed is there to be seen.
    _expect_nothing_stored(desk, before, moment)
    # The same call with the true answer is proposed and taken: the silence above was that of INSi.
    fed = fed_again(desk, patient, moment)
    expect(
        fed.matricule,
        fr="la vraie réponse qui suit n'est pas reprise",
        en="the true answer that follows is not taken",
    )


@pytest.mark.title(
    fr="Une recherche INSi ainsi terminée ne crée aucun dossier, et l'utilisateur est informé",
    en="An INSi search that ends so creates no file, and the user is told",
)
@pytest.mark.parametrize("ending", ANSWERS)
@FROM_INSI.mark
def test_no_file_is_created(desk: Desk, ending: Ending) -> None:
    usual = desk.usually_told()
    person = desk.draw()
    moment = Moment(
        f"recherche INSi, sur un retour {ending.code}", f"INSi search, on an answer {ending.code}"
    )
    day = person.identity.traits.birth_date
    # Somebody else may be born that day.
    there = {each.id for each in desk.born_on(day)}
    with desk.answered_by(ending.scenario):
        call, requests = desk.try_search_insi(typed(person))
        need_answer(requests, ending.scenario)
    _expect_ending(call, ending, moment)
    if not isinstance(call, RefusedError):
        created = desk.try_accept(call)
        expect(
            created is None or isinstance(created, RefusedError),
            fr=f"{moment.fr}, un dossier a été créé",
            en=f"{moment.en}, a file was created",
        )
    expect(
        not {each.id for each in desk.born_on(day)} - there,
        fr=f"{moment.fr}, un dossier existe",
        en=f"{moment.en}, a file exists",
    )
    others = {ENDINGS[code].fr: usual[code] for code in usual if code not in {ending.code, "insi_102"}}
    traits = person.identity.traits
    expect_told(told(call, about=(traits.birth_name, traits.first_names, person.first_name)), others, moment)
    _expect_no_candidates(call, moment)
    desk.prove_search_works(person)


def _expect_ending(call: InsiCall | RefusedError, ending: Ending, moment: Moment) -> None:
    if isinstance(call, RefusedError):
        raise Departure(
            f"{moment.fr}, le logiciel refuse l'appel au lieu d'en rendre compte : {call.message}",
            f"{moment.en}, the software refuses the call instead of reporting it: {call.message}",
        )
    expect_equal(
        got=call.outcome,
        expected=ending.outcome,
        fr=f"{moment.fr}, issue annoncée",
        en=f"{moment.en}, outcome announced",
    )


def _expect_no_candidates(call: InsiCall | RefusedError, moment: Moment) -> None:
    if isinstance(call, RefusedError):
        return
    expect(
        not call.candidates,
        fr=f"{moment.fr}, le logiciel affiche des candidats qu'INSi n'a pas renvoyés : {', '.join(call.candidates)}",
        en=f"{moment.en}, the software shows candidates that INSi did not return: {', '.join(call.candidates)}",
    )


def _expect_nothing_stored(desk: Desk, before: Snapshot, moment: Moment) -> None:
    after = desk.snapshot(before.patient)
    patient: Patient = after.patient
    expect(
        (patient.matricule, patient.oid) == (before.patient.matricule, before.patient.oid),
        fr=f"{moment.fr}, le matricule ou l'OID a changé : {patient.matricule}, {patient.oid}",
        en=f"{moment.en}, the matricule or the OID has changed: {patient.matricule}, {patient.oid}",
    )
    if before.patient.status not in WITH_INS:
        # Règle 20: these two statuses need an identity from INSi, and there is none.
        expect(
            patient.status not in WITH_INS,
            fr=f"{moment.fr}, le statut est passé de {before.patient.status} à {patient.status} sans identité INSi",
            en=f"{moment.en}, the status went from {before.patient.status} to {patient.status} without an INSi identity",
        )
    expect_equal(
        got=patient.status,
        expected=before.patient.status,
        fr=f"{moment.fr}, statut",
        en=f"{moment.en}, status",
    )
    # That nothing else changes either is not said by the texts.
    expect_kept(after, before, moment, inferred=True)
