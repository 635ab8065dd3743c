"""Covering arrays of any parameters, checked by counting pairs one by one."""

from __future__ import annotations

from itertools import combinations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.population.compiling.covering import covered_pairs, covering_array, possible_pairs


def anything(*_: int) -> bool:
    return True


@settings(max_examples=60)
@given(st.data())
def test_every_possible_pair_occurs_and_no_impossible_one(data: st.DataObject) -> None:
    sizes = data.draw(st.lists(st.integers(2, 6), min_size=2, max_size=5))
    pairs = [
        (one, value, other, other_value)
        for one, other in combinations(range(len(sizes)), 2)
        for value, other_value in product(range(1, sizes[one]), range(1, sizes[other]))
    ]
    excluded = set(data.draw(st.lists(st.sampled_from(pairs), max_size=6, unique=True)))

    def compatible(one: int, value: int, other: int, other_value: int) -> bool:
        pair = (one, value, other, other_value) if one < other else (other, other_value, one, value)
        return pair not in excluded

    rows = covering_array(sizes, compatible, [0] * len(sizes))
    seen = {
        (one, row[one], other, row[other])
        for row in rows
        for one, other in combinations(range(len(sizes)), 2)
    }
    every = {
        (one, value, other, other_value)
        for one, other in combinations(range(len(sizes)), 2)
        for value, other_value in product(range(sizes[one]), range(sizes[other]))
    }
    assert seen == every - excluded


@pytest.mark.parametrize(
    ("sizes", "best", "allowed"),
    [
        ((3,) * 13, 15, 20),
        ((4,) * 5, 16, 25),
        ((2,) * 10, 6, 8),
        ((10, 10), 100, 100),
        ((14, 11, 8, 8, 8, 8, 5), 154, 160),
    ],
)
def test_the_rows_are_few(sizes: tuple[int, ...], best: int, allowed: int) -> None:
    """``best`` is the smallest number known or possible."""
    rows = covering_array(sizes, anything, [0] * len(sizes))
    assert best <= len(rows) <= allowed


def test_the_same_parameters_give_the_same_rows() -> None:
    assert covering_array((4, 3, 5), anything, (0, 0, 0)) == covering_array((4, 3, 5), anything, (0, 0, 0))


def test_a_neutral_value_that_excludes_something_is_refused() -> None:
    with pytest.raises(ValueError, match="value 0 of parameter 0 is not compatible with everything"):
        covering_array((2, 2), lambda *pair: pair not in {(0, 0, 1, 1), (1, 1, 0, 0)}, (0, 0))


def test_pairs_of_rows_are_counted_once() -> None:
    assert covered_pairs([(0, 1, 2), (0, 1, 0)]) == {
        (0, 0, 1, 1),
        (0, 0, 2, 2),
        (0, 0, 2, 0),
        (1, 1, 2, 2),
        (1, 1, 2, 0),
    }


def test_pairs_to_cover_leave_out_the_incompatible_ones() -> None:
    wanted = possible_pairs((2, 1), lambda one, value, other, _: (one, value, other) != (0, 1, 1))
    assert wanted == {(0, 0, 1, 0)}
