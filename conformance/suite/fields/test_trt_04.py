"""TRT-04: names of 54 characters are given back whole; 100 are recommended."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import pytest

from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.apart import CHECKED, FROM_INSI
from conformance.suite.desk.expect import expect_each, expect_equal
from conformance.suite.desk.people import PLAIN, answered_with, lengthened, typed
from conformance.suite.desk.routes import Route
from conformance.suite.desk.steps import USERS
from conformance.suite.desk.words import FIELD
from conformance.suite.journeys.cast import LONG_PART, created_from_insi, typed_then_fed
from conformance.suite.response.proposals import accepted, proposed, proposed_for_creation
from conformance.verdicts import UndecidedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.suite.desk.steps import Desk
    from conformance.suite.journeys.stages import Taken, Trip

FIELDS = ("birth_name", "first_names")

SHAPES: dict[str, Callable[[str], str]] = {
    "un seul mot": lambda name: name.replace(" ", "E"),
    "à tirets": lambda name: name.replace(" ", "-"),
    "à apostrophe": lambda name: f"D'{name[2:]}",
    "mots courts": lambda name: " ".join(name.replace(" ", "A")[at : at + 5] for at in range(0, 54, 6)),
}
"""What a name of spaces is made into, of the same length."""

SHORT = 20
"""More than many a column of first names holds."""

LENGTHS = (30, 50, 53, 54)
"""Up to what has to be stored whole: a column that is cut sooner cuts the longest too."""


@pytest.mark.rule("TRT-04")
@pytest.mark.title(
    fr="Un nom ou une liste de prénoms jusqu'à 54 caractères est rendu sans troncature à la création",
    en="A name or a list of first names of up to 54 characters is given back whole at creation",
)
@pytest.mark.parametrize("field", FIELDS)
def test_created(desk: Desk, field: str) -> None:
    expect_each({f"{length}": partial(_expect_created, desk, field, length) for length in LENGTHS})


@pytest.mark.rule("TRT-04")
@pytest.mark.title(
    fr="Un nom ou une liste de prénoms de 54 caractères est rendu sans troncature après modification",
    en="A name or a list of first names of 54 characters is given back whole after a change",
)
@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("user", USERS)
@pytest.mark.parametrize("route", [Route.TYPED, Route.CHECKED], ids=str)
def test_modified(desk: Desk, field: str, route: Route, user: str) -> None:
    desk = desk.by(user)
    expect_each({f"{length}": partial(_expect_modified, desk, field, route, length) for length in (35, 54)})


@pytest.mark.rule("TRT-04")
@pytest.mark.title(
    fr="Un nom de 54 caractères est rendu entier, qu'il soit d'un seul mot, à tirets, à apostrophes ou de mots courts",
    en="A name of 54 characters is given back whole, be it one word, with hyphens, with apostrophes or of short words",
)
@pytest.mark.parametrize("field", FIELDS)
def test_shapes(desk: Desk, field: str) -> None:
    def judge(shape: Callable[[str], str]) -> None:
        traits = typed(desk.draw(**PLAIN), first_names=None)
        name = shape(lengthened(str(getattr(traits, field) or traits.first_name), 54, desk.draw))
        first = {"first_name": name.split(" ")[0]} if field == "first_names" else {}
        wanted = replace(traits, **{field: name}, **first)
        stored = desk.try_create(wanted, control=traits)
        got = stored.message if isinstance(stored, RefusedError) else getattr(stored, field)
        _expect_whole(got, name, field, inferred=False)
        if first and not isinstance(stored, RefusedError):
            # The rule speaks of names; that the 1er prénom is one of them is deduced.
            _expect_whole(stored.first_name, first["first_name"], "first_name", inferred=True)
            if len(first["first_name"]) > SHORT:
                with desk.if_at_hand(CHECKED), suppress(UndecidedError, RefusedError):
                    checked = desk.check_document(stored)
                    _expect_whole(checked.first_name, first["first_name"], "first_name", inferred=True)

    expect_each({key: partial(judge, shape) for key, shape in SHAPES.items()})


@pytest.mark.rule("TRT-04")
@pytest.mark.title(
    fr="Un nom et une liste de prénoms de 54 caractères reçus d'INSi sont rendus sans troncature",
    en="A name and a list of first names of 54 characters received from INSi are given back whole",
)
@pytest.mark.parametrize("journey", [typed_then_fed, created_from_insi], ids=["typed", "from-insi"])
def test_imported(desk: Desk, journey: Taken) -> None:
    def judge(trip: Trip) -> None:
        if trip.part.key != LONG_PART:
            return
        for stage in ("fed", "qualified"):
            after = trip.seen[stage].patient
            for field in FIELDS:
                expect_equal(
                    got=getattr(after, field),
                    expected=getattr(trip.person.identity.traits, field),
                    fr=f"{FIELD[field].fr} de 54 caractères reçu d'INSi",
                    en=f"{FIELD[field].en} of 54 characters received from INSi",
                )

    journey(desk).expect(desk, ["fed", "qualified"], judge)


@pytest.mark.rule("TRT-04")
@pytest.mark.title(
    fr="Recommandation : un nom ou une liste de prénoms de 100 caractères est rendu sans troncature",
    en="Recommendation: a name or a list of first names of 100 characters is given back whole",
)
@pytest.mark.parametrize("field", FIELDS)
def test_100_characters(desk: Desk, field: str) -> None:
    _expect_created(desk, field, 100, inferred=True)
    _expect_modified(desk, field, Route.TYPED, 100, inferred=True)


@pytest.mark.rule("TRT-04")
@pytest.mark.title(
    fr="Recommandation : un nom et une liste de 100 caractères reçus d'INSi sont rendus entiers, dossier créé ou repris",
    en="Recommendation: a name and a list of 100 characters received from INSi are given back whole, in a file made or fed",
)
@FROM_INSI.mark
def test_100_characters_received(desk: Desk) -> None:
    def judge(*, new: bool) -> None:
        person = desk.draw(**PLAIN)
        traits = person.identity.traits
        names = {field: lengthened(getattr(traits, field), 100, desk.draw) for field in FIELDS}
        answer = answered_with(person, **names)
        call = proposed_for_creation(desk, answer) if new else proposed(desk, desk.create(person), answer)
        after = accepted(desk, call)
        for field in FIELDS:
            _expect_whole(getattr(after, field), names[field], field, inferred=True)

    expect_each({"création": partial(judge, new=True), "dossier": partial(judge, new=False)})


def _expect_created(desk: Desk, field: str, length: int, *, inferred: bool = False) -> None:
    traits = typed(desk.draw(**PLAIN))
    name = lengthened(getattr(traits, field), length, desk.draw)
    wanted = {field: name}
    if length == LENGTHS[-1]:  # Both at once: the one takes nothing from the other.
        [other] = set(FIELDS) - {field}
        wanted[other] = lengthened(getattr(traits, other), length, desk.draw)
    stored = desk.try_create(replace(traits, **wanted), control=traits)
    _expect_whole(
        stored.message if isinstance(stored, RefusedError) else getattr(stored, field),
        name,
        field,
        inferred=inferred,
    )
    if length == LENGTHS[-1] and not isinstance(stored, RefusedError):
        _expect_whole(getattr(stored, other), wanted[other], other, inferred=inferred)
        # Saving what has nothing to do with it leaves it whole; a used name is as long as any other.
        used = lengthened(traits.birth_name or "", length, desk.draw)
        with suppress(RefusedError):
            desk.lgo.update_patient(stored.id, {"used_name": used}, actor=desk.user)
        # A list of results and another user's screen may have columns of their own; a list need not have this one.
        listed = [each for each in desk.born_on(traits.birth_date or "") if each.id == stored.id]
        others = [each for each in listed if getattr(each, field) is not None]
        read = desk.read(stored, desk.super_user)
        for shown in (*others, read):
            _expect_whole(getattr(shown, field), name, field, inferred=inferred)
        # How a used name is written is the user's, or the software's own.
        _expect_whole((read.used_name or "").upper(), used, "used_name", inferred=True)
        if field == "birth_name":
            both = replace(typed(desk.draw(**PLAIN)), birth_name=name, used_name=used)
            made = desk.try_create(both, control=traits)
            got = made.message if isinstance(made, RefusedError) else (made.used_name or "").upper()
            _expect_whole(got, used, "used_name", inferred=True)


def _expect_modified(desk: Desk, field: str, route: Route, length: int, *, inferred: bool = False) -> None:
    patient = desk.bring(desk.draw(**PLAIN), route)
    name = lengthened(str(getattr(patient, field)), length, desk.draw)
    try:
        desk.lgo.update_patient(patient.id, {field: name}, actor=desk.user)
    except RefusedError as refusal:
        _expect_whole(refusal.message, name, field, inferred=inferred)
    _expect_whole(getattr(desk.read(patient), field), name, field, inferred=inferred)


def _expect_whole(got: str | None, name: str, field: str, *, inferred: bool) -> None:
    length = len(name)
    expect_equal(
        got=got,
        expected=name,
        fr=f"{FIELD[field].fr} de {length} caractères",
        en=f"{FIELD[field].en} of {length} characters",
        inferred=inferred,
    )
