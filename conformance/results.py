"""What a campaign found: the verdict of each rule, and of each check behind it, with its evidence."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from conformance.verdicts import Verdict

if TYPE_CHECKING:
    from datetime import datetime

    from conformance.evidence import Entry
    from conformance.rules.catalogue import Rule
    from simulator.text import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    """One check that ran, or that could not."""

    id: str
    """Stable: ``search.by_birth_date`` for ``test_by_birth_date`` of ``suite/test_search.py``."""
    title: Text
    verdict: Verdict
    """For the rule that holds this result: a departure from a recommendation is a WARNING there."""
    reason: Text
    """Why; empty for a PASS."""
    hint: Text | None = None
    """What the user can do about an INCONCLUSIVE."""
    evidence: tuple[Entry, ...] = ()
    duration: float = 0.0
    """Seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleResult:
    """One rule and what its checks conclude."""

    rule: Rule
    verdict: Verdict
    reason: Text
    checks: tuple[CheckResult, ...] = ()

    @property
    def duration(self) -> float:
        """Seconds that its checks took."""
        return sum(check.duration for check in self.checks)


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignMeta:
    """What was tested, with what, and when."""

    started_at: datetime
    """With its time zone."""
    finished_at: datetime
    software_name: str
    software_version: str
    bench_version: str
    simulator_version: str
    seed: int | None = None
    """Seed of the patients drawn: the same seed draws the same patients."""
    plan: str | None = None
    """The plan file, when there is one."""
    interrupted: bool = False
    """The user stopped the campaign before its end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """A whole campaign: what every report is made from."""

    meta: CampaignMeta
    rules: tuple[RuleResult, ...] = field(default=())

    def summary(self) -> dict[Verdict, int]:
        """Return how many rules got each of the seven verdicts."""
        return {verdict: sum(result.verdict is verdict for result in self.rules) for verdict in Verdict}
