"""What a campaign found: the verdict of each rule, and of each check behind it, with its evidence."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from conformance.rules.catalogue import Strength
from conformance.verdicts import Verdict
from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from conformance.record.events import DoctorFinding
    from conformance.record.missed import Missed
    from conformance.record.timeline import Entry
    from conformance.rules.catalogue import Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """A departure that somebody answers for until a day. It never makes a PASS."""

    rule: str
    reason: str
    author: str
    expires: date
    """The last day on which it holds."""
    link: str = ""


class WaiverState(StrEnum):
    """What has become of a waiver."""

    HOLDS = "holds"
    """The rule is departed from, and the campaign does not end badly for it."""
    EXPIRED = "expired"
    """Its last day is over: it counts for nothing."""
    NOT_NEEDED = "not-needed"
    """The rule is not departed from: the waiver can go."""


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
    is_apart: bool = False
    """NOT_TESTED, and it is a path that not all software has: the other checks decide."""
    missed: tuple[Missed, ...] = ()
    """The paths of this check that were not tested, because the software lacks a verb that they alone need."""
    consequence_of: tuple[str, ...] = ()
    """Keys of the rules whose departure kept this check from being prepared."""


def deciding(checks: tuple[CheckResult, ...]) -> tuple[CheckResult, ...]:
    """Return the checks that the verdict of a rule follows from.

    A path that the software does not have says nothing for or against the others; alone it says nothing at all.
    """
    return tuple(check for check in checks if not check.is_apart) or checks


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleResult:
    """One rule and what its checks conclude."""

    rule: Rule
    verdict: Verdict
    reason: Text
    checks: tuple[CheckResult, ...] = ()
    waiver: Waiver | None = None
    waiver_state: WaiverState | None = None
    """``None`` when there is no waiver."""

    @property
    def also(self) -> tuple[CheckResult, ...]:
        """What its verdict does not tell: beside a WARNING what could not be judged, under an INCONCLUSIVE what a person has to look at."""
        beside = {
            Verdict.WARNING: Verdict.INCONCLUSIVE,
            Verdict.INCONCLUSIVE: Verdict.REVIEW,
        }.get(self.verdict)
        return tuple(check for check in deciding(self.checks) if check.verdict is beside)

    @property
    def is_judged_in_part(self) -> bool:
        """Whether some of its checks could not be judged, although the verdict is on the software."""
        return self.verdict is Verdict.WARNING and bool(self.also)

    @property
    def is_departed(self) -> bool:
        """Whether the software departs from the rule, whatever else could not be judged."""
        return self.verdict in {Verdict.FAIL, Verdict.WARNING}

    @property
    def is_waived(self) -> bool:
        """Whether the campaign does not end badly for this rule although it was departed from."""
        return self.waiver_state is WaiverState.HOLDS

    @property
    def consequence_of(self) -> tuple[str, ...]:
        """Keys of the rules whose departure explains that nothing is concluded about this one."""
        return tuple(dict.fromkeys(key for check in self.checks for key in check.consequence_of))

    @property
    def paths_not_tested(self) -> tuple[Missed, ...]:
        """The paths that a verdict on the software does not cover; none where nothing is said of the software at all."""
        if self.verdict in UNTESTED:
            return ()
        return tuple(dict.fromkeys(missed for check in self.checks for missed in check.missed))

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
    is_selection: bool = False
    """Rules of the catalogue were left out on purpose: the campaign says nothing about them."""
    software_vendor: str = ""
    software_address: str = ""
    """Where it was driven."""
    verbs: tuple[str, ...] = ()
    """The verbs that the software declares."""
    plan_data: Mapping[str, Any] = field(default_factory=dict)
    """The whole plan as JSON-like data, secrets masked: profile, strictness, waivers and all."""
    doctor: tuple[DoctorFinding, ...] = ()
    """What was found about the set-up before the campaign; never held against the software."""
    journeys: tuple[str, ...] = ()
    """The journeys taken instead of the suite; empty: the suite."""

    @property
    def without_check(self) -> Text:
        """What a rule lacks that no check of this campaign looks at: ``sans contrôle …``."""
        if self.journeys:
            return Text("sans contrôle dans les parcours suivis", "without a check in the journeys taken")
        return Text(
            "sans contrôle automatique dans cette version du banc",
            "without an automatic check in this version of the bench",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """A whole campaign: what every report is made from."""

    meta: CampaignMeta
    rules: tuple[RuleResult, ...] = field(default=())

    def summary(self) -> dict[Verdict, int]:
        """Return how many rules got each of the seven verdicts."""
        return {verdict: sum(result.verdict is verdict for result in self.rules) for verdict in Verdict}

    @property
    def checked(self) -> tuple[RuleResult, ...]:
        """The rules that have a check in this bench."""
        return tuple(result for result in self.rules if result.checks)

    @property
    def tested(self) -> tuple[RuleResult, ...]:
        """The rules about which something was found out."""
        return tuple(result for result in self.checked if result.verdict not in UNTESTED)

    @property
    def tested_in_part(self) -> tuple[RuleResult, ...]:
        """Those of them of which the software does not offer some path."""
        return tuple(result for result in self.tested if result.paths_not_tested)

    @property
    def applicable(self) -> tuple[RuleResult, ...]:
        """The rules that bind this software and that this bench can check."""
        return tuple(result for result in self.checked if result.verdict is not Verdict.NOT_APPLICABLE)

    @property
    def untested_obligations(self) -> tuple[RuleResult, ...]:
        """The rules of strength MUST that this bench can check and about which nothing was found out."""
        return tuple(
            result
            for result in self.applicable
            if result.verdict in UNTESTED and result.rule.strength is Strength.MUST
        )


UNTESTED = frozenset({Verdict.NOT_TESTED, Verdict.INCONCLUSIVE, Verdict.NOT_APPLICABLE})
"""Verdicts that say nothing about the software."""
