"""What the LGO posts: over kept lines, within the time of the whole exchange, read up to a size."""

from __future__ import annotations

import gzip
import threading
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import pytest

from conformance.reference.posting import Lines, PostError, TooLateError
from tests.conformance.listening import listening

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterator

OK = b"HTTP/1.1 200 OK\r\n"


def whole(body: bytes, *headers: bytes) -> bytes:
    return (
        OK + b"".join(each + b"\r\n" for each in headers) + b"Content-Length: %d\r\n\r\n" % len(body) + body
    )


@contextmanager
def answering(*pieces: bytes, pause: threading.Event | None = None) -> Iterator[tuple[str, list[int]]]:
    """Answer every request with these pieces, a wait before each but the first; yield where, and how often somebody connected."""
    connected: list[int] = []

    def talk(connection: socket.socket) -> None:
        connected.append(1)
        # Whoever has read enough leaves.
        with connection, suppress(ConnectionError):
            while b"\r\n\r\n" in (request := connection.recv(65536)):
                assert request.startswith(b"POST /x?y=1 HTTP/1.1\r\n"), request
                for number, piece in enumerate(pieces):
                    if number and pause is not None:
                        pause.wait(60)
                    connection.sendall(piece)

    with listening(talk) as there:
        yield f"http://{there}/x?y=1", connected


@pytest.fixture
def lines() -> Iterator[Lines]:
    made = Lines()
    yield made
    made.close()


def post(lines: Lines, url: str, *, timeout: float = 60, limit: int = 1000) -> tuple[int, bytes]:
    return lines.post(url, b"<a/>", {"Content-Type": "text/xml"}, timeout=timeout, limit=limit)


def test_one_connection_serves_many_posts(lines: Lines) -> None:
    with answering(whole(b"ok")) as (url, connected):
        assert [post(lines, url) for _ in range(5)] == [(200, b"ok")] * 5
        assert len(connected) == 1


def test_another_place_gets_a_line_of_its_own(lines: Lines) -> None:
    with answering(whole(b"one")) as (first, _), answering(whole(b"two")) as (second, _):
        assert [post(lines, url)[1] for url in (first, second, first)] == [b"one", b"two", b"one"]


@pytest.mark.parametrize("coding", [b"gzip", b"GZip", b"x-gzip"])
def test_a_compressed_answer_is_read(lines: Lines, coding: bytes) -> None:
    with answering(whole(gzip.compress(b"ok"), b"Content-Encoding: " + coding)) as (url, _):
        assert post(lines, url) == (200, b"ok")


@pytest.mark.parametrize(
    "answer",
    [
        whole(b"plain", b"Content-Encoding: gzip"),
        b"no HTTP at all\r\n\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\nnothing\r\n",
    ],
)
def test_what_cannot_be_read_is_said(lines: Lines, answer: bytes) -> None:
    with answering(answer) as (url, _), pytest.raises(PostError):
        post(lines, url)


@pytest.mark.parametrize(
    "url", ["", "ftp://127.0.0.1/", "http://", "http://127.0.0.1:1/", "http://é/", "http://[::1/"]
)
def test_an_address_where_nobody_is_is_said(lines: Lines, url: str) -> None:
    with pytest.raises(PostError):
        post(lines, url)


def test_the_time_is_that_of_the_whole_exchange(lines: Lines) -> None:
    more = threading.Event()
    with answering(OK + b"Content-Length: 9\r\n\r\n", b"late", pause=more) as (url, _):
        began = time.monotonic()
        with pytest.raises(TooLateError):
            post(lines, url, timeout=0.2)
        assert time.monotonic() - began >= 0.2
        more.set()


@pytest.mark.parametrize("headers", [(), (b"Content-Encoding: gzip",)])
def test_an_answer_is_not_read_far_beyond_its_limit(lines: Lines, headers: tuple[bytes, ...]) -> None:
    body = b"a" * 5_000_000
    with answering(whole(gzip.compress(body) if headers else body, *headers)) as (url, connected):
        for _ in range(2):
            _, received = post(lines, url)
            assert 1000 < len(received) < 200_000
        # What was left on the first is not taken for the answer to the second.
        assert len(connected) == 2
