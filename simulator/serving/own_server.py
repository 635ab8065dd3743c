"""HTTP/1.1 for the ports that granian cannot serve: mutual TLS, one-way TLS, and a simulator inside somebody's tests.

granian does not hand the client certificate to the application, and cheroot, which does, shakes hands in the loop that
accepts connections and gives each unfinished request a thread: one client that says nothing stops its port, sixteen
that drip stop it for good. Here an event loop holds all of them. A handshake, a head, a body each have their time; a
connection costs a few objects, and the quiet ones are let go first when there are too many (``simulator.serving.places``).
h11 reads the requests, strictly; the application is the very one that granian runs (``simulator.serving.front``), so that
every port behaves alike.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import socket
import ssl
import threading
from typing import TYPE_CHECKING, Any, Final

from simulator.security.handshakes import SHAKING
from simulator.serving.own_connection import Connection
from simulator.serving.places import Limits, Places

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterator

    from simulator.serving.own_connection import Application

HANDSHAKE_S: Final = 10.0
"""How long a client may take for the TLS handshake."""
HEAD_S: Final = 30.0
"""How long a request may take from its first byte to the end of its headers."""
IDLE_S: Final = 60.0
"""How long a connection may be idle between two requests."""
STOP_S: Final = 2.0
"""How long answers that have begun are given when the server stops."""
BACKLOG: Final = 1024
"""Connections that may wait to be accepted."""
_FULL_PAUSE_S: Final = 0.05
"""Before accepting again when the system gives no more descriptors."""

_log = logging.getLogger(__name__)


class OwnServer:
    """Serves one listening socket on an event loop of its own thread."""

    def __init__(
        self,
        application: Application,
        listening: socket.socket,
        *,
        context: ssl.SSLContext | None = None,
        limits: Limits | None = None,
        handshake_s: float = HANDSHAKE_S,
        head_s: float = HEAD_S,
        idle_s: float = IDLE_S,
    ) -> None:
        """Take what answers and where; nothing is accepted before ``run``.

        Args:
            application: answers one request.
            listening: a bound and listening socket; closed when the server stops.
            context: of TLS; ``None``: plain HTTP.
            limits: most connections.
            handshake_s: see ``HANDSHAKE_S``.
            head_s: see ``HEAD_S``.
            idle_s: see ``IDLE_S``.
        """
        self.application = application
        self.context = context
        self.handshake_s, self.head_s, self.idle_s = handshake_s, head_s, idle_s
        self.places: Places[Connection] = Places(limits or Limits())
        self.scheme = "http" if context is None else "https"
        self.asks_certificate = context is not None and context.verify_mode is ssl.CERT_REQUIRED
        self._listening = listening
        self._tasks: set[asyncio.Task[None]] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._is_told = False

    def run(self) -> None:
        """Serve until ``stop``, which another thread calls."""
        with asyncio.Runner(loop_factory=_loop_factory()) as runner:
            runner.run(self._serve())

    def stop(self) -> None:
        """Stop: nothing more is accepted, answers that have begun get ``STOP_S``. From any thread; again is nothing."""
        loop, stop = self._loop, self._stop
        if loop is not None and stop is not None:
            with contextlib.suppress(RuntimeError):  # it has stopped
                loop.call_soon_threadsafe(stop.set)

    def spawn(self, coroutine: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Run a coroutine of a connection; it is kept until it ends."""
        task = asyncio.ensure_future(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _serve(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        self._listening.settimeout(0)
        accepting = asyncio.ensure_future(self._accept())
        await self._stop.wait()
        accepting.cancel()
        await asyncio.gather(accepting, return_exceptions=True)
        self._listening.close()
        for connection in self.places.everyone():
            if connection.quiet_since is not None:
                connection.let_go()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=STOP_S)
        for task in tuple(self._tasks):
            task.cancel()
        for connection in self.places.everyone():
            connection.abort()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=STOP_S)

    async def _accept(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                accepted, peer = await loop.sock_accept(self._listening)
            except OSError as error:
                if not self._is_told:
                    self._is_told = True
                    _log.warning("no connection can be accepted (%s): the quiet ones are let go", error)
                self.places.let_go_oldest()
                await asyncio.sleep(_FULL_PAUSE_S)
                continue
            connection = Connection(self, accepted, peer)
            if not self.places.admit(connection):
                accepted.close()
                continue
            self.spawn(self._open(connection, accepted))

    async def _open(self, connection: Connection, accepted: socket.socket) -> None:
        """Shake hands beside the loop that accepts, within a time of its own."""
        SHAKING.set((accepted, connection.address))
        try:
            with contextlib.suppress(OSError):
                accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            await asyncio.get_running_loop().connect_accepted_socket(
                lambda: connection,
                accepted,
                ssl=self.context,
                ssl_handshake_timeout=None if self.context is None else self.handshake_s,
            )
        except OSError as error:
            _log.debug("a connection of %s did not open: %s", connection.address, error)
            self.places.leave(connection)
            accepted.close()
        except BaseException:
            self.places.leave(connection)
            accepted.close()
            raise


def listen(host: str, port: int) -> socket.socket:
    """Return a listening socket that nobody else can share.

    Raises:
        OSError: the port is taken, or the address is not of this machine.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family)
    try:
        if os.name == "nt":
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)  # type: ignore[attr-defined] # Windows
        else:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(BACKLOG)
    except OSError:
        listening.close()
        raise
    return listening


@contextlib.contextmanager
def served(server: OwnServer) -> Iterator[None]:
    """Run a server in a thread, and stop it on the way out."""
    thread = threading.Thread(target=server.run, name="banc-insi", daemon=True)
    thread.start()
    try:
        yield
    finally:
        while thread.is_alive():
            # Again: it may not have begun when it was told.
            server.stop()
            thread.join(timeout=0.05)


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        from uvloop import new_event_loop  # noqa: PLC0415 - Windows has none
    except ImportError:
        return None
    factory: Callable[[], asyncio.AbstractEventLoop] = new_event_loop
    return factory
