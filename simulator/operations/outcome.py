"""What an operation works with, and what it concludes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulator.contract.faults import Fault
    from simulator.contract.render import Answer
    from simulator.journal.exchange import Decision
    from simulator.registry.store import RegistryStore
    from simulator.sessions.store import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What an operation may look at beside the call."""

    registry: RegistryStore
    session: Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What was decided, before rendering: an answer or a fault, and why."""

    decision: Decision
    answer: Answer | None = None
    fault: Fault | None = None
