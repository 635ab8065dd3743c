"""What becomes of a check that only eyes can judge, once somebody has looked."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from conformance.verdicts import Verdict
from simulator.text import Text

if TYPE_CHECKING:
    from conformance.record.events import Outcome, ReviewDecided

DECISIONS: Final = (Verdict.PASS, Verdict.FAIL, Verdict.WARNING, Verdict.NOT_TESTED)
"""What a person can decide."""


def reviewed(outcome: Outcome, decision: ReviewDecided | None) -> Outcome:
    """Return the outcome of a check after a decision.

    Only a check that ended as REVIEW is open to one: what a machine found out stays, whatever a record says.
    """
    if decision is None or outcome.verdict is not Verdict.REVIEW or decision.verdict not in DECISIONS:
        return outcome
    day = decision.at.date().isoformat()
    return replace(
        outcome,
        verdict=decision.verdict,
        reason=Text(
            f"décidé par {decision.author} le {day} : {decision.reason}",
            f"decided by {decision.author} on {day}: {decision.reason}",
        ),
    )
