"""How long a session lives when nobody uses it."""

from __future__ import annotations

import sqlite3
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from simulator.sessions.session import ExpiredSessionError

if TYPE_CHECKING:
    from simulator.sessions.activity import Activity
    from simulator.sessions.session import Session


class Lifetimes:
    """When sessions end, by what is known of their use."""

    def __init__(self, activity: Activity) -> None:
        """Take who notes the use."""
        self._activity = activity

    def check(self, session: Session, ttl: float) -> None:
        """Refuse a session that was not used for longer than its time to live, in seconds.

        Raises:
            ExpiredSessionError: saying since when.
        """
        if self._activity.used_here(session.id) + ttl > time.time():
            return
        if self.ends_at(session, ttl) <= time.time():
            raise ExpiredSessionError(self.reason(session, ttl))

    def ends_at(self, session: Session, ttl: float) -> float:
        """Return when it ends if nobody uses it until then, in seconds since 1970."""
        created = datetime.fromisoformat(session.created_at).timestamp()
        try:
            used = self._activity.last_used(session.id)
        except sqlite3.Error:
            # Nobody loses a session because a file is locked.
            used = time.time()
        return max(created, used) + ttl

    def reason(self, session: Session, ttl: float) -> str:
        """Say why a session has ended."""
        since = datetime.fromtimestamp(self.ends_at(session, ttl) - ttl, UTC)
        return (
            f"the session {session.id!r} has expired: not used since {since:%Y-%m-%d %H:%M:%S} UTC, its time to live"
            f" is {ttl:g} s; create another with POST /api/v1/sessions"
        )
