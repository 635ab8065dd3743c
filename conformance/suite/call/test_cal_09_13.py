"""CAL-09 and CAL-13: what may follow a 01 or a 02, and one patient at a time."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from conformance.drivers.model import CallOutcome
from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.cast import PARTS
from conformance.suite.desk.expect import expect, expect_each
from conformance.suite.desk.people import PLAIN, another_value
from conformance.suite.desk.routes import Route
from conformance.suite.desk.snapshot import Moment
from conformance.suite.desk.steps import preparing
from conformance.suite.desk.wire import asked, expect_sent, need_answer, need_found, need_request
from conformance.suite.journeys.cast import created_from_insi, typed_then_fed
from conformance.suite.response.proposals import other_place
from conformance.verdicts import Departure

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from conformance.drivers.model import InsiCall, Patient
    from conformance.suite.desk.cast import Part
    from conformance.suite.desk.steps import Desk
    from conformance.suite.journeys.stages import Taken, Trip
    from simulator.client import ExchangeView
    from simulator.registry.person import Person


@pytest.mark.rule("CAL-09")
@pytest.mark.title(
    fr="Après un 01, l'utilisateur corrige un trait et interroge de nouveau, avec le trait corrigé, et trouve",
    en="After a 01 the user corrects a trait and queries again, with the corrected trait, and finds",
)
@pytest.mark.parametrize("field", ["birth_name", "first_name", "birth_date", "sex"])
def test_corrected_after_nobody(desk: Desk, field: str) -> None:
    person = desk.draw(first_names_count=2, **PLAIN)
    right = {
        "birth_name": person.identity.traits.birth_name,
        "first_name": person.first_name,
        "birth_date": person.identity.traits.birth_date,
        "sex": person.identity.traits.sex,
    }[field]
    wrong = {
        "birth_name": "KVORLAN",
        "first_name": "NALROVK",
        "birth_date": "1971-02-09",
        "sex": "F" if right == "M" else "M",
    }[field]
    patient = desk.create(person, **{field: wrong, "first_names": None})
    call, requests = desk.try_call(patient)
    need_request(requests)
    if any(request.code == "00" for request in requests):
        return  # Found all the same: there was nothing to correct.
    with preparing("corriger le trait", "correct the trait", depends_on=("FLD-01",)):
        desk.lgo.update_patient(patient.id, {field: right}, actor=desk.user)
    now = desk.read(patient)
    again, requests = desk.try_call(now)
    if not requests:
        raise Departure(
            f"après un 01 ({call}), le trait corrigé, aucune nouvelle requête ne part : {again}",
            f"after a 01 ({call}), the trait corrected, no new request leaves: {again}",
        )
    expect_sent(requests, now, Moment("après correction", "after the correction"))
    need_found(requests)
    expect(
        not isinstance(again, RefusedError) and again.outcome is CallOutcome.FOUND,
        fr="le patient corrigé n'est pas trouvé",
        en="the patient corrected is not found",
    )


@pytest.mark.rule("CAL-09")
@pytest.mark.title(
    fr="Après un 02, une nouvelle requête du logiciel ajoute des prénoms dans l'ordre, puis le lieu, et ne retire rien",
    en="After a 02 a further request of the software adds first names in order, then the place, and takes nothing away",
)
def test_growing_after_several(desk: Desk) -> None:
    placed: dict[str, bool] = {}

    def judge(part: Part | None) -> None:
        person = desk.play(part) if part else desk.draw(first_names_count=3, **PLAIN)
        placed[part.key if part else "plain"] = _expect_grown(desk, person)

    # The place whose first digit is easily lost, compound names, four of them.
    parts = (
        "hyphens-leading-zero-29-february",
        "waiting-number-four-first-names",
        "double-hyphen-abroad-summer",
        "particle-corsica-2b",
    )
    expect_each({"trois prénoms": partial(judge, None), **{key: partial(judge, PARTS[key]) for key in parts}})
    _expect_asked_once_corrected(desk)
    without = [key for key, is_placed in placed.items() if not is_placed]
    expect(
        len(without) in {0, len(placed)},
        fr=f"le lieu, ajouté pour d'autres, ne l'est jamais pour : {', '.join(without)}",
        en=f"the place, which is added for others, never is for: {', '.join(without)}",
        # Whether a software adds it by itself is its own; that it does so for everybody is deduced.
        inferred=True,
    )


def _expect_grown(desk: Desk, person: Person) -> bool:
    """Check the requests for this person, and return whether the place is in any of them."""
    patient = desk.create(person)
    with desk.answered_by("answers/several"):
        _, requests = desk.try_call(patient)
        need_answer(requests, "answers/several")
    expect_sent(requests, patient, Moment("tentatives après un 02", "attempts after a 02"))
    sizes = [len(" ".join(asked(request)["first_names"]).split()) for request in requests]
    places = [bool(asked(request)["birth_place"]) for request in requests]
    # Names one by one is the strategy of the CNDA tests; names that grow is that of the regional bodies: both are in order.
    grown = [size for size in sizes if size > 1]
    expect(
        grown == sorted(grown) and places == sorted(places),
        fr=f"nombre de prénoms envoyés {sizes}, lieu envoyé {places}",
        en=f"number of first names sent {sizes}, place sent {places}",
    )
    _expect_names_before_place(requests, patient)
    _expect_not_repeated(requests)
    # What was joined and got a 02 stays when the place is added.
    joined = max((size for size, place in zip(sizes, places, strict=True) if not place), default=0)
    added = [size for size, place in zip(sizes, places, strict=True) if place]
    expect(
        all(size >= joined for size in added) or all(places),
        fr=f"le lieu est ajouté et des prénoms déjà envoyés sont retirés : {sizes}, lieu envoyé {places}",
        en=f"the place is added and first names sent before are taken away: {sizes}, place sent {places}",
    )
    # All of them, once several are sent together.
    listed = len((patient.first_names or "").split())
    expect(
        not grown or max(grown) == listed,
        fr=f"{max(grown, default=0)} prénoms envoyés au plus, la liste en compte {listed}",
        en=f"{max(grown, default=0)} first names sent at most, the list holds {listed}",
        # How many a software adds by itself before it leaves the rest to its user is in no text.
        inferred=True,
    )
    return any(places)


def _expect_not_repeated(requests: Sequence[ExchangeView]) -> None:
    """Check that what found several people is not asked again as it is: nothing was added."""
    sent = [asked(request) for request in requests]
    for number, (request, before, now) in enumerate(zip(requests, sent, sent[1:], strict=False), 1):
        expect(
            request.code != "02" or now != before,
            fr=f"après un 02, la requête {number + 1} repose la même question : rien n'y est ajouté",
            en=f"after a 02, request {number + 1} asks the same question again: nothing is added to it",
            inferred=True,
        )


def _expect_asked_once_corrected(desk: Desk) -> None:
    """Check that several people found are not the end of it: another trait is another question."""
    person = desk.draw(first_names_count=2, **PLAIN)
    first = person.first_name
    patient = desk.create(person)
    with desk.answered_by("answers/several"):
        desk.try_call(patient)
    with preparing("corriger le trait", "correct the trait", depends_on=("FLD-01",)):
        day = another_value(desk, person, "birth_date")
        place = other_place(desk, person)
        changes = {"birth_date": day, "birth_place": place, "first_names": f"{first} YEMDRAL"}
        desk.lgo.update_patient(patient.id, changes, actor=desk.user)
    now = desk.read(patient)
    with desk.answered_by("answers/several"):
        again, requests = desk.try_call(now)
    expect(
        requests,
        fr=f"après un 02, un trait corrigé, aucune nouvelle requête ne part : {again}",
        en=f"after a 02, a trait corrected, no new request leaves: {again}",
    )
    # The place too is the one of now, where a software sends it.
    expect_sent(requests, now, Moment("après un 02 et une correction", "after a 02 and a correction"))


def _expect_names_before_place(requests: Sequence[ExchangeView], patient: Patient) -> None:
    """Check that the place is not tried before the other first names, unless a software always sends it."""
    sent = [(" ".join(asked(request)["first_names"]), asked(request)["birth_place"]) for request in requests]
    with_place = [number for number, (_, place) in enumerate(sent) if place]
    if not with_place or with_place[0] == 0 or patient.first_name == patient.first_names:
        return
    tried = {names for names, _ in sent[: with_place[0] + 1]}
    expect(
        tried - {patient.first_name},
        fr=f"le lieu est ajouté avant les autres prénoms de la liste : {sent}",
        en=f"the place is added before the other first names of the list: {sent}",
    )


@pytest.mark.rule("CAL-13")
@pytest.mark.title(
    fr="Un appel de recherche ne porte que sur un patient", en="A search call is about one patient only"
)
@pytest.mark.parametrize("journey", [typed_then_fed, created_from_insi], ids=["file", "typed-search"])
def test_one_patient_at_a_time(desk: Desk, journey: Taken) -> None:
    def judge(trip: Trip) -> None:
        need_request(trip.seen["called"][1])
        names = {asked(request)["birth_name"] for request in trip.seen["called"][1]}
        expect(
            len(names) <= 1,
            fr=f"un appel a envoyé les noms {sorted(names)}",
            en=f"one call sent the names {sorted(names)}",
        )
        operations = {request.operation for request in trip.seen["called"][1]}
        expect(
            all("Lot" not in str(name) for name in operations),
            fr=f"un appel de recherche a employé {sorted(map(str, operations))}",
            en=f"a search call used {sorted(map(str, operations))}",
        )

    journey(desk).expect(desk, ["called"], judge)


@pytest.mark.rule("CAL-13")
@pytest.mark.title(
    fr="Appeler, accepter ou valider pour un patient ne fait chercher aucun de ceux qui n'ont pas encore d'INS",
    en="Calling, accepting or validating for one patient searches for none of those who have no INS yet",
)
def test_others_are_not_searched(desk: Desk) -> None:
    others = [desk.create(desk.draw(**PLAIN)), desk.bring(desk.draw(**PLAIN), Route.CHECKED)]
    patient = desk.create(desk.draw(**PLAIN))
    calls: list[InsiCall | RefusedError] = []
    acts = {
        "appel": lambda: calls.append(desk.try_call(patient)[0]),
        "acceptation": lambda: [
            desk.try_accept(call) for call in calls if not isinstance(call, RefusedError)
        ],
        "validation": lambda: desk.check_document(patient),
    }
    names = {each.birth_name for each in others}

    def judge(act: Callable[[], object]) -> None:
        _, requests = desk.during(act)
        searched = sorted({asked(each)["birth_name"] for each in requests} & names)
        expect(
            not searched,
            fr=f"d'autres patients sont cherchés sur INSi : {', '.join(searched)}",
            en=f"other patients are searched at INSi: {', '.join(searched)}",
        )

    expect_each({name: partial(judge, act) for name, act in acts.items()})
