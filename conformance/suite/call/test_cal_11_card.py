"""CAL-11 by Vitale card: the block of a doubtful or fictitious identity is not one of the search by traits only."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from conformance.drivers.model import Attribute
from conformance.drivers.protocol import RefusedError
from conformance.suite.attributes.marks import DISQUALIFYING_SETS, lift, mark, named
from conformance.suite.call.blocked import expect_blocked
from conformance.suite.desk.apart import ATTRIBUTES, CARD
from conformance.suite.desk.card_calls import (
    call_or_read_again,
    need_card_request,
    read_card,
    try_card_call,
)
from conformance.suite.desk.cards import KEYS, family
from conformance.suite.desk.expect import expect, expect_each
from conformance.suite.desk.needs import need_no_exemption
from conformance.suite.desk.people import NAMES_IN_USE
from conformance.suite.desk.routes import Route
from conformance.suite.desk.snapshot import Moment, expect_kept
from conformance.suite.desk.steps import USERS

if TYPE_CHECKING:
    from conformance.suite.desk.steps import Desk


@pytest.mark.rule("CAL-11")
@pytest.mark.title(
    fr="L'appel par carte qui partait ne part plus dès que l'identité est douteuse ou fictive, et rien ne change",
    en="The call by card that used to leave no longer does once the identity is doubtful or fictitious, and nothing changes",
)
@pytest.mark.parametrize("route", [Route.TYPED, Route.IMPORTED, Route.CHECKED], ids=str)
@CARD.mark
def test_no_call_by_card(desk: Desk, route: Route) -> None:
    people = family(desk.draw)

    def judge(attributes: frozenset[Attribute], key: str) -> None:
        member = people.member(key)
        patient = desk.bring(member.person, route, **NAMES_IN_USE)
        reading = read_card(desk, people.card())
        call, requests = try_card_call(desk, reading, member, patient)
        if not requests:
            need_no_exemption(desk.read(patient), call)
        need_card_request(call, requests)
        desk.decline_waiting(patient)  # Nothing but the attribute stops the next call.
        before = mark(desk, patient, attributes)
        # Read again, by either user: a reading of before the attribute proves nothing about the attribute.
        for user, each in zip(USERS, (reading, read_card(desk, people.card())), strict=True):
            call, requests = try_card_call(desk.by(user), each, member, patient)
            expect_blocked(
                call,
                requests,
                fr=f"d'attribut {named(attributes)} (appel par carte)",
                en=f"with the attribute {named(attributes)} (call by card)",
                may_be_error=True,
            )
        moment = Moment("après l'appel par carte bloqué", "after the blocked call by card")
        expect_kept(desk.snapshot(patient), before, moment)
        try:
            lift(desk, patient)
        except RefusedError:
            return  # How a doubt is lifted is in no text.
        call, requests = try_card_call(desk, read_card(desk, people.card()), member, patient)
        expect(
            requests,
            fr=f"attribut {named(attributes)} retiré, l'appel par carte reste bloqué ({call.message})",
            en=f"attribute {named(attributes)} removed, the call by card stays blocked ({call.message})",
            inferred=True,
        )

    # Somebody else for each: a software may refuse a second file of one person.
    cases = zip(DISQUALIFYING_SETS, KEYS, strict=False)
    expect_each({named(kinds): partial(judge, kinds, key) for kinds, key in cases})


@pytest.mark.rule("CAL-11")
@pytest.mark.title(
    fr="L'attribut homonyme seul ne bloque pas l'appel par carte",
    en="The attribute homonyme alone does not block the call by card",
)
@CARD.mark
@ATTRIBUTES.mark
def test_homonym_calls_by_card(desk: Desk) -> None:
    people = family(desk.draw)
    patient = desk.create(people.insured.person)
    reading = read_card(desk, people.card())
    need_card_request(*try_card_call(desk, reading, people.insured, patient))
    mark(desk, patient, frozenset({Attribute.HOMONYME}))
    call, requests = call_or_read_again(desk, reading, people, "insured", patient)
    expect(
        requests,
        fr=f"identité homonyme : l'appel par carte ne part plus ({call.message})",
        en=f"identity homonyme: the call by card no longer leaves ({call.message})",
    )
