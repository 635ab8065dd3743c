"""A software whose requests and answers a test bends on the way to the reference LGO."""

from __future__ import annotations

import http.client
import json
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterator


@dataclass
class Answer:
    """What goes back to the bench."""

    status: int
    document: Any
    headers: dict[str, str] = field(default_factory=dict)


def as_it_is(_act: str, answer: Answer) -> Answer:
    return answer


def unchanged(_act: str, body: Any) -> Any:
    return body


@dataclass
class Bent:
    """A software between the bench and the reference LGO."""

    url: str
    """Of the reference LGO."""
    ask: Callable[[str, Any], Any] = unchanged
    """Changes the body of a request; an ``Answer`` is given back at once."""
    answer: Callable[[str, Answer], Answer] = as_it_is
    """Changes an answer; the act is ``POST /patients``."""
    released: threading.Event = field(default_factory=threading.Event)

    def carry(self, method: str, path: str, content: bytes, headers: dict[str, str]) -> Answer:
        act = f"{method} {path.partition('?')[0]}"
        body = self.ask(act, json.loads(content) if content else None)
        if isinstance(body, Answer):
            return body
        there = urlsplit(self.url)
        connection = http.client.HTTPConnection(there.hostname, there.port, timeout=60)
        try:
            connection.request(method, path, None if body is None else json.dumps(body), headers)
            response = connection.getresponse()
            text = response.read()
        finally:
            connection.close()
        return self.answer(act, Answer(response.status, json.loads(text) if text else None))


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    software: Bent

    def do_GET(self) -> None:
        content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        kept = {
            name: value
            for name, value in self.headers.items()
            if name.lower() in {"content-type", "x-banc-user", "x-banc-role"}
        }
        answer = self.software.carry(self.command, self.path, content, kept)
        body = b"" if answer.document is None else json.dumps(answer.document).encode()
        headers = {
            "Date": self.date_time_string(),
            "Content-Type": "application/json",
            "Content-Length": str(len(body)),
        } | answer.headers
        try:
            self.send_response_only(answer.status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)
        except OSError:
            self.close_connection = True

    do_POST = do_PUT = do_PATCH = do_GET  # noqa: N815 - names fixed by http.server

    def log_message(self, *_: Any) -> None:
        """Stay quiet."""


class QuietServer(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: Any) -> None:
        """Handshakes are broken on purpose."""


@contextmanager
def serving(software: Bent, context: ssl.SSLContext | None = None) -> Iterator[str]:
    handler = type("Bound", (Handler,), {"software": software})
    server = QuietServer(("127.0.0.1", 0), handler)
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http{'s' if context else ''}://127.0.0.1:{server.server_address[1]}"
    finally:
        software.released.set()
        server.shutdown()
        server.server_close()
