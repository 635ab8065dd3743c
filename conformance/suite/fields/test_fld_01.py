"""FLD-01: ten fields, each stored in its own place and given back."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import asdict, replace
from functools import partial
from typing import TYPE_CHECKING

import pytest

from conformance.drivers.model import IDENTITY_FIELDS, PatientTraits, Status
from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.expect import expect, expect_each, expect_equal
from conformance.suite.desk.near import NEAR, other_first_letter
from conformance.suite.desk.people import PLAIN, another_value, typed
from conformance.suite.desk.routes import STEPS, Route, Step, routes
from conformance.suite.desk.snapshot import Moment, expect_kept
from conformance.suite.desk.words import FIELD, expect_values, insi_values
from conformance.suite.journeys.cast import (
    LONG_PART,
    corrected,
    corrected_by_super_user,
    created_from_insi,
    typed_then_fed,
)
from conformance.verdicts import Departure
from simulator.ins.traits import comparison_key

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conformance.drivers.model import Patient
    from conformance.suite.desk.steps import Desk
    from conformance.suite.journeys.stages import Taken, Trip

TYPED = (
    "birth_name",
    "first_names",
    "first_name",
    "birth_date",
    "sex",
    "birth_place",
    "used_name",
    "used_first_name",
)
"""The fields that a user types; matricule and OID come from INSi only."""

USED = ("used_name", "used_first_name")


@pytest.mark.rule("FLD-01")
@pytest.mark.title(
    fr="Les huit champs saisis, à la création ou ensuite, sont relus tels quels, pour chaque personne de la distribution",
    en="The eight fields typed, at creation or later, are read back as they are, for each person of the cast",
)
@pytest.mark.parametrize(
    "journey", [typed_then_fed, corrected, corrected_by_super_user], ids=["created", "changed", "super-user"]
)
def test_typed_fields(desk: Desk, journey: Taken) -> None:
    def judge(trip: Trip) -> None:
        expected = {name: getattr(trip.traits, name) for name in TYPED if getattr(trip.traits, name)}
        expect_values(
            trip.seen["typed"].patient,
            expected,
            fr="les champs saisis ne sont pas rendus",
            en="the fields typed are not given back",
        )

    for trip, refusal in journey(desk).refused_at("created"):
        if trip.part.key != LONG_PART:  # How long a name may be: TRT-04.
            raise Departure(
                f"{trip.part.key} : la création est refusée : {refusal.message}",
                f"{trip.part.key}: the creation is refused: {refusal.message}",
            )
    for trip, refusal in journey(desk).refused_at("typed"):
        raise Departure(
            f"{trip.part.key} : la modification est refusée : {refusal.message}",
            f"{trip.part.key}: the change is refused: {refusal.message}",
        )
    journey(desk).expect(desk, ["typed"], judge)


@pytest.mark.rule("FLD-01")
@pytest.mark.title(
    fr="Après l'import INSi les dix champs sont rendus, les noms utilisés et le 1er prénom restant ceux saisis",
    en="After the INSi import the ten fields are given back, the names in use and the 1er prénom being those typed",
)
@pytest.mark.parametrize("journey", [typed_then_fed, created_from_insi], ids=["typed", "from-insi"])
@pytest.mark.parametrize("stage", ["fed", "qualified"])
def test_ten_fields(desk: Desk, journey: Taken, stage: str) -> None:
    def judge(trip: Trip) -> None:
        own = {
            name: getattr(trip.traits, name) for name in (*USED, "first_name") if getattr(trip.traits, name)
        }
        expect_values(
            trip.seen[stage].patient,
            insi_values(trip.person) | own,
            fr="les dix champs ne sont pas tous rendus après l'import INSi",
            en="the ten fields are not all given back after the INSi import",
        )

    journey(desk).expect(desk, [stage], judge)


@pytest.mark.rule("FLD-01")
@pytest.mark.title(
    fr="Chaque champ, modifié seul, prend sa nouvelle valeur, et aucun autre champ ne change",
    en="Each field, changed alone, takes its new value, and no other field changes",
)
@pytest.mark.parametrize("field", TYPED)
def test_one_field_changed(desk: Desk, field: str) -> None:
    person, neighbour = desk.draw(first_names_count=3), desk.draw(first_names_count=2)
    patient = desk.create(person, used_name="KVORLANX", used_first_name="NALROVKX")
    other = desk.snapshot(desk.create(neighbour, used_name="ZELBRUCY", used_first_name="CURBLEZY"))
    before = desk.snapshot(patient)
    value = another_value(desk, person, field)
    desk.lgo.update_patient(patient.id, {field: value}, actor=desk.user)
    after = desk.snapshot(patient)
    expect_kept(
        after,
        before,
        _changed(field),
        besides={field: value},
        # A software may keep the 1er prénom at the start of the list, and the other way round.
        ignoring={"first_names": ("first_name",), "first_name": ("first_names",)}.get(field, ()),
    )
    if field == "first_name":
        # Written with a hyphen more or less, it is still the list of the same names.
        expect_equal(
            got=comparison_key(after.patient.first_names or ""),
            expected=comparison_key(before.patient.first_names or ""),
            fr=f"{_changed(field).fr}, liste des prénoms",
            en=f"{_changed(field).en}, list of first names",
        )
    if field == "first_names":
        # Emptied, it is not that of before; a software may refuse, or write the 1er prénom.
        with suppress(RefusedError):
            desk.lgo.update_patient(patient.id, {field: None}, actor=desk.user)
            left = desk.read(patient)
            emptied = left.first_names
            expect(
                emptied in {None, "", left.first_name},
                fr=f"liste des prénoms vidée, lue {emptied}",
                en=f"list of first names emptied, read {emptied}",
                inferred=True,
            )
    expect_kept(
        desk.snapshot(other.patient),
        other,
        Moment(
            f"après la modification d'un autre dossier ({FIELD[field].fr})",
            f"after the change of another file ({FIELD[field].en})",
        ),
    )


@pytest.mark.rule("FLD-01")
@pytest.mark.title(
    fr="Ce qui change de peu est enregistré comme le reste : un signe, une lettre, l'ordre, le jour, le même département",
    en="What changes by little is saved like the rest: a sign, a letter, the order, the day, the same department",
)
def test_changed_by_little(desk: Desk) -> None:
    person = desk.play(NEAR)
    name, (first, second, third) = (
        person.identity.traits.birth_name,
        person.identity.traits.first_names.split(),
    )
    before = desk.snapshot(desk.create(person))
    besides: dict[str, str] = {}
    # Each value differs by little from the one before it.
    for changes in (
        {
            "birth_name": name.replace("-", " "),
            "first_names": f"{first} {third} {second}",
            "birth_date": "1974-03-17",
            "birth_place": "35047",
        },
        {
            "birth_name": name.replace("-", " ")[:-1],
            "first_names": f"{first} KVORLAN {second}",
            "birth_date": "1974-04-17",
        },
        {
            "birth_name": other_first_letter(name.replace("-", " ")[:-1]),
            "first_names": f"{first} KVORLAN",
            "birth_date": "1975-04-17",
        },
    ):
        desk.lgo.update_patient(before.patient.id, dict(changes), actor=desk.user)
        besides |= changes
        expect_kept(
            desk.snapshot(before.patient),
            before,
            Moment("après une modification de peu", "after a change by little"),
            besides=besides,
            ignoring=("first_name",),
        )


@pytest.mark.rule("FLD-01")
@pytest.mark.title(
    fr="Les noms utilisés se modifient puis se vident à chaque statut, sans rien changer d'autre",
    en="The names in use can be changed then emptied at each status, and nothing else changes",
)
@pytest.mark.parametrize("route", routes(), ids=str)
def test_used_names_at_each_status(desk: Desk, route: Route) -> None:
    patient = desk.bring(desk.draw(first_names_count=2), route)
    for name, value in (("used_name", "KVORLANX"), ("used_first_name", "NALROVKX"), ("used_name", None)):
        before = desk.snapshot(patient)
        desk.lgo.update_patient(patient.id, {name: value}, actor=desk.user)
        expect_kept(desk.snapshot(patient), before, _changed(name), besides={name: value})
    if route.status is Status.VALI:
        other = desk.draw(first_names_count=3)
        changes = {name: value for name, value in asdict(typed(other)).items() if value is not None}
        with suppress(RefusedError):  # Who corrects a validée is in no text.
            desk.lgo.update_patient(patient.id, changes, actor=desk.user)
            expect_values(
                desk.read(patient),
                changes,
                fr="les champs d'une identité validée, modifiés, ne sont pas rendus",
                en="the fields of an identité validée, once changed, are not given back",
            )


@pytest.mark.rule("FLD-01")
@pytest.mark.title(
    fr="Un nom utilisé égal au nom de naissance, un prénom utilisé égal au 1er prénom sont des valeurs comme les autres",
    en="A used name equal to the birth name, a used first name equal to the 1er prénom are values like any other",
)
def test_equal_values(desk: Desk) -> None:
    person = desk.draw(first_names_count=2)
    traits = person.identity.traits
    same = {"used_name": traits.birth_name, "used_first_name": person.first_name}
    patient = desk.lgo.create_patient(typed(person, **same), actor=desk.user)
    expect_values(
        desk.read(patient),
        same,
        fr="valeurs égales mal rendues à la création",
        en="equal values given back wrongly at creation",
    )
    desk.lgo.update_patient(patient.id, {"used_name": None, "used_first_name": None}, actor=desk.user)
    desk.lgo.update_patient(patient.id, dict(same), actor=desk.user)
    crossed = {"used_name": person.first_name, "used_first_name": traits.birth_name}
    before = desk.snapshot(patient)
    expect_values(before.patient, same, fr="valeurs égales mal rendues", en="equal values given back wrongly")
    desk.lgo.update_patient(patient.id, dict(crossed), actor=desk.user)
    expect_kept(desk.snapshot(patient), before, _changed("used_name"), besides=crossed)
    other = desk.draw(birth_date=traits.birth_date, **PLAIN).identity.traits.birth_name
    before = desk.snapshot(desk.create(desk.draw(**PLAIN), used_name=other, birth_name=other))
    # Correcting one of two equal values leaves the other.
    desk.lgo.update_patient(before.patient.id, {"birth_name": "VALDENBRUC"}, actor=desk.user)
    expect_kept(
        desk.snapshot(before.patient), before, _changed("birth_name"), besides={"birth_name": "VALDENBRUC"}
    )


@pytest.mark.rule("FLD-01")
@pytest.mark.title(
    fr="Un nom ou un prénom utilisé long est gardé entier, ou refusé : il n'est pas coupé en silence",
    en="A long used name or used first name is kept whole, or refused: it is not cut in silence",
)
@pytest.mark.parametrize("field", USED)
def test_long_names_in_use(desk: Desk, field: str) -> None:
    patient = desk.create(desk.draw())

    def judge(name: str) -> None:
        try:
            desk.lgo.update_patient(patient.id, {field: name}, actor=desk.user)
        except RefusedError:
            return
        # No text says how long these may be.
        expect_equal(
            got=getattr(desk.read(patient), field),
            expected=name,
            fr=f"{FIELD[field].fr} de {len(name)} caractères",
            en=f"{FIELD[field].en} of {len(name)} characters",
            inferred=True,
        )

    names = (
        f"{'KVORLAN' * 3}W",
        f"KVORLAN--{'ZELBRUC' * 3}",
        " ".join(["KVORLAN"] * 6),
        "ZELBRUC " * 6 + "DRIMVA",
    )
    expect_each({f"{len(name)}": partial(judge, name) for name in names})


@pytest.mark.rule("FLD-01")
@pytest.mark.title(
    fr="Tous les champs modifiés en une fois, puis une deuxième fois, prennent chacun leur valeur",
    en="All fields changed at once, then a second time, each take their value",
)
@pytest.mark.parametrize("user", ["user", "super-user"])
def test_all_at_once(desk: Desk, user: str) -> None:
    desk = desk.by(user)
    traits = typed(desk.draw(first_names_count=2), used_name="KVORLANX", used_first_name="NALROVKX")
    patient = desk.lgo.create_patient(traits, actor=desk.user)
    expect_values(
        desk.read(patient),
        {name: getattr(traits, name) for name in TYPED},
        fr="les champs saisis ne sont pas rendus",
        en="the fields typed are not given back",
    )
    for stem in ("ZELBRUC", "DRIMVAL"):
        person = desk.draw(first_names_count=3)
        changes = {
            name: value
            for name, value in asdict(typed(person, used_name=f"{stem}W", used_first_name=f"{stem}Z")).items()
            if value is not None
        }
        desk.lgo.update_patient(patient.id, changes, actor=desk.user)
        expect_values(
            desk.read(patient),
            changes,
            fr="les champs modifiés ensemble ne sont pas rendus",
            en="the fields changed together are not given back",
        )


@pytest.mark.rule("FLD-01")
@pytest.mark.title(
    fr="Le 1er prénom et la liste des prénoms sont deux champs : l'un ne remplace pas l'autre",
    en="The 1er prénom and the list of first names are two fields: neither replaces the other",
)
def test_list_and_first_name_apart(desk: Desk) -> None:
    def stored(traits: PatientTraits) -> None:
        patient = desk.read(desk.lgo.create_patient(traits, actor=desk.user))
        expected = {
            name: getattr(traits, name) for name in ("first_name", "first_names") if getattr(traits, name)
        }
        expect_values(
            patient, expected, fr="les deux champs ne sont pas rendus", en="the two fields are not given back"
        )

    person = desk.draw_where(
        lambda person: "-" not in person.identity.traits.first_names, first_names_count=3
    )
    one, two, three = person.identity.traits.first_names.split()
    traits = typed(person)

    another = desk.draw(first_names_count=3, compound_first_name=False)
    start, end, last = another.identity.traits.first_names.replace("-", "").split()[:3]
    half = typed(another, first_name=start, first_names=f"{start}-{end} {last}")

    def stored_if_taken(traits: PatientTraits) -> None:
        with suppress(RefusedError):  # A software may take it for incoherent.
            stored(traits)

    expect_each(
        {
            "deux prénoms": partial(stored, replace(traits, first_name=f"{one} {two}")),
            "prénom composé": partial(
                stored, replace(traits, first_name=f"{one}-{two}", first_names=f"{one}-{two} {three}")
            ),
            "1er prénom, moitié du composé": partial(stored_if_taken, half),
            "liste d'un seul": partial(stored, replace(traits, first_name=one, first_names=one)),
        }
    )


@pytest.mark.rule("FLD-01")
@pytest.mark.title(
    fr="Un autre utilisateur et la recherche montrent le même dossier, à chaque statut",
    en="Another user and the search show the same file, at each status",
)
@pytest.mark.parametrize("route", routes(), ids=str)
def test_the_same_everywhere(desk: Desk, route: Route) -> None:
    person = desk.draw(first_names_count=2)
    # Since it was created the file has its place from INSi, the names in use from a user, and was corrected.
    fed = {"birth_place": "99999"} if STEPS[route][:1] == (Step.IMPORT,) else {}
    patient = desk.bring(person, route, used_name="ZELBRUCX", **fed)
    changes: dict[str, str | None] = {"used_name": "KVORLANX", "used_first_name": "NALROVKX"}
    if route is Route.TYPED:
        changes |= {name: another_value(desk, person, name) for name in ("birth_name", "first_names", "sex")}
    desk.lgo.update_patient(patient.id, changes, actor=desk.user)
    patient = desk.read(patient)
    found = [each for each in desk.born_on(person.identity.traits.birth_date) if each.id == patient.id]
    seen: dict[str, tuple[Patient, Sequence[str]]] = {
        "lu par un autre utilisateur": (desk.read(patient, desk.super_user), IDENTITY_FIELDS)
    }
    expect(found, fr="le dossier n'est pas dans la recherche", en="the file is not in the search")
    # A list need not show all fields: what it shows has to be right.
    listed = [name for name in IDENTITY_FIELDS if getattr(found[0], name) is not None]
    expect(listed, fr="la recherche ne montre rien du dossier", en="the search shows nothing of the file")
    seen["dans la recherche"] = (found[0], listed)
    for where, (other, fields) in seen.items():
        expect_values(
            other,
            {name: getattr(patient, name) for name in fields},
            fr=f"le dossier {where} n'est pas le même",
            en=f"the file ({where}) is not the same",
        )


def _changed(field: str) -> Moment:
    return Moment(f"après modification : {FIELD[field].fr}", f"after a change of: {FIELD[field].en}")
