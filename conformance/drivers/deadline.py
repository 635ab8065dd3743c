"""The total time of a request, answer included.

The time-outs of an HTTP client start anew with every byte: an answer that drips never ends. Here every read, write
and connection gets what is left of the time of the whole request.
"""

from __future__ import annotations

import time

import httpcore


class Deadline:
    """When the present request has to be over. One request at a time."""

    def __init__(self) -> None:
        self._end = float("inf")

    def start(self, seconds: float) -> None:
        """Give the next request this long."""
        self._end = time.monotonic() + seconds

    def left(self) -> float:
        """Return the seconds that an operation on the network may take.

        Raises:
            httpcore.ReadTimeout: none are left.
        """
        left = self._end - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("no time left")
        return left
