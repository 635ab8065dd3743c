"""CRE-01: no file without the five traits, nothing stored of a creation refused."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import combinations
from typing import TYPE_CHECKING

import pytest

from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.cast import PARTS
from conformance.suite.desk.expect import expect, expect_each, expect_refused
from conformance.suite.desk.people import MANDATORY, typed
from conformance.suite.desk.steps import preparing
from conformance.suite.desk.words import FIELD, shown
from simulator.ins.traits import starts_list

if TYPE_CHECKING:
    from conformance.drivers.model import PatientTraits
    from conformance.suite.desk.steps import Desk
    from simulator.registry.person import Person

EMPTY = {"absent": None, "vide": "", "espaces": "  "}
"""What a field that was not filled may hold."""


@pytest.mark.rule("CRE-01")
@pytest.mark.title(
    fr="La création est refusée quand il manque un trait obligatoire, rien n'est enregistré, puis acceptée quand il est là",
    en="Creation is refused when a mandatory trait is missing, nothing is stored, then accepted when it is there",
)
@pytest.mark.parametrize("user", ["user", "super-user"])
@pytest.mark.parametrize("missing", MANDATORY)
def test_one_missing(desk: Desk, missing: str, user: str) -> None:
    desk = desk.by(user)
    person = desk.draw()
    there = _there(desk, person)
    expect_each(
        {
            how: partial(
                _expect_refused, desk, there, replace(_complete(person), **{missing: value}), (missing,)
            )
            for how, value in EMPTY.items()
        }
    )
    # Sent back for one field, the form is not good because that one is filled.
    other = MANDATORY[(MANDATORY.index(missing) + 1) % len(MANDATORY)]
    _expect_refused(desk, there, replace(_complete(person), **{other: None}), (other,))
    _expect_accepted(desk, person)


@pytest.mark.rule("CRE-01")
@pytest.mark.title(
    fr="Les noms utilisés ne remplacent pas un trait qui manque",
    en="The names in use do not stand in for a missing trait",
)
@pytest.mark.parametrize("missing", ["birth_name", "first_name"])
def test_used_names_do_not_stand_in(desk: Desk, missing: str) -> None:
    person = desk.draw()
    traits = replace(_complete(person), used_name="KVORLAN", used_first_name="NALROVK")
    _expect_refused(desk, _there(desk, person), replace(traits, **{missing: None}), (missing,))
    _expect_accepted(desk, person)


@pytest.mark.rule("CRE-01")
@pytest.mark.title(
    fr="La liste des prénoms ne dispense pas du 1er prénom : la création est refusée, ou le 1er prénom est rempli",
    en="The list of first names does not stand in for the 1er prénom: creation is refused, or the 1er prénom is filled",
)
def test_list_does_not_stand_in(desk: Desk) -> None:
    def judge(value: str | None) -> None:
        person = desk.draw(first_names_count=2)
        traits = typed(person, first_name=value)
        try:
            patient = desk.read(desk.lgo.create_patient(traits, actor=desk.user))
        except RefusedError:
            return
        # A software may take it from the list, and then has it.
        expect(
            (patient.first_name or "").strip()
            and starts_list(patient.first_name or "", person.identity.traits.first_names),
            fr=f"un patient a été créé sans 1er prénom : {shown(patient.first_name).fr}",
            en=f"a patient was created without a 1er prénom: {shown(patient.first_name).en}",
        )

    expect_each({how: partial(judge, value) for how, value in EMPTY.items()})
    _expect_accepted(desk, desk.draw())


@pytest.mark.rule("CRE-01")
@pytest.mark.title(
    fr="Redemander la même création ne la fait pas passer, et les autres champs remplis ne remplacent pas celui qui manque",
    en="Asking for the same creation again does not let it pass, and other fields filled do not replace the missing one",
)
@pytest.mark.parametrize("missing", MANDATORY)
def test_asked_again(desk: Desk, missing: str) -> None:
    newborn = (datetime.now(UTC) - timedelta(days=12)).date().isoformat()
    for person in (
        desk.play(PARTS["child-several-separators"]),
        desk.play(PARTS["double-hyphen-abroad-summer"]),
        desk.play(PARTS["apostrophe-1912"]),
        desk.draw(birth_date=newborn, sex="F"),
    ):
        # With a list, but where the 1er prénom may be taken from it.
        names = None if missing == "first_name" else person.identity.traits.first_names
        traits = typed(person, used_name="KVORLAN", used_first_name="NALROVK", first_names=names)
        there = _there(desk, person)
        for _ in range(3):
            _expect_refused(desk, there, replace(traits, **{missing: None}), (missing,))
    _expect_accepted(desk, person)


@pytest.mark.rule("CRE-01")
@pytest.mark.title(
    fr="La création est refusée quand il manque deux traits, ou tous",
    en="Creation is refused when two traits are missing, or all",
)
def test_several_missing(desk: Desk) -> None:
    person = desk.draw()
    there = _there(desk, person)
    cases = [*combinations(MANDATORY, 2), MANDATORY]
    expect_each(
        {
            "+".join(names): partial(
                _expect_refused, desk, there, replace(_complete(person), **dict.fromkeys(names)), names
            )
            for names in cases
        }
    )
    _expect_accepted(desk, person)
    # Of somebody who has a file now, a creation refused makes no second one.
    there = _there(desk, person)
    for missing in MANDATORY:
        _expect_refused(desk, there, replace(_complete(person), **{missing: None}), (missing,))


def _complete(person: Person) -> PatientTraits:
    # Without the list: a software may take the 1er prénom from it.
    return typed(person, first_names=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class _There:
    """The files of a day, and those of a name, before a creation: somebody else may be born that day, or bear that name."""

    day: str
    name: str
    born: frozenset[str]
    namesakes: frozenset[str]


def _there(desk: Desk, person: Person) -> _There:
    traits = person.identity.traits
    return _There(
        day=traits.birth_date,
        name=traits.birth_name,
        born=frozenset(each.id for each in desk.born_on(traits.birth_date)),
        namesakes=_namesakes(desk, traits.birth_name),
    )


def _namesakes(desk: Desk, name: str) -> frozenset[str]:
    try:
        return frozenset(each.id for each in desk.search(name_prefix=name) if each.birth_name == name)
    except RefusedError:
        return frozenset()  # A search without a date may be refused.


def _expect_refused(desk: Desk, there: _There, traits: PatientTraits, missing: tuple[str, ...]) -> None:
    fr, en = " ni ".join(FIELD[name].fr for name in missing), " nor ".join(FIELD[name].en for name in missing)
    expect_refused(
        lambda: desk.lgo.create_patient(traits, actor=desk.user),
        fr=f"un patient a été créé sans {fr}",
        en=f"a patient was created without {en}",
    )
    new = {each.id for each in desk.born_on(there.day)} - there.born
    if "birth_date" in missing and traits.birth_name:
        new |= _namesakes(desk, there.name) - there.namesakes
    expect(
        not new,
        fr=f"la création sans {fr} est refusée, et pourtant un dossier existe",
        en=f"creation without {en} is refused, and yet a file exists",
    )


def _expect_accepted(desk: Desk, person: Person) -> None:
    with preparing("créer le patient complet", "create the complete patient", depends_on=("CRE-03",)):
        created = desk.lgo.create_patient(_complete(person), actor=desk.user)
    expect(
        created.id in {each.id for each in desk.born_on(person.identity.traits.birth_date)},
        fr="le patient créé avec les cinq traits ne se retrouve pas : rien ne prouve que les refus n'aient rien enregistré",
        en="the patient created with the five traits cannot be found: nothing proves that the refusals stored nothing",
    )
