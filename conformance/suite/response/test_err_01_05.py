"""ERR-01, ERR-03, ERR-05: INSi down hinders nobody, failed calls are traced, and nobody insists for ever."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

import pytest

from conformance.drivers.model import Attribute, CallOutcome, Status, Verb
from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.added import added
from conformance.suite.desk.apart import ATTRIBUTES, CHECKED, FROM_INSI, WITHOUT_WAITING, path
from conformance.suite.desk.expect import expect, expect_each
from conformance.suite.desk.full import bring_full
from conformance.suite.desk.log import Sent, expect_credited, expect_logged
from conformance.suite.desk.people import twin, typed
from conformance.suite.desk.routes import Route, routes
from conformance.suite.desk.snapshot import Moment, expect_kept
from conformance.suite.desk.started import without_waiting
from conformance.suite.desk.told import expect_told, told
from conformance.suite.desk.wire import need_answer, need_request
from conformance.suite.desk.words import expect_values, insi_values
from conformance.suite.response.refusals import ENDINGS
from conformance.suite.response.storms import MOST
from conformance.verdicts import Departure, UndecidedError
from simulator.scripting.loader import scenario_data

if TYPE_CHECKING:
    from conformance.drivers.model import InsiCall, Patient
    from conformance.suite.desk.steps import Desk

DOWN = ("chaos/http-503", "chaos/connection-reset", "chaos/http-502", "faults/insi-102")

IN_A_ROW = 4
"""Failures one after the other, of which the user is told each time."""

SEARCHED: Final = path("dossier cherché", "file searched for", Verb.SEARCH_PATIENTS)

GATEWAY: Final = "faults/desir-1020"
"""A fault of the gateway, in place of one of the others at some statuses."""

FAILURES = (*DOWN, "chaos/truncated-body", "chaos/html-maintenance", GATEWAY)


@pytest.mark.rule("ERR-01")
@pytest.mark.title(
    fr="INSi en panne : le dossier s'utilise, son statut reste, et l'utilisateur sait que c'est une panne",
    en="INSi down: the file can be used, its status stays, and the user knows that it is a failure",
)
@pytest.mark.parametrize("route", routes(), ids=str)
def test_insi_down(desk: Desk, route: Route) -> None:
    judge = partial(_expect_failure_borne, desk, route, [])

    def judge_again() -> None:
        """See that the user is told of the next failures as of the first."""
        patient = desk.bring(desk.draw(first_names_count=1), route)
        with desk.answered_by(DOWN[0]):
            calls = [desk.try_call(patient)[0] for _ in range(IN_A_ROW)]
        # INSi is back: whatever counts failures begins anew.
        desk.try_call(patient)
        for number, call in enumerate(calls, start=1):
            _expect_failure_told(
                desk, call, patient, Moment(f"panne {number} de suite", f"failure {number} in a row")
            )

    again = {"pannes de suite": judge_again} if route in {Route.TYPED, Route.IMPORTED_CHECKED} else {}
    met = DOWN if route.status is Status.PROV else (*DOWN[:2], GATEWAY, DOWN[3])
    expect_each({**{scenario: partial(judge, scenario) for scenario in met}, **again})


def _expect_failure_borne(desk: Desk, route: Route, borne: list[str], scenario: str) -> None:
    """Check what a failure leaves; ``borne``: those before it, after which a software may suspend its calls for a while."""
    before = desk.snapshot(bring_full(desk, desk.draw(), route))
    with desk.answered_by(scenario):
        call, requests = desk.try_call(before.patient)
        if requests or not borne:
            need_answer(requests, scenario)
        borne.append(scenario)
        moment = Moment(f"INSi en panne ({scenario})", f"INSi down ({scenario})")
        desk.lgo.create_patient(typed(desk.draw()), actor=desk.user)
        # Either name in turn: the failure may have emptied the one that is not written.
        change = {("used_name", "used_first_name")[scenario in DOWN[1::2]]: "KVORLANX"}
        desk.lgo.update_patient(before.patient.id, dict(change), actor=desk.user)
    expect_kept(desk.snapshot(before.patient), before, moment, besides=change)
    _expect_failure_told(desk, call, before.patient, moment)
    if route is Route.TYPED and scenario == DOWN[0]:
        _expect_usable(desk, before.patient, moment)


def _expect_failure_told(desk: Desk, call: InsiCall | RefusedError, patient: Patient, moment: Moment) -> None:
    usual = desk.usually_told()
    others = {ENDINGS[code].fr: usual[code] for code in ("00", "01", "02") if code in usual}
    _expect_failure_announced(call, moment)
    expect_told(told(call, about=patient), others, moment)


def _expect_usable(desk: Desk, patient: Patient, moment: Moment) -> None:
    """Check that what can be done with a file can be done after a failed call: to find it, a mark, a document, the validation."""

    def mark(file: Patient) -> object:
        return desk.lgo.set_attributes(file.id, frozenset({Attribute.HOMONYME}), actor=desk.user)

    def find(file: Patient) -> object:
        return desk.search(birth_date=str(file.birth_date))

    acts = (
        (SEARCHED, Moment("dossier cherché", "file searched for"), find),
        (ATTRIBUTES, Moment("homonyme posé", "homonyme set"), mark),
        (CHECKED, Moment("pièce contrôlée", "document checked"), desk.check_document),
    )
    for way, what, act in acts:
        with desk.if_offered(way):
            try:
                act(patient)
            except (RefusedError, UndecidedError) as refusal:
                # What nobody may do with any file, in a software that met no failure, is not the matter here.
                desk.lgo.reset(insi_url=desk.insi.soap_url)
                try:
                    act(desk.create(desk.draw()))
                except (RefusedError, UndecidedError):
                    return
                raise Departure(
                    f"{moment.fr}, {what.fr} après l'échec : refusé, alors que sans échec c'est permis ({refusal})",
                    f"{moment.en}, {what.en} after the failure: refused, although without a failure it is allowed ({refusal})",
                    inferred=True,
                ) from refusal


@pytest.mark.rule("ERR-01")
@pytest.mark.title(
    fr="Une panne qui survient à la deuxième requête d'un appel est une panne, non la réponse de la première",
    en="A failure at the second request of a call is a failure, not the answer of the first",
)
@pytest.mark.parametrize("code", ["01", "02"])
@pytest.mark.parametrize("way", ["file", "typed-search"])
def test_failure_after_an_answer(desk: Desk, way: str, code: str) -> None:
    person = desk.draw(first_names_count=3)
    patient = desk.create(person) if way == "file" else None
    with desk.answered_by(_then_down(code)):
        call, requests = desk.try_call(patient) if patient else desk.try_search_insi(typed(person))
    need_request(requests)
    if requests[-1].code == code:
        return  # One request was all: its answer is the answer.
    _expect_failure_announced(
        call,
        Moment(f"un {code}, puis une panne au cours du même appel", f"a {code}, then a failure in one call"),
    )


@pytest.mark.rule("ERR-01")
@pytest.mark.title(
    fr="INSi en panne pour un appel lancé sans attendre : le dossier reste, et l'utilisateur sait que c'est une panne",
    en="INSi down for a call started without waiting: the file stays, and the user knows that it is a failure",
)
@WITHOUT_WAITING.mark
def test_insi_down_without_waiting(desk: Desk) -> None:
    borne: list[str] = []
    expect_each(
        {
            scenario: partial(_expect_failure_borne, without_waiting(desk), route, borne, scenario)
            for scenario, route in zip(DOWN[2:], (Route.IMPORTED, Route.CHECKED), strict=True)
        }
    )


def _then_down(code: str) -> dict[str, Any]:
    """Return the scenario of an INSi that answers this code first, then a fault."""
    data = {key: value for key, value in scenario_data("answers/not-found").items() if key != "outcome"}
    sequence = {"sequence": [{"code": code}, {"fault": "insi_102"}]}
    return {**data, "id": "suite/then-down", "rules": [{**data["rules"][0], "then": sequence}]}


def _expect_failure_announced(call: InsiCall | RefusedError, moment: Moment) -> None:
    if isinstance(call, RefusedError):
        return
    expect(
        call.outcome in {CallOutcome.ERROR, CallOutcome.BLOCKED},
        fr=f"{moment.fr}, l'issue annoncée est {call.outcome}",
        en=f"{moment.en}, the outcome announced is {call.outcome}",
    )


@pytest.mark.rule("ERR-03")
@pytest.mark.title(
    fr="Un appel qui échoue est tracé comme un autre, à chaque essai et au nom de celui qui l'a fait",
    en="A call that fails is logged like any other, at each attempt and under the name of who made it",
)
@pytest.mark.parametrize("way", ["waited", pytest.param("started", marks=WITHOUT_WAITING.mark)])
def test_failed_calls_are_logged(desk: Desk, way: str) -> None:
    worker, failures = (desk, FAILURES) if way == "waited" else (without_waiting(desk), DOWN[:1])

    def judge(scenario: str) -> None:
        patient = desk.create(desk.draw(first_names_count=2))
        before = desk.logged_calls()
        sent: list[Sent] = []
        # An ordinary call of the same file tells whether this log names the file.
        desk.decline(patient)
        usual = added(before, desk.logged_calls())
        before += usual
        with desk.answered_by(scenario):
            for user in (desk.user, desk.super_user):
                _, requests = worker.try_call(patient, user)
                need_answer(requests, scenario)
                sent += [
                    Sent(exchange=request, user=user.user, patient_id=patient.id) for request in requests
                ]
        entries = added(before, desk.logged_calls())
        moment = Moment(f"deux appels terminés par {scenario}", f"two calls ended by {scenario}")
        expect_logged(entries, sent, moment)
        expect_credited(entries, sent, moment)
        if usual and all(entry.patient_id == patient.id for entry in usual):
            named = {entry.patient_id for entry in entries}
            expect(
                named == {patient.id},
                fr=f"{moment.fr}, traces sans le dossier concerné, que les appels réussis portent",
                en=f"{moment.en}, entries without the file concerned, which those of successful calls bear",
                inferred=True,
            )

    expect_each({scenario: partial(judge, scenario) for scenario in failures})


@pytest.mark.rule("ERR-03")
@pytest.mark.title(
    fr="Une panne à la deuxième requête d'un appel est tracée comme la première requête",
    en="A failure at the second request of a call is logged like the first request",
)
@pytest.mark.parametrize("code", ["01", "02"])
def test_second_failure_is_logged(desk: Desk, code: str) -> None:
    patient = desk.create(desk.draw(first_names_count=3))
    before = desk.logged_calls()
    with desk.answered_by(_then_down(code)):
        _, requests = desk.try_call(patient)
    sent = [Sent(exchange=each, user=desk.user.user, patient_id=patient.id) for each in requests]
    moment = Moment(f"un {code}, puis une panne", f"a {code}, then a failure")
    expect_logged(added(before, desk.logged_calls()), sent, moment)


@pytest.mark.rule("ERR-05")
@pytest.mark.title(
    fr="Un appel qui échoue n'est pas répété sans fin", en="A call that fails is not repeated endlessly"
)
@pytest.mark.parametrize("way", ["file", "qualified", "typed-search"])
@FROM_INSI.mark
def test_no_retry_storm(desk: Desk, way: str) -> None:
    failed: list[str] = []

    def judge(scenario: str) -> None:
        person = desk.draw(first_names_count=3)
        patient = None
        if way != "typed-search":
            patient = desk.create(person) if way == "file" else desk.bring(person, Route.IMPORTED_CHECKED)
        with desk.answered_by(scenario):
            call, requests = desk.try_call(patient) if patient else desk.try_search_insi(typed(person))
            # After failures in a row a software may suspend its calls for a while: that is no storm.
            if not failed:
                need_request(requests)
            failed.append(scenario)

            def go_on() -> None:
                desk.search(birth_date=person.identity.traits.birth_date)
                if patient:
                    desk.read(patient)

            # Nothing may go on by itself once the call has been reported.
            _, later = desk.during(go_on)
        count = len(requests) + len(later)
        said = call.message if isinstance(call, RefusedError) else call.outcome
        expect(
            count <= MOST,
            fr=f"{count} requêtes pour un seul appel terminé par {scenario} ({said})",
            en=f"{count} requests for one call ended by {scenario} ({said})",
        )

    scenarios = (*DOWN, "answers/not-found", "answers/several")
    # What is qualified already, in the two ways a call fails: a fault, and nothing at all.
    chosen = scenarios if way != "qualified" else ("faults/insi-102", "chaos/connection-reset")
    expect_each({scenario: partial(judge, scenario) for scenario in chosen})


@pytest.mark.rule("ERR-06")
@pytest.mark.title(
    fr="Une réponse obtenue pour un patient et acceptée après qu'un autre a été ouvert va dans le dossier du premier",
    en="An answer obtained for one patient and accepted after another was opened goes into the file of the first",
)
@pytest.mark.parametrize("route", [Route.TYPED, Route.CHECKED], ids=str)
def test_late_answer(desk: Desk, route: Route) -> None:
    person = desk.draw()
    # The other file is that of a twin, older or newer: what looks for the patient by name and birth date may find it.
    other = twin(desk, person)
    patient = desk.bring(person, route) if route is Route.CHECKED else None
    # What the other file holds already is not made up for by what is written into it.
    opened = bring_full(desk, other, Route.IMPORTED_CHECKED if route is Route.CHECKED else route)
    patient = patient or desk.bring(person, route)
    call = desk.find(patient)
    desk.read(opened)
    desk.lgo.update_patient(opened.id, {"used_name": "KVORLANX"}, actor=desk.user)
    before = desk.snapshot(opened)
    desk.decide(call, accept=True)
    expect_kept(
        desk.snapshot(opened),
        before,
        Moment(
            "réponse acceptée, un autre dossier étant ouvert", "answer accepted while another file is open"
        ),
    )
    expect(
        desk.read(patient).matricule == person.identity.matricule.value,
        fr="l'identité acceptée n'est pas dans le dossier de son patient",
        en="the identity accepted is not in the file of its patient",
    )


@pytest.mark.rule("ERR-06")
@pytest.mark.title(
    fr="Une recherche INSi acceptée après qu'un dossier a été ouvert en crée un autre, et laisse celui-là",
    en="An INSi search accepted after a file was opened creates another one, and leaves that one alone",
)
@FROM_INSI.mark
def test_late_creation(desk: Desk) -> None:
    person = desk.draw()
    before = desk.snapshot(bring_full(desk, desk.draw(), Route.TYPED))
    call = desk.find_by(typed(person))
    # Another search waits as well.
    desk.find_by(typed(desk.draw()))
    desk.read(before.patient)
    created = desk.try_accept(call)
    if isinstance(created, RefusedError):
        # A software may hold one proposal at a time.
        created = desk.decide(desk.find_by(typed(person)), accept=True)
    moment = Moment(
        "recherche INSi acceptée, un dossier étant ouvert", "INSi search accepted while a file is open"
    )
    expect_kept(desk.snapshot(before.patient), before, moment)
    if created is None or created.id == before.patient.id:
        raise Departure(
            "l'identité acceptée n'a pas créé de dossier", "the identity accepted has made no file"
        )
    expect_values(
        desk.read(created),
        insi_values(person),
        fr="le dossier créé n'est pas celui de l'identité acceptée",
        en="the file created is not that of the identity accepted",
    )
