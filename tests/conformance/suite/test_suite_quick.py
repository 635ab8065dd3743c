"""A few rules on the reference LGO, correct and with a mistake: what a newcomer's run sees of the suite."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.verdicts import Verdict

if TYPE_CHECKING:
    from conformance.matrix.running import Rig

RULES = ("FLD-04", "SRC-02", "CAL-13", "RSP-12", "STA-03", "SEC-01")


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
        ("number-in-pdf-title", "DOC-05"),
    ],
)
def test_a_mistake_is_caught(campaigns: Rig, defect: str, rule: str) -> None:
    [result] = campaigns.run(defects=frozenset({defect}), rules=[rule]).rules
    assert result.verdict in {Verdict.FAIL, Verdict.WARNING}, result.reason.en
