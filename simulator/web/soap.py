"""The SOAP entry: bytes in, bytes out, before any framework, because every look-up of a load test passes here."""

from __future__ import annotations

import ssl
import time
from dataclasses import replace
from datetime import UTC, datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from simulator.chaos.reply import AT_ONCE, Delivery
from simulator.contract.evidence import EvidenceLevel
from simulator.contract.limits import HEAD_BYTES, body_limit
from simulator.contract.names import MAX_BODY_BYTES
from simulator.contract.wsdl import render_wsdl
from simulator.journal.exchange import Decision, Exchange, Headers
from simulator.sessions.addressing import address
from simulator.sessions.store import (
    DEFAULT,
    ExpiredSessionError,
    SessionsUnavailableError,
    UnknownSessionError,
)
from simulator.teleservice.wire import WireRequest
from simulator.values import value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from simulator.bench import Bench

    Environ = dict[str, Any]
    StartResponse = Callable[..., Any]
    WsgiApp = Callable[[Environ, StartResponse], Iterable[bytes]]

MAX_MARKUP: Final = 20_000
"""Most ``<``, and most ``=``, in a single call: one with two signed assertions has a few hundred. A tree costs many times
its bytes, in memory and in time."""
MARKUP_FREE_BYTES: Final = 64 * 1024
"""Calls up to this size cannot have so much markup that it matters, and are not counted."""


_WSDL_QUERIES: Final = frozenset({"wsdl", "wsdl=", "wsdl=1", "wsdl=0", "singlewsdl", "wsdl=inferred"})
"""How tools ask for the contract: whether in one document or several makes no difference, it is one."""


@value(frozen=True, slots=True, kw_only=True)
class HttpRequest:
    """What the SOAP entry needs of a request. Header names are in lower case."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    origin: str
    """Scheme and authority the client used, such as ``http://127.0.0.1:8080``."""
    client_certificate: bytes | None = None
    """DER, when the request came over mutual TLS."""


@value(frozen=True, slots=True, kw_only=True)
class HttpAnswer:
    """A whole answer."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes
    delivery: Delivery = AT_ONCE
    """Anything else than ``AT_ONCE`` asks for a server that can: see ``refused_delivery``."""


def read_limit(content_type: str, head: bytes) -> int:
    """Return how much of a body is read: one byte more than is accepted tells that it is too large.

    ``head`` is what was read so far; it may raise the limit (the deposit of a lot).
    """
    return body_limit(content_type, head) + 1


def session_of(path: str) -> str | None:
    """Return the session whose SOAP address this path is, ``None`` when it is not a SOAP address."""
    if path == "/lps":
        return DEFAULT
    if path.startswith("/s/") and path.endswith("/lps") and path.count("/") == 3:  # noqa: PLR2004 - /s/<id>/lps
        return path[3:-4]
    return None


class SoapEntry:
    """Answers ``/lps`` and ``/s/<session>/lps``."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench

    def answer(self, request: HttpRequest) -> HttpAnswer:
        """Answer a request whose path ``session_of`` knows."""
        if request.method == "POST":
            return self._call(request)
        asked = request.query.lower().partition("&")[0]  # tools put a number behind it, against caches
        if request.method in {"GET", "HEAD"} and asked in _WSDL_QUERIES:
            inferred = asked == "wsdl=inferred"
            document = render_wsdl(request.origin + request.path, inferred=inferred)
            return _answer(200, document, ("Content-Type", "text/xml; charset=utf-8"))
        hint = f"POST a SOAP 1.2 message here, or GET {request.path}?wsdl for the contract, {request.path}?wsdl=inferred for what is not published."
        return _plain(405, hint, ("Allow", "GET, HEAD, POST"))

    def _call(self, request: HttpRequest) -> HttpAnswer:
        sessions = self._bench.sessions
        path_id = None if request.path == "/lps" else session_of(request.path)
        try:
            session, recogniser = address(sessions, path_id, request.headers)
        except ExpiredSessionError as error:
            return _plain(410, str(error))
        except UnknownSessionError as error:
            return _plain(404, str(error))
        except SessionsUnavailableError as error:
            return _plain(503, str(error))
        wire = WireRequest(
            path=request.path,
            headers=request.headers,
            body=request.body,
            client_certificate=request.client_certificate,
            too_large=_too_much_markup(request.body) if len(request.body) > MARKUP_FREE_BYTES else "",
        )
        handled = self._bench.teleservice.answer(wire, session, recogniser)
        sessions.touch(handled.exchange.session)
        answer = _answer(
            handled.reply.status,
            handled.reply.body,
            *handled.reply.headers,
            chunked=handled.delivery.chunked,
        )
        return answer if handled.delivery is AT_ONCE else replace(answer, delivery=handled.delivery)

    def refuse(self, request: HttpRequest, status: int, problem: str) -> HttpAnswer:
        """Answer a call whose transfer went wrong, before anything of it is read, and keep what came in the journal.

        Args:
            request: what came of it.
            status: of HTTP; also the code of the exchange.
            problem: what was expected and what came (English).
        """
        answer = _plain(status, f"banc-insi: {problem}.", ("Connection", "close"))
        if request.method != "POST":
            return answer
        path_id = None if request.path == "/lps" else session_of(request.path)
        try:
            session, _ = address(self._bench.sessions, path_id, request.headers)
        except (UnknownSessionError, SessionsUnavailableError):
            return answer
        self._bench.journal.append(
            Exchange(
                session=session.id,
                at=datetime.now(UTC).isoformat(timespec="milliseconds"),
                operation=None,
                code=str(status),
                http_status=status,
                path=request.path,
                request_headers=request.headers,
                request=request.body,
                response_headers=Headers(answer.headers),
                response=answer.body,
                decision=Decision(source="fault", cause=problem, evidence=EvidenceLevel.INFERRED),
                client_certificate=request.client_certificate,
            )
        )
        return answer


def status_line(status: int) -> str:
    """Return a status with its words, such as ``503 Service Unavailable``."""
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return f"{status} Status"


def refused_delivery(reason: str) -> HttpAnswer:
    """Return what is answered where an answer cannot be delivered as a scenario asks: never something else in silence."""
    return _plain(
        500,
        f"banc-insi: the disturbance asked for cannot be done on this way in: {reason}. "
        "Serve with banc serve, over HTTP/1.1.",
    )


class SoapMiddleware:
    """The SOAP entry put before a WSGI application."""

    def __init__(self, entry: SoapEntry, behind: WsgiApp) -> None:
        self._entry = entry
        self._behind = behind

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request (WSGI)."""
        path: str = environ.get("PATH_INFO", "")
        if session_of(path) is None:
            return self._behind(environ, start_response)
        host = environ.get("HTTP_HOST") or f"{environ['SERVER_NAME']}:{environ['SERVER_PORT']}"
        method = environ["REQUEST_METHOD"]
        certificate = environ.get("SSL_CLIENT_CERT")
        answer = self._entry.answer(
            HttpRequest(
                method=method,
                path=path,
                query=environ.get("QUERY_STRING", ""),
                headers=_headers(environ),
                body=_body(environ) if method == "POST" else b"",
                origin=f"{environ['wsgi.url_scheme']}://{host}",
                client_certificate=ssl.PEM_cert_to_DER_cert(certificate) if certificate else None,
            )
        )
        if answer.delivery != AT_ONCE:
            if answer.delivery != Delivery(delay=answer.delivery.delay):
                answer = refused_delivery("this WSGI server does not hand over its connections")
            time.sleep(answer.delivery.delay)
        start_response(status_line(answer.status), answer.headers)
        return [answer.body]


def _too_much_markup(body: bytes) -> str:
    """Return why a call may not become a tree, empty when it may; lots have limits of their own."""
    if len(body) > MAX_BODY_BYTES:
        return ""
    for sign in (b"<", b"="):
        count = body.count(sign)
        if count > MAX_MARKUP:
            return f"expected at most {MAX_MARKUP} {sign.decode()!r} in a call, got {count}"
    return ""


def _body(environ: Environ) -> bytes:
    stream, content_type = environ["wsgi.input"], environ.get("CONTENT_TYPE", "")
    declared = environ.get("CONTENT_LENGTH")
    end = int(declared) if declared and declared.isdecimal() else None
    body = bytearray()
    while True:
        limit = read_limit(content_type, bytes(body[:HEAD_BYTES]))
        wanted = (limit if end is None else min(end, limit)) - len(body)
        chunk: bytes = stream.read(wanted) if wanted > 0 else b""
        if not chunk:
            return bytes(body)
        body += chunk


def _headers(environ: Environ) -> dict[str, str]:
    headers = {
        name[5:].replace("_", "-").lower(): value
        for name, value in environ.items()
        if name.startswith("HTTP_") and isinstance(value, str)
    }
    for name in ("CONTENT_TYPE", "CONTENT_LENGTH"):
        if environ.get(name):
            headers[name.replace("_", "-").lower()] = environ[name]
    return headers


def _answer(status: int, body: bytes, *headers: tuple[str, str], chunked: bool = False) -> HttpAnswer:
    length = [] if chunked else [("Content-Length", str(len(body)))]
    return HttpAnswer(status=status, headers=[*headers, *length], body=body)


def _plain(status: int, text: str, *headers: tuple[str, str]) -> HttpAnswer:
    return _answer(status, f"{text}\n".encode(), ("Content-Type", "text/plain; charset=utf-8"), *headers)
