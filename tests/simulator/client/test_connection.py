"""The kept connection: what is plain and what is not is read alike, and no answer is taken for that of another request."""

from __future__ import annotations

import socket
import ssl
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast

import httpcore
import pytest

from simulator.client.connection import Connection

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

PLAIN = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@contextmanager
def answering(*connections: Sequence[bytes]) -> Iterator[tuple[Connection, list[bytes]]]:
    """Give each connection its answers in turn, then close it; yield a client and the requests as they came."""
    came: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            for answers in connections:
                peer, _ = listening.accept()
                with peer:
                    for answer in answers:
                        came.append(peer.recv(65536))
                        peer.sendall(answer)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        url = f"http://127.0.0.1:{listening.getsockname()[1]}/banc"
        client = Connection(url, context=ssl.create_default_context(), left=lambda: 60.0)
        try:
            yield client, came
        finally:
            client.close()
    thread.join(60)


def ask(client: Connection) -> tuple[int, bytes]:
    reply = client.request("GET", "/x", [(b"X-A", b"1")], b"")
    return reply.status, reply.read()


@pytest.mark.parametrize(
    ("answer", "status", "body"),
    [
        (PLAIN, 200, b"ok"),
        (b"HTTP/1.1 200\r\ncontent-length:2 \r\n\r\nok", 200, b"ok"),
        (b"HTTP/1.1 204 No Content\r\n\r\n", 204, b""),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\no\r\n1\r\nk\r\n0\r\n\r\n", 200, b"ok"),
        (b"HTTP/1.0 200 OK\r\n\r\nok", 200, b"ok"),
        (b"HTTP/1.1 200 OK\r\n\r\nok", 200, b"ok"),
        (b"HTTP/1.1 102 Processing\r\n\r\n" + PLAIN, 200, b"ok"),
        (b"HTTP/1.1 409 \xe9\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno", 409, b"no"),
    ],
    ids=["plain", "no-reason", "no-content", "chunks", "http-1.0", "until-closed", "interim", "latin-1"],
)
def test_every_framing_is_read(answer: bytes, status: int, body: bytes) -> None:
    with answering([answer]) as (client, came):
        assert ask(client) == (status, body)
    assert came == [came[0]]
    assert came[0].startswith(b"GET /x HTTP/1.1\r\nHost: 127.0.0.1:")
    assert came[0].endswith(b"\r\nX-A: 1\r\nContent-Length: 0\r\n\r\n")


def test_a_connection_is_kept_and_a_closed_one_is_opened_again() -> None:
    with answering([PLAIN, PLAIN], [PLAIN]) as (client, came):
        assert ask(client) == ask(client) == (200, b"ok")
        # The server has closed it meanwhile, or does so any moment: the client must see it before it writes.
        assert client._stream is not None
        stream = client._stream.get_extra_info("socket")
        stream.settimeout(60)
        assert stream.recv(1, socket.MSG_PEEK) == b""
        assert ask(client) == (200, b"ok")
    assert len(came) == 3


@pytest.mark.parametrize(
    "first",
    [
        PLAIN + b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil",
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nevil",
    ],
    ids=["too-much", "not-read-to-its-end"],
)
def test_what_is_left_of_an_answer_is_never_the_next_one(first: bytes) -> None:
    with answering([first], [PLAIN]) as (client, _):
        client.request("GET", "/x", [], b"") if b"9" in first else ask(client)
        assert ask(client) == (200, b"ok")


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\nContent-Length: -2\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\nA b: c\r\nContent-Length: 2\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\nA: \x00\r\nContent-Length: 2\r\n\r\nok",
        b"SSH-2.0-OpenSSH\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nA: " + b"a" * 200_000,
    ],
    ids=[
        "nothing",
        "cut",
        "two-lengths",
        "negative",
        "bad-name",
        "nul",
        "other-protocol",
        "switch",
        "endless-head",
    ],
)
def test_what_breaks_the_protocol_is_an_error(answer: bytes) -> None:
    with answering([answer]) as (client, _), pytest.raises(httpcore.ProtocolError):
        ask(client)


def test_a_header_cannot_bring_another_in() -> None:
    with answering([PLAIN]) as (client, came):
        with pytest.raises(httpcore.LocalProtocolError):
            client.request("GET", "/x", [(b"X-A", b"1\r\nX-B: 2")], b"")
        assert ask(client) == (200, b"ok")
    assert len(came) == 1


@pytest.mark.parametrize("url", ["ftp://127.0.0.1/", "127.0.0.1:80", "http://"])
def test_an_address_that_is_none(url: str) -> None:
    with pytest.raises((httpcore.UnsupportedProtocol, ValueError)):
        Connection(url, context=ssl.create_default_context(), left=lambda: 60.0)


class Watched:
    """A socket that notes what is done with it."""

    def __init__(self, own: socket.socket) -> None:
        self._own = own
        self.done: list[str] = []

    def __getattr__(self, name: str) -> Any:
        member = getattr(self._own, name)

        def do(*args: Any) -> Any:
            self.done.append(name if name != "setsockopt" else f"{name} {args[1:]}")
            return member(*args)

        return do


@pytest.mark.skipif(not hasattr(socket, "TCP_QUICKACK"), reason="this system has no such option")
def test_what_comes_is_acknowledged_at_once() -> None:
    """A peer that sends head and body apart waits for it before the body, in each answer."""
    with answering([PLAIN, PLAIN]) as (client, _):
        ask(client)
        assert client._socket is not None
        watched = Watched(client._socket)
        client._peer = client._socket = cast("socket.socket", watched)
        assert ask(client) == (200, b"ok")
    reads = [at for at, name in enumerate(watched.done) if name == "recv"]
    assert reads
    assert all(watched.done[at - 1] == f"setsockopt {(socket.TCP_QUICKACK, 1)}" for at in reads)
