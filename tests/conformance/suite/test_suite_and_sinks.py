"""The reference LGO really sends: the status matrix through both sinks, and every mistake of the network group."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.suite.desk import sinks
from conformance.verdicts import Verdict

if TYPE_CHECKING:
    from conformance.matrix.running import Rig

RULES = ("TRA-01", "TRA-09", "TRA-10", "TRA-12", "TRA-13", "TRA-14", "TRA-15")

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


def test_the_status_matrix_passes_through_both_sinks(campaigns: Rig) -> None:
    run = campaigns.run(rules=RULES)
    assert {result.rule.key: result.verdict for result in run.rules} == dict.fromkeys(RULES, Verdict.PASS)


# One that only the envelope shows, one that only the wire shows, and two of the first and the second time.
@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("mail-copied-to-the-number", "TRA-01"),
        ("dmp-asked-the-first-time-only", "TRA-13"),
        ("dmp-difference-behind-the-usual-words", "TRA-13"),
        ("dmp-reviews-not-fed", "TRA-15"),
    ],
)
def test_a_mistake_of_the_network_is_caught(campaigns: Rig, name: str, rule: str) -> None:
    [result] = campaigns.run(defects=frozenset({name}), rules=[rule]).rules
    assert result.verdict is Verdict.FAIL, result.reason.en


def test_what_is_said_to_be_sent_and_never_comes_is_caught(
    campaigns: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        sinks, "PATIENCE_S", 2.0
    )  # it will not come: each check need not wait twenty seconds for it
    [result] = campaigns.run(defects=frozenset({"dmp-sends-to-nowhere"}), rules=["TRA-14"]).rules
    assert result.verdict is Verdict.FAIL, result.reason.en
    assert "nothing reaches the DMP for" in result.reason.en
