"""The designed cases as described: every pair of values is in some case, or listed as impossible with its reason."""

from __future__ import annotations

from itertools import combinations, product
from pathlib import Path

import pytest
import yaml

import simulator
from simulator.population.compiling import build_cases
from simulator.population.compiling.build_cases import build, compiled, find_epicene
from simulator.population.described.cases import (
    COMPILED,
    CaseError,
    UnknownValueError,
    check_case,
    designed_cases,
    impossible,
    incompatible_pairs,
    parameters,
    wished_case,
)

DATA = Path(simulator.__file__).parent / "population" / "data"
DESCRIBED = yaml.safe_load((DATA / "cases.yaml").read_text(encoding="utf-8"))

Pair = frozenset[tuple[str, str]]


def every_pair() -> set[Pair]:
    values = {name: list(entry["values"]) for name, entry in DESCRIBED["parameters"].items()}
    return {
        frozenset({(one, value), (other, other_value)})
        for one, other in combinations(values, 2)
        for value, other_value in product(values[one], values[other])
    }


def listed_as_impossible() -> set[Pair]:
    return {
        frozenset((text.partition("=")[0], text.partition("=")[2]) for text in pair)
        for entry in DESCRIBED["impossible"]
        for pair in entry["pairs"]
    }


def test_the_parameters_are_those_that_were_asked_for() -> None:
    assert list(DESCRIBED["parameters"]) == [
        "name",
        "first_names",
        "place",
        "date",
        "identifier",
        "history",
        "family",
    ]


def test_every_pair_is_in_a_case_or_listed_as_impossible() -> None:
    covered = {frozenset(pair) for case in designed_cases() for pair in combinations(case.items(), 2)}
    assert covered == every_pair() - listed_as_impossible()


def test_every_listed_pair_excludes_one_another_and_no_other_does() -> None:
    found = {
        frozenset({(one.parameter, one.key), (other.parameter, other.key)})
        for one, other in incompatible_pairs()
    }
    assert found == listed_as_impossible()


def test_every_impossible_pair_has_a_reason_in_both_languages() -> None:
    for each in impossible():
        assert each.reason_fr
        assert each.reason_en


def test_the_cases_are_hardly_more_than_the_fewest_possible() -> None:
    excluded = listed_as_impossible()
    by_parameters: dict[frozenset[str], int] = {}
    for pair in every_pair() - excluded:
        names = frozenset(name for name, _ in pair)
        by_parameters[names] = by_parameters.get(names, 0) + 1
    # Two parameters need a case for each of their pairs: no array can be smaller.
    fewest = max(by_parameters.values())
    assert fewest <= len(designed_cases()) <= fewest * 1.05


def test_the_compiled_file_is_that_of_the_described_cases() -> None:
    assert (DATA / COMPILED).read_text(encoding="ascii") == compiled()


def test_the_array_does_not_depend_on_chance() -> None:
    assert build(parameters()) == [list(case.values()) for case in designed_cases()]


def test_compiling_writes_the_file(monkeypatch, tmp_path, capsys) -> None:
    (tmp_path / "data").mkdir()
    monkeypatch.setattr(build_cases, "__file__", str(tmp_path / "compiling" / "build_cases.py"))
    assert build_cases.main() == 0
    written = (tmp_path / "data" / COMPILED).read_bytes()
    assert written == (DATA / COMPILED).read_bytes()
    assert f"{len(designed_cases())} rows" in capsys.readouterr().out


def test_first_names_of_both_sexes_are_read_in_the_tables() -> None:
    found = find_epicene()
    assert {"CAMILLE", "DOMINIQUE", "ALIX", "CHARLIE"} <= set(found)
    assert {"MARIE", "JEAN", "PIERRE"}.isdisjoint(found)


def test_values_that_go_together_are_a_case() -> None:
    check_case({"place": "corsica-20", "identifier": "place-recoded", "family": "own-card"})


@pytest.mark.parametrize(
    ("case", "message"),
    [
        (
            {"place": "maghreb", "date": "newborn"},
            "place=maghreb and date=newborn cannot go together: The place no",
        ),
        ({"identifier": "nia", "history": "several"}, "The active matricule is a NIA"),
    ],
)
def test_values_that_exclude_one_another_are_refused_with_the_reason(case, message) -> None:
    with pytest.raises(CaseError, match=message):
        check_case(case)


def test_wishes_left_open_are_left_out() -> None:
    assert wished_case({"name": "hyphen", "place": None}) == {"name": "hyphen"}


@pytest.mark.parametrize(
    ("wish", "message"),
    [
        ({"shape": "hyphen"}, "case: expected one of name, first_names, place, .*, got 'shape'"),
        ({"place": "moon"}, "place: expected one of commune, former-commune, .*, got 'moon'"),
    ],
)
def test_an_unknown_wish_is_refused_with_what_there_is(wish, message) -> None:
    with pytest.raises(UnknownValueError, match=message):
        wished_case(wish)
