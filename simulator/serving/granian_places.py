"""Letting go of idle connections of granian, which ends those of HTTP/2 never and takes no more when it is full.

RSGI shows an application requests, not connections. But each connection is a descriptor of this very process (see
``simulator.serving.own_socket``), so a thread looks at them from time to time: one that has been quiet for too long is shut
down, and the ones quiet for longest when there are too many, of one address or in all.
"""

from __future__ import annotations

import contextlib
import os
import socket
import threading
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Final

from simulator.serving.own_socket import duplicate

if TYPE_CHECKING:
    from simulator.serving.places import Limits

    Peer = tuple[str, int]

IDLE_S: Final = 60.0
"""How long a connection may be without a request being answered."""
LOOK_S: Final = 1.0
"""How often the connections are looked at."""
_BUSY_LOOK_S: Final = 0.1
"""The same when they are many."""
_MANY: Final = 7 / 8
"""Share of the places above which the quiet ones are let go: some are always free."""
_WINDOWS_HANDLES: Final = range(4, 65536, 4)


class Attendance:
    """Which clients are being answered, as the application sees it."""

    def __init__(self) -> None:
        """Nobody yet."""
        self.busy: dict[str, int] = {}
        """Requests being answered, by ``host:port`` of the client."""
        self.last: dict[str, float] = {}
        """When the last one was answered."""

    def enter(self, client: str) -> None:
        """Note that a request begins to be answered."""
        self.busy[client] = self.busy.get(client, 0) + 1

    def leave(self, client: str) -> None:
        """Note that a request is answered."""
        left = self.busy.pop(client, 1) - 1
        if left > 0:
            self.busy[client] = left
        self.last[client] = time.monotonic()


class Janitor:
    """Looks at the connections of one port of this process."""

    def __init__(self, attendance: Attendance, port: int, limits: Limits, *, idle_s: float = IDLE_S) -> None:
        """Take who is being answered, the port, and how many connections it may have."""
        self._attendance = attendance
        self._port = port
        self._limits = limits
        self._idle_s = idle_s
        self._first_seen: dict[Peer, float] = {}
        self._ours: dict[int, Peer] = {}

    def start(self) -> None:
        """Look from now on, in a thread that ends with the process."""
        threading.Thread(target=self._run, name="connections", daemon=True).start()

    def _run(self) -> None:
        while True:
            many = self.look(time.monotonic()) > self._limits.most / 2
            time.sleep(_BUSY_LOOK_S if many else LOOK_S)

    def look(self, now: float) -> int:
        """Let go what is to be let go; return how many connections there were."""
        found = self._connections()
        self._first_seen = {peer: self._first_seen.get(peer, now) for peer in found}
        attendance = self._attendance
        last = {_peer(client): (client, at) for client, at in list(attendance.last.items())}
        for peer, (client, _) in last.items():
            if peer not in found:
                attendance.last.pop(client, None)
        busy = {_peer(client) for client in list(attendance.busy)}
        quiet = sorted(
            (max(last[peer][1] if peer in last else 0, seen), peer)
            for peer, seen in self._first_seen.items()
            if peer not in busy
        )
        too_many = len(found) - int(self._limits.most * _MANY)
        of_one = Counter(host for host, _ in found)
        for since, (host, port) in quiet:
            if since < now - self._idle_s or too_many > 0 or of_one[host] > self._limits.of_one:
                too_many -= 1
                of_one[host] -= 1
                self._shut(found[host, port], (host, port))
        return len(found)

    def _connections(self) -> dict[Peer, int]:
        """Return the descriptors of the connections of the port, by client."""
        found: dict[Peer, int] = {}
        for descriptor in _descriptors():
            probe = None
            try:
                # Family and type are given: to ask for them costs three calls of the system for each descriptor.
                probe = socket.socket(socket.AF_INET, socket.SOCK_STREAM, 0, fileno=descriptor)
                peer = probe.getpeername()[:2]
                if self._ours.get(descriptor) == peer or probe.getsockname()[1] == self._port:
                    found[str(peer[0]), int(peer[1])] = descriptor
            except (OSError, IndexError, TypeError, ValueError):
                continue  # no socket, not connected, or no TCP
            finally:
                if probe is not None:
                    probe.detach()
        self._ours = {descriptor: peer for peer, descriptor in found.items()}
        return found

    def _shut(self, descriptor: int, peer: Peer) -> None:
        with contextlib.suppress(OSError, IndexError, TypeError, ValueError):
            probe = socket.socket(socket.AF_INET, socket.SOCK_STREAM, 0, fileno=descriptor)
            try:
                own = duplicate(probe)
            finally:
                probe.detach()
            # The number may have changed owner since it was looked at; the duplicate cannot.
            with own:
                if own.getpeername()[:2] == peer:
                    own.shutdown(socket.SHUT_RDWR)


def _descriptors() -> list[int] | range:
    if os.name == "nt":
        return _WINDOWS_HANDLES
    return [int(entry.name) for entry in Path("/dev/fd").iterdir()]


def _peer(client: str) -> Peer:
    host, _, port = client.rpartition(":")
    return host.strip("[]"), int(port) if port.isdecimal() else 0
