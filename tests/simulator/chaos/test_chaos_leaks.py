"""Two hundred clients that give up, again and again: the server keeps no connection, descriptor, thread, task or memory."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import psutil
import pytest
from granian.constants import Interfaces
from granian.server.embed import Server

from simulator.client import BenchClient
from simulator.serving import free_port, wait_until_answering
from simulator.serving.front import Front
from simulator.serving.own_socket import RESET_ON_CLOSE
from simulator.web.app import create_parts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from simulator.bench import Bench
    from simulator.client import SessionClient

CLIENTS = 200
ROUNDS = 3
SETTLED_S = 30
THREADS_AT_REST = 60
"""More than any server here has when nobody waits; far fewer than the clients of one round."""
SPARE_DESCRIPTORS = 20
"""Files that SQLite may open meanwhile, in threads that had none; far fewer than the clients of one round."""
SPARE_BYTES = 24 * 1024 * 1024
"""What a process may grow by after the first round: allocators keep some, and OpenSSL remembers each TLS session for a
few minutes (some 6 KB with its client certificate). A kept connection would cost four times that."""

GIVEN_UP: dict[str, list[Any]] = {
    "silence": [{"no-answer": {"seconds": 300}}],
    "delay": [{"latency": {"seconds": 100}}],
    "drip": [{"slow-drip": {"piece": 1, "bytes_per_second": 20}}],
    "chunks in drips": [{"slow-drip": {"piece": 1, "bytes_per_second": 20}}, "chunked"],
    "stalled": [{"stalled-body": {"seconds": 300}}],
}


@pytest.mark.parametrize("door", ["http", "mtls"], indirect=True)
@pytest.mark.parametrize("steps", GIVEN_UP.values(), ids=GIVEN_UP)
def test_clients_that_give_up_leave_nothing_behind(
    door: Any,
    session: SessionClient,
    scenario: Callable[..., dict[str, Any]],
    soap_request: Callable[..., bytes],
    steps: list[Any],
) -> None:
    session.install(scenario(*steps))

    def answered() -> bool:
        return bool(door.ask("/lps", soap_request()).status == 200)

    # Each thread of a server opens its files at its first call.
    with ThreadPoolExecutor(24) as pool:
        assert all(pool.map(lambda _: answered(), range(CLIENTS)))
    server = process_behind(door)
    before, rest = connections_to(door.port), descriptors_of(server)
    held: list[tuple[int, int]] = []
    for turn in range(1, ROUNDS + 1):
        hung = [hang(door, session, soap_request()) for _ in range(CLIENTS)]
        until(lambda asked=turn * CLIENTS: len(session.exchanges()) >= asked, "all clients are heard")
        assert connections_to(door.port) >= before + CLIENTS
        assert answered()
        leave(hung)
        until(lambda: connections_to(door.port) <= before, f"the connections of round {turn} are closed")
        until(lambda: server.num_threads() <= THREADS_AT_REST, f"the threads of round {turn} have ended")
        # The server's own ends of connections go a moment after those that the system shows.
        until(
            lambda: descriptors_of(server) <= rest + SPARE_DESCRIPTORS,
            f"descriptors of round {turn} are closed",
        )
        held.append((descriptors_of(server), server.memory_info().rss))
    (files, memory), *_, (files_at_last, memory_at_last) = held
    assert files_at_last <= files + SPARE_DESCRIPTORS
    assert memory_at_last <= memory + SPARE_BYTES
    assert answered()


@pytest.fixture
def embedded(bench: Bench) -> Iterator[tuple[asyncio.AbstractEventLoop, int]]:
    """Serve the application with granian in this process; yield its event loop and its port."""
    port, loop = free_port(), asyncio.new_event_loop()
    made: list[Server] = []

    async def serve() -> None:
        front = Front(create_parts(bench, token=None))
        made.append(
            Server(
                front, port=port, backlog=1024, interface=Interfaces.RSGI, websockets=False, log_enabled=False
            )
        )
        await made[0].serve()

    serving = threading.Thread(target=lambda: loop.run_until_complete(serve()), daemon=True)
    serving.start()
    assert wait_until_answering(f"http://127.0.0.1:{port}/health")
    yield loop, port
    loop.call_soon_threadsafe(made[0].stop)
    serving.join(timeout=30)
    assert not serving.is_alive()
    loop.close()


@pytest.mark.parametrize("steps", GIVEN_UP.values(), ids=GIVEN_UP)
def test_the_event_loop_keeps_no_task_of_clients_that_gave_up(
    embedded: tuple[asyncio.AbstractEventLoop, int],
    scenario: Callable[..., dict[str, Any]],
    soap_request: Callable[..., bytes],
    steps: list[Any],
) -> None:
    loop, port = embedded
    with BenchClient(f"http://127.0.0.1:{port}") as client:
        session = client.create_session()
        session.install(scenario(*steps))
        at_rest = len(asyncio.all_tasks(loop))
        hung = [hang(Plain(port), session, soap_request()) for _ in range(CLIENTS)]
        until(lambda: len(session.exchanges()) >= CLIENTS, "all clients are heard")
        # Each client that waits has a task: so they are seen, and the end of them is no accident.
        assert len(asyncio.all_tasks(loop)) >= at_rest + CLIENTS
        leave(hung)
        until(lambda: len(asyncio.all_tasks(loop)) <= at_rest, "their tasks have ended")


class Plain:
    """A way in over plain HTTP."""

    def __init__(self, port: int) -> None:
        self.port = port

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=20)


def hang(door: Any, session: SessionClient, body: bytes) -> Any:
    """Send one call and do not wait for its answer."""
    connection = door.connect()
    head = f"POST /s/{session.id}/lps HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n\r\n"
    connection.sendall(head.encode() + body)
    return connection


def leave(connections: list[Any]) -> None:
    """Close connections, every other one with a reset."""
    for number, connection in enumerate(connections):
        raw = connection if isinstance(connection, socket.socket) else connection.raw
        if number % 2:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
        raw.close()


def connections_to(port: int) -> int:
    """Return how many connections the server still holds open on this port."""
    held = psutil.net_connections("tcp")
    return sum(
        1 for c in held if c.laddr and c.laddr.port == port and c.status in {"ESTABLISHED", "CLOSE_WAIT"}
    )


def process_behind(door: Any) -> psutil.Process:
    """Return the process that answers on this way in."""
    with door.connect() as connection:
        raw = connection if isinstance(connection, socket.socket) else connection.raw
        ours = raw.getsockname()[1]
        found: list[int] = []

        def look() -> bool:
            found[:] = [
                c.pid
                for c in psutil.net_connections("tcp")
                if c.pid and c.laddr and c.raddr and (c.laddr.port, c.raddr.port) == (door.port, ours)
            ]
            return bool(found)

        until(look, "the process of the server is seen")
        return psutil.Process(found[0])


def until(condition: Callable[[], bool], what: str) -> None:
    """Wait for a condition, and fail when it does not come."""
    deadline = time.monotonic() + SETTLED_S
    while not condition():
        assert time.monotonic() < deadline, f"not within {SETTLED_S} s: {what}"
        time.sleep(0.05)


def descriptors_of(process: psutil.Process) -> int:
    return int(process.num_handles() if psutil.WINDOWS else process.num_fds())
