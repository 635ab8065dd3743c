"""Plain requests of the LGO: read as the general server reads them, and left to it when they are anything else."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from conformance.reference.plain_http import answer_of, plain_request
from conformance.reference.serving import served

if TYPE_CHECKING:
    from collections.abc import Iterable
    from wsgiref.types import StartResponse, WSGIEnvironment

HEAD = b"POST /patients?birth_date=1931-02-03 HTTP/1.1\r\nHost: lgo\r\nContent-Type: application/json\r\n"
TOLD = (
    "REQUEST_METHOD",
    "PATH_INFO",
    "QUERY_STRING",
    "CONTENT_TYPE",
    "CONTENT_LENGTH",
    "HTTP_HOST",
    "HTTP_X_BANC_USER",
    "SCRIPT_NAME",
    "SERVER_PROTOCOL",
    "wsgi.url_scheme",
)


def telling(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Answer what the application is told, and the body."""
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    told = repr([environ.get(name) for name in TOLD] + [body]).encode()
    start_response("200 OK", [("Content-Length", str(len(told)))])
    return [told]


def asked(place: str, request: bytes, *, in_two: bool) -> bytes:
    """Return the body of the answer; a request in two pieces is not whole, and cheroot's."""
    parts = urlsplit(place)
    with socket.create_connection((parts.hostname, parts.port), timeout=60) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        # The first one is answered before the second is sent: the pieces below are then not read as one.
        connection.sendall(request)
        first = read_answer(connection)
        if in_two:
            connection.sendall(request[:20])
            # Long enough for it to be looked at where the machine is quick; read the same where it is not.
            connection.settimeout(0.2)
            with pytest.raises(TimeoutError):
                connection.recv(1)
            connection.settimeout(60)
            connection.sendall(request[20:])
            return read_answer(connection)
        return first


def read_answer(connection: socket.socket) -> bytes:
    received = b""
    while b"\r\n\r\n" not in received:
        received += connection.recv(4096)
    head, _, body = received.partition(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
    while len(body) < length:
        body += connection.recv(4096)
    return body


@pytest.mark.parametrize(
    "request_",
    [
        b"GET /patients/1 HTTP/1.1\r\nHost: lgo\r\nX-Banc-User: pharmacien.banc\r\n\r\n",
        b"GET /patients?birth_name=D%27ARC&x= HTTP/1.1\r\nHost: lgo\r\n\r\n",
        HEAD + b'X-Banc-User:  \xe9t\xe9 \t\r\nContent-Length: 7\r\n\r\n{"a":1}',
    ],
)
def test_the_application_is_told_the_same_either_way(request_: bytes) -> None:
    assert plain_request(request_, {}) is not None
    with served(telling, threads=1) as place:
        assert asked(place, request_, in_two=False) == asked(place, request_, in_two=True)


@pytest.mark.parametrize(
    "request_",
    [
        b"",
        b"GET /a HTTP/1.1\r\nHost: lgo\r\n",
        HEAD + b'Content-Length: 8\r\n\r\n{"a":1}',
        HEAD + b'Content-Length: 7\r\nContent-Length: 7\r\n\r\n{"a":1}',
        HEAD + b"Content-Length: -1\r\n\r\n",
        HEAD + "Content-Length: ²\r\n\r\n".encode("latin-1"),
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        HEAD + b"Expect: 100-continue\r\n\r\n",
        HEAD + b"Connection: close\r\n\r\n",
        HEAD + b"X_Banc_User: a\r\n\r\n",
        HEAD + b"X-A: a\r\n folded\r\n\r\n",
        HEAD + b"X-A : a\r\n\r\n",
        b"GET /a HTTP/1.1\r\nAccept: a\r\n\r\n",
        b"GET /a HTTP/1.0\r\nHost: lgo\r\n\r\n",
        b"GET http://lgo/a HTTP/1.1\r\nHost: lgo\r\n\r\n",
        b"GET /a%2Fb HTTP/1.1\r\nHost: lgo\r\n\r\n",
        b"GET /a#b HTTP/1.1\r\nHost: lgo\r\n\r\n",
        b"get /a HTTP/1.1\r\nHost: lgo\r\n\r\n",
        b"BREW /a HTTP/1.1\r\nHost: lgo\r\n\r\n",
        b"GET /a HTTP/1.1\nHost: lgo\n\n",
        b"\r\nGET /a HTTP/1.1\r\nHost: lgo\r\n\r\n",
    ],
)
def test_anything_else_is_left_to_the_general_server(request_: bytes) -> None:
    assert plain_request(request_, {}) is None


def test_a_request_ends_where_its_body_does() -> None:
    both = HEAD + b'Content-Length: 7\r\n\r\n{"a":1}' + HEAD
    found = plain_request(both, {"SERVER_NAME": "lgo"})
    assert found is not None
    environ, size = found
    assert both[size:] == HEAD
    assert environ["wsgi.input"].read() == b'{"a":1}'
    assert environ["SERVER_NAME"] == "lgo"


def test_an_answer_says_how_long_it_is_unless_it_has_no_body() -> None:
    def application(status: str) -> Any:
        def answer(_environ: Any, start_response: Any) -> list[bytes]:
            start_response(status, [])
            return [b""] if status.startswith("204") else [b"ab", b"c"]

        return answer

    assert b"Content-Length: 3\r\n" in answer_of(application("200 OK"), {}, "lgo")
    assert answer_of(application("200 OK"), {}, "lgo").endswith(b"\r\n\r\nabc")
    assert b"Content-Length" not in answer_of(application("204 No Content"), {}, "lgo")


def test_an_application_that_fails_is_answered_for_and_the_connection_ends() -> None:
    def failing(_environ: Any, _start_response: Any) -> list[bytes]:
        raise ValueError("on purpose")

    with served(failing, threads=1) as place:
        parts = urlsplit(place)
        with socket.create_connection((parts.hostname, parts.port), timeout=60) as connection:
            connection.sendall(b"GET /a HTTP/1.1\r\nHost: lgo\r\n\r\n")
            received = b""
            while piece := connection.recv(4096):
                received += piece
    assert received.startswith(b"HTTP/1.1 500 ")
