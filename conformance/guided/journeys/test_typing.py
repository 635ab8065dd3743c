"""What is typed wrongly, or oddly: refused, converted, or kept to the letter."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from conformance.drivers.model import SearchCriteria
from conformance.guided.walking import Journey
from conformance.suite.desk.expect import expect, expect_equal
from conformance.suite.desk.people import MANDATORY, PLAIN, lengthened, typed
from conformance.suite.desk.wire import need_found
from conformance.suite.desk.words import expect_values, insi_values
from simulator.ins.matricule import Matricule
from simulator.text import Text

if TYPE_CHECKING:
    from conformance.drivers.model import Patient, PatientTraits
    from conformance.guided.walking import Walk
    from conformance.suite.desk.steps import Desk
    from simulator.registry.person import Person

LONG = 54
"""The length that every software accepts (TRT-04)."""


def _make(desk: Desk, walk: Walk) -> None:
    lgo, user = desk.lgo, desk.user

    def create(name: str, traits: PatientTraits) -> None:
        walk.stage(f"{name}-traits", lambda: traits)
        walk.stage(name, lambda: lgo.create_patient(traits, actor=user).id)

    def look(name: str) -> None:
        walk.stage(f"{name}-seen", lambda: lgo.read_patient(walk[name], actor=user))

    def take(name: str, person: Person) -> None:
        walk.stage(f"{name}-person", lambda: walk.welcome(person))
        create(name, typed(person))
        walk.stage(f"{name}-called", lambda: lgo.call_insi_traits(walk[name], actor=user))
        walk.stage(
            f"{name}-accepted",
            lambda: lgo.decide_proposal(walk[f"{name}-called"].id, accept=True, actor=user),
        )
        look(name)

    plain = typed(desk.draw(**PLAIN), first_names=None)
    create("lower", replace(plain, birth_name=(plain.birth_name or "").lower()))
    look("lower")
    accented = typed(desk.draw(**PLAIN), first_names=None)
    create("accent", replace(accented, birth_name=f"{accented.birth_name}É"))
    look("accent")
    dated = typed(desk.draw(**PLAIN), first_names=None)
    create("day-32", replace(dated, birth_date=f"{(dated.birth_date or '')[:7]}-32"))
    create("no-day", replace(dated, birth_date=f"{(dated.birth_date or '')[:4]}-00-00"))
    look("no-day")
    partial = typed(desk.draw(**PLAIN), first_names=None)
    walk.stage("partial-traits", lambda: partial)
    for name in MANDATORY:
        create(f"without-{name}", replace(partial, **{name: None}))
    walk.stage(
        "nobody", lambda: lgo.search_patients(SearchCriteria(birth_date=partial.birth_date), actor=user)
    )
    long = typed(desk.draw(**PLAIN))
    names = (
        lengthened(long.birth_name or "", LONG, desk.draw),
        lengthened(long.first_names or "", LONG, desk.draw),
    )
    create("long", replace(long, birth_name=names[0], first_names=names[1]))
    look("long")
    take("corsica", desk.draw(birth_date="1986-11-12", birth_place="2A004"))
    take("odd", desk.draw(shape=_odd, sex="F", birth_date="1976-06-30", birth_place="99127"))


def _odd(person: Person) -> Person:
    """Give a person a true number that looks odd: month 31, which stands for an unknown month."""
    number = person.identity.matricule.number
    changed = Matricule.from_number(f"{number[:3]}31{number[5:]}")
    return replace(person, identity=replace(person.identity, matricule=changed))


JOURNEY = Journey(
    key="typing",
    title=Text("saisies fautives et saisies rares", "faulty and unusual typing"),
    acts=23,
    minutes=20,
    make=_make,
)


@pytest.mark.rule("TRT-01")
@pytest.mark.title(
    fr="Un nom saisi en minuscules est refusé ou mis en majuscules",
    en="A name typed in lower case is refused or put in upper case",
)
def test_lower_case(walk: Walk) -> None:
    if walk.refusal("lower") is None:
        name = walk["lower-seen"].birth_name or ""
        expect(
            name == name.upper(), fr=f"minuscules au dossier : {name}", en=f"lower case in the file: {name}"
        )


@pytest.mark.rule("TRT-02")
@pytest.mark.title(
    fr="Une lettre accentuée est refusée ou remplacée par sa forme sans accent",
    en="An accented letter is refused or replaced by its plain form",
)
def test_accent(walk: Walk) -> None:
    if walk.refusal("accent") is None:
        name = walk["accent-seen"].birth_name or ""
        expect(name.isascii(), fr=f"accent au dossier : {name}", en=f"an accent in the file: {name}")


@pytest.mark.rule("TRT-05")
@pytest.mark.title(fr="Le 32 d'un mois est refusé", en="The 32nd of a month is refused")
def test_day_32(walk: Walk) -> None:
    expect(walk.refusal("day-32"), fr="le jour 32 est accepté", en="day 32 is accepted")


@pytest.mark.rule("CAL-12")
@pytest.mark.title(
    fr="Une date sans jour ni mois est refusée, ou complétée : aucun 00 n'entre au dossier",
    en="A date without day and month is refused, or completed: no 00 enters the file",
)
def test_no_day(walk: Walk) -> None:
    if walk.refusal("no-day") is None:
        day = walk["no-day-seen"].birth_date or ""
        expect("-00" not in day, fr=f"date au dossier : {day}", en=f"date in the file: {day}")


@pytest.mark.rule("CRE-01")
@pytest.mark.title(
    fr="La création est refusée sans l'un des cinq traits, et rien n'est enregistré",
    en="The creation is refused without one of the five traits, and nothing is stored",
)
def test_mandatory(walk: Walk) -> None:
    accepted = [name for name in MANDATORY if walk.refusal(f"without-{name}") is None]
    expect(
        not accepted, fr=f"créé sans : {', '.join(accepted)}", en=f"created without: {', '.join(accepted)}"
    )
    traits: PatientTraits = walk["partial-traits"]
    kept = [patient for patient in walk["nobody"] if patient.birth_date == traits.birth_date]
    names = {patient.birth_name for patient in kept if patient.birth_name}
    expect(
        traits.birth_name not in names,
        fr="un dossier existe malgré le refus",
        en="a file exists in spite of the refusal",
    )


@pytest.mark.rule("TRT-04")
@pytest.mark.title(
    fr="54 caractères de nom et de prénoms sont gardés sans troncature",
    en="54 characters of name and first names are kept without truncation",
)
def test_long(walk: Walk) -> None:
    expect(not walk.refusal("long"), fr="la création est refusée", en="the creation is refused")
    traits: PatientTraits = walk["long-traits"]
    patient: Patient = walk["long-seen"]
    for name in ("birth_name", "first_names"):
        expect_equal(got=getattr(patient, name), expected=getattr(traits, name), fr=name, en=name)


@pytest.mark.rule("MAT-02", "TRT-10")
@pytest.mark.title(
    fr="La lettre de Corse reste, dans le lieu saisi et dans le matricule reçu",
    en="The letter of Corsica stays, in the place typed and in the matricule received",
)
def test_corsica(walk: Walk) -> None:
    _expect_taken(walk, "corsica")


@pytest.mark.rule("MAT-03", "TRT-10")
@pytest.mark.title(
    fr="Un matricule au mois 31, né à l'étranger, est repris",
    en="A matricule of month 31, born abroad, is taken",
)
def test_odd(walk: Walk) -> None:
    _expect_taken(walk, "odd")


def _expect_taken(walk: Walk, name: str) -> None:
    expect(not walk.refusal(name), fr="la création est refusée", en="the creation is refused")
    need_found(walk.requests(f"{name}-called"))
    expect(
        not walk.refusal(f"{name}-accepted"), fr="l'acceptation est refusée", en="the acceptance is refused"
    )
    patient: Patient = walk[f"{name}-seen"]
    expected = insi_values(walk[f"{name}-person"])
    expect_values(
        {each: getattr(patient, each) for each in expected},
        expected,
        fr="le dossier n'est pas ce qu'INSi a renvoyé",
        en="the file is not what INSi returned",
    )
