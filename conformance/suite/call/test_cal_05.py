"""CAL-05: a card swapped after the person was chosen is noticed: no call, and the user is told."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import pytest

from conformance.suite.desk.card_calls import (
    CARD_WAYS,
    calls_without_file,
    expect_about,
    expect_no_call,
    need_card_request,
    read_card,
    try_card_call,
    vitale_of,
)
from conformance.suite.desk.cards import KEYS, family
from conformance.suite.desk.expect import expect, expect_each, expect_equal
from conformance.suite.desk.people import NAMES_IN_USE
from conformance.suite.desk.snapshot import Moment, expect_kept
from conformance.suite.desk.steps import USERS, preparing

if TYPE_CHECKING:
    from conformance.drivers.cards import VitaleCard
    from conformance.suite.desk.cards import Family
    from conformance.suite.desk.steps import Desk

SWAPPED = Moment("carte changée après le choix du bénéficiaire", "card swapped after the person was chosen")


@pytest.mark.rule("CAL-05")
@pytest.mark.title(
    fr="La carte d'une autre famille remplace celle qui a été lue : aucun appel, un message, et le dossier reste",
    en="The card of another family replaces the one that was read: no call, a message, and the file stays",
)
@pytest.mark.parametrize("user", USERS)
@pytest.mark.parametrize("key", KEYS)
def test_other_family(desk: Desk, key: str, user: str) -> None:
    desk = desk.by(user)
    people, others = family(desk.draw), family(desk.draw)
    patient = desk.create(people.member(key).person, **NAMES_IN_USE)
    before = desk.snapshot(patient)
    reading = read_card(desk, people.card())
    _swap(desk, others.card())
    # Asked twice: a warning that a second click passes over is none.
    for _ in range(2):
        call, requests = try_card_call(desk, reading, people.member(key), patient)
        expect_no_call(call, requests, SWAPPED)
    expect_kept(desk.snapshot(patient), before, SWAPPED)


@pytest.mark.rule("CAL-05")
@pytest.mark.title(
    fr="Sans dossier ouvert, l'échange de carte arrête de même l'appel",
    en="With no file open the swap of cards stops the call as well",
)
def test_without_file(desk: Desk) -> None:
    if not calls_without_file(desk):
        return
    people, others = family(desk.draw), family(desk.draw)

    def judge(key: str) -> None:
        reading = read_card(desk, people.card())
        _swap(desk, others.card())
        for user in USERS:
            call, requests = try_card_call(desk.by(user), reading, people.member(key))
            expect_no_call(call, requests, SWAPPED)

    expect_each({key: partial(judge, key) for key in KEYS})


@pytest.mark.rule("CAL-05")
@pytest.mark.title(
    fr="Un premier appel réussi ne dispense pas de regarder la carte au second",
    en="A first call that succeeded does not spare looking at the card for the second",
)
@pytest.mark.parametrize("way", CARD_WAYS)
def test_after_a_call(desk: Desk, way: str) -> None:
    if way == "no-file" and not calls_without_file(desk):
        return
    people, others = family(desk.draw), family(desk.draw)
    keys = ("insured", "child")
    files = {key: desk.create(people.member(key).person) if way == "file" else None for key in keys}
    reading = read_card(desk, people.card())
    need_card_request(*try_card_call(desk, reading, people.insured, files["insured"]))
    _swap(desk, others.card())
    for key, user in zip(keys, USERS, strict=True):
        call, requests = try_card_call(desk.by(user), reading, people.member(key), files[key])
        expect_no_call(call, requests, SWAPPED)


@pytest.mark.rule("CAL-05")
@pytest.mark.title(
    fr="Une seconde carte lue entre-temps : le choix fait sur la première n'appelle plus",
    en="A second card read meanwhile: the choice made on the first no longer calls",
)
def test_read_meanwhile(desk: Desk) -> None:
    people, others = family(desk.draw), family(desk.draw)
    patient = desk.create(people.member("child").person)
    reading = read_card(desk, people.card())
    read_card(desk, others.card())
    call, requests = try_card_call(desk, reading, people.member("child"), patient)
    expect_no_call(call, requests, SWAPPED)


@pytest.mark.rule("CAL-05")
@pytest.mark.title(
    fr="Deux échanges de suite, et une carte qui porte le même nom : l'échange est vu",
    en="Two swaps in a row, and a card that bears the same name: the swap is seen",
)
@pytest.mark.parametrize("case", ["twice", "same-name", "same-ranks-and-dates"])
def test_look_alike(desk: Desk, case: str) -> None:
    people, others = family(desk.draw), family(desk.draw)
    patient = desk.create(people.insured.person)
    reading = read_card(desk, people.card())
    if case == "twice":
        _swap(desk, family(desk.draw).card())
    _swap(desk, _resembling(others, people, case))
    for user in USERS:
        call, requests = try_card_call(desk.by(user), reading, people.insured, patient)
        expect_no_call(call, requests, SWAPPED)


@pytest.mark.rule("CAL-05")
@pytest.mark.title(
    fr="Une autre carte du même assuré n'est pas confondue avec celle qui a été lue",
    en="Another card of the same insured person is not taken for the one that was read",
)
def test_other_card_of_the_same(desk: Desk) -> None:
    people = family(desk.draw)
    patient = desk.create(people.insured.person)
    reading = read_card(desk, people.card())
    renewed = f"{people.serial[:-1]}{(int(people.serial[-1]) + 1) % 10}"
    _swap(desk, people.card(renewed))
    call, requests = try_card_call(desk, reading, people.insured, patient)
    if not requests:
        expect_no_call(call, requests, SWAPPED)
    for request in requests:
        # Read anew and found to hold the same person: then the assertion is that of the card which is there.
        names = {assertion.name_id for assertion in vitale_of(request)}
        expect(
            names == {renewed},
            fr=f"{SWAPPED.fr}, une requête part avec l'assertion d'une carte qui n'est plus là ({sorted(names)})",
            en=f"{SWAPPED.en}, a request leaves with the assertion of a card that is gone ({sorted(names)})",
        )


@pytest.mark.rule("CAL-05")
@pytest.mark.title(
    fr="La nouvelle carte lue, l'appel part pour le bénéficiaire choisi sur elle",
    en="The new card read, the call leaves for the person chosen on it",
)
def test_new_card_read(desk: Desk) -> None:
    people, others = family(desk.draw), family(desk.draw)
    patient = desk.create(others.member("partner").person)
    reading = read_card(desk, people.card())
    _swap(desk, others.card())
    try_card_call(desk, reading, people.member("partner"), patient)
    call, requests = try_card_call(desk, read_card(desk, others.card()), others.member("partner"), patient)
    need_card_request(call, requests)
    moment = Moment("nouvelle carte lue", "new card read")
    expect_about(requests, others.member("partner"), moment)
    for request in requests:
        expect_equal(
            got={assertion.name_id for assertion in vitale_of(request)},
            expected={others.serial},
            fr=f"{moment.fr}, carte que nomme l'assertion",
            en=f"{moment.en}, card that the assertion names",
        )


def _swap(desk: Desk, card: VitaleCard) -> None:
    with preparing("changer la carte du lecteur", "swap the card in the reader"):
        _, requests = desk.during(lambda: desk.lgo.swap_card(card, actor=desk.user))
    expect(
        not requests,
        fr="changer la carte du lecteur a envoyé une requête à INSi",
        en="swapping the card in the reader sent a request to INSi",
    )


def _resembling(others: Family, people: Family, case: str) -> VitaleCard:
    """Return the card of another family on which the insured person looks like the one chosen."""
    card, traits = others.card(), people.insured.person.identity.traits
    alike = {
        "same-name": {"birth_name": traits.birth_name, "first_name": people.insured.person.first_name},
        "same-ranks-and-dates": {"birth_date": traits.birth_date, "sex": traits.sex},
    }.get(case, {})
    insured = replace(card.beneficiaries[0], **alike)
    digits = people.serial
    # One digit apart: the end of a number does not tell one card from another.
    number = f"{digits[:6]}{(int(digits[6]) + 1) % 10}{digits[7:]}" if case == "same-name" else card.number
    return replace(card, number=number, beneficiaries=(insured, *card.beneficiaries[1:]))
