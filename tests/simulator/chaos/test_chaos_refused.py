"""Where a disturbance cannot be done, the client is told: never another answer in silence."""

from __future__ import annotations

import socket
import threading
from typing import TYPE_CHECKING, Any

import pytest

from simulator.chaos.catalogue import chaos_catalogue
from simulator.serving.own_socket import own_socket

if TYPE_CHECKING:
    from collections.abc import Callable

    from werkzeug.test import Client

    from simulator.bench import Bench


@pytest.fixture
def call(bench: Bench, web: Client, soap_request: Callable[..., bytes], scenario: Callable[..., Any]) -> Any:
    """Call through werkzeug's test client, which has no connection to hand over."""

    def run(*steps: Any, fault: str | None = None) -> Any:
        data = scenario(*steps, then=None if fault is None else {"fault": fault})
        bench.installer.install("default", data, {})
        return web.post("/lps", data=soap_request(), content_type="application/soap+xml")

    return run


@pytest.mark.parametrize("name", [d.name for d in chaos_catalogue().values() if "wsgi" not in d.ways])
def test_what_needs_a_connection_is_refused_by_a_server_that_gives_none(call: Any, name: str) -> None:
    answer = call(name)
    assert answer.status_code == 500
    assert "cannot be done on this way in" in answer.text
    assert b"CodeCR" not in answer.data


@pytest.mark.parametrize("name", [d.name for d in chaos_catalogue().values() if "wsgi" in d.ways])
def test_the_others_are_done_everywhere(call: Any, name: str) -> None:
    needs_fault = chaos_catalogue()[name].needs == "fault"
    answer = call(name, fault="insi_102" if needs_fault else None)
    assert b"cannot be done" not in answer.data


def test_the_socket_of_a_connection_is_found_by_its_two_addresses() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as listening,
        socket.create_connection(listening.getsockname()) as client,
    ):
        accepted, address = listening.accept()
        with accepted:
            names = [f"{host}:{port}" for host, port in (address, listening.getsockname())]
            with own_socket(*names) as found:
                assert found is not None
                assert found.fileno() != accepted.fileno()
                found.shutdown(socket.SHUT_RDWR)
            assert client.recv(1) == b""
            with own_socket(names[0], "127.0.0.1:1") as found:
                assert found is None
        with own_socket(*names) as found:
            assert found is None


def test_the_search_leaves_every_descriptor_as_it_was() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        threads = [threading.Thread(target=_search, args=(listening,)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        # Would fail if a probe had been closed instead of let go.
        listening.getsockname()


def _search(listening: socket.socket) -> None:
    for _ in range(20):
        with own_socket("127.0.0.1:1", f"127.0.0.1:{listening.getsockname()[1]}") as found:
            assert found is None
