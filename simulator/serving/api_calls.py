"""Calls of the control API, run by Flask in threads of their own: bounded in number, streamed, given up with their client.

SOAP calls never wait for a thread of these. A client that leaves is no longer worked for: what it waited for in line is
dropped, what is being streamed to it stops at the next part. When all threads are taken and the line is long, a call is
refused at once instead of joining it.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import logging
import select
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Final

from werkzeug.test import run_wsgi_app

from simulator.serving.own_request import NO_BODY
from simulator.serving.own_socket import own_socket

if TYPE_CHECKING:
    import socket
    from collections.abc import AsyncIterator, Callable, Iterable, Iterator

    from simulator.serving.scope import HTTPProtocol, Scope

THREADS: Final = 16
"""Calls run at once, for one server process."""
LINE: Final = 64
"""Calls that may wait for a thread."""
STREAMS: Final = 8
"""Answers streamed at once: each holds a page of the journal in memory."""
PART_BYTES: Final = 64 * 1024
"""Size at which what was produced of a stream is sent."""
PART_S: Final = 0.25
"""After how long what was produced of a stream is sent, however little it is."""
UNREAD_S: Final = 60.0
"""How long a client may leave a stream unread."""
_LOOK_S: Final = 0.02
"""How often it is looked whether a client has read."""
HEALTH: Final = "/health"

_log = logging.getLogger(__name__)


class ApiCalls:
    """Runs one WSGI application for one event loop."""

    def __init__(self, application: Any) -> None:
        """Take the application; threads start when they are needed."""
        self._application = application
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="api")
        # Whoever watches over the bench must be answered when everything else is stuck.
        self._health_thread = ThreadPoolExecutor(1, thread_name_prefix="health")
        self._running = 0
        self._streaming = 0

    def close(self) -> None:
        """Take no more calls; those that run end by themselves."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._health_thread.shutdown(wait=False, cancel_futures=True)

    async def answer(
        self, scope: Scope, headers: dict[str, str], body: bytes, protocol: HTTPProtocol
    ) -> None:
        """Answer one call, unless its client leaves before."""
        is_health = scope.path == HEALTH
        if not is_health and self._running >= THREADS + LINE:
            protocol.response_str(
                503,
                [("content-type", "application/json"), ("retry-after", "2")],
                '{"error": "too many calls of the control API are waiting; try again"}\n',
            )
            return
        threads = self._health_thread if is_health else self._threads
        environ = _environ(scope, headers, body)
        gone = asyncio.ensure_future(protocol.client_disconnect())
        try:
            answered = await self._run(threads, lambda: _start(self._application, environ), gone)
            if answered is None:
                return
            status, answer_headers, content = answered
            if isinstance(content, bytes):
                protocol.response_bytes(status, answer_headers, content)
            else:
                await self._stream(scope, protocol, gone, answered)
        finally:
            gone.cancel()

    async def _run(
        self, threads: ThreadPoolExecutor, work: Callable[[], Any], gone: asyncio.Future[None]
    ) -> Any | None:
        """Run something in a thread; ``None`` when the client leaves before it ends."""
        self._running += 1
        task = asyncio.get_running_loop().run_in_executor(threads, work)
        task.add_done_callback(self._is_done)
        await asyncio.wait({task, gone}, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            return task.result()
        # In line it is dropped; in a thread it ends by itself, and nobody waits for what it returns.
        task.cancel()
        return None

    def _is_done(self, task: asyncio.Future[Any]) -> None:
        self._running -= 1
        if not task.cancelled():
            task.exception()  # seen, should nobody wait for it any more

    async def _stream(
        self, scope: Scope, protocol: HTTPProtocol, gone: asyncio.Future[None], answered: Any
    ) -> None:
        status, headers, content = answered
        try:
            if self._streaming >= STREAMS or scope.http_version.startswith("2"):
                why = (
                    "exports are sent over HTTP/1.1"
                    if scope.http_version.startswith("2")
                    else f"{STREAMS} exports are being sent already; try again later"
                )
                protocol.response_str(503, [("content-type", "application/json")], f'{{"error": "{why}"}}\n')
                return
            self._streaming += 1
            try:
                with reader_of(scope, protocol) as reader:
                    parts = self._parts(iter(content), reader, gone)
                    await _send(protocol, status, headers, parts)
            finally:
                self._streaming -= 1
        finally:
            close = getattr(content, "close", None)
            if close is not None:
                with contextlib.suppress(ValueError):  # a part of it is still being made: it ends by itself
                    close()

    async def _parts(
        self, content: Iterator[bytes], reader: socket.socket | None, gone: asyncio.Future[None]
    ) -> AsyncIterator[bytes]:
        """Yield what is to be sent, each part made when the client has read enough of those before."""
        while part := await self._run(self._threads, lambda: _next_part(content), gone):
            yield part
            if reader is not None and not await is_read(reader, gone):
                return


async def _send(
    protocol: HTTPProtocol, status: int, headers: list[tuple[str, str]], parts: AsyncIterator[bytes]
) -> None:
    transport = None
    async for part in parts:
        # After the first part: what cannot even begin is answered as an error.
        transport = transport or protocol.response_stream(status, headers)
        await transport.send_bytes(part)
    if transport is None:
        protocol.response_bytes(status, headers, b"")


def _start(application: Any, environ: dict[str, Any]) -> tuple[int, list[tuple[str, str]], Any]:
    content, status, headers = run_wsgi_app(application, environ)
    number, listed = int(status.split(" ", 1)[0]), list(headers.items())
    if "content-length" not in headers and number not in NO_BODY and environ["REQUEST_METHOD"] != "HEAD":
        return number, listed, content
    try:
        return number, listed, b"".join(content)
    finally:
        close = getattr(content, "close", None)
        if close is not None:
            close()


def _next_part(content: Iterable[bytes]) -> bytes:
    """Return what comes next, some of it together; empty at the end."""
    part, started = bytearray(), time.monotonic()
    for piece in content:
        part += piece
        if part and (len(part) >= PART_BYTES or time.monotonic() - started >= PART_S):
            break
    return bytes(part)


@contextlib.contextmanager
def reader_of(scope: Scope, protocol: HTTPProtocol) -> Iterator[socket.socket | None]:
    """Give the connection whose client must read; ``None`` when the server itself waits for it.

    granian takes whatever it is given into memory, so the system is asked whether the client reads.
    """
    if hasattr(protocol, "cut"):
        yield None
        return
    with own_socket(scope.client, scope.server) as found:
        yield found


async def is_read(connection: socket.socket, gone: asyncio.Future[None]) -> bool:
    """Wait until the system takes more for the client; ``False``: it has left, or does not read."""
    deadline = time.monotonic() + UNREAD_S
    while not gone.done():
        try:
            if _is_writable(connection):
                return True
        except (OSError, ValueError):
            return False
        if time.monotonic() > deadline:
            return False
        await asyncio.wait({gone}, timeout=_LOOK_S)
    return False


def _is_writable(connection: socket.socket) -> bool:
    if hasattr(select, "poll"):
        poll = select.poll()
        poll.register(connection, select.POLLOUT)
        return bool(poll.poll(0))
    return bool(select.select([], [connection], [], 0)[1])


def _environ(scope: Scope, headers: dict[str, str], body: bytes) -> dict[str, Any]:
    host, _, port = scope.server.rpartition(":")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        # WSGI wants the bytes of the path, each as one character (PEP 3333).
        "PATH_INFO": scope.path.encode("utf-8", "replace").decode("latin-1"),
        "QUERY_STRING": scope.query_string,
        "SERVER_NAME": host,
        "SERVER_PORT": port,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "REMOTE_ADDR": scope.client.rpartition(":")[0],
        "CONTENT_LENGTH": str(len(body)),
        "CONTENT_TYPE": headers.get("content-type", ""),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for name, value in headers.items():
        if name not in {"content-type", "content-length"}:
            environ[f"HTTP_{name.upper().replace('-', '_')}"] = value
    return environ
