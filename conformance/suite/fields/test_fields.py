"""Identity fields: stored, given back, in upper case, without accents, long enough."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from conformance.drivers.model import IDENTITY_FIELDS
from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.expect import expect_equal
from conformance.suite.desk.people import PLAIN, accented, lengthened, typed
from conformance.suite.desk.words import FIELD, expect_values, insi_values

if TYPE_CHECKING:
    from conformance.suite.desk.steps import Desk

NAMES = ("birth_name", "first_names", "first_name")
"""The names that obey the lexical rules of an identity."""


@pytest.mark.rule("FLD-01")
@pytest.mark.title(
    fr="Les huit champs saisis puis les deux champs reçus d'INSi sont relus dans le dossier",
    en="The eight fields typed, then the two received from INSi, are read back from the file",
)
def test_ten_fields(desk: Desk) -> None:
    person = desk.draw(first_names_count=2)
    other = desk.draw_where(
        lambda other: (
            other.identity.traits.birth_name != person.identity.traits.birth_name
            and other.first_name not in person.identity.traits.first_names.split()
        ),
    )
    traits = typed(person, used_name=other.identity.traits.birth_name, used_first_name=other.first_name)
    expected = {name: getattr(traits, name, None) for name in IDENTITY_FIELDS}
    patient = desk.read(desk.lgo.create_patient(traits, actor=desk.user))
    expect_values(
        patient,
        {name: value for name, value in expected.items() if value},
        fr="les champs saisis ne sont pas tous rendus",
        en="the fields typed are not all given back",
    )
    expect_values(
        desk.feed(patient),
        expected | insi_values(person),
        fr="les dix champs ne sont pas tous rendus après l'import INSi",
        en="the ten fields are not all given back after the INSi import",
    )


@pytest.mark.rule("TRT-01")
@pytest.mark.title(
    fr="Un nom saisi en minuscules est refusé ou conservé en majuscules",
    en="A name typed in lower case is refused or kept in upper case",
)
@pytest.mark.parametrize("field", NAMES)
def test_lower_case_is_not_stored(desk: Desk, field: str) -> None:
    traits = typed(desk.draw(**PLAIN))
    expected = getattr(traits, field)
    stored = desk.try_create(replace(traits, **{field: expected.lower()}), control=traits)
    if not isinstance(stored, RefusedError):
        expect_equal(
            got=getattr(stored, field),
            expected=expected,
            fr=f"{FIELD[field].fr} saisi en minuscules",
            en=f"{FIELD[field].en} typed in lower case",
        )


@pytest.mark.rule("TRT-02")
@pytest.mark.title(
    fr="Un nom saisi avec un accent est refusé ou conservé sans accent",
    en="A name typed with an accent is refused or kept without it",
)
@pytest.mark.parametrize("field", NAMES)
def test_accents_are_not_stored(desk: Desk, field: str) -> None:
    traits = typed(desk.draw(**PLAIN))
    expected = getattr(traits, field)
    stored = desk.try_create(replace(traits, **{field: accented(expected)}), control=traits)
    if not isinstance(stored, RefusedError):
        expect_equal(
            got=getattr(stored, field),
            expected=expected,
            fr=f"{FIELD[field].fr} saisi avec un accent",
            en=f"{FIELD[field].en} typed with an accent",
        )


@pytest.mark.rule("TRT-04")
@pytest.mark.title(
    fr="Un nom ou une liste de prénoms de 54 caractères est rendu sans troncature",
    en="A name or a list of first names of 54 characters is given back whole",
)
@pytest.mark.parametrize("field", ["birth_name", "first_names"])
def test_54_characters(desk: Desk, field: str) -> None:
    traits = typed(desk.draw(**PLAIN))
    name = lengthened(getattr(traits, field), 54, desk.draw)
    stored = desk.try_create(replace(traits, **{field: name}), control=traits)
    expect_equal(
        got=stored.message if isinstance(stored, RefusedError) else getattr(stored, field),
        expected=name,
        fr=f"{FIELD[field].fr} de 54 caractères",
        en=f"{FIELD[field].en} of 54 characters",
    )


@pytest.mark.rule("TRT-04")
@pytest.mark.title(
    fr="Recommandation : un nom ou une liste de prénoms de 100 caractères est rendu sans troncature",
    en="Recommendation: a name or a list of first names of 100 characters is given back whole",
)
@pytest.mark.parametrize("field", ["birth_name", "first_names"])
def test_100_characters(desk: Desk, field: str) -> None:
    traits = typed(desk.draw(**PLAIN))
    name = lengthened(getattr(traits, field), 100, desk.draw)
    stored = desk.try_create(replace(traits, **{field: name}), control=traits)
    expect_equal(
        got=stored.message if isinstance(stored, RefusedError) else getattr(stored, field),
        expected=name,
        fr=f"{FIELD[field].fr} de 100 caractères (recommandation)",
        en=f"{FIELD[field].en} of 100 characters (recommendation)",
        inferred=True,
    )
