"""The application as granian runs it (RSGI): SOAP calls on the event loop, everything else in threads.

A body is received without holding a thread, so clients that are slow, or stopped in a debugger, block nobody.
A SOAP call itself is a fraction of a millisecond of computation and runs where it arrives: handing it to a
thread would cost as much again.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import logging
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl

from werkzeug.test import run_wsgi_app

from simulator.contract.limits import HEAD_BYTES, is_lot_call
from simulator.journal.exchange import Headers
from simulator.scripting.chaos_reply import AT_ONCE
from simulator.sessions.store import UnknownSessionError
from simulator.web import events
from simulator.web.api.guard import refusal
from simulator.web.app import MAX_API_BYTES
from simulator.web.rsgi_delivery import deliver
from simulator.web.soap import HttpRequest, read_limit, session_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from granian._granian import RSGIHTTPProtocol as HTTPProtocol
    from granian.rsgi import Scope

    from simulator.web.app import Application

BODY_TIMEOUT_S: Final = 30.0
"""How long a client may take to send its request (ours: the real gateway's limit is not established)."""

_log = logging.getLogger(__name__)


class Front:
    """One worker's RSGI application."""

    def __init__(
        self,
        application: Application,
        *,
        body_timeout: float = BODY_TIMEOUT_S,
        stopping: Callable[[], bool] = lambda: False,
    ) -> None:
        """Take the parts of the application; ``body_timeout`` in seconds.

        ``stopping`` tells whether the server is about to stop: it waits for every answer that has begun.
        """
        self._body_timeout = body_timeout
        self._soap = application.soap
        self._flask = application.flask
        self._application = application
        self._close = application.close
        self._hub = events.Hub(application.live, stopping=stopping)

    def __rsgi_del__(self, _loop: object) -> None:
        """Leave in order when the server stops: what waits to be written is written."""
        self._close()

    async def __rsgi__(self, scope: Scope, protocol: HTTPProtocol) -> None:
        """Answer one request."""
        if scope.proto != "http":
            return
        is_soap = session_of(scope.path) is not None
        try:
            async with asyncio.timeout(self._body_timeout):
                body = await _receive(scope, protocol, is_soap=is_soap)
        except TimeoutError:
            protocol.response_str(
                408, [("content-type", "text/plain")], "The request took too long to arrive.\n"
            )
            return
        headers = _headers(scope)
        origin = f"{scope.scheme}://{headers.get('host') or scope.server}"
        if is_soap:
            request = HttpRequest(
                method=scope.method,
                path=scope.path,
                query=scope.query_string,
                headers=headers,
                body=body,
                origin=origin,
            )
            if is_lot_call(headers.get("content-type", ""), body):
                # Thousands of lines: beside the event loop, where single calls go on being answered.
                answer = await asyncio.to_thread(self._soap.answer, request)
            else:
                answer = self._soap.answer(request)
            if answer.delivery is AT_ONCE:
                protocol.response_bytes(answer.status, answer.headers, answer.body)
            else:
                await deliver(answer, scope, protocol)
            return
        if scope.path == events.PATH and scope.method == "GET":
            await self._follow(scope, headers, protocol)
            return
        environ = _environ(scope, headers, body)
        status, answer_headers, content = await asyncio.to_thread(self._run_flask, environ)
        protocol.response_bytes(status, answer_headers, content)

    async def _follow(self, scope: Scope, headers: dict[str, str], protocol: HTTPProtocol) -> None:
        """Send the live journal until the client is gone, is let go, or the server stops."""
        refused = refusal(headers, token=self._application.token)
        if refused is not None:
            _refuse(protocol, *refused)
            return
        try:
            query = dict(reversed(parse_qsl(scope.query_string, keep_blank_values=True)))
            wanted = events.read_follow(query, headers)
            if wanted.session is not None:
                await asyncio.to_thread(self._application.sessions.get, wanted.session)
            stream = self._hub.follow(wanted)
            first = await anext(stream)
        except (events.FollowError, UnknownSessionError) as error:
            _refuse(protocol, str(error), getattr(error, "status", 404))
            return
        async with contextlib.aclosing(stream):
            sending = asyncio.ensure_future(_send(stream, first, protocol))
            gone = asyncio.ensure_future(protocol.client_disconnect())
            # The client may leave while nothing is sent.
            await asyncio.wait({sending, gone}, return_when=asyncio.FIRST_COMPLETED)
            for task in (sending, gone):
                task.cancel()
            await asyncio.gather(sending, gone, return_exceptions=True)

    def _run_flask(self, environ: dict[str, Any]) -> tuple[int, list[tuple[str, str]], bytes]:
        content, status, headers = run_wsgi_app(self._flask, environ, buffered=True)
        return int(status.split(" ", 1)[0]), list(headers.items()), b"".join(content)


async def _send(stream: AsyncIterator[bytes], first: bytes, protocol: HTTPProtocol) -> None:
    transport = protocol.response_stream(200, list(events.HEADERS))
    await transport.send_bytes(first)
    async for frame in stream:
        await transport.send_bytes(frame)


def _refuse(protocol: HTTPProtocol, message: str, status: int) -> None:
    body = json.dumps({"error": message}, ensure_ascii=False)
    protocol.response_str(status, [("content-type", "application/json")], f"{body}\n")


async def _receive(scope: Scope, protocol: HTTPProtocol, *, is_soap: bool) -> bytes:
    """Return the body, cut after what is enough to tell that it is too large."""
    if scope.method in {"GET", "HEAD"}:
        return b""
    content_type = scope.headers.get("content-type") or ""
    limit = read_limit(content_type, b"") if is_soap else MAX_API_BYTES + 1
    declared = scope.headers.get("content-length")
    if declared is not None and declared.isdecimal() and int(declared) < limit:
        return await protocol()
    body = bytearray()
    async for chunk in protocol:
        body += chunk
        if is_soap and len(body) >= limit:
            limit = read_limit(content_type, bytes(body[:HEAD_BYTES]))
        if len(body) >= limit:
            break
    return bytes(body[:limit])


def _headers(scope: Scope) -> Headers:
    return Headers(scope.headers.items())


def _environ(scope: Scope, headers: dict[str, str], body: bytes) -> dict[str, Any]:
    host, _, port = scope.server.rpartition(":")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        # WSGI wants the bytes of the path, each as one character (PEP 3333).
        "PATH_INFO": scope.path.encode().decode("latin-1"),
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
