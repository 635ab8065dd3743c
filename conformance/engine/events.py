"""What a run tells whoever listens, while it runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from conformance.record.events import DoctorFinding
from conformance.verdicts import Verdict  # noqa: TC001 - read at run time, where events come from another process
from simulator.text import Text  # noqa: TC001 - same

if TYPE_CHECKING:
    from conformance.record.results import RuleResult


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckStarted:
    """A check begins; the software is about to be reset."""

    id: str
    title: Text
    rules: tuple[str, ...]
    """Keys of the rules it verifies."""
    number: int
    """1-based."""
    total: int
    """0: this process does not know it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckFinished:
    """A check ended."""

    id: str
    title: Text
    rules: tuple[str, ...]
    verdict: Verdict
    """The worst of what it means for its rules."""
    reason: Text
    duration: float
    """Seconds."""
    number: int
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFinished:
    """All checks ended, or the user stopped the run."""

    rules: tuple[RuleResult, ...]
    interrupted: bool


Event: TypeAlias = DoctorFinding | CheckStarted | CheckFinished | RunFinished
