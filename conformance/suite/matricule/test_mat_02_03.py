"""MAT-02 and MAT-03: letters of Corsica are kept, and no true number is refused for its digits."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import pytest

from conformance.drivers.partners import MessageFormat
from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.apart import BY_MATRICULE, EXPORTS, FROM_INSI, VERIFICATION
from conformance.suite.desk.expect import expect, expect_each
from conformance.suite.desk.people import typed
from conformance.suite.desk.wire import need_found
from conformance.suite.desk.words import expect_values, insi_values
from conformance.suite.response.proposals import accepted, need_proposed
from conformance.suite.verification.elsewhere import verify
from conformance.suite.verification.wire import claims_of, verifications
from conformance.verdicts import Departure, UndecidedError
from simulator.ins.matricule import Matricule

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.drivers.model import Patient
    from conformance.suite.desk.steps import Desk
    from simulator.registry.person import Person

CORSICA = {"2A": ("1986-11-12", "2A004"), "2B": ("1990-01-31", "2B033")}

NUMBERS = {
    "mois 20": ("M", "1958-07-09", "1", "20", None),
    "mois 31": ("F", "1958-07-09", "2", "31", None),
    "mois 42": ("M", "1948-12-09", "1", "42", None),
    "mois 50": ("F", "1948-12-09", "2", "50", None),
    "mois 99": ("M", "1950-02-09", "1", "99", None),
    "premier chiffre 3": ("M", "1988-05-21", "3", None, None),
    "premier chiffre 4": ("F", "1988-05-21", "4", None, None),
    "premier chiffre 7": ("M", "1988-05-21", "7", None, None),
    "premier chiffre 8": ("F", "1988-05-21", "8", None, None),
    "né à l'étranger": ("F", "1976-06-30", "2", None, "99127"),
    "né outre-mer": ("M", "1999-12-31", "1", None, "97411"),
}
"""Sex, birth date, first digit, month of the number, place: what exists though it looks odd (ins-formats §8)."""

CONTRARY = {
    "premier chiffre de l'autre sexe": lambda number: f"{'2' if number[0] == '1' else '1'}{number[1:]}",
    "année qui n'est pas celle de la naissance": lambda number: (
        f"{number[0]}{(int(number[1:3]) + 1) % 100:02d}{number[3:]}"
    ),
    "mois qui n'est pas celui de la naissance": lambda number: (
        f"{number[:3]}{int(number[3:5]) % 12 + 1:02d}{number[5:]}"
    ),
    "département 99, né en France": lambda number: f"{number[:5]}99352{number[10:]}",
    "département de Corse, né ailleurs": lambda number: f"{number[:5]}2A004{number[10:]}",
    "ordre 001": lambda number: f"{number[:10]}001",
}
"""Numbers that agree with the traits in all but one part: what INSi says stands, a number proves no trait."""


@pytest.mark.rule("MAT-02")
@pytest.mark.title(
    fr="Un matricule de Corse garde sa lettre, saisi puis alimenté, ou créé depuis INSi",
    en="A matricule of Corsica keeps its letter, typed then fed, or created from INSi",
)
@pytest.mark.parametrize("way", ["typed", "from-insi"])
@FROM_INSI.mark
def test_corsica(desk: Desk, way: str) -> None:
    def judge(date: str, place: str) -> None:
        person = desk.draw(birth_date=date, birth_place=place)
        patient = _expect_imported(desk, person, way)
        _expect_lives(desk, patient, person)
        _expect_claimed(desk, patient, person.identity.matricule.value)
        _expect_sent(desk, patient, person.identity.matricule.value)

    expect_each({name: partial(judge, *case) for name, case in CORSICA.items()})


@pytest.mark.rule("MAT-03")
@pytest.mark.title(
    fr="Un matricule aux chiffres inhabituels mais vrais est repris, quel que soit le chemin",
    en="A matricule with unusual but true digits is taken, whatever the way",
)
@pytest.mark.parametrize("way", ["typed", "from-insi"])
@FROM_INSI.mark
def test_unusual_numbers(desk: Desk, way: str) -> None:
    def judge(sex: str, date: str, digit: str, month: str | None, place: str | None) -> None:
        wanted = {"sex": sex, "birth_date": date, **({"birth_place": place} if place else {})}

        person = desk.draw(shape=partial(with_digits, digit=digit, month=month), **wanted)
        patient = _expect_imported(desk, person, way)
        if way == "typed":
            _expect_lives(desk, patient, person)

    expect_each({name: partial(judge, *case) for name, case in NUMBERS.items()})


@pytest.mark.rule("MAT-03")
@pytest.mark.title(
    fr="Un matricule qui contredit un trait (sexe, année, mois, lieu) est repris tel qu'INSi le rend",
    en="A matricule that contradicts a trait (sex, year, month, place) is taken as INSi returns it",
)
def test_contrary_numbers(desk: Desk) -> None:
    def judge(change: Callable[[str], str]) -> None:
        def shape(person: Person) -> Person:
            identity = person.identity
            number = Matricule.from_number(change(identity.matricule.number))
            return replace(person, identity=replace(identity, matricule=number))

        wanted = {"birth_date": "1971-06-15", "birth_place": "75114", "nia": False}
        # The rule names months and départements: that the rest of a number proves no trait either is deduced.
        _expect_imported(desk, desk.draw(shape=shape, **wanted), "typed", inferred=True)

    expect_each({name: partial(judge, change) for name, change in CONTRARY.items()})


def with_digits(person: Person, digit: str, month: str | None) -> Person:
    """Return the person with this first digit and this month in their number."""
    number = person.identity.matricule.number
    changed = f"{digit}{number[1:3]}{month or number[3:5]}{number[5:]}"
    return replace(person, identity=replace(person.identity, matricule=Matricule.from_number(changed)))


def _expect_imported(desk: Desk, person: Person, way: str, *, inferred: bool = False) -> Patient:
    if way == "from-insi":
        call, requests = desk.try_search_insi(typed(person))
    else:
        call, requests = desk.try_call(desk.create(person))
    need_found(requests)
    try:
        after = accepted(desk, need_proposed(call))
    except Departure as departure:
        raise Departure(departure.text.fr, departure.text.en, inferred=inferred) from departure
    expect_values(
        after,
        insi_values(person),
        fr="le dossier ne porte pas l'identité d'INSi",
        en="the file does not hold the identity of INSi",
        inferred=inferred,
    )
    return after


def _expect_lives(desk: Desk, patient: Patient, person: Person) -> None:
    """Check that the number stays what it is where it is shown, looked for and asked for again."""
    number = person.identity.matricule.value
    shown = [each.matricule for each in desk.born_on(str(patient.birth_date)) if each.id == patient.id]
    expect(
        shown in ([], [None], [number]),
        fr=f"le matricule {number} est {shown[:1]} dans les résultats d'une recherche",
        en=f"the matricule {number} is {shown[:1]} in the results of a search",
    )
    with desk.if_offered(BY_MATRICULE):
        found = {each.id for each in desk.lgo.search_by_matricule(number, actor=desk.user)}
        expect(
            patient.id in found,
            fr=f"la recherche par le matricule {number} ne trouve pas son dossier",
            en=f"the search by the matricule {number} does not find its file",
        )
    call, requests = desk.try_call(patient)
    need_found(requests)
    again = accepted(desk, need_proposed(call))
    expect_values(
        again,
        insi_values(person),
        fr="le dossier interrogé de nouveau ne porte pas l'identité d'INSi",
        en="the file that was asked for again does not hold the identity of INSi",
    )


def _expect_claimed(desk: Desk, patient: Patient, number: str) -> None:
    with desk.if_offered(VERIFICATION), suppress(UndecidedError):
        _, exchanges = verify(desk, patient)
        told = (
            one.values.get("matricule", "") for each in verifications(exchanges) for one in claims_of(each)
        )
        claimed = {each for each in told if len(each) == len(number)}
        expect(
            claimed <= {number},
            fr=f"la vérification demande {', '.join(sorted(claimed))} au lieu du matricule {number}",
            en=f"the verification asks about {', '.join(sorted(claimed))} in place of the matricule {number}",
        )


def _expect_sent(desk: Desk, patient: Patient, number: str) -> None:
    with desk.if_offered(EXPORTS), suppress(RefusedError, UndecidedError):
        qualified = desk.check_document(patient)
        message = desk.lgo.export_message(qualified.id, MessageFormat.HL7V2, actor=desk.user)
        # Whatever stands in the place of the département: a letter, two digits, one of each.
        like_it = re.compile(rf"{number[:5]}..{number[7:]}")
        held = set(like_it.findall(message.content.decode("utf-8", "replace")))
        expect(
            held == {number},
            fr=f"le message d'une identité qualifiée porte {sorted(held)} au lieu du matricule {number}",
            en=f"the message of an identité qualifiée holds {sorted(held)} in place of the matricule {number}",
        )
