"""One request to the DMP while it is answered."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from simulator.sinks.dmp.caller import Caller

if TYPE_CHECKING:
    from simulator.contract.messages import Finding
    from simulator.sinks.backing import Settled
    from simulator.sinks.dmp.reading import Message
    from simulator.sinks.dmp.wire import DmpRequest


@dataclass(slots=True, kw_only=True)
class Visit:
    """A request, whose it is, and what has been found out about it."""

    request: DmpRequest
    settled: Settled
    session: str
    """Under what name it is kept among what was received."""
    message: Message | None
    at: str
    started: int
    caller: Caller = field(default_factory=Caller)
    findings: list[Finding] = field(default_factory=list)
