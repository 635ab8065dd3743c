"""Numbers and traits are given once."""

from __future__ import annotations

from random import Random

import pytest

from simulator.population.designed.histories import FullPlaceError, NumberParts, draw_history, number_of
from simulator.population.drawing.name_draws import birth_name_draw, first_names_draw
from simulator.population.drawing.registrar import Registrar
from simulator.population.drawing.uniqueness import Marks

PARTS = NumberParts(sex="F", nature="NIR", year=1958, month="11", place="2A001")


@pytest.fixture
def registrar() -> Registrar:
    return Registrar("test", Random("registrar"))


def test_order_numbers_of_a_month_and_place_are_never_given_twice_then_run_out(registrar: Registrar) -> None:
    given: list[str] = []

    def take_all() -> None:
        while True:
            given.append(number_of(registrar, PARTS).number)

    with pytest.raises(FullPlaceError, match="expected a free order number for 258112A001, found none"):
        take_all()
    assert len(set(given)) == len(given)
    assert 50 < len(given) <= 100
    assert all(900 <= int(number[-3:]) <= 999 for number in given)


def test_corsican_numbers_are_kept_apart_from_those_they_are_computed_as(registrar: Registrar) -> None:
    given = {
        registrar.take_number(f"1580{month}{place}001")
        for month in (1, 2)
        for place in ("2A", "2B", "19", "18")
    }
    assert None not in given
    assert all(matricule is not None and matricule.key_is_valid for matricule in given)


def test_traits_that_a_search_takes_for_one_another_are_taken_together(registrar: Registrar) -> None:
    def take(name: str, first: str, sex: str = "F", date: str = "1958-11-03") -> bool:
        return registrar.take_traits(birth_name_draw(name).mark, first_names_draw(first).mark, sex, date)

    assert take("SAINT-MARTIN", "JEANNE")
    assert not take("SAINT MARTIN", "JEANNE LOUISE")
    assert not take("SAINT-MARTIN", "JEANNE-MARIE")
    assert take("SAINT-MARTIN", "JEANNETTE")
    assert take("SAINT-MARTIN", "JEANNE", sex="M")
    assert take("SAINT-MARTIN", "JEANNE", date="1958-11-04")
    assert take("MARTIN", "JEANNE")


def test_a_mark_is_taken_once_among_few_and_among_many() -> None:
    marks = Marks()
    for mark in range(150_000):
        # A mark may be refused because it looks like another one; it is never taken twice.
        marks.take(mark * 7919)
    assert not any(marks.take(mark * 7919) for mark in range(150_000))


def test_few_free_marks_are_refused() -> None:
    marks = Marks()
    refused = sum(not marks.take(mark * 104_729 + 1) for mark in range(200_000))
    assert refused < 200


def test_periods_of_a_history_follow_one_another_and_end_before_today(registrar: Registrar) -> None:
    history = draw_history(registrar, "ten", number_of(registrar, PARTS), PARTS, 1)
    days = [day or "" for each in history for day in (each.date_from, each.date_to)]
    assert days == sorted(days)
    assert days[0] == "2006-01-01"
    assert days[-1] < "2024-12-31"
    assert len(history) == 10


def test_an_unknown_history_is_refused(registrar: Registrar) -> None:
    with pytest.raises(ValueError, match=r"history: expected a value of cases\.yaml, got 'married'"):
        draw_history(registrar, "married", number_of(registrar, PARTS), PARTS, 1)
