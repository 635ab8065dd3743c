"""Searching the practice file gives the figures counted in production, because of what happened to its lines."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from simulator.population.practice.figures import Figures, measure
from simulator.population.practice.making import Order, make_with_registry

if TYPE_CHECKING:
    from simulator.population.practice.parameters import Parameters

pytestmark = pytest.mark.slow
"""Whole files of people are made and searched."""

PUBLISHED = {
    # sex or ages: 00, 01, 02 in percent of the answers (insi-contract §8; 01 and 02 by age from the report of the study)
    None: (75.2, 24.4, 0.4),
    "M": (98.2, 1.4, 0.5),
    "F": (59.2, 40.5, 0.3),
    "0-17": (97.8, 1.5, 0.6),
    "18-39": (90.6, 8.9, 0.5),
    "40-59": (74.9, 24.9, 0.2),
    "60-74": (65.6, 33.9, 0.5),
    "75+": (55.7, 44.2, 0.1),
}


def shares(figures: Figures) -> dict[str | None, tuple[float, float, float]]:
    return {row.sex or row.ages: row.measured.percents for row in figures.rows}


def far(figures: Figures, points: float = 2.0) -> list[str]:
    measured = shares(figures)
    return [
        f"{group}, {code}: expected {expected}, got {got:.2f}"
        for group, shares_ in PUBLISHED.items()
        for code, expected, got in zip(("00", "01", "02"), shares_, measured[group], strict=True)
        if abs(got - expected) > points
    ]


@pytest.fixture(scope="module")
def figures(tmp_path_factory: pytest.TempPathFactory, parameters: Parameters) -> Figures:
    order = Order(size=20_000, seed="calibration", parameters=parameters)
    return make_with_registry(tmp_path_factory.mktemp("calibration"), order, lambda *_: None)


@pytest.mark.slow
def test_every_published_figure_is_met_within_two_points(figures: Figures) -> None:
    assert figures.lines == 20_000
    assert set(shares(figures)) == set(PUBLISHED)
    assert far(figures) == []


@pytest.mark.slow
def test_ambiguous_answers_are_met_within_a_quarter_of_a_point(figures: Figures) -> None:
    # Two points would let a file without a single namesake pass.
    measured = shares(figures)
    for group in (None, "M", "F"):
        assert abs(measured[group][2] - PUBLISHED[group][2]) < 0.25


@pytest.mark.slow
def test_as_many_lines_lack_the_sex_and_are_completed(figures: Figures) -> None:
    assert abs(100 * figures.empty_sex / figures.lines - 100 * 532 / 3762) < 2
    assert abs(100 * figures.completed / figures.empty_sex - 100 * 427 / 532) < 2


@pytest.mark.slow
def test_the_shares_of_sexes_and_ages_are_the_published_ones(figures: Figures) -> None:
    answered = {row.sex or row.ages: row.measured.total for row in figures.rows}
    for group, published in {
        "M": 1473,
        "F": 2104,
        "0-17": 646,
        "18-39": 553,
        "40-59": 816,
        "60-74": 774,
        "75+": 788,
    }.items():
        assert abs(100 * answered[group] / answered[None] - 100 * published / 3577) < 1, group


def test_the_parameter_set_carries_the_published_counts(parameters: Parameters) -> None:
    for each in parameters.published:
        total = each.found + each.not_found + each.several
        got = tuple(round(100 * part / total, 1) for part in (each.found, each.not_found, each.several))
        assert got == PUBLISHED[each.sex or each.ages]


def test_without_usage_names_women_are_found_as_often_as_men(tmp_path, parameters: Parameters) -> None:
    kept = tuple(mishap for mishap in parameters.mishaps if "usage-name" not in mishap.defects)
    assert len(kept) == len(parameters.mishaps) - 1
    order = Order(size=3000, seed="no-usage-names", parameters=replace(parameters, mishaps=kept))
    women = shares(make_with_registry(tmp_path, order, lambda *_: None))["F"]
    assert women[0] > 96


def test_an_answer_does_not_read_the_defects_of_its_line(practice) -> None:
    from simulator.population.practice.answers import answer_line

    for answer in practice.answers[:500]:
        again = answer_line(replace(answer.line, defects=()), practice.registry)
        assert (again.code, again.person, again.why_fr) == (answer.code, answer.person, answer.why_fr)


def test_only_answered_calls_count(practice, parameters: Parameters) -> None:
    figures = measure(practice.answers, parameters)
    searched = [each for each in practice.answers if each.line.record.sex]
    completed = [each for each in practice.answers if each.tried_sex]
    assert figures.rows[0].measured.total == len(searched) + len(completed)
    assert figures.completed == len(completed)
    assert figures.empty_sex > figures.completed > 0
