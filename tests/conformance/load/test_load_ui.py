"""Locust's own page beside a run: read over HTTP, its buttons pressed, the run ended with Ctrl-C."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time

import httpx
import pytest
from click.testing import CliRunner

from conformance.cli import main
from conformance.load.calling.locust_ui import check_port
from conformance.load.calling.seats import Seats
from conformance.load.record import read_record
from conformance.load.stand import StandError
from conformance.load.summary import add_up, exit_code
from simulator.serving import free_port
from simulator.testing import Simulator

PATIENCE_S = 100


def _eventually(look):
    """Look until there is something; return it."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            found = look()
        except (httpx.HTTPError, FileNotFoundError):
            found = None
        if found:
            return found
        assert time.monotonic() < deadline
        time.sleep(0.05)


def _calls(record):
    """Return the calls of each tick so far."""
    return [
        sum(part["n"] for part in line["ops"].values())
        for line in read_record(record)
        if line["kind"] == "tick"
    ]


def _events(record):
    return [line["what"] for line in read_record(record) if line["kind"] == "event"]


def test_the_users_of_a_page_that_asks_for_more_than_there_are_do_not_share_a_connection():
    made = []
    seats = Seats(lambda number: made.append(number) or number, 2)
    assert made == [1, 2]
    assert [seats.take() for _ in range(4)] == [1, 2, 3, 4]


def test_a_port_that_is_taken_is_said():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(StandError) as told:
            check_port(port)
    assert told.value.text.en.startswith(f"--ui {port}: the page cannot be served on 127.0.0.1:{port} (")


@pytest.mark.usefixtures("in_english")
def test_a_master_has_no_users_to_show():
    done = CliRunner().invoke(main, ["load", "--ui", "--master", "2", "--lang", "en"], prog_name="banc")
    assert done.exit_code == 2
    assert "leave out --ui or --master" in done.output


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_the_page_shows_the_run_sends_the_users_away_and_brings_them_back(tmp_path):
    port = free_port()
    record = tmp_path / "run" / "record.ndjson"
    with Simulator(people=50) as insi, (tmp_path / "out").open("w+") as out:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "conformance.cli", "load", "--url", insi.url, "--ui", str(port)),
                *("--users", "3", "--rate", "30/s", "--duration", "10m", "--report", str(tmp_path / "run")),
                *("--lang", "en"),
            ],
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=60) as page:
                assert "<title>Locust</title>" in _eventually(lambda: page.get("/").text)
                told = _eventually(lambda: (data := page.get("/stats/requests").json())["total_rps"] and data)
                assert (told["state"], told["user_count"]) == ("running", 3)
                assert "traits" in {row["name"] for row in told["stats"]}
                assert sum(row["num_failures"] for row in told["stats"]) == 0

                assert page.post("/stop").json()["success"]
                _eventually(lambda: _events(record) == ["ui-stopped"])
                ticks = len(_calls(record))
                # What was under way is told in the next tick; after that nobody calls any more.
                _eventually(lambda: len(_calls(record)) >= ticks + 6)
                assert sum(_calls(record)[ticks + 2 :]) == 0

                # More than there were at first.
                started = page.post("/swarm", data={"user_count": 5, "spawn_rate": 5}).json()
                assert started["success"], started
                ticks = len(_calls(record))
                _eventually(lambda: sum(_calls(record)[ticks:]) >= 60)
                assert page.get("/stats/requests").json()["user_count"] == 5
            os.killpg(process.pid, signal.SIGINT)
            assert process.wait(timeout=PATIENCE_S) == 130
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        out.seek(0)
        printed = out.read()
    summary = add_up(read_record(record))
    assert (summary.reason, exit_code(summary)) == ("interrupted", 130)
    assert [event["what"] for event in summary.events] == ["ui-stopped", "ui-started"]
    assert (summary.total().wrong, summary.total().errors) == (0, 0), summary.errors
    assert "stopped from Locust's page" in printed
    assert (tmp_path / "run" / "index.html").exists()
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"http://127.0.0.1:{port}/", trust_env=False)
