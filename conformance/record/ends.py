"""How a check ended, with all that it saw: what rules are judged from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conformance.record.events import Outcome
    from conformance.record.timeline import Entry
    from conformance.verdicts import Aside
    from simulator.text import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckEnd:
    """A check and how it ended."""

    id: str
    title: Text
    rules: tuple[str, ...]
    outcome: Outcome
    duration: float = 0.0
    evidence: tuple[Entry, ...] = ()
    asides: tuple[Aside, ...] = ()
    """Departures from other rules that it saw on its way."""
