"""What a load run is asked to do; travels to the process of Locust as JSON."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadOptions:
    """One load run."""

    url: str
    """Base URL of the simulator."""
    users: int
    duration: float
    """Seconds."""
    rate: float | None = None
    """Calls per second of all users together; ``None``: as many as they can."""
    seed: int = 1
    token: str | None = None
    lang: str = "fr"

    def to_json(self) -> str:
        """Return the options as one line of JSON."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> LoadOptions:
        """Read what ``to_json`` wrote."""
        return cls(**json.loads(text))
