"""RSP-01: an answer that is about somebody else, in part or altogether, is shown as it came before anything is written."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from conformance.drivers.model import CallOutcome
from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.apart import FROM_INSI
from conformance.suite.desk.expect import expect, expect_each
from conformance.suite.desk.people import PLAIN, twin, typed
from conformance.suite.desk.routes import Route
from conformance.suite.desk.snapshot import ANYTHING, Moment, expect_kept
from conformance.suite.desk.told import told
from conformance.suite.desk.wire import need_answer, returned
from conformance.suite.desk.words import expect_values, insi_values
from conformance.suite.response.proposals import COMPARED, expect_comparison

if TYPE_CHECKING:
    from conformance.suite.desk.steps import Desk

ANSWERS: dict[str, tuple[str, ...]] = {
    "safety/other-birth-name": (),
    "safety/other-first-names": (),
    "safety/other-sex": (),
    "safety/other-traits": (),
    "safety/traits-of-another": ("other",),
    "safety/matricule-of-another": ("other",),
    "safety/other-person": ("other",),
}
"""Answers about somebody else, with the roles that the scenario has beside the patient."""

SWAPPED = "safety/swapped-on-second-call"


@pytest.mark.rule("RSP-01")
@pytest.mark.title(
    fr="Une réponse qui porte sur un autre est montrée telle quelle, rien n'est écrit, et le refus ne laisse rien",
    en="An answer about somebody else is shown as it came, nothing is written, and a refusal leaves nothing",
)
@pytest.mark.parametrize("scenario", ANSWERS)
@pytest.mark.parametrize(
    "route", [Route.TYPED, Route.IMPORTED, Route.CHECKED, Route.IMPORTED_CHECKED], ids=str
)
def test_about_somebody_else(desk: Desk, route: Route, scenario: str) -> None:
    patient = desk.bring(person := desk.draw(first_names_count=2), route)
    before = desk.snapshot(patient)
    moment = Moment(f"sur la réponse {scenario}", f"on the answer {scenario}")
    with desk.answered_by(
        scenario, patient=person, **{role: desk.draw(first_names_count=2) for role in ANSWERS[scenario]}
    ):
        call, requests = desk.try_call(patient)
        need_answer(requests, scenario)
    expect_kept(desk.snapshot(patient), before, moment)
    if isinstance(call, RefusedError) or call.outcome is not CallOutcome.FOUND:
        # A software may find the answer incoherent; then it says so.
        expect(
            told(call).says_something,
            fr=f"{moment.fr}, rien n'est dit à l'utilisateur",
            en=f"{moment.en}, the user is told nothing",
        )
        return
    expect_comparison(desk, call, {name: getattr(patient, name) for name in COMPARED}, returned(requests[-1]))
    desk.decide(call, accept=False)
    expect_kept(
        desk.snapshot(patient),
        before,
        Moment(f"{moment.fr}, après le refus", f"{moment.en}, after the refusal"),
    )


@pytest.mark.rule("RSP-01", "RSP-02")
@pytest.mark.title(
    fr="Quand le second appel rend un autre, c'est lui qui est montré, et seul ce qui est accepté entre dans le dossier",
    en="When the second call returns somebody else, that is what is shown, and only what is accepted enters the file",
)
@pytest.mark.parametrize("route", [Route.TYPED, Route.CHECKED], ids=str)
@pytest.mark.parametrize("first", ["accepted", "refused", "undecided"])
def test_swapped_on_second_call(desk: Desk, route: Route, first: str) -> None:
    person, other = desk.draw(first_names_count=2), desk.draw(first_names_count=2)
    patient = desk.bring(person, route)
    with desk.answered_by(SWAPPED, patient=person, other=other):
        call, requests = desk.try_call(patient)
        need_answer(requests, SWAPPED)
        if not isinstance(call, RefusedError):
            # Shown, so that a comparison that is kept for later would be the one shown next.
            desk.lgo.read_proposal(call.id, actor=desk.user)
            if first != "undecided":
                desk.decide(call, accept=first == "accepted")
        before = desk.snapshot(patient)
        again, requests = desk.try_call(patient)
        need_answer(requests, SWAPPED)
    answer = returned(requests[-1])
    moment = Moment(f"second appel, le premier étant {first}", f"second call, the first being {first}")
    expect_kept(desk.snapshot(patient), before, moment)
    if isinstance(again, RefusedError) or again.outcome is not CallOutcome.FOUND:
        expect(
            told(again).says_something,
            fr=f"{moment.fr}, rien n'est dit à l'utilisateur",
            en=f"{moment.en}, the user is told nothing",
        )
        return
    expect_comparison(desk, again, {name: getattr(before.patient, name) for name in COMPARED}, answer)
    if isinstance(desk.try_accept(again), RefusedError):
        expect_kept(
            desk.snapshot(patient),
            before,
            Moment(f"{moment.fr}, acceptation refusée", f"{moment.en}, acceptance refused"),
        )
        return
    expect_kept(
        desk.snapshot(patient), before, moment, besides={**answer, "status": ANYTHING, "proof": ANYTHING}
    )


@pytest.mark.rule("RSP-01", "RSP-02")
@pytest.mark.title(
    fr="Deux propositions ouvertes pour deux patients : chacune va dans le dossier du sien",
    en="Two proposals open for two patients: each goes into the file of its own",
)
def test_two_open_proposals(desk: Desk) -> None:
    one, two = desk.draw(first_names_count=2), desk.draw(first_names_count=2)
    files = [desk.create(one), desk.create(two)]
    calls = [desk.find(patient) for patient in files]
    # Decided in the other order.
    for patient, person, call in ((files[1], two, calls[1]), (files[0], one, calls[0])):
        before = {each.id: desk.snapshot(each) for each in files}
        desk.decide(call, accept=True)
        for each in files:
            if each.id != patient.id:
                expect_kept(
                    desk.snapshot(each),
                    before[each.id],
                    Moment("après la décision sur un autre dossier", "after the decision on another file"),
                )
        expect_values(
            desk.read(patient),
            {"matricule": person.identity.matricule.value, "birth_name": person.identity.traits.birth_name},
            fr="le dossier ne porte pas l'identité de son patient",
            en="the file does not hold the identity of its patient",
        )


@pytest.mark.rule("RSP-02")
@pytest.mark.title(
    fr="Des jumeaux du même nom et du même sexe reçoivent chacun leur matricule, dans un dossier comme à la création",
    en="Twins of the same name and sex each get their own matricule, in a file as at creation",
)
@pytest.mark.parametrize("way", ["file", pytest.param("from-insi", marks=FROM_INSI.mark)])
def test_twins(desk: Desk, way: str) -> None:
    one = desk.draw(first_names_count=2, birth_date="2004-10-21", **PLAIN)
    other = twin(desk, one)
    files = {person.key: desk.create(person) for person in (one, other)} if way == "file" else {}
    # The first once more: an answer kept for the other must not come back.
    for person in (one, other, one) if files else (one, other):
        patient = desk.feed(files[person.key]) if files else desk.arrive(person)
        expect_values(
            patient,
            insi_values(person),
            fr="un jumeau porte l'identité de l'autre",
            en="a twin bears the identity of the other",
        )


@pytest.mark.rule("RSP-01")
@pytest.mark.title(
    fr="Une réponse sur un autre à une recherche INSi ne crée rien avant la décision, et rien après le refus",
    en="An answer about somebody else to an INSi search creates nothing before the decision, and nothing after a refusal",
)
@FROM_INSI.mark
def test_search_about_somebody_else(desk: Desk) -> None:
    def judge(scenario: str) -> None:
        person, other = desk.draw(), desk.draw()
        # Somebody else may be born that day.
        days = {each.identity.traits.birth_date for each in (person, other)}
        there = {patient.id for day in days for patient in desk.born_on(day)}
        with desk.answered_by(scenario, patient=person, **dict.fromkeys(ANSWERS[scenario], other)):
            call, requests = desk.try_search_insi(typed(person))
            need_answer(requests, scenario)
        answered = returned(requests[-1])
        if not isinstance(call, RefusedError) and call.outcome is CallOutcome.FOUND:
            local = {name: getattr(typed(person), name) for name in COMPARED}
            expect_comparison(desk, call, local, answered)
            desk.decide(call, accept=False)
        files = [patient.id for day in days for patient in desk.born_on(day) if patient.id not in there]
        if (day := answered["birth_date"]) and day not in days:
            names = {answered["birth_name"], person.identity.traits.birth_name}
            files += [patient.id for patient in desk.born_on(day) if patient.birth_name in names]
        expect(
            not files,
            fr=f"un dossier a été créé sur la réponse {scenario}",
            en=f"a file was created on the answer {scenario}",
        )
        desk.prove_search_works(person)

    expect_each({scenario: partial(judge, scenario) for scenario in ANSWERS})
