"""What one thread has read of the sessions."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3

    from simulator.sessions.recognition import Claim
    from simulator.sessions.session import Session


@dataclass(slots=True)
class Known:
    """What one thread has read. An entry counts when it is of the present ``generation``."""

    version: int = -1
    generation: int = 0
    sessions: dict[str, tuple[int, Session]] = field(default_factory=dict)
    claims: tuple[int, dict[Claim, str]] = (-1, {})
    retry_at: float = 0.0
    connection: sqlite3.Connection | None = None
    """Of this thread, once it has read."""


class Local(threading.local):
    """What each thread knows."""

    def __init__(self) -> None:
        """Know nothing; called once in each thread."""
        self.known = Known()
