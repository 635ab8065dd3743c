"""Time that passes at the counter: the clock of the software and that of INSi move together."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.suite.desk.steps import Desk


@dataclass(slots=True, kw_only=True)
class Time:
    """The time as the software and INSi see it."""

    desk: Desk
    ahead: timedelta = field(default_factory=timedelta)

    def now(self) -> datetime:
        """Return it, in UTC."""
        return datetime.now(UTC) + self.ahead

    def passes(self, **span: float) -> None:
        """Let so many ``minutes``, ``hours`` or ``days`` go by."""
        self._set(self.ahead + timedelta(**span))

    def begins_at(self, moment: datetime) -> None:
        """Let it be this time."""
        self._set(moment - datetime.now(UTC))

    def _set(self, ahead: timedelta) -> None:
        self.ahead = ahead
        self.desk.lgo.set_clock(now=self.now().isoformat(timespec="seconds"))
        self.desk.insi.offset(ahead.total_seconds())


@contextmanager
def passing(desk: Desk) -> Iterator[Time]:
    """Have the clocks in hand; both show the real time again at the end."""
    time = Time(desk=desk)
    desk.lgo.set_clock(now=time.now().isoformat(timespec="seconds"))
    try:
        yield time
    finally:
        desk.insi.reset_clock()
        desk.lgo.set_clock(now=None)
