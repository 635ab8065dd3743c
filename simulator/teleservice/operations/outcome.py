"""What an operation works with, and what it concludes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from simulator.values import value

if TYPE_CHECKING:
    from datetime import datetime

    from simulator.chaos.catalogue import ChaosStep
    from simulator.contract.faults import Fault
    from simulator.contract.render import Dialect
    from simulator.journal.exchange import Decision
    from simulator.lots.store import LotStore
    from simulator.registry.protocol import Registry
    from simulator.scripting.model import Raw
    from simulator.sessions.store import Session
    from simulator.teleservice.authentication import Caller


@value(frozen=True, slots=True, kw_only=True)
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


@dataclass(frozen=True, slots=True)
class RawAnswer:
    """Bytes that a scenario answers as they are."""

    raw: Raw

    @property
    def code(self) -> str:
        """There is no answer code: nobody has read these bytes."""
        return "raw"

    def render(self, dialect: Dialect) -> bytes:
        """Return the bytes; they have no dialect."""
        del dialect
        return self.raw.body


@value(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What was decided, before rendering: an answer or a fault, and why."""

    decision: Decision
    answer: Renderable | None = None
    fault: Fault | None = None
    chaos: tuple[ChaosStep, ...] = ()
    """What a scenario does to the answer on its way, in this order."""
    http_status: int = 200
    """Of an answer; a fault has its own."""
    content_type: str | None = None
    """Of raw bytes; the others have that of the service."""
