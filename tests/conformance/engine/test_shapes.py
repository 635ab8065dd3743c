"""Whoever a check draws takes turns in their names and birth days too: what one in fifty has comes within a few people."""

from __future__ import annotations

import datetime as dt
import re
from itertools import product
from typing import TYPE_CHECKING, Any

import pytest

from conformance.engine.drawing import PeopleOfCheck
from conformance.engine.shapes import Shapes
from simulator.ins.matricule import Matricule

if TYPE_CHECKING:
    from collections.abc import Iterable

    from simulator.ins.identity import Traits
    from simulator.registry.person import Person

CHECKS = [f"check-{number}" for number in range(12)]
PLAIN: dict[str, Any] = {"hyphen_name": False, "apostrophe_name": False, "space_name": False}
DAYS = re.compile(r"-01-01$|-12-31$|-02-2[89]$|-(31|30)$")


class Insi:
    """Is told of people."""

    def add_people(self, people: Iterable[Person]) -> int:
        return len(list(people))


def people_of(check: str, count: int, **wanted: Any) -> list[Person]:
    own = PeopleOfCheck(1, check, Insi())  # type: ignore[arg-type] # what is used of a session
    return [own(**wanted) for _ in range(count)]


def traits_of(check: str, count: int, **wanted: Any) -> list[Traits]:
    return [one.identity.traits for one in people_of(check, count, **wanted)]


@pytest.mark.parametrize("check", CHECKS)
def test_five_people_have_each_shape_of_a_birth_name(check: str) -> None:
    names = " ".join(one.birth_name.replace(" ", "_") for one in traits_of(check, 5))
    assert all(mark in names for mark in "-'_")


@pytest.mark.parametrize("check", CHECKS)
def test_four_people_have_a_list_of_four_and_a_compound_first_name(check: str) -> None:
    lists = [one.first_names.split() for one in traits_of(check, 4)]
    assert any(len(names) == 4 for names in lists)
    assert any("-" in names[0] for names in lists)


def test_birth_days_are_often_at_an_edge() -> None:
    dates = [one.birth_date for check in CHECKS for one in traits_of(check, 8)]
    edges = [date for date in dates if DAYS.search(date)]
    assert any(date.endswith("-01-01") for date in edges)
    assert any(date.endswith("-12-31") for date in edges)
    assert len(dates) // 4 < len(edges) < len(dates) * 3 // 4
    assert all(dt.date.fromisoformat(date) for date in dates)


def test_a_day_at_an_edge_is_in_the_calendar_and_in_its_year() -> None:
    shapes = Shapes("any")
    for year, turn in product(range(1899, 2021), range(14)):
        assert dt.date.fromisoformat(shapes.day(turn, f"{year}-04-30")).year == year


def test_a_wish_goes_first() -> None:
    assert not re.search("[-' ]", "".join(one.birth_name for one in traits_of("plain", 8, **PLAIN)))
    assert {len(one.first_names.split()) for one in traits_of("one", 8, first_names_count=1)} == {1}
    assert {one.birth_date for one in traits_of("dated", 6, birth_date="1984-09-25")} == {"1984-09-25"}


def test_half_of_the_people_have_a_past() -> None:
    people = [person for check in CHECKS for person in people_of(check, 4)]
    assert len(people) // 3 <= sum(bool(person.identity.history) for person in people) <= 2 * len(people) // 3
    for person in people:
        assert all(one.matricule != person.identity.matricule for one in person.identity.history)


def test_the_number_goes_with_the_birth_date() -> None:
    for person in people_of("numbers", 20):
        number, date = person.identity.matricule, person.identity.traits.birth_date
        assert number.value[1:5] == f"{date[2:4]}{date[5:7]}"
        assert Matricule.parse(number.value) == number


def test_what_both_users_do_is_done_with_other_people() -> None:
    ordinary, entitled = (traits_of(f"kept[typed-{user}]", 1)[0] for user in ("user", "super-user"))
    assert ordinary.birth_name != entitled.birth_name
    assert len({Shapes(f"kept[typed-{user}]").day(0, "1984-04-15") for user in ("user", "super-user")}) <= 2
