"""Files led by chance: right software passes whatever the way, and what goes wrong on it is told under its rule."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.engine.collecting import collect_suite
from conformance.engine.context import Limits
from conformance.rules import load_catalogue
from conformance.suite.wandering.acts import OTHERS, RAISING
from conformance.suite.wandering.starts import STARTS
from conformance.verdicts import Verdict

if TYPE_CHECKING:
    from conformance.engine import SuiteRun
    from conformance.matrix.running import Rig

RULES = frozenset(load_catalogue())


def walks() -> Limits:
    return Limits(only=frozenset(one.id for one in collect_suite().checks if one.id.startswith("wandering.")))


def led(campaigns: Rig, *defects: str, seed: str = "1") -> SuiteRun:
    return campaigns.run(defects=frozenset(defects), seed=seed, limits=walks())


def departed(run: SuiteRun) -> set[str]:
    return {one.rule.key for one in run.rules if one.verdict in {Verdict.FAIL, Verdict.WARNING}}


def test_acts_and_starts_name_rules() -> None:
    assert {turn.rule for turn in (*OTHERS, *RAISING)} <= RULES
    assert {start.rule for start in STARTS} <= RULES


def test_each_start_has_unlike_people() -> None:
    for start in STARTS:
        first, second = (part.wish for part in start.parts)
        assert first["sex"] != second["sex"]
        assert first["birth_place"][:2] != second["birth_place"][:2] or first.get("nia")
    assert len({part.key for start in STARTS for part in start.parts}) == 2 * len(STARTS)


@pytest.mark.slow
@pytest.mark.parametrize("seed", ["1", "2", "3"])
def test_the_reference_passes(campaigns: Rig, seed: str) -> None:
    run = led(campaigns, seed=seed)
    assert departed(run) == set()
    assert all(one.verdict in {Verdict.PASS, Verdict.NOT_TESTED} for one in run.rules)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("defect", "rule"),
    [
        ("names-sorted-when-validated", "STA-04"),
        ("compound-first-name-cut-on-refresh", "RSP-02"),
    ],
)
def test_what_goes_wrong_is_told_under_its_rule(campaigns: Rig, defect: str, rule: str) -> None:
    assert rule in departed(led(campaigns, defect))
