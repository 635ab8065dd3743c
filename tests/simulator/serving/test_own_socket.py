"""A duplicate of a connection of granian leaves the connection as it is."""

from __future__ import annotations

import socket

import pytest

from simulator.serving.own_socket import own_socket


@pytest.fixture
def served():
    """A connection as an event loop holds it: writing to it never waits."""
    with (
        socket.create_server(("127.0.0.1", 0)) as listening,
        socket.create_connection(listening.getsockname()) as client,
    ):
        accepted, _ = listening.accept()
        with accepted:
            accepted.settimeout(0.0)
            yield accepted, client


def test_writing_to_a_client_that_does_not_read_never_waits(served):
    accepted, client = served
    between = [f"127.0.0.1:{one.getsockname()[1]}" for one in (client, accepted)]
    with own_socket(*between) as found:
        assert found is not None
        with pytest.raises(BlockingIOError):  # noqa: PT012 - until it is full
            while True:
                accepted.send(b"x" * 65536)


def test_a_connection_between_others_is_not_found(served):
    accepted, _ = served
    with own_socket("127.0.0.1:1", f"127.0.0.1:{accepted.getsockname()[1]}") as found:
        assert found is None
