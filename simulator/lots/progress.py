"""How far the verification of a lot is: pure arithmetic on the session's clock.

Nothing runs in the background. The state of a lot follows from when it was deposited, what time it is now
and how many lines it has; a line is verified when somebody collects it. So nothing competes with single
calls, a restart loses nothing, and moving the clock of the session moves the lot.

Limits, delays and states of the real service are not established (insi-contract §10.2): all inferred.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True, kw_only=True)
class LotSettings:
    """What a simulator grants to lots (inferred, insi-contract §10.2)."""

    max_lines: int = 10_000
    """Most lines in a lot."""
    max_open: int = 100
    """Most lots of one session that are not finished."""
    start_delay_s: float = 1.0
    """Seconds from the deposit to the first line."""
    lines_per_s: float = 500.0
    """Lines that become available each second after that."""
    page_lines: int = 1000
    """Most lines in one answer to a collection."""
    kept_days: float = 7.0
    """Days for which a finished lot can be collected."""

    def __post_init__(self) -> None:
        """Refuse values that make no sense."""
        for name in ("max_lines", "max_open", "page_lines", "lines_per_s", "kept_days"):
            if not getattr(self, name) > 0:
                raise ValueError(f"{name}: expected more than 0, got {getattr(self, name)!r}")
        if self.start_delay_s < 0:
            raise ValueError(f"start_delay_s: expected 0 or more, got {self.start_delay_s!r}")


class LotState(StrEnum):
    """The state of a lot, by its wire name (inferred)."""

    RECEIVED = "RECU"
    IN_PROGRESS = "EN_COURS"
    FINISHED = "TERMINE"
    EXPIRED = "EXPIRE"
    """Finished too long ago; shown by the control API only, a collection is refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lot:
    """A lot as it was deposited. Times are milliseconds since 1970, on the session's clock."""

    id: str
    session: str
    deposited_at: int
    lines: int
    starts_at: int
    finishes_at: int
    expires_at: int
    page_lines: int

    @property
    def pages(self) -> int:
        """How many collections of one page each bring all lines."""
        return math.ceil(self.lines / self.page_lines)

    def available(self, now: int) -> int:
        """Return how many lines, from the first, have their result at this time."""
        if now < self.starts_at:
            return 0
        if now >= self.finishes_at:
            return self.lines
        return self.lines * (now - self.starts_at) // (self.finishes_at - self.starts_at)

    def state(self, now: int) -> LotState:
        """Return the state at this time."""
        if now < self.starts_at:
            return LotState.RECEIVED
        if now < self.finishes_at:
            return LotState.IN_PROGRESS
        return LotState.FINISHED if now < self.expires_at else LotState.EXPIRED


def plan(*, lot_id: str, session: str, now: int, lines: int, settings: LotSettings) -> Lot:
    """Return the lot of ``lines`` lines that is deposited at ``now``."""
    starts_at = now + round(settings.start_delay_s * 1000)
    finishes_at = starts_at + math.ceil(lines / settings.lines_per_s * 1000)
    return Lot(
        id=lot_id,
        session=session,
        deposited_at=now,
        lines=lines,
        starts_at=starts_at,
        finishes_at=finishes_at,
        expires_at=finishes_at + round(settings.kept_days * 86_400_000),
        page_lines=settings.page_lines,
    )
