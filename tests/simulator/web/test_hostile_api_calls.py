"""The control API: who may not call costs nothing, who has left is not worked for, what is long is streamed."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
import time
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from simulator.bench import BenchOptions, open_bench
from simulator.client import BenchClient, BenchClientError
from simulator.serving import ServeOptions, api_calls, running
from simulator.serving.api_calls import LINE, THREADS
from simulator.serving.granian_places import Attendance, Janitor
from simulator.serving.own_server import listen
from simulator.serving.places import Limits
from simulator.serving.tls_ports import own_port
from simulator.web.app import create_parts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from simulator.bench import Bench

PATIENCE_S = 25


def get(port: int, path: str, *headers: str) -> bytes:
    lines = "".join(f"{line}\r\n" for line in (f"GET {path} HTTP/1.1", "Host: localhost", *headers))
    return lines.encode() + b"\r\n"


@contextmanager
def own(data_dir: Path) -> Iterator[tuple[int, Bench, Any, Any]]:
    bench = open_bench(BenchOptions(data_dir=data_dir, people=1))
    listening = listen("127.0.0.1", 0)
    parts = create_parts(bench)
    port = int(listening.getsockname()[1])
    with own_port(parts, listening) as server:
        yield port, bench, parts.flask, server.application.__self__  # type: ignore[attr-defined] # a bound method
    bench.close()


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Serve with a token; give the port."""
    bench = BenchOptions(data_dir=tmp_path_factory.mktemp("guarded"), people=0)
    with running(ServeOptions(bench=bench, port=0, token="s3cret")) as url:
        yield int(url.rpartition(":")[2])


@pytest.mark.parametrize("token", ["", "Authorization: Bearer wrong\r\n"])
def test_without_the_token_the_body_is_not_waited_for(guarded: int, token: str) -> None:
    with socket.create_connection(("127.0.0.1", guarded), timeout=PATIENCE_S) as connection:
        connection.sendall(
            f"POST /api/v1/import HTTP/1.1\r\nHost: localhost\r\n{token}Content-Length: 16000000\r\n\r\n".encode()
        )
        assert connection.recv(4096).startswith(b"HTTP/1.1 401 ")


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_page_of_another_site_reads_nothing(server: Any, site: str) -> None:
    url = f"{server.url}/api/v1/exchanges"
    refused = httpx.get(url, headers={"Sec-Fetch-Site": site, "Sec-Fetch-Mode": "no-cors"}, trust_env=False)
    assert refused.status_code == 403
    for own_site in ("same-origin", "none"):
        assert httpx.get(url, headers={"Sec-Fetch-Site": own_site}, trust_env=False).status_code == 200


def test_slow_calls_whose_clients_left_block_neither_the_api_nor_health(tmp_path: Path) -> None:
    with own(tmp_path) as (port, _, flask, front):
        held, started = threading.Event(), threading.Semaphore(0)

        @flask.get("/slow")
        def slow() -> str:
            started.release()
            held.wait(PATIENCE_S * 2)
            return "done"

        with ExitStack() as holding, ExitStack() as stack:
            holding.callback(held.set)
            for _ in range(THREADS + LINE):
                stack.enter_context(socket.create_connection(("127.0.0.1", port))).sendall(get(port, "/slow"))
            for _ in range(THREADS):
                assert started.acquire(timeout=PATIENCE_S)
            with BenchClient(f"http://127.0.0.1:{port}", timeout=PATIENCE_S) as client:
                assert client.health()["version"]
            # The line is full: whoever comes is told at once, nobody waits for good.
            refused = httpx.get(f"http://127.0.0.1:{port}/slow", timeout=PATIENCE_S, trust_env=False)
            assert refused.status_code == 503
            stack.close()
            while front._api._running:  # until it is seen that all of them have left
                time.sleep(0.01)
        # All of them have left: those in line are dropped, and the next call is answered.
        with BenchClient(f"http://127.0.0.1:{port}", timeout=PATIENCE_S) as client:
            answered = None
            while answered is None:
                # 503 until the threads are free.
                with suppress(BenchClientError):
                    answered = client.info()
            assert answered["people"]
        assert started.acquire(blocking=False) is False


def test_an_export_begins_before_it_is_made_and_stops_with_its_client(
    tmp_path: Path, soap_request: Callable[..., bytes]
) -> None:
    with own(tmp_path) as (port, bench, _, _):
        url = f"http://127.0.0.1:{port}"
        httpx.post(f"{url}/lps", content=soap_request(), trust_env=False)
        (one,) = bench.journal.list()
        made, gone = [], threading.Event()

        def endless(*_: object, **__: object) -> Iterator[Any]:
            try:
                while True:
                    made.append(1)
                    yield one
            finally:
                gone.set()

        bench.journal.each = endless  # type: ignore[method-assign] # a journal without end
        with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S) as connection:
            connection.sendall(get(port, "/api/v1/exchanges/export"))
            assert connection.recv(15) == b"HTTP/1.1 200 OK"
            # Calls are answered meanwhile.
            answer = httpx.post(f"{url}/lps", content=soap_request(), timeout=PATIENCE_S, trust_env=False)
            assert answer.status_code == 200
        assert gone.wait(PATIENCE_S)
        assert made


def test_a_client_that_does_not_read_its_export_is_waited_for_not_fed(server: Any, soap_request: Any) -> None:
    """On granian, which takes whatever it is given into memory."""
    for _ in range(3):
        httpx.post(f"{server.url}/lps", content=soap_request(more_header="<a>" + "x" * 900_000 + "</a>"))
    with socket.socket() as slow:
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        slow.settimeout(PATIENCE_S)
        slow.connect((server.host, server.port))
        slow.sendall(get(server.port, "/api/v1/exchanges/export?secrets=kept"))
        assert slow.recv(15) == b"HTTP/1.1 200 OK"
        received = bytearray()
        while not received.endswith(b"0\r\n\r\n"):
            received += slow.recv(65536)
    body = bytes(received).partition(b"\r\n\r\n")[2]
    assert body.count(b"x" * 1000) >= 3 * 900 - 3 * 20


def test_of_an_export_that_nobody_reads_little_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    part, made = bytes(64 * 1024), []

    def application(_environ: Any, start: Any) -> Iterator[bytes]:
        def parts() -> Iterator[bytes]:
            for number in range(500):
                made.append(number)
                yield part

        start("200 OK", [])
        return parts()

    here, there = socket.socketpair()
    here.settimeout(0)

    class Taker:
        """Takes whatever it is given into memory, as granian does, and hands the system as much as that takes."""

        def client_disconnect(self) -> Any:
            return asyncio.get_running_loop().create_future()

        def response_stream(self, *_: object) -> Taker:
            return self

        async def send_bytes(self, content: bytes) -> None:
            with suppress(BlockingIOError):
                here.send(content)

    monkeypatch.setattr(api_calls, "own_socket", lambda *_: nullcontext(here))
    monkeypatch.setattr(api_calls, "UNREAD_S", 0.0)
    scope = SimpleNamespace(
        path="/x",
        method="GET",
        query_string="",
        client="c:1",
        server="s:1",
        http_version="1.1",
        scheme="http",
    )
    with here, there:
        calls = api_calls.ApiCalls(application)
        asyncio.run(calls.answer(scope, {}, b"", Taker()))
        calls.close()
    assert 0 < len(made) < 100


class TestJanitor:
    @pytest.fixture
    def pairs(self) -> Iterator[tuple[int, Callable[[int], list[socket.socket]]]]:
        """Give a port of this process, and a way to connect to it."""
        with ExitStack() as stack:
            listening = stack.enter_context(socket.create_server(("127.0.0.1", 0)))

            def connect(count: int) -> list[socket.socket]:
                made = []
                for _ in range(count):
                    client = stack.enter_context(
                        socket.create_connection(listening.getsockname(), timeout=PATIENCE_S)
                    )
                    stack.enter_context(listening.accept()[0])
                    made.append(client)
                return made

            yield int(listening.getsockname()[1]), connect

    def test_who_is_idle_for_too_long_is_let_go_and_who_is_answered_is_not(self, pairs: Any) -> None:
        port, connect = pairs
        idle, busy, recent = connect(3)
        attendance = Attendance()
        janitor = Janitor(attendance, port, Limits(100, 100), idle_s=60)
        name = "{}:{}".format
        attendance.enter(name(*busy.getsockname()))
        now = time.monotonic()
        # Both ends are of this process here: each connection is seen once by its client.
        assert janitor.look(now) == 3
        attendance.enter(name(*recent.getsockname()))
        attendance.leave(name(*recent.getsockname()))
        attendance.last[name(*recent.getsockname())] = now + 50
        janitor.look(now + 61)
        assert idle.recv(1) == b""
        for still in (busy, recent):
            still.settimeout(0)
            with pytest.raises(BlockingIOError):
                still.recv(1)

    def test_when_there_are_too_many_the_ones_quiet_for_longest_go(self, pairs: Any) -> None:
        port, connect = pairs
        attendance = Attendance()
        janitor = Janitor(attendance, port, Limits(8, 100), idle_s=60)
        old = connect(4)
        now = time.monotonic()
        janitor.look(now)
        new = connect(4)
        assert janitor.look(now + 1) == 8
        (gone,) = [each for each in old if _ended(each)]
        assert gone in old
        assert not any(_ended(each) for each in new)

    def test_who_has_left_is_forgotten(self, pairs: Any) -> None:
        port, connect = pairs
        attendance = Attendance()
        janitor = Janitor(attendance, port, Limits(8, 100))
        attendance.enter("127.0.0.1:9")
        attendance.leave("127.0.0.1:9")
        connect(1)
        janitor.look(time.monotonic())
        assert attendance.last == {}


def _ended(connection: socket.socket) -> bool:
    connection.settimeout(0)
    try:
        return connection.recv(1) == b""
    except BlockingIOError:
        return False


def test_an_export_is_whole_over_every_way(server: Any, soap_request: Callable[..., bytes]) -> None:
    session = server.client.create_session()
    for _ in range(5):
        httpx.post(session.soap_url, content=soap_request(), trust_env=False)
    answer = httpx.get(f"{server.url}/api/v1/exchanges/export?session={session.id}", trust_env=False)
    assert [json.loads(line)["session"] for line in answer.text.splitlines()] == [session.id] * 5
    session.delete()
