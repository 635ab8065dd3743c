"""How many connections the sinks hold, and for how long one may say nothing."""

from __future__ import annotations

import asyncio
import os
import socket
import struct
from dataclasses import dataclass
from typing import Final

_RESET: Final = struct.pack("hh" if os.name == "nt" else "ii", 1, 0)
"""SO_LINGER by which closing a connection resets it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorLimits:
    """Bounds on the clients of the mail ports."""

    connections: int = 200
    """Of all mail ports together; one more is refused at once."""
    idle_s: float = 300.0
    """How long a client may say nothing: RFC 5321 asks for five minutes, RFC 3501 for thirty, which is a long time for
    a test bench; an IMAP client that waits (IDLE) is given thirty."""
    idle_waiting_s: float = 1800.0
    command_bytes: int = 64 * 1024
    """Longest line, of a command or of a mail: generous, since lines that are too long are judged and not refused."""
    recipients: int = 1000
    handshake_s: float = 10.0


class Doors:
    """Counts the clients inside. Used from one event loop."""

    def __init__(self, limits: DoorLimits) -> None:
        """Nobody is inside."""
        self.limits = limits
        self.inside = 0

    def enter(self) -> bool:
        """Let one client in; ``False`` when there is no place."""
        if self.inside >= self.limits.connections:
            return False
        self.inside += 1
        return True

    def leave(self) -> None:
        """One client has left."""
        self.inside -= 1


def end(transport: object, *, reset: bool) -> None:
    """End a connection here and now: with a TCP RST when ``reset``, else with a FIN."""
    if not isinstance(transport, asyncio.Transport):
        return
    if not reset:
        transport.close()
        return
    connection = transport.get_extra_info("socket")
    if connection is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
    transport.abort()
