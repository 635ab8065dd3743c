"""Software that shows what it has done a moment later: a log written in batches, an index of the search refreshed each second.

How late is found out once a campaign, on an act whose traces have to show. A software whose traces are there at once is
never waited for; one whose traces do not come at all is not either: its log is then empty, which the rules judge.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

PATIENCE_S: Final = 5.0
"""What shows later than that is taken for missing. The number is ours."""
_LOOK_S: Final = 0.1
_MARGIN: Final = 1.5
"""How much longer than what was measured is waited."""

LATE_LOOKS: Final = frozenset(
    {
        "search_patients",
        "search_by_matricule",
        "read_status_history",
        "read_ins_history",
        "read_transmissions",
        "read_worklist",
        "read_documents",
        "read_dashboard",
        "export_patients",
    }
)
"""Verbs that show what was done: lists, histories, counters. The file itself is never late."""
LOG: Final = "read_audit_log"
"""The verb that shows looks too: they are traced like acts."""


class Lateness:
    """How late a software shows its traces, and the waiting that this asks for."""

    def __init__(self) -> None:
        """Begin with a software that shows everything at once."""
        self.seconds = 0.0
        """How long after an act its traces are looked for."""
        self._acted_at = self._asked_at = time.monotonic()

    def before(self, verb: str) -> None:
        """Wait, before a verb that shows traces, until those of the last act can be there."""
        if self.seconds and (verb == LOG or verb in LATE_LOOKS):
            since = self._asked_at if verb == LOG else self._acted_at
            time.sleep(max(0.0, since + self.seconds - time.monotonic()))

    def after(self, verb: str) -> None:
        """Note that the software was asked for something."""
        if verb == LOG:
            return
        self._asked_at = time.monotonic()
        if verb not in LATE_LOOKS:
            self._acted_at = self._asked_at

    def learn(self, is_shown: Callable[[], bool]) -> None:
        """Find out how late the traces of an act just done come: ``is_shown`` tells whether they are there.

        Raises:
            Ending: what ``is_shown`` raises.
        """
        start = time.monotonic()
        if is_shown():
            return
        while time.monotonic() < start + PATIENCE_S:
            time.sleep(_LOOK_S)
            if is_shown():
                self.seconds = max(self.seconds, (time.monotonic() - start) * _MARGIN)
                return
