"""A few rules on the reference LGO, correct and with a mistake: what a newcomer's run sees of the suite."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.engine.context import Limits
from conformance.matrix.running import BROKEN
from conformance.verdicts import Verdict

if TYPE_CHECKING:
    from conformance.matrix.running import Rig

RULES = ("CRE-05", "SRC-12", "CAL-12", "RSP-04", "STA-10", "SEC-12")
"""Rules with few checks; `test_suite_is_not_vacuous` and the demo of the long tests run the others."""


@pytest.mark.timeout(300)  # Hundreds of HTTP calls: long on a machine that does something else.
def test_rules_of_each_kind_pass_on_the_correct_lgo(campaigns: Rig) -> None:
    run = campaigns.run(rules=RULES)
    assert {result.rule.key: result.verdict for result in run.rules} == dict.fromkeys(RULES, Verdict.PASS)


@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    ("defect", "rule"),
    [
        ("search-ignores-used-name", "SRC-02"),
        ("import-sets-validated", "STA-03"),
        ("failed-calls-not-logged", "ERR-03"),
        ("symbol-letters-gs", "DOC-03"),
        ("number-as-title-from-recovered", "DOC-05"),
    ],
)
def test_a_mistake_is_caught(campaigns: Rig, defect: str, rule: str) -> None:
    enough = Limits(stop_at=BROKEN)
    [result] = campaigns.run(defects=frozenset({defect}), rules=[rule], limits=enough).rules
    assert result.verdict in BROKEN, result.reason.en
