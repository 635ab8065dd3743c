"""SEC-02, SEC-06 and RSP-14: the log of the calls holds one entry for each request, with its user, its code and its data."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

import pytest

from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.apart import FROM_INSI, VERIFICATION
from conformance.suite.desk.cast import PARTS
from conformance.suite.desk.expect import expect, expect_each, expect_equal
from conformance.suite.desk.log import Sent, expect_credited, expect_data_kept, expect_logged
from conformance.suite.desk.people import typed
from conformance.suite.desk.routes import Route, routes
from conformance.suite.desk.snapshot import Moment
from conformance.suite.desk.steps import USERS
from conformance.suite.desk.wire import need_answer, need_request
from conformance.suite.journeys.cast import created_from_insi, typed_then_fed
from conformance.suite.response.proposals import WHATEVER
from conformance.suite.response.refusals import altered
from conformance.suite.response.test_err_02 import shorten_time_out
from conformance.suite.verification.elsewhere import answering, verify
from conformance.suite.verification.wire import KO

if TYPE_CHECKING:
    from conformance.drivers.model import Actor, AuditEntry, Patient
    from conformance.suite.desk.steps import Desk
    from conformance.suite.journeys.stages import Taken, Trip
    from simulator.client import ExchangeView

ENDINGS = {
    "00": None,
    "insi_102": "faults/insi-102",
    "00-filtered": "safety/lunar-both",
    "desir_1020": "faults/desir-1020",
    "00-empty-name": "safety/empty-birth-name",
    "http-503": "chaos/http-503",
    "00-empty-first-names": "safety/empty-first-names",
    "reset": "chaos/connection-reset",
    "00-wrong-key": "safety/wrong-key",
    "cut": "chaos/truncated-body",
    "00-other-list": "safety/list-differs-from-prenom",
    "no-answer": "chaos/no-answer-brief",
    "01": "answers/not-found",
    "02": "answers/several",
}
"""How a call may end, and the scenario that makes it end so. Failures by turns with answers: a software may suspend its calls
after several failures in a row."""

ABOUT_A_PERSON = ("safety/",)
"""Scenarios of these packs speak of a patient."""

LONGEST = "long-names-overseas-new-year-eve"
"""Who has the longest names of the cast."""


@dataclass(slots=True)
class Watch:
    """Calls made, and what the log said before them."""

    desk: Desk
    before: int
    sent: list[Sent] = field(default_factory=list)

    def call(self, patient: Patient, user: Actor | None = None) -> list[ExchangeView]:
        """Call INSi for a patient and keep what left."""
        actor = user or self.desk.user
        _, requests = self.desk.try_call(patient, actor)
        self.sent += [Sent(exchange=request, user=actor.user, patient_id=patient.id) for request in requests]
        return requests

    def search_insi_with(self, desk: Desk, traits: object) -> list[ExchangeView]:
        """Search INSi with typed traits and keep what left."""
        _, requests = desk.try_search_insi(traits)  # type: ignore[arg-type] # traits as typed
        self.sent += [Sent(exchange=request, user=desk.user.user) for request in requests]
        return requests

    def entries(self) -> list[AuditEntry]:
        """Return the call entries that are new in the log."""
        return self.desk.logged_calls()[self.before :]


def _watch(desk: Desk) -> Watch:
    return Watch(desk, len(desk.logged_calls()))


@pytest.mark.rule("SEC-06")
@pytest.mark.title(
    fr="Autant de traces que de requêtes reçues par INSi, avec le code retour de chacune, quelle que soit l'issue",
    en="As many log entries as requests received by INSi, each with its answer code, whatever the ending",
)
@pytest.mark.parametrize("way", ["file", "typed-search"])
@FROM_INSI.mark
def test_every_request_is_logged(desk: Desk, way: str) -> None:
    def judge(ending: str) -> None:
        watch = _ended(desk, ending, way)
        moment = Moment(f"appel terminé par {ending} ({way})", f"call ended by {ending} ({way})")
        expect_logged(watch.entries(), watch.sent, moment)
        expect_data_kept(watch.entries(), watch.sent, moment)

    expect_each({ending: partial(judge, ending) for ending in ENDINGS})


@pytest.mark.rule("SEC-06")
@pytest.mark.title(
    fr="À chaque statut, refusé ou accepté, le premier appel comme les suivants laissent leur trace",
    en="At each status, refused or accepted, the first call and the next ones leave their entry",
)
@pytest.mark.parametrize("route", routes(), ids=str)
def test_at_each_status(desk: Desk, route: Route) -> None:
    patient = desk.bring(desk.draw(first_names_count=2), route)
    watch = _watch(desk)
    for accept in (False, True, None):
        call, requests = desk.try_call(patient)
        need_request(requests)
        watch.sent += [
            Sent(exchange=request, user=desk.user.user, patient_id=patient.id) for request in requests
        ]
        if accept is not None and not isinstance(call, RefusedError):
            desk.decide(call, accept=accept)
    expect_logged(watch.entries(), watch.sent, Moment(f"trois appels ({route})", f"three calls ({route})"))
    _expect_patient(watch.entries(), patient)


@pytest.mark.rule("SEC-02")
@pytest.mark.title(
    fr="L'appel est au nom de qui appelle, non de qui a créé, lu ou modifié le dossier juste avant",
    en="The call stands under the name of who calls, not of who created, read or changed the file just before",
)
@pytest.mark.parametrize("route", [Route.TYPED, Route.IMPORTED_CHECKED], ids=str)
def test_caller_is_not_the_creator(desk: Desk, route: Route) -> None:
    other = desk.as_super_user()
    patient = desk.bring(desk.draw(), route)
    watch = _watch(desk)
    for caller, last in ((other, desk), (desk, other), (other, desk)):
        last.read(patient)
        with suppress(RefusedError):  # The call before waits for a decision, which may be wanted first.
            last.lgo.update_patient(patient.id, {"used_name": "KVORLAN"}, actor=last.user)
        need_request(watch.call(patient, caller.user))
    moment = Moment(f"appels de deux utilisateurs ({route})", f"calls by two users ({route})")
    expect_credited(watch.entries(), watch.sent, moment)


@pytest.mark.rule("SEC-06")
@pytest.mark.title(
    fr="Une vérification n'est pas un appel de récupération : elle n'en laisse pas la trace",
    en="A verification is no retrieval call: it does not leave the entry of one",
)
@VERIFICATION.mark
def test_verification_is_no_call(desk: Desk) -> None:
    patient = desk.bring(desk.draw(), Route.IMPORTED_CHECKED)
    watch = _watch(desk)
    for said in (None, KO):
        with answering(desk, said):
            _, exchanges = verify(desk, patient)
        # What a software searches by itself then is a call like any other.
        watch.sent += [
            Sent(exchange=each, user=desk.user.user, patient_id=patient.id)
            for each in exchanges
            if (each.operation or "").startswith("rechercher")
        ]
    moment = Moment("vérification, sans appel de récupération", "verification, without a retrieval call")
    expect_logged(watch.entries(), watch.sent, moment)


@pytest.mark.rule("SEC-06")
@pytest.mark.title(
    fr="Une série de douze appels, toutes issues mêlées, laisse autant de traces que de requêtes",
    en="A series of twelve calls, of all endings, leaves as many entries as requests",
)
def test_a_whole_day(desk: Desk) -> None:
    watch = _watch(desk)
    patients = [desk.create(desk.draw(first_names_count=2)) for _ in range(3)]
    for number, scenario in enumerate([None, "answers/not-found", "faults/insi-102", "answers/several"] * 3):
        if scenario:
            desk.insi.install(scenario)
        watch.call(patients[number % 3], (desk.user, desk.super_user)[number % 2])
        desk.insi.clear_scenarios()
    need_request([each.exchange for each in watch.sent])
    moment = Moment("douze appels mêlés", "twelve calls of all kinds")
    expect_logged(watch.entries(), watch.sent, moment)
    for patient in patients:
        own = [each for each in watch.sent if each.patient_id == patient.id]
        expect_logged(
            desk.logged_calls(patient), own, Moment("journal d'un seul patient", "log of one patient alone")
        )
    again = Moment("journal d'un seul patient, relu", "log of one patient alone, read again")
    own = [each for each in watch.sent if each.patient_id == patients[0].id]
    expect_logged(desk.logged_calls(patients[0]), own, again)


@pytest.mark.rule("SEC-02")
@pytest.mark.title(
    fr="Chaque appel INSi est tracé au nom de celui des deux utilisateurs qui l'a fait, quelle que soit l'issue",
    en="Each INSi call is logged under the name of the one of two users who made it, whatever the ending",
)
@pytest.mark.parametrize("way", ["file", "typed-search"])
@FROM_INSI.mark
def test_call_is_logged_with_its_user(desk: Desk, way: str) -> None:
    def judge(ending: str) -> None:
        for worker in (desk, desk.as_super_user(), desk):
            watch = _ended(worker, ending, way)
            expect_credited(
                watch.entries(),
                watch.sent,
                Moment(
                    f"appel de {worker.user.user} terminé par {ending}",
                    f"call of {worker.user.user} ended by {ending}",
                ),
            )

    expect_each({ending: partial(judge, ending) for ending in ENDINGS if ending != "no-answer"})


@pytest.mark.rule("SEC-02")
@pytest.mark.title(
    fr="Deux utilisateurs appellent tour à tour pour les mêmes patients : chacun a ses appels à son nom",
    en="Two users call in turn for the same patients: each has their own calls under their name",
)
@pytest.mark.parametrize("route", list(Route), ids=str)
def test_users_in_turn(desk: Desk, route: Route) -> None:
    patients = [desk.bring(desk.draw(), route), desk.as_super_user().create(desk.draw())]
    watch = _watch(desk)
    for user in (desk.user, desk.super_user, desk.super_user, desk.user):
        for patient in patients:
            need_request(watch.call(patient, user))
    expect_credited(watch.entries(), watch.sent, Moment("deux utilisateurs tour à tour", "two users in turn"))
    # Who reads the log, and who accepts, has nothing to do with who called.
    other = desk.as_super_user().logged_calls()[watch.before :]
    expect_credited(
        other, watch.sent, Moment("journal lu par l'autre utilisateur", "log read by the other user")
    )


@pytest.mark.rule("SEC-02")
@pytest.mark.title(
    fr="L'appel reste au nom de celui qui l'a fait quand un autre accepte l'identité",
    en="The call stays under the name of who made it when somebody else accepts the identity",
)
def test_somebody_else_accepts(desk: Desk) -> None:
    patient = desk.create(desk.draw())
    watch = _watch(desk)
    call, requests = desk.try_call(patient)
    need_request(requests)
    watch.sent += [Sent(exchange=request, user=desk.user.user, patient_id=patient.id) for request in requests]
    if not isinstance(call, RefusedError):
        desk.as_super_user().try_accept(call)  # A software may leave the decision to who called.
    expect_credited(
        watch.entries(),
        watch.sent,
        Moment("identité acceptée par un autre", "identity accepted by somebody else"),
    )


@pytest.mark.rule("RSP-14")
@pytest.mark.title(
    fr="Pour chaque personne de la distribution, la trace porte à la lettre ce qu'INSi a rendu",
    en="For each person of the cast the trace holds to the letter what INSi returned",
)
@pytest.mark.parametrize("journey", [typed_then_fed, created_from_insi], ids=["typed", "from-insi"])
def test_cast_traced(desk: Desk, journey: Taken) -> None:
    def judge(trip: Trip) -> None:
        sent = [Sent(exchange=request, user=desk.user.user) for request in trip.seen["called"][1]]
        expect_data_kept(trip.seen["log"], sent, Moment("retour 00", "answer 00"))
        expect_logged(trip.seen["log"], sent, Moment("retour 00", "answer 00"))

    journey(desk).expect(desk, ["answered", "log"], judge)


@pytest.mark.rule("RSP-14")
@pytest.mark.title(
    fr="La trace porte le code et, sur 00, les données telles que rendues, même filtrées ou refusées, et le mode s'il est tracé",
    en="The trace holds the code and, on 00, the data as returned, even filtered or refused, and the mode if it is traced",
)
@pytest.mark.parametrize("way", ["file", "typed-search"])
@FROM_INSI.mark
def test_untransformed(desk: Desk, way: str) -> None:
    def judge(ending: str) -> None:
        watch = _ended(desk, ending, way)
        entries = watch.entries()
        moment = Moment(f"retour {ending}", f"answer {ending}")
        expect_logged(entries, watch.sent, moment)
        expect_data_kept(entries, watch.sent, moment)
        for entry in entries:
            expect(
                entry.mode in {None, "", "TRAITS"},
                fr=f"{moment.fr}, mode tracé « {entry.mode} » pour un appel par traits",
                en=f"{moment.en}, mode “{entry.mode}” logged for a call by traits",
            )

    endings = ("00", "00-filtered", "00-empty-name", "00-wrong-key", "00-other-list", "01", "02")
    more = {"INSi sans lieu": partial(_expect_no_place_traced, desk)} if way == "typed-search" else {}
    expect_each({**{ending: partial(judge, ending) for ending in endings}, **more})


@pytest.mark.rule("RSP-14")
@pytest.mark.title(
    fr="À chaque statut et pour chaque utilisateur, la trace d'un appel porte son code et les données rendues",
    en="At each status and for each user, the trace of a call holds its code and the data returned",
)
@pytest.mark.parametrize("user", USERS)
@pytest.mark.parametrize("route", routes(), ids=str)
def test_traced_at_each_status(desk: Desk, route: Route, user: str) -> None:
    desk = desk.by(user)
    person = desk.draw(first_names_count=2)
    shorter = {"first_names": person.first_name} if route is Route.TYPED else {}
    patient = desk.bring(person, route, **shorter)
    # An answer without the place that the file has, with a longer list, and somebody else in every trait: what is traced
    # is then seen to be the answer and not the file.
    true = [altered("no-place", {"birth_place": None})] if route is Route.TYPED else [None]
    for scenario in (*true, "answers/not-found", "answers/several", WHATEVER):
        watch = _watch(desk)
        if scenario:
            other = desk.draw(first_names_count=3) if scenario == WHATEVER else person
            about = {} if scenario in ("answers/not-found", "answers/several") else {"patient": other}
            desk.insi.install(scenario, **about)
        need_request(watch.call(patient))
        desk.insi.clear_scenarios()
        moment = Moment(
            f"appel au statut {route.status} ({route})", f"call at status {route.status} ({route})"
        )
        expect_logged(watch.entries(), watch.sent, moment)
        expect_data_kept(watch.entries(), watch.sent, moment)


@pytest.mark.rule("RSP-14")
@pytest.mark.title(
    fr="Une modification du dossier, un second retour ou un changement de statut ne réécrit pas la trace",
    en="A change of the file, a second answer or a change of status does not rewrite the trace",
)
def test_trace_stays(desk: Desk) -> None:
    person = desk.draw(nia=True)
    patient = desk.create(person)
    watch = _watch(desk)
    need_request(watch.call(patient))
    first = watch.entries()
    desk.check_document(desk.feed(patient))
    desk.lgo.update_patient(patient.id, {"birth_name": "KVORLAN"}, actor=desk.super_user)
    expect_equal(
        got=[(entry.user, entry.code, entry.returned) for entry in watch.entries()[: len(first)]],
        expected=[(entry.user, entry.code, entry.returned) for entry in first],
        fr="première trace, relue plus tard",
        en="first entry, read again later",
    )


def _expect_no_place_traced(desk: Desk) -> None:
    """Check that the place typed for a search is not traced as returned, when INSi returned none."""
    person = desk.draw(first_names_count=2)
    watch = _watch(desk)
    with desk.answered_by(altered("no-place", {"birth_place": None}), patient=person):
        need_request(watch.search_insi_with(desk, typed(person)))
    expect_data_kept(watch.entries(), watch.sent, Moment("retour 00 sans lieu", "answer 00 without a place"))


def _ended(desk: Desk, ending: str, way: str) -> Watch:
    """Make one call that ends so, from a file or from typed traits, and return what was sent and logged since."""
    # Three first names: a software that tries them in turn has several requests to log.
    # Who is found has names as long as any software takes: none is cut in the log.
    scenario = ENDINGS[ending]
    person = desk.draw(first_names_count=3) if scenario else desk.play(PARTS[LONGEST])
    patient = desk.create(person) if way == "file" else None
    if ending == "no-answer":
        shorten_time_out(desk)
    watch = _watch(desk)
    if scenario:
        desk.insi.install(scenario, **({"patient": person} if scenario.startswith(ABOUT_A_PERSON) else {}))
    try:
        requests = watch.call(patient) if patient else watch.search_insi_with(desk, typed(person))
        if scenario:
            need_answer(requests, scenario)
        need_request(requests)
    finally:
        desk.insi.clear_scenarios()
    return watch


def _expect_patient(entries: list[AuditEntry], patient: Patient) -> None:
    for entry in entries:
        expect(
            entry.patient_id in {None, patient.id},
            fr=f"la trace est au compte d'un autre dossier ({entry.patient_id})",
            en=f"the entry is on the account of another file ({entry.patient_id})",
        )
