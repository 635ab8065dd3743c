"""What happens to one check of a run."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from conformance.engine.outcome import PASSED
from conformance.record.judging import INTERRUPTED
from conformance.record.timeline import Timeline
from conformance.verdicts import combine

if TYPE_CHECKING:
    from conformance.engine.checks import Check
    from conformance.record.events import Outcome
    from conformance.verdicts import Aside


MAX_ASIDES: Final = 20
"""Departures from other rules that are noted of one check."""


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
    asides: list[Aside] = field(default_factory=list)
    """Departures from other rules, each once."""
    gone: bool = False
    """Nobody answered for the software."""

    def see(self, aside: Aside | None) -> None:
        """Note a departure from another rule, unless it is known or there are too many."""
        if aside is not None and aside not in self.asides and len(self.asides) < MAX_ASIDES:
            self.asides.append(aside)

    @property
    def outcome(self) -> Outcome:
        """The worst of its phases."""
        if not self.finished:
            return INTERRUPTED
        worst = combine([PASSED.verdict, *(outcome.verdict for outcome in self.outcomes)])
        outcome = next((outcome for outcome in self.outcomes if outcome.verdict is worst), PASSED)
        return replace(outcome, missed=(*self.evidence.missed, *outcome.missed))
