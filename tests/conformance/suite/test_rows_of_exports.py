"""Rows of an exported table that bear another patient, and the forms of export that say nothing of rows."""

from __future__ import annotations

import pytest

from conformance.documents.record import Trait
from conformance.suite.transmission.rows import mixed_rows
from simulator.ins import InsIdentity, Matricule, Traits


def _person(name, first_names, date, number):
    traits = Traits(birth_name=name, first_names=first_names, sex="F", birth_date=date, birth_place="51215")
    return InsIdentity(
        traits=traits, matricule=Matricule(number[:13], number[13:]), oid="1.2.250.1.213.1.4.10"
    )


ONE = _person("PAT-TROIS", "DOMINIQUE MARIE-LOUISE", "1979-03-28", "279035121518989")
TWO = _person("NESSI", "RUTH ISABELLE", "1977-07-14", "277076322082910")
PEOPLE = [ONE, TWO]
HEAD = "nom;prenoms;naissance;matricule"


def _row(name, *, first_names=None, date=None, number=None, form="{2}/{1}/{0}"):
    traits = name.traits
    told = form.format(*(date or name).traits.birth_date.split("-"))
    return f"{traits.birth_name};{(first_names or name).traits.first_names};{told};{(number or name).matricule.value}"


WRONG = {
    "numbers": ([_row(ONE, number=TWO), _row(TWO, number=ONE)], {Trait.BIRTH_NAME, Trait.FIRST_NAMES, Trait.BIRTH_DATE}),
    "given names": ([_row(ONE, first_names=TWO), _row(TWO, first_names=ONE)], {Trait.FIRST_NAMES}),
    "dates": ([_row(ONE, date=TWO), _row(TWO, date=ONE)], {Trait.BIRTH_DATE}),
    "one date of a table of ISO dates": ([_row(ONE, form="{0}-{1}-{2}"), _row(TWO, date=ONE, form="{0}-{1}-{2}")], {Trait.BIRTH_DATE}),
    "number grouped": ([_row(ONE), _row(ONE).replace(ONE.matricule.value, "2 77 07 63 220 829 10")], {Trait.BIRTH_NAME, Trait.FIRST_NAMES, Trait.BIRTH_DATE}),
}  # fmt: skip
RIGHT = {
    "rows": [_row(ONE), _row(TWO)],
    "compact dates": [_row(ONE, form="{0}{1}{2}"), _row(TWO, form="{2}.{1}.{0}")],
    "quotes and lower case": [f'"{part}"' for part in (_row(ONE).lower(), _row(TWO).title())],
    "two tables": ["1;PAT-TROIS;DOMINIQUE MARIE-LOUISE", "2;NESSI;RUTH ISABELLE", f"1;{ONE.matricule.value}", f"2;{TWO.matricule.value}"],
    "a line for each value": ["name: NESSI", f"ins: {TWO.matricule.value}", "name: PAT-TROIS", f"ins: {ONE.matricule.value}"],
    "everybody on one line": [" ".join((_row(ONE), _row(TWO)))],
    "a relative of the same name": [_row(ONE), _row(TWO) + ";mère PAT-TROIS 28/03/1979"],
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_a_row_with_values_of_another_is_told(case):
    rows, traits = WRONG[case]
    found = list(mixed_rows(["\n".join([HEAD, *rows])], PEOPLE))
    assert {trait for _, trait, _ in found} == traits
    assert all(own is not other for own, _, other in found)


@pytest.mark.parametrize("case", RIGHT)
def test_a_row_of_one_patient_is_right(case):
    assert not list(mixed_rows(["\n".join([HEAD, *RIGHT[case]])], PEOPLE))
