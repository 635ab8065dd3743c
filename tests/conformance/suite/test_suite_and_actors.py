"""What a software owes may depend on what it is: nobody is accused of lacking what is optional for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.verdicts import Verdict

if TYPE_CHECKING:
    from conformance.matrix.running import Rig

NO_CARD, NO_CERTIFICATE = "card-of-professional-not-offered", "certificate-not-offered"


@pytest.mark.parametrize(
    ("actors", "defect", "verdict"),
    [
        (("RI", "CALL", "LGO"), NO_CARD, Verdict.PASS),
        (("RI", "CALL", "LGO"), NO_CERTIFICATE, Verdict.PASS),
        (("CDS",), NO_CARD, Verdict.PASS),
        (("CDS",), NO_CERTIFICATE, Verdict.FAIL),
        (("RI", "LAB"), NO_CARD, Verdict.FAIL),
        (("RI", "LAB"), NO_CERTIFICATE, Verdict.FAIL),
        ((), NO_CARD, Verdict.INCONCLUSIVE),
    ],
)
def test_who_owes_card_and_certificate(
    campaigns: Rig, actors: tuple[str, ...], defect: str, verdict: Verdict
) -> None:
    run = campaigns.run(defects=frozenset({defect}), rules=["CAL-15"], actors=actors)
    [result] = [each for each in run.rules if each.rule.key == "CAL-15"]
    assert result.verdict is verdict, result.reason


def test_a_plan_that_says_nothing_accuses_nobody_who_offers_both(campaigns: Rig) -> None:
    run = campaigns.run(rules=["CAL-15"], actors=())
    assert [each.verdict for each in run.rules if each.rule.key == "CAL-15"] == [Verdict.PASS]
