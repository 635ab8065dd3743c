"""Values made without the price of being frozen are values all the same."""

from __future__ import annotations

import pickle
from dataclasses import replace

import pytest

from simulator.registry.matching import SearchTraits

ANNE = SearchTraits(birth_name="ESSAI", first_names="ANNE", sex="F", birth_date="1985-04-12")


def test_values_are_equal_and_hashed_by_their_fields() -> None:
    same = replace(ANNE)
    assert same is not ANNE
    assert same == ANNE
    assert {same: 1}[ANNE] == 1
    assert replace(ANNE, sex="M") != ANNE


def test_they_travel_between_processes() -> None:
    assert pickle.loads(pickle.dumps(ANNE)) == ANNE  # noqa: S301 - our own


def test_they_have_no_fields_but_theirs() -> None:
    with pytest.raises(AttributeError):
        ANNE.sexe = "M"  # type: ignore[attr-defined] # there is none
