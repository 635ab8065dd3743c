"""One connection of ``simulator.serving.own_server``: requests one after the other, each part of them within its time."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import time
from typing import TYPE_CHECKING, Any, Final, Protocol

import h11

from simulator.serving.own_request import OwnRequest, OwnScope, head_of
from simulator.serving.own_socket import RESET_ON_CLOSE

if TYPE_CHECKING:
    import ssl
    from collections.abc import Awaitable, Callable, Coroutine

    from simulator.serving.places import Places

    Application = Callable[[OwnScope, OwnRequest], Awaitable[None]]

DRAIN_S: Final = 60.0
"""How long a client may take to read the end of an answer."""
LINGER_S: Final = 2.0
"""How long what a refused client still sends is read: closing at once would take the answer back (TCP RST)."""
_LINE_END: Final = b"\r\n"
MAX_HEAD: Final = 64 * 1024
"""Longest head of a request, in bytes."""

_log = logging.getLogger(__name__)


class Port(Protocol):
    """What a connection needs of its server."""

    application: Application
    context: ssl.SSLContext | None
    """Of TLS; ``None``: plain HTTP."""
    head_s: float
    """How long a request may take from its first byte to the end of its headers."""
    idle_s: float
    """How long a connection may be idle between two requests."""
    scheme: str
    asks_certificate: bool
    places: Places[Connection]

    def spawn(self, coroutine: Coroutine[Any, Any, None], /) -> object:
        """Run a coroutine of a connection."""


class Connection(asyncio.Protocol):
    """One connection: requests one after the other."""

    def __init__(self, server: Port, accepted: socket.socket, peer: object) -> None:
        """It is not open before ``connection_made``."""
        self.server = server
        host, port = peer[:2] if isinstance(peer, tuple) else (str(peer), 0)
        self.address = str(host)
        self.client = f"{host}:{port}"
        self.quiet_since: float | None = time.monotonic()
        self.gone = asyncio.Event()
        """Set when the client has left, or will send nothing more."""
        self.certificate: bytes | None = None
        self._socket = accepted
        self._transport: asyncio.Transport | None = None
        self._reader = h11.Connection(h11.SERVER, MAX_HEAD)
        self._request: OwnRequest | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._writable = asyncio.Event()
        self._writable.set()
        self._is_empty = True
        """Nothing of a next request has come."""
        self._is_lingering = False

    # What asyncio calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The connection is open, its handshake made."""
        assert isinstance(transport, asyncio.Transport) or transport is not None  # noqa: S101 - a stream
        self._transport = transport  # type: ignore[assignment] # uvloop has classes of its own
        if self.server.asks_certificate:
            tls = transport.get_extra_info("ssl_object")
            self.certificate = None if tls is None else tls.getpeercert(binary_form=True)
        self._wait_for_request()

    def data_received(self, data: bytes) -> None:
        """Something came."""
        if self._is_lingering:
            return
        if self._is_empty:
            # Line ends before a request, which some clients send after a body, are read over (RFC 9112 §2.2).
            data = data.lstrip(_LINE_END)
            if not data:
                return
            self._is_empty = False
            if self._request is None:
                self.quiet_since = time.monotonic()
                self._arm(self.server.head_s, self._head_is_late)
        self._reader.receive_data(data)
        self._advance()

    def eof_received(self) -> bool:
        """The client sends nothing more; return whether it may still be answered."""
        self.gone.set()
        if self._is_lingering or self._request is None:
            return False
        self._reader.receive_data(b"")
        self._advance()
        # A client may close its side and wait for the answer; TLS has no half of a connection.
        return self.server.context is None

    def connection_lost(self, error: Exception | None) -> None:  # noqa: ARG002 - it is over in any case
        """It is over."""
        self._disarm()
        self.gone.set()
        self._writable.set()
        self.server.places.leave(self)
        if self._request is not None:
            self._request.break_off("the client left before the end of its body")

    def pause_writing(self) -> None:
        """The client reads more slowly than is written."""
        self._writable.clear()

    def resume_writing(self) -> None:
        """It has read."""
        self._writable.set()

    # What a request calls

    @property
    def is_over(self) -> bool:
        """Whether nothing more can be sent."""
        return self._transport is None or self._transport.is_closing()

    def write(self, data: bytes) -> None:
        """Send bytes, or nothing when the client has left."""
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(data)

    async def written(self) -> None:
        """Wait until the client has read enough to go on.

        Raises:
            TimeoutError: it takes too long: the connection is over.
        """
        try:
            async with asyncio.timeout(DRAIN_S):
                await self._writable.wait()
        except TimeoutError:
            self.abort()
            raise

    def hold(self, *, reading: bool) -> None:
        """Stop reading while the application has enough, or go on."""
        if self._transport is not None and not self._transport.is_closing():
            if reading:
                self._transport.resume_reading()
            else:
                self._transport.pause_reading()

    def let_go(self) -> None:
        """End it in order, as the policy of places or the stopping server wants; also during the handshake."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self.abort()

    def abort(self, *, reset: bool = False) -> None:
        """End it at once; ``reset``: with a TCP RST."""
        if reset:
            with contextlib.suppress(OSError):
                self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
        if self._transport is not None:
            self._transport.abort()

    # Requests

    def _advance(self) -> None:
        while not self.is_over:
            try:
                event = self._reader.next_event()
            except h11.RemoteProtocolError as error:
                self._is_broken(error)
                return
            if event is h11.NEED_DATA:
                return
            if event is h11.PAUSED:
                # The next request waits until this one is answered.
                self.hold(reading=False)
                return
            if isinstance(event, h11.Request):
                if not event.http_version.startswith(b"1."):
                    said = f"HTTP/{event.http_version.decode()} is not spoken on this port"
                    self._is_broken(h11.RemoteProtocolError(said, error_status_hint=505))
                    return
                self._begin(event)
            elif isinstance(event, h11.Data) and self._request is not None:
                self._request.feed(bytes(event.data))
            elif isinstance(event, h11.EndOfMessage) and self._request is not None:
                self._request.feed_end()
            elif isinstance(event, h11.ConnectionClosed):
                self._close()
                return

    def _begin(self, event: h11.Request) -> None:
        self._disarm()
        self.quiet_since = None
        host, port = self._socket_name()
        scope = OwnScope.of(event, scheme=self.server.scheme, client=self.client, server=f"{host}:{port}")
        scope.client_certificate = self.certificate
        self._request = request = OwnRequest(
            self,
            is_head=scope.method == "HEAD",
            http_version=scope.http_version,
            expects_100=self._reader.they_are_waiting_for_100_continue,
        )
        self.server.spawn(self._answer(scope, request))

    async def _answer(self, scope: OwnScope, request: OwnRequest) -> None:
        try:
            await self.server.application(scope, request)
        except Exception:  # noqa: BLE001 - the last line of defence
            _log.exception("a request could not be answered")
        if request.is_cut:
            return
        if not request.is_begun:
            request.response_str(
                500, [("content-type", "text/plain")], "banc-insi: see the log of the bench.\n"
            )
        request.finish()
        try:
            await self.written()
        except TimeoutError:
            return
        self._request = None
        if self.is_over:
            return
        if request.is_last or not request.is_received or self._reader.their_state is not h11.DONE:
            self._linger(is_received=request.is_received)
            return
        left, is_closed = self._reader.trailing_data
        left = left.lstrip(_LINE_END)
        if is_closed or (self.gone.is_set() and not left):
            self._close()
            return
        self._reader = h11.Connection(h11.SERVER, MAX_HEAD)
        self._is_empty = not left
        self.quiet_since = time.monotonic()
        self.hold(reading=True)
        if left:
            self._arm(self.server.head_s, self._head_is_late)
            self._reader.receive_data(left)
            self._advance()
        else:
            self._wait_for_request()

    def must_close(self) -> bool:
        """Return whether the client, or the way it asked, leaves no place for another request."""
        return self._reader.their_state in {h11.MUST_CLOSE, h11.CLOSED, h11.ERROR}

    def _is_broken(self, error: h11.RemoteProtocolError) -> None:
        if self._request is not None:
            self._request.break_off(str(error))
            return
        status = error.error_status_hint or 400
        body = f"banc-insi: not HTTP/1.1: {error}\n".encode()
        headers = [("content-type", "text/plain; charset=utf-8"), ("content-length", str(len(body)))]
        self.write(head_of(status, headers, is_last=True) + body)
        self._linger(is_received=False)

    def _wait_for_request(self) -> None:
        self._arm(self.server.idle_s, self._close)

    def _head_is_late(self) -> None:
        body = b"The request took too long to arrive.\n"
        headers = [("content-type", "text/plain"), ("content-length", str(len(body)))]
        self.write(head_of(408, headers, is_last=True) + body)
        self._linger(is_received=False)

    def _linger(self, *, is_received: bool) -> None:
        """Close; when the client may still be sending, only once what it sends has been read for a while."""
        if is_received or self.gone.is_set():
            self._close()
            return
        self._is_lingering = True
        self.quiet_since = time.monotonic()
        if self.server.context is None and self._transport is not None and self._transport.can_write_eof():
            with contextlib.suppress(OSError, RuntimeError):
                self._transport.write_eof()
        self.hold(reading=True)
        self._arm(LINGER_S, self._close)

    def _close(self) -> None:
        self._disarm()
        if self._transport is not None:
            self._transport.close()
            # A client that does not read, or does not say good-bye in TLS, is not waited for.
            self._arm(DRAIN_S, self.abort)

    def _socket_name(self) -> tuple[str, int]:
        try:
            name = self._socket.getsockname()
        except OSError:
            return "localhost", 0
        return str(name[0]), int(name[1])

    def _arm(self, seconds: float, then: Callable[[], None]) -> None:
        self._disarm()
        self._timer = asyncio.get_running_loop().call_later(seconds, then)

    def _disarm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
