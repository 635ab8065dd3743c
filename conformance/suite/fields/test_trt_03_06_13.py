"""TRT-03, TRT-06, TRT-13: hyphen, apostrophe and space are part of a name; first names are a list separated by spaces."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.apart import RECEPTION
from conformance.suite.desk.cast import PARTS
from conformance.suite.desk.expect import expect, expect_each, expect_equal
from conformance.suite.desk.people import PLAIN, typed
from conformance.suite.desk.steps import USERS
from conformance.suite.desk.wire import need_request
from conformance.suite.desk.words import FIELD, shown
from conformance.suite.journeys.cast import (
    corrected,
    corrected_by_super_user,
    created_from_insi,
    typed_then_fed,
)
from conformance.suite.verification.elsewhere import receive, received
from conformance.verdicts import Departure
from simulator.ins.traits import check_birth_name, check_first_name, to_wire

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conformance.drivers.model import Patient, PatientTraits
    from conformance.suite.desk.steps import Desk
    from conformance.suite.journeys.stages import Taken, Trip

SHAPES = {
    "birth_name": {
        "tiret": "{0}-{1}",
        "double tiret": "{0}--{1}",
        "apostrophe": "D'{0}",
        "espace": "DE {0}",
        "tous": "D'{0}-{1} DE {2}",
        "deux tirets": "{0}-UNION-{2}",
        # What a filter of a site takes for an attack is a name.
        "deux apostrophes": "D'OR{0} D'{1}",
        "quatre mots": "DE {0} Y {1}",
        "apostrophe en tête": "'T {0}",
    },
    "first_name": {
        "tiret": "{0}-{1}",
        "apostrophe": "N'{0}",
        "espace": "{0} {1}",
        "deux tirets": "{0}-{1}-{2}",
        "trois mots": "{0} {1} {2}",
    },
    "first_names": {
        "tiret": "{0}-{1} {2}",
        "apostrophe": "N'{0} {1}",
        "espace": "{0} {1} {2}",
        "composés à la fin": "{0} {1}-{2}-{0} {2}-{1}",
        "prénom répété": "{0} {1} {0}",
    },
}

MAY_BE_REFUSED = ("apostrophe en tête", "prénom répété")
"""Shapes that known clients of INSi do not send (an apostrophe first), or that a software may ask about; never altered."""


@pytest.mark.rule("TRT-03")
@pytest.mark.title(
    fr="Tiret, apostrophe et espace sont acceptés dans un nom et relus tels quels, à la création puis après modification",
    en="Hyphen, apostrophe and space are accepted in a name and read back as they are, at creation then after a change",
)
@pytest.mark.parametrize("field", SHAPES)
def test_signs_are_accepted(desk: Desk, field: str) -> None:
    def judge(name: str, pattern: str, user: str) -> None:
        at = desk.by(user)
        names = [desk.draw(**PLAIN).identity.traits.birth_name for _ in range(3)]
        value = pattern.format(*names)
        traits = typed(desk.draw(**PLAIN), first_names=None)
        wanted = replace(traits, **{field: value})
        if field == "first_names":
            wanted = replace(wanted, first_name=value.split(" ")[0])
        stored = at.try_create(wanted, control=traits)
        if isinstance(stored, RefusedError) and name in MAY_BE_REFUSED:
            return
        got = stored.message if isinstance(stored, RefusedError) else getattr(stored, field)
        _expect_same(got, value, field, "à la création", "at creation")
        patient = desk.create(desk.draw(**PLAIN), first_names=None)
        changes = {field: value, **({"first_name": wanted.first_name} if field == "first_names" else {})}
        try:
            desk.lgo.update_patient(patient.id, changes, actor=at.user)
        except RefusedError as refusal:
            raise Departure(
                f"{FIELD[field].fr} {shown(value).fr} est refusé à la modification : {refusal.message}",
                f"{FIELD[field].en} {shown(value).en} is refused at modification: {refusal.message}",
            ) from refusal
        _expect_same(getattr(desk.read(patient), field), value, field, "après modification", "after a change")

    # The entitled user types too: each second shape.
    shapes = enumerate(SHAPES[field].items())
    expect_each({name: partial(judge, name, pattern, USERS[n % 2]) for n, (name, pattern) in shapes})


@pytest.mark.rule("TRT-06")
@pytest.mark.title(
    fr="Chaque nom et prénom envoyé a la forme qu'INSi admet, pour chaque personne de la distribution",
    en="Each name and first name sent has the form that INSi admits, for each person of the cast",
)
@pytest.mark.parametrize("journey", [typed_then_fed, created_from_insi], ids=["file", "typed-search"])
def test_form_sent(desk: Desk, journey: Taken) -> None:
    def judge(trip: Trip) -> None:
        requests = trip.seen["called"][1]
        need_request(requests)
        for request in requests:
            sent = request.traits or {}
            problems = [
                ("NomNaissance", sent.get("birth_name"), check_birth_name(sent.get("birth_name") or ""))
            ]
            problems += [
                ("Prenom", name, check_first_name(name or "")) for name in sent.get("first_names", ())
            ]
            for label, text, found in problems:
                expect(
                    not found,
                    fr=f"{label} envoyé {shown(text).fr} : {'; '.join(map(str, found))}",
                    en=f"{label} sent {shown(text).en}: {'; '.join(map(str, found))}",
                )

    journey(desk).expect(desk, ["called"], judge)


@pytest.mark.rule("TRT-06")
@pytest.mark.title(
    fr="Un nom ou un prénom de forme inadmissible, saisi dans un dossier, ne part pas tel quel",
    en="A name or a first name of a form not admitted, typed in a file, does not leave as it is",
)
@pytest.mark.parametrize("field", ["birth_name", "first_name"])
def test_form_typed(desk: Desk, field: str) -> None:
    check = check_birth_name if field == "birth_name" else check_first_name
    existing = desk.create(desk.draw(**PLAIN), first_names=None)
    forms = {
        "espace au début": " {0}",
        "tiret au début": "-{0}",
        "deux espaces": "{0}  {0}",
        "deux apostrophes": "D''{0}",
        "chiffre": "{0}2",
        "ligature": "BŒUF {0}",
        "autre ligature": "{0}Æ",
        "point": "{0}.",
        "virgule": "{0}, {0}",
        "barre": "{0}/{0}",
        "souligné": "{0}_{0}",
        "parenthèse": "{0} (DIT {0})",
        "espace insécable": "LE\u00a0{0}",
        "apostrophe typographique": "D\u2019{0}",
        "apostrophe et espace": "D' {0}",
        "espace et apostrophe": "D 'A{0}",
        "tiret long": "{0}\u2013{0}",
        "lettre grecque": "{0}\u0391",
        "lettre cyrillique": "{0}\u0410",
        "tabulation": "{0}\tDE",
        "caractère invisible": "{0}\u200b",
    }
    if field == "first_name":
        forms |= {"double tiret": "{0}--{0}", "tiret à la fin": "{0}-", "apostrophe à la fin": "{0}'"}

    def judge(form: str, desk: Desk = desk) -> None:
        person = desk.draw(**PLAIN)
        value = form.format(person.first_name if field == "first_name" else person.identity.traits.birth_name)
        requests, stored = _sent_for(desk, replace(typed(person, first_names=None), **{field: value}))
        kept = getattr(stored, field, None) or ""
        if not kept:
            kept = _typed_later(desk, existing, field, value)
        if "Œ" in value or "Æ" in value:
            # Refused, or written with two letters: one of them alone is somebody else's name.
            expect(
                kept in {"", to_wire(value), value},
                fr=f"{FIELD[field].fr} saisi {shown(value).fr}, conservé {shown(kept).fr}",
                en=f"{FIELD[field].en} typed {shown(value).en}, kept {shown(kept).en}",
                inferred=True,
            )
        # Said of what is sent and received; a file may be meant too.
        expect(
            not kept or not check(kept),
            fr=f"{FIELD[field].fr} conservé {shown(kept).fr}",
            en=f"{FIELD[field].en} kept {shown(kept).en}",
            inferred=True,
        )
        for sent in requests:
            names = [sent.get("birth_name")] if field == "birth_name" else list(sent.get("first_names", ()))
            for name in names:
                expect(
                    not check(name or ""),
                    fr=f"{FIELD[field].fr} envoyé {shown(name).fr}",
                    en=f"{FIELD[field].en} sent {shown(name).en}",
                )

    # Whoever may change what was checked types no better for it.
    entitled = {
        f"{name}, super-utilisateur": partial(judge, forms[name], desk.as_super_user())
        for name in ("deux espaces", "deux apostrophes", "ligature", "tiret à la fin", "apostrophe à la fin")
        if name in forms
    }
    expect_each({name: partial(judge, form) for name, form in forms.items()} | entitled)
    _, requests = desk.call(desk.create(desk.draw(**PLAIN)))
    need_request(requests)


@pytest.mark.rule("TRT-06")
@pytest.mark.title(
    fr="Une liste de prénoms de forme inadmissible n'est pas conservée telle quelle",
    en="A list of first names of a form not admitted is not kept as it is",
)
def test_form_of_the_list(desk: Desk) -> None:
    def judge(form: str, *, is_first: bool, desk: Desk = desk) -> None:
        person = desk.draw(**PLAIN)
        names = [person.first_name, form.format(person.first_name)]
        listed = " ".join(names[::-1] if is_first else names)
        _, stored = _sent_for(desk, replace(typed(person), first_names=listed))
        kept = getattr(stored, "first_names", None) or ""
        problems = [problem for name in kept.split() for problem in check_first_name(name)]
        expect(
            not problems,
            fr=f"liste des prénoms conservée {shown(kept).fr}",
            en=f"list of first names kept {shown(kept).en}",
            inferred=True,
        )

    forms = {
        "tiret au début": "-{0}",
        "tiret à la fin": "{0}-",
        "double tiret": "{0}--{0}",
        "apostrophe à la fin": "{0}'",
        "deux apostrophes": "D''{0}",
        "chiffre": "{0}2",
        "ligature": "BŒUF",
        "virgule": "{0},",
        "point-virgule": "{0};",
        "apostrophe courbe": "N\u2019{0}",
        "point": "{0}.",
    }
    cases = {f"{name}, en tête": partial(judge, form, is_first=True) for name, form in forms.items()}
    entitled = desk.as_super_user()
    for name in ("tiret à la fin", "deux apostrophes"):
        cases[f"{name}, super-utilisateur"] = partial(judge, forms[name], is_first=False, desk=entitled)
    expect_each(cases | {name: partial(judge, form, is_first=False) for name, form in forms.items()})


@pytest.mark.rule("TRT-06")
@pytest.mark.title(
    fr="Un nom à double tiret se saisit, se garde et part tel quel",
    en="A surname with a double hyphen can be typed, is kept and leaves as it is",
)
def test_double_hyphen(desk: Desk) -> None:
    person = desk.play(PARTS["double-hyphen-abroad-summer"])
    traits = typed(person)
    stored = desk.try_create(traits, control=typed(desk.draw(**PLAIN)))
    got = stored.message if isinstance(stored, RefusedError) else stored.birth_name
    _expect_same(got, traits.birth_name, "birth_name", "double tiret", "double hyphen")
    if not isinstance(stored, RefusedError):
        _, requests = desk.call(stored)
        need_request(requests)
        for request in requests:
            _expect_same(
                (request.traits or {}).get("birth_name"), traits.birth_name, "birth_name", "envoyé", "sent"
            )


@pytest.mark.rule("TRT-03")
@pytest.mark.title(
    fr="Les signes restent, saisis ou reçus d'INSi, pour chaque personne de la distribution",
    en="The signs stay, typed or received from INSi, for each person of the cast",
)
@pytest.mark.parametrize(
    "journey",
    [typed_then_fed, corrected, corrected_by_super_user, created_from_insi],
    ids=["typed", "changed", "super-user", "from-insi"],
)
def test_cast_signs(desk: Desk, journey: Taken) -> None:
    def judge(trip: Trip) -> None:
        received = trip.person.identity.traits
        for stage, source in (("typed", trip.traits), ("fed", received)):
            for field in ("birth_name", "first_names"):
                value = getattr(source, field)
                if stage in trip.seen and value:
                    _expect_same(getattr(trip.seen[stage].patient, field), value, field, stage, stage)

    for trip, refusal in journey(desk).refused_at("typed"):
        if any(sign in f"{trip.traits.birth_name} {trip.traits.first_names}" for sign in "-' "):
            raise Departure(
                f"{trip.part.key} : la modification est refusée : {refusal.message}",
                f"{trip.part.key}: the change is refused: {refusal.message}",
            )
    if journey is created_from_insi:
        _expect_all_searched(journey(desk).trips)
    journey(desk).expect(desk, ["fed" if journey is created_from_insi else "typed"], judge)


def _expect_all_searched(trips: Sequence[Trip]) -> None:
    """Check that nobody's name keeps them from being searched on INSi, where somebody without a sign is."""
    asked = {trip.part.key: bool(trip.seen["called"][1]) for trip in trips if "called" in trip.seen}
    kept_out = [key for key, is_asked in asked.items() if not is_asked]
    expect(
        not asked.get("plain") or not kept_out,
        fr=f"recherche INSi par traits saisis : aucune requête pour {', '.join(kept_out)}, une pour une personne sans signe",
        en=f"INSi search by typed traits: no request for {', '.join(kept_out)}, one for a person without a sign",
        inferred=True,
    )


@pytest.mark.rule("TRT-03")
@pytest.mark.title(
    fr="Les signes restent dans une identité reçue d'un autre domaine",
    en="The signs stay in an identity received from another domain",
)
@RECEPTION.mark
def test_signs_received(desk: Desk) -> None:
    def judge(key: str) -> None:
        person = desk.play(PARTS[key])
        traits = person.identity.traits
        there = {patient.id for patient in desk.born_on(traits.birth_date)}
        receive(desk, received(person))
        # A software may propose a file instead of creating it: what it then shows is not looked at here.
        for patient in desk.born_on(traits.birth_date):
            if patient.id in there:
                continue
            opened = desk.read(patient)  # A list need not show all fields.
            for field in ("birth_name", "first_names"):
                _expect_same(getattr(opened, field), getattr(traits, field), field, "reçu", "received")

    parts = (
        "apostrophe-1912",
        "double-hyphen-abroad-summer",
        "child-several-separators",
        "particle-corsica-2b",
    )
    expect_each({key: partial(judge, key) for key in parts})


@pytest.mark.rule("TRT-13")
@pytest.mark.title(
    fr="La liste modifiée garde ses prénoms séparés par des espaces, les composés avec leur tiret",
    en="A list that was changed keeps its first names separated by spaces, compound ones with their hyphen",
)
@pytest.mark.parametrize("journey", [corrected, corrected_by_super_user], ids=["user", "super-user"])
def test_list_changed(desk: Desk, journey: Taken) -> None:
    def judge(trip: Trip) -> None:
        if trip.traits.first_names:
            got = trip.seen["typed"].patient.first_names
            _expect_same(got, trip.traits.first_names, "first_names", "modifiée", "changed")

    journey(desk).expect(desk, ["typed"], judge)


@pytest.mark.rule("TRT-13")
@pytest.mark.title(
    fr="La liste garde ses prénoms séparés par des espaces, les composés avec leur tiret, saisie comme reçue d'INSi",
    en="The list keeps its first names separated by spaces, compound ones with their hyphen, typed as received from INSi",
)
@pytest.mark.parametrize("journey", [typed_then_fed, created_from_insi], ids=["typed", "from-insi"])
def test_list(desk: Desk, journey: Taken) -> None:
    def judge(trip: Trip) -> None:
        if trip.traits.first_names and "typed" in trip.seen:
            _expect_same(
                trip.seen["typed"].patient.first_names,
                trip.traits.first_names,
                "first_names",
                "saisie",
                "typed",
            )
        expected = trip.person.identity.traits.first_names
        for stage, fr, en in (
            ("fed", "reçue d'INSi", "received from INSi"),
            ("qualified", "une fois qualifiée", "once qualifiée"),
        ):
            if stage in trip.seen:
                _expect_same(trip.seen[stage].patient.first_names, expected, "first_names", fr, en)

    journey(desk).expect(desk, ["answered", "fed"], judge)


def _typed_later(desk: Desk, patient: Patient, field: str, value: str) -> str:
    """Type a value into a file that exists, and return what is kept of it; nothing when it is refused."""
    with suppress(RefusedError):
        desk.lgo.update_patient(patient.id, {field: value}, actor=desk.user)
        return str(getattr(desk.read(patient), field) or "")
    return ""


def _sent_for(desk: Desk, traits: PatientTraits) -> tuple[list[dict[str, Any]], Patient | None]:
    """Type traits, call INSi, and return what left and the file; any of the acts may be refused."""

    def act() -> Patient | None:
        patient = None
        with suppress(RefusedError):
            patient = desk.lgo.create_patient(traits, actor=desk.user)
            desk.lgo.call_insi_traits(patient.id, actor=desk.user)
        return patient

    patient, requests = desk.during(act)
    return [request.traits or {} for request in requests], desk.read(patient) if patient else None


def _expect_same(got: str | None, value: str | None, field: str, fr: str, en: str) -> None:
    expect_equal(got=got, expected=value, fr=f"{FIELD[field].fr} ({fr})", en=f"{FIELD[field].en} ({en})")
