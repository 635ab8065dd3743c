"""TRT-12: INSi knows M and F; a third local value never leaves, nor is another one guessed for it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import pytest
from lxml import etree

from conformance.drivers.model import Attribute
from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.apart import ATTRIBUTES, CHECKED, FROM_INSI, WITHOUT_WAITING
from conformance.suite.desk.expect import expect, expect_each, expect_equal
from conformance.suite.desk.people import NAMES_IN_USE, typed
from conformance.suite.desk.started import try_started
from conformance.suite.desk.wire import need_request
from conformance.suite.desk.words import shown
from conformance.suite.journeys.cast import created_from_insi, typed_then_fed
from conformance.verdicts import UndecidedError
from simulator.xml import own_parser

if TYPE_CHECKING:
    from conformance.suite.desk.steps import Desk
    from conformance.suite.journeys.stages import Taken, Trip
    from simulator.client import ExchangeView

SENT = frozenset({"M", "F"})

OTHERS = ("I", "U", "X", "INDETERMINE", "m")
"""What a user may mean by neither, and texts that are neither."""


@pytest.mark.rule("TRT-12")
@pytest.mark.title(
    fr="Chaque requête porte M ou F, celui du dossier, pour chaque personne de la distribution",
    en="Each request carries M or F, that of the file, for each person of the cast",
)
@pytest.mark.parametrize("journey", [typed_then_fed, created_from_insi], ids=["file", "typed-search"])
def test_sex_sent(desk: Desk, journey: Taken) -> None:
    def judge(trip: Trip) -> None:
        requests = trip.seen["called"][1]
        need_request(requests)
        for request in requests:
            expect_equal(got=_sex(request), expected=trip.traits.sex, fr="Sexe envoyé", en="Sexe sent")

    journey(desk).expect(desk, ["called"], judge)


@pytest.mark.rule("TRT-12")
@pytest.mark.title(
    fr="Un dossier d'un autre sexe, créé ainsi ou modifié, ne fait partir ni ce sexe ni un sexe deviné",
    en="A file of another sex, created so or changed, sends neither that sex nor a guessed one",
)
@pytest.mark.parametrize("user", ["user", "super-user"])
@pytest.mark.parametrize("way", ["created", "modified"])
def test_third_sex_in_a_file(desk: Desk, way: str, user: str) -> None:
    desk = desk.by(user)

    def judge(sex: str) -> None:
        person = desk.draw()
        traits = typed(person, **(NAMES_IN_USE if user == "user" else {}))
        try:
            if way == "created":
                patient = desk.lgo.create_patient(replace(traits, sex=sex), actor=desk.user)
            else:
                patient = desk.lgo.create_patient(traits, actor=desk.user)
                desk.lgo.update_patient(patient.id, {"sex": sex}, actor=desk.user)
        except RefusedError:
            return  # A software need not know a third value.
        stored = desk.read(patient)
        expect(
            stored.sex not in SENT or _is_spelt(sex, stored.sex),
            fr=f"le sexe saisi {shown(sex).fr} est devenu {shown(stored.sex).fr}",
            en=f"the sex typed {shown(sex).en} has become {shown(stored.sex).en}",
        )
        expect(
            stored.sex,
            fr=f"le sexe saisi {shown(sex).fr} est accepté, et le dossier n'a pas de sexe",
            en=f"the sex typed {shown(sex).en} is accepted, and the file has no sex",
            inferred=True,
        )
        for _ in range(2):
            _, requests = desk.try_call(stored)
            _expect_not_sent(requests, sex)
        if sex == OTHERS[0] and way == "created":
            with desk.if_at_hand(CHECKED), suppress(RefusedError, UndecidedError):
                checked = desk.check_document(stored)
                expect(
                    checked.sex not in SENT,
                    fr=f"pièce contrôlée, le sexe {shown(sex).fr} est devenu {shown(checked.sex).fr}",
                    en=f"document checked, the sex {shown(sex).en} has become {shown(checked.sex).en}",
                )
        if sex == OTHERS[0] and way == "modified":
            with desk.if_at_hand(WITHOUT_WAITING):
                _expect_not_sent(try_started(desk, stored)[1], sex)
            with desk.if_at_hand(ATTRIBUTES), suppress(RefusedError):
                desk.lgo.set_attributes(stored.id, frozenset({Attribute.HOMONYME}), actor=desk.user)
                _, requests = desk.try_call(stored)
                _expect_not_sent(requests, sex)

    expect_each({sex: partial(judge, sex) for sex in OTHERS})
    _, requests = desk.call(desk.create(desk.draw()))
    need_request(requests)


@pytest.mark.rule("TRT-12")
@pytest.mark.title(
    fr="Une recherche INSi saisie avec un autre sexe n'envoie ni ce sexe ni un sexe deviné",
    en="A search of INSi typed with another sex sends neither that sex nor a guessed one",
)
@pytest.mark.parametrize("user", ["user", "super-user"])
@FROM_INSI.mark
def test_third_sex_typed(desk: Desk, user: str) -> None:
    desk = desk.by(user)

    def judge(sex: str | None) -> None:
        _, requests = desk.try_search_insi(replace(typed(desk.draw()), sex=sex))
        _expect_not_sent(requests, sex or "")

    expect_each({sex or "sans sexe": partial(judge, sex) for sex in (*OTHERS, None)})
    _, requests = desk.try_search_insi(typed(desk.draw()))
    need_request(requests)


@pytest.mark.rule("TRT-12")
@pytest.mark.title(
    fr="Après un appel avec un vrai sexe, le dossier passé à un autre sexe ne part plus ; remis à M ou F, il part",
    en="After a call with a true sex the file changed to another sex does not leave any more; set back, it does",
)
def test_there_and_back(desk: Desk) -> None:
    person = desk.draw()
    sex = person.identity.traits.sex
    patient = desk.create(person)
    desk.decline(patient)
    try:
        desk.lgo.update_patient(patient.id, {"sex": "I"}, actor=desk.user)
    except RefusedError:
        return  # As above.
    _, requests = desk.try_call(patient)
    _expect_not_sent(requests, "I")
    desk.lgo.update_patient(patient.id, {"sex": sex}, actor=desk.user)
    _, requests = desk.call(patient)
    need_request(requests)
    expect_equal(got=_sex(requests[0]), expected=sex, fr="Sexe envoyé", en="Sexe sent")


def _expect_not_sent(requests: list[ExchangeView], sex: str) -> None:
    for request in requests:
        sent = _sex(request)
        expect(
            _is_spelt(sex, sent),
            fr=f"une requête est partie avec le sexe {shown(sent).fr} alors que le sexe est {shown(sex).fr}",
            en=f"a request left with the sex {shown(sent).en} although the sex is {shown(sex).en}",
        )


def _sex(request: ExchangeView) -> str | None:
    """Return the sex that a request carries, even one that INSi could not read."""
    root = etree.fromstring((request.request_xml or "<nothing/>").encode(), own_parser())
    return str(root.xpath("string(//*[local-name() = 'Sexe'])")) or None


def _is_spelt(typed_sex: str, got: str | None) -> bool:
    """Tell whether a value is what was typed, put into capitals: no guess."""
    return got in SENT and typed_sex.upper() == got
