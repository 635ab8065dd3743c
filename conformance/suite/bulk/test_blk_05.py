"""BLK-05: the counters of the dashboard are those of the wire and of the files.

What counts as one call is taken so that nobody can count otherwise: people with one first name, of whom one act is one
request. Whether verifications are calls of the dashboard is in no text: both are allowed, mixing is not.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from conformance.drivers.model import Attribute, Status
from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.apart import ATTRIBUTES, CARD, DOWNGRADE, FROM_INSI
from conformance.suite.desk.card_calls import need_card_request, read_card, try_card_call
from conformance.suite.desk.cards import family
from conformance.suite.desk.expect import expect, expect_equal
from conformance.suite.desk.lowering import lowered_by
from conformance.suite.desk.people import PLAIN, typed
from conformance.suite.desk.routes import Route, routes
from conformance.suite.desk.steps import USERS
from conformance.suite.desk.wire import need_answer, need_found
from conformance.suite.verification.elsewhere import answering, verify
from conformance.suite.verification.wire import KO, need_verified
from conformance.verdicts import UndecidedError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conformance.drivers.model import Patient
    from conformance.drivers.screens import Dashboard
    from conformance.suite.desk.steps import Desk
    from simulator.client import ExchangeView

ENDINGS = {
    "00": None,
    "01": "answers/not-found",
    "02": "answers/several",
    "fault": "faults/insi-102",
    "down": "chaos/http-503",
}
ANSWERED = ("01", "02")
"""Endings that are neither an identity nor a breakdown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What has been added to the counters since a moment."""

    calls: int
    successes: int
    failures: int
    patients: int
    qualified: int


def counted(desk: Desk, before: Dashboard) -> Counted:
    """Return what was added."""
    now = desk.lgo.read_dashboard(actor=desk.user)
    return Counted(
        calls=now.insi_calls - before.insi_calls,
        successes=now.insi_successes - before.insi_successes,
        failures=now.insi_failures - before.insi_failures,
        patients=now.patients - before.patients,
        qualified=now.qualified - before.qualified,
    )


@pytest.mark.rule("BLK-05")
@pytest.mark.title(
    fr="Chaque appel est compté une fois : trouvé parmi les réussites, en panne parmi les échecs, sans résultat jamais perdu",
    en="Each call is counted once: found among the successes, failed among the failures, without result never lost",
)
@pytest.mark.parametrize("way", ["file", "typed-search"])
@pytest.mark.parametrize("ending", ENDINGS)
@FROM_INSI.mark
def test_each_ending(desk: Desk, ending: str, way: str) -> None:
    person = desk.draw(first_names_count=1, birth_place=None, **PLAIN)
    # Nobody has a file who is searched for a new one: a software may search INSi for strangers only (SRC-12).
    patient = desk.create(person, birth_place="99999") if way == "file" else None
    before, sent = desk.lgo.read_dashboard(actor=desk.user), 0
    for times in (1, 2):
        with answering(desk, ENDINGS[ending]):
            if patient:
                _, requests = desk.try_call(patient)
            else:
                _, requests = desk.try_search_insi(typed(person, birth_place="99999"))
                if sent and not requests and ending in ANSWERED:
                    break  # The same question need not be asked twice.
        _need_ended(requests, ENDINGS[ending])
        sent += len(requests)
        _expect_calls(counted(desk, before), ending, times, sent)


@pytest.mark.rule("BLK-05")
@pytest.mark.title(
    fr="Un appel par carte est compté comme un autre",
    en="A call by card is counted like any other",
)
@CARD.mark
def test_by_card(desk: Desk) -> None:
    people = family(desk.draw)
    patient = desk.create(people.insured.person)
    before, sent = desk.lgo.read_dashboard(actor=desk.user), 0
    for _ in range(2):
        call, requests = try_card_call(desk, read_card(desk, people.card()), people.insured, patient)
        need_card_request(call, requests)
        need_found(requests)
        sent += len(requests)
    got = counted(desk, before)
    expect_equal(
        got=(got.calls, got.successes, got.failures),
        expected=(sent, sent, 0),
        fr="appels, réussites et échecs ajoutés par des appels par carte",
        en="calls, successes and failures added by calls by card",
    )


@pytest.mark.rule("BLK-05")
@pytest.mark.title(
    fr="Un appel bloqué, une recherche locale, une lecture ou une décision ne sont pas des appels",
    en="A blocked call, a local search, a reading or a decision are no calls",
)
def test_no_call(desk: Desk) -> None:
    person = desk.draw(first_names_count=1)
    patient = desk.create(person)
    call = desk.find(patient)
    declined = desk.find(desk.create(desk.draw()))
    before = desk.lgo.read_dashboard(actor=desk.user)
    # A creation that is refused is no patient either.
    with suppress(RefusedError):
        desk.lgo.create_patient(typed(desk.draw(), birth_place=None), actor=desk.user)
    _, requests = desk.during(
        lambda: (
            desk.search(birth_date=person.identity.traits.birth_date),
            desk.read(patient),
            desk.decide(call, accept=True),
            desk.decide(declined, accept=False),
            desk.check_document(patient),
            desk.lgo.read_audit_log(actor=desk.user),
            _try_doubtful(desk, patient),
        )
    )
    got = counted(desk, before)
    # A software may ask INSi by itself, to have what was accepted verified: that may count.
    expect_equal(
        got=(got.calls, got.successes, got.failures, got.patients),
        expected=(len(requests), len(requests), 0, 0) if got.calls else (0, 0, 0, 0),
        fr="appels, réussites, échecs et dossiers ajoutés sans aucun appel, une création étant refusée",
        en="calls, successes, failures and files added without any call, a creation being refused",
    )


@pytest.mark.rule("BLK-05")
@pytest.mark.title(
    fr="Le nombre de dossiers et d'identités qualifiées est celui des dossiers, à chaque statut, pour chaque utilisateur",
    en="The number of files and of identités qualifiées is that of the files, at each status, for each user",
)
@pytest.mark.parametrize("user", USERS)
@pytest.mark.parametrize("route", routes(), ids=str)
def test_qualified(desk: Desk, route: Route, user: str) -> None:
    desk = desk.by(user)
    before = desk.lgo.read_dashboard(actor=desk.user)
    for number in (1, 2):
        desk.bring(desk.draw(), route)
        got = counted(desk, before)
        expect_equal(
            got=(got.patients, got.qualified),
            expected=(number, number if route.status is Status.QUAL else 0),
            fr=f"dossiers et identités qualifiées ajoutés ({route})",
            en=f"files and identités qualifiées added ({route})",
        )


@pytest.mark.rule("BLK-05")
@pytest.mark.title(
    fr="Une identité qui cesse d'être qualifiée n'est plus comptée",
    en="An identity that ceases to be qualifiée is no longer counted",
)
@pytest.mark.parametrize("how", ["downgraded", "verification-ko"])
@DOWNGRADE.mark
def test_no_longer_qualified(desk: Desk, how: str) -> None:
    patient = desk.bring(desk.draw(), Route.IMPORTED_CHECKED)
    desk.bring(desk.draw(), Route.IMPORTED_CHECKED)
    before = desk.lgo.read_dashboard(actor=desk.user)
    if how == "downgraded":
        lowered_by(desk, patient, Status.VALI)
    else:
        with answering(desk, KO):
            need_verified(verify(desk, patient)[1])
    if desk.read(patient).status is Status.QUAL:
        raise UndecidedError(
            "le dossier est resté qualifié", "the file is still qualifié", depends_on=("STA-08", "VER-05")
        )
    got = counted(desk, before)
    expect_equal(
        got=(got.patients, got.qualified),
        expected=(0, -1),
        fr="dossiers et identités qualifiées ajoutés quand l'une cesse de l'être",
        en="files and identités qualifiées added when one ceases to be so",
    )


@pytest.mark.rule("BLK-05")
@pytest.mark.title(
    fr="Les vérifications sont toutes comptées, ou aucune, et une panne n'y est pas une réussite",
    en="Verifications are all counted, or none, and a failure is no success among them",
)
def test_verifications(desk: Desk) -> None:
    patient = desk.bring(desk.draw(), Route.IMPORTED)
    before = desk.lgo.read_dashboard(actor=desk.user)
    for _ in range(2):
        need_verified(verify(desk, patient)[1])
    fine = counted(desk, before)
    with answering(desk, "fault-insi-102"):
        # A software may try again by itself.
        failed = len(need_verified(verify(desk, patient)[1]))
    all_of = counted(desk, before)
    expect(
        (fine.calls, all_of.calls) in {(0, 0), (2, 3), (2, 2 + failed)},
        fr=f"deux vérifications, puis une en panne : {fine.calls} puis {all_of.calls} appels comptés",
        en=f"two verifications, then one that fails: {fine.calls} then {all_of.calls} calls counted",
    )
    expect(
        all_of.successes == fine.calls and all_of.failures == all_of.calls - fine.calls,
        fr=f"réussites {all_of.successes} et échecs {all_of.failures} pour {all_of.calls} vérification(s) comptée(s)",
        en=f"successes {all_of.successes} and failures {all_of.failures} for {all_of.calls} verification(s) counted",
    )


def _try_doubtful(desk: Desk, patient: Patient) -> object:
    """Have a call blocked, where the software has the mark that blocks it."""
    with desk.if_offered(ATTRIBUTES), suppress(RefusedError):
        desk.lgo.set_attributes(patient.id, frozenset({Attribute.DOUTEUSE}), actor=desk.user)
        return desk.try_call(patient)
    return None


def _need_ended(requests: Sequence[ExchangeView], scenario: str | None) -> None:
    """Make sure that INSi answered what the case is about: a request that it refused is counted as a failure, rightly."""
    if scenario is None:
        need_found(requests)
    else:
        need_answer(requests, scenario)


def _expect_calls(got: Counted, ending: str, times: int, sent: int) -> None:
    """Check the counters after so many acts, all of one ending; a software that repeats requests may count either."""
    shown = f"appels {got.calls}, réussites {got.successes}, échecs {got.failures}"
    told = f"calls {got.calls}, successes {got.successes}, failures {got.failures}"
    expect(
        got.calls in {times, sent},
        fr=f"{shown} après {times} appel(s) terminé(s) par {ending} ({sent} requête(s))",
        en=f"{told} after {times} call(s) ended by {ending} ({sent} request(s))",
    )
    if ending in ANSWERED:
        expect(
            got.successes + got.failures <= got.calls,
            fr=f"retour {ending} compté deux fois ({shown})",
            en=f"answer {ending} counted twice ({told})",
        )
        # That an answer without identity is no failure is our reading of the counters.
        expect(
            got.failures == 0,
            fr=f"retour {ending} compté comme un échec ({shown})",
            en=f"answer {ending} counted as a failure ({told})",
            inferred=True,
        )
        return
    expected = (got.calls, 0) if ending == "00" else (0, got.calls)
    expect(
        (got.successes, got.failures) == expected,
        fr=f"{times} appel(s) terminé(s) par {ending} : {shown}",
        en=f"{times} call(s) ended by {ending}: {told}",
    )
