"""CAL-02: the request by card is about the beneficiary whom the user chose, whoever else is on the card."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from conformance.drivers.model import CallOutcome
from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.card_calls import (
    CARD_WAYS,
    call_or_read_again,
    calls_without_file,
    expect_about,
    expect_understood,
    need_card_request,
    try_card_call,
)
from conformance.suite.desk.cards import KEYS, family
from conformance.suite.desk.expect import expect, expect_each, expect_equal
from conformance.suite.desk.people import NAMES_IN_USE
from conformance.suite.desk.snapshot import Moment
from conformance.suite.desk.steps import USERS, preparing
from conformance.suite.desk.wire import returned
from conformance.suite.desk.words import expect_values, insi_values, shown

if TYPE_CHECKING:
    from conformance.drivers.cards import CardReading, VitaleCard
    from conformance.drivers.model import Patient
    from conformance.suite.desk.cards import Family, Member
    from conformance.suite.desk.steps import Desk
    from simulator.client import ExchangeView

ORDER = ("twin-2", "partner", "insured", "twin-1", "child")
"""Neither that of the card nor that of age: who is asked for cannot be guessed from who was asked for before."""


@pytest.mark.rule("CAL-02")
@pytest.mark.title(
    fr="La lecture montre toutes les personnes de la carte, une fois chacune, et les siennes seulement",
    en="The reading shows everybody on the card, each once, and nobody else",
)
@pytest.mark.parametrize("user", USERS)
def test_everybody_is_shown(desk: Desk, user: str) -> None:
    desk = desk.by(user)
    for people in (family(desk.draw), family(desk.draw)):
        reading = _read(desk, people.card())
        expect_equal(
            got=sorted(person.rank for person in reading.beneficiaries),
            expected=sorted(member.rank for member in people.members),
            fr="rangs des personnes montrées après lecture de la carte",
            en="ranks of the people shown after the card was read",
        )
        for person in reading.beneficiaries:
            [member] = [each for each in people.members if each.rank == person.rank]
            traits = member.person.identity.traits
            # What is shown of each is free; what is shown has to be theirs.
            expect(
                person.birth_date in {None, "", traits.birth_date}
                and person.first_name in {None, "", member.person.first_name},
                fr=f"le rang {person.rank} est montré sous l'identité d'une autre personne ({person.first_name})",
                en=f"rank {person.rank} is shown under the identity of somebody else ({person.first_name})",
            )


@pytest.mark.rule("CAL-02")
@pytest.mark.title(
    fr="Chaque bénéficiaire choisi tour à tour sur une carte lue une fois est celui de la requête, jumeaux compris",
    en="Each person chosen in turn on a card read once is the one of the request, twins included",
)
@pytest.mark.parametrize("user", USERS)
@pytest.mark.parametrize("way", CARD_WAYS)
def test_in_turn(desk: Desk, way: str, user: str) -> None:
    if way == "no-file" and not calls_without_file(desk):
        return
    desk = desk.by(user)
    people = family(desk.draw)
    files = (
        {key: desk.create(people.member(key).person, **NAMES_IN_USE) for key in KEYS} if way == "file" else {}
    )
    reading = _read(desk, people.card())
    expect_each({key: partial(_expect_chosen, desk, reading, people, key, files.get(key)) for key in ORDER})


@pytest.mark.rule("CAL-02")
@pytest.mark.title(
    fr="Le premier bénéficiaire choisi après la lecture est celui de la requête, quelle que soit sa place sur la carte",
    en="The first person chosen after the reading is the one of the request, whatever their place on the card",
)
@pytest.mark.parametrize("key", KEYS)
def test_first_choice(desk: Desk, key: str) -> None:
    people = family(desk.draw)
    patient = desk.create(people.member(key).person)
    _expect_chosen(desk, _read(desk, people.card()), people, key, patient)


@pytest.mark.rule("CAL-02")
@pytest.mark.title(
    fr="La place du bénéficiaire choisi sur une carte ne décide pas de celui d'une autre carte",
    en="The place of the person chosen on one card does not decide who is chosen on another card",
)
def test_another_card(desk: Desk) -> None:
    first, second = family(desk.draw), family(desk.draw)
    for people, key in ((first, "child"), (second, "twin-1"), (first, "twin-2"), (second, "insured")):
        patient = desk.create(people.member(key).person)
        _expect_chosen(desk, _read(desk, people.card()), people, key, patient)


@pytest.mark.rule("CAL-02")
@pytest.mark.title(
    fr="Le dossier ouvert ne décide pas du bénéficiaire : c'est celui que l'utilisateur choisit",
    en="The file that is open does not decide who is asked for: the user does",
)
def test_file_of_another(desk: Desk) -> None:
    people = family(desk.draw)
    patient = desk.create(people.insured.person)
    reading = _read(desk, people.card())
    member = people.member("child")
    call, requests = try_card_call(desk, reading, member, patient)
    if isinstance(call, RefusedError) and not requests:
        return  # Noticing that the child is not the patient is as good.
    moment = Moment("enfant choisi, dossier du parent", "child chosen, file of the parent")
    expect_understood(requests, member, moment)
    need_card_request(call, requests)
    expect_about(requests, member, moment)


@pytest.mark.rule("CAL-02")
@pytest.mark.title(
    fr="L'INS acceptée dans le dossier est celle du bénéficiaire choisi",
    en="The INS accepted into the file is that of the person chosen",
)
@pytest.mark.parametrize("key", ["twin-1", "twin-2", "partner"])
def test_accepted(desk: Desk, key: str) -> None:
    people = family(desk.draw)
    member = people.member(key)
    patient = desk.create(member.person)
    reading = _read(desk, people.card())
    call, requests = try_card_call(desk, reading, member, patient)
    moment = Moment(f"bénéficiaire choisi : {key}", f"person chosen: {key}")
    expect_understood(requests, member, moment)
    need_card_request(call, requests)
    expect_about(requests, member, moment)
    if isinstance(call, RefusedError) or call.outcome is not CallOutcome.FOUND:
        return
    desk.decide(call, accept=True)
    expect_values(
        desk.read(patient),
        insi_values(member.person),
        fr=f"l'identité reprise n'est pas celle du bénéficiaire choisi ({key})",
        en=f"the identity taken is not that of the person chosen ({key})",
    )
    # Once récupérée, then qualifiée; a software need not call for an INS that it has.
    for act in (desk.read, desk.check_document):
        act(patient)
        _, requests = call_or_read_again(desk, reading, people, key, patient)
        expect_about(requests, member, moment)


def _read(desk: Desk, card: VitaleCard) -> CardReading:
    """Have a card read; whoever is not shown cannot be chosen, which is what this rule is about."""
    with preparing("lire la carte Vitale", "read the Vitale card"):
        reading = desk.lgo.read_card(card, actor=desk.user)
    hidden = {person.rank for person in card.beneficiaries} - {
        person.rank for person in reading.beneficiaries
    }
    expect(
        not hidden,
        fr=f"des personnes de la carte ne sont pas montrées et ne peuvent être choisies : rang(s) {shown(hidden).fr}",
        en=f"people on the card are not shown and cannot be chosen: rank(s) {shown(hidden).en}",
    )
    return reading


def _expect_chosen(
    desk: Desk, reading: CardReading, people: Family, key: str, patient: Patient | None
) -> None:
    member = people.member(key)
    call, requests = call_or_read_again(desk, reading, people, key, patient)
    moment = Moment(f"bénéficiaire choisi : {key}", f"person chosen: {key}")
    expect_understood(requests, member, moment)
    need_card_request(call, requests)
    expect_about(requests, member, moment)
    _expect_returned(requests, member, moment)


def _expect_returned(requests: list[ExchangeView], member: Member, moment: Moment) -> None:
    """Check whom INSi found: what the request says is what counts, and this is what comes of it."""
    for request in requests:
        if request.code == "00":
            expect_equal(
                got=returned(request)["matricule"],
                expected=member.person.identity.matricule.value,
                fr=f"{moment.fr}, matricule rendu par INSi",
                en=f"{moment.en}, matricule returned by INSi",
            )
