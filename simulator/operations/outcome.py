"""What an operation works with, and what it concludes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from datetime import datetime

    from simulator.authentication import Caller
    from simulator.contract.faults import Fault
    from simulator.contract.render import Dialect
    from simulator.journal.exchange import Decision
    from simulator.lots.store import LotStore
    from simulator.registry.protocol import Registry
    from simulator.scripting.chaos import ChaosStep
    from simulator.sessions.store import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What an operation may look at beside the call."""

    registry: Registry
    lots: LotStore
    session: Session
    now: datetime
    """The time as the session sees it."""
    caller: Caller
    """Who calls, as far as it is proved."""


class Renderable(Protocol):
    """An answer of any operation."""

    @property
    def code(self) -> str:
        """The answer code, as the journal shows it."""
        ...

    def render(self, dialect: Dialect) -> bytes:
        """Return the bytes of the answer (HTTP 200)."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What was decided, before rendering: an answer or a fault, and why."""

    decision: Decision
    answer: Renderable | None = None
    fault: Fault | None = None
    chaos: tuple[ChaosStep, ...] = ()
    """What a scenario does to the answer on its way, in this order."""
