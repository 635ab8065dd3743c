"""What the journal wants to know of a call while it is answered: how far it got, and when."""

from __future__ import annotations

from time import perf_counter_ns


class Watch:
    """The stages of one call, timed."""

    __slots__ = ("_last", "_started", "authentication", "timings")

    def __init__(self) -> None:
        self._started = self._last = perf_counter_ns()
        self.timings: dict[str, int] = {}
        """Microseconds by stage, see ``simulator.journal.exchange.STAGES``."""
        self.authentication: str | None = None
        """How the caller proved itself, once that is known."""

    def reached(self, stage: str) -> None:
        """Note that a stage has ended, and how long it took since the one before."""
        now = perf_counter_ns()
        self.timings[stage] = self.timings.get(stage, 0) + (now - self._last) // 1000
        self._last = now

    @property
    def micros(self) -> int:
        """Microseconds from the start to the end of the last stage."""
        return (self._last - self._started) // 1000
