"""What the lines of a record say; the page of the room explains the format."""

# ruff: noqa: TC001, TC003 - the types of the fields are read at run time, by ``coding``.

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

from conformance.record.missed import Missed
from conformance.record.timeline import AttachmentEntry, Plain
from conformance.verdicts import Aside, Verdict
from simulator.text import Text

VERSION = 2
"""Schema version of the lines."""
READABLE = frozenset({1, 2})
"""Schema versions that are read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a check ended, before any rule is considered."""

    verdict: Verdict
    reason: Text
    hint: Text | None = None
    details: str = ""
    """Trace or full message, for the developer."""
    depends_on: tuple[str, ...] = ()
    """Keys of the rules whose departure would explain this ending."""
    driver_failed: bool = False
    """The software could not be driven at all: after a few of these the engine stops calling it."""
    inferred: bool = False
    """A FAIL that rests on an inferred part of a rule."""
    missing_verb: str = ""
    """The verb that the software declares not to offer, when that is why nothing was tested."""
    is_apart: bool = False
    """NOT_TESTED, and the check declares that it is a path apart: the other checks of the rule decide. ``missed`` names the path."""
    missed: tuple[Missed, ...] = ()
    """The paths apart of this check that were not tested."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Software:
    """What the software under test declares about itself."""

    name: str
    version: str
    vendor: str = ""
    address: str = ""
    """Where it was driven, without any secret."""
    verbs: tuple[str, ...] = ()
    not_supported: Mapping[str, str] = field(default_factory=dict)
    """Reason by verb."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignStarted:
    """The first line of a record."""

    at: datetime
    bench_version: str
    simulator_version: str
    software: Software
    seed: int | str
    plan: Mapping[str, Plain]
    """The whole plan as JSON-like data; secrets are masked."""
    rules: tuple[str, ...]
    """Keys of the rules that the campaign verifies, those declared not applicable included."""
    is_selection: bool
    """Some rules of the catalogue were left out on purpose."""
    rule_digests: Mapping[str, str]
    """SHA-256 of the text of each of these rules (``judging.rule_digest``)."""
    checks: tuple[str, ...] = ()
    """Ids of the checks to run when only some were asked for; empty: all those of the rules."""
    shard: str = ""
    """``2/4`` for the second of four parallel processes."""
    session: str = ""
    """The session of the simulator, which a guided campaign goes on with when it is resumed."""
    journeys: tuple[str, ...] = ()
    """The journeys taken instead of the suite; empty: the suite."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignResumed:
    """The campaign goes on in another process, in another session of the simulator."""

    at: datetime
    bench_version: str
    simulator_version: str
    software: Software


@dataclass(frozen=True, slots=True, kw_only=True)
class DoctorFinding:
    """One thing looked at before the campaign."""

    at: datetime
    check: str
    """``address``, ``clock``, ``insi-reached``…"""
    is_ok: bool
    text: Text
    remedy: Text | None = None
    stops: bool = False
    """With this the campaign would say nothing about the software: it does not begin."""
    details: str = ""
    """What travelled, or another message as it came, for the developer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedCheck:
    """A check that is to run."""

    check: str
    title: Text
    rules: tuple[str, ...]
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SuiteCollected:
    """The checks that this campaign is to run: those that never began are known from here."""

    at: datetime
    checks: tuple[PlannedCheck, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckStarted:
    """A check begins."""

    at: datetime
    check: str
    title: Text
    rules: tuple[str, ...]
    number: int
    """Its place in the suite, from 1: it gives the order of reports, whoever ran first."""
    total: int
    """0 in the part of a process that collects only what it takes; the whole record says it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """The check saw what an earlier line tells."""

    at: datetime
    of: int
    """Number of that line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HumanAct:
    """Something that a person did at the software, or looked at, and what they answered: a campaign resumes after it."""

    at: datetime
    journey: str
    key: str
    """What was asked: SHA-256 of journey, verb, user, arguments, and how often the same was asked before."""
    verb: str
    answer: Plain = None
    """The answer of the verb as JSON, corrected by the person."""
    unseen: tuple[str, ...] = ()
    """Members of the answer that the person could not see."""
    outcome: str = "done"
    """``done``, ``refused``, ``not_supported`` or ``undecided``."""
    message: str = ""
    """What the software said when it refused; why the act is not offered."""
    exchanges: tuple[int, ...] = ()
    """The calls that INSi received for it."""
    void: tuple[int, ...] = ()
    """Exchanges made by a mistake of the person: they say nothing about the software."""
    notes: tuple[str, ...] = ()
    files: tuple[AttachmentEntry, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewDecided:
    """A person decided what only eyes can judge. The last decision about a check counts."""

    at: datetime
    check: str
    verdict: Verdict
    """PASS, FAIL, WARNING or NOT_TESTED."""
    author: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckFinished:
    """A check ended."""

    at: datetime
    check: str
    outcome: Outcome
    duration: float
    """Seconds."""
    verbs: tuple[str, ...] = ()
    """The verbs that it used, sorted."""
    asides: tuple[Aside, ...] = ()
    """Departures from other rules that it saw on its way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignFinished:
    """The campaign ended, or the user stopped it."""

    at: datetime
    interrupted: bool = False


Event: TypeAlias = (
    CampaignStarted
    | CampaignResumed
    | DoctorFinding
    | SuiteCollected
    | CheckStarted
    | Again
    | HumanAct
    | ReviewDecided
    | CheckFinished
    | CampaignFinished
)
