"""Typed forms of names: other letters for the same person."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from simulator.ins.identity import Traits
from simulator.ins.traits import to_wire
from simulator.population.typed import typed_forms

if TYPE_CHECKING:
    from simulator.registry.person import Person


def forms(birth_name: str, first_names: str) -> dict[str, tuple[str, str]]:
    traits = Traits(birth_name=birth_name, first_names=first_names, sex="F", birth_date="1980-01-01")
    return {form.kind: (form.birth_name, form.first_names) for form in typed_forms(traits)}


def test_the_form_of_the_registry_comes_first() -> None:
    assert next(iter(forms("LEROY", "ANNE").items())) == ("registry", ("LEROY", "ANNE"))


@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        ("accents", ("D'ALMEIDA-LEFÈVRE", "HÉLÈNE")),
        ("mixed-case", ("D'Almeida-Lefèvre", "Hélène")),
        ("lower-case", ("d'almeida-lefevre", "helene")),
        ("typographic-apostrophe", ("D\u2019ALMEIDA-LEFEVRE", "HELENE")),
    ],
)
def test_each_form_is_typed_as_people_do(kind: str, typed: tuple[str, str]) -> None:
    assert forms("D'ALMEIDA-LEFEVRE", "HELENE")[kind] == typed


def test_ligatures_join_letters() -> None:
    assert forms("LECOEUR", "LAETITIA")["ligatures"] == ("LECŒUR", "LÆTITIA")


def test_a_name_without_anything_to_change_has_no_such_form() -> None:
    assert set(forms("LI", "BO")) == {"registry", "mixed-case", "lower-case"}


def test_every_form_is_turned_back_into_that_of_the_registry(whole: tuple[Person, ...]) -> None:
    kinds = set()
    for person in whole[:5000]:
        traits = person.identity.traits
        for form in typed_forms(traits):
            kinds.add(form.kind)
            assert to_wire(form.birth_name) == traits.birth_name
            assert to_wire(form.first_names) == traits.first_names
    assert kinds == {"registry", "accents", "mixed-case", "lower-case", "ligatures", "typographic-apostrophe"}


def test_no_two_forms_of_somebody_are_alike(whole: tuple[Person, ...]) -> None:
    for person in whole[:5000]:
        typed = [(form.birth_name, form.first_names) for form in typed_forms(person.identity.traits)]
        assert len(set(typed)) == len(typed), person
