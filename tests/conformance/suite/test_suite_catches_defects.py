"""Each injectable defect of the reference LGO is caught by the rules meant for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.reference.defects import catalogue
from conformance.verdicts import Verdict

if TYPE_CHECKING:
    from conftest import Campaigns


@pytest.mark.parametrize("name", list(catalogue()))
def test_the_defect_is_caught_by_its_rules(campaigns: Campaigns, name: str) -> None:
    defect = catalogue()[name]
    run = campaigns.run(defects=frozenset({name}), rules=defect.caught_by)
    verdicts = {result.rule.key: result.verdict for result in run.rules}
    assert verdicts == dict.fromkeys(defect.caught_by, Verdict.FAIL)
    failed = [check for result in run.rules for check in result.checks if check.verdict is Verdict.FAIL]
    assert all(check.reason.fr != check.reason.en for check in failed)
