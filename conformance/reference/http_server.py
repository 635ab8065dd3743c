"""A small HTTP/1.1 server for the driver API: one thread for each connection, which a campaign keeps.

A campaign makes some sixty thousand requests on one connection. What is plain (a head without surprises, a body with
its length) is read here; everything else (chunks, ``Expect``, HTTP/1.0, whatever breaks a rule) is given to h11 from its
first byte, which decides, and the connection is closed after that answer.
"""

from __future__ import annotations

import contextlib
import io
import re
import selectors
import socket
import sys
import threading
import time
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote_to_bytes

import h11

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from wsgiref.types import WSGIEnvironment

    Headers = Sequence[tuple[str, str]]
    Application = Callable[[WSGIEnvironment, Callable[..., Any]], Iterable[bytes]]

MAX_HEAD: Final = 64 * 1024
"""Bytes of a request line with its headers."""
MAX_BODY: Final = 1024 * 1024 + 1
"""Bytes of a body that are read; the application refuses one that is as long."""
MAX_CONNECTIONS: Final = 256
"""Connections at once; another one is closed at once."""
REQUEST_S: Final = 30.0
"""How long a request may take from its first byte to its last."""
IDLE_S: Final = 300.0
"""How long a connection may be idle."""
STOP_S: Final = 5.0
"""How long answers that have begun are given when the server stops."""
_CHUNK: Final = 64 * 1024
_TOKEN: Final = rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_PLAIN: Final = re.compile(
    rb"([A-Z]{1,16}) (/[\x21-\x7e]*) HTTP/1\.1\r\n((?:"
    + _TOKEN
    + rb":[ \t]*[\x21-\x7e\x80-\xff]?[\x20-\x7e\x80-\xff]*\r\n)*)"
)
_HARD: Final = frozenset({"transfer-encoding", "expect", "upgrade"})
"""Headers of requests that are not plain."""
_SLASH: Final = re.compile(rb"%2[fF]")


class DriverServer:
    """Serves a WSGI application; the environment holds what the driver API needs, and no more.

    Args:
        host: the address to listen on.
        port: 0 for any free one.
        application: answers the requests; called from many threads.

    Raises:
        OSError: the address is taken, or not of this machine.
    """

    def __init__(self, host: str, port: int, application: Application) -> None:
        """Listen; nothing is answered before ``serve``."""
        self._application = application
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._listening = socket.create_server((host, port), family=family, backlog=128)
        self._wake, self._waked = socket.socketpair()
        self._connections: dict[socket.socket, threading.Thread] = {}
        self._lock = threading.Lock()
        self._is_stopped = False
        bound_host, bound_port = self._listening.getsockname()[:2]
        shown = f"[{bound_host}]" if ":" in bound_host else bound_host
        self.url = f"http://{shown}:{bound_port}"
        """Where it listens."""

    def serve(self) -> None:
        """Accept connections until ``stop``, which another thread calls."""
        with selectors.DefaultSelector() as selector, self._listening, self._wake, self._waked:
            selector.register(self._listening, selectors.EVENT_READ)
            selector.register(self._waked, selectors.EVENT_READ)
            while not self._is_stopped:
                if any(key.fileobj is self._listening for key, _ in selector.select()):
                    self._accept()

    def stop(self) -> None:
        """Stop: nothing more is accepted or read; an answer that has begun is given ``STOP_S``."""
        with self._lock:
            self._is_stopped = True
            open_ones = dict(self._connections)
        with contextlib.suppress(OSError):  # it has stopped
            self._wake.send(b"x")
        for connection in open_ones:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RD)
        deadline = time.monotonic() + STOP_S
        for thread in open_ones.values():
            thread.join(max(deadline - time.monotonic(), 0))

    def _accept(self) -> None:
        try:
            connection, _ = self._listening.accept()
        except OSError:
            return  # It left before it was accepted.
        with self._lock:
            if self._is_stopped or len(self._connections) >= MAX_CONNECTIONS:
                connection.close()
                return
            thread = threading.Thread(
                target=self._converse, args=(connection,), name="banc-lgo-connection", daemon=True
            )
            self._connections[connection] = thread
            thread.start()

    def _converse(self, connection: socket.socket) -> None:
        try:
            # A client that leaves in the middle is nobody's mistake.
            with connection, contextlib.suppress(OSError):
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                _Conversation(connection, self._application).run()
        finally:
            with self._lock:
                self._connections.pop(connection, None)


class _Conversation:
    """The requests of one connection, one after the other."""

    def __init__(self, connection: socket.socket, application: Application) -> None:
        self._socket = connection
        self._application = application
        self._buffer = b""
        self._deadline = 0.0

    def run(self) -> None:
        while self._one():
            pass

    def _receive(self) -> bytes:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("the request takes too long")
        self._socket.settimeout(left)
        return self._socket.recv(_CHUNK)

    def _one(self) -> bool:
        """Answer one request; return whether there may be another."""
        data = self._buffer
        if not data:
            self._socket.settimeout(IDLE_S)
            data = self._socket.recv(_CHUNK)
            if not data:
                return False
        self._deadline = time.monotonic() + REQUEST_S
        end = data.find(b"\r\n\r\n")
        while end < 0:
            chunk = self._receive() if len(data) <= MAX_HEAD else b""
            if not chunk:
                self._by_the_book(data)
                return False
            data += chunk
            end = data.find(b"\r\n\r\n")
        plain = _PLAIN.fullmatch(data, 0, end + 2)
        headers = None if plain is None else _plain_headers(plain[3])
        if plain is None or headers is None:
            self._by_the_book(data)
            return False
        length = int(headers.get("content-length", "0"))
        body = data[end + 4 :]
        while len(body) < min(length, MAX_BODY):
            chunk = self._receive()
            if not chunk:
                return False
            body += chunk
        self._buffer = body[length:]
        method = plain[1].decode("ascii")
        status, fields, content = self._answered(method, plain[2], headers, body[:length])
        # What is too long is not read to its end.
        is_last = headers.get("connection", "").lower() == "close" or length > MAX_BODY
        lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in fields)]
        if is_last:
            lines.append("Connection: close")
        head = "\r\n".join([*lines, "", ""]).encode("latin-1")
        self._socket.settimeout(REQUEST_S)
        self._socket.sendall(head if method == "HEAD" else head + content)
        return not is_last

    def _answered(
        self, method: str, target: bytes, headers: dict[str, str], body: bytes
    ) -> tuple[str, Headers, bytes]:
        """Return status line, headers and body of what the application answers."""
        path, _, query = target.partition(b"?")
        if b"%" in path:
            # A slash that is written so belongs to a name.
            path = b"%2F".join(map(unquote_to_bytes, _SLASH.split(path)))
        environ: dict[str, Any] = {
            "REQUEST_METHOD": method,
            "PATH_INFO": path.decode("latin-1"),
            "QUERY_STRING": query.decode("latin-1"),
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": sys.stderr,
            "wsgi.url_scheme": "http",
        }
        for name, value in headers.items():
            if name == "content-type":
                environ["CONTENT_TYPE"] = value
            elif name != "content-length":
                environ[f"HTTP_{name.upper().replace('-', '_')}"] = value
        begun: list[tuple[str, Headers]] = []

        def start_response(status: str, fields: Headers, _error: object = None) -> None:
            begun.append((status, fields))

        content = b"".join(self._application(environ, start_response))
        return (*begun[0], content)

    def _by_the_book(self, data: bytes) -> None:
        """Answer a request, of which ``data`` has come, with h11; the connection is of no use afterwards."""
        state = h11.Connection(h11.SERVER, MAX_HEAD)
        try:
            request, body = self._read_by_the_book(state, data)
        except h11.RemoteProtocolError as error:
            with contextlib.suppress(h11.LocalProtocolError):  # nobody is there to be told
                self._finish(state, error.error_status_hint, [], str(error).encode())
            return
        if request is None:
            return
        headers: dict[str, str] = {}
        for raw, value in request.headers:
            name, text = raw.decode("ascii"), value.decode("latin-1")
            headers[name] = f"{headers[name]}, {text}" if name in headers else text
        method = request.method.decode("ascii")
        target = request.target
        if not target.startswith(b"/") and b"://" in target:
            # The absolute form (RFC 9112 §3.2.2).
            target = b"/" + target.partition(b"://")[2].partition(b"/")[2]
        status, fields, content = self._answered(method, target, headers, body)
        self._finish(state, int(status.split()[0]), fields, b"" if method == "HEAD" else content)

    def _read_by_the_book(self, state: h11.Connection, data: bytes) -> tuple[h11.Request | None, bytes]:
        """Return a request and its body, as far as it is read; no request when the client has left."""
        state.receive_data(data)
        request: h11.Request | None = None
        body = bytearray()
        while len(body) < MAX_BODY:
            event = state.next_event()
            if event is h11.NEED_DATA:
                if state.they_are_waiting_for_100_continue:
                    self._send(state, h11.InformationalResponse(status_code=100, headers=[]))
                state.receive_data(self._receive())
            elif isinstance(event, h11.Request):
                request = event
            elif isinstance(event, h11.Data):
                body += event.data
            else:
                break
        return request, bytes(body)

    def _finish(self, state: h11.Connection, status: int, fields: Headers, content: bytes) -> None:
        has_length = any(name.lower() == "content-length" for name, _ in fields)
        own = [] if has_length or not content else [("Content-Length", str(len(content)))]
        reply = h11.Response(
            status_code=status,
            headers=[*fields, *own, ("Connection", "close")],
            reason=HTTPStatus(status).phrase,
        )
        body = [h11.Data(data=content)] if content else []
        self._send(state, reply, *body, h11.EndOfMessage())

    def _send(self, state: h11.Connection, *events: Any) -> None:
        sent = b"".join(state.send(event) or b"" for event in events)
        self._socket.settimeout(REQUEST_S)
        self._socket.sendall(sent)


def _plain_headers(lines: bytes) -> dict[str, str] | None:
    """Return the headers of a request by lower-case name; ``None`` when it is for h11."""
    headers: dict[str, str] = {}
    for line in lines.decode("latin-1").split("\r\n")[:-1]:
        name, _, value = line.partition(":")
        name = name.lower()
        if name in headers or name in _HARD:
            return None
        headers[name] = value.strip(" \t")
    length = headers.get("content-length", "0")
    if "host" not in headers or not (length.isascii() and length.isdigit() and len(length) < 10):  # noqa: PLR2004 - digits of any real length
        return None
    return headers if headers.get("connection", "keep-alive").lower() in {"keep-alive", "close"} else None
