"""Answers that must change nothing: incomplete, empty, none, several, faults, malformed."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest

from conformance.drivers.model import CallOutcome, Status
from conformance.drivers.protocol import RefusedError, VerbNotSupportedError
from conformance.suite.desk.expect import expect, expect_equal
from conformance.suite.desk.people import typed
from conformance.suite.desk.wire import need_answer
from conformance.suite.desk.words import expect_unchanged

if TYPE_CHECKING:
    from conformance.drivers.model import InsiCall, Patient
    from conformance.suite.desk.steps import Desk

WITH_INS = frozenset({Status.RECUP, Status.QUAL})
"""The statuses that say that the identity comes from INSi."""

TIME_OUT = "insi_timeout_seconds"
"""Setting that a software may have (``openapi.yaml``): seconds that it waits for INSi."""

SHORT_TIME_OUT_S = "0.4"
"""So that a software that has this setting does not make the check wait."""


@pytest.mark.rule("RSP-08")
@pytest.mark.title(
    fr="Un retour 00 dont la date de naissance comporte 00 n'est pas importé, et l'utilisateur est alerté",
    en="An answer 00 whose birth date has 00 is not imported, and the user is alerted",
)
@pytest.mark.parametrize("scenario", ["safety/lunar-day", "safety/lunar-month", "safety/lunar-both"])
def test_incomplete_date(desk: Desk, scenario: str) -> None:
    _expect_not_imported(desk, scenario, role="patient")


@pytest.mark.rule("RSP-08")
@pytest.mark.title(
    fr="Aucun dossier n'est créé depuis un retour 00 dont la date de naissance est incomplète",
    en="No file is created from an answer 00 whose birth date is incomplete",
)
def test_incomplete_date_at_creation(desk: Desk) -> None:
    person = desk.draw()
    desk.insi.install("safety/lunar-both", patient=person)
    call, requests = desk.during(lambda: desk.lgo.search_insi(typed(person), actor=desk.user))
    need_answer(requests, "safety/lunar-both")
    expect(
        call.outcome is not CallOutcome.FOUND or _accept(desk, call) is None,
        fr="un dossier a été créé avec une date de naissance incomplète",
        en="a file was created with an incomplete birth date",
    )


@pytest.mark.rule("RSP-09")
@pytest.mark.title(
    fr="Un retour 00 sans nom, sans prénoms ou sans sexe n'est pas importé, et l'utilisateur est alerté",
    en="An answer 00 without name, first names or sex is not imported, and the user is alerted",
)
@pytest.mark.parametrize(
    "scenario", ["safety/empty-birth-name", "safety/empty-first-names", "safety/empty-sex"]
)
def test_empty_trait(desk: Desk, scenario: str) -> None:
    _expect_not_imported(desk, scenario, role="patient")


@pytest.mark.rule("ERR-04")
@pytest.mark.title(
    fr="Un retour 00 dont la clé ou l'OID est faux n'est pas importé, et l'utilisateur est averti",
    en="An answer 00 whose key or OID is wrong is not imported, and the user is warned",
)
@pytest.mark.parametrize("scenario", ["safety/wrong-key", "safety/unknown-oid"])
def test_malformed_answer(desk: Desk, scenario: str) -> None:
    _expect_not_imported(desk, scenario, role="patient")


@pytest.mark.rule("ERR-04")
@pytest.mark.title(
    fr="Une réponse illisible ou au code inconnu n'est ni importée ni prise pour « aucune identité »",
    en="An answer that cannot be read or has an unknown code is neither imported nor taken for “no identity”",
)
@pytest.mark.parametrize(
    "scenario",
    [
        "chaos/malformed-xml-cut-tag",
        "chaos/malformed-xml-crossed-tags",
        "chaos/malformed-xml-control-character",
        "chaos/truncated-body",
        "chaos/empty-body",
        "chaos/html-maintenance",
        "chaos/unknown-code-answer",
    ],
)
def test_unreadable_answer(desk: Desk, scenario: str) -> None:
    call = _expect_not_imported(desk, scenario)
    expect(
        isinstance(call, RefusedError) or call.outcome is not CallOutcome.NOT_FOUND,
        fr=f"la réponse {scenario} est annoncée comme une absence d'identité",
        en=f"the answer {scenario} is reported as no identity found",
    )


@pytest.mark.rule("RSP-12")
@pytest.mark.title(
    fr="Sur un retour 01, ni matricule ni changement de statut, et l'utilisateur est informé",
    en="On an answer 01, no matricule and no change of status, and the user is told",
)
@pytest.mark.parametrize("status", [Status.PROV, Status.VALI])
def test_nobody_found(desk: Desk, status: Status) -> None:
    call = _expect_nothing_stored(desk, status, "answers/not-found")
    expect_equal(
        got=call.outcome,
        expected=CallOutcome.NOT_FOUND,
        fr="issue annoncée d'un retour 01",
        en="outcome of a 01",
    )
    expect(
        call.message.strip() or call.alerts,
        fr="aucun message n'informe l'utilisateur qu'INSi n'a trouvé personne",
        en="no message tells the user that INSi found nobody",
    )


@pytest.mark.rule("RSP-13")
@pytest.mark.title(
    fr="Sur un retour 02, ni matricule, ni changement de statut, ni liste de candidats",
    en="On an answer 02, no matricule, no change of status, no list of candidates",
)
@pytest.mark.parametrize("status", [Status.PROV, Status.VALI])
def test_several_found(desk: Desk, status: Status) -> None:
    call = _expect_nothing_stored(desk, status, "answers/several")
    expect(
        not call.candidates,
        fr=f"le logiciel affiche des candidats qu'INSi n'a pas renvoyés : {', '.join(call.candidates)}",
        en=f"the software shows candidates that INSi did not return: {', '.join(call.candidates)}",
    )


@pytest.mark.rule("ERR-02")
@pytest.mark.title(
    fr="Une erreur technique d'INSi n'abaisse pas le statut et n'efface ni matricule ni OID",
    en="A technical error of INSi lowers no status and erases neither matricule nor OID",
)
@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize(
    "scenario",
    ["faults/insi-102", "faults/insi-111", "faults/desir-1020", "chaos/http-503", "chaos/connection-reset"],
)
def test_technical_error(desk: Desk, status: Status, scenario: str) -> None:
    before = desk.bring(desk.draw(), status)
    desk.insi.install(scenario)
    call, requests = desk.during(lambda: _call(desk, before))
    need_answer(requests, scenario)
    _expect_usable(desk, before, call, fr=f"après l'erreur {scenario}", en=f"after the error {scenario}")


@pytest.mark.rule("ERR-02")
@pytest.mark.title(
    fr="INSi ne répond pas : le logiciel abandonne l'appel sans abaisser le statut ni rien effacer",
    en="INSi does not answer: the software gives the call up, lowers no status and erases nothing",
)
@pytest.mark.parametrize("status", Status)
def test_no_answer(desk: Desk, status: Status) -> None:
    before = desk.bring(desk.draw(), status)
    desk.insi.install("chaos/no-answer-brief")
    _shorten_time_out(desk)
    call, requests = desk.during(lambda: _call(desk, before))
    need_answer(requests, "chaos/no-answer-brief")
    _expect_usable(desk, before, call, fr="quand INSi ne répond pas", en="when INSi does not answer")


@pytest.mark.rule("ERR-02")
@pytest.mark.title(
    fr="INSi injoignable : le patient se crée, se valide, se modifie, et l'appel ne change rien",
    en="INSi out of reach: the patient can be created, validated, changed, and the call changes nothing",
)
def test_network_down(desk: Desk) -> None:
    with socket.socket() as taken:
        # Bound but not listening: nobody else gets the port, and nobody answers there.
        taken.bind(("127.0.0.1", 0))
        desk.lgo.reset(insi_url=f"http://127.0.0.1:{taken.getsockname()[1]}/lps")
        before = desk.bring(desk.draw(), Status.VALI)
        call = _call(desk, before)
    _expect_usable(desk, before, call, fr="réseau coupé", en="with the network down")


def _shorten_time_out(desk: Desk) -> None:
    """Make the software give up soon, if it lets itself be set; else the scenario ends the call after 20 s."""
    try:
        if TIME_OUT in desk.lgo.read_settings():
            desk.lgo.write_settings({TIME_OUT: SHORT_TIME_OUT_S})
    except (RefusedError, VerbNotSupportedError):
        return  # its own time-out is as good, only longer


def _expect_not_imported(desk: Desk, scenario: str, role: str | None = None) -> InsiCall | RefusedError:
    """Check that the answer of a scenario leaves the file as it was and that the user is told; return the call.

    ``role`` is what the scenario calls the patient; without one it disturbs the answer about whoever is asked for.

    The same call is made first with the true answer, which the software has to propose: a software that
    imports nothing at all proves nothing here.
    """
    person = desk.draw()
    before = desk.create(person)
    desk.decline(before)

    desk.insi.install(scenario, **({role: person} if role else {}))
    call, requests = desk.during(lambda: _call(desk, before))
    need_answer(requests, scenario)
    alerted = isinstance(call, RefusedError) or bool(call.alerts or call.message.strip())
    if not isinstance(call, RefusedError) and call.outcome is CallOutcome.FOUND:
        # Proposed: then the acceptance has to be refused.
        alerted = _accept(desk, call) is None
    expect_unchanged(
        desk.read(before), before, fr=f"sur la réponse {scenario}", en=f"on the answer {scenario}"
    )
    expect(
        alerted,
        fr=f"aucune alerte n'explique pourquoi la réponse {scenario} n'est pas reprise",
        en=f"no alert tells why the answer {scenario} is not taken",
    )
    return call


def _expect_nothing_stored(desk: Desk, status: Status, scenario: str) -> InsiCall:
    """Call for a patient without INS; check that the answer stored none and left the status; return the call."""
    before = desk.bring(desk.draw(), status)
    desk.decline(before)
    desk.insi.install(scenario)
    call, requests = desk.call(before)
    need_answer(requests, scenario)
    after = desk.read(before)
    expect(
        after.matricule is None and after.oid is None,
        fr=f"un matricule ou un OID a été enregistré : {after.matricule}, {after.oid}",
        en=f"a matricule or an OID was stored: {after.matricule}, {after.oid}",
    )
    # Règle 20: these two statuses need an identity from INSi, and there is none.
    expect(
        after.status not in WITH_INS,
        fr=f"le statut est passé de {before.status} à {after.status} sans identité INSi",
        en=f"the status went from {before.status} to {after.status} without an INSi identity",
    )
    expect_unchanged(
        after, before, fr=f"sur la réponse {scenario}", en=f"on the answer {scenario}", inferred=True
    )
    return call


def _expect_usable(desk: Desk, before: Patient, call: InsiCall | RefusedError, *, fr: str, en: str) -> None:
    """Check that nothing changed, that the error is told, and that the file can still be worked with."""
    expect_unchanged(desk.read(before), before, fr=fr, en=en)
    if not isinstance(call, RefusedError):
        expect_equal(
            got=call.outcome,
            expected=CallOutcome.ERROR,
            fr=f"issue annoncée {fr}",
            en=f"outcome announced {en}",
        )
    desk.lgo.update_patient(before.id, {"used_name": before.birth_name}, actor=desk.user)
    expect_equal(
        got=desk.read(before).used_name,
        expected=before.birth_name,
        fr=f"nom utilisé saisi {fr}",
        en=f"used name typed {en}",
    )


def _call(desk: Desk, patient: Patient) -> InsiCall | RefusedError:
    """Call INSi; a refusal to go on is an answer here."""
    try:
        return desk.lgo.call_insi_traits(patient.id, actor=desk.user)
    except RefusedError as refusal:
        return refusal


def _accept(desk: Desk, call: InsiCall) -> Patient | None:
    """Accept what a call proposes; None when the software refuses that."""
    try:
        return desk.lgo.decide_proposal(call.id, accept=True, actor=desk.user)
    except RefusedError:
        return None
