"""The suite comes to the same verdicts whether the software is driven over HTTP or as a program."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from conformance.drivers.opening import open_driver
from conformance.drivers.settings import DriverSettings

SOME = ("CRE-05", "STA-03", "RSP-04")
DEFECTS = ("import-sets-validated", "date-shown-iso")


def verdicts(run: Any) -> dict[str, dict[str, str]]:
    return {
        result.rule.key: {check.id: check.verdict.value for check in result.checks} for result in run.rules
    }


@pytest.mark.parametrize(
    ("defects", "rules"),
    [
        pytest.param((), SOME, id="correct-some"),
        pytest.param(DEFECTS, SOME, id="defective-some"),
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
