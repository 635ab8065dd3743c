"""Whether a simulator is gone while a run calls it: said once, and a run ends with the last one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from conformance.load.nodes import Stands
    from conformance.load.run import Run

GONE_CALLS: Final = 20
"""Calls in a row that find no server,"""
GONE_S: Final = 3.0
"""and seconds for which they do: it is asked whether it is there."""


class Watchman:
    """Asks a simulator that no call reaches whether it is there."""

    def __init__(self, this: Run, stand: Stands) -> None:
        self._run, self._stand = this, stand
        self._since: dict[str, float] = {}
        self._gone: set[str] = set()

    def look(self, now: float, unreached: Mapping[str, int]) -> None:
        """Look at the calls in a row that found no server; ``now``: seconds since the beginning."""
        for node, calls in unreached.items():
            if calls < GONE_CALLS:
                self._since.pop(node, None)
                self._gone.discard(node)
            elif now - self._since.setdefault(node, now) > GONE_S and node not in self._gone:
                self._since[node] = now
                self._ask(node, round(now, 4))

    def _ask(self, node: str, now: float) -> None:
        silent = self._stand.silent()
        if len(silent) == len(self._stand.each):
            self._run.emit({"kind": "event", "t": now, "what": "server-gone"})
            self._run.stop("server-gone")
        elif node in silent:
            self._gone.add(node)
            self._run.emit({"kind": "event", "t": now, "what": "node-gone", "node": node})


def reached_by_none(told: Iterable[Mapping[str, int]]) -> dict[str, int]:
    """Return the calls in a row that found no server, by node, as the generator tells that reaches each best.

    ``told``: what each generator that still works counts. A node that one of them reaches is not gone, however many calls
    of another, in another network, do not arrive: those are errors of the run.
    """
    least: dict[str, int] = {}
    for each in told:
        for node, calls in each.items():
            least[node] = min(calls, least.get(node, calls))
    return least
