"""The application as every server runs it (RSGI): SOAP calls on the event loop, everything else in threads.

granian serves plain HTTP, ``simulator.serving.own_server`` the other ports; both give the same two objects for a request.
A body is received without holding a thread, so clients that are slow, or stopped in a debugger, block nobody.
A SOAP call itself is a fraction of a millisecond of computation and runs where it arrives: handing it to a
thread would cost as much again. The few that may cost more, large ones and lots, run beside.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl

from simulator.chaos.reply import AT_ONCE
from simulator.contract.limits import is_lot_call
from simulator.journal.exchange import Headers
from simulator.serving.api_calls import ApiCalls, is_read, reader_of
from simulator.serving.granian_places import Attendance
from simulator.serving.receiving import SMALL, Receiver
from simulator.serving.rsgi_delivery import deliver
from simulator.sessions.store import UnknownSessionError
from simulator.web import events, quiet
from simulator.web.api.guard import refusal
from simulator.web.app import MAX_API_BYTES
from simulator.web.soap import HttpRequest, session_of

if TYPE_CHECKING:
    import socket
    from collections.abc import AsyncIterator, Callable

    from simulator.serving.receiving import Received
    from simulator.serving.saturation import LoopWatch
    from simulator.serving.scope import HTTPProtocol, Scope
    from simulator.web.app import Application

BODY_TIMEOUT_S: Final = 30.0
"""How long a client may take to send its request (ours: the real gateway's limit is not established)."""
LARGE_THREADS: Final = 4
"""SOAP calls that run beside the event loop at once: large ones and lots."""
API: Final = "/api/"

_log = logging.getLogger(__name__)


class Front:
    """One worker's RSGI application."""

    def __init__(
        self,
        application: Application,
        *,
        body_timeout: float = BODY_TIMEOUT_S,
        stopping: Callable[[], bool] = lambda: False,
        attendance: Attendance | None = None,
        watch: LoopWatch | None = None,
    ) -> None:
        """Take the parts of the application; ``body_timeout`` in seconds.

        ``stopping`` tells whether the server is about to stop: it waits for every answer that has begun. ``attendance``
        is told who is being answered, when the server does not know it by itself (granian). ``watch``
        looks at the event loop once it runs.
        """
        self._watch = watch
        self._attendance = attendance or Attendance()
        self._soap = application.soap
        self._application = application
        self._close = application.close
        self._hub = events.Hub(application.live, stopping=stopping)
        self._receiver = Receiver(body_timeout)
        self._api = ApiCalls(application.flask)
        self._brief = application.brief
        self._beside = ThreadPoolExecutor(LARGE_THREADS, thread_name_prefix="large")

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Begin on the event loop of the server."""
        if self._watch is not None:
            self._watch.start(loop)

    def __rsgi_del__(self, _loop: object) -> None:
        """Leave in order when the server stops: what waits to be written is written."""
        self.close()
        self._close()

    def close(self) -> None:
        """Let go of the threads; the stores stay open."""
        self._api.close()
        self._beside.shutdown(wait=False, cancel_futures=True)

    async def __rsgi__(self, scope: Scope, protocol: HTTPProtocol) -> None:
        """Answer one request."""
        if scope.proto != "http":
            return
        headers = Headers(scope.headers.items())
        if session_of(scope.path) is not None:
            received = await self._receiver.receive(scope, protocol, limit=None)
            self._attendance.enter(scope.client)
            try:
                await self._call(scope, headers, received, protocol)
            finally:
                self._attendance.leave(scope.client)
            return
        if scope.path.startswith(API):
            # Before the body: who may not call must not fill the memory either.
            refused = refusal(headers, token=self._application.token)
            if refused is not None:
                _refuse(protocol, *refused)
                return
        if (problem := _header_problem(scope, headers)) is not None:
            _refuse(protocol, problem, 400)
            return
        if (
            scope.path == quiet.PATH
            and scope.method == "GET"
            and headers.get("content-length", "0") == "0"
            and "transfer-encoding" not in headers
            and quiet.is_nothing(self._application.live.journal, scope.query_string)
        ):
            protocol.response_bytes(200, list(quiet.HEADERS), quiet.NOTHING)
            return
        is_following = scope.path == events.PATH and scope.method == "GET"
        received = await self._receiver.receive(scope, protocol, limit=MAX_API_BYTES + 1)
        if received.problem:
            _refuse(protocol, received.problem, received.status)
            return
        self._attendance.enter(scope.client)
        try:
            brief = self._brief.answer(scope.method, scope.path, scope.query_string, headers, received.body)
            if brief is not None:
                protocol.response_bytes(*brief)
            elif is_following:
                await self._follow(scope, headers, protocol)
            else:
                await self._api.answer(scope, headers, received.body, protocol)
        finally:
            self._attendance.leave(scope.client)

    async def _call(self, scope: Scope, headers: Headers, received: Received, protocol: HTTPProtocol) -> None:
        request = HttpRequest(
            method=scope.method,
            path=scope.path,
            query=scope.query_string,
            headers=headers,
            body=received.body,
            origin=f"{scope.scheme}://{headers.get('host') or scope.server}",
            client_certificate=getattr(scope, "client_certificate", None),
        )
        if received.problem:
            answer = self._soap.refuse(request, received.status, received.problem)
        elif (problem := _header_problem(scope, headers)) is not None:
            answer = self._soap.refuse(request, 400, problem)
        elif len(received.body) > SMALL or is_lot_call(headers.get("content-type", ""), received.body):
            # Thousands of elements: beside the event loop, where other calls go on being answered.
            answer = await asyncio.get_running_loop().run_in_executor(
                self._beside, self._soap.answer, request
            )
        else:
            answer = self._soap.answer(request)
        if answer.delivery is AT_ONCE:
            protocol.response_bytes(answer.status, answer.headers, answer.body)
        else:
            await deliver(answer, scope, protocol)

    async def _follow(self, scope: Scope, headers: dict[str, str], protocol: HTTPProtocol) -> None:
        """Send the live journal until the client is gone, is let go, or the server stops."""
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
            gone = asyncio.ensure_future(protocol.client_disconnect())
            with reader_of(scope, protocol) as reader:
                sending = asyncio.ensure_future(_send(stream, first, protocol, reader, gone))
                # The client may leave while nothing is sent.
                await asyncio.wait({sending, gone}, return_when=asyncio.FIRST_COMPLETED)
                sending.cancel()
            for task in (sending, gone):
                task.cancel()
            await asyncio.gather(sending, gone, return_exceptions=True)


async def _send(
    stream: AsyncIterator[bytes],
    first: bytes,
    protocol: HTTPProtocol,
    reader: socket.socket | None,
    gone: asyncio.Future[None],
) -> None:
    transport = protocol.response_stream(200, list(events.HEADERS))
    await transport.send_bytes(first)
    async for frame in stream:
        # Who does not read is not fed: what comes meanwhile waits in line, and whose line is full is let go.
        if reader is not None and not await is_read(reader, gone):
            return
        await transport.send_bytes(frame)


def _refuse(protocol: HTTPProtocol, message: str, status: int) -> None:
    body = json.dumps({"error": message}, ensure_ascii=False)
    protocol.response_str(status, [("content-type", "application/json")], f"{body}\n")


_DECIDING: Final = (
    "x-banc-",
    "authorization",
    "content-encoding",
    "host",
    "origin",
    "sec-fetch-",
    "transfer-encoding",
)
"""Beginnings of the names of headers that say which session, who calls, or how the body is to be read."""


def _header_problem(scope: Scope, headers: dict[str, Any]) -> str | None:
    """Return what is wrong with the headers: granian drops those whose value is not ASCII, but not their names.

    Two Host headers are refused (RFC 9112 §3.2): who stands between might have read the other one. Else only those that decide something are an error: a pharmacy may well have an accent in its User-Agent.
    """
    host = headers.get("host")
    if host is None:
        if scope.http_version == "1.1" and "host" not in scope.headers.keys():  # noqa: SIM118 - no mapping
            return "expected the header Host, which HTTP/1.1 asks for (RFC 9112 §3.2), got none"
    elif "," in host:
        return f"expected one Host, got {host[:80]!r}"
    names = scope.headers.keys()
    if len(names) == len(headers):
        return None
    dropped = [name for name in names if name not in headers and name.startswith(_DECIDING)]
    return f"expected header values in ASCII, got another one in {', '.join(dropped)}" if dropped else None
