"""ERR-02: a technical error lowers no status and erases nothing, and the file can still be worked with."""

from __future__ import annotations

import socket
from contextlib import contextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING

import pytest

from conformance.drivers.model import CallOutcome
from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.apart import FROM_INSI, SHORT_WAIT
from conformance.suite.desk.expect import expect_each, expect_equal
from conformance.suite.desk.full import bring_full
from conformance.suite.desk.people import typed
from conformance.suite.desk.routes import Route, routes
from conformance.suite.desk.snapshot import Moment, expect_kept
from conformance.suite.desk.wire import need_answer
from conformance.suite.response.refusals import expect_not_created
from conformance.verdicts import Departure, UndecidedError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.drivers.model import InsiCall, Patient
    from conformance.suite.desk.snapshot import Snapshot
    from conformance.suite.desk.steps import Desk

TIME_OUT = "insi_timeout_seconds"
"""Setting that a software may have (``openapi.yaml``): seconds that it waits for INSi."""

SHORT_TIME_OUT_S = "0.4"
"""So that a software that has this setting does not make the check wait."""

ERRORS = (
    "faults/insi-102",
    "faults/insi-111",
    "faults/desir-1020",
    "faults/desir-550",
    "chaos/http-503",
    "chaos/connection-reset",
)

NO_ANSWER = "chaos/no-answer-brief"


@pytest.mark.rule("ERR-02")
@pytest.mark.title(
    fr="Une erreur technique d'INSi ne change rien au dossier, à aucun statut, et l'appel suivant réussit",
    en="A technical error of INSi changes nothing in the file, at any status, and the next call succeeds",
)
@pytest.mark.parametrize("route", routes(), ids=str)
def test_technical_error(desk: Desk, route: Route) -> None:
    def judge(scenario: str) -> None:
        person = desk.draw()
        before = desk.snapshot(bring_full(desk, person, route))
        with desk.answered_by(scenario):
            call, requests = desk.try_call(before.patient)
            need_answer(requests, scenario)
        _expect_usable(
            desk,
            before,
            call,
            f"après l'erreur {scenario} ({route})",
            f"after the error {scenario} ({route})",
        )
        after = desk.feed(before.patient)
        expect_equal(
            got=after.matricule,
            expected=person.identity.matricule.value,
            fr=f"matricule après un appel réussi qui suit l'erreur {scenario}",
            en=f"matricule after a successful call that follows {scenario}",
        )

    # Every error for the typical ways, three of different kinds for the others.
    typical = (Route.TYPED, Route.IMPORTED, Route.CHECKED, Route.IMPORTED_CHECKED)
    errors = ERRORS if route in typical else ("faults/insi-102", "faults/desir-1020", "chaos/http-503")
    expect_each({scenario: partial(judge, scenario) for scenario in errors})


@pytest.mark.rule("ERR-02")
@pytest.mark.title(
    fr="Trois erreurs de suite, à qui que ce soit, ne changent pas davantage le dossier",
    en="Three errors in a row, to whomever, change the file no more",
)
@pytest.mark.parametrize("route", routes(), ids=str)
def test_errors_in_a_row(desk: Desk, route: Route) -> None:
    patient = bring_full(desk, desk.draw(), route)
    # Something typed since the file was made: an error that brings back an older state is then seen.
    desk.lgo.update_patient(
        patient.id, {"used_name": "ZELBRUC", "used_first_name": "CURBLEZ"}, actor=desk.user
    )
    before = desk.snapshot(patient)
    with desk.answered_by("faults/insi-102"):
        for user in (desk.super_user, desk.user, desk.super_user):
            call, requests = desk.try_call(before.patient, user)
            need_answer(requests, "faults/insi-102")
            expect_kept(
                desk.snapshot(before.patient),
                before,
                Moment("après plusieurs erreurs", "after several errors"),
            )
    _expect_usable(desk, before, call, "après trois erreurs de suite", "after three errors in a row")
    if route in {Route.TYPED, Route.IMPORTED}:
        _expect_checkable(desk, patient)


@pytest.mark.rule("ERR-02")
@pytest.mark.title(
    fr="INSi ne répond pas : le logiciel abandonne l'appel sans rien changer au dossier",
    en="INSi does not answer: the software gives the call up and changes nothing in the file",
)
@pytest.mark.parametrize(
    "route", [Route.TYPED, Route.IMPORTED, Route.CHECKED, Route.IMPORTED_CHECKED], ids=str
)
def test_no_answer(desk: Desk, route: Route) -> None:
    before = desk.snapshot(bring_full(desk, desk.draw(), route))
    with desk.answered_by(NO_ANSWER):
        shorten_time_out(desk)
        call, requests = desk.try_call(before.patient)
        need_answer(requests, NO_ANSWER)
    _expect_usable(desk, before, call, "quand INSi ne répond pas", "when INSi does not answer")


@pytest.mark.rule("ERR-02")
@pytest.mark.title(
    fr="Une recherche INSi qui échoue ne crée aucun dossier", en="An INSi search that fails creates no file"
)
@FROM_INSI.mark
def test_no_file_is_created(desk: Desk) -> None:
    expect_each({scenario: partial(expect_not_created, desk, scenario) for scenario in ERRORS[2:]})


@pytest.mark.rule("ERR-02")
@pytest.mark.title(
    fr="INSi injoignable : le patient se crée, se valide, se modifie, et l'appel ne change rien",
    en="INSi out of reach: the patient can be created, validated, changed, and the call changes nothing",
)
def test_network_down(desk: Desk) -> None:
    with _nobody_there() as url:
        desk.lgo.reset(insi_url=url)
        before = desk.snapshot(desk.bring(desk.draw(), Route.CHECKED))
        call, _ = desk.try_call(before.patient)
        _expect_usable(desk, before, call, "réseau coupé", "with the network down")
        with desk.if_offered(FROM_INSI):
            search, _ = desk.try_search_insi(typed(desk.draw()))
            if not isinstance(search, RefusedError):
                _expect_error(search, "recherche INSi, réseau coupé", "INSi search, with the network down")


def _expect_checkable(desk: Desk, patient: Patient) -> None:
    """Check that a document can be checked as for a file that never met an error."""
    desk.check_document(desk.create(desk.draw()))
    try:
        desk.check_document(patient)
    except UndecidedError as error:
        raise Departure(
            f"après des erreurs techniques, le dossier ne se valide plus : {error.text.fr}",
            f"after technical errors the file can no longer be validated: {error.text.en}",
        ) from error


@contextmanager
def _nobody_there() -> Iterator[str]:
    """Yield an address where nobody listens: bound, so that nobody else gets the port, and never listened on."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}/lps"


def shorten_time_out(desk: Desk) -> None:
    """Make the software give up soon, if it lets itself be set; else the scenario ends the call after 20 s."""
    # Its own time-out is as good, only longer.
    with desk.if_offered(SHORT_WAIT), suppress(RefusedError):
        if TIME_OUT in desk.lgo.read_settings():
            desk.lgo.write_settings({TIME_OUT: SHORT_TIME_OUT_S})


def _expect_error(call: InsiCall, fr: str, en: str) -> None:
    expect_equal(
        got=call.outcome, expected=CallOutcome.ERROR, fr=f"issue annoncée {fr}", en=f"outcome announced {en}"
    )


def _expect_usable(desk: Desk, before: Snapshot, call: InsiCall | RefusedError, fr: str, en: str) -> None:
    """Check that nothing changed, that the error is told, and that the file can still be worked with."""
    if not isinstance(call, RefusedError):
        desk.try_accept(call)  # There is nothing to accept: it must not do anything.
    expect_kept(desk.snapshot(before.patient), before, Moment(fr, en))
    if not isinstance(call, RefusedError):
        _expect_error(call, fr, en)
    desk.lgo.update_patient(before.patient.id, {"used_name": "KVORLANX"}, actor=desk.user)
    expect_kept(
        desk.snapshot(before.patient),
        before,
        Moment(f"nom utilisé saisi {fr}", f"used name typed {en}"),
        besides={"used_name": "KVORLANX"},
    )
