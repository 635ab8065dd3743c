"""What travelled between the bench and the software, as it travelled: for people who look for a mistake."""

from __future__ import annotations

from dataclasses import dataclass

MASK = "•••"
"""What stands in place of a header whose value came from the environment."""

MAX_SHOWN = 16 * 1024
"""Bytes of an answer that are kept to be shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RawExchange:
    """One request and its answer, as text. Nothing in it is secret: values from the environment are masked."""

    sent: str
    """Request line or command, headers, and body."""
    received: str = ""
    """Status line, headers and body as far as they came; cut after ``MAX_SHOWN`` bytes. Empty: nothing came."""
    seconds: float = 0.0
    """How long it took."""


def shown_bytes(content: bytes) -> str:
    r"""Return the beginning of a body as text; what is no UTF-8 becomes ``\xNN``."""
    text = content[:MAX_SHOWN].decode("utf-8", errors="backslashreplace")
    rest = len(content) - MAX_SHOWN
    return f"{text}… (+{rest})" if rest > 0 else text
