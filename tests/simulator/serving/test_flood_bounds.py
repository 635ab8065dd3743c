"""What bounds the floods, layer by layer: each is seen from outside, and each of these fails when the bound is taken out.

Ours are told to HTTP/2 clients in the SETTINGS of the server, and kept (``HTTP2Settings`` in ``starting``); granian's own layers (hyper, h2)
bound the rest, and say so in a status or in a GOAWAY that nothing but a bound sends. On the ports that our own server serves, the bound
is that of the head: there it is taken out, and the flood is taken.
"""

from __future__ import annotations

import socket
import struct
import threading
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING, Any

import pytest

from simulator.serving import own_connection
from simulator.serving.own_connection import MAX_HEAD

from .test_floods import (
    CONTINUATION,
    END_HEADERS,
    END_STREAM,
    GET,
    HEADERS,
    PING,
    PREFACE,
    RST_STREAM,
    SETTINGS,
    frame,
    memory,
)
from .test_hostile_clients import connected, own

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

GOAWAY = 7
REFUSED_STREAM, ENHANCE_YOUR_CALM = 7, 11  # RFC 9113 §7
MOST_STREAMS, HEADER_LIST = 3, 6
"""Identifiers of SETTINGS (RFC 9113 §6.5.2)."""


def frames(data: bytes) -> Iterator[tuple[int, int, int, bytes]]:
    """Yield what came: kind, flags, stream and payload of each frame that is whole."""
    at = 0
    while at + 9 <= len(data):
        length = int.from_bytes(data[at : at + 3], "big")
        kind, flags, stream = struct.unpack(">BBI", data[at + 3 : at + 9])
        if at + 9 + length > len(data):
            return
        yield kind, flags, stream, data[at + 9 : at + 9 + length]
        at += 9 + length


def literal(name: bytes, value: bytes) -> bytes:
    """Return a header field, neither indexed nor compressed (RFC 7541 §6.2.2)."""
    return b"".join([b"\0", _counted(name), name, _counted(value), value])


def _counted(text: bytes) -> bytes:
    left = len(text) - 127
    if left < 0:
        return bytes([len(text)])
    more = bytearray(b"\x7f")
    while left >= 128:
        more.append(left % 128 + 128)
        left //= 128
    return bytes([*more, left])


def answered(port: int, *parts: bytes, until: Any) -> bytes:
    """Send parts while reading what comes; return it when it is what is waited for, or the server hangs up."""
    got = bytearray()
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:

        def read() -> None:
            # Beside the sending: an answer that comes before all was sent would be lost with the connection.
            with suppress(ConnectionError):
                while not until(bytes(got)) and (more := connection.recv(65536)):
                    got.extend(more)

        reading = threading.Thread(target=read)
        reading.start()
        with suppress(ConnectionError):
            for part in parts:
                if not reading.is_alive():
                    break
                connection.sendall(part)
        reading.join()
    return bytes(got)


def of_kind(data: bytes, kind: int) -> list[tuple[int, int, int, bytes]]:
    return [each for each in frames(data) if each[0] == kind]


def calm_asked(data: bytes) -> bool:
    return any(
        int.from_bytes(payload[4:8], "big") == ENHANCE_YOUR_CALM for *_, payload in of_kind(data, GOAWAY)
    )


def test_the_server_says_how_many_streams_and_how_long_a_head_it_takes(server: Any) -> None:
    got = answered(server.port, PREFACE, frame(SETTINGS, 0, 0), until=lambda data: of_kind(data, SETTINGS))
    payload = of_kind(got, SETTINGS)[0][3]
    told = dict(struct.iter_unpack(">HI", payload))
    assert (told[MOST_STREAMS], told[HEADER_LIST]) == (100, MAX_HEAD)


def test_a_stream_beyond_the_limit_is_refused(server: Any) -> None:
    # Without an end, each is held open.
    opened = b"".join(frame(HEADERS, END_HEADERS, stream, GET) for stream in range(1, 301, 2))
    got = answered(
        server.port,
        PREFACE + frame(SETTINGS, 0, 0) + opened,
        until=lambda data: of_kind(data, RST_STREAM) or of_kind(data, GOAWAY),
    )
    refused = [stream for *_, stream, payload in of_kind(got, RST_STREAM) if payload[3] == REFUSED_STREAM]
    assert refused
    assert refused[0] == 201


def test_a_head_beyond_the_limit_is_not_answered(server: Any) -> None:
    head = GET + literal(b"x-long", b"y" * (MAX_HEAD + 1024))
    first, *others = [head[at : at + 16_000] for at in range(0, len(head), 16_000)]
    whole = [
        frame(HEADERS, END_STREAM, 1, first),
        *(frame(CONTINUATION, 0, 1, each) for each in others[:-1]),
        frame(CONTINUATION, END_HEADERS, 1, others[-1]),
    ]
    got = answered(
        server.port,
        PREFACE + frame(SETTINGS, 0, 0) + b"".join(whole),
        until=lambda data: any(of_kind(data, kind) for kind in (HEADERS, RST_STREAM, GOAWAY)),
    )
    status = [payload[:1] for *_, payload in of_kind(got, HEADERS)]
    # ":status 200" of the static table of HPACK.
    assert b"\x88" not in status, got


def test_streams_opened_and_reset_end_in_a_goaway_that_asks_for_calm(server: Any) -> None:
    flood = b"".join(
        frame(HEADERS, END_HEADERS | END_STREAM, stream, GET) + frame(RST_STREAM, 0, stream, b"\0\0\0\x08")
        for stream in range(1, 4001, 2)
    )
    assert calm_asked(answered(server.port, PREFACE + frame(SETTINGS, 0, 0) + flood, until=calm_asked))


def test_continuations_without_end_are_ended(server: Any) -> None:
    piece = frame(CONTINUATION, 0, 1, literal(b"a", b"b" * 250))
    flood = PREFACE + frame(SETTINGS, 0, 0) + frame(HEADERS, END_STREAM, 1, GET)
    # Twenty thousand pieces are never taken: the connection is over before.
    assert calm_asked(answered(server.port, flood, *[piece * 100] * 200, until=calm_asked))


@pytest.mark.parametrize(
    ("parts", "status"),
    [
        pytest.param(
            [b"GET /health HTTP/1.1\r\nHost: localhost\r\n" + b"X-A: y\r\n" * 130 + b"\r\n"],
            b"431",
            id="headers",
        ),
        pytest.param(
            [b"GET /health?" + b"a=1&" * 17_500 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n"], b"414", id="query"
        ),
        pytest.param(
            [b"GET /health HTTP/1.1\r\nHost: localhost\r\nX: ", *[b"y" * 4096] * 1000],
            b"431",
            id="one header",
        ),
    ],
)
def test_a_head_beyond_what_hyper_takes_is_refused(server: Any, parts: list[bytes], status: bytes) -> None:
    got = answered(server.port, *parts, until=lambda data: b"\r\n\r\n" in data)
    assert got.startswith(b"HTTP/1.1 " + status)


@pytest.mark.parametrize("bounded", [True, False], ids=["bounded", "bound taken out"])
def test_our_own_server_takes_no_head_without_end_and_would_without_its_bound(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, bounded: bool
) -> None:
    if not bounded:
        monkeypatch.setattr(own_connection, "MAX_HEAD", 1 << 30)
    head = b"GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nX: " + b"y" * (MAX_HEAD * 4)
    with own(tmp_path) as port, connected(port) as connection:
        try:
            connection.sendall(head + b"\r\n\r\n")
        except ConnectionError:
            assert bounded
        try:
            first = connection.recv(65536)
        except ConnectionError:
            first = b""
    assert first.startswith(b"HTTP/1.1 431" if bounded else b"HTTP/1.1 200") or (bounded and not first)


def _cut(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize(
    "flood",
    [
        pytest.param(frame(SETTINGS, 0, 0, b"\0\x03\0\0\0\x01") * 500, id="settings"),
        pytest.param(frame(PING, 0, 0, b"12345678") * 500, id="pings"),
    ],
)
def test_others_are_answered_while_frames_come_without_end(server: Any, flood: bytes) -> None:
    stop = threading.Event()
    with ExitStack() as stack:
        for _ in range(4):
            flooding = stack.enter_context(socket.create_connection(("127.0.0.1", server.port), timeout=30))
            flooding.sendall(PREFACE + frame(SETTINGS, 0, 0))

            def send(connection: socket.socket = flooding) -> None:
                # One that is not let go is stopped by what it does not read: the acknowledgements.
                with suppress(OSError):
                    while not stop.is_set():
                        connection.sendall(flood)

            sending = threading.Thread(target=send)
            sending.start()
            # Undone in the other order: told to stop, cut off from its sending, waited for.
            stack.callback(sending.join)
            stack.callback(_cut, flooding)
            stack.callback(stop.set)
        before = memory()
        for _ in range(20):
            assert server.client.health()["status"] in {"ok", "degraded"}
        assert memory() - before < 50 * 1024 * 1024
