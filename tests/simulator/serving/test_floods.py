"""Floods within one connection: of headers, of streams opened and reset, of pieces of one head, of events that nobody reads."""

from __future__ import annotations

import socket
import struct
from typing import TYPE_CHECKING, Any

import psutil
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, RST_STREAM, SETTINGS, PING, CONTINUATION = 0, 1, 3, 4, 6, 9
END_HEADERS, END_STREAM = 0x4, 0x1
# ":method GET", ":scheme http", ":path /" and ":authority x", as HPACK has them in its static table.
GET = b"\x82\x86\x84\x41\x01x"


def frame(kind: int, flags: int, stream: int, payload: bytes = b"") -> bytes:
    return struct.pack(">I", len(payload))[1:] + struct.pack(">BBI", kind, flags, stream) + payload


def sent(port: int, parts: Any) -> None:
    """Send as much of something as the server takes."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        try:
            for part in parts:
                connection.sendall(part)
            connection.shutdown(socket.SHUT_WR)
            while connection.recv(65536):
                pass
        except OSError:
            pass  # it was let go


def memory() -> int:
    """Return what the server, which the tests have started, has in memory with its workers."""
    return sum(each.memory_info().rss for each in psutil.Process().children(recursive=True))


@pytest.mark.parametrize(
    "parts",
    [
        pytest.param(
            [
                b"GET /health HTTP/1.1\r\nHost: localhost\r\n",
                *[b"X-%d: y\r\n" % n for n in range(50_000)],
                b"\r\n",
            ],
            id="headers",
        ),
        pytest.param(
            [b"GET /health?", *[b"a=1&" * 1000] * 1000, b" HTTP/1.1\r\nHost: localhost\r\n\r\n"], id="query"
        ),
        pytest.param(
            [b"GET /health HTTP/1.1\r\nHost: localhost\r\nX: ", *[b"y" * 4096] * 1000], id="one header"
        ),
        pytest.param(
            [
                PREFACE,
                frame(SETTINGS, 0, 0),
                *[
                    frame(HEADERS, END_HEADERS | END_STREAM, stream, GET)
                    + frame(RST_STREAM, 0, stream, b"\0\0\0\x08")
                    for stream in range(1, 40_001, 2)
                ],
            ],
            id="streams opened and reset",
        ),
        pytest.param(
            [
                PREFACE,
                frame(SETTINGS, 0, 0),
                frame(HEADERS, END_STREAM, 1, GET),
                *[frame(CONTINUATION, 0, 1, b"\x00\x01a\x7f\x80\x7f" + b"b" * 254)] * 20_000,
            ],
            id="continuations without end",
        ),
        pytest.param([PREFACE, *[frame(SETTINGS, 0, 0, b"\0\x03\0\0\0\x01")] * 20_000], id="settings"),
        pytest.param(
            [PREFACE, frame(SETTINGS, 0, 0), *[frame(PING, 0, 0, b"12345678")] * 20_000], id="pings"
        ),
    ],
)
def test_a_flood_within_a_connection_starves_nobody(server: Any, parts: list[bytes]) -> None:
    before = memory()
    sent(server.port, parts)
    assert server.client.health()["status"] in {"ok", "degraded"}
    assert memory() - before < 100 * 1024 * 1024


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_follower_that_never_reads_is_let_go_and_takes_no_memory(
    server: Any, soap_request: Callable[..., bytes]
) -> None:
    session = server.client.create_session()
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as follower:
        follower.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        follower.sendall(
            f"GET /api/v1/exchanges/events?session={session.id} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
        )
        assert follower.recv(12) == b"HTTP/1.1 200"
        before = memory()
        body = soap_request(more_header="<x>" + "y" * 60_000 + "</x>")
        head = (
            f"POST /s/{session.id}/lps HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/soap+xml\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        ).encode()
        with socket.create_connection(("127.0.0.1", server.port), timeout=300) as caller:
            for _ in range(600):
                caller.sendall(head + body)
                answer = b""
                while b"Envelope>" not in answer:
                    part = caller.recv(65536)
                    assert part, f"the connection was closed after {len(answer)} bytes of an answer"
                    answer += part
        grown = memory() - before
        # Let go: what it is sent ends, long before all of it.
        sent_to_it = 0
        while part := follower.recv(1 << 20):
            sent_to_it += len(part)
    assert sent_to_it < 200 * len(body)
    assert grown < 100 * 1024 * 1024
    session.delete()
