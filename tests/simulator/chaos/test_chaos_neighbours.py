"""A disturbed session disturbs nobody else, and the server still stops."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest

from simulator.client import BenchClient
from simulator.serving import STOP_TIMEOUT_S, free_port, wait_until_answering

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from simulator.client import SessionClient


@pytest.fixture
def other(chaos_bench: Any, door: Any) -> Iterator[SessionClient]:
    made = chaos_bench.api(door).create_session()
    yield made
    made.delete()


def test_while_one_session_has_a_slow_network_the_calls_of_another_go_on(
    door: Any,
    session: SessionClient,
    other: SessionClient,
    scenario: Callable[..., dict[str, Any]],
    soap_request: Callable[..., bytes],
) -> None:
    session.install(scenario("slow-network"))
    slow_done = threading.Event()
    # More slow calls than a server has threads.
    with ThreadPoolExecutor(24) as pool:
        slow = [pool.submit(door.ask, f"/s/{session.id}/lps", soap_request()) for _ in range(24)]
        slow[0].add_done_callback(lambda _: slow_done.set())
        while len(session.exchanges()) < 24:
            time.sleep(0.01)
        answered = 0
        while answered < 5:
            assert door.ask(f"/s/{other.id}/lps", soap_request()).status == 200
            answered += 1
        # All are answered 3 s after they were asked, and five calls of the neighbour are answered before.
        assert not slow_done.is_set()
        assert {call.result().status for call in slow} == {200}


@pytest.mark.skipif(os.name == "nt", reason="Ctrl-C is sent to a whole console on Windows")
def test_the_server_stops_while_clients_wait_for_nothing(
    tmp_path: Path, scenario: Callable[..., dict[str, Any]], soap_request: Callable[..., bytes]
) -> None:
    port = free_port()
    command = [sys.executable, "-m", "simulator.cli", "serve", "--port", str(port), "--people", "5"]
    with subprocess.Popen(
        [*command, "--data-dir", str(tmp_path)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            assert wait_until_answering(f"http://127.0.0.1:{port}/health")
            with BenchClient(f"http://127.0.0.1:{port}") as client:
                session = client.create_session()
                session.install(scenario({"no-answer": {"seconds": 300}}))
                body = soap_request()
                with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
                    _ask(connection, session, body)
                    process.send_signal(signal.SIGINT)
                    # Far from the 300 s that the client was to wait.
                    process.wait(timeout=STOP_TIMEOUT_S + 28)
        finally:
            process.kill()


def _ask(connection: socket.socket, session: SessionClient, body: bytes) -> None:
    """Send a call, and wait until it is answered as far as the journal knows."""
    connection.sendall(
        f"POST /s/{session.id}/lps HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body
    )
    while not session.exchanges():
        time.sleep(0.02)


def test_a_stopping_server_drops_what_it_lent(
    tmp_path: Path, scenario: Callable[..., dict[str, Any]], soap_request: Callable[..., bytes]
) -> None:
    from simulator.bench import BenchOptions, open_bench
    from simulator.serving.own_server import listen
    from simulator.serving.tls_ports import own_port
    from simulator.web.app import create_parts

    bench = open_bench(BenchOptions(data_dir=tmp_path, people=5))
    listening = listen("127.0.0.1", 0)
    port = int(listening.getsockname()[1])
    with ExitStack() as stack:
        stack.enter_context(own_port(create_parts(bench), listening))
        client = stack.enter_context(BenchClient(f"http://127.0.0.1:{port}"))
        session = client.create_session()
        session.install(scenario({"no-answer": {"seconds": 300}}))
        body = soap_request()
        with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
            _ask(connection, session, body)
            stack.close()
            assert connection.recv(1) == b""
    bench.close()
