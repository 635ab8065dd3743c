"""The clock of a session, as a test moves it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulator.client import SessionClient


class Clock:
    """When it is for the teleservice: what decides whether an assertion or a certificate is still valid."""

    def __init__(self, session: SessionClient) -> None:
        self._session = session
        self._offset = timedelta()
        self._frozen: datetime | None = None

    @property
    def now(self) -> datetime:
        """The time as the session sees it."""
        return datetime.fromisoformat(self._session.change()["now"])

    def advance(
        self, *, days: float = 0, hours: float = 0, minutes: float = 0, seconds: float = 0
    ) -> datetime:
        """Move the clock on, frozen or not (back when negative); return the new time."""
        step = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
        if self._frozen is not None:
            return self.freeze(self._frozen + step)
        self._offset += step
        return self._set(clock_offset=self._offset.total_seconds())

    def freeze(self, at: datetime | None = None) -> datetime:
        """Stop the clock, at this time (with its zone) or where it is; return it.

        Raises:
            ValueError: the time has no zone.
        """
        at = self.now if at is None else at
        if at.tzinfo is None:
            raise ValueError(f"expected a time with its zone, got {at.isoformat()}")
        self._frozen = at
        return self._set(clock_frozen_at=at.isoformat())

    def reset(self) -> datetime:
        """Go back to the real time; return it."""
        self._offset, self._frozen = timedelta(), None
        return self._set(clock_offset=0, clock_frozen_at=None)

    def _set(self, **settings: object) -> datetime:
        return datetime.fromisoformat(self._session.change(**settings)["now"])
