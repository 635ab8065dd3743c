"""RSP-01: nothing is written before the user has compared and decided."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from conformance.drivers.model import CallOutcome
from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.apart import FROM_INSI, INS_HISTORY
from conformance.suite.desk.cast import PARTS
from conformance.suite.desk.expect import expect, expect_each, expect_equal
from conformance.suite.desk.full import bring_full
from conformance.suite.desk.people import PLAIN, another_value, answered_with, typed
from conformance.suite.desk.routes import Route, routes
from conformance.suite.desk.snapshot import Moment, expect_kept
from conformance.suite.desk.wire import need_answer
from conformance.suite.desk.words import insi_values
from conformance.suite.journeys.cast import created_from_insi, typed_then_fed
from conformance.suite.response.proposals import (
    COMPARED,
    expect_comparison,
    expect_lines,
    proposed,
    proposed_for_creation,
)
from conformance.suite.response.refusals import altered
from conformance.verdicts import UndecidedError, Verdict

if TYPE_CHECKING:
    from conformance.suite.desk.steps import Desk
    from conformance.suite.journeys.stages import Trip
    from simulator.registry.person import Person


@pytest.mark.rule("RSP-01")
@pytest.mark.title(
    fr="Rien n'est écrit avant la décision, puis le refus ne change rien, à chaque statut et pour chacun",
    en="Nothing is written before the decision, then a refusal changes nothing, at each status and for everybody",
)
@pytest.mark.parametrize("user", ["user", "super-user"])
@pytest.mark.parametrize("route", routes(), ids=str)
def test_nothing_before_nor_after_a_refusal(desk: Desk, route: Route, user: str) -> None:
    worker = desk.by(user)
    person, other = desk.draw(first_names_count=2), desk.draw(first_names_count=2)
    before = desk.snapshot(bring_full(desk, person, route))
    # INSi answers somebody else altogether: whatever is written shows.
    call = proposed(worker, before.patient, other)
    expect_kept(
        desk.snapshot(before.patient),
        before,
        Moment("avant toute décision de l'utilisateur", "before any decision of the user"),
    )
    worker.lgo.read_proposal(call.id, actor=worker.user)
    expect_kept(
        desk.snapshot(before.patient),
        before,
        Moment("après lecture de la comparaison", "after the comparison was read"),
    )
    worker.lgo.decide_proposal(call.id, accept=False, actor=worker.user)
    expect_kept(
        desk.snapshot(before.patient),
        before,
        Moment("malgré le refus de l'utilisateur", "although the user refused"),
    )
    desk.try_accept(call)
    expect_kept(
        desk.snapshot(before.patient),
        before,
        Moment("refusée puis acceptée après coup", "refused, then accepted afterwards"),
        # No text says that a decision is final.
        inferred=True,
    )


@pytest.mark.rule("RSP-01")
@INS_HISTORY.mark
@pytest.mark.title(
    fr="L'identité refusée ne laisse rien dans l'historique des INS du dossier",
    en="The identity that was refused leaves nothing in the INS history of the file",
)
def test_refusal_leaves_the_ins_history(desk: Desk) -> None:
    patient = desk.create(desk.play(PARTS["one-former-number-corsica-2a"]))
    before = desk.lgo.read_ins_history(patient.id, actor=desk.user)
    desk.decide(desk.find(patient), accept=False)
    expect_equal(
        got=desk.lgo.read_ins_history(patient.id, actor=desk.user),
        expected=before,
        fr="historique des INS malgré le refus",
        en="INS history although the user refused",
    )


@pytest.mark.rule("RSP-01")
@pytest.mark.title(
    fr="Ce qui manque au dossier (liste, lieu, noms utilisés, date connue) n'est rempli ni avant la décision, ni après le refus",
    en="What a file lacks (list, place, names in use, a known date) is filled neither before the decision nor after a refusal",
)
@pytest.mark.parametrize("route", [Route.TYPED, Route.CHECKED], ids=str)
def test_what_is_missing_is_not_filled(desk: Desk, route: Route) -> None:
    def judge(**others: str | None) -> None:
        person = desk.draw(first_names_count=2, birth_date="1984-12-31")
        patient = desk.bring(person, route, **{"birth_place": "99999", "first_names": None, **others})
        before = desk.snapshot(patient)
        call = proposed(desk, patient, person)
        moment = Moment("avant toute décision", "before any decision")
        expect_kept(desk.snapshot(patient), before, moment)
        desk.lgo.decide_proposal(call.id, accept=False, actor=desk.user)
        moment = Moment("malgré le refus de l'utilisateur", "although the user refused")
        expect_kept(desk.snapshot(patient), before, moment)

    expect_each({"tout": partial(judge), "un seul prénom utilisé": partial(judge, used_first_name="NALROVK")})


@pytest.mark.rule("RSP-01")
@pytest.mark.title(
    fr="Une date complétée reste signalée tant que l'identité INSi n'est pas acceptée",
    en="A completed date stays marked as long as the INSi identity is not accepted",
)
def test_completed_date_stays_marked(desk: Desk) -> None:
    person = desk.draw(first_names_count=2, birth_date="1984-12-31")
    try:
        traits = typed(person, birth_date="1984-00-00")
        patient = desk.lgo.create_patient(traits, actor=desk.user)
    except RefusedError:
        return  # A software may refuse an incomplete date.
    before = desk.snapshot(patient)
    try:
        call = proposed(desk, patient, person)
    except UndecidedError as obstacle:
        _, requests = desk.try_call(patient)
        if requests:
            raise
        raise UndecidedError(
            "le logiciel n'interroge pas INSi avec une date complétée",
            "the software does not ask INSi with a completed date",
            verdict=Verdict.NOT_TESTED,
        ) from obstacle
    desk.lgo.read_proposal(call.id, actor=desk.user)
    expect_kept(desk.snapshot(patient), before, Moment("avant toute décision", "before any decision"))
    desk.lgo.decide_proposal(call.id, accept=False, actor=desk.user)
    expect_kept(
        desk.snapshot(patient),
        before,
        Moment("malgré le refus de l'utilisateur", "although the user refused"),
    )


@pytest.mark.rule("RSP-01")
@pytest.mark.title(
    fr="La comparaison montre les deux côtés de chaque trait et signale chaque différence, et elles seules",
    en="The comparison shows both sides of each trait and flags each difference, and them only",
)
@pytest.mark.parametrize("route", routes(), ids=str)
def test_each_difference_is_flagged(desk: Desk, route: Route) -> None:
    def judge(*fields: str) -> None:
        person = desk.draw(first_names_count=2, **PLAIN)
        patient = desk.bring(person, route)
        answer = _with(desk, person, fields)
        call = proposed(desk, patient, answer)
        expect_comparison(
            desk, call, {name: getattr(patient, name) for name in COMPARED}, insi_values(answer)
        )

    cases = {name: partial(judge, name) for name in COMPARED}
    if route is Route.TYPED:
        cases["INSi sans lieu"] = partial(_expect_no_place, desk)
    expect_each({"aucune": partial(judge), **cases, "toutes": partial(judge, *COMPARED)})


@pytest.mark.rule("RSP-01")
@pytest.mark.title(
    fr="Les petites différences de nom sont signalées aussi : un tiret, une apostrophe, une lettre, un prénom de plus",
    en="Small differences of a name are flagged too: a hyphen, an apostrophe, a letter, one more first name",
)
def test_small_differences(desk: Desk) -> None:
    def judge(field: str, pattern: str) -> None:
        person = desk.draw(first_names_count=2, **PLAIN)
        patient = desk.create(person)
        value = pattern.format(getattr(person.identity.traits, field))
        answer = answered_with(person, **{field: value})
        call = proposed(desk, patient, answer)
        expect_comparison(
            desk, call, {name: getattr(patient, name) for name in COMPARED}, insi_values(answer)
        )

    patterns = {"lettre en plus": "{}E", "tiret": "{}-E", "apostrophe": "D'{}", "mot en plus": "{} E"}
    cases = {
        f"{field}, {name}": partial(judge, field, p)
        for field in ("birth_name", "first_names")
        for name, p in patterns.items()
    }
    expect_each(cases)


@pytest.mark.rule("RSP-01")
@pytest.mark.title(
    fr="Pour chaque personne de la distribution, la comparaison dit vrai et rien n'est écrit avant la décision",
    en="For each person of the cast the comparison is true and nothing is written before the decision",
)
def test_cast(desk: Desk) -> None:
    def judge(trip: Trip) -> None:
        expect_kept(
            trip.seen["untouched"],
            trip.seen["typed"],
            Moment("avant toute décision de l'utilisateur", "before any decision of the user"),
        )
        local = {name: getattr(trip.seen["typed"].patient, name) for name in COMPARED}
        expect_lines(
            {line.field: line for line in trip.seen["proposal"].fields}, local, insi_values(trip.person)
        )

    typed_then_fed(desk).expect(desk, ["typed", "answered", "untouched", "proposal"], judge)


@pytest.mark.rule("RSP-01")
@pytest.mark.title(
    fr="Aucun dossier n'est créé depuis INSi avant la décision, ni après un refus, et la comparaison porte les traits saisis",
    en="No file is created from INSi before the decision, nor after a refusal, and the comparison holds the traits typed",
)
@pytest.mark.parametrize("user", ["user", "super-user"])
@FROM_INSI.mark
def test_creation_refused(desk: Desk, user: str) -> None:
    desk = desk.by(user)
    person, other = desk.draw(), desk.draw()
    days = (person.identity.traits.birth_date, other.identity.traits.birth_date)
    # Somebody else may be born on one of these days.
    there = _born(desk, days)
    call = proposed_for_creation(desk, other, **_asked(person))
    expect(
        not _born(desk, days) - there,
        fr="un dossier a été créé avant la décision de l'utilisateur",
        en="a file was created before the decision of the user",
    )
    expect_comparison(
        desk, call, {name: getattr(typed(person), name) for name in COMPARED}, insi_values(other)
    )
    desk.decide(call, accept=False)
    expect(
        not _born(desk, days) - there,
        fr="un dossier a été créé malgré le refus de l'utilisateur",
        en="a file was created although the user refused",
    )
    desk.prove_search_works(person)


@pytest.mark.rule("RSP-01")
@pytest.mark.title(
    fr="Pour chaque personne de la distribution, aucun dossier n'existe avant la décision",
    en="For each person of the cast no file exists before the decision",
)
def test_cast_not_created(desk: Desk) -> None:
    typed_in = {trip.seen["typed"].patient.id for trip in typed_then_fed(desk).trips if "typed" in trip.seen}

    def judge(trip: Trip) -> None:
        found = {patient.id for patient in trip.seen["nobody"]} - typed_in
        expect(
            not found or trip.seen["accepted"].id not in found,
            fr="un dossier a été créé avant la décision de l'utilisateur",
            en="a file was created before the decision of the user",
        )

    created_from_insi(desk).expect(desk, ["answered", "nobody", "accepted"], judge)


def _expect_no_place(desk: Desk) -> None:
    """Check that the place of the file is not shown as one that INSi returned, when it returned none."""
    person = desk.draw(first_names_count=2, **PLAIN)
    patient = desk.create(person)
    with desk.answered_by(altered("no-place", {"birth_place": None}), patient=person):
        call, requests = desk.try_call(patient)
        need_answer(requests, "suite/no-place")
    if isinstance(call, RefusedError) or call.outcome is not CallOutcome.FOUND:
        return  # A software may want a place.
    for line in desk.lgo.read_proposal(call.id, actor=desk.user).fields:
        expect(
            line.field != "birth_place" or line.insi != patient.birth_place,
            fr=f"le lieu de naissance du dossier ({line.insi}) est montré comme rendu par INSi, qui n'en a pas rendu",
            en=f"the birth place of the file ({line.insi}) is shown as returned by INSi, which returned none",
            # How an absent value is shown is in no text.
            inferred=True,
        )


def _asked(person: Person) -> dict[str, str | None]:
    traits = typed(person)
    return {name: getattr(traits, name) for name in (*COMPARED, "first_name")}


def _with(desk: Desk, person: Person, fields: tuple[str, ...]) -> Person:
    """Return the person as INSi answers them, with other values in some fields."""
    return answered_with(person, **{field: another_value(desk, person, field) for field in fields})


def _born(desk: Desk, days: tuple[str, ...]) -> frozenset[str]:
    """Return the files of those born on these days."""
    return frozenset(patient.id for day in days for patient in desk.born_on(day))
