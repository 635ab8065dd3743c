"""What the demonstration says of a defect that it injected, when only some of the rules meant for it ran."""

from __future__ import annotations

import pytest

from conformance.commands.demo import _catch
from conformance.verdicts import Verdict


@pytest.mark.parametrize(
    ("verdicts", "told"),
    [
        ({"STA-08": Verdict.FAIL, "ATT-05": Verdict.PASS}, "is caught by STA-08"),
        ({"STA-08": Verdict.PASS, "ATT-05": Verdict.WARNING}, "is caught by ATT-05"),
        ({"STA-08": Verdict.PASS, "ATT-05": Verdict.INCONCLUSIVE}, "IS NOT CAUGHT by ATT-05, STA-08"),
        ({"STA-08": Verdict.PASS}, "IS NOT CAUGHT by STA-08 (ATT-05 is not in this selection)"),
        ({"CRE-01": Verdict.FAIL}, "could not be caught: ATT-05, STA-08 is not in this selection"),
    ],
)
def test_rules_that_did_not_run_are_not_said_to_have_missed_it(verdicts, told):
    assert _catch(("ATT-05", "STA-08"), verdicts)["en"] == told
