"""The SOAP entry: a lean WSGI callable put before Flask, because every look-up of a load test passes here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from simulator.contract.names import MAX_BODY_BYTES
from simulator.contract.wsdl import render_wsdl
from simulator.sessions.store import DEFAULT, UnknownSessionError
from simulator.teleservice import WireRequest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from simulator.bench import Bench

    Environ = dict[str, Any]
    StartResponse = Callable[..., Any]
    WsgiApp = Callable[[Environ, StartResponse], Iterable[bytes]]

_STATUS: Final = {200: "200 OK", 500: "500 Internal Server Error"}


class SoapEntry:
    """Serves ``/lps`` and ``/s/<session>/lps``; everything else goes to the application behind."""

    def __init__(self, bench: Bench, behind: WsgiApp) -> None:
        self._bench = bench
        self._behind = behind

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request (WSGI)."""
        path: str = environ.get("PATH_INFO", "")
        if path == "/lps":
            session_id = DEFAULT
        elif path.startswith("/s/") and path.endswith("/lps") and path.count("/") == 3:  # noqa: PLR2004 - /s/<id>/lps
            session_id = path[3:-4]
        else:
            return self._behind(environ, start_response)
        if environ["REQUEST_METHOD"] == "POST":
            return self._call(environ, start_response, path, session_id)
        return self._get(environ, start_response, path)

    def _call(
        self, environ: Environ, start_response: StartResponse, path: str, session_id: str
    ) -> Iterable[bytes]:
        try:
            session = self._bench.sessions.get(session_id)
        except UnknownSessionError as error:
            return _plain(start_response, "404 Not Found", str(error))
        request = WireRequest(path=path, headers=_headers(environ), body=_body(environ))
        exchange = self._bench.teleservice.handle(request, session)
        headers = [*exchange.response_headers.items(), ("Content-Length", str(len(exchange.response)))]
        start_response(_STATUS[exchange.http_status], headers)
        return [exchange.response]

    def _get(self, environ: Environ, start_response: StartResponse, path: str) -> Iterable[bytes]:
        query = environ.get("QUERY_STRING", "")
        if environ["REQUEST_METHOD"] in {"GET", "HEAD"} and query.lower() == "wsdl":
            host = environ.get("HTTP_HOST") or f"{environ['SERVER_NAME']}:{environ['SERVER_PORT']}"
            document = render_wsdl(f"{environ['wsgi.url_scheme']}://{host}{path}")
            start_response(
                "200 OK",
                [("Content-Type", "text/xml; charset=utf-8"), ("Content-Length", str(len(document)))],
            )
            return [document]
        return _plain(
            start_response,
            "405 Method Not Allowed",
            f"POST a SOAP 1.2 message here, or GET {path}?wsdl for the contract.",
            ("Allow", "GET, HEAD, POST"),
        )


def _body(environ: Environ) -> bytes:
    """Read the body, at most one byte more than is accepted: enough to tell that it is too large."""
    stream = environ["wsgi.input"]
    declared = environ.get("CONTENT_LENGTH")
    limit = MAX_BODY_BYTES + 1
    if declared:
        limit = min(int(declared), limit)
    chunks = []
    while limit > 0:
        chunk: bytes = stream.read(limit)
        if not chunk:
            break
        chunks.append(chunk)
        limit -= len(chunk)
    return b"".join(chunks)


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


def _plain(start_response: StartResponse, status: str, text: str, *extra: tuple[str, str]) -> Iterable[bytes]:
    content = (text + "\n").encode()
    headers = [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(content)))]
    start_response(status, [*headers, *extra])
    return [content]
