"""The suite comes to the same verdicts whether the software is driven over HTTP or as a program."""

from __future__ import annotations

import json
import sys
from typing import Any

import pytest

from conformance.commands.verb_map import PLACE
from conformance.drivers.opening import open_driver
from conformance.drivers.settings import DriverSettings

SOME = ("CRE-05", "STA-03", "RSP-04")
ALL_VERBS = (
    *("BLK-04", "BLK-05", "CAL-04", "CAL-05", "CAL-18", "CRE-06", "CRE-07", "DIS-02", "ERR-06", "FLD-02"),
    *("SEC-03", "SEC-04", "SRC-13", "TRA-11", "TRA-12", "TRA-16", "VER-10", "VER-15"),
)
"""Cheap rules whose checks use every verb between them; ``make campaigns-drivers`` takes all rules."""
DEFECTS = ("import-sets-validated", "date-shown-iso")


def verdicts(run: Any) -> dict[str, dict[str, str]]:
    return {
        result.rule.key: {check.id: check.verdict.value for check in result.checks} for result in run.rules
    }


def test_the_selection_uses_every_verb_that_a_check_uses() -> None:
    used = json.loads(PLACE.read_text("utf-8"))
    assert {verb for key in ALL_VERBS for verb in used[key]} == {
        verb for verbs in used.values() for verb in verbs
    }


@pytest.mark.parametrize(
    ("defects", "rules"),
    [
        pytest.param((), SOME, id="correct-some"),
        pytest.param(DEFECTS, SOME, id="defective-some"),
        pytest.param((), ALL_VERBS, id="correct-all-verbs"),
    ],
)
def test_verdicts_are_those_of_http(campaigns: Any, defects: tuple[str, ...], rules: tuple[str, ...]) -> None:
    command = [sys.executable, "-m", "conformance.reference", "--stdio"]
    for name in defects:
        command += ["--defect", name]
    settings = DriverSettings(kind="subprocess", command=tuple(command))
    over_http = campaigns.run(defects=frozenset(defects), rules=rules)
    with open_driver(settings) as driver:
        as_program = campaigns.run(wrap=lambda _: driver, rules=rules)
    assert verdicts(as_program) == verdicts(over_http)
    failed = {key for key, checks in verdicts(as_program).items() if "FAIL" in checks.values()}
    assert bool(failed) is bool(defects)
