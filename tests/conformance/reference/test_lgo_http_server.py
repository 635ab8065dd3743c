"""The HTTP server of the reference LGO: what is plain, what h11 reads, what is refused."""

from __future__ import annotations

import json
import socket
from contextlib import closing
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from conformance.drivers.http import HttpDriver
from conformance.reference import http_server
from conformance.reference.http_server import DriverServer
from conformance.reference.server import running

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Ask = Callable[[bytes], bytes]


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with running() as found:
        yield found


@pytest.fixture
def ask(url: str) -> Ask:
    """Return what sends bytes, then reads until the server closes."""
    place = urlsplit(url)

    def send(data: bytes) -> bytes:
        with socket.create_connection((place.hostname, place.port), timeout=60) as connection:
            connection.sendall(data)
            received = b""
            while chunk := connection.recv(65536):
                received += chunk
        return received

    return send


GET = b"GET /capabilities HTTP/1.1\r\nHost: lgo\r\n"
RESET = b'{"insi_url": "http://127.0.0.1:9/lps"}'


def test_answers_one_after_the_other_on_one_connection(ask: Ask) -> None:
    both = ask(GET + b"\r\n" + GET + b"Connection: close\r\n\r\n")
    assert both.count(b"HTTP/1.1 200 OK\r\n") == 2
    assert both.count(b'"name": "banc-lgo"') == 2


@pytest.mark.parametrize(
    "request_",
    [
        pytest.param(
            b"POST /reset HTTP/1.1\r\nHost: lgo\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%b"
            % (len(RESET), RESET),
            id="length",
        ),
        pytest.param(
            b"POST /reset HTTP/1.1\r\nHost: lgo\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%b\r\n0\r\n\r\n"
            % (len(RESET), RESET),
            id="chunks",
        ),
        pytest.param(
            b"POST /reset HTTP/1.0\r\nContent-Length: %d\r\n\r\n%b" % (len(RESET), RESET), id="HTTP/1.0"
        ),
        pytest.param(
            b"POST http://lgo/reset HTTP/1.1\r\nHost: lgo\r\nContent-Length: %d\r\n\r\n%b"
            % (len(RESET), RESET),
            id="absolute",
        ),
    ],
)
def test_a_body_is_read_however_it_comes(ask: Ask, request_: bytes) -> None:
    assert b" 204 No Content\r\n" in ask(request_)


def test_who_waits_is_told_to_go_on(ask: Ask) -> None:
    head = b"POST /reset HTTP/1.1\r\nHost: lgo\r\nExpect: 100-continue\r\nContent-Length: 0\r\n\r\n"
    assert b" 400 Bad Request\r\n" in ask(head)
    waiting = head.replace(b"Length: 0", b"Length: %d" % len(RESET))
    received = ask(waiting + RESET)
    assert b" 204 No Content\r\n" in received


@pytest.mark.parametrize(
    "broken",
    [
        b"GET /capabilities HTTP/1.1\r\n\r\n",
        b"GET /capabilities HTTP/1.1\r\nHost: lgo\r\nHost: other\r\n\r\n",
        b"POST /reset HTTP/1.1\r\nHost: lgo\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}",
        b"POST /reset HTTP/1.1\r\nHost: lgo\r\nContent-Length: -1\r\n\r\n{}",
        b"GET /capabilities HTTP/1.1\r\nHost : lgo\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 and so on\r\n\r\n",
    ],
)
def test_what_breaks_a_rule_of_http_is_refused(ask: Ask, broken: bytes) -> None:
    assert ask(broken).startswith(b"HTTP/1.1 400 ")


def test_a_head_without_end_is_refused(ask: Ask) -> None:
    assert ask(GET + b"A: " + b"a" * (http_server.MAX_HEAD + 1)).startswith(b"HTTP/1.1 431 ")


def test_a_body_that_is_too_long_is_refused(ask: Ask) -> None:
    length = http_server.MAX_BODY + 1
    request = b"POST /reset HTTP/1.1\r\nHost: lgo\r\nContent-Length: %d\r\n\r\n" % length
    assert b" 413 " in ask(request + b" " * http_server.MAX_BODY)


def test_no_body_answers_a_head(ask: Ask) -> None:
    received = ask(b"HEAD /capabilities HTTP/1.1\r\nHost: lgo\r\nConnection: close\r\n\r\n")
    assert received.startswith(b"HTTP/1.1 405 ")
    assert received.endswith(b"\r\n\r\n")


def test_a_slow_request_is_let_go(url: str, ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_server, "REQUEST_S", 0.05)
    assert ask(GET) == b""


def test_a_client_that_says_nothing_hinders_nobody(url: str) -> None:
    place = urlsplit(url)
    with (
        closing(socket.create_connection((place.hostname, place.port))),
        HttpDriver(url) as driver,
    ):
        assert driver.capabilities().name == "banc-lgo"


def test_paths_are_decoded_but_for_slashes() -> None:
    seen: list[str] = []

    def application(environ, start_response):
        seen.append(environ["PATH_INFO"].encode("latin-1").decode())
        start_response("200 OK", [("Content-Length", "2")])
        return [json.dumps([]).encode()]

    import threading

    server = DriverServer("127.0.0.1", 0, application)
    thread = threading.Thread(target=server.serve, daemon=True)
    thread.start()
    try:
        with socket.create_connection(("127.0.0.1", urlsplit(server.url).port), timeout=60) as connection:
            connection.sendall(
                b"GET /a%20b%2Fc/%C3%A9?q=%20 HTTP/1.1\r\nHost: lgo\r\nConnection: close\r\n\r\n"
            )
            while connection.recv(65536):
                pass
    finally:
        server.stop()
        thread.join(timeout=60)
    assert seen == ["/a b%2Fc/é"]
    assert not thread.is_alive()
