"""SEC-06 for the calls by Vitale card: one entry for each request, with its code, its data, its user and its mode."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Final

import pytest

from conformance.drivers.model import Role
from conformance.drivers.protocol import RefusedError
from conformance.drivers.screens import Right
from conformance.suite.desk.apart import CARD
from conformance.suite.desk.card_calls import (
    CARD_WAYS,
    by_card,
    calls_without_file,
    need_card_request,
    read_card,
    try_card_call,
)
from conformance.suite.desk.cards import family
from conformance.suite.desk.expect import expect, expect_each
from conformance.suite.desk.log import Sent, expect_credited, expect_data_kept, expect_logged
from conformance.suite.desk.needs import need_no_exemption
from conformance.suite.desk.routes import Route, routes
from conformance.suite.desk.snapshot import Moment
from conformance.suite.security.profiles import need_withheld, profile
from simulator.contract.names import Operation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conformance.drivers.model import AuditEntry, InsiCall, Patient
    from conformance.suite.desk.cards import Family
    from conformance.suite.desk.steps import Desk
    from simulator.client import ExchangeView

ENDINGS: Final = {
    "00": None,
    "00-filtered": "safety/lunar-both",
    "00-empty-name": "safety/empty-birth-name",
    "01": "answers/not-found",
    "02": "answers/several",
    "insi_101": "faults/insi-101",
    "http-503": "chaos/http-503",
    "cut": "chaos/truncated-body",
}
"""How a call by card may end, and the scenario that makes it end so."""

MODES: Final = {Operation.SEARCH_BY_TRAITS.value: "TRAITS", Operation.SEARCH_BY_CARD.value: "VITALE"}


@dataclass(slots=True)
class _Watch:
    """Calls by card made, and what the log said before them."""

    desk: Desk
    people: Family
    before: int
    sent: list[Sent] = field(default_factory=list)

    def call(
        self, key: str, patient: Patient | None = None, desk: Desk | None = None
    ) -> tuple[InsiCall | RefusedError, list[ExchangeView]]:
        """Read the card, call INSi for one of its people, and keep what left."""
        desk = desk or self.desk
        reading = read_card(desk, self.people.card())
        call, requests = try_card_call(desk, reading, self.people.member(key), patient)
        if patient is not None and not requests:
            need_no_exemption(desk.read(patient), call)
        self.note(requests, desk, patient)
        return call, requests

    def note(self, requests: Sequence[ExchangeView], desk: Desk, patient: Patient | None) -> None:
        self.sent += [
            Sent(exchange=request, user=desk.user.user, patient_id=patient.id if patient else None)
            for request in requests
        ]

    def expect_matched(self, moment: Moment) -> list[AuditEntry]:
        """Check that the log matches what left, one to one, and return its new entries."""
        entries = self.desk.logged_calls()[self.before :]
        expect_logged(entries, self.sent, moment)
        expect_data_kept(entries, self.sent, moment)
        return entries


@pytest.mark.rule("SEC-06", "RSP-14")
@pytest.mark.title(
    fr="Par carte aussi, chaque requête laisse une trace et une seule, avec son code, ses données et son mode, quelle que soit l'issue",
    en="By card as well, each request leaves one entry and only one, with its code, data and mode, whatever the ending",
)
@pytest.mark.parametrize("way", CARD_WAYS)
@CARD.mark
def test_every_ending(desk: Desk, way: str) -> None:
    if way == "no-file" and not calls_without_file(desk):
        return
    # A hyphen is easily lost by what writes one log only.
    people = family(lambda **wanted: desk.draw(**{"hyphen_name": True, "first_names_count": 3, **wanted}))
    person = people.member("child").person
    patient = desk.create(person) if way == "file" else None

    def judge(ending: str) -> None:
        watch = _watch(desk, people)
        scenario = ENDINGS[ending]
        if scenario and scenario.startswith("safety/"):
            desk.insi.install(by_card(scenario), patient=person)
        elif scenario:
            desk.insi.install(by_card(scenario))
        try:
            call, requests = watch.call("child", patient)
        finally:
            desk.insi.clear_scenarios()
        need_card_request(call, requests)
        moment = Moment(
            f"appel par carte terminé par {ending} ({way})", f"call by card ended by {ending} ({way})"
        )
        _expect_mode(watch.expect_matched(moment), "VITALE", moment)

    expect_each({ending: partial(judge, ending) for ending in ENDINGS})


@pytest.mark.rule("SEC-06")
@pytest.mark.title(
    fr="L'appel par carte fait depuis un dossier est au journal de ce dossier, si l'appel par traits y est",
    en="The call by card made from a file is in the log of that file, if the call by traits is",
)
@CARD.mark
def test_in_the_log_of_its_file(desk: Desk) -> None:
    people = family(desk.draw)
    patient = desk.create(people.insured.person)
    desk.try_call(patient)
    by_traits = len(desk.logged_calls(patient))
    call, requests = try_card_call(desk, read_card(desk, people.card()), people.insured, patient)
    need_card_request(call, requests)
    expect(
        not by_traits or len(desk.logged_calls(patient)) > by_traits,
        fr="l'appel par traits est au journal du dossier, l'appel par carte n'y est pas",
        en="the call by traits is in the log of the file, the call by card is not",
        # That an entry names the file is in no text.
        inferred=True,
    )


@pytest.mark.rule("ERR-03")
@pytest.mark.title(
    fr="Un appel par carte qui échoue est tracé comme un autre",
    en="A call by card that fails is logged like any other",
)
@CARD.mark
def test_failed_by_card(desk: Desk) -> None:
    people = family(desk.draw)
    patient = desk.create(people.member("child").person)
    # An ordinary call of the same file tells whether this log names the file.
    ordinary = _watch(desk, people)
    ordinary.call("child", patient)
    usual = {entry.patient_id for entry in desk.logged_calls()[ordinary.before :]}

    def judge(ending: str) -> None:
        watch = _watch(desk, people)
        with desk.answered_by(by_card(str(ENDINGS[ending]))):
            need_card_request(*watch.call("child", patient))
        moment = Moment(f"appel par carte terminé par {ending}", f"call by card ended by {ending}")
        entries = desk.logged_calls()[watch.before :]
        expect_logged(entries, watch.sent, moment)
        expect(
            usual != {patient.id} or {entry.patient_id for entry in entries} == usual,
            fr=f"{moment.fr}, trace sans le dossier concerné, que celle d'un appel réussi porte",
            en=f"{moment.en}, entry without the file concerned, which that of a successful call bears",
            inferred=True,
        )

    expect_each({ending: partial(judge, ending) for ending in ("insi_101", "http-503", "cut")})


@pytest.mark.rule("SEC-02")
@pytest.mark.title(
    fr="Chaque appel par carte est au nom de celui des deux utilisateurs qui l'a fait, quelle que soit l'issue",
    en="Each call by card stands under the name of the one of two users who made it, whatever the ending",
)
@pytest.mark.parametrize("ending", ["00", "01", "insi_101"])
@CARD.mark
def test_user_of_card_call(desk: Desk, ending: str) -> None:
    people = family(desk.draw)
    files = {key: desk.create(people.member(key).person) for key in ("child", "partner")}
    watch = _watch(desk, people)
    if scenario := ENDINGS[ending]:
        desk.insi.install(by_card(scenario))
    try:
        for key, worker in (("child", desk), ("partner", desk.as_super_user()), ("child", desk)):
            call, requests = watch.call(key, files[key], worker)
            need_card_request(call, requests)
    finally:
        desk.insi.clear_scenarios()
    moment = Moment(f"appel par carte terminé par {ending}", f"call by card ended by {ending}")
    expect_credited(watch.desk.logged_calls()[watch.before :], watch.sent, moment)


@pytest.mark.rule("SEC-04")
@pytest.mark.title(
    fr="Sans le droit d'appeler INSi, rien ne part non plus par carte",
    en="Without the right to call INSi, nothing leaves by card either",
)
@pytest.mark.parametrize("role", [Role.USER, Role.SUPER_USER], ids=str)
@CARD.mark
def test_no_card_call_without_the_right(desk: Desk, role: Role) -> None:
    people = family(desk.draw)
    member = people.member("child")
    patient = desk.create(member.person)
    who = profile(desk, frozenset(Right) - {Right.CALL_INSI}, name="sans-insi-carte", role=role)
    who = need_withheld(desk, who, Right.CALL_INSI)
    reading = read_card(desk, people.card())
    barred = replace(desk, user=who.actor)
    _, requests = try_card_call(barred, reading, member, patient)
    expect(
        not requests,
        fr=f"{len(requests)} requête(s) par carte pour qui n'a pas le droit d'appeler INSi",
        en=f"{len(requests)} request(s) by card for somebody without the right to call INSi",
    )
    call, requests = try_card_call(desk, reading, member, patient)
    need_card_request(call, requests)


@pytest.mark.rule("SEC-06")
@pytest.mark.title(
    fr="Appels par carte et par traits mêlés, de deux utilisateurs : chacun sa trace, son mode et son auteur",
    en="Calls by card and by traits together, by two users: to each its entry, its mode and its author",
)
@CARD.mark
def test_both_modes(desk: Desk) -> None:
    people = family(desk.draw)
    patient = desk.create(people.member("child").person)
    watch = _watch(desk, people)
    for worker in (desk, desk.as_super_user(), desk):
        watch.call("child", patient, worker)
        _, requests = worker.try_call(patient)
        watch.note(requests, worker, patient)
    moment = Moment("appels par carte et par traits", "calls by card and by traits")
    entries = watch.expect_matched(moment)
    expect_credited(entries, watch.sent, moment)
    told = [entry.mode for entry in entries if entry.mode]
    expected = [MODES[str(each.exchange.operation)] for each in watch.sent]
    # No text says that the mode has to be there; one that is there has to be right.
    expect(
        not told or sorted(told) == sorted(expected),
        fr=f"{moment.fr}, modes tracés {told}, appels faits {expected}",
        en=f"{moment.en}, modes logged {told}, calls made {expected}",
    )
    for entry in entries:
        expect(
            entry.patient_id in {None, patient.id},
            fr=f"{moment.fr}, une trace est au compte d'un autre dossier ({entry.patient_id})",
            en=f"{moment.en}, an entry is on the account of another file ({entry.patient_id})",
        )


@pytest.mark.rule("SEC-06")
@pytest.mark.title(
    fr="À chaque statut, acceptée ou refusée, l'identité appelée par carte laisse une trace par requête",
    en="At each status, accepted or refused, the identity called by card leaves one entry for each request",
)
@pytest.mark.parametrize("route", routes(), ids=str)
@CARD.mark
def test_at_each_status(desk: Desk, route: Route) -> None:
    people = family(desk.draw)
    patient = desk.bring(people.member("child").person, route)
    watch = _watch(desk, people)
    for accept in (False, True):
        call, requests = watch.call("child", patient)
        need_card_request(call, requests)
        if not isinstance(call, RefusedError):
            desk.decide(call, accept=accept)
    watch.expect_matched(Moment(f"appels par carte ({route})", f"calls by card ({route})"))


@pytest.mark.rule("SEC-06")
@pytest.mark.title(
    fr="Une carte lue, rattachée ou changée avant l'appel ne laisse pas de trace d'un appel qui n'a pas eu lieu",
    en="A card read, attached or swapped before the call leaves no entry of a call that was not made",
)
@pytest.mark.parametrize("act", ["read", "attached", "swapped"])
@CARD.mark
def test_no_call_no_entry(desk: Desk, act: str) -> None:
    people, others = family(desk.draw), family(desk.draw)
    member = people.member("child")
    patient = desk.create(member.person)
    watch = _watch(desk, people)
    reading = read_card(desk, people.card())
    if act == "attached":
        _, requests = desk.during(
            lambda: desk.lgo.attach_card(patient.id, reading.id, member.rank, actor=desk.user)
        )
        watch.note(requests, desk, patient)
    if act == "swapped":
        desk.lgo.swap_card(others.card(), actor=desk.user)
        _, requests = try_card_call(desk, reading, member, patient)
        watch.note(requests, desk, patient)
    watch.expect_matched(Moment(f"carte, sans appel ({act})", f"card, with no call ({act})"))
    # The log does work: the call that is made leaves its entry.
    need_card_request(*watch.call("child", patient))
    watch.expect_matched(Moment(f"puis un appel ({act})", f"and then a call ({act})"))


def _watch(desk: Desk, people: Family) -> _Watch:
    return _Watch(desk, people, len(desk.logged_calls()))


def _expect_mode(entries: Sequence[AuditEntry], mode: str, moment: Moment) -> None:
    for entry in entries:
        expect(
            entry.mode in {None, "", mode},
            fr=f"{moment.fr}, mode tracé « {entry.mode} »",
            en=f"{moment.en}, mode logged “{entry.mode}”",
        )
