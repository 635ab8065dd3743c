"""Clients that do what HTTP allows and few do, and those that do what it forbids: the same on every port."""

from __future__ import annotations

import re
import socket
from typing import TYPE_CHECKING, Any

import pytest

from simulator.bench import BenchOptions, open_bench
from simulator.client import BenchClient
from simulator.serving.own_server import listen
from simulator.serving.tls_ports import own_port
from simulator.web.app import create_parts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TYPE = b"Content-Type: application/soap+xml; charset=utf-8\r\n"
Way = tuple[int, BenchClient]


@pytest.fixture(params=["granian", "our own"], scope="module")
def way(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Way]:
    """The port and the control API of a server of each kind."""
    if request.param == "granian":
        server = request.getfixturevalue("server")
        yield server.port, server.client
        return
    bench = open_bench(BenchOptions(data_dir=tmp_path_factory.mktemp("odd"), people=5))
    listening = listen("127.0.0.1", 0)
    port = int(listening.getsockname()[1])
    with own_port(create_parts(bench), listening), BenchClient(f"http://127.0.0.1:{port}") as client:
        yield port, client
    bench.close()


def post(
    body: bytes, *, line: bytes = b"POST /lps HTTP/1.1\r\nHost: localhost\r\n", head: bytes = b""
) -> bytes:
    return line + TYPE + head + b"Content-Length: %d\r\n\r\n%b" % (len(body), body)


def answers(port: int, sent: bytes, count: int = 1, *, before_body: bytes = b"") -> list[tuple[int, bytes]]:
    """Send bytes as they are; return status and body of each answer. ``before_body`` is waited for before the rest."""
    found: list[tuple[int, bytes]] = []
    received = bytearray()
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        if before_body:
            head, _, body = sent.partition(b"\r\n\r\n")
            connection.sendall(head + b"\r\n\r\n")
            while before_body not in received:
                received += _some(connection)
            received.clear()
            sent = body
        connection.sendall(sent)
        while len(found) < count:
            head, end, rest = bytes(received).partition(b"\r\n\r\n")
            length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
            if not end or (length and len(rest) < int(length[1])):
                received += _some(connection)
                continue
            size = int(length[1]) if length else 0
            if not head.startswith(b"HTTP/1.1 1"):
                found.append((int(head.split()[1]), rest[:size]))
            del received[: len(head) + 4 + size]
    return found


def _some(connection: socket.socket) -> bytes:
    got = connection.recv(65536)
    assert got, "the server closed before it had answered everything"
    return got


Make = Any


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(
            lambda body: post(body, line=b"POST http://localhost/lps HTTP/1.1\r\nHost: localhost\r\n"),
            id="target in absolute form",
        ),
        pytest.param(
            lambda body: post(body, line=b"POST /l%70s HTTP/1.1\r\nHost: localhost\r\n"), id="escaped path"
        ),
        pytest.param(lambda body: b"\r\n\r\n" + post(body), id="line ends before the request"),
        pytest.param(lambda body: post(body, head=b"Accept-Encoding: gzip, br\r\n"), id="asks for gzip"),
        pytest.param(lambda body: post(body, head=b"Accept: text/html\r\n"), id="asks for HTML"),
        pytest.param(lambda body: post(body, head=b"User-Agent: caf\xe9\r\n"), id="latin-1 in a header"),
        pytest.param(lambda body: post(body, head=b"Expect: 100-continue\r\n"), id="does not wait for 100"),
        pytest.param(
            lambda body: post(body, head=b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"),
            id="offers HTTP/2",
        ),
        pytest.param(lambda body: post(b"\xef\xbb\xbf" + body), id="byte order mark"),
        pytest.param(lambda body: post(body.replace(b"><", b">\r\n\t<")), id="indented with CRLF"),
        pytest.param(lambda body: post(body, head=b"X-Long: " + b"a" * 20_000 + b"\r\n"), id="long header"),
    ],
)
def test_what_http_allows_is_answered(way: Way, soap_request: Callable[..., bytes], make: Make) -> None:
    ((status, body),) = answers(way[0], make(soap_request()))
    assert (status, b"<CodeCR>00<" in body) == (200, True)


def test_who_waits_for_100_continue_gets_it(way: Way, soap_request: Callable[..., bytes]) -> None:
    sent = post(soap_request(), head=b"Expect: 100-continue\r\n")
    assert answers(way[0], sent, before_body=b"HTTP/1.1 100 ")[0][0] == 200


def test_requests_in_a_row_are_answered_in_their_order(way: Way, soap_request: Callable[..., bytes]) -> None:
    sent = post(soap_request()) + post(b"<x/>") + b"\r\n" + post(soap_request(birth_name="PERSONNE"))
    found = answers(way[0], sent, 3)
    assert [status for status, _ in found] == [200, 500, 200]
    assert b"<CodeCR>00<" in found[0][1]
    assert b"desir_9002" in found[1][1]
    assert b"<CodeCR>01<" in found[2][1]


@pytest.mark.parametrize(
    ("make", "status"),
    [
        pytest.param(
            lambda body: post(body, line=b"POST /lps HTTP/1.1\r\nHost: localhost\r\nHost: other\r\n"),
            400,
            id="two hosts",
        ),
        pytest.param(
            lambda body: post(b"0\r\n\r\n" + body, head=b"Transfer-Encoding: chunked\r\n"),
            # Or the chunks alone count, which are empty: both are allowed (RFC 9112 §6.1).
            (400, 500),
            id="two lengths that do not agree",
        ),
        pytest.param(
            lambda _: post(b"0\r\n\r\n", head=b"Transfer-Encoding: gzip, chunked\r\n"),
            501,
            id="compressed chunks",
        ),
        pytest.param(lambda body: post(body, head=b"Content-Length: 5\r\n"), 400, id="two Content-Length"),
        pytest.param(lambda body: post(body, head=b"X-A : 1\r\n"), 400, id="space before a colon"),
        pytest.param(lambda body: post(body, head=b"X-A: a\x00b\r\n"), 400, id="NUL in a header"),
        pytest.param(lambda body: post(body, line=b"POST /lps HTTP/1.1\r\n"), 400, id="no host"),
        pytest.param(
            lambda body: post(body, line=b"POST /lps HTTP/2.0\r\nHost: localhost\r\n"),
            (400, 505),
            id="another version of HTTP",
        ),
        pytest.param(
            lambda body: post(body, line=b"PUT /lps HTTP/1.1\r\nHost: localhost\r\n"),
            405,
            id="another method",
        ),
    ],
)
def test_what_http_forbids_is_refused(
    way: Way, soap_request: Callable[..., bytes], make: Make, status: int | tuple[int, ...]
) -> None:
    allowed = status if isinstance(status, tuple) else (status,)
    assert answers(way[0], make(soap_request()))[0][0] in allowed


def test_of_two_lengths_that_do_not_agree_none_is_believed(
    way: Way, request: pytest.FixtureRequest, soap_request: Callable[..., bytes]
) -> None:
    head = b"Transfer-Encoding: chunked\r\n"
    (sent, body) = answers(way[0], post(b"0\r\n\r\n" + soap_request(), head=head))[0]
    # granian shows the chunks alone, which are empty; whoever sees both refuses (RFC 9112 §6.1 allows either).
    if sent == 500:
        assert request.node.callspec.params["way"] == "granian"
        assert b"desir_9001" in body
    else:
        assert sent == 400


def test_a_session_named_twice_is_nobody_s(way: Way, soap_request: Callable[..., bytes]) -> None:
    head = b"X-Banc-Session: default\r\nX-Banc-Session: other\r\n"
    assert answers(way[0], post(soap_request(), head=head))[0][0] == 404
