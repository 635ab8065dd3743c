"""What travels between the bench and the software while a check runs, kept until one knows whether it passes."""

from __future__ import annotations

from collections import deque
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from conformance.record.raw import masked_raw
from conformance.record.timeline import ActEntry, DriverEntry
from conformance.verdicts import Verdict

if TYPE_CHECKING:
    from conformance.drivers.raw import RawExchange
    from conformance.record.timeline import Entry

MAX_KEPT: Final = 300
"""Exchanges of one check that are kept, the last ones."""
WANTED: Final = frozenset({Verdict.FAIL, Verdict.WARNING, Verdict.INCONCLUSIVE, Verdict.REVIEW})
"""Endings of a check for which somebody will look at what travelled."""


class RawTap:
    """Listens to a driver, and knows which act each exchange belongs to.

    Args:
        driver: one that has ``on_exchange``; another is left alone, and nothing is kept.
    """

    def __init__(self, driver: Any) -> None:
        """Begin to listen."""
        self._driver = driver
        self._pending: list[RawExchange] = []
        self._kept: deque[tuple[datetime, str, RawExchange]] = deque(maxlen=MAX_KEPT)
        if hasattr(driver, "on_exchange"):
            driver.on_exchange = self._pending.append

    def begin(self) -> None:
        """Forget what a former check saw."""
        self._pending.clear()
        self._kept.clear()

    def seen(self, entry: Entry) -> None:
        """Give what has come since the last act to the one that the timeline has just got."""
        if isinstance(entry, ActEntry):
            self._take(entry.at, entry.verb)

    def preparing(self, what: str) -> None:
        """Give what has come to an act that no timeline has, such as emptying the software."""
        self._take(datetime.now(UTC), what)

    def entries(self, verdict: Verdict) -> tuple[DriverEntry, ...]:
        """Return what travelled during the check, when its verdict is one to look into."""
        self.preparing("reset")
        if verdict not in WANTED:
            return ()
        # Masked here, not as it comes: most checks pass, and nobody looks at what travelled for them.
        return tuple(
            DriverEntry(
                at=at,
                verb=verb,
                sent=masked_raw(exchange.sent),
                received=masked_raw(exchange.received),
                seconds=round(exchange.seconds, 4),
            )
            for at, verb, exchange in self._kept
        )

    def close(self) -> None:
        """Listen no more."""
        if hasattr(self._driver, "on_exchange"):
            self._driver.on_exchange = None

    def _take(self, at: datetime, verb: str) -> None:
        self._kept.extend((at, verb, exchange) for exchange in self._pending)
        self._pending.clear()
