"""CAL-04: a Vitale assertion older than twenty minutes is never sent; the card is read again instead.

The software may ask its user to read the card again, or read the card by itself when it is still in the reader: both
are right (CNDA test 1.02). What leaves with an old assertion, or with none, is not.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

import pytest

from conformance.drivers.model import CallOutcome, Verb
from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.apart import path
from conformance.suite.desk.card_calls import (
    CARD_WAYS,
    by_card,
    calls_without_file,
    need_card_request,
    read_card,
    try_card_call,
    vitale_of,
)
from conformance.suite.desk.cards import family
from conformance.suite.desk.clocks import passing
from conformance.suite.desk.expect import expect
from conformance.suite.desk.sign_in import MEANS, sign_in
from conformance.suite.desk.snapshot import Moment
from conformance.suite.desk.steps import USERS
from conformance.verdicts import Departure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conformance.drivers.model import InsiCall
    from conformance.suite.desk.clocks import Time
    from conformance.suite.desk.steps import Desk
    from simulator.client import ExchangeView

LIFETIME: Final = timedelta(minutes=20)
SKEW: Final = timedelta(minutes=5)

_SIGN_IN: Final = path("authentification", "authentication", Verb.CHOOSE_AUTHENTICATION)

SPANS: Final = {
    "21-min": timedelta(minutes=21),
    "45-min": timedelta(minutes=45),
    "61-min": timedelta(minutes=61),
    "2-h-5": timedelta(hours=2, minutes=5),
    "12-h-10": timedelta(hours=12, minutes=10),
    "24-h-5": timedelta(days=1, minutes=5),
    "7-days-1": timedelta(days=7, minutes=1),
}
"""How long the card stays in the reader: lengths that a lost hour, a lost day or a lost date makes look short."""

IN_VAIN: Final = ("answers/not-found", "answers/several", "faults/insi-102")
"""Answers after which a user tries again."""

HOURS: Final = {
    "midnight-utc": "2026-11-17T23:50:00+00:00",
    "midnight-paris": "2026-07-07T21:50:00+00:00",
    "new-year": "2026-12-31T22:50:00+00:00",
    "winter-time-begins": "2026-10-25T00:50:00+00:00",
    "summer-time-begins": "2027-03-28T00:50:00+00:00",
}
"""When the card is read, ten minutes before a clock on the wall does something: 25 minutes later is 25 minutes later."""


@pytest.mark.rule("CAL-04")
@pytest.mark.title(
    fr="Carte laissée dans le lecteur : un appel, une longue attente, un second appel sans assertion périmée",
    en="Card left in the reader: a call, a long wait, a second call with no expired assertion",
)
@pytest.mark.parametrize("span", SPANS)
def test_second_call(desk: Desk, span: str) -> None:
    people = family(desk.draw)
    first, second = (desk.create(people.member(key).person) for key in ("insured", "child"))
    with passing(desk) as time:
        reading = read_card(desk, people.card())
        need_card_request(*try_card_call(desk, reading, people.insured, first))
        time.passes(seconds=SPANS[span].total_seconds())
        # Asked twice, by either user: neither a second click nor a right makes the reading younger.
        for user in USERS:
            call, requests = try_card_call(desk.by(user), reading, people.member("child"), second)
            _expect_fresh(
                call,
                requests,
                time,
                Moment(f"{span} après lecture ({user})", f"{span} after the reading ({user})"),
            )


@pytest.mark.rule("CAL-04")
@pytest.mark.title(
    fr="Bénéficiaire choisi puis longue attente : le premier appel ne part pas avec une assertion périmée",
    en="Person chosen and then a long wait: the first call does not leave with an expired assertion",
)
@pytest.mark.parametrize("way", CARD_WAYS)
@pytest.mark.parametrize("span", ["21-min", "61-min", "24-h-5"])
def test_prepared_call(desk: Desk, span: str, way: str) -> None:
    if way == "no-file" and not calls_without_file(desk):
        return
    people = family(desk.draw)
    member = people.member("partner")
    patient = desk.create(member.person) if way == "file" else None
    with passing(desk) as time:
        reading = read_card(desk, people.card())
        time.passes(seconds=SPANS[span].total_seconds())
        for user in USERS[::-1]:
            call, requests = try_card_call(desk.by(user), reading, member, patient)
            moment = Moment(
                f"premier appel, {span} après lecture ({user})",
                f"first call, {span} after the reading ({user})",
            )
            _expect_fresh(call, requests, time, moment)


@pytest.mark.rule("CAL-04")
@pytest.mark.title(
    fr="Se servir de la carte ne la rajeunit pas : douze minutes, un appel, douze minutes, un autre appel",
    en="Using the card does not make it younger: twelve minutes, a call, twelve minutes, another call",
)
def test_use_does_not_renew(desk: Desk) -> None:
    people = family(desk.draw)
    patient = desk.create(people.insured.person)
    with passing(desk) as time:
        reading = read_card(desk, people.card())
        for minutes in (12, 24, 36):
            time.passes(minutes=12)
            call, requests = try_card_call(desk, reading, people.insured, patient)
            moment = Moment(f"{minutes} minutes après lecture", f"{minutes} minutes after the reading")
            _expect_fresh(call, requests, time, moment)


@pytest.mark.rule("CAL-04")
@pytest.mark.title(
    fr="Un appel en vain ne rajeunit pas la carte non plus : personne, plusieurs, une erreur",
    en="A call in vain does not make the card younger either: nobody, several, an error",
)
def test_use_in_vain_does_not_renew(desk: Desk) -> None:
    people = family(desk.draw)
    patient = desk.create(people.insured.person)
    with passing(desk) as time:
        for scenario in IN_VAIN:
            reading = read_card(desk, people.card())
            time.passes(minutes=12)
            with desk.answered_by(by_card(scenario)):
                try_card_call(desk, reading, people.insured, patient)
            time.passes(minutes=13)
            call, requests = try_card_call(desk, reading, people.insured, patient)
            moment = Moment(
                f"25 minutes après lecture, {scenario} entre-temps",
                f"25 minutes after the reading, {scenario} meanwhile",
            )
            _expect_fresh(call, requests, time, moment)


@pytest.mark.rule("CAL-04")
@pytest.mark.title(
    fr="Lire une autre carte ne rajeunit pas la première, remise ensuite dans le lecteur",
    en="Reading another card does not make the first younger, which is put back into the reader then",
)
def test_other_card_does_not_renew(desk: Desk) -> None:
    people, others = family(desk.draw), family(desk.draw)
    patient = desk.create(people.insured.person)
    with passing(desk) as time:
        reading = read_card(desk, people.card())
        time.passes(minutes=19)
        other = read_card(desk, others.card())
        try_card_call(desk, other, others.insured)
        desk.lgo.swap_card(people.card(), actor=desk.user)
        time.passes(minutes=6)
        call, requests = try_card_call(desk, reading, people.insured, patient)
        moment = Moment(
            "25 minutes après lecture, une autre carte lue entre-temps",
            "25 minutes after the reading, another card read meanwhile",
        )
        _expect_fresh(call, requests, time, moment)


@pytest.mark.rule("CAL-04")
@pytest.mark.title(
    fr="Vingt-cinq minutes restent vingt-cinq minutes à minuit, au Nouvel An et aux changements d'heure",
    en="Twenty-five minutes stay twenty-five minutes at midnight, at New Year and when summer time begins or ends",
)
@pytest.mark.parametrize("hour", HOURS)
def test_across_an_hour(desk: Desk, hour: str) -> None:
    people = family(desk.draw)
    patient = desk.create(people.insured.person)
    with passing(desk) as time:
        time.begins_at(datetime.fromisoformat(HOURS[hour]))
        reading = read_card(desk, people.card())
        time.passes(minutes=25)
        call, requests = try_card_call(desk, reading, people.insured, patient)
        _expect_fresh(
            call, requests, time, Moment(f"25 minutes après ({hour})", f"25 minutes later ({hour})")
        )


@pytest.mark.rule("CAL-04")
@pytest.mark.title(
    fr="La carte relue après l'attente, l'appel part, avec une assertion neuve",
    en="The card read again after the wait, the call leaves, with a new assertion",
)
@pytest.mark.parametrize("span", ["21-min", "2-h-5", "24-h-5"])
def test_read_again(desk: Desk, span: str) -> None:
    people = family(desk.draw)
    patient = desk.create(people.insured.person)
    with passing(desk) as time:
        reading = read_card(desk, people.card())
        need_card_request(*try_card_call(desk, reading, people.insured, patient))
        time.passes(seconds=SPANS[span].total_seconds())
        try_card_call(desk, reading, people.insured, patient)
        read_at = time.now()
        call, requests = try_card_call(desk, read_card(desk, people.card()), people.insured, patient)
        moment = Moment(f"carte relue {span} après", f"card read again {span} later")
        if not requests and _signs_in(desk):
            # A card of the professional is asked for again after an hour or so (insi-contract §4): that is another matter.
            call, requests = try_card_call(desk, read_card(desk, people.card()), people.insured, patient)
        if not requests:
            raise Departure(
                f"{moment.fr}, aucun appel ne part : {_said(call)}",
                f"{moment.en}, no call leaves: {_said(call)}",
            )
        _expect_fresh(call, requests, time, moment)
        for request in requests:
            for assertion in vitale_of(request):
                expect(
                    (assertion.issued_at or time.now()) >= read_at - SKEW,
                    fr=f"{moment.fr}, l'assertion envoyée est d'avant cette lecture",
                    en=f"{moment.en}, the assertion sent is older than this reading",
                )


def _signs_in(desk: Desk) -> bool:
    """Sign the user in anew; tell whether the software does that."""
    with desk.if_at_hand(_SIGN_IN):
        # Those first that any INSi of ours takes.
        return any(sign_in(desk, means) is None for means in reversed(MEANS))
    return False


def _expect_fresh(
    call: InsiCall | RefusedError, requests: Sequence[ExchangeView], time: Time, moment: Moment
) -> None:
    """Check that nothing left, or with an assertion no older than twenty minutes."""
    now = time.now()
    for request in requests:
        found = vitale_of(request)
        expect(
            found,
            fr=f"{moment.fr}, une requête est partie sans assertion Vitale",
            en=f"{moment.en}, a request left with no Vitale assertion",
        )
        for assertion in found:
            issued = assertion.issued_at
            expect(
                issued is not None and now - LIFETIME <= issued <= now + SKEW,
                fr=f"{moment.fr}, il est {_hour(now)} et l'assertion Vitale envoyée est du {_hour(issued)}",
                en=f"{moment.en}, it is {_hour(now)} and the Vitale assertion sent is of {_hour(issued)}",
            )
    expect(
        requests
        or isinstance(call, RefusedError)
        or call.outcome in {CallOutcome.BLOCKED, CallOutcome.ERROR},
        fr=f"{moment.fr}, aucune requête n'est partie et le logiciel annonce {_said(call)}",
        en=f"{moment.en}, no request left and the software announces {_said(call)}",
    )


def _hour(moment: datetime | None) -> str:
    return "?" if moment is None else f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def _said(call: InsiCall | RefusedError) -> str:
    return call.message if isinstance(call, RefusedError) else f"{call.outcome}, {call.message}"
