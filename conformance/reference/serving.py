"""What cheroot does for a connection, done cheaper for one that is kept for tens of thousands of short requests.

HTTP is cheroot's. Left to itself it gives a connection back, after each answer, to a thread that watches all of them, reads
through buffers written in Python, and sends head and body apart; together that costs more than the acts of the LGO. Here the
thread that has answered looks a moment for the next request, the buffers are those of the interpreter, an answer
leaves in one piece, and a plain request that has come whole is read at once (``plain_http``).
"""

from __future__ import annotations

import io
import logging
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from cheroot.server import HTTPConnection, HTTPRequest
from cheroot.wsgi import Server

from conformance.reference.plain_http import answer_of, plain_request

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterator
    from wsgiref.types import WSGIApplication

PATIENCE_S: Final = 0.02
"""How long the thread that has answered waits for the next request; afterwards the connection is watched with the others."""
_STOP_S: Final = 0.1
"""How often the server looks whether it has to stop."""
_FAILED: Final = b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
_log = logging.getLogger(__name__)


class _Raw(io.RawIOBase):
    """What comes on a socket, within the time that the socket has."""

    def __init__(self, connection: socket.socket) -> None:
        super().__init__()
        self._socket = connection

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        try:
            return self._socket.recv_into(buffer)
        except BlockingIOError:
            return None


class _Reader(io.BufferedReader):
    """What comes on a connection, as cheroot reads it."""

    bytes_read = 0
    """Of the statistics of cheroot, which are off."""

    def __init__(self, connection: socket.socket, size: int) -> None:
        super().__init__(_Raw(connection), size)
        self._socket = connection

    def has_data(self) -> bool:
        """Tell whether something has come that is not read yet, or the other side has closed."""
        return self.comes_within(0)

    def comes_within(self, seconds: float) -> bool:
        """Wait for more, or for the end; 0: look without waiting."""
        usual = self._socket.gettimeout()
        self._socket.settimeout(seconds)
        try:
            return bool(self.peek(1)) or seconds > 0
        except TimeoutError:
            return False
        finally:
            self._socket.settimeout(usual)


class _Writer:
    """What goes out on a connection; the parts of one answer together."""

    bytes_written = 0
    """Of the statistics of cheroot, which are off."""

    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection
        self._held: list[bytes] | None = None

    def write(self, data: bytes) -> int:
        if self._held is None:
            self._socket.sendall(data)
        else:
            self._held.append(data)
        return len(data)

    @contextmanager
    def together(self) -> Iterator[None]:
        """Send what is written inside once it is all there."""
        held: list[bytes] = []
        self._held = held
        try:
            yield
        finally:
            self._held = None
            if held:
                self._socket.sendall(b"".join(held))


def _file(connection: socket.socket, mode: str, size: int) -> _Reader | _Writer:
    return _Reader(connection, size) if "r" in mode else _Writer(connection)


class _Request(HTTPRequest):
    """A request whose answer leaves in one piece."""

    def respond(self) -> None:
        with self.conn.wfile.together():
            super().respond()


class _Connection(HTTPConnection):
    """A connection that is looked at for a moment by the thread that has just answered on it."""

    RequestHandlerClass = _Request

    def __init__(self, server: Any, connection: socket.socket, _makefile: object = None) -> None:
        super().__init__(server, connection, _file)

    def communicate(self) -> bool:
        """Answer requests as long as they come one upon the other and nobody else waits; tell whether to keep the connection."""
        keeps = self._plain() if self.rfile.has_data() else None
        while super().communicate() if keeps is None else keeps:  # type: ignore[no-untyped-call] # a stub without types
            is_wanted = not self.server.ready or self.server.requests.qsize > 0
            if is_wanted or not self.rfile.comes_within(PATIENCE_S):
                return True
            keeps = self._plain()
        return False

    def _plain(self) -> bool | None:
        """Answer the plain request that has come and tell whether to keep the connection; ``None``: it is for cheroot to read."""
        found = plain_request(self.rfile.peek(1), self.server.environ)
        if found is None:
            return None
        environ, size = found
        self.rfile.read(size)
        content, keeps = _FAILED, False
        try:
            content, keeps = answer_of(self.server.wsgi_app, environ, self.server.server_name), True
        except Exception:  # noqa: BLE001 - the last line of defence, as cheroot has it
            _log.exception("a request could not be answered")
        try:
            self.wfile.write(content)
        except OSError:  # The client has left.
            return False
        return keeps


class _Server(Server):
    """A server of such connections."""

    ConnectionClass = _Connection

    @property
    def environ(self) -> dict[str, Any]:
        """What the environment of every request holds (PEP 3333)."""
        if not self._environ:
            host, port = self.bind_addr[:2]
            self._environ = {
                "SCRIPT_NAME": "",
                "SERVER_NAME": str(host),
                "SERVER_PORT": str(port),
                "SERVER_PROTOCOL": "HTTP/1.1",
                "wsgi.version": (1, 0),
                "wsgi.url_scheme": "http",
                "wsgi.errors": sys.stderr,
                "wsgi.multithread": True,
                "wsgi.multiprocess": False,
                "wsgi.run_once": False,
            }
        return self._environ

    _environ: dict[str, Any] = {}  # noqa: RUF012 - replaced, never filled


@contextmanager
def served(
    application: WSGIApplication, *, host: str = "127.0.0.1", port: int = 0, threads: int = 8
) -> Iterator[str]:
    """Serve an application in threads of this process, until the end of the block; yield its address.

    Args:
        application: what answers, called from several threads.
        host: the address to listen on.
        port: 0 for any free port.
        threads: requests answered at once.

    Raises:
        OSError: the address is taken.
    """
    server = _Server((host, port), application, numthreads=threads, server_name="banc-lgo")
    server.expiration_interval = _STOP_S
    server.prepare()
    thread = threading.Thread(target=server.serve, name="banc-lgo", daemon=True)
    thread.start()
    try:
        bound_host, bound_port = server.bind_addr[:2]
        shown = f"[{bound_host}]" if ":" in bound_host else bound_host
        yield f"http://{shown}:{bound_port}"
    finally:
        server.stop()
        thread.join()
