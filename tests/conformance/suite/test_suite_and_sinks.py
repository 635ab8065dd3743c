"""The reference LGO really sends: the status matrix through both sinks, and every mistake of the network group."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.reference.defects import catalogue
from conformance.verdicts import Verdict

if TYPE_CHECKING:
    from conformance.matrix.running import Rig

RULES = ("TRA-01", "TRA-09", "TRA-10", "TRA-12", "TRA-13", "TRA-14", "TRA-15")
NETWORK = [defect for defect in catalogue().values() if defect.group == "network"]

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


def test_the_status_matrix_passes_through_both_sinks(campaigns: Rig) -> None:
    run = campaigns.run(rules=RULES)
    assert {result.rule.key: result.verdict for result in run.rules} == dict.fromkeys(RULES, Verdict.PASS)


@pytest.mark.parametrize("defect", NETWORK, ids=lambda defect: defect.name)
def test_a_mistake_of_the_network_is_caught(campaigns: Rig, defect) -> None:
    rules = sorted(defect.caught_by)
    run = campaigns.run(defects=frozenset({defect.name}), rules=rules)
    caught = {result.verdict for result in run.rules}
    assert caught & {Verdict.FAIL, Verdict.WARNING}, [result.reason.en for result in run.rules]
