"""Whoever a check draws takes turns: the young, the old, women, men and the foreign-born all come, and soon."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from conformance.engine.drawing import PeopleOfCheck
from simulator.ins.matricule import Matricule

if TYPE_CHECKING:
    from collections.abc import Iterable

    from simulator.registry.person import Person

CHECKS = [f"check-{number}" for number in range(40)]


class Insi:
    """Is told of people."""

    def add_people(self, people: Iterable[Person]) -> int:
        return len(list(people))


def people_of(check: str, count: int, **wanted: Any) -> list[Person]:
    own = PeopleOfCheck(1, check, Insi())  # type: ignore[arg-type] # what is used of a session
    return [own(**wanted) for _ in range(count)]


@pytest.mark.parametrize("check", CHECKS)
def test_the_first_two_of_a_check_are_as_unlike_as_can_be(check: str) -> None:
    one, other = sorted(
        (person.identity.traits for person in people_of(check, 2)), key=lambda each: each.birth_date
    )
    assert one.birth_date < "1940"
    assert other.birth_date > "2010"
    assert {one.sex, other.sex} == {"M", "F"}
    assert len([each for each in (one, other) if (each.birth_place or "").startswith("99")]) == 1
    assert all((each.birth_place or "").startswith(("2", "97", "98", "99")) for each in (one, other))


def test_the_first_of_a_check_is_anybody() -> None:
    firsts = [people_of(check, 1)[0].identity.traits for check in CHECKS]
    assert (
        len({(each.sex, each.birth_date > "2010", (each.birth_place or "")[:2] == "99") for each in firsts})
        == 8
    )


def test_the_third_is_as_chance_wants() -> None:
    thirds = [people_of(check, 3)[2].identity.traits.birth_place or "" for check in CHECKS]
    assert len([place for place in thirds if not place.startswith(("97", "98", "99"))]) > len(CHECKS) // 2


def test_a_wish_goes_first_and_the_number_goes_with_the_place() -> None:
    for person in people_of("wished", 4, birth_date="1984-09-25", sex="F"):
        traits, number = person.identity.traits, person.identity.matricule
        assert (traits.birth_date, traits.sex) == ("1984-09-25", "F")
        assert number.value.startswith(f"28409{traits.birth_place}")
        assert Matricule.parse(number.value) == number
    places = [one.identity.traits.birth_place for one in people_of("placed", 4, birth_place="75114")]
    assert set(places) == {"75114"}


def test_whom_a_condition_leaves_out_is_followed_by_another_life() -> None:
    own = PeopleOfCheck(1, "adults", Insi())  # type: ignore[arg-type] # as above
    years = [
        own(where=lambda person: person.identity.traits.birth_date < "2005").identity.traits.birth_date
        for _ in range(6)
    ]
    assert any(year < "1940" for year in years)
    assert all(year < "2005" for year in years)
    assert len(list(pairwise(years))) == len(set(pairwise(years)))
