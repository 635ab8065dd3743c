"""The connections of the reference LGO: kept, read ahead, answered in one piece, shared out when many want them."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from conformance.reference.serving import served

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from wsgiref.types import StartResponse, WSGIEnvironment

GET = b"GET /%d HTTP/1.1\r\nHost: lgo\r\n\r\n"


def echo(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    content = environ["PATH_INFO"].encode() + b" " + body
    start_response("200 OK", [("Content-Length", str(len(content)))])
    return [content]


@pytest.fixture
def place() -> Iterator[tuple[str, int]]:
    with served(echo, threads=2) as url:
        parts = urlsplit(url)
        yield parts.hostname or "", parts.port or 0


def opened(place: tuple[str, int]) -> socket.socket:
    return socket.create_connection(place, timeout=60)


def until(connection: socket.socket, end: bytes) -> bytes:
    received = b""
    while not received.endswith(end):
        piece = connection.recv(4096)
        assert piece, received
        received += piece
    return received


def test_requests_follow_each_other_on_one_connection(place: tuple[str, int]) -> None:
    with opened(place) as connection:
        for number in range(50):
            connection.sendall(GET % number)
            assert b"200 OK" in until(connection, b"/%d " % number)


def test_requests_sent_together_are_all_answered_in_order(place: tuple[str, int]) -> None:
    with opened(place) as connection:
        connection.sendall(b"".join(GET % number for number in range(20)))
        received = until(connection, b"/19 ")
    assert received.count(b"200 OK") == 20


def test_a_body_that_comes_in_pieces_is_read_whole(place: tuple[str, int]) -> None:
    with opened(place) as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nHost: lgo\r\nContent-Le")
        connection.sendall(b"ngth: 6\r\n\r\nabc")
        connection.sendall(b"def")
        until(connection, b"/ abcdef")


def test_more_connections_than_threads_are_all_served(place: tuple[str, int]) -> None:
    connections = [opened(place) for _ in range(8)]
    for number in range(5):
        for connection in connections:
            connection.sendall(GET % number)
        for connection in connections:
            until(connection, b"/%d " % number)
    for connection in connections:
        connection.close()


def test_a_connection_that_was_quiet_for_long_is_still_there(place: tuple[str, int]) -> None:
    with opened(place) as quiet, opened(place) as other:
        quiet.sendall(GET % 1)
        until(quiet, b"/1 ")
        # Long enough for the thread to have given it back, whatever the machine: the other needs both threads.
        for number in range(200):
            other.sendall(GET % number)
            until(other, b"/%d " % number)
        quiet.sendall(GET % 2)
        until(quiet, b"/2 ")


def test_what_is_no_request_is_answered_and_closed(place: tuple[str, int]) -> None:
    with opened(place) as connection:
        connection.sendall(b"nonsense\r\n\r\n")
        received = b""
        while piece := connection.recv(4096):
            received += piece
    assert received.startswith(b"HTTP/1.1 400")


def test_it_stops_while_a_connection_is_open() -> None:
    with served(echo) as url:
        parts = urlsplit(url)
        connection = opened((parts.hostname or "", parts.port or 0))
        connection.sendall(GET % 1)
        until(connection, b"/1 ")
    with connection:
        assert connection.recv(4096) == b""
