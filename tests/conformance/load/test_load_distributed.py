"""Several generators for one run, as processes of this machine."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time

import pytest

from conformance.load.calling.parts import part_of
from conformance.load.record import read_record
from conformance.load.summary import add_up
from simulator.population.generate import draw, namesake
from simulator.serving import free_port
from simulator.testing import Simulator

TIMEOUT_S = 110


@contextlib.contextmanager
def _processes():
    started = []

    def start(*arguments):
        process = subprocess.Popen(
            [sys.executable, "-m", "conformance.cli", "load", *map(str, arguments)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        started.append(process)
        return process

    try:
        yield start
    finally:
        for process in started:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.communicate(timeout=60)


def _told(record):
    calls = {}
    for line in read_record(record) if record.exists() else ():
        if line["kind"] == "tick":
            name = line.get("worker", "")
            calls[name] = calls.get(name, 0) + sum(part["n"] for part in line["ops"].values())
    return calls


def test_people_are_shared_out_whole_families_of_traits_together():
    people = draw(200, "parts")
    parts = {part_of(person, 3) for person in people}
    assert parts == {0, 1, 2}
    for person in people[:20]:
        if "-00" not in person.identity.traits.birth_date:
            assert part_of(person, 3) == part_of(namesake(person, "x"), 3)


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_a_worker_that_dies_is_said_and_its_figures_are_kept(tmp_path):
    port = free_port()
    record = tmp_path / "run" / "record.ndjson"
    with Simulator(people=200) as insi, _processes() as start:
        master = start(
            *(
                "--master",
                2,
                "--bind",
                f"127.0.0.1:{port}",
                "--url",
                insi.url,
                "--rate",
                "20/s",
                "--users",
                4,
            ),
            *("--duration", "25s", "--report", tmp_path / "run", "--lang", "en"),
        )
        workers = [start("--worker", f"127.0.0.1:{port}") for _ in range(2)]
        deadline = time.monotonic() + 100
        while len([name for name, calls in _told(record).items() if name and calls >= 10]) < 2:
            assert time.monotonic() < deadline
            assert master.poll() is None, master.communicate()
            time.sleep(0.1)
        os.killpg(workers[0].pid, signal.SIGKILL)
        printed, _ = master.communicate(timeout=TIMEOUT_S)
        workers[1].communicate(timeout=60)
    summary = add_up(read_record(record))
    assert [event["what"] for event in summary.events] == ["worker-lost"], printed
    assert "generator lost" in printed
    lost = summary.events[0]["worker"]
    assert summary.workers[lost].calls >= 10
    assert summary.total().calls == sum(cell.calls for cell in summary.workers.values())
    assert summary.total().wrong == 0
    assert (tmp_path / "run" / "index.html").exists()


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_a_wrong_answer_at_one_worker_ends_the_whole_run(tmp_path):
    port = free_port()
    with Simulator(people=100) as insi, _processes() as start:
        insi.install(
            {
                "id": "test/one-lie",
                "title": {"fr": "Un mensonge", "en": "One lie"},
                "purpose": {"fr": "Un mensonge", "en": "One lie"},
                "source": "a test",
                "evidence": "inferred",
                "people": ["stranger"],
                "rules": [{"when": {"call": {"nth": 60}}, "then": {"code": "00", "person": "stranger"}}],
            },
            stranger=draw(1, "stranger")[0],
        )
        master = start(
            *("--master", 2, "--bind", f"127.0.0.1:{port}", "--url", f"{insi.url}/s/{insi.id}/lps"),
            *(
                "--rate",
                "30/s",
                "--users",
                4,
                "--duration",
                "5m",
                "--report",
                tmp_path / "run",
                "--lang",
                "en",
            ),
        )
        workers = [start("--worker", f"127.0.0.1:{port}") for _ in range(2)]
        printed, _ = master.communicate(timeout=TIMEOUT_S)
        codes = [worker.wait(timeout=60) for worker in workers]
    assert master.returncode == 1, printed
    assert codes == [0, 0]
    summary = add_up(read_record(tmp_path / "run" / "record.ndjson"))
    assert summary.reason == "wrong"
    assert summary.wrong[0]["worker"] in {"1", "2"}


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
@pytest.mark.parametrize("gone", [1, 2], ids=["one of two", "both"])
def test_a_node_that_goes_is_said_by_the_master_and_the_others_go_on(tmp_path, gone):
    port = free_port()
    record = tmp_path / "run" / "record.ndjson"
    nodes = [Simulator(people=100) for _ in range(2)]
    with _processes() as start:
        sessions = [node.start() for node in nodes]
        try:
            urls = [f"{node.url}/s/{session.id}/lps" for node, session in zip(nodes, sessions, strict=True)]
            master = start(
                *("--master", 2, "--bind", f"127.0.0.1:{port}", "--url", urls[0], "--url", urls[1]),
                *("--rate", "60/s", "--users", 4, "--duration", "10m", "--calls", 800),
                *("--report", tmp_path / "run", "--lang", "en"),
            )
            workers = [start("--worker", f"127.0.0.1:{port}") for _ in range(2)]
            deadline = time.monotonic() + 100
            while sum(_told(record).values()) < 100:
                assert time.monotonic() < deadline
                assert master.poll() is None, master.communicate()
                time.sleep(0.1)
            for node in nodes[:gone]:
                node.stop()
            printed, _ = master.communicate(timeout=TIMEOUT_S)
            for worker in workers:
                worker.communicate(timeout=60)
        finally:
            for node in nodes:
                node.stop()
    summary = add_up(read_record(record))
    assert master.returncode == 3, printed
    names = [node.url.partition("//")[2] for node in nodes]
    if gone == 2:
        assert summary.reason == "server-gone"
        assert "the server does not answer any more" in printed
    else:
        assert (summary.reason, summary.lost_nodes) == ("calls", names[:1])
        assert f"the others went on: {names[0]}" in printed
        stays = summary.nodes[names[1]]
        assert (stays.errors, stays.wrong) == (0, 0)
    # What each had measured until then is kept.
    assert all(summary.nodes[name].calls - summary.nodes[name].errors >= 10 for name in names)
    assert summary.total().calls == sum(cell.calls for cell in summary.workers.values())
    assert summary.total().wrong == 0
    assert (tmp_path / "run" / "index.html").exists()
