"""CAL-06: nothing but what INSi admits is ever sent."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import pytest

from conformance.drivers.protocol import RefusedError
from conformance.suite.call.blocked import expect_blocked
from conformance.suite.desk.apart import FROM_INSI
from conformance.suite.desk.cast import PARTS
from conformance.suite.desk.expect import expect, expect_each
from conformance.suite.desk.people import PLAIN, typed
from conformance.suite.desk.routes import Route, routes
from conformance.suite.desk.steps import USERS, preparing
from conformance.suite.desk.told import told
from conformance.suite.desk.wire import asked, need_request
from conformance.suite.desk.words import shown
from conformance.suite.journeys.cast import created_from_insi, typed_then_fed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from conformance.drivers.model import PatientTraits
    from conformance.suite.desk.steps import Desk
    from conformance.suite.journeys.stages import Taken, Trip
    from simulator.client import ExchangeView

SENDABLE = re.compile(r"[A-Z' -]*[A-Z][A-Z' -]*")
"""Upper-case letters, apostrophe, space, hyphen."""

BADLY_SHAPED = {
    "NomNaissance": re.compile(r"^[ -]|[ ']{2}|---"),
    "Prenom": re.compile(r"^[ -]|[ ']{2}|--|[-']$"),
}
"""What INSi rejects in either (insi-contract §5.2): doubled or joined signs, one too many at an end."""

FAULTS: dict[str, Callable[[str], str]] = {
    "minuscules": str.lower,
    "initiale seule en majuscule": str.capitalize,
    "une minuscule": lambda name: f"{name}e",
    "accent": lambda name: f"É{name}",
    "cédille": lambda name: f"{name}Ç",
    "tilde": lambda name: f"{name}Ñ",
    "ligature": lambda name: f"BŒUF {name}",
    "autre ligature": lambda name: f"{name}Æ",
    "apostrophe typographique": lambda name: f"D\u2019{name}",
    "tiret long": lambda name: f"{name}\u2013{name}",
    "espace insécable": lambda name: f"LE\u00a0{name}",
    "chiffre": lambda name: f"{name}2",
    "point": lambda name: f"{name}.",
}
"""Ways of typing a name that INSi does not admit."""

OTHER_SEXES = ("I", "U", "X", "m", "f")
"""Values that a software may know beside M and F; INSi knows none of them."""

FIELDS = ("birth_name", "first_name")


@pytest.mark.rule("CAL-06")
@pytest.mark.title(
    fr="Les noms et le sexe envoyés ne contiennent que ce qu'INSi admet, pour chaque personne de la distribution",
    en="The names and the sex sent hold nothing but what INSi admits, for each person of the cast",
)
@pytest.mark.parametrize("journey", [typed_then_fed, created_from_insi], ids=["file", "typed-search"])
def test_criteria_are_sendable(desk: Desk, journey: Taken) -> None:
    taken = journey(desk)
    others_leave = any(trip.seen["called"][1] for trip in taken.trips if "called" in trip.seen)

    def judge(trip: Trip) -> None:
        call, requests = trip.seen["called"]
        expect(
            requests or not others_leave,
            fr=f"les noms n'ont que des signes admis, et l'appel ne part pas : {call.message}",
            en=f"the names hold admitted signs only, and the call does not leave: {call.message}",
            # The rule says which signs may leave: that whoever has no others can be called is deduced.
            inferred=True,
        )
        need_request(requests)
        _expect_sendable(requests)

    taken.expect(desk, ["called"], judge)


@pytest.mark.rule("CAL-06")
@pytest.mark.title(
    fr="Les tentatives qui suivent un 01, un 02 ou une panne n'envoient pas autre chose",
    en="The attempts that follow a 01, a 02 or a failure send nothing else",
)
@pytest.mark.parametrize("scenario", ["answers/not-found", "answers/several", "faults/insi-102"])
@pytest.mark.parametrize("way", ["file", "typed-search"])
@FROM_INSI.mark
def test_every_attempt_is_sendable(desk: Desk, way: str, scenario: str) -> None:
    sent: list[ExchangeView] = []
    for wanted in (PLAIN, {"hyphen_name": True, "compound_first_name": True}, {"apostrophe_name": True}):
        person = desk.draw(first_names_count=3, **wanted)
        patient = desk.create(person) if way == "file" else None
        with desk.answered_by(scenario):
            for _ in range(2):
                _, requests = desk.try_call(patient) if patient else desk.try_search_insi(typed(person))
                sent += requests
                # After failures a software may suspend its calls for a while: nothing wrong is sent then.
                need_request(sent)
                _expect_sendable(requests)


@pytest.mark.rule("CAL-06")
@pytest.mark.title(
    fr="À chaque statut, les noms et le sexe envoyés ne contiennent que ce qu'INSi admet",
    en="At each status the names and the sex sent hold nothing but what INSi admits",
)
@pytest.mark.parametrize("user", USERS)
@pytest.mark.parametrize("route", routes(), ids=str)
def test_at_each_status(desk: Desk, route: Route, user: str) -> None:
    desk = desk.by(user)
    patient = desk.bring(desk.play(PARTS["child-several-separators"]), route)
    _, requests = desk.try_call(patient)
    need_request(requests)
    _expect_sendable(requests)


@pytest.mark.rule("CAL-06")
@pytest.mark.title(
    fr="Un nom mal saisi ne part jamais tel quel à INSi, ni à la création, ni après modification, ni dans une recherche",
    en="A name typed badly never goes to INSi as it is, neither at creation, after a change, nor in a search",
)
@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("user", USERS)
@pytest.mark.parametrize("way", ["created", "modified", "typed-search"])
@FROM_INSI.mark
def test_faulty_typing_is_not_sent(desk: Desk, way: str, user: str, field: str) -> None:
    desk = desk.by(user)

    def judge(spoil: Callable[[str], str]) -> None:
        person = desk.draw(**PLAIN)
        traits = typed(person, first_names=None)
        faulty = replace(traits, **{field: spoil(str(getattr(traits, field)))})
        # The refusal may come with the typing or with the call; what counts is what leaves.
        _, requests = desk.during(lambda: _try(desk, way, traits, faulty, field))
        _expect_sendable(requests)

    expect_each({fault: partial(judge, spoil) for fault, spoil in FAULTS.items()})
    # Shown with names written well: the silence above was not that of a software that never calls.
    _, requests = desk.call(desk.create(desk.draw(**PLAIN)))
    need_request(requests)


@pytest.mark.rule("CAL-06")
@pytest.mark.title(
    fr="Une identité d'un autre sexe que M ou F ne donne lieu à aucun appel, et l'utilisateur en est averti",
    en="An identity of another sex than M or F leads to no call, and the user is told",
)
@FROM_INSI.mark
def test_other_sex_is_not_sent(desk: Desk) -> None:
    _, requests = desk.call(desk.create(desk.draw()))
    need_request(requests)

    def created(sex: str) -> None:
        traits = typed(desk.draw())
        patient = desk.try_create(replace(traits, sex=sex), control=traits)
        if isinstance(patient, RefusedError) or patient.sex in {"M", "F"}:
            return  # The software knows no other sex: there is nothing that it could send.
        _expect_no_call(desk, patient.id, str(patient.sex))
        # A second try, an entitled user or a document do not make it sendable.
        desk.check_document(patient)
        for worker in (desk, desk.as_super_user()):
            _expect_no_call(worker, patient.id, str(patient.sex))

    def modified(sex: str) -> None:
        patient = desk.create(desk.draw())
        try:
            desk.lgo.update_patient(patient.id, {"sex": sex}, actor=desk.user)
        except RefusedError:
            return
        now = desk.read(patient)
        if now.sex not in {"M", "F"}:
            _expect_no_call(desk, now.id, str(now.sex))

    def searched(sex: str) -> None:
        for _ in range(2):
            call, requests = desk.try_search_insi(replace(typed(desk.draw()), sex=sex))
            for request in requests:
                _expect_sex(request)
            expect(
                requests or told(call).says_something,
                fr=f"aucun appel pour le sexe {sex}, et aucun message ne le dit",
                en=f"no call for the sex {sex}, and no message says so",
            )

    acts = {"créé": created, "modifié": modified, "recherché": searched}
    expect_each({f"{sex} ({way})": partial(act, sex) for sex in OTHER_SEXES for way, act in acts.items()})


def _try(desk: Desk, way: str, traits: PatientTraits, faulty: PatientTraits, field: str) -> None:
    """Type a name badly and call INSi; any of the acts may be refused."""
    try:
        if way == "typed-search":
            desk.lgo.search_insi(faulty, actor=desk.user)
            return
        if way == "created":
            patient = desk.lgo.create_patient(faulty, actor=desk.user)
        else:
            with preparing("créer le patient", "create the patient", depends_on=("CRE-03",)):
                patient = desk.lgo.create_patient(traits, actor=desk.user)
            desk.lgo.update_patient(patient.id, {field: getattr(faulty, field)}, actor=desk.user)
        desk.lgo.call_insi_traits(patient.id, actor=desk.user)
    except RefusedError:
        pass


def _expect_no_call(desk: Desk, patient_id: str, sex: str) -> None:
    call, requests = desk.try_call(desk.lgo.read_patient(patient_id, actor=desk.user))
    expect_blocked(call, requests, fr=f"de sexe {sex}", en=f"of sex {sex}")


def _expect_sex(request: ExchangeView) -> None:
    sex = asked(request)["sex"]
    expect(
        sex in {"M", "F"},
        fr=f"Sexe envoyé {shown(sex).fr} : attendu M ou F",
        en=f"Sexe sent {shown(sex).en}: expected M or F",
    )


def _expect_sendable(requests: Sequence[ExchangeView]) -> None:
    for request in requests:
        sent = asked(request)
        for label, text in (
            ("NomNaissance", sent["birth_name"]),
            *(("Prenom", name) for name in sent["first_names"]),
        ):
            expect(
                SENDABLE.fullmatch(text or ""),
                fr=f"{label} envoyé {shown(text).fr} : attendu des lettres A à Z majuscules, espace, apostrophe, tiret",
                en=f"{label} sent {shown(text).en}: expected upper-case letters A to Z, space, apostrophe, hyphen",
            )
            expect(
                not BADLY_SHAPED[label].search(text or ""),
                fr=f"{label} envoyé {shown(text).fr} : des signes s'y suivent, ou l'un est de trop à un bout",
                en=f"{label} sent {shown(text).en}: signs follow one another in it, or one is too many at an end",
            )
        _expect_sex(request)
