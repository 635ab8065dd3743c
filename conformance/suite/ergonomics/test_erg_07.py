"""ERG-07: five errors recorded with vendors, each looked for on more than one screen."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import pytest

from conformance.drivers.model import Patient, Status
from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.apart import CARD, FROM_INSI
from conformance.suite.desk.card_calls import by_card, read_card, try_card_call
from conformance.suite.desk.cards import family
from conformance.suite.desk.cases import case_text
from conformance.suite.desk.expect import expect, expect_each, expect_refused
from conformance.suite.desk.people import NAMES_IN_USE, PLAIN, typed
from conformance.suite.desk.routes import Route
from conformance.suite.desk.steps import USERS, preparing
from conformance.suite.desk.wire import need_answer
from conformance.suite.response.refusals import altered
from conformance.suite.verification.elsewhere import answering
from conformance.verdicts import UndecidedError
from simulator.ins.traits import to_wire

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.drivers.model import InsiCall
    from conformance.suite.desk.steps import Desk

SEVERAL = "answers/several"

SPOILT: dict[str, Callable[[str], str]] = {
    "minuscules": str.lower,
    "initiale majuscule": str.capitalize,
    "accent": lambda name: f"É{name[1:]}",
    "cédille": lambda name: f"{name}Ç",
    "minuscule accentuée": lambda name: f"{name[:-1]}é",
}

NAMES = ("birth_name", "first_names", "first_name")


@pytest.mark.rule("ERG-07")
@pytest.mark.title(
    fr="(1) L'import INSi ne donne pas le statut validée : dossier saisi, dossier créé depuis INSi, ou réalimenté",
    en="(1) The INSi import does not give the status validée: file typed, created from INSi, or fed again",
)
@pytest.mark.parametrize("user", USERS)
@FROM_INSI.mark
def test_import_is_not_validation(desk: Desk, user: str) -> None:
    desk = desk.by(user)
    screens: dict[str, Callable[[], Patient]] = {
        "saisi": lambda: _imported(desk, desk.create(desk.draw())),
        "créé depuis INSi": lambda: desk.arrive(desk.draw()),
        "réalimenté": lambda: _imported(desk, _imported(desk, desk.create(desk.draw()))),
        "créé puis réalimenté": lambda: _imported(desk, desk.arrive(desk.draw())),
    }

    def judge(name: str) -> None:
        patient = screens[name]()
        expect(
            patient.status not in {Status.VALI, Status.QUAL},
            fr=f"dossier {name}, le statut est {patient.status} après l'import, sans pièce contrôlée",
            en=f"file {case_text(name).en}, the status is {patient.status} after the import, with no document checked",
        )

    expect_each({name: partial(judge, name) for name in screens})


@pytest.mark.rule("ERG-07")
@pytest.mark.title(
    fr="(2) Le lieu de naissance n'est pas facultatif à la création, et une fois saisi il ne se vide pas",
    en="(2) The birth place is not optional on creation, and once typed it cannot be emptied",
)
@pytest.mark.parametrize("user", USERS)
def test_birth_place_is_mandatory(desk: Desk, user: str) -> None:
    desk = desk.by(user)
    person = desk.draw()

    def judge(value: str | None) -> None:
        used = {} if value is None else NAMES_IN_USE
        expect_refused(
            lambda: desk.lgo.create_patient(typed(person, birth_place=value, **used), actor=desk.user),
            fr="un dossier est créé sans lieu de naissance",
            en="a file is created without a birth place",
        )

    expect_each({str(value): partial(judge, value) for value in (None, "", "  ")})
    patient = desk.create(person)
    try:
        desk.lgo.update_patient(patient.id, {"birth_place": None}, actor=desk.user)
    except RefusedError:
        return
    expect(
        desk.read(patient).birth_place,
        fr="le lieu de naissance d'un dossier se vide",
        en="the birth place of a file can be emptied",
        # The error recorded is that of creation; that of the second screen follows from it.
        inferred=True,
    )


@pytest.mark.rule("ERG-07")
@pytest.mark.title(
    fr="(3) La recherche n'exige pas trois caractères : la date seule, puis une ou deux lettres, trouvent le dossier",
    en="(3) The search does not want three characters: the date alone, then one or two letters, find the file",
)
@pytest.mark.parametrize("route", [Route.TYPED, Route.IMPORTED_CHECKED], ids=str)
def test_search_wants_no_three_characters(desk: Desk, route: Route) -> None:
    person = desk.draw(**PLAIN)
    patient = desk.bring(person, route)
    if route is Route.IMPORTED_CHECKED:
        desk = desk.as_super_user()
    traits = person.identity.traits
    day = {"birth_date": traits.birth_date}
    searches = {
        "date seule": day,
        "une lettre du nom": {**day, "name_prefix": traits.birth_name[:1]},
        "deux lettres du nom": {**day, "name_prefix": traits.birth_name[:2]},
        "une lettre du prénom": {**day, "first_name_prefix": person.first_name[:1]},
        "deux lettres du prénom": {**day, "first_name_prefix": person.first_name[:2]},
    }

    def judge(name: str) -> None:
        found = {each.id for each in desk.search(**searches[name])}
        expect(
            patient.id in found,
            fr=f"recherche par {name} : le dossier n'est pas trouvé",
            en=f"search by {case_text(name).en}: the file is not found",
        )

    expect_each({name: partial(judge, name) for name in searches})


@pytest.mark.rule("ERG-07")
@pytest.mark.title(
    fr="(4) Un retour 02 n'affiche aucun candidat, depuis un dossier comme depuis une recherche",
    en="(4) An answer 02 shows no candidate, from a file or from a search",
)
@pytest.mark.parametrize("way", [Route.TYPED, Route.CHECKED, Route.IMPORTED, "typed-search"], ids=str)
@FROM_INSI.mark
def test_no_candidates(desk: Desk, way: Route | str) -> None:
    person = desk.draw()
    # Somebody who could be offered as a candidate: a file of the same name.
    desk.create(person, first_name=f"{person.first_name}KV", first_names=None)
    patient = desk.bring(person, way) if isinstance(way, Route) else None
    if way in {Route.CHECKED, "typed-search"}:
        desk = desk.as_super_user()
    with answering(desk, SEVERAL):
        call, requests = desk.try_call(patient) if patient else desk.try_search_insi(typed(person))
    need_answer(requests, SEVERAL)
    if isinstance(call, RefusedError):
        return
    _expect_no_candidate(call, person.identity.matricule.value)
    if way is Route.TYPED:
        with desk.if_at_hand(CARD), suppress(UndecidedError):
            _expect_no_candidate_by_card(desk)


def _expect_no_candidate_by_card(desk: Desk) -> None:
    people = family(desk.draw)
    patient = desk.create(people.insured.person)
    with desk.answered_by(by_card(SEVERAL)):
        call, _ = try_card_call(desk, read_card(desk, people.card()), people.insured, patient)
    if not isinstance(call, RefusedError):
        _expect_no_candidate(call, people.insured.person.identity.matricule.value)


@pytest.mark.rule("ERG-07")
@pytest.mark.title(
    fr="(5) Minuscules et accents ne restent pas : à la création, à la modification et à la recherche INSi",
    en="(5) Lower case and accents do not stay: on creation, on modification and in the INSi search",
)
@pytest.mark.parametrize("field", NAMES)
def test_no_lower_case_no_accent(desk: Desk, field: str) -> None:
    def creation(spoil: Callable[[str], str]) -> None:
        traits = typed(desk.draw(**PLAIN), **({"first_names": None} if field == "first_name" else {}))
        name = spoil(str(getattr(traits, field)))
        stored = desk.try_create(replace(traits, **{field: name}), control=traits)
        if not isinstance(stored, RefusedError):
            _expect_plain(getattr(stored, field), name, "création", "creation")

    def modification(spoil: Callable[[str], str]) -> None:
        person = desk.draw(**PLAIN)
        patient = desk.create(person, **({"first_names": None} if field == "first_name" else {}))
        name = spoil(str(getattr(patient, field)))
        try:
            desk.lgo.update_patient(patient.id, {field: name}, actor=desk.user)
        except RefusedError:
            return
        _expect_plain(getattr(desk.read(patient), field), name, "modification", "modification")

    expect_each(
        {
            f"{screen.__name__}, {way}": partial(screen, spoil)
            for screen in (creation, modification)
            for way, spoil in SPOILT.items()
        }
    )


@pytest.mark.rule("ERG-07")
@pytest.mark.title(
    fr="(5) Un dossier créé par une recherche INSi tapée en minuscules ou avec un accent n'en garde rien",
    en="(5) A file created by an INSi search typed in lower case or with an accent keeps nothing of it",
)
@FROM_INSI.mark
def test_no_lower_case_from_a_search(desk: Desk) -> None:
    def judge(spoil: Callable[[str], str]) -> None:
        person = desk.draw(**PLAIN)
        traits = typed(person, birth_name=spoil(person.identity.traits.birth_name))
        call, requests = desk.try_search_insi(traits)
        if isinstance(call, RefusedError) or not any(each.code == "00" for each in requests):
            return
        with preparing("accepter l'identité INSi", "accept the INSi identity"):
            patient = desk.decide(call, accept=True)
        if patient is None:
            raise UndecidedError("aucun dossier n'est créé depuis INSi", "no file is created from INSi")
        stored = desk.read(patient)
        for name in (stored.birth_name, stored.first_name, stored.first_names):
            _expect_plain(name, str(traits.birth_name), "recherche INSi", "INSi search")

    expect_each({way: partial(judge, spoil) for way, spoil in SPOILT.items()})


def _imported(desk: Desk, patient: Patient) -> Patient:
    """Accept what INSi says of a patient and return the file, whatever that made of it."""
    desk.decide(desk.find(patient), accept=True)
    return desk.read(patient)


def _expect_plain(stored: str | None, name: str, fr: str, en: str) -> None:
    expect(
        stored is None or stored == to_wire(stored),
        fr=f"{fr}, « {name} » saisi est conservé « {stored} »",
        en=f"{en}, “{name}” typed is kept as “{stored}”",
    )


def _expect_no_candidate(call: InsiCall, matricule: str) -> None:
    texts = [call.message, *(alert.message for alert in call.alerts)]
    expect(
        not call.candidates and not any(matricule in text for text in texts),
        fr=f"retour 02, des candidats sont affichés : {', '.join(call.candidates) or matricule}",
        en=f"answer 02, candidates are shown: {', '.join(call.candidates) or matricule}",
    )


@pytest.mark.rule("ERG-07")
@pytest.mark.title(
    fr="Un dossier créé depuis INSi, qui ne rend pas de lieu, n'est pas sans lieu",
    en="A file created from INSi, which returns no place, is not without a place",
)
@FROM_INSI.mark
def test_place_of_a_file_from_insi(desk: Desk) -> None:
    person = desk.draw(first_names_count=1)
    with desk.answered_by(altered("no-place", {"birth_place": None}), patient=person):
        call, _ = desk.try_search_insi(typed(person, birth_place=None))
    if isinstance(call, RefusedError):
        return  # The place may be asked for before INSi is.
    made = desk.try_accept(call)
    if isinstance(made, Patient):
        expect(
            desk.read(made).birth_place,
            fr="dossier créé depuis INSi sans lieu de naissance",
            en="file created from INSi without a birth place",
            inferred=True,
        )


@pytest.mark.rule("ERG-07")
@pytest.mark.title(
    fr="L'identité acceptée, dont INSi ne rend pas le lieu, ne fait pas perdre celui du dossier",
    en="The identity accepted, of which INSi returns no place, does not make the file lose its own",
)
def test_place_of_a_file_that_has_one(desk: Desk) -> None:
    person = desk.draw(first_names_count=1)
    patient = desk.create(person)
    with desk.answered_by(altered("no-place", {"birth_place": None}), patient=person):
        call, _ = desk.call(patient)
    if isinstance(desk.try_accept(call), Patient):
        expect(
            desk.read(patient).birth_place,
            fr="lieu de naissance perdu par un appel INSi qui n'en rend pas",
            en="birth place lost by a call to INSi that returns none",
            inferred=True,
        )
