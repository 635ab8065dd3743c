"""What survives: real servers under load, killed or stopped, in each mode."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import httpx
import pytest

from simulator.bench import open_journal
from simulator.client import BenchClient
from simulator.serving import free_port, stop, wait_until_answering

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from simulator.journal.index import State

SOAP = {"Content-Type": "application/soap+xml; charset=utf-8"}


@contextmanager
def served(data_dir: Path, *options: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    port = free_port()
    command = [
        *(sys.executable, "-m", "simulator.cli", "serve", "--port", str(port), "--people", "3"),
        *("--data-dir", str(data_dir), *options),
    ]
    process = subprocess.Popen(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        start_new_session=os.name != "nt",
        creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
    )
    url = f"http://127.0.0.1:{port}"
    try:
        assert wait_until_answering(f"{url}/health")
        yield process, url
    finally:
        stop(process)
        assert process.stderr is not None
        process.stderr.close()


class Load:
    """Clients that call until they are told to stop or the server is gone; they note what was answered."""

    def __init__(self, url: str, soap_request: Callable[..., bytes], clients: int = 4) -> None:
        self.answered: list[str] = []
        self._url = url
        self._request = soap_request
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._call, args=(number,)) for number in range(clients)]
        for thread in self._threads:
            thread.start()

    def _call(self, client: int) -> None:
        count = 0
        with httpx.Client(trust_env=False, timeout=5) as http:
            while not self._stop.is_set():
                message_id = f"uuid:{client}-{count}"
                body = self._request(message_id=message_id)
                try:
                    answer = http.post(f"{self._url}/lps", content=body, headers=SOAP)
                except httpx.HTTPError:
                    return
                assert answer.status_code == 200
                self.answered.append(message_id)
                count += 1

    def wait_for(self, calls: int) -> None:
        deadline = time.monotonic() + 60
        while len(self.answered) < calls:
            assert time.monotonic() < deadline, f"{len(self.answered)} of {calls} calls answered"
            time.sleep(0.01)

    def end(self) -> set[str]:
        self._stop.set()
        for thread in self._threads:
            thread.join()
        return set(self.answered)


def kept(data_dir: Path) -> tuple[set[str], State]:
    journal = open_journal(data_dir)
    found: set[str] = set()
    last = 0
    while page := journal.list(after=last, limit=1000):
        found |= {exchange.message_id or "" for exchange in page}
        last = page[-1].id
    state = journal.state()
    journal.close()
    return found, state


def kill(process: subprocess.Popen[str], url: str) -> None:
    """Kill the server and its workers at once, as a system that runs out of memory does."""
    if os.name == "nt":
        subprocess.run(["taskkill", "/F", "/T", "/PID", str(process.pid)], check=True)  # noqa: S607 - of Windows
    else:
        # The process was started in a group of its own, its workers are in it.
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(timeout=60)
    with pytest.raises(httpx.TransportError):
        httpx.get(f"{url}/health", trust_env=False, timeout=2)


@pytest.mark.parametrize("options", [(), ("--workers", "2"), ("--journal", "fsync")])
def test_killed_under_load_no_answered_call_is_lost(
    tmp_path: Path, soap_request: Callable[..., bytes], options: tuple[str, ...]
) -> None:
    with served(tmp_path, *options) as (process, url):
        load = Load(url, soap_request)
        load.wait_for(200)
        kill(process, url)
        answered = load.end()
    found, state = kept(tmp_path)
    assert answered <= found
    # A call of each client may have been kept while its answer was on its way.
    assert len(found) <= len(answered) + 4
    assert (state.lost, state.killed, state.damaged) == (0, 0, 0)


def test_killed_in_mode_batch_the_loss_is_within_the_bound_and_counted(
    tmp_path: Path, soap_request: Callable[..., bytes]
) -> None:
    with served(tmp_path, "--journal", "batch") as (process, url), BenchClient(url) as client:
        announced = client.health()["journal"]
        assert (announced["mode"], announced["batch_ms"]) == ("batch", 100)
        load = Load(url, soap_request)
        load.wait_for(300)
        kill(process, url)
        answered = load.end()
    found, state = kept(tmp_path)
    missing = answered - found
    assert len(missing) <= state.killed <= len(missing) + 4
    assert found | missing >= answered
    # A record of this load is between 2 and 6 KiB.
    assert state.killed * 2048 <= announced["batch_bytes"] + 6 * 1024


@pytest.mark.parametrize("mode", ["sync", "batch"])
@pytest.mark.parametrize(
    "name",
    [
        pytest.param("SIGINT", id="ctrl-c"),
        pytest.param("SIGTERM", marks=pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGTERM")),
    ],
)
def test_stopped_under_load_nothing_is_lost(
    tmp_path: Path, soap_request: Callable[..., bytes], mode: str, name: str
) -> None:
    with served(tmp_path, "--journal", mode) as (process, url):
        load = Load(url, soap_request)
        load.wait_for(200)
        process.send_signal(getattr(signal, "CTRL_BREAK_EVENT", getattr(signal, name)))
        process.wait(timeout=60)
        answered = load.end()
    found, state = kept(tmp_path)
    assert answered <= found
    assert (state.lost, state.killed, state.torn_bytes) == (0, 0, 0)


class TestDiskFull:
    """No file of the server may grow for a while: the system's limit of file sizes, set from outside (Linux)."""

    @pytest.fixture
    def limit(self) -> Callable[[int, int], None]:
        resource = pytest.importorskip("resource", reason="Windows has no limit of file sizes")
        if not hasattr(resource, "prlimit"):
            pytest.skip("the limits of another process can be set on Linux only")

        def set_limit(process: int, size: int) -> None:
            for each in [process, *_children(process)]:
                hard = resource.prlimit(each, resource.RLIMIT_FSIZE)[1]
                resource.prlimit(each, resource.RLIMIT_FSIZE, (hard if size < 0 else size, hard))

        return set_limit

    @pytest.mark.parametrize("mode", ["sync", "batch"])
    def test_calls_are_answered_counted_as_lost_told_once_and_kept_again_after(
        self, tmp_path: Path, soap_request: Callable[..., bytes], limit: Callable[[int, int], None], mode: str
    ) -> None:
        def call(message_id: str) -> None:
            body = soap_request(message_id=message_id)
            answer = httpx.post(f"{url}/lps", content=body, headers=SOAP, trust_env=False)
            assert b"<CodeCR>00</CodeCR>" in answer.content

        with served(tmp_path, "--journal", mode) as (process, url), BenchClient(url) as client:
            call("uuid:before")
            assert client.health()["exchanges"] == 1
            limit(process.pid, 1)
            for number in range(20):
                call(f"uuid:during-{number}")
            time.sleep(0.3)  # what waits in mode batch is tried
            lost = client.health()["lost_exchanges"]
            limit(process.pid, -1)
            call("uuid:after")
            health = client.health()
            assert (health["lost_exchanges"], health["exchanges"]) == (20, 2)
            assert lost == 20
            stop(process)
            assert process.stderr is not None
            told = process.stderr.read()
        assert len(re.findall("exchanges cannot be kept", told)) == 1, told
        assert len(re.findall("the journal is written again", told)) == 1, told
        found, state = kept(tmp_path)
        assert found == {"uuid:before", "uuid:after"}
        assert (state.lost, state.killed, state.damaged) == (20, 0, 0)


def _children(process: int) -> list[int]:
    from pathlib import Path

    text = Path(f"/proc/{process}/task/{process}/children").read_text(encoding="ascii")
    return [int(number) for number in text.split()]
