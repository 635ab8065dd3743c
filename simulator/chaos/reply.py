"""An answer as bytes and how it is to be delivered: what the disturbances change, and what the servers carry out."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from simulator.values import value


@value(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer ready to be sent. ``Content-Length`` and ``Transfer-Encoding`` are left to the server."""

    status: int
    headers: tuple[tuple[str, str], ...]
    """In order; a name may come twice."""
    body: bytes
    fault: bool = False
    """Whether the body is a SOAP fault."""


class End(StrEnum):
    """How the sending of an answer ends."""

    WHOLE = "whole"
    """All of it is sent; the connection stays as HTTP says."""
    CLOSE = "close"
    """The connection is closed (TCP FIN) before the end of the answer."""
    RESET = "reset"
    """The connection is reset (TCP RST) before the end of the answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """Instructions for the server that sends a reply."""

    delay: float = 0.0
    """Seconds before the first byte."""
    piece: int | None = None
    """The body is sent in pieces of so many bytes; ``None``: at once."""
    pause: float = 0.0
    """Seconds between two pieces."""
    chunked: bool = False
    """One chunk of ``Transfer-Encoding: chunked`` for each piece, and no ``Content-Length``."""
    end: End = End.WHOLE
    cut: int | None = None
    """Bytes of the body sent before the end; ``None``: nothing is sent at all, not even the status line.
    Of no meaning when the answer is sent whole."""
    hold: float = 0.0
    """Seconds of silence, the connection kept open, before a connection that is not sent whole ends."""

    def sent(self, body: bytes) -> bytes:
        """Return what of a body reaches the client."""
        return body if self.end is End.WHOLE else body[: self.cut or 0]

    @property
    def silent(self) -> bool:
        """Whether not one byte is sent."""
        return self.end is not End.WHOLE and self.cut is None


AT_ONCE: Final = Delivery()
"""Whole and at once, as any answer."""


def pieces(body: bytes, delivery: Delivery) -> list[bytes]:
    """Return the pieces in which the body is written, the last one shorter."""
    sent = delivery.sent(body)
    size = delivery.piece or max(len(sent), 1)
    return [sent[start : start + size] for start in range(0, len(sent), size)]
