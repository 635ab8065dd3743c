"""The laden people of the state machine: what they are made of keeps the pairs of act and condition walked through.

Which pairs a campaign walks through is measured by ``python -m conformance.matrix.walked``; here it is kept that the people
themselves have what an act may lose, spread over what a mistake may hang on.
"""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING

import pytest

from conformance.drivers.model import STRICT_FIELDS, Attribute, Patient, Status
from conformance.matrix.walked.conditions import conditions_of
from conformance.suite.desk.cards import own_card
from conformance.suite.desk.cast import played, with_former
from conformance.suite.desk.people import typed
from conformance.suite.desk.words import insi_values
from conformance.suite.states.laden import SHAPES, Shape
from simulator.ins.matricule import Matricule
from simulator.population.generate import draw as drawn

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulator.registry.person import Person

WALKED = SHAPES[:2]
"""Those whom the events meet that leave a status as it is."""


def _draw(*, shape: Callable[[Person], Person] = lambda person: person, **wished: object) -> Person:
    return shape(drawn(1, "laden-people", **wished)[0])  # type: ignore[arg-type] # the wishes of a part


def _file(shape: Shape, person: Person) -> Patient:
    """Return the file of somebody laden once INSi has fed it, as the software of a test would keep it."""
    traits = asdict(typed(person, **shape.typed))
    attributes = frozenset({Attribute.HOMONYME}) if shape.is_homonym else frozenset()
    billing = own_card(person).beneficiaries[0].billing_number
    return Patient(
        id="1",
        status=Status.RECUP,
        **{**traits, **insi_values(person)},
        attributes=attributes,
        billing_number=billing,
    )


def _met(*shapes: Shape) -> set[str]:
    return {
        condition
        for shape in shapes
        for person in [played(shape.part, _draw)]
        for condition in conditions_of(_file(shape, person), len(person.identity.history))
    }


def test_what_an_act_may_lose_is_met_with_what_mistakes_hang_on() -> None:
    wanted = {"man", "woman", "adult", "over-100", "nir", "nia", "born-corsica", "born-abroad"}
    assert wanted | {"name-hyphen", "name-apostrophe", "former-1", "former-more", "HOMONYME"} <= _met(*WALKED)
    assert {"child", "born-overseas", "name-long", "first-names-many"} <= _met(*SHAPES)


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.key)
def test_each_has_former_ins_a_name_in_use_and_a_billing_number_that_is_not_theirs(shape: Shape) -> None:
    person = played(shape.part, _draw)
    number = own_card(person).beneficiaries[0].billing_number
    assert number is not None
    assert Matricule(number[:13], number[13:]).value == number
    assert number != person.identity.matricule.value
    assert number not in {former.matricule.value for former in person.identity.history}
    assert person.identity.history
    assert {"used_name", "used_first_name"} & shape.typed.keys()


def test_both_sexes_are_met_as_homonyms_and_without_the_mark() -> None:
    marked = {str(shape.part.wish["sex"]): shape for shape in SHAPES if shape.is_homonym}
    assert marked.keys() == {"M", "F"}
    assert not all(shape.is_homonym for shape in WALKED)


def test_every_strict_trait_is_corrected_from_several_statuses() -> None:
    corrected = [(shape.corrects[status], status) for shape in SHAPES for status in Status]
    for field in set(STRICT_FIELDS) - {"matricule", "oid"}:
        assert len({status for name, status in corrected if name == field}) > 1, field


def test_people_of_former_numbers_keep_the_shape_that_they_are_given() -> None:
    person = with_former(_draw, 2)(shape=lambda drawn: replace(drawn, key="shaped"), sex="F")
    assert (person.key, person.identity.traits.sex, len(person.identity.history)) == ("shaped", "F", 2)
