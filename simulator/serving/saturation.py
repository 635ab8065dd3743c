"""Whether a server process was at its end: how long its event loop had no time left, from its own clock and its own queue.

A call that waits for the loop cannot tell so itself. But the loop can: what it was to do at a moment it does late when
others are before it, and the processor time of its thread says how much of the time it computed.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

EVERY_S: Final = 0.25
BUSY_SHARE: Final = 0.9
"""Of the time, computing: what comes more would only wait."""
LATE_S: Final = 0.05
"""Something due waited for so long: the queue before it, or a machine that gives the process no processor."""


def is_saturated(*, busy: float, late: float) -> bool:
    """Tell whether a loop had no time left, from its share of computing and how late it was, in seconds."""
    return busy >= BUSY_SHARE or late >= LATE_S


class LoopWatch:
    """Looks at one event loop from within, four times a second."""

    def __init__(self, tell: Callable[[float], None]) -> None:
        """Take who is told of seconds during which the loop had no time left."""
        self._tell = tell
        self._due = self._looked = self._computed = 0.0

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        """Look from now on, as long as the loop runs; called in the thread of the loop."""
        self._looked, self._computed = time.monotonic(), time.thread_time()
        self._due = self._looked + EVERY_S
        loop.call_later(EVERY_S, self._look, loop)

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        now, computed = time.monotonic(), time.thread_time()
        width = now - self._looked
        if is_saturated(busy=(computed - self._computed) / width, late=now - self._due):
            self._tell(width)
        self._looked, self._computed, self._due = now, computed, now + EVERY_S
        loop.call_later(EVERY_S, self._look, loop)
