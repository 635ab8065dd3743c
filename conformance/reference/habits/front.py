"""A front before the reference LGO: the manners of other servers, and the habits of other software, in its answers and acts.

A habit is a function that is given what was asked and what answers it; it may change either. The server underneath is
written by hand, so that it can do what HTTP allows and no framework does.
"""

from __future__ import annotations

import gzip
import io
import json
import socket
import socketserver
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, quote, unquote, urlencode

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request of the driver API."""

    method: str
    path: tuple[str, ...]
    """The parts of the path, decoded."""
    query: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    body: Any = None

    def other(self, method: str, *path: str, body: Any = None, query: dict[str, str] | None = None) -> Asked:
        """Return another request by the same user."""
        return replace(self, method=method, path=path, body=body, query=query or {})


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """An answer."""

    status: int
    body: Any = None


_PATIENCE_S = 30.0
"""For a request that has begun."""

Inner = Callable[[Asked], Said]
Habit = Callable[[Asked, Inner], Said]


def refused(message: str, status: int = 409) -> Said:
    """Return a refusal."""
    return Said(status=status, body={"code": "REFUS", "message": message})


def _plain(answer: Any) -> bytes:
    return json.dumps(answer, ensure_ascii=False).encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How answers travel."""

    version: str = "1.1"
    chunk: int = 0
    """Bytes of a chunk; 0: a length."""
    packed: bool = False
    closes: bool = False
    idle: float = _PATIENCE_S
    """Seconds after which a connection without a request is closed without a word."""
    most: int = 0
    """Requests of one connection; 0: no end."""
    one_at_a_time: bool = False
    hints: bool = False
    """An interim answer comes first."""
    late: float = 0.0
    named: Callable[[str], str] = str
    """What is done to names of headers."""
    others: tuple[tuple[str, str], ...] = ()
    kind: str = "application/json"
    written: Callable[[Any], bytes] = _plain
    status: Callable[[int, Any], tuple[int, Any]] = lambda status, body: (status, body)


class _Handler(socketserver.StreamRequestHandler):
    server: _Threaded

    def handle(self) -> None:
        manner = self.server.manner
        self.request.settimeout(_PATIENCE_S)
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        count = 0
        try:
            while self._once(last=manner.closes or manner.version == "1.0" or count + 1 == manner.most):
                count += 1
                self.request.settimeout(manner.idle)
        except (OSError, ValueError):
            return

    def _once(self, *, last: bool) -> bool:
        line = self.rfile.readline()
        if not line.strip():
            return False
        self.request.settimeout(_PATIENCE_S)
        method, target, _ = line.decode("latin-1").split(" ", 2)
        headers: dict[str, str] = {}
        while (one := self.rfile.readline().decode("latin-1").strip()) != "":
            name, _, value = one.partition(":")
            headers[name.lower()] = value.strip()
        content = self.rfile.read(int(headers.get("content-length", "0")))
        path, _, query = target.partition("?")
        asked = Asked(
            method=method,
            path=tuple(unquote(part) for part in path.strip("/").split("/")),
            query=dict(parse_qsl(query, keep_blank_values=True)),
            headers=headers,
            body=json.loads(content) if content else None,
        )
        self._answer(self.server.inner(asked), last=last)
        return not last

    def _answer(self, said: Said, *, last: bool) -> None:  # noqa: C901 - one line for each manner
        manner = self.server.manner
        if manner.late:
            time.sleep(manner.late)
        status, body = manner.status(said.status, said.body)
        has_body = status not in {204, 304} and body is not None
        content = manner.written(body) if has_body else b""
        headers: list[tuple[str, str]] = [("Server", "Indy/10"), *manner.others]
        if has_body:
            headers.append(("Content-Type", manner.kind))
        if manner.packed and has_body:
            content = gzip.compress(content)
            headers.append(("Content-Encoding", "gzip"))
        chunked = manner.chunk and has_body and manner.version == "1.1"
        if chunked:
            headers.append(("Transfer-Encoding", "chunked"))
        elif manner.version == "1.1" and status != 204:  # noqa: PLR2004 - No Content has no length
            headers.append(("Content-Length", str(len(content))))
        if last and manner.version == "1.1":
            headers.append(("Connection", "close"))
        out = io.BytesIO()
        if manner.hints:
            out.write(b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>\r\n\r\n")
        out.write(f"HTTP/{manner.version} {status} \r\n".encode())
        for name, value in headers:
            out.write(f"{manner.named(name)}: {value}\r\n".encode("latin-1"))
        out.write(b"\r\n")
        if chunked:
            for start in range(0, len(content), manner.chunk):
                part = content[start : start + manner.chunk]
                out.write(f"{len(part):x};own=1\r\n".encode() + part + b"\r\n")
            out.write(b"0\r\nX-Checked: yes\r\n\r\n")
        else:
            out.write(content)
        self.wfile.write(out.getvalue())


class _Threaded(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 64
    manner: Manner
    inner: Inner


class _Single(_Threaded):
    process_request = socketserver.TCPServer.process_request


def inner_of(application: WSGIApplication) -> Inner:
    """Return what asks a WSGI application."""

    def ask(asked: Asked) -> Said:
        content = b"" if asked.body is None else json.dumps(asked.body).encode()
        environ = {
            "REQUEST_METHOD": asked.method,
            "PATH_INFO": ("/" + "/".join(asked.path)).encode().decode("latin-1"),
            "QUERY_STRING": urlencode(asked.query),
            "CONTENT_LENGTH": str(len(content)),
            "wsgi.input": io.BytesIO(content),
            **{
                f"HTTP_{name.upper().replace('-', '_')}": value
                for name, value in asked.headers.items()
                if name.startswith("x-banc")
            },
        }
        told: list[str] = []
        chunks = application(environ, lambda status, _headers, *_: told.append(status))  # type: ignore[arg-type]
        body = b"".join(chunks)
        return Said(status=int(told[0][:3]), body=json.loads(body) if body else None)

    return ask


def composed(habits: Sequence[Habit], inner: Inner) -> Inner:
    """Return what asks through all the habits, the first one outermost."""
    for habit in reversed(habits):
        inner = _through(habit, inner)
    return inner


def _through(habit: Habit, inner: Inner) -> Inner:
    return lambda asked: habit(asked, inner)


@contextmanager
def fronted(
    application: WSGIApplication, *, manner: Manner | None = None, habits: Sequence[Habit] = ()
) -> Iterator[str]:
    """Serve an application with these manners and habits until the end of the block; yield its address."""
    chosen = manner or Manner()
    kind = _Single if chosen.one_at_a_time else _Threaded
    with kind(("127.0.0.1", 0), _Handler) as server:
        server.manner, server.inner = chosen, composed(habits, inner_of(application))
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


def quoted(part: str) -> str:
    """Return a part of a path as it travels."""
    return quote(part, safe="")


def walked(value: Any, change: Callable[[str, Any, Mapping[str, Any]], Any]) -> Any:
    """Return a JSON value with ``change(key, value, object)`` done to each member of each object."""
    if isinstance(value, dict):
        return {key: change(key, walked(one, change), value) for key, one in value.items()}
    if isinstance(value, list):
        return [walked(one, change) for one in value]
    return value
