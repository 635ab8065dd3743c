"""Software that shows what it has done a moment later: a log written in batches, an index of the search refreshed each second.

How late is found out once a campaign, on acts whose traces have to show, and for each sort of trace apart: an index may be
slow where the log is not. What is there at once is never waited for; what does not come at all is not either: the log is then
empty, which the rules judge.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

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
TRACES: Final = frozenset(
    {LOG, "read_status_history", "read_ins_history", "read_transmissions", "read_dashboard"}
)
"""Verbs that show what is written down of acts: whoever writes one of them in batches may write all of them so."""
HISTORIES: Final = frozenset({"read_status_history", "read_ins_history"})


class Lateness:
    """How late a software shows its traces, and the waiting that this asks for."""

    def __init__(self) -> None:
        """Begin with a software that shows everything at once."""
        self._seconds: dict[str, float] = {}
        self._acted_at = self._asked_at = time.monotonic()

    def seconds(self, verb: str) -> float:
        """Return how long after an act a verb shows it."""
        return self._seconds.get(verb, 0.0)

    def before(self, verb: str) -> None:
        """Wait, before a verb that shows traces, until those of the last act can be there."""
        if late := self.seconds(verb):
            since = self._asked_at if verb == LOG else self._acted_at
            time.sleep(max(0.0, since + late - time.monotonic()))

    def after(self, verb: str) -> None:
        """Note that the software was asked for something."""
        if verb == LOG:
            return
        self._asked_at = time.monotonic()
        if verb not in LATE_LOOKS:
            self._acted_at = self._asked_at

    def learn(self, is_shown: Callable[[], bool], verbs: Collection[str] = LATE_LOOKS | TRACES) -> None:
        """Find out how late the traces of an act just done come.

        Args:
            is_shown: tells whether they are there.
            verbs: those that show traces of this sort; all by default.

        Raises:
            Ending: what ``is_shown`` raises.
        """
        start = time.monotonic()
        if is_shown():
            return
        while time.monotonic() < start + PATIENCE_S:
            time.sleep(_LOOK_S)
            if is_shown():
                late = (time.monotonic() - start) * _MARGIN
                self._seconds |= {verb: max(late, self.seconds(verb)) for verb in verbs}
                return
