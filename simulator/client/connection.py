"""One kept HTTP/1.1 connection, for callers that make thousands of short requests to one place.

What is plain (a head with one ``Content-Length``, as nearly all servers send) is read here; everything else (chunks,
interim answers, HTTP/1.0, a head that breaks a rule) is given to h11 from its first byte, which decides. Connecting,
TLS and the exceptions are those of httpcore. A general client costs more than the server that it talks to.
"""

from __future__ import annotations

import contextlib
import re
import socket
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import h11
import httpcore

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterator, Sequence

MAX_HEAD: Final = 100 * 1024
"""Bytes of a status line with its headers."""
_CHUNK: Final = 64 * 1024
_TOKEN: Final = rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_VALUE: Final = rb"[ \t]*(?:[\x21-\x7e\x80-\xff]+(?:[ \t]+[\x21-\x7e\x80-\xff]+)*[ \t]*)?"
_SENDABLE: Final = re.compile(
    rb"[A-Z]+ [\x21-\x7e]+ HTTP/1\.1\r\n(?:" + _TOKEN + rb": (?:[\x21-\x7e\x80-\xff](?:[\x20-\x7e\x80-\xff]*"
    rb"[\x21-\x7e\x80-\xff])?)?\r\n)+"
)
_PLAIN: Final = re.compile(
    rb"HTTP/1\.1 ([2-5]\d\d)(?: [\t\x20-\x7e\x80-\xff]*)?\r\n((?:" + _TOKEN + rb":" + _VALUE + rb"\r\n)*)"
)
_WITHOUT_BODY: Final = frozenset({204, 304})
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}

Headers = list[tuple[bytes, bytes]]


@dataclass(slots=True)
class Reply:
    """An answer whose head has come."""

    status: int
    headers: Headers
    chunks: Iterator[bytes] = field(repr=False)
    """The body as it comes, transfer coding taken off; read it to its end or close the connection."""

    def read(self) -> bytes:
        """Return the whole body."""
        return b"".join(self.chunks)

    def header(self, name: bytes) -> bytes:
        """Return the value of the first header of this lower-case name; empty when there is none."""
        return next((value for known, value in self.headers if known.lower() == name), b"")


_QUICKLY: Final[int | None] = getattr(socket, "TCP_QUICKACK", None)
"""The option that acknowledges what comes at once; ``None``: this system has none, or does so by itself."""


class Connection:
    """A connection to one origin, opened when it is first needed and again when the other side has closed it.

    One request at a time.

    Args:
        url: of any page there; path and query do not count.
        context: of TLS, for ``https``.
        left: returns the seconds that the next operation on the network may take, or raises.

    Raises:
        ValueError: the address cannot be read.
        httpcore.UnsupportedProtocol: it is neither ``http`` nor ``https``.
    """

    def __init__(self, url: str, *, context: ssl.SSLContext, left: Callable[[], float]) -> None:
        """Read the address; nothing is opened yet."""
        read = httpcore.URL(url)
        self._scheme = read.scheme.decode("ascii")
        if self._scheme not in _DEFAULT_PORTS:
            raise httpcore.UnsupportedProtocol(f"expected http:// or https://, got {url[:80]!r}")
        if not read.host:
            raise ValueError(f"no host in {url[:80]!r}")
        self._host = read.host.decode("ascii")
        self._port = read.port or _DEFAULT_PORTS[self._scheme]
        shown = f"[{self._host}]" if ":" in self._host else self._host
        is_usual = read.port in {None, _DEFAULT_PORTS[self._scheme]}
        self._host_header = (b"Host", (shown if is_usual else f"{shown}:{read.port}").encode("ascii"))
        self._context = context
        self._left = left
        self._backend = httpcore.SyncBackend()
        self._stream: httpcore.NetworkStream | None = None
        self._peer: socket.socket | None = None
        self._socket: socket.socket | None = None
        """Of a stream without TLS: read and written here, where httpcore does the same for several times as much."""
        self._in_use = False

    def close(self) -> None:
        """Close it; the next request opens another."""
        stream, self._stream, self._peer, self._socket = self._stream, None, None, None
        self._in_use = False
        if stream is not None:
            stream.close()

    def request(
        self, method: str, target: str, headers: Sequence[tuple[bytes, bytes]], content: bytes
    ) -> Reply:
        """Send a request and return the answer as soon as its head has come.

        Raises:
            httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError: as httpcore does.
        """
        stream = self._usable()
        length = (b"Content-Length", str(len(content)).encode("ascii"))
        every = [self._host_header, *headers, length]
        line = f"{method} {target} HTTP/1.1\r\n".encode("ascii")
        head = line + b"".join(b"%b: %b\r\n" % header for header in every)
        # Counted: a line break in a value would bring in a header that reads well.
        if not _SENDABLE.fullmatch(head) or head.count(b"\r\n") != len(every) + 1:
            _events(method, target, every)  # It says what is wrong.
        self._in_use = True
        try:
            # It may have answered, and closed, before the end of the request.
            with contextlib.suppress(httpcore.WriteError):
                self._write(stream, head + b"\r\n" + content)
            return self._answer(stream, lambda: _events(method, target, every))
        except BaseException:
            self.close()
            raise

    def _usable(self) -> httpcore.NetworkStream:
        """Return an open stream, with nothing on it."""
        if self._in_use or (self._stream is not None and self._stream.get_extra_info("is_readable")):
            # Half an answer is on it, or the other side has closed it meanwhile.
            self.close()
        if self._stream is None:
            stream = self._backend.connect_tcp(self._host, self._port, self._left())
            if self._scheme == "https":
                try:
                    stream = stream.start_tls(self._context, self._host, self._left())
                except BaseException:
                    stream.close()
                    raise
            self._stream = stream
            found = stream.get_extra_info("socket")
            self._peer = found if isinstance(found, socket.socket) else None
            self._socket = self._peer if self._scheme == "http" else None
        return self._stream

    def _write(self, stream: httpcore.NetworkStream, data: bytes) -> None:
        if self._socket is None:
            stream.write(data, self._left())
            return
        try:
            while data:
                self._socket.settimeout(self._left())
                data = data[self._socket.send(data) :]
        except TimeoutError as error:
            raise httpcore.WriteTimeout(error) from error
        except OSError as error:
            raise httpcore.WriteError(error) from error

    def _read(self, stream: httpcore.NetworkStream, most: int) -> bytes:
        if self._socket is None:
            self._acknowledge()
            return stream.read(most, self._left())
        try:
            self._socket.settimeout(self._left())
            self._acknowledge()
            return self._socket.recv(most)
        except TimeoutError as error:
            raise httpcore.ReadTimeout(error) from error
        except OSError as error:
            raise httpcore.ReadError(error) from error

    def _acknowledge(self) -> None:
        """Have what comes acknowledged at once.

        A peer that sends head and body apart waits for this before the body: 40 ms of each answer, if it comes late.
        """
        if _QUICKLY is not None and self._peer is not None:
            with contextlib.suppress(OSError):  # What is wrong with the connection the reading says.
                self._peer.setsockopt(socket.IPPROTO_TCP, _QUICKLY, 1)

    def _answer(self, stream: httpcore.NetworkStream, events: Callable[[], h11.Connection]) -> Reply:
        data, end = b"", -1
        while end < 0 and len(data) <= MAX_HEAD:
            chunk = self._read(stream, _CHUNK)
            if not chunk:
                break
            data += chunk
            end = data.find(b"\r\n\r\n")
        plain = _PLAIN.fullmatch(data, 0, end + 2) if end >= 0 else None
        if plain is not None:
            status, headers = int(plain[1]), _headers(plain[2])
            length, is_last = _framing(status, headers)
            if length is not None:
                body = self._body(stream, data[end + 4 :], length, is_last=is_last)
                return Reply(status, headers, body)
        return self._by_the_book(stream, events(), data)

    def _body(
        self, stream: httpcore.NetworkStream, begun: bytes, length: int, *, is_last: bool
    ) -> Iterator[bytes]:
        come = 0
        chunk = begun[:length]
        while True:
            come += len(chunk)
            if chunk:
                yield chunk
            if come >= length:
                break
            chunk = self._read(stream, min(_CHUNK, length - come))
            if not chunk:
                self.close()
                raise httpcore.RemoteProtocolError(
                    f"peer closed connection without sending complete message body (received {come} bytes, expected {length})"
                )
        self._done(is_last=is_last or len(begun) > length)

    def _done(self, *, is_last: bool) -> None:
        self._in_use = False
        if is_last:
            self.close()

    def _by_the_book(self, stream: httpcore.NetworkStream, state: h11.Connection, data: bytes) -> Reply:
        """Read an answer, of which ``data`` has come, with h11."""
        state.receive_data(data)

        def next_event() -> Any:
            # An event, or one of the sentinel classes of h11.
            try:
                while (event := state.next_event()) is h11.NEED_DATA:
                    chunk = self._read(stream, _CHUNK)
                    if not chunk and state.their_state is h11.SEND_RESPONSE:
                        raise httpcore.RemoteProtocolError("Server disconnected without sending a response.")
                    state.receive_data(chunk)
            except h11.RemoteProtocolError as error:
                raise httpcore.RemoteProtocolError(str(error)) from error
            return event

        def body() -> Iterator[bytes]:
            while isinstance(event := next_event(), h11.Data):
                yield bytes(event.data)
            self._done(is_last=state.their_state is not h11.DONE or bool(state.trailing_data[0]))

        while True:
            event = next_event()
            if isinstance(event, h11.Response):
                return Reply(event.status_code, event.headers.raw_items(), body())
            if not isinstance(event, h11.InformationalResponse) or event.status_code == 101:  # noqa: PLR2004 - switching protocols
                raise httpcore.RemoteProtocolError(f"expected an answer, got {event!r:.80}")


class Connections:
    """Connections to one origin for any number of threads, each used by one at a time."""

    def __init__(self, url: str, *, context: ssl.SSLContext, timeout: float) -> None:
        """Begin without any; ``timeout`` is in seconds, of each operation on the network."""
        self._url, self._context, self._timeout = url, context, timeout
        self._idle: deque[Connection] = deque()

    def request(
        self, method: str, target: str, headers: Sequence[tuple[bytes, bytes]], content: bytes
    ) -> tuple[Reply, bytes]:
        """Make a request and return the answer with its whole body.

        Raises:
            ValueError, httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError: see ``Connection``.
        """
        try:
            connection = self._idle.pop()
        except IndexError:
            connection = Connection(self._url, context=self._context, left=lambda: self._timeout)
        try:
            reply = connection.request(method, target, headers, content)
            body = reply.read()
        except BaseException:
            connection.close()
            raise
        self._idle.append(connection)
        return reply, body

    def close(self) -> None:
        """Close those that nobody uses."""
        while self._idle:
            self._idle.pop().close()


def _events(method: str, target: str, headers: Sequence[tuple[bytes, bytes]]) -> h11.Connection:
    """Return the state of a connection on which this request has been sent."""
    state = h11.Connection(h11.CLIENT, max_incomplete_event_size=MAX_HEAD)
    try:
        state.send(h11.Request(method=method, target=target, headers=list(headers)))
    except h11.LocalProtocolError as error:
        raise httpcore.LocalProtocolError(str(error)) from error
    return state


def _headers(lines: bytes) -> Headers:
    pairs = (line.partition(b":") for line in lines.split(b"\r\n") if line)
    return [(name, value.strip(b" \t")) for name, _, value in pairs]


def _framing(status: int, headers: Headers) -> tuple[int | None, bool]:
    """Return how long the body is, ``None`` when that is not for us to say, and whether the connection ends with it."""
    length: int | None = None
    is_last = False
    for name, value in headers:
        lower = name.lower()
        if lower == b"content-length":
            if length is not None or not value.isdigit() or len(value) > 12:  # noqa: PLR2004 - digits of any real length
                return None, False
            length = int(value)
        elif lower == b"connection":
            tokens = {token.strip() for token in value.lower().split(b",")}
            if tokens - {b"close", b"keep-alive"}:
                return None, False
            is_last = is_last or b"close" in tokens
        elif lower == b"transfer-encoding":
            return None, False
    return (0 if status in _WITHOUT_BODY else length), is_last
