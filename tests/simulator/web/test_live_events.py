"""The live journal, with real clients on real sockets, on both servers."""

from __future__ import annotations

import asyncio
import json
import sys
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from cheroot.wsgi import Server

from simulator.bench import BenchOptions
from simulator.client import BenchClient
from simulator.serving import ServeOptions, free_port, running, running_process
from simulator.web.app import create_app
from simulator.web.events import BUFFER, MAX_THREADS, Follow, FollowError, Hub, Live, read_follow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from werkzeug.test import Client

    from simulator.bench import Bench
    from simulator.journal.exchange import Exchange

SOAP = {"Content-Type": "application/soap+xml; charset=utf-8"}
EVENTS = "/api/v1/exchanges/events"


class Follower:
    """A client in a thread of its own; ``events`` are id and data of what came."""

    def __init__(self, url: str, query: str = "", **headers: str) -> None:
        self.events: list[tuple[int, dict[str, Any]]] = []
        self.error: httpx.HTTPError | None = None
        self.open = threading.Event()
        self._leave = threading.Event()
        self._thread = threading.Thread(target=self._follow, args=(f"{url}{EVENTS}{query}", headers))
        self._thread.start()
        assert self.open.wait(10)

    def _follow(self, url: str, headers: dict[str, str]) -> None:
        try:
            with httpx.stream("GET", url, headers=headers, timeout=30, trust_env=False) as response:
                assert response.headers["content-type"].startswith("text/event-stream")
                number = 0
                for line in response.iter_lines():
                    self.open.set()
                    if line.startswith("id: "):
                        number = int(line[4:])
                    elif line.startswith("data: "):
                        self.events.append((number, json.loads(line[6:])))
                    if self._leave.is_set():
                        break
        except httpx.HTTPError as error:
            self.error = error
        finally:
            self.open.set()

    def ids(self, count: int) -> list[int]:
        """Return the ids received, once there are so many."""
        wait_until(lambda: len(self.events) >= count)
        return [number for number, _ in self.events]

    def leave(self) -> None:
        self._leave.set()

    def join(self) -> None:
        self._thread.join(timeout=10)
        assert not self._thread.is_alive()


def wait_until(condition: Callable[[], bool], timeout: float = 15) -> None:
    deadline = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


@contextmanager
def granian(folder: Path, *, token: str | None = None, workers: int = 1) -> Iterator[str]:
    options = ServeOptions(
        bench=BenchOptions(data_dir=folder, people=0), port=0, token=token, workers=workers
    )
    with running(options) as url:
        yield url


@pytest.fixture
def call(soap_request: Callable[..., bytes]) -> Callable[[str], None]:
    def post(soap_url: str) -> None:
        httpx.post(soap_url, content=soap_request(), headers=SOAP, trust_env=False).raise_for_status()

    return post


def test_what_happens_is_told_with_its_data(tmp_path: Path, call: Callable[[str], None]) -> None:
    with granian(tmp_path) as url, BenchClient(url) as client:
        call(f"{url}/lps")
        follower = Follower(url)
        call(f"{url}/lps")
        assert follower.ids(1) == [2]
        assert follower.events[0][1] == client.call("GET", "/api/v1/exchanges/2")
    follower.join()


def test_a_client_catches_up_from_where_it_was(tmp_path: Path, call: Callable[[str], None]) -> None:
    with granian(tmp_path) as url:
        for _ in range(4):
            call(f"{url}/lps")
        everything, rest = Follower(url, "?after=0"), Follower(url, "?after=2")
        # What a browser sends when it comes back counts more than the address it began with.
        again = Follower(url, "?after=0", **{"Last-Event-ID": "3"})
        call(f"{url}/lps")
        assert everything.ids(5) == [1, 2, 3, 4, 5]
        assert rest.ids(3) == [3, 4, 5]
        assert again.ids(2) == [4, 5]


def test_one_session_can_be_followed(tmp_path: Path, call: Callable[[str], None]) -> None:
    with granian(tmp_path) as url, BenchClient(url) as client:
        session = client.create_session()
        call(session.soap_url)
        follower = Follower(url, f"?session={session.id}&after=0")
        call(f"{url}/lps")
        call(session.soap_url)
        assert follower.ids(2) == [1, 3]


def test_fifty_clients_of_two_workers_miss_nothing_and_the_server_stops(
    tmp_path: Path, call: Callable[[str], None]
) -> None:
    with granian(tmp_path, workers=2) as url:
        followers = [Follower(url, "?after=0") for _ in range(50)]
        for _ in range(10):
            call(f"{url}/lps")
        for follower in followers:
            assert follower.ids(10) == list(range(1, 11))
    for follower in followers:
        follower.join()
        assert follower.error is None


def test_the_server_stops_by_itself_while_it_is_followed(tmp_path: Path) -> None:
    port = free_port()
    command = [sys.executable, "-m", "simulator.cli", "serve", "--port", str(port), "--people", "0"]
    url = f"http://127.0.0.1:{port}"
    with running_process([*command, "--data-dir", str(tmp_path)], f"{url}/health"):
        follower = Follower(url)
    # It was asked politely once; ``running_process`` kills what has not stopped after five seconds, and a stream that
    # is cut off ends with an error.
    follower.join()
    assert follower.error is None


@pytest.mark.parametrize(
    ("query", "headers", "status", "message"),
    [
        ("?after=x", {}, 400, "after: expected a whole number"),
        ("?after=-1", {}, 400, "after: expected a whole number"),
        ("?after=9223372036854775808", {}, 400, "after: expected a whole number"),
        ("", {"Last-Event-ID": "one"}, 400, "Last-Event-ID: expected a whole number"),
        ("?session=nobody", {}, 404, "nobody"),
        ("", {"Origin": "http://evil.example"}, 403, "another web origin"),
        ("", {"Host": "evil.example"}, 403, "loopback name"),
    ],
)
def test_who_may_not_or_cannot_follow_is_told_so_by_both_servers(
    server: Any, web: Client, *, query: str, headers: dict[str, str], status: int, message: str
) -> None:
    answer = httpx.get(f"{server.url}{EVENTS}{query}", headers=headers, trust_env=False)
    assert (answer.status_code, list(answer.json())) == (status, ["error"])
    assert message in answer.json()["error"]
    behind = web.get(f"{EVENTS}{query}", headers=headers)
    assert (behind.status_code, message in behind.json["error"]) == (status, True)  # type: ignore[index] # JSON


def test_the_token_is_asked_for(tmp_path: Path, call: Callable[[str], None]) -> None:
    with granian(tmp_path, token="s3cret") as url:
        assert httpx.get(url + EVENTS, trust_env=False).status_code == 401
        follower = Follower(url, Authorization="Bearer s3cret")
        call(f"{url}/lps")
        assert follower.ids(1) == [1]


class TestBehindWsgi:
    @pytest.fixture
    def url(self, bench: Bench) -> Iterator[str]:
        app = create_app(bench)
        server = Server(("127.0.0.1", 0), app, numthreads=8)
        server.prepare()
        thread = threading.Thread(target=server.serve)
        thread.start()
        yield f"http://127.0.0.1:{server.bind_addr[1]}"
        app.extensions["live"].stop()
        server.stop()
        thread.join(timeout=10)
        assert not thread.is_alive()

    def test_it_is_told_there_too(self, url: str, call: Callable[[str], None]) -> None:
        call(f"{url}/lps")
        follower, everything = Follower(url), Follower(url, "?after=0")
        call(f"{url}/lps")
        assert follower.ids(1) == [2]
        assert everything.ids(2) == [1, 2]

    def test_only_a_few_threads_are_taken_and_given_back(self, url: str, call: Callable[[str], None]) -> None:
        followers = [Follower(url) for _ in range(MAX_THREADS)]
        refused = httpx.get(url + EVENTS, trust_env=False)
        assert (refused.status_code, "follow already" in refused.json()["error"]) == (503, True)
        for follower in followers:
            follower.leave()
        call(f"{url}/lps")

        def one_more() -> bool:
            call(f"{url}/lps")  # what is written to a client that has gone shows it
            with httpx.stream("GET", url + EVENTS, trust_env=False) as response:
                return response.status_code == 200

        wait_until(one_more)


class TestHub:
    """What no socket shows: who is let go, and that nothing stays behind."""

    @staticmethod
    async def collect(stream: Any, count: int) -> list[bytes]:
        return [await asyncio.wait_for(anext(stream), 10) for _ in range(count)]

    def test_a_client_that_does_not_read_is_let_go_and_can_come_back(
        self, bench: Bench, ask: Callable[..., Exchange]
    ) -> None:
        async def scene() -> None:
            hub = Hub(Live(bench.journal), interval=0.01)
            slow = hub.follow(Follow())
            await self.collect(slow, 1)
            for _ in range(BUFFER + 50):
                await asyncio.to_thread(ask)
            await asyncio.to_thread(wait_until, lambda: not hub.clients)
            assert [frame async for frame in slow] == []  # no gap: nothing rather than the rest
            back = hub.follow(Follow(after=0))
            frames = await self.collect(back, BUFFER + 51)
            assert frames[1].startswith(b"id: 1\n")
            assert frames[-1].startswith(f"id: {BUFFER + 50}\n".encode())
            await back.aclose()
            assert hub.clients == 0

        asyncio.run(scene())

    def test_a_comment_is_sent_when_nothing_happens(self, bench: Bench) -> None:
        async def scene() -> None:
            stream = Hub(Live(bench.journal), heartbeat=0.05).follow(Follow())
            assert (await self.collect(stream, 2))[1].startswith(b": ")
            await stream.aclose()

        asyncio.run(scene())

    def test_everybody_is_let_go_when_the_journal_cannot_be_read(
        self, bench: Bench, ask: Callable[..., Exchange]
    ) -> None:
        async def scene() -> None:
            live = Live(bench.journal)
            hub = Hub(live, interval=0.01)
            stream = hub.follow(Follow())
            await self.collect(stream, 1)
            page, live.page = live.page, None  # type: ignore[method-assign, assignment] # a journal that fails
            assert [frame async for frame in stream] == []
            live.page = page  # type: ignore[method-assign] # as before
            again = hub.follow(Follow())
            await self.collect(again, 1)
            await asyncio.to_thread(ask)
            assert (await self.collect(again, 1))[0].startswith(b"id: 1\n")
            await again.aclose()

        asyncio.run(scene())

    def test_too_many_are_refused(self, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("simulator.web.events.MAX_CLIENTS", 1)

        async def scene() -> None:
            hub = Hub(Live(bench.journal))
            first = hub.follow(Follow())
            await self.collect(first, 1)
            with pytest.raises(FollowError, match="follow already"):
                await anext(hub.follow(Follow()))
            await first.aclose()

        asyncio.run(scene())


@pytest.mark.parametrize("text", ["", "0", "9223372036854775807"])
def test_numbers_that_can_be_followed_from(text: str) -> None:
    assert read_follow({}, {"last-event-id": text}).after == (int(text) if text else None)
