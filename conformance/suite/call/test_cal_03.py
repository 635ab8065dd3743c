"""CAL-03: each call by card carries one Vitale assertion, fresh, of the card that was read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Final

import pytest

from conformance.suite.desk.card_calls import (
    CARD_WAYS,
    call_or_read_again,
    calls_without_file,
    need_card_request,
    read_card,
    try_card_call,
    vitale_of,
)
from conformance.suite.desk.cards import KEYS, family
from conformance.suite.desk.expect import expect, expect_each, expect_equal
from conformance.suite.desk.snapshot import Moment
from conformance.suite.desk.steps import USERS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conformance.drivers.cards import CardReading
    from conformance.drivers.model import Patient
    from conformance.suite.desk.cards import Family
    from conformance.suite.desk.steps import Desk
    from simulator.client import ExchangeView

SKEW: Final = timedelta(minutes=5)
"""How far the clock of the software may be from ours: what INSi tolerates (inferred)."""


@pytest.mark.rule("CAL-03")
@pytest.mark.title(
    fr="Pour chaque bénéficiaire, la requête porte une assertion Vitale récente, au numéro de la carte lue",
    en="For each person on the card, the request carries a fresh Vitale assertion with the number of the card read",
)
@pytest.mark.parametrize("user", USERS)
@pytest.mark.parametrize("way", CARD_WAYS)
def test_each_call(desk: Desk, way: str, user: str) -> None:
    if way == "no-file" and not calls_without_file(desk):
        return
    desk = desk.by(user)
    people = family(desk.draw)
    files = {key: desk.create(people.member(key).person) for key in KEYS} if way == "file" else {}
    read_at = datetime.now(UTC)
    reading = read_card(desk, people.card())
    expect_each(
        {key: partial(_expect_carried, desk, reading, people, key, files.get(key), read_at) for key in KEYS}
    )


@pytest.mark.rule("CAL-03")
@pytest.mark.title(
    fr="Après lecture d'une autre carte, l'assertion est celle de cette carte-là, et non celle d'avant",
    en="After another card was read the assertion is that of this card, not that of the former one",
)
def test_cards_in_turn(desk: Desk) -> None:
    families = [family(desk.draw) for _ in range(2)]
    bearers: dict[str, int] = {}
    for number, key in ((0, "insured"), (1, "child"), (0, "partner"), (1, "insured"), (1, "twin-2")):
        people = families[number]
        patient = desk.create(people.member(key).person)
        read_at = datetime.now(UTC)
        requests = _expect_carried(desk, read_card(desk, people.card()), people, key, patient, read_at)
        for each in (assertion for request in requests for assertion in vitale_of(request)):
            expect_equal(
                got=bearers.setdefault(each.id, number),
                expected=number,
                fr=f"carte(s) dont l'assertion Vitale porte l'ID {each.id}",
                en=f"card(s) whose Vitale assertion has the ID {each.id}",
                # That an ID is given once is of SAML.
                inferred=True,
            )


@pytest.mark.rule("CAL-03")
@pytest.mark.title(
    fr="Un second appel, une identité refusée puis un appel par traits n'ôtent pas l'assertion du suivant",
    en="A second call, an identity refused and then a call by traits do not take the assertion off the next one",
)
def test_calls_that_follow(desk: Desk) -> None:
    people = family(desk.draw)
    patient = desk.create(people.member("child").person)
    read_at = datetime.now(UTC)
    reading = read_card(desk, people.card())
    for _ in range(2):
        _expect_carried(desk, reading, people, "child", patient, read_at)
        desk.decline(patient)


@pytest.mark.rule("CAL-03")
@pytest.mark.title(
    fr="Une famille dont la carte a été renouvelée : l'assertion porte le numéro de la carte lue",
    en="A family whose card was renewed: the assertion has the number of the card that was read",
)
def test_renewed_card(desk: Desk) -> None:
    people = family(desk.draw)
    patient = desk.create(people.insured.person)
    # Called with before, for the same file: what was sent then is that of the former card.
    try_card_call(desk, read_card(desk, people.card()), people.insured, patient)
    renewed = f"{people.serial[:-1]}{(int(people.serial[-1]) + 1) % 10}"
    read_at = datetime.now(UTC)
    reading = read_card(desk, people.card(renewed))
    _, requests = try_card_call(desk, reading, people.insured, patient)
    if requests:
        # INSi refuses a card that it does not know: what the software sent is what is looked at.
        expect_carried(requests, renewed, read_at, Moment("carte renouvelée", "renewed card"))


def _expect_carried(  # noqa: PLR0917 - who, where and when
    desk: Desk, reading: CardReading, people: Family, key: str, patient: Patient | None, read_at: datetime
) -> list[ExchangeView]:
    call, requests = call_or_read_again(desk, reading, people, key, patient)
    need_card_request(call, requests)
    expect_carried(
        requests, people.serial, read_at, Moment(f"appel par carte ({key})", f"call by card ({key})")
    )
    return requests


def expect_carried(requests: Sequence[ExchangeView], serial: str, read_at: datetime, moment: Moment) -> None:
    """Check that every request carries one Vitale assertion, of this card, no older than its reading."""
    for request in requests:
        found = vitale_of(request)
        expect_equal(
            got=len(found),
            expected=1,
            fr=f"{moment.fr}, assertion(s) Vitale dans la requête",
            en=f"{moment.en}, Vitale assertion(s) in the request",
        )
        [assertion] = found
        expect(
            bool(assertion.id) and assertion.issued_at is not None,
            fr=f"{moment.fr}, l'assertion Vitale n'a pas d'ID ou pas d'IssueInstant lisible",
            en=f"{moment.en}, the Vitale assertion has no ID or no readable IssueInstant",
        )
        expect_equal(
            got=assertion.name_id,
            expected=serial,
            fr=f"{moment.fr}, carte que nomme l'assertion Vitale",
            en=f"{moment.en}, card that the Vitale assertion names",
        )
        issued = assertion.issued_at or read_at
        expect(
            read_at - SKEW <= issued <= datetime.now(UTC) + SKEW,
            fr=f"{moment.fr}, carte lue à {read_at:%H:%M:%S} UTC, assertion Vitale du {issued:%Y-%m-%d %H:%M:%S} UTC",
            en=f"{moment.en}, card read at {read_at:%H:%M:%S} UTC, Vitale assertion of {issued:%Y-%m-%d %H:%M:%S} UTC",
        )
