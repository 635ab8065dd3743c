"""RSP-01, RSP-02, RSP-12, RSP-13 and RSP-20 by card, where a file is made or not, or its number replaced."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest

from conformance.drivers.model import Patient
from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.apart import BESIDE, CARD
from conformance.suite.desk.card_calls import (
    by_card,
    calls_without_file,
    need_card_request,
    read_card,
    try_card_call,
)
from conformance.suite.desk.cards import family
from conformance.suite.desk.cases import case_text
from conformance.suite.desk.expect import expect
from conformance.suite.desk.people import answered_with, now_known_by
from conformance.suite.desk.routes import Route
from conformance.suite.desk.words import expect_values, insi_values
from conformance.suite.response.by_card import COMPARISON, proposed_by_card

if TYPE_CHECKING:
    from conformance.suite.desk.steps import Desk
    from simulator.registry.person import Person

NOTHING_TO_TAKE: Final = {
    "RSP-12": "answers/not-found",
    "RSP-13": "answers/several",
    "RSP-08": "safety/lunar-day",
    "RSP-09": "safety/empty-birth-name",
    "ERR-04": "safety/wrong-key",
    "ERR-02": "faults/insi-102",
}
"""Answers that no file is made of, by the rule that says so."""


@pytest.mark.rule("RSP-01", "RSP-02")
@pytest.mark.title(
    fr="Carte sans dossier : ce qu'INSi rend n'est pas comparé à lui-même, et le dossier créé est ce qu'INSi a rendu",
    en="Card without file: what INSi returns is not compared with itself, and the file made is what INSi returned",
)
@BESIDE.mark
@CARD.mark
@COMPARISON.mark
def test_created_by_card(desk: Desk) -> None:
    if not calls_without_file(desk):
        return
    people = family(desk.draw)
    person = people.member("child").person
    name = desk.draw(
        where=lambda each: each.identity.traits.birth_name != person.identity.traits.birth_name
    ).identity.traits.birth_name
    answer = answered_with(person, birth_name=name)
    there = {each.id for each in desk.born_on(person.identity.traits.birth_date)}
    found = proposed_by_card(desk, people, read_card(desk, people.card()), "child", answer, None)
    if found is None:
        return  # What the card contradicts need not be proposed.
    call, proposal = found
    expect(
        not {each.id for each in desk.born_on(person.identity.traits.birth_date)} - there,
        fr="carte sans dossier : un dossier est créé avant la décision de l'utilisateur",
        en="card without file: a file is made before the decision of the user",
    )
    for line in proposal.fields:
        if line.field == "birth_name":
            expect(
                line.local != line.insi and (line.different or not line.local),
                fr=f"carte sans dossier : le nom rendu par INSi ({line.insi}) est montré comme celui d'ici ({line.local})",
                en=f"card without file: the name returned by INSi ({line.insi}) is shown as the local one ({line.local})",
                inferred=True,
            )
    made = desk.decide(call, accept=True)
    if made is not None:
        expect_values(
            desk.read(made),
            insi_values(answer),
            fr="dossier créé par carte",
            en="file made by card",
        )


@pytest.mark.rule("RSP-20")
@pytest.mark.title(
    fr="Un numéro d'attente devenu NIR est remplacé aussi par un appel par carte, à chaque statut",
    en="A waiting number that became a NIR is replaced by a call by card as well, at each status",
)
@pytest.mark.parametrize("route", [Route.IMPORTED_CHECKED], ids=str)
@BESIDE.mark
@CARD.mark
@COMPARISON.mark
def test_renumbered_by_card(desk: Desk, route: Route) -> None:
    def waiting(**wanted: Any) -> Person:
        return desk.draw(**{**wanted, "nia": True})

    people = family(waiting)
    person = people.insured.person
    patient = desk.bring(person, route)
    traits = person.identity.traits
    now = now_known_by(person, desk.draw(sex=traits.sex, birth_date=traits.birth_date, nia=False))
    found = proposed_by_card(desk, people, read_card(desk, people.card()), "insured", now, patient)
    if found is None or isinstance(desk.try_accept(found[0]), RefusedError):
        return  # Whether an INS that is there may be asked for again by card is in no text.
    got = desk.read(patient)
    expected = {"matricule": now.identity.matricule.value, "oid": str(now.identity.oid)}
    expect_values(
        {name: getattr(got, name) for name in expected},
        expected,
        fr="numéro d'attente remplacé, accepté par carte",
        en="waiting number replaced, accepted by card",
    )


@pytest.mark.title(
    fr="Carte sans dossier : un retour sans identité, ou qui ne se reprend pas, ne crée aucun dossier",
    en="Card without file: an answer without identity, or that is not to be taken, makes no file",
)
@pytest.mark.parametrize(
    "scenario",
    [
        pytest.param(scenario, marks=pytest.mark.rule(rule), id=scenario.partition("/")[2])
        for rule, scenario in NOTHING_TO_TAKE.items()
    ],
)
@BESIDE.mark
@CARD.mark
def test_nothing_is_made(desk: Desk, scenario: str) -> None:
    if not calls_without_file(desk):
        return
    people = family(desk.draw)
    member = people.member("child")
    day = member.person.identity.traits.birth_date
    there = {each.id for each in desk.born_on(day)}
    reading = read_card(desk, people.card())
    roles = {"patient": member.person} if scenario.startswith("safety/") else {}
    with desk.answered_by(by_card(scenario), **roles):
        call, requests = try_card_call(desk, reading, member)
        need_card_request(call, requests)
        made = None if isinstance(call, RefusedError) else desk.try_accept(call)
    expect(
        not isinstance(made, Patient) and not {each.id for each in desk.born_on(day)} - there,
        fr=f"carte sans dossier, sur la réponse {scenario} : un dossier est créé",
        en=f"card without file, on the answer {case_text(scenario).en}: a file is made",
    )
