"""No two people of a campaign are one for INSi, whatever the seed, and whichever check is drawn for first."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any

import pytest

from conformance.engine.drawing import MAX_CANDIDATES, PeopleOfCheck
from conformance.suite.desk.cards import family
from conformance.suite.desk.cast import CAST, played
from conformance.suite.desk.people import sharing
from conformance.verdicts import UndecidedError
from simulator.population.generate import draw, marks_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from simulator.registry.person import Person

TWIN: dict[str, Any] = {
    "birth_date": "2015-11-21",
    "sex": "F",
    "nia": False,
    "hyphen_name": None,
    "first_names_count": None,
}
"""As every family of the checks has two of (``desk.cards``); the shape of the name is left to chance."""
CHECKS = {"sec_06_card.both_modes": 4, "card_holder.billing_number_stays[typed-imported]": 10}
"""With the number of the candidate of TWIN that was the same person in both under the seed 0, but for place and number."""
ALIKE = 80
"""A seed under which the twins of the check ``twins`` bore one first name."""


class Insi:
    """Keeps whom it is told of."""

    def __init__(self) -> None:
        self.people: list[Person] = []

    def add_people(self, people: Iterable[Person]) -> int:
        added = list(people)
        self.people += added
        return len(added)


def people_of(seed: int | str, check: str) -> PeopleOfCheck:
    return PeopleOfCheck(seed, check, Insi())  # type: ignore[arg-type] # what is used of a session


def traits_of(person: Person) -> object:
    return marks_of(person.identity)[1]


def test_two_checks_that_wish_one_birth_date_never_share_a_person() -> None:
    alike = [draw(1, f"0/{check}/{number}", **TWIN)[0] for check, number in CHECKS.items()]
    assert len(set(map(traits_of, alike))) == 1
    people = [[own(**TWIN) for _ in range(20)] for own in (people_of(0, check) for check in CHECKS)]
    assert len(set(map(traits_of, chain(*people)))) == 40
    # INSi would be asked for the names as they are drawn here: they are those, with letters of the check behind.
    assert people[0][3].identity.traits.birth_name.startswith("PLISSON")


@pytest.mark.parametrize("seed", range(12))
def test_checks_of_many_seeds_share_nobody_of_the_cast_and_nobody_born_on_one_day(seed: int) -> None:
    people = []
    for number in range(30):
        own = people_of(seed, f"check-{number}")
        people += [played(part, own) for part in CAST]
        people += [own(**TWIN) for _ in range(16)]
    assert len(set(map(traits_of, people))) == len(people) == 30 * (len(CAST) + 16)


def test_a_shape_makes_nobody_of_somebody_drawn_before() -> None:
    first, second = (draw(1, f"{ALIKE}/twins/{number}", **TWIN)[0] for number in (4, 5))
    assert first.first_name == second.first_name
    members = family(people_of(ALIKE, "twins")).members
    assert len({traits_of(member.person) for member in members}) == len(members)
    assert len({member.person.identity.traits.birth_name for member in members[2:]}) == 1


def test_people_are_the_same_whichever_check_is_drawn_for_first() -> None:
    def drawn(*checks: str) -> dict[str, list[Person]]:
        return {check: [own(**TWIN), own()] for check in checks for own in (people_of(0, check),)}

    assert drawn(*CHECKS) == drawn(*reversed(CHECKS))


def test_a_shape_that_makes_everybody_one_concludes_nothing() -> None:
    own = people_of(1, "one-shape")
    person = own()
    traits = person.identity.traits
    same = sharing(person, "birth_name", "first_names")
    with pytest.raises(UndecidedError, match=str(MAX_CANDIDATES)):
        own(shape=same, birth_date=traits.birth_date, sex=str(traits.sex))
