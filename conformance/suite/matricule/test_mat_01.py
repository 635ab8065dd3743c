"""MAT-01: fifteen characters, and a key that is checked whichever way the number comes in."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from conformance.drivers.model import Attribute
from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.apart import ATTRIBUTES, FROM_INSI
from conformance.suite.desk.expect import expect, expect_each
from conformance.suite.desk.routes import Route
from conformance.suite.desk.words import expect_values, insi_values, shown
from conformance.suite.matricule.offers import (
    expect_no_file,
    expect_stays_out,
    expect_true_answer_taken,
    host,
    offer,
    offered,
)
from conformance.suite.response.proposals import accepted
from simulator.ins.matricule import Matricule, key_of
from simulator.ins.oid import InsOid

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.suite.desk.steps import Desk
    from simulator.registry.person import Person

PLACES = {"2A": ("1986-11-12", "2A004"), "2B": ("1990-01-31", "2B033"), "00": ("1984-09-25", "63113")}
"""Birth date and place by what the key has to be computed with."""

KEYS: dict[str, tuple[str, Callable[[str], bool], InsOid]] = {
    "clé 97": ("00", lambda key: key == "97", InsOid.NIR_TEST),
    "clé 01": ("00", lambda key: key == "01", InsOid.NIR_TEST),
    "clé à zéro": ("00", lambda key: "02" <= key <= "09", InsOid.NIR),
    "Corse-du-Sud": ("2A", lambda _key: True, InsOid.NIR_TEST),
    "Corse-du-Sud, clé à zéro": ("2A", lambda key: key < "10", InsOid.NIR),
    "Haute-Corse, clé 97": ("2B", lambda key: key == "97", InsOid.NIR_TEST),
    "NIA": ("00", lambda key: key < "10", InsOid.NIA),
    "NIA de Corse": ("2B", lambda _key: True, InsOid.NIA),
}
"""Right numbers: birthplace, what the key is, OID."""


@pytest.mark.rule("MAT-01")
@pytest.mark.title(
    fr="Un matricule juste est repris avec sa clé : 97, à zéro, de Corse, d'un numéro d'attente",
    en="A right matricule is taken with its key: 97, with a zero, of Corsica, of a waiting number",
)
@pytest.mark.parametrize("way", ["typed", "from-insi"])
@FROM_INSI.mark
def test_right_numbers(desk: Desk, way: str) -> None:
    def judge(place: str, wanted: Callable[[str], bool], oid: InsOid) -> None:
        date, born_in = PLACES[place]
        person = desk.draw(
            shape=lambda person: with_key(person, wanted, oid), birth_date=date, birth_place=born_in
        )
        call = offered(desk, person, way)
        expect_values(
            accepted(desk, call),
            insi_values(person),
            fr="le dossier ne porte pas le matricule d'INSi",
            en="the file does not hold the matricule of INSi",
        )

    expect_each({name: partial(judge, *case) for name, case in KEYS.items()})


@pytest.mark.rule("MAT-01")
@pytest.mark.title(
    fr="Un matricule faux rendu par INSi n'entre pas dans le dossier, et le vrai y entre ensuite",
    en="A wrong matricule returned by INSi does not enter the file, and the true one does afterwards",
)
@pytest.mark.parametrize(
    "route", [Route.TYPED, Route.CHECKED, Route.IMPORTED, Route.IMPORTED_CHECKED], ids=str
)
def test_wrong_numbers(desk: Desk, route: Route) -> None:
    # The key is that of a waiting number just as well, or of a number from overseas.
    place = "97411" if route is Route.IMPORTED_CHECKED else "63113"
    wish: dict[str, Any] = {"birth_date": "1984-09-25", "birth_place": place}
    if route is Route.TYPED:
        # So that there is a wrong key which is right but for a multiple of 97.
        wish["shape"] = lambda person: with_key(person, lambda key: key == "02", InsOid.NIR_TEST)
    at = host(desk, route, **wish, nia=route in {Route.CHECKED, Route.IMPORTED})
    if route is Route.CHECKED:
        with desk.if_at_hand(ATTRIBUTES), suppress(RefusedError):
            desk.lgo.set_attributes(at.before.patient.id, frozenset({Attribute.HOMONYME}), actor=desk.user)
            at = replace(at, before=desk.snapshot(at.before.patient))
    wrong = _wrong(at.person.identity.matricule)
    chosen = wrong if route is Route.TYPED else {name: wrong[name] for name in ("clé + 1", "13 caractères")}
    # The key of thirteen zeros is right: no text forbids them, sense does.
    zeros = {"number": "0" * 13, "key": "97"}
    expect_each(
        {name: partial(expect_stays_out, desk, at, name, alter) for name, alter in chosen.items()}
        | {"des zéros": partial(expect_stays_out, desk, at, "des zéros", zeros, inferred=True)}
        | {"le vrai ensuite": partial(expect_true_answer_taken, desk, at)}
    )


@pytest.mark.rule("MAT-01")
@pytest.mark.title(
    fr="En Corse, la clé est contrôlée elle aussi, avec la lettre",
    en="In Corsica the key is checked too, with its letter",
)
@pytest.mark.parametrize("place", ["2A", "2B"])
def test_wrong_key_in_corsica(desk: Desk, place: str) -> None:
    date, born_in = PLACES[place]
    at = host(desk, Route.TYPED, birth_date=date, birth_place=born_in)
    number = at.person.identity.matricule.number
    others = {
        "la clé de l'autre département": key_of(number.replace(place, "2B" if place == "2A" else "2A", 1)),
        "la lettre lue 0": _key(number.replace(place, "20", 1)),
        "clé + 1": _next(key_of(number)),
    }
    expect_each(
        {
            name: partial(expect_stays_out, desk, at, name, {"key": key})
            for name, key in others.items()
            if key != key_of(number)
        }
        | {"le vrai ensuite": partial(expect_true_answer_taken, desk, at)}
    )


@pytest.mark.rule("MAT-01")
@pytest.mark.title(
    fr="Aucun dossier n'est créé depuis INSi avec un matricule faux",
    en="No file is created from INSi with a wrong matricule",
)
@FROM_INSI.mark
def test_no_file_with_a_wrong_number(desk: Desk) -> None:
    cases: dict[str, dict[str, str | None]] = {
        "une clé fausse": {"key": "{wrong_key}"},
        "une clé fausse de NIA": {"key": "{wrong_key}", "oid": str(InsOid.NIA)},
        "13 caractères": {"key": None},
        "la clé 00": {"key": "00"},
    }
    expect_each(
        {
            f"{name} ({sex})": partial(expect_no_file, desk, name, alter, sex=sex)
            for number, (name, alter) in enumerate(cases.items())
            for sex in ("MF" if number == 0 else "MF"[number % 2])
        }
    )


@pytest.mark.rule("MAT-01")
@pytest.mark.title(
    fr="Un matricule écrit avec des espaces ou une minuscule n'est gardé que remis en forme",
    en="A matricule written with spaces or a lower-case letter is kept only when put into shape",
)
def test_spelling(desk: Desk) -> None:
    def judge(spell: Callable[[str], str]) -> None:
        date, born_in = PLACES["2A"]
        at = host(desk, Route.TYPED, birth_date=date, birth_place=born_in)
        right = at.person.identity.matricule
        offer(desk, at.person, at.before.patient, {"number": spell(right.number)})
        got = desk.read(at.before.patient).matricule
        expect(
            got in {None, right.value},
            fr=f"matricule gardé {shown(got).fr}, INSi a écrit {shown(spell(right.number)).fr}",
            en=f"matricule kept {shown(got).en}, INSi wrote {shown(spell(right.number)).en}",
        )

    expect_each(
        {
            "espaces": partial(judge, lambda number: f"{number[0]} {number[1:3]} {number[3:]}"),
            "espace à la fin": partial(judge, lambda number: f"{number} "),
            "minuscule": partial(judge, str.lower),
        }
    )


@pytest.mark.rule("MAT-01")
@pytest.mark.title(
    fr="Un matricule faux saisi à la main n'entre dans aucun dossier, même par l'utilisateur habilité",
    en="A wrong matricule typed by hand enters no file, not even by the entitled user",
)
@pytest.mark.parametrize("route", [Route.TYPED, Route.CHECKED, Route.IMPORTED_CHECKED], ids=str)
def test_typed_by_hand(desk: Desk, route: Route) -> None:
    person = desk.draw(birth_date="1984-09-25", birth_place="63113")
    right = person.identity.matricule

    def judge(user: str, value: str) -> None:
        patient = desk.bring(desk.draw(), route)
        with suppress(RefusedError):
            desk.lgo.update_patient(
                patient.id, {"matricule": value, "oid": str(InsOid.NIR)}, actor=desk.by(user).user
            )
        got = desk.read(patient).matricule
        expect(
            got in {None, patient.matricule, right.value},
            fr=f"le dossier porte {shown(got).fr}, qui n'est pas un matricule",
            en=f"the file holds {shown(got).en}, which is no matricule",
        )

    wrong = {
        "clé fausse": f"{right.number}{_next(right.key)}",
        "13 caractères": right.number,
        "lettre": f"{right.number[:10]}O{right.number[11:]}{right.key}",
        "16 caractères": f"{right.value}0",
    }
    expect_each(
        {
            f"{name}, {user}": partial(judge, user, value)
            for name, value in wrong.items()
            for user in ("user", "super-user")
        }
    )


def _wrong(right: Matricule) -> dict[str, dict[str, str | None]]:
    """Return wrong numbers made of a right one, by what is wrong, as texts of an answer."""
    number, key = right.number, right.key
    remainder = f"{97 - int(key):02d}"
    swapped = f"{number[:10]}{number[11]}{number[10]}{number[12]}"
    digit = f"{number[:12]}{(int(number[12]) + 1) % 10}"
    found: dict[str, dict[str, str | None]] = {
        "clé + 1": {"key": _next(key)},
        "clé - 1": {"key": f"{(int(key) - 2) % 97 + 1:02d}"},
        "clé aux chiffres inversés": {"key": key[::-1]},
        "premier chiffre de la clé faux": {"key": f"{(int(key[0]) + 3) % 10}{key[1]}"},
        "dernier chiffre de la clé faux": {"key": f"{key[0]}{(int(key[1]) + 3) % 10}"},
        "clé égale au reste": {"key": remainder},
        "la clé 00": {"key": "00"},
        "la clé 98": {"key": f"{int(key) + 97}" if int(key) + 97 < 100 else "98"},  # noqa: PLR2004 - two digits
        "une lettre dans la clé": {"key": f"{key[0]}A"},
        "un seul chiffre de clé": {"key": key[1]},
        "un chiffre faux": {"number": digit},
        "deux chiffres échangés": {"number": swapped},
        "13 caractères": {"key": None},
        "12 caractères": {"number": number[:12]},
        "14 caractères": {"number": f"{number}0"},
        "une lettre dans le numéro": {"number": f"{number[:10]}O{number[11:]}"},
        "le numéro vide": {"number": ""},
    }
    # What by chance of the digits is the right number again is no case.
    return {
        name: alter
        for name, alter in found.items()
        if (alter.get("number", number), alter.get("key", key)) != (number, key)
    }


def with_key(person: Person, wanted: Callable[[str], bool], oid: InsOid) -> Person:
    """Return the person with the nearest order number that has such a key, under this OID."""
    number = person.identity.matricule.number
    digit = {"1": "7", "2": "8"}.get(number[0], number[0]) if oid is InsOid.NIA else number[0]
    start = int(number[10:])
    orders = (f"{(start + more - 1) % 999 + 1:03d}" for more in range(999))
    made = (f"{digit}{number[1:10]}{order}" for order in orders)
    found = next(one for one in made if wanted(key_of(one)))
    return replace(person, identity=replace(person.identity, matricule=Matricule.from_number(found), oid=oid))


def _next(key: str) -> str:
    return f"{int(key) % 97 + 1:02d}"


def _key(number: str) -> str:
    return f"{97 - int(number) % 97:02d}"
