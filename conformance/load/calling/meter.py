"""What one generator measures, gathered for a quarter of a second at a time."""

from __future__ import annotations

import time
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from conformance.load.histogram import Histogram

if TYPE_CHECKING:
    from collections.abc import Callable

TICK_S: Final = 0.25
"""How long a tick lasts: what a killed generator loses at most."""
ERRORS_TOLD: Final = 100
"""Errors of which the record says more than the code."""
WRONG_TOLD: Final = 1000
"""Wrong answers kept with their exchange."""
SAMPLED: Final = 2000
"""Calls of which client and simulator times are compared at the end: the last ones."""
MAX_TEXT: Final = 60_000
"""Characters of a message that the record keeps."""


class _Part:
    """One operation in the tick under way."""

    __slots__ = ("calls", "codes", "errors", "latency", "retries", "service", "wrong")

    def __init__(self) -> None:
        self.calls = self.wrong = self.errors = self.retries = 0
        self.latency, self.service = Histogram(), Histogram()
        self.codes: Counter[str] = Counter()

    def add(
        self, code: str, latency: float, service: float, *, wrong: bool, error: bool, retry: bool
    ) -> None:
        self.calls += 1
        self.wrong += wrong
        self.errors += error
        self.retries += retry
        self.latency.add(latency)
        self.service.add(service)
        self.codes[code] += 1

    def to_json(self) -> dict[str, Any]:
        return {
            "n": self.calls,
            "wrong": self.wrong,
            "errors": self.errors,
            "retries": self.retries,
            "latency": self.latency.to_json(),
            "service": self.service.to_json(),
            "codes": dict(self.codes),
        }


class Meter:
    """Counts calls, and hands lines for the record to ``emit``."""

    def __init__(self, emit: Callable[[dict[str, Any]], None], *, worker: str = "") -> None:
        """Take where lines go.

        Args:
            emit: is given each line.
            worker: name of this generator.
        """
        self._emit = emit
        self.started = time.monotonic()
        """``time.monotonic()`` of the beginning."""
        self._worker = worker
        self._parts: dict[str, _Part] = {}
        self._nodes: dict[str, _Part] = {}
        self._last = self.started
        self._processor = time.process_time()
        self._told = self._told_wrong = 0
        self.due = 0
        self.calls = 0
        self.wrong = 0
        self.unreached: dict[str, int] = {}
        """Calls in a row that found no server, by node."""
        self.listen: Callable[[str, float, str | None], None] | None = None
        """Told of each call as well: operation, latency in seconds, and the code of an error."""
        self.samples: dict[str, tuple[float, float]] = {}
        """Latency and time on the wire by message id, the last ``SAMPLED``."""

    def begin(self) -> None:
        """Start counting time now."""
        self.started = self._last = time.monotonic()
        self._processor = time.process_time()

    def now(self) -> float:
        """Return seconds since the beginning."""
        return time.monotonic() - self.started

    def call(
        self,
        operation: str,
        *,
        code: str,
        latency: float,
        service: float,
        wrong: bool = False,
        error: bool = False,
        retry: bool = False,
        reached: bool = True,
        message_id: str | None = None,
        node: str = "",
    ) -> None:
        """Count one call. Times are seconds; ``reached``: a server answered, whatever it said; ``node``: which one, of several."""
        part = self._parts.get(operation)
        if part is None:
            part = self._parts[operation] = _Part()
        part.add(code, latency, service, wrong=wrong, error=error, retry=retry)
        if node:
            self._nodes.setdefault(node, _Part()).add(
                code, latency, service, wrong=wrong, error=error, retry=retry
            )
        self.calls += 1
        self.wrong += wrong
        if self.listen is not None:
            self.listen(operation, latency, code if error or wrong else None)
        self.unreached[node] = 0 if reached else self.unreached.get(node, 0) + 1
        if message_id is not None and not error:
            if len(self.samples) >= SAMPLED:
                del self.samples[next(iter(self.samples))]
            self.samples[message_id] = (latency, service)

    def tell_wrong(self, operation: str, problem: str, request: str, answer: str) -> None:
        """Write a wrong answer down at once."""
        self._told_wrong += 1
        if self._told_wrong <= WRONG_TOLD:
            self._emit(
                self._line("wrong", operation=operation, problem=problem)
                | {"request": request[:MAX_TEXT], "answer": answer[:MAX_TEXT]}
            )

    def tell_error(self, operation: str, problem: str) -> None:
        """Write down what went wrong with a call; the first ones only."""
        self._told += 1
        if self._told <= ERRORS_TOLD:
            self._emit(self._line("error", operation=operation, problem=problem[:2000]))

    def tell_rule(self, rule: str, moment: str, seen: str, problem: str) -> None:
        """Write down what was seen of a rule: ``kept``, ``departed`` or ``unseen``, and why."""
        self._emit(self._line("rule", rule=rule, moment=moment, seen=seen, problem=problem[:2000]))

    def tick(self, *, stage: str, backlog: int, server: float | None = None) -> dict[str, Any]:
        """Hand over what was gathered since the last tick, and return that line."""
        now, processor = time.monotonic(), time.process_time()
        width = max(now - self._last, 1e-6)
        line = self._line("tick") | {
            "d": round(width, 4),
            "stage": stage,
            "due": self.due,
            "backlog": backlog,
            "generator": round((processor - self._processor) / width, 3),
            "server": server,
            "ops": {operation: part.to_json() for operation, part in self._parts.items()},
        }
        if self._nodes:
            line["nodes"] = {name: part.to_json() for name, part in self._nodes.items()}
        self._parts, self._nodes, self.due, self._last, self._processor = {}, {}, 0, now, processor
        self._emit(line)
        return line

    def _line(self, kind: str, **more: str) -> dict[str, Any]:
        line: dict[str, Any] = {"kind": kind, "t": round(self.now(), 4), **more}
        if self._worker:
            line["worker"] = self._worker
        return line
