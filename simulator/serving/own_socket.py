"""The socket of a connection that granian serves, found among the descriptors of this process.

RSGI gives an application no way to close a connection without an answer, nor to reset it. But the connection is a
descriptor of this very process, and both of its addresses are known: a duplicate of it can be shut down, or told to
reset when it is closed, while granian goes on owning the connection and notices as if the client had left.
"""

from __future__ import annotations

import contextlib
import os
import socket
import struct
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_HANDLES: Final = range(4, 65536, 4)
"""On Windows a descriptor is a handle, a small multiple of 4, and nothing lists them."""
RESET_ON_CLOSE: Final = struct.pack("hh" if os.name == "nt" else "ii", 1, 0)
"""``struct linger``: on, no time; the close is then a TCP RST and what was not sent is dropped."""


@contextlib.contextmanager
def own_socket(client: str, server: str) -> Iterator[socket.socket | None]:
    """Find the connection between two addresses, each ``host:port``; yield a duplicate of it, ``None`` if there is none."""
    found = _find(_address(client), _address(server))
    try:
        yield found
    finally:
        if found is not None:
            found.close()


def duplicate(probe: socket.socket) -> socket.socket:
    """Return another descriptor of a connection of granian, as it is.

    Whether writing waits belongs to the connection, not to the descriptor, and ``dup`` sets it to what it believes of its own:
    granian would then wait in a write to a client that does not read, and answer nobody meanwhile.
    """
    probe.settimeout(0.0)
    return probe.dup()


def _find(client: tuple[str, int], server: tuple[str, int]) -> socket.socket | None:
    for descriptor in _descriptors():
        try:
            probe = socket.socket(fileno=descriptor)
        except OSError:
            continue  # a file, a pipe, or closed meanwhile
        try:
            if _is_between(probe, client, server):
                found = duplicate(probe)
                # The number may have changed owner since it was looked at; the duplicate cannot.
                if _is_between(found, client, server):
                    return found
                found.close()
        except OSError:
            continue
        finally:
            probe.detach()
    return None


def _is_between(probe: socket.socket, client: tuple[str, int], server: tuple[str, int]) -> bool:
    try:
        return bool(probe.getpeername()[:2] == client and probe.getsockname()[1] == server[1])
    except (OSError, IndexError, TypeError):
        return False  # not connected, or a Unix socket


def _descriptors() -> list[int] | range:
    if os.name == "nt":
        return _HANDLES
    # The newest first: the connection looked for is seldom old.
    return sorted((int(entry.name) for entry in Path("/dev/fd").iterdir()), reverse=True)


def _address(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    return host.strip("[]"), int(port)
