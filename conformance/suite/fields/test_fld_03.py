"""FLD-03: a card that is read or attached gives no INS, whatever numbers it holds; only an INSi answer does."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import pytest

from conformance.documents.datamatrix.payload import payload_of
from conformance.drivers.model import Status
from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.apart import SCAN
from conformance.suite.desk.card_calls import by_card, read_card, try_card_call
from conformance.suite.desk.cards import KEYS, family
from conformance.suite.desk.expect import expect, expect_each, expect_equal
from conformance.suite.desk.routes import Route, routes
from conformance.suite.desk.snapshot import Moment, expect_kept
from conformance.suite.desk.steps import USERS
from conformance.suite.desk.wire import UNKNOWN_PLACE
from conformance.suite.desk.words import expect_values

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conformance.suite.desk.cards import Family
    from conformance.suite.desk.steps import Desk
    from simulator.client import ExchangeView

NOTED = ("proof", "billing_number")
"""What may change: the billing number, and a software may note that a Vitale card was shown, which is no high-confidence one."""

NO_INS = {"matricule": None, "oid": None}

LONG_NAME = "KVORLANDE DES ZELBRUC NALROVK"
"""Longer than a card writes a name."""


@pytest.mark.rule("FLD-03")
@pytest.mark.title(
    fr="Lire une carte ne change aucun dossier des personnes qui y figurent, n'en crée aucun et n'appelle pas INSi",
    en="Reading a card changes no file of the people on it, creates none and does not call INSi",
)
@pytest.mark.parametrize("user", USERS)
def test_reading_changes_nothing(desk: Desk, user: str) -> None:
    desk = desk.by(user)
    people = family(desk.draw)
    ways = {
        "insured": Route.TYPED,
        "partner": Route.CHECKED,
        "child": Route.IMPORTED,
        "twin-1": Route.IMPORTED_CHECKED,
    }
    files = {key: desk.bring(people.member(key).person, route) for key, route in ways.items()}
    before = {key: desk.snapshot(patient) for key, patient in files.items()}
    days = sorted({member.person.identity.traits.birth_date for member in people.members})
    there = {day: {patient.id for patient in desk.born_on(day)} for day in days}
    _, requests = desk.during(lambda: read_card(desk, people.card()))
    moment = Moment("carte lue, sans appel à INSi", "card read, with no call to INSi")
    _expect_silent(requests, moment)
    for key, patient in files.items():
        expect_kept(desk.snapshot(patient), before[key], moment, ignoring=NOTED)
    for day in days:
        expect_equal(
            got=sorted(patient.id for patient in desk.born_on(day)),
            expected=sorted(there[day]),
            fr=f"{moment.fr}, dossiers nés le {day}",
            en=f"{moment.en}, files born on {day}",
        )


@pytest.mark.rule("FLD-03")
@pytest.mark.title(
    fr="Rattacher la carte ne touche ni au matricule, ni à l'OID, ni au statut, ni au reste de l'identité",
    en="Attaching the card touches neither matricule, nor OID, nor status, nor the rest of the identity",
)
@pytest.mark.parametrize("route", routes(), ids=str)
def test_attaching_feeds_no_ins(desk: Desk, route: Route) -> None:
    people = family(desk.draw)
    # A card is short of letters; the file it is attached to is not.
    long = {"birth_name": LONG_NAME, "used_name": LONG_NAME} if route is Route.TYPED else {}
    # Nor is what the file does not know told by the number of a card.
    others = {KEYS[0]: long, KEYS[2]: {"birth_place": UNKNOWN_PLACE} if route is Route.TYPED else {}}
    files = {key: desk.bring(people.member(key).person, route, **others.get(key, {})) for key in KEYS[:3]}
    # The date of a card may be incomplete: it serves to bill, and is none of an identity (CAL-12).
    card = people.card()
    lunar = replace(card.beneficiaries[1], birth_date=f"{(card.beneficiaries[1].birth_date or '')[:4]}-00-00")
    card = replace(card, beneficiaries=(card.beneficiaries[0], lunar, *card.beneficiaries[2:]))
    reading = read_card(desk, card)

    def judge(key: str) -> None:
        patient = files[key]
        before = desk.snapshot(patient)
        rank = people.member(key).rank

        def attach() -> None:
            try:
                desk.lgo.attach_card(patient.id, reading.id, rank, actor=desk.user)
            except RefusedError:
                if key != KEYS[1] and not (key == KEYS[0] and long):
                    raise
                # A card that hardly says who it is, or names somebody else, may be refused.

        _, requests = desk.during(attach)
        moment = Moment(f"carte rattachée ({key}, {route})", f"card attached ({key}, {route})")
        _expect_silent(requests, moment)
        expect_kept(desk.snapshot(patient), before, moment, ignoring=NOTED)

    expect_each({key: partial(judge, key) for key in files})


@pytest.mark.rule("FLD-03")
@pytest.mark.title(
    fr="Carte rattachée, puis pièce contrôlée ou dossier modifié : l'INS ne vient toujours pas de la carte",
    en="Card attached, then a document checked or the file changed: the INS still does not come from the card",
)
@pytest.mark.parametrize("user", USERS)
@pytest.mark.parametrize("key", ["insured", "partner", "child"])
def test_acts_that_follow(desk: Desk, key: str, user: str) -> None:
    desk = desk.by(user)
    people = family(desk.draw)
    member = people.member(key)
    patient = desk.create(member.person)
    reading = read_card(desk, people.card())
    desk.lgo.attach_card(patient.id, reading.id, member.rank, actor=desk.user)
    desk.lgo.update_patient(patient.id, {"used_name": "KVORLAN"}, actor=desk.user)
    _expect_none(desk, patient.id, f"carte rattachée puis nom utilisé modifié ({key})")
    # A call that brings nobody brings no INS either, whatever number lies at hand; nor does a refusal.
    for scenario in ("answers/not-found", "answers/several", "faults/insi-102"):
        with desk.answered_by(scenario if user == USERS[0] else by_card(scenario)):
            if user == USERS[0]:
                desk.try_call(patient)
            else:
                try_card_call(desk, reading, member, patient)
        _expect_none(desk, patient.id, f"carte rattachée puis appel terminé par {scenario} ({key})")
    desk.decline(desk.read(patient))
    _expect_none(desk, patient.id, f"carte rattachée puis identité INSi refusée ({key})")
    checked = desk.check_document(patient)
    _expect_none(desk, patient.id, f"carte rattachée puis pièce contrôlée ({key})")
    expect_equal(
        got=checked.status,
        expected=Status.VALI,
        fr="carte rattachée puis pièce contrôlée, statut",
        en="card attached and then a document checked, status",
    )


@pytest.mark.rule("FLD-03")
@pytest.mark.title(
    fr="Un patient créé à la main pendant que sa carte est dans le lecteur n'a pas d'INS",
    en="A patient created by hand while their card is in the reader has no INS",
)
@pytest.mark.parametrize("key", ["insured", "partner", "twin-1"])
def test_created_beside_a_card(desk: Desk, key: str) -> None:
    people = family(desk.draw)
    read_card(desk, people.card())
    patient, requests = desk.during(lambda: desk.create(people.member(key).person))
    _expect_silent(requests, Moment("créé à la main, carte lue", "created by hand, card read"))
    _expect_none(desk, patient.id, f"créé à la main, sa carte dans le lecteur ({key})")
    expect_equal(
        got=patient.status,
        expected=Status.PROV,
        fr="statut d'un patient créé à la main, sa carte dans le lecteur",
        en="status of a patient created by hand, their card in the reader",
    )
    if key == "partner":
        _expect_scanned_beside(desk, people)


def _expect_scanned_beside(desk: Desk, people: Family) -> None:
    """Check that a file made of a symbol bears no number of the card that is in the reader."""
    numbers = {person.billing_number for person in people.card().beneficiaries}
    with desk.if_at_hand(SCAN), suppress(RefusedError):
        scanned = desk.lgo.scan_datamatrix(payload_of(desk.draw().identity), actor=desk.user)
        if scanned.patient_id is not None:
            number = desk.lgo.read_patient(scanned.patient_id, actor=desk.user).matricule
            expect(
                number is None or number not in numbers,
                fr=f"symbole lu, une carte dans le lecteur : le matricule {number} est un numéro de la carte",
                en=f"symbol scanned, a card in the reader: the matricule {number} is a number of the card",
            )


@pytest.mark.rule("FLD-03")
@pytest.mark.title(
    fr="Une seconde carte, d'un autre assuré, ne change pas non plus l'INS du dossier",
    en="A second card, of another insured person, does not change the INS of the file either",
)
@pytest.mark.parametrize("status", list(Status), ids=str)
def test_second_card(desk: Desk, status: Status) -> None:
    people, others = family(desk.draw), family(desk.draw)
    patient = desk.bring(people.member("child").person, status)
    before = desk.snapshot(patient)
    for each in (people, others):
        reading = read_card(desk, each.card())
        try:
            desk.lgo.attach_card(patient.id, reading.id, each.member("child").rank, actor=desk.user)
        except RefusedError:
            if each is people:
                raise
            # A card on which nobody is like the patient may be refused.
    moment = Moment("seconde carte rattachée", "second card attached")
    expect_kept(desk.snapshot(patient), before, moment, ignoring=NOTED)


def _expect_silent(requests: Sequence[ExchangeView], moment: Moment) -> None:
    expect(
        not requests,
        fr=f"{moment.fr}, {len(requests)} requête(s) sont parties à INSi",
        en=f"{moment.en}, {len(requests)} request(s) went to INSi",
    )


def _expect_none(desk: Desk, patient_id: str, moment: str) -> None:
    expect_values(
        desk.lgo.read_patient(patient_id, actor=desk.user),
        NO_INS,
        fr=f"{moment}, le dossier porte une INS qui n'est pas venue d'INSi",
        en="the file bears an INS that did not come from INSi",
    )
