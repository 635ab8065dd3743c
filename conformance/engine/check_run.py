"""What happens to one check of a run."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from conformance.engine.outcome import PASSED
from conformance.record.judging import INTERRUPTED
from conformance.record.timeline import Timeline
from conformance.verdicts import combine

if TYPE_CHECKING:
    from conformance.engine.checks import Check
    from conformance.record.events import Outcome


@dataclass(slots=True, kw_only=True)
class CheckRun:
    """What happened to one check so far."""

    check: Check
    number: int
    """Its place among the checks of the rules wanted, in the order of the suite."""
    evidence: Timeline = field(default_factory=Timeline)
    outcomes: list[Outcome] = field(default_factory=list)
    """One per phase that raised; empty when all went well."""
    duration: float = 0.0
    finished: bool = False
    verbs: set[str] = field(default_factory=set)
    gone: bool = False
    """Nobody answered for the software."""

    @property
    def outcome(self) -> Outcome:
        """The worst of its phases."""
        if not self.finished:
            return INTERRUPTED
        worst = combine([PASSED.verdict, *(outcome.verdict for outcome in self.outcomes)])
        outcome = next((outcome for outcome in self.outcomes if outcome.verdict is worst), PASSED)
        return replace(outcome, missed=(*self.evidence.missed, *outcome.missed))
