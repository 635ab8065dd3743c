"""The clock that the reference LGO acts by: the real time, unless the bench has set another (verb ``set_clock``)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class Clock:
    """A clock that can be set, and runs on from there. One value: safe to read from any thread."""

    def __init__(self) -> None:
        """Show the real time."""
        self._ahead = timedelta()

    def now(self) -> datetime:
        """Return the time, in UTC."""
        return datetime.now(UTC) + self._ahead

    @property
    def ahead(self) -> timedelta:
        """How far it is ahead of the real time."""
        return self._ahead

    def set(self, moment: str | None) -> None:
        """Show this time from now on.

        Args:
            moment: ISO date and time, taken for UTC when it names no zone; ``None``: the real time again.
        """
        if moment is None:
            self._ahead = timedelta()
            return
        wanted = datetime.fromisoformat(moment)
        wanted = wanted.replace(tzinfo=UTC) if wanted.tzinfo is None else wanted
        self._ahead = wanted - datetime.now(UTC)
