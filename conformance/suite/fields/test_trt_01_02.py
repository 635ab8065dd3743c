"""TRT-01 and TRT-02: no lower case, accent or other diacritic is ever stored in a name."""

from __future__ import annotations

import unicodedata
from contextlib import suppress
from dataclasses import replace
from functools import partial
from itertools import cycle
from typing import TYPE_CHECKING

import pytest

from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.apart import FROM_INSI
from conformance.suite.desk.expect import expect, expect_each, expect_equal
from conformance.suite.desk.people import NAMES_IN_USE, PLAIN, typed
from conformance.suite.desk.routes import Route
from conformance.suite.desk.snapshot import ANYTHING, Moment, expect_kept
from conformance.suite.desk.steps import USERS, preparing
from conformance.suite.desk.words import FIELD, shown
from conformance.suite.journeys.cast import corrected, created_from_insi, typed_then_fed
from simulator.ins.traits import to_wire

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.suite.desk.steps import Desk
    from conformance.suite.journeys.stages import Taken, Trip

NAMES = ("birth_name", "first_names", "first_name")
"""The names that obey the lexical rules of an identity."""

LOWER: dict[str, Callable[[str], str]] = {
    "tout en minuscules": str.lower,
    "initiale seule en majuscule": str.capitalize,
    "une minuscule au milieu": lambda name: name[:2] + name[2:3].lower() + name[3:],
    "une minuscule à la fin": lambda name: name[:-1] + name[-1].lower(),
    "une minuscule au début": lambda name: name[0].lower() + name[1:],
    "particule en minuscules": lambda name: f"de {name}",
    "minuscules après un tiret": lambda name: f"{name}-{name.lower()}",
    "minuscules après un espace": lambda name: f"{name} {name.capitalize()}",
    "minuscules après une apostrophe": lambda name: f"D'{name.lower()}",
    "Mc en tête": lambda name: f"Mc{name}",
    # A capital i has a dot in Turkish, and a small one loses it.
    "i minuscule": lambda name: f"{name[:2]}i{name[2:]}".lower(),
    "minuscules au-delà du vingtième caractère": lambda name: f"{(name * 7)[:20]} {name.lower()}",
}
"""Ways of typing a name with lower case; the last ones in the later part of a name only."""

DIACRITICS = "ÀÂÄÇÈÉÊËÎÏÔÖÙÛÜŸÑ"
"""The letters with a diacritic that French and neighbouring names have."""

MARKED: dict[str, Callable[[str], str]] = {
    **{
        f"{letter} au milieu": partial(lambda letter, name: f"{name[:2]}{letter}{name[2:]}", letter)
        for letter in DIACRITICS
    },
    "É au début": lambda name: f"É{name}",
    "É à la fin": lambda name: f"{name}É",
    "plusieurs voyelles": lambda name: f"ÉÈ{name}ÎÂ",
    "minuscule accentuée": lambda name: f"{name}é",
    "accent décomposé": lambda name: unicodedata.normalize("NFD", f"É{name}"),
    "après un tiret": lambda name: f"{name}-É{name}",
    "après un espace": lambda name: f"{name} É{name}",
    "après une apostrophe": lambda name: f"N'É{name}",
}
"""Ways of typing a name with a diacritic."""

FOREIGN: dict[str, Callable[[str], str]] = {
    f"{letter} d'ailleurs": partial(lambda letter, name: f"{name[:2]}{letter}{name[2:]}", letter)
    for letter in "ÁÃÅČÍÓÕØŁŠÚÝŽ"
}
"""Letters of other alphabets of Europe: typed once, for a file that is created."""

WAYS = {"TRT-01": LOWER, "TRT-02": MARKED}

NAMED = {
    "TRT-01": ("en minuscules", "in lower case"),
    "TRT-02": ("avec un signe diacritique", "with a diacritic"),
}

CAST_WAYS = ["typed", "changed", "from-insi"]

RULES = [pytest.param(rule, marks=pytest.mark.rule(rule), id=rule) for rule in WAYS]


@pytest.mark.title(
    fr="Un nom mal saisi à la création est refusé, ou conservé en majuscules sans accent",
    en="A name typed badly at creation is refused, or kept in upper case without accents",
)
@pytest.mark.parametrize("field", NAMES)
@pytest.mark.parametrize("user", USERS)
@pytest.mark.parametrize("rule", RULES)
def test_at_creation(desk: Desk, rule: str, user: str, field: str) -> None:
    desk = desk.by(user)

    # With names in use every other time, each time for one of the two users: what is looked at is not another field.
    turns = cycle(({}, NAMES_IN_USE) if user == "user" else (NAMES_IN_USE, {}))

    def judge(spoil: Callable[[str], str]) -> None:
        used = dict(next(turns))
        # A list that agrees with the 1er prénom: its contradiction would be another reason to refuse.
        traits = (
            typed(desk.draw(**PLAIN), first_names=None, **used)
            if field == "first_name"
            else typed(desk.draw(**PLAIN), **used)
        )
        name = spoil(str(getattr(traits, field)))
        stored = desk.try_create(replace(traits, **{field: name}), control=traits)
        if not isinstance(stored, RefusedError):
            _expect_plain(rule, field, name, getattr(stored, field))

    ways = WAYS[rule] | (FOREIGN if rule == "TRT-02" and user == "user" else {})
    expect_each({way: partial(judge, spoil) for way, spoil in ways.items()})


@pytest.mark.title(
    fr="Un nom bien saisi ou reçu d'INSi se relit en majuscules sans signe, pour chaque personne de la distribution",
    en="A name typed well or received from INSi reads in plain upper case, for each person of the cast",
)
@pytest.mark.parametrize("journey", [typed_then_fed, corrected, created_from_insi], ids=CAST_WAYS)
@pytest.mark.parametrize("rule", RULES)
def test_names_typed_well(desk: Desk, rule: str, journey: Taken) -> None:
    is_wrong = _has_lower_case if rule == "TRT-01" else _has_a_sign

    def judge(trip: Trip) -> None:
        for stage in ("typed", "fed", "qualified"):
            if stage not in trip.seen:
                continue
            for field in NAMES:
                stored = getattr(trip.seen[stage].patient, field)
                expect(
                    not is_wrong(stored or ""),
                    fr=f"{FIELD[field].fr}, lu {shown(stored).fr} ({trip.part.key}, {stage})",
                    en=f"{FIELD[field].en}, read {shown(stored).en} ({trip.part.key}, {stage})",
                )

    journey(desk).expect(desk, ["fed" if journey is created_from_insi else "typed"], judge)


@pytest.mark.title(
    fr="Un nom mal saisi dans un dossier existant est refusé sans rien changer, ou conservé en majuscules sans accent",
    en="A name typed badly in an existing file is refused and changes nothing, or kept in upper case without accents",
)
@pytest.mark.parametrize("field", NAMES)
@pytest.mark.parametrize("route", [Route.TYPED, Route.CHECKED], ids=str)
@pytest.mark.parametrize("rule", RULES)
def test_at_modification(desk: Desk, rule: str, route: Route, field: str) -> None:
    patient = desk.bring(desk.draw(**PLAIN), route)
    usual = to_wire(next(iter(MARKED.values()))(str(getattr(patient, field))))
    if route is Route.TYPED:
        # Saved before: what is refused afterwards takes nothing of it back.
        with suppress(RefusedError):
            desk.lgo.update_patient(patient.id, {"used_name": "KVORLAN"}, actor=desk.user)

    def judge(spoil: Callable[[str], str]) -> None:
        before = desk.snapshot(patient)
        name = spoil(str(getattr(patient, field)))
        moment = Moment(
            f"{FIELD[field].fr} modifié, saisi {NAMED[rule][0]}",
            f"{FIELD[field].en} changed, typed {NAMED[rule][1]}",
        )
        try:
            desk.lgo.update_patient(patient.id, {field: name}, actor=desk.user)
        except RefusedError:
            expect_kept(desk.snapshot(patient), before, moment)
            return
        after = desk.snapshot(patient)
        _expect_plain(rule, field, name, getattr(after.patient, field))
        # What a change of strict trait makes of VALI is not settled; names that go together may follow.
        expect_kept(
            after,
            before,
            moment,
            besides={
                field: ANYTHING,
                "first_name": ANYTHING,
                "first_names": ANYTHING,
                "status": ANYTHING,
                "proof": ANYTHING,
            },
        )

    ways = WAYS[rule]
    expect_each({way: partial(judge, spoil) for way, spoil in ways.items()})
    if route is Route.TYPED and field == "birth_name":
        # Shown with a name typed well: the refusals above were not those of a file that cannot be changed.
        with preparing("modifier un nom bien saisi", "change a name typed well"):
            desk.lgo.update_patient(patient.id, {field: usual}, actor=desk.user)


@pytest.mark.title(
    fr="Un utilisateur habilité qui modifie une identité verrouillée n'y met pas davantage un nom mal saisi",
    en="An entitled user who changes a locked identity does not put a name typed badly into it either",
)
@pytest.mark.parametrize("field", NAMES)
@pytest.mark.parametrize("route", [Route.IMPORTED, Route.CHECKED_IMPORTED], ids=str)
@pytest.mark.parametrize("rule", RULES)
def test_by_an_entitled_user(desk: Desk, rule: str, route: Route, field: str) -> None:
    def judge(spoil: Callable[[str], str]) -> None:
        patient = desk.bring(desk.draw(**PLAIN), route)
        name = spoil(str(getattr(patient, field)))
        try:
            desk.lgo.update_patient(patient.id, {field: name}, actor=desk.super_user)
        except RefusedError:
            return
        _expect_plain(rule, field, name, getattr(desk.read(patient), field))

    ways = list(WAYS[rule].items())
    expect_each({way: partial(judge, spoil) for way, spoil in (ways[0], ways[3], ways[-1])})


@pytest.mark.title(
    fr="Un 1er prénom mal saisi dans une recherche INSi n'entre pas tel quel dans le dossier créé",
    en="A 1er prénom typed badly in an INSi search does not enter the file created as it is",
)
@pytest.mark.parametrize("rule", RULES)
@FROM_INSI.mark
def test_from_insi(desk: Desk, rule: str) -> None:
    for spoil in (str.lower, str.capitalize) if rule == "TRT-01" else (MARKED["É à la fin"], _accent_of):
        person = desk.draw(**PLAIN)
        name = spoil(person.first_name)
        # INSi answers this person whatever is asked: the software may send the name corrected, or refuse.
        with desk.answered_by("answers/whatever-traits", patient=person):
            call, _ = desk.try_search_insi(typed(person, first_name=name, first_names=None))
        if isinstance(call, RefusedError):
            continue
        patient = desk.try_accept(call)
        if patient is None or isinstance(patient, RefusedError):
            continue
        stored = desk.read(patient)
        for field in NAMES:
            _expect_plain(rule, field, str(getattr(stored, field)), getattr(stored, field))


def _has_lower_case(text: str) -> bool:
    return text != text.upper()


def _has_a_sign(text: str) -> bool:
    return any(unicodedata.combining(letter) for letter in unicodedata.normalize("NFD", text))


def _accent_of(name: str) -> str:
    return name.translate(str.maketrans("EAIOUY", "ÉÀÏÔÙŸ"))


def _expect_plain(rule: str, field: str, name: str, stored: str | None) -> None:
    fr, en = NAMED[rule]
    expect_equal(
        got=stored,
        expected=to_wire(name),
        fr=f"{FIELD[field].fr} saisi {fr}",
        en=f"{FIELD[field].en} typed {en}",
    )
