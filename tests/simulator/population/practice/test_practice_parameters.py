"""The parameter file: every problem has its place."""

from __future__ import annotations

from importlib.resources import files

import pytest

from simulator.datafile import DataFileError
from simulator.population.practice.parameters import Parameters, Stratum, load_parameters

SHIPPED = (files("simulator.population.practice") / "data" / "production-study-2026.yaml").read_text("utf-8")


def problems_of(tmp_path, before: str, after: str) -> str:
    assert SHIPPED.count(before) >= 1
    file = tmp_path / "mine.yaml"
    file.write_text(SHIPPED.replace(before, after, 1), encoding="utf-8")
    with pytest.raises(DataFileError) as caught:
        load_parameters(file)
    return str(caught.value)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("{nickname: 1}", "{nickname: 1, telepathy: 1}", "got 'telepathy'"),
        ("{percent: 0.35}", "{percent: 101}", "patients[0].rates[0].percent: expected at most 100, got 101"),
        ("ages: 18-39, percent", "ages: 18-38, percent", "expected one of the ages 0-17, 18-39"),
        ('"2026-07-01"', '"2026-02-30"', "expected a date that exists"),
        ("kind: duplicate", "kind: namesake", "expected each once"),
        ("{sex: M, ages: 0-17, lines: 326}", "{sex: F, ages: 0-17, lines: 326}", "expected each once"),
        ("first: 18, last: 39", "first: 18, last: 40", "expected ages of no other class, got 40 again"),
        ("first: 18, last: 39", "first: 18, last: 17", "expected at least 18, got 17"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(tmp_path, before: str, after: str, said: str) -> None:
    message = problems_of(tmp_path, before, after)
    assert said in message
    assert "mine.yaml:" in message


def test_the_first_rate_that_fits_is_taken(parameters: Parameters) -> None:
    usage = parameters.mishaps[0]
    assert usage.percent(Stratum("F", "0-17")) == usage.percent(Stratum("M", "0-17"))
    assert usage.percent(Stratum("M", "75+")) < 1 < usage.percent(Stratum("F", "75+"))


def test_the_cause_of_misses_is_inferred_and_says_so(parameters: Parameters) -> None:
    evidence = {name: mishap.evidence for mishap in parameters.mishaps for name in mishap.defects}
    assert evidence.pop("empty-sex") == "observed"
    assert set(evidence.values()) == {"inferred"}


@pytest.mark.parametrize(
    ("birth_date", "ages"),
    [
        ("2026-06-30", "0-17"),
        ("2008-07-02", "0-17"),
        ("2008-07-01", "18-39"),
        ("1951-07-01", "75+"),
        ("1951-07-02", "60-74"),
        ("1951-00-00", "75+"),
        ("1951-20-01", "60-74"),
        ("1890-01-01", None),
    ],
)
def test_ages_are_completed_years_at_the_reference_date(
    parameters: Parameters, birth_date: str, ages
) -> None:
    assert parameters.age_class(birth_date) == ages
