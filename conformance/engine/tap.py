"""The one cursor on what INSi, and the sinks of the same simulator, receive during a campaign."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from conformance.drivers.ahead import FRESH_S
from conformance.engine.stamp import stamp_of
from simulator.client.near import NearExchanges
from simulator.journal.exchange import INSI

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.engine.context import BenchContext
    from simulator.client import ExchangeView, SessionClient

_T = TypeVar("_T")


class Tap:
    """Reads the exchanges of the session in their order, each once, and gives them to whoever watches.

    The evidence of the check that runs, ``during`` and the drivers that wait for something on the wire are all served
    from here. Those of the sinks (DMP, MSSanté) are evidence and nothing else: a check that looks at the calls to INSi does not
    see them. Reading happens after a verb that may call INSi, and where somebody has to know; not after each verb.

    Args:
        insi: the session of the campaign, or what reads its exchanges.
        on_exchange: is told of each exchange, in order.
        stamp: tells whether anything can have come since it was last asked: it returns the same as before when nothing can;
            ``None``: it does not know.
    """

    def __init__(
        self,
        insi: SessionClient | NearExchanges,
        on_exchange: Callable[[ExchangeView], None],
        stamp: Callable[[], object | None] = lambda: None,
    ) -> None:
        """Begin at the first exchange of the session."""
        self._insi = insi
        self._on_exchange = on_exchange
        self._last = 0
        self._windows: list[list[ExchangeView]] = []
        self._acted = True
        self._read_at = 0.0
        self._stamp = stamp
        self._stamped: object | None = None
        """The stamp of before the last reading."""

    @property
    def last(self) -> int:
        """Number of the last exchange read."""
        return self._last

    def acted(self) -> None:
        """Note that the software was asked for something: what is known of the wire may be old."""
        self._acted = True

    def read(self) -> None:
        """Read what came since the last time.

        Raises:
            BenchClientError: the simulator does not answer.
        """
        # First: what comes while the answer is on its way must not be taken for read.
        self._acted = False
        stamp = self._stamp()
        if stamp is not None and stamp == self._stamped:
            self._read_at = time.monotonic()
            return
        for exchange in self._insi.exchanges(after=self._last, service=None):
            if exchange.id <= self._last:
                continue
            self._last = exchange.id
            if exchange.service == INSI:
                for window in self._windows:
                    window.append(exchange)
            self._on_exchange(exchange)
        self._stamped = stamp
        self._read_at = time.monotonic()

    def catch_up(self) -> None:
        """Read, unless nothing can have come since the last time."""
        if self._acted or time.monotonic() - self._read_at > FRESH_S:
            self.read()

    def during(self, act: Callable[[], _T]) -> tuple[_T, list[ExchangeView]]:
        """Do ``act`` and return what it returned, with the exchanges that took place meanwhile, oldest first.

        Raises:
            BenchClientError: the simulator does not answer.
        """
        self.catch_up()
        window: list[ExchangeView] = []
        self._windows.append(window)
        try:
            result = act()
            self.catch_up()
        finally:
            # By identity: two windows may hold the same exchanges.
            self._windows = [other for other in self._windows if other is not window]
        return result, window


def tap_of(context: BenchContext, on_exchange: Callable[[ExchangeView], None]) -> Tap:
    """Return the tap of a campaign: on the journal itself where the campaign runs the simulator, on the control API elsewhere."""
    insi, journal = context.insi, context.journal
    return Tap(
        insi if journal is None else NearExchanges(insi, journal), on_exchange, partial(stamp_of, journal)
    )
