"""How long something may take, of thousands of things that hardly ever take long: one timer for all of them.

``asyncio.timeout`` sets a timer for each, and takes it away again, for a tenth of what a call costs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import asyncio

    Task = asyncio.Task[Any]

_PART: Final = 1 / 16
"""How much later than asked for a task may be cancelled, as a share of its time."""


class Patience:
    """Cancels tasks of one event loop that do not end what they have begun."""

    def __init__(self, seconds: float) -> None:
        """Take how long each may take; up to a sixteenth more is given."""
        self._seconds = seconds
        self._due: dict[Task, float] = {}
        """By task, the one that is due first coming first."""
        self._ended: set[Task] = set()
        self._timer: asyncio.TimerHandle | None = None

    def begin(self, task: Task) -> None:
        """Cancel the task when it has not ended in time; ``end`` must be told whatever happens."""
        loop = task.get_loop()
        self._due[task] = loop.time() + self._seconds
        if self._timer is None:
            self._timer = loop.call_later(self._seconds, self._look, loop)

    def has_ended(self, task: Task) -> bool:
        """Return whether it was this that cancelled the task, and take the cancelling back."""
        if task not in self._ended:
            return False
        self._ended.discard(task)
        # Whoever else has cancelled it as well still has done so (asyncio.timeouts).
        return task.uncancel() <= 0

    def end(self, task: Task) -> None:
        """Let the task take its time."""
        self._due.pop(task, None)
        self._ended.discard(task)

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        now = loop.time()
        self._timer = None
        for task, due in list(self._due.items()):
            if due > now:
                self._timer = loop.call_later(max(due - now, self._seconds * _PART), self._look, loop)
                break
            del self._due[task]
            self._ended.add(task)
            task.cancel()
