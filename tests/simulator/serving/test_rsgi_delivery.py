"""What is done when granian does not let go of a connection, and on a platform that lists no descriptors."""

from __future__ import annotations

import asyncio
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from simulator.chaos.reply import Delivery, End
from simulator.serving import own_socket as own_socket_module
from simulator.serving import rsgi_delivery
from simulator.serving.own_socket import own_socket
from simulator.web.soap import HttpAnswer

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass
class Scope:
    client: str
    server: str
    http_version: str = "1.1"


class Deaf:
    """A server that never notices that its client has left."""

    async def client_disconnect(self) -> None:
        await asyncio.Event().wait()

    def response_bytes(self, *answer: Any) -> None:
        raise AssertionError(f"answered instead: {answer}")


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, Scope]]:
    """A client connected to a socket of this process, and the two addresses."""
    with (
        socket.create_server(("127.0.0.1", 0)) as listening,
        socket.create_connection(listening.getsockname(), timeout=10) as client,
    ):
        accepted, (host, port) = listening.accept()
        with accepted:
            yield client, Scope(f"{host}:{port}", f"127.0.0.1:{listening.getsockname()[1]}")


def test_a_connection_that_the_server_does_not_let_go_of_is_closed_instead_of_reset(
    pair: tuple[socket.socket, Scope], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    client, scope = pair
    monkeypatch.setattr(rsgi_delivery, "_END_S", 0.05)
    answer = HttpAnswer(status=200, headers=[], body=b"answer", delivery=Delivery(end=End.RESET))
    asyncio.run(rsgi_delivery.deliver(answer, scope, Deaf()))  # type: ignore[arg-type] # stand-ins of granian's
    assert client.recv(1) == b""
    assert "had to be reset is closed" in caplog.text


def test_where_nothing_lists_descriptors_they_are_tried_one_by_one(
    pair: tuple[socket.socket, Scope], monkeypatch: pytest.MonkeyPatch
) -> None:
    client, scope = pair
    # Handles on Windows are multiples of 4; here most numbers are no descriptor, a file, or somebody else's socket.
    monkeypatch.setattr(own_socket_module, "_descriptors", lambda: range(65536))
    with own_socket(scope.client, scope.server) as found:
        assert found is not None
        found.sendall(b"here")
    assert client.recv(4) == b"here"
    with socket.create_connection(client.getpeername(), timeout=10) as still_accepted:
        assert still_accepted.getpeername() == client.getpeername()
