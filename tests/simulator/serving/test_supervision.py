"""Processes of a server that die are told and started again; none outlives the server."""

from __future__ import annotations

import ast
import os
import socket
import ssl
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from simulator.bench import BenchOptions
from simulator.security.pki import init_pki
from simulator.serving import ServeOptions, ServingError, free_port, running, stop
from simulator.serving.supervising import LONGEST_DELAY_S, STABLE_S, BackOff, Standing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

psutil = pytest.importorskip("psutil", reason="comes with the extra load, which tests have")
LONG_S = 90
"""Far more than the delays of the restarts that are waited for."""


class Served:
    def __init__(self, process: subprocess.Popen[str], url: str) -> None:
        self.process, self.url = process, url
        self.printed: list[str] = []
        self._told = threading.Condition()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            with self._told:
                self.printed.append(line)
                self._told.notify_all()

    def wait_for(self, words: str, times: int = 1) -> None:
        """Wait until so many lines have these words."""
        with self._told:
            found = self._told.wait_for(
                lambda: sum(words in line for line in self.printed) >= times, timeout=LONG_S
            )
        assert found, "".join(self.printed)

    def children(self) -> list[Any]:
        return [
            each
            for each in psutil.Process(self.process.pid).children()
            if "resource_tracker" not in " ".join(each.cmdline())
        ]

    def health(self) -> dict[str, Any]:
        """Ask until somebody answers."""
        deadline = time.monotonic() + LONG_S
        while True:
            try:
                answer: dict[str, Any] = httpx.get(
                    f"{self.url}/health", timeout=LONG_S, trust_env=False
                ).json()
            except httpx.TransportError:
                assert time.monotonic() < deadline
                continue
            return answer


@contextmanager
def served(*options: str, program: tuple[str, ...] = ("-m", "simulator.cli")) -> Iterator[Served]:
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, *program, "serve", "--port", str(port), "--people", "3", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONIOENCODING": "utf-8", "PYTHONUNBUFFERED": "1"},
        start_new_session=os.name != "nt",
        creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
    )
    running_one = Served(process, f"http://127.0.0.1:{port}")
    try:
        running_one.wait_for("banc exchanges list")
        yield running_one
    finally:
        stop(process)


def test_a_worker_that_dies_again_and_again_is_told_and_started_again(tmp_path: Path) -> None:
    with served("--data-dir", str(tmp_path)) as server:
        for death in range(1, 5):
            (worker,) = server.children()
            worker.kill()
            server.wait_for("died (", death)
            server.wait_for(" started\n", death)
            assert server.health()["version"]
        assert server.process.poll() is None
        assert server.health()["restarts"] == 4
        assert any("signal 9" in line or "exit code" in line for line in server.printed)


def test_the_process_of_the_tls_ports_is_started_again_on_its_port_and_health_tells(tmp_path: Path) -> None:
    pki = init_pki(tmp_path / "pki", now=datetime.now(UTC))
    context = ssl.create_default_context(cafile=str(pki.bundle))
    port = free_port()
    options = ("--data-dir", str(tmp_path / "data"), "--pki", str(pki.directory), "--https-port", str(port))
    with served(*options) as server:
        (tls,) = [each for each in server.children() if "spawn_main" in " ".join(each.cmdline())]
        assert server.health()["status"] == "ok"
        tls.kill()
        server.wait_for("the process of the TLS ports, process")
        # In line until the process is there again: the parent has the port.
        with (
            socket.create_connection(("127.0.0.1", port), timeout=LONG_S) as plain,
            context.wrap_socket(plain, server_hostname="localhost") as connection,
        ):
            connection.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            assert connection.recv(15) == b"HTTP/1.1 200 OK"
        server.wait_for("the process of the TLS ports started")
        assert server.health()["restarts"] == 1


def test_health_says_what_is_down() -> None:
    standing = Standing()
    assert standing.problems() == []
    standing.workers(down=1, restarts=2)
    standing.tls(down=True, restarts=1)
    assert standing.restarts == 3
    assert ["worker" in standing.problems()[0], "TLS" in standing.problems()[1]] == [True, True]


def test_nothing_answers_once_the_server_is_killed(tmp_path: Path) -> None:
    pki = init_pki(tmp_path / "pki", now=datetime.now(UTC))
    https = free_port()
    options = ("--data-dir", str(tmp_path / "data"), "--pki", str(pki.directory), "--https-port", str(https))
    with served(*options, "--workers", "2") as server:
        orphans = server.children()
        assert len(orphans) == 3
        server.process.kill()
        server.process.wait(timeout=LONG_S)
        _, alive = psutil.wait_procs(orphans, timeout=LONG_S)
        assert alive == []
        for port in (int(server.url.rpartition(":")[2]), https):
            with (
                pytest.raises(OSError, match=r"refused|reset|10061"),
                socket.create_connection(("127.0.0.1", port), timeout=LONG_S),
            ):
                pass


def test_a_server_whose_workers_cannot_start_gives_up_and_says_why(tmp_path: Path) -> None:
    from simulator.serving import serve_rsgi

    port = free_port()
    with pytest.raises(ServingError, match=r"died 3 times before it answered .exit code 3"):
        serve_rsgi(
            _leave,
            host="127.0.0.1",
            port=port,
            workers=1,
            on_ready=lambda: None,
            ready_url=f"http://127.0.0.1:{port}/health",
        )


def _leave(*_: object) -> None:
    os._exit(3)


def test_restarts_wait_longer_each_time_and_forgive_a_long_life() -> None:
    back_off = BackOff()
    delays = [back_off.after(0) for _ in range(40)]
    assert delays[:4] == [0.5, 1, 2, 4]
    assert delays[-1] == LONGEST_DELAY_S
    assert back_off.after(STABLE_S) == 0.5


@pytest.mark.usefixtures("in_english")
def test_servers_started_together_do_not_share_a_port(tmp_path: Path) -> None:
    port = free_port()
    first = ServeOptions(bench=BenchOptions(data_dir=tmp_path / "a", people=0), port=port)
    second = ServeOptions(bench=BenchOptions(data_dir=tmp_path / "b", people=0), port=port)
    with (
        running(first),
        pytest.raises(ServingError, match="cannot listen on"),
        running(second),
    ):
        pass


TELL_WHO_IS_THERE = """
import os, sys, threading
from simulator.cli import main

def tell():
    others = {
        thread.name: sys._current_frames()[thread.ident].f_code.co_name
        for thread in threading.enumerate()
        if thread is not threading.main_thread()
    }
    print("born beside", others, file=sys.stderr, flush=True)

os.register_at_fork(before=tell)
main()
"""


@pytest.mark.skipif(not hasattr(os, "register_at_fork"), reason="nothing is forked on this platform")
def test_no_thread_of_the_parent_works_while_a_worker_is_forked(tmp_path: Path) -> None:
    # What a thread holds at that moment, the lock of OpenSSL's algorithms for one, stays locked in the worker for ever.
    pki = init_pki(tmp_path / "pki", now=datetime.now(UTC))
    options = ("--data-dir", str(tmp_path / "data"), "--pki", str(pki.directory), "--https-port", "0")
    with served(*options, "--workers", "2", program=("-c", TELL_WHO_IS_THERE)) as server:
        for each in server.children():
            if "spawn_main" not in " ".join(each.cmdline()):
                each.kill()
        server.wait_for("worker process", 4)
        server.wait_for(" started\n", 2)
        births = [line for line in server.printed if line.startswith("born beside")]
    assert len(births) >= 4
    for born in births:
        others = ast.literal_eval(born.removeprefix("born beside ").partition("}")[0] + "}")
        # They wait for a process to end (``waitpid``), and hold nothing meanwhile; one may be about to.
        assert set(others.values()) <= {"poll", "wait", "join", "_watcher", "_watch", "_bootstrap_inner"}, (
            born
        )


@pytest.mark.usefixtures("in_english")
def test_a_server_that_cannot_say_that_it_is_ready_stops_and_leaves_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "ready"
    folder.mkdir()
    command = [
        *(sys.executable, "-c", CANNOT_SAY, "serve", "--port", "0", "--people", "3"),
        *("--data-dir", str(tmp_path / "data"), "--ready-file", str(folder / "ready.json")),
    ]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=LONG_S, check=False)
    assert ended.returncode == 2, ended.stderr
    assert "cannot be written" in ended.stderr
    assert "Traceback" not in ended.stderr


CANNOT_SAY = """
from pathlib import Path
from simulator.cli import main

def refuse(*_, **__):
    raise PermissionError(13, "Permission denied")

Path.write_text = refuse
main()
"""
