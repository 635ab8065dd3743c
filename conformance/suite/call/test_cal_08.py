"""CAL-08: a call carries the birth name, a birth first name beginning with the first, the sex and the birth date."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import pytest

from conformance.drivers.model import Attribute
from conformance.suite.attributes.marks import set_attributes
from conformance.suite.desk.apart import ASKED_AGAIN, ATTRIBUTES, CARD, FROM_INSI
from conformance.suite.desk.card_calls import read_card
from conformance.suite.desk.cards import family
from conformance.suite.desk.cast import PARTS
from conformance.suite.desk.expect import expect_each
from conformance.suite.desk.people import NAMES_IN_USE, PLAIN, another_value, typed
from conformance.suite.desk.routes import Route, routes
from conformance.suite.desk.snapshot import Moment
from conformance.suite.desk.steps import USERS, preparing
from conformance.suite.desk.wire import UNKNOWN_PLACE, expect_sent, need_request
from conformance.suite.desk.words import FIELD
from conformance.suite.journeys.cast import created_from_insi, typed_then_fed

if TYPE_CHECKING:
    from conformance.drivers.model import PatientTraits
    from conformance.suite.desk.steps import Desk
    from conformance.suite.journeys.stages import Trip
    from simulator.registry.person import Person


ENDINGS = {
    "01": "answers/not-found",
    "02": "answers/several",
    "insi_102": "faults/insi-102",
    "http-503": "chaos/http-503",
}
"""Answers after which a software may try again: each of its requests is looked at."""

BY_USER = {"user": "child-several-separators", "super-user": "double-hyphen-abroad-summer"}
"""Whose file is called for at each status: people whose names lose something when they are handled carelessly."""
WAITING = "waiting-number-four-first-names"
"""Whose file is called for by the user where it bears a number that was fed into it: its first digit is no sex."""
FED = (Route.IMPORTED, Route.CHECKED_IMPORTED)


@pytest.mark.rule("CAL-08")
@pytest.mark.title(
    fr="Chaque requête porte les traits du dossier à la lettre, jamais les noms utilisés, pour chaque personne de la distribution",
    en="Each request carries the traits of the file to the letter, never the names in use, for each person of the cast",
)
def test_traits_of_the_file(desk: Desk) -> None:
    def judge(trip: Trip) -> None:
        requests = trip.seen["called"][1]
        need_request(requests)
        expect_sent(
            requests, trip.seen["typed"].patient, Moment("appel depuis le dossier", "call from the file")
        )

    typed_then_fed(desk).expect(desk, ["typed", "called"], judge)


@pytest.mark.rule("CAL-08")
@pytest.mark.title(
    fr="Chaque requête d'une recherche INSi porte les traits saisis à la lettre, pour chaque personne de la distribution",
    en="Each request of an INSi search carries the traits typed to the letter, for each person of the cast",
)
@FROM_INSI.mark
def test_traits_typed(desk: Desk) -> None:
    def judge(trip: Trip) -> None:
        requests = trip.seen["called"][1]
        need_request(requests)
        expect_sent(requests, trip.traits, Moment("recherche par traits saisis", "search by traits typed"))

    created_from_insi(desk).expect(desk, ["called"], judge)


@pytest.mark.rule("CAL-08")
@pytest.mark.title(
    fr="Une carte lue pour d'autres ne laisse rien d'eux dans l'appel par traits qui suit",
    en="A card read for others leaves nothing of theirs in the call by traits that follows",
)
@CARD.mark
def test_after_a_card(desk: Desk) -> None:
    patient = desk.create(desk.draw(), **NAMES_IN_USE)
    read_card(desk, family(desk.draw).card())
    _, requests = desk.try_call(patient)
    need_request(requests)
    expect_sent(requests, patient, Moment("appel après une carte lue", "call after a card was read"))


@pytest.mark.rule("CAL-08")
@pytest.mark.title(
    fr="Après ce retour, les tentatives suivantes ne portent que des prénoms de naissance, et les mêmes autres traits",
    en="After this answer the next attempts carry birth first names only, and the same other traits",
)
@pytest.mark.parametrize(("ending", "scenario"), ENDINGS.items(), ids=ENDINGS.keys())
@pytest.mark.parametrize("way", ["file", "typed-search"])
@FROM_INSI.mark
def test_every_attempt(desk: Desk, way: str, ending: str, scenario: str) -> None:
    moment = Moment(f"tentatives après un retour {ending}", f"attempts after an answer {ending}")
    # Either user meets two of the endings by either way.
    desk = desk.by(USERS[(list(ENDINGS).index(ending) + (way == "file")) % 2])

    def judge(place: str | None = None, **wanted: object) -> None:
        person = desk.draw(first_names_count=3, **wanted)
        others: dict[str, str | None] = {**NAMES_IN_USE}
        if place:
            # Without a list either: that of whoever was typed before is not theirs.
            others |= {"birth_place": place, "first_names": None}
        stored = typed(person, **others)
        with desk.answered_by(scenario):
            if way == "file":
                _, requests = desk.try_call(desk.create(person, **others))
            else:
                # Typed without a place too, where that can be: the one typed before is not theirs.
                if place and _searched_without_place(desk, stored, person, moment):
                    return
                _, requests = desk.try_search_insi(stored)
        need_request(requests)
        expect_sent(requests, stored, moment)

    expect_each(
        {
            "noms simples": partial(judge, **PLAIN),
            "noms à tiret": partial(judge, hyphen_name=True, compound_first_name=True),
            "nom à apostrophe, lieu inconnu": partial(judge, UNKNOWN_PLACE, apostrophe_name=True),
        }
    )


def _searched_without_place(desk: Desk, stored: PatientTraits, person: Person, moment: Moment) -> bool:
    """Look at a search without a place, and at a complete one with the unknown place; tell whether INSi was asked the first."""
    bare = replace(stored, birth_place=None)
    _, requests = desk.try_search_insi(bare)
    if not requests:
        return False
    expect_sent(requests, bare, moment)
    # To INSi it begins with the same question, which may not be asked twice; with the whole list others follow.
    complete = replace(stored, first_names=person.identity.traits.first_names)
    with desk.if_offered(ASKED_AGAIN):
        _, later = desk.try_search_insi(complete)
        expect_sent(later, complete, moment)
    return True


@pytest.mark.rule("CAL-08")
@pytest.mark.title(
    fr="À chaque statut, l'appel porte les traits du dossier, y compris ceux qui viennent d'être modifiés",
    en="At each status the call carries the traits of the file, those just changed included",
)
@pytest.mark.parametrize("user", USERS)
@pytest.mark.parametrize("route", routes(), ids=str)
def test_at_each_status(desk: Desk, route: Route, user: str) -> None:
    desk = desk.by(user)
    part = WAITING if user == "user" and route in FED else BY_USER[user]
    patient = desk.bring(desk.play(PARTS[part]), route, **NAMES_IN_USE)
    _, requests = desk.try_call(patient)
    need_request(requests)
    expect_sent(
        requests,
        patient,
        Moment(f"appel au statut {route.status} ({route})", f"call at status {route.status} ({route})"),
    )


@pytest.mark.rule("CAL-08")
@pytest.mark.title(
    fr="L'attribut homonyme ne change pas ce qui part, à chaque statut",
    en="The attribute homonyme does not change what leaves, at each status",
)
@pytest.mark.parametrize(
    "route", [Route.TYPED, Route.CHECKED, Route.IMPORTED, Route.IMPORTED_CHECKED], ids=str
)
@ATTRIBUTES.mark
def test_homonym(desk: Desk, route: Route) -> None:
    patient = desk.bring(desk.draw(first_names_count=2), route, **NAMES_IN_USE)
    with preparing("poser l'attribut homonyme", "set the attribute homonym", depends_on=("ATT-01",)):
        set_attributes(desk, patient, {Attribute.HOMONYME})
    _, requests = desk.try_call(patient)
    need_request(requests)
    expect_sent(requests, patient, Moment("appel pour un homonyme", "call for a homonym"))


@pytest.mark.rule("CAL-08")
@pytest.mark.title(
    fr="Un trait modifié part avec sa nouvelle valeur, l'ancienne ne part plus",
    en="A trait changed leaves with its new value, the old one no longer does",
)
@pytest.mark.parametrize("field", ["birth_name", "first_name", "birth_date", "sex", "birth_place"])
def test_after_a_change(desk: Desk, field: str) -> None:
    person = desk.draw(first_names_count=2)
    patient = desk.create(person, first_names=None)
    desk.try_call(patient)  # So that something could have been kept from a first call.
    change = {field: another_value(desk, person, field)}
    with preparing("modifier un trait au statut PROV", "change a trait at PROV", depends_on=("FLD-01",)):
        desk.after_decision(patient, lambda: desk.lgo.update_patient(patient.id, change, actor=desk.user))
    now = desk.read(patient)
    _, requests = desk.try_call(now)
    need_request(requests)
    expect_sent(
        requests,
        now,
        Moment(f"après modification : {FIELD[field].fr}", f"after a change of: {FIELD[field].en}"),
    )


@pytest.mark.rule("CAL-08")
@pytest.mark.title(
    fr="Deux patients appelés l'un après l'autre : chaque requête porte les traits du sien",
    en="Two patients called one after the other: each request carries the traits of its own",
)
@FROM_INSI.mark
def test_two_patients(desk: Desk) -> None:
    one, two = desk.create(desk.draw(), **NAMES_IN_USE), desk.create(desk.draw())
    for patient in (one, two, one):
        _, requests = desk.try_call(patient)
        need_request(requests)
        expect_sent(
            requests, patient, Moment("appels croisés de deux patients", "calls for two patients in turn")
        )
    typed_traits = replace(typed(desk.draw()), **NAMES_IN_USE)
    for user in USERS:
        _, requests = desk.by(user).try_search_insi(typed_traits)
        need_request(requests)
        moment = Moment("recherche après d'autres appels", "search after other calls")
        expect_sent(requests, typed_traits, moment)


@pytest.mark.rule("CAL-08")
@pytest.mark.title(
    fr="Une recherche INSi saisie avec la liste seule, sans 1er prénom, commence par le premier de la liste",
    en="An INSi search typed with the list alone, without 1er prénom, begins with the first of the list",
)
@FROM_INSI.mark
def test_list_alone(desk: Desk) -> None:
    # Somebody else is searched before: the 1er prénom typed then is not that of this one.
    desk.try_search_insi(typed(desk.draw()))
    traits = typed(desk.draw(first_names_count=3, **PLAIN), first_name=None, **NAMES_IN_USE)
    _, requests = desk.try_search_insi(traits)
    # A software may want the 1er prénom: nothing leaves then.
    expect_sent(requests, traits, Moment("recherche avec la liste seule", "search with the list alone"))
