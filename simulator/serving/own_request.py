"""A request of ``simulator.serving.own_server`` as the application sees it: the same face as granian's (RSGI)."""

from __future__ import annotations

import asyncio
from collections import deque
from email.utils import formatdate
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote_to_bytes

from simulator.web.soap import status_line

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable

    import h11

    from simulator.serving.own_connection import Connection

    Pairs = Iterable[tuple[str, str]]

HIGH_WATER: Final = 256 * 1024
"""Bytes of a body that wait for the application before the client is no longer read."""
NO_BODY: Final = frozenset({204, 304})
"""Statuses whose answers have no body."""


class BrokenBodyError(Exception):
    """A body did not come whole; the message says how."""


class OwnHeaders:
    """The headers of a request, names in lower case, as they came."""

    __slots__ = ("_pairs",)

    def __init__(self, pairs: list[tuple[str, str]]) -> None:
        """Take them in order; bytes beyond ASCII are Latin-1 characters."""
        self._pairs = pairs

    def keys(self) -> list[str]:
        """Return the names, each once."""
        return list(dict.fromkeys(name for name, _ in self._pairs))

    def items(self) -> list[tuple[str, str]]:
        """Return the headers that can be read: as granian does, without those beyond ASCII."""
        return [pair for pair in self._pairs if pair[1].isascii()]

    def get(self, name: str, default: str | None = None) -> str | None:
        """Return the first header of a name."""
        return next((value for each, value in self._pairs if each == name), default)


class OwnScope:
    """What a request asks for."""

    __slots__ = (
        "client",
        "client_certificate",
        "headers",
        "http_version",
        "method",
        "path",
        "proto",
        "query_string",
        "scheme",
        "server",
    )

    def __init__(self, *, method: str, path: str, query_string: str, headers: OwnHeaders) -> None:
        """Take what the client said; what the connection knows is added."""
        self.proto = "http"
        self.method, self.path, self.query_string, self.headers = method, path, query_string, headers
        self.http_version = "1.1"
        self.scheme, self.client, self.server = "http", "", ""
        self.client_certificate: bytes | None = None

    @classmethod
    def of(cls, event: h11.Request, *, scheme: str, client: str, server: str) -> OwnScope:
        """Read the head of a request."""
        target = event.target.decode("latin-1")
        if not target.startswith("/") and "://" in target:
            # The absolute form, which clients use towards a proxy (RFC 9112 §3.2.2).
            target = "/" + target.partition("://")[2].partition("/")[2]
        path, _, query = target.partition("?")
        scope = cls(
            method=event.method.decode("ascii"),
            path=unquote_to_bytes(path).decode("utf-8", "replace"),
            query_string=query,
            headers=OwnHeaders(
                [(name.decode("latin-1"), value.decode("latin-1")) for name, value in event.headers]
            ),
        )
        scope.http_version = event.http_version.decode("ascii")
        scope.scheme, scope.client, scope.server = scheme, client, server
        return scope


class OwnRequest:
    """The body of a request and the way to answer it."""

    def __init__(
        self, connection: Connection, *, is_head: bool, http_version: str, expects_100: bool
    ) -> None:
        """It belongs to one connection."""
        self._connection = connection
        self._is_head = is_head
        self._speaks_1_1 = http_version == "1.1"
        self._expects_100 = expects_100
        self._chunks: deque[bytes] = deque()
        self._waiting = 0
        self._came = asyncio.Event()
        self._is_chunked = False
        self.broken: str | None = None
        self.is_received = False
        """The whole body has come."""
        self.is_begun = False
        """An answer has begun."""
        self.is_cut = False
        """The connection was ended on purpose."""
        self.is_last = False
        """The connection closes after this answer."""

    # What the connection gives

    def feed(self, data: bytes) -> None:
        """Take a part of the body."""
        self._chunks.append(data)
        self._waiting += len(data)
        if self._waiting > HIGH_WATER:
            self._connection.hold(reading=False)
        self._came.set()

    def feed_end(self) -> None:
        """The body is whole."""
        self.is_received = True
        self._came.set()

    def break_off(self, reason: str) -> None:
        """Note that the rest of the body will not come, or not as HTTP says."""
        if not self.is_received and self.broken is None:
            self.broken = reason
            self.is_last = True
            self._came.set()

    # What the application reads

    async def __call__(self) -> bytes:
        """Return the whole body.

        Raises:
            BrokenBodyError: it did not come whole.
        """
        return b"".join([chunk async for chunk in self])

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Yield the body as it comes.

        Raises:
            BrokenBodyError: after what came, when it did not come whole.
        """
        if self._expects_100 and not self.is_received:
            self._expects_100 = False
            self._connection.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        while True:
            while self._chunks:
                chunk = self._chunks.popleft()
                was_full = self._waiting > HIGH_WATER
                self._waiting -= len(chunk)
                if was_full and self._waiting <= HIGH_WATER:
                    self._connection.hold(reading=True)
                yield chunk
            if self.is_received:
                return
            if self.broken is not None:
                raise BrokenBodyError(self.broken)
            self._came.clear()
            await self._came.wait()

    async def client_disconnect(self) -> None:
        """Wait until the client has left."""
        await self._connection.gone.wait()

    # What the application answers

    def response_empty(self, status: int, headers: Pairs) -> None:
        """Answer without a body."""
        self.response_bytes(status, headers, b"")

    def response_str(self, status: int, headers: Pairs, body: str) -> None:
        """Answer a text."""
        self.response_bytes(status, headers, body.encode("utf-8", "replace"))

    def response_bytes(self, status: int, headers: Pairs, body: bytes) -> None:
        """Answer a whole body."""
        listed = list(headers)
        if status not in NO_BODY and not _has(listed, "content-length"):
            listed.append(("content-length", str(len(body))))
        head = self._begin(status, listed)
        self._connection.write(head if self._is_head or status in NO_BODY else head + body)

    def response_stream(self, status: int, headers: Pairs) -> OwnRequest:
        """Begin an answer whose body follows with ``send_bytes``."""
        listed = list(headers)
        if status not in NO_BODY and not _has(listed, "content-length"):
            if self._speaks_1_1:
                self._is_chunked = True
                listed.append(("transfer-encoding", "chunked"))
            else:
                self.is_last = True  # the end of the connection is the end of the body
        self._connection.write(self._begin(status, listed))
        return self

    async def send_bytes(self, data: bytes) -> None:
        """Send a part of the body, once the client has read enough of those before.

        Raises:
            ConnectionError: the client has left or does not read.
        """
        if self._connection.is_over:
            raise ConnectionResetError("the client has left")
        if data and not self._is_head:
            self._connection.write(b"%x\r\n%b\r\n" % (len(data), data) if self._is_chunked else data)
        try:
            await self._connection.written()
        except TimeoutError as error:
            raise ConnectionAbortedError("the client does not read") from error

    async def send_str(self, data: str) -> None:
        """Send a part of the body as text."""
        await self.send_bytes(data.encode("utf-8", "replace"))

    def cut(self, *, reset: bool) -> None:
        """End the connection here, whatever was announced; ``reset``: with a TCP RST."""
        self.is_cut = True
        self._connection.abort(reset=reset)

    def finish(self) -> None:
        """End what was answered."""
        if self._is_chunked and not self._is_head:
            self._connection.write(b"0\r\n\r\n")

    def _begin(self, status: int, headers: list[tuple[str, str]]) -> bytes:
        self.is_begun = True
        if not self.is_received or self._connection.must_close():
            self.is_last = True
        return head_of(status, headers, is_last=self.is_last)


def head_of(status: int, headers: list[tuple[str, str]], *, is_last: bool) -> bytes:
    """Return the head of an answer; ``is_last``: the connection closes after it."""
    lines = [f"HTTP/1.1 {status_line(status)}", *(f"{name}: {value}" for name, value in headers)]
    if not _has(headers, "date"):
        lines.append(f"Date: {formatdate(usegmt=True)}")
    lines.append("Server: banc-insi")
    if is_last:
        lines.append("Connection: close")
    return "\r\n".join([*lines, "", ""]).encode("latin-1", "replace")


def _has(headers: list[tuple[str, str]], wanted: str) -> bool:
    return any(name.lower() == wanted for name, _ in headers)
