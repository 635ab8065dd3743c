"""SRC-01: a search by date of birth alone returns all those born that day, and only them."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from conformance.documents.datamatrix.payload import payload_of
from conformance.drivers.model import PROOF_KINDS, Attribute, Patient
from conformance.drivers.protocol import RefusedError
from conformance.suite.attributes.marks import set_attributes
from conformance.suite.desk.apart import APP, ATTRIBUTES, CARD, FROM_INSI, SCAN
from conformance.suite.desk.card_calls import calls_without_file, read_card, try_card_call
from conformance.suite.desk.cards import family
from conformance.suite.desk.expect import expect, expect_each
from conformance.suite.desk.people import NAMES_IN_USE, typed
from conformance.suite.desk.routes import Route, routes
from conformance.suite.desk.steps import USERS, preparing
from conformance.suite.desk.words import app_identity
from conformance.suite.journeys.cast import typed_then_fed
from conformance.suite.search.neighbours import Neighbour, expect_search, settle

if TYPE_CHECKING:
    from conformance.suite.desk.steps import Desk
    from conformance.suite.journeys.stages import Trip

DAY = "1984-03-12"

ELSEWHEN = {
    "né la veille": "1984-03-11",
    "né le lendemain": "1984-03-13",
    "né le même jour un autre mois": "1984-04-12",
    "né le même jour une autre année": "1985-03-12",
    "né un siècle après": "2084-03-12",
    "né jour et mois échangés": "1984-12-03",
    "né le même jour dix ans avant": "1974-03-12",
}
"""Days that a careless comparison takes for the one asked; those in the future are left out."""

MANY = 105
"""More than the pages of 10, 20, 25, 50 and 100 that lists are cut at."""


@pytest.mark.rule("SRC-01")
@pytest.mark.title(
    fr="Ceux nés ce jour-là sont tous trouvés, ceux nés la veille, un autre mois ou une autre année ne le sont pas",
    en="Those born that day are all found, those born the day before, another month or another year are not",
)
def test_that_day_and_only_that_day(desk: Desk) -> None:
    others = {label: {"birth_date": day} for label, day in ELSEWHEN.items() if day < "2025"}
    neighbours = settle(
        desk, DAY, {"né ce jour-là": {}, "né ce jour-là aussi": {"used_name": "KVORLAN"}, **others}
    )
    for day in (DAY, "1984-03-11", "1984-12-03", "1985-03-12"):
        expect_search(desk, neighbours, birth_date=day)
    expect_search(desk.as_super_user(), neighbours, role=" (autre utilisateur)", birth_date=DAY)


@pytest.mark.rule("SRC-01")
@pytest.mark.title(
    fr="Jumeaux, homonymes, lieu inconnu ou étranger, date complétée, autre sexe : tous ceux nés ce jour-là sont trouvés",
    en="Twins, namesakes, unknown place or abroad, completed date, other sex: all those born that day are found",
)
@pytest.mark.parametrize("user", USERS)
def test_whoever_they_are(desk: Desk, user: str) -> None:
    desk = desk.by(user)
    names = {"birth_name": "VIZKELOR", "first_name": "QOLVIN"}
    neighbours = settle(
        desk,
        DAY,
        {
            "homonyme": dict(names),
            "autre homonyme": dict(names),
            "homonyme né au même lieu": {**names, "birth_place": "75056"},
            "jumeau": {"birth_name": "VIZKELOR", "first_name": "HUZBERT"},
            "jumelle": {"birth_name": "VIZKELOR", "first_name": "YEMDRAL"},
            **{
                f"même prénom, sexe et lieu, nom {name}": {
                    "birth_name": name,
                    "first_name": "QOLVIN",
                    "sex": "F",
                    "birth_place": "75056",
                }
                for name in ("DUMBRAZ", "KOVALNI")
            },
            "lieu inconnu": {"birth_place": "99999"},
            "né à l'étranger": {"birth_place": "99127"},
            "né en Corse": {"birth_place": "2B033"},
            "nom et prénom utilisés": dict(NAMES_IN_USE),
            "prénom utilisé": {"used_first_name": "NALROVK"},
            "sans liste de prénoms": {"first_names": None},
        },
    )
    for label, special in {"sexe I": {"sex": "I"}, "jour inconnu": {"birth_date": f"{DAY[:8]}00"}}.items():
        # A software may know neither.
        with suppress(RefusedError):
            traits = replace(typed(desk.draw(birth_date=DAY)), **special)
            patient = desk.read(desk.lgo.create_patient(traits, actor=desk.user))
            neighbours.append(Neighbour(label=label, patient=patient))
    # One document for each: a file keeps the last of its own, or the strongest.
    for kind, neighbour in zip(PROOF_KINDS, neighbours, strict=False):
        with suppress(RefusedError):
            desk.lgo.record_proof(neighbour.patient.id, kind, actor=desk.user)
    for day in (DAY, f"{DAY[:8]}01"):
        expect_search(desk, neighbours, birth_date=day)


@pytest.mark.rule("SRC-01")
@pytest.mark.title(
    fr="Un siècle d'écart, un 29 février, un 1er janvier, un 31 décembre : chaque date ne ramène que les siens",
    en="A century apart, a 29 February, a 1 January, a 31 December: each date brings its own only",
)
def test_days_that_wrap(desk: Desk) -> None:
    # The last two are what an empty date is written as in many a base.
    days = (
        *("1912-03-12", "2012-03-12", "2000-02-29", "2000-02-28", "2000-03-01", "1999-12-31", "2000-01-01"),
        *("1970-01-01", "1969-12-31"),
    )
    neighbours = settle(desk, DAY, {f"né le {day}": {"birth_date": day} for day in days})
    expect_each({day: partial(expect_search, desk, neighbours, birth_date=day) for day in days})


@pytest.mark.rule("SRC-01")
@pytest.mark.title(
    fr="Quel que soit le statut et la façon d'y parvenir, le patient est trouvé",
    en="Whatever the status and the way to it, the patient is found",
)
@FROM_INSI.mark
def test_each_status(desk: Desk) -> None:
    neighbours: list[Neighbour] = []
    for route in routes():
        is_odd = len(neighbours) % 2 == 1
        # Many first names on some of the ways, a number of waiting on the others.
        wished: dict[str, Any] = {"first_names_count": 4} if is_odd else {"nia": True}
        patient = desk.bring(desk.draw(birth_date=DAY, **wished), route)
        neighbours.append(Neighbour(label=f"{route.status} ({route})", patient=patient))
        expect_search(desk, neighbours, birth_date=DAY)
    # What was not typed is found as well.
    for label, apart, made in (
        ("créé par carte", CARD, _made_by_card),
        ("créé par l'application", APP, _made_by_app),
        ("créé d'un symbole lu", SCAN, _made_by_scan),
    ):
        with desk.if_at_hand(apart):
            if (patient_id := made(desk)) is not None:
                new = desk.lgo.read_patient(patient_id, actor=desk.user)
                # By another than who made it: what one opens is not one's own.
                found = [Neighbour(label=label, patient=new)]
                expect_search(desk.as_super_user(), found, birth_date=new.birth_date or DAY)


def _made_by_card(desk: Desk) -> str | None:
    if not calls_without_file(desk):
        return None
    people = family(desk.draw)
    call, _ = try_card_call(desk, read_card(desk, people.card()), people.insured)
    made = None if isinstance(call, RefusedError) else desk.try_accept(call)
    return made.id if isinstance(made, Patient) else None


def _made_by_app(desk: Desk) -> str | None:
    with suppress(RefusedError):
        identity = app_identity(desk.draw(birth_date=DAY))
        return desk.lgo.import_app_identity(identity, patient_id=None, actor=desk.user).id
    return None


def _made_by_scan(desk: Desk) -> str | None:
    with suppress(RefusedError):
        symbol = payload_of(desk.draw(birth_date=DAY).identity)
        return desk.lgo.scan_datamatrix(symbol, actor=desk.user).patient_id
    return None


@pytest.mark.rule("SRC-01")
@pytest.mark.title(
    fr="Un patient d'attribut homonyme, douteuse ou fictive est trouvé",
    en="A patient with the attribute homonym, doubtful or fictitious is found",
)
@ATTRIBUTES.mark
def test_each_attribute(desk: Desk) -> None:
    neighbours = []
    for attributes in (
        {Attribute.HOMONYME},
        {Attribute.DOUTEUSE},
        {Attribute.FICTIVE},
        {Attribute.DOUTEUSE, Attribute.HOMONYME},
    ):
        for route in (Route.TYPED, Route.IMPORTED_CHECKED):
            patient = desk.bring(desk.draw(birth_date=DAY), route)
            with preparing("poser l'attribut", "set the attribute", depends_on=("ATT-01",)):
                set_attributes(desk, patient, attributes)
            neighbours.append(Neighbour(label=f"{'+'.join(sorted(attributes))} ({route})", patient=patient))
    expect_search(desk, neighbours, birth_date=DAY)


@pytest.mark.rule("SRC-01")
@pytest.mark.title(
    fr="Après modification de la date, le patient est trouvé à la nouvelle date et non plus à l'ancienne",
    en="After a change of the date, the patient is found at the new one and no longer at the old one",
)
def test_after_a_change(desk: Desk) -> None:
    patient = desk.create(desk.draw(birth_date=DAY))
    before = Neighbour(label="avant modification", patient=patient)
    expect_search(desk, [before], birth_date=DAY)
    with preparing("modifier la date de naissance", "change the date of birth", depends_on=("FLD-01",)):
        desk.lgo.update_patient(patient.id, {"birth_date": "1984-03-20"}, actor=desk.user)
    after = Neighbour(label="date modifiée", patient=desk.read(patient))
    for day in (DAY, "1984-03-20"):
        expect_search(desk, [after], birth_date=day)


@pytest.mark.rule("SRC-01")
@pytest.mark.title(
    fr=f"{MANY} patients nés le même jour sont tous rendus",
    en=f"{MANY} patients born on the same day are all returned",
)
def test_many(desk: Desk) -> None:
    neighbours = settle(desk, DAY, {f"patient {number + 1}": {} for number in range(MANY)})
    expect_search(desk, neighbours, birth_date=DAY)
    expect_search(desk.as_super_user(), neighbours, role=" (autre utilisateur)", birth_date=DAY)


@pytest.mark.rule("SRC-01")
@pytest.mark.title(
    fr="Chaque personne de la distribution est trouvée à sa date de naissance",
    en="Each person of the cast is found at their date of birth",
)
def test_cast(desk: Desk) -> None:
    def judge(trip: Trip) -> None:
        patient: Patient = trip.seen["typed"].patient
        found = {each.id for each in trip.seen["found"]}
        others = [
            other.seen["typed"].patient
            for other in typed_then_fed(desk).trips
            if "typed" in other.seen and other.traits.birth_date != trip.traits.birth_date
        ]
        _expect_only(patient, found, {other.id for other in others})

    typed_then_fed(desk).expect(desk, ["typed", "found"], judge)


def _expect_only(patient: Patient, found: set[str], others: set[str]) -> None:
    expect(
        patient.id in found,
        fr=f"né le {patient.birth_date}, non trouvé à cette date",
        en=f"born on {patient.birth_date}, not found on that date",
    )
    expect(
        not found & others,
        fr=f"la recherche au {patient.birth_date} rend aussi des patients nés un autre jour",
        en=f"the search on {patient.birth_date} also returns patients born on another day",
    )
