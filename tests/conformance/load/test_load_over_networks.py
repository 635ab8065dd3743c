"""Several generators, each in a network of its own (Linux network namespaces), one of which loses its cable.

Where the system lets nobody make a network namespace these are skipped: ``test_load_distributed`` has the same runs over
loopback addresses, with a worker that is killed.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from itertools import count

import pytest

from conformance.load.record import read_record
from conformance.load.summary import add_up
from simulator.bench import BenchOptions
from simulator.serving import ServeOptions, free_port, running

TIMEOUT_S = 300
HOST = "10.213.74.1"
"""Of the bridge; the workers are .11 and .12."""
TOKEN = "of-this-test"
_numbers = count()


def _ip(*arguments, check=True):
    return subprocess.run([shutil.which("ip"), *arguments], capture_output=True, text=True, check=check)


@pytest.fixture
def networks():
    """Two namespaces on one bridge; yields their names, and the device here at the end of each cable."""
    if sys.platform != "linux" or shutil.which("ip") is None:
        pytest.skip("network namespaces are Linux's")
    # Of its own for each test: a device of the one before may still be going.
    tag = f"{os.getpid() % 10_000}{next(_numbers)}"
    bridge, names = f"bb{tag}", [f"banc{tag}a", f"banc{tag}b"]
    if _ip("netns", "add", names[0], check=False).returncode:
        pytest.skip("no right to make network namespaces")
    with contextlib.ExitStack() as stack:
        stack.callback(_ip, "netns", "del", names[0], check=False)
        _ip("netns", "add", names[1])
        stack.callback(_ip, "netns", "del", names[1], check=False)
        if _ip("link", "add", bridge, "type", "bridge", check=False).returncode:
            pytest.skip("no right to make a bridge")
        stack.callback(_ip, "link", "del", bridge, check=False)
        _ip("addr", "add", f"{HOST}/24", "dev", bridge)
        _ip("link", "set", bridge, "up")
        cables = {}
        for number, name in enumerate(names):
            cables[name] = here = f"bv{tag}{number}"
            _ip("link", "add", here, "type", "veth", "peer", "name", "eth0", "netns", name)
            _ip("link", "set", here, "master", bridge, "up")
            _ip("-n", name, "addr", "add", f"10.213.74.{11 + number}/24", "dev", "eth0")
            _ip("-n", name, "link", "set", "eth0", "up")
            _ip("-n", name, "link", "set", "lo", "up")
        yield cables


@contextlib.contextmanager
def _start(*arguments, network=None):
    prefix = [] if network is None else ["ip", "netns", "exec", network]
    process = subprocess.Popen(
        [*prefix, sys.executable, "-m", "conformance.cli", "load", *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
        env=os.environ | {"BANC_TOKEN": TOKEN},
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate(timeout=30)


def _calls(record):
    told = {}
    for line in read_record(record) if record.exists() else ():
        if line["kind"] == "tick" and line.get("worker"):
            told[line["worker"]] = told.get(line["worker"], 0) + sum(
                part["n"] for part in line["ops"].values()
            )
    return told


@pytest.mark.slow
def test_a_worker_that_loses_its_network_is_said_and_what_it_measured_is_kept(networks, tmp_path):
    record, port = tmp_path / "run" / "record.ndjson", free_port()
    bench = BenchOptions(data_dir=tmp_path / "data", people=200)
    options = ServeOptions(bench=bench, host=HOST, port=free_port(), token=TOKEN)
    one, other = networks
    with contextlib.ExitStack() as stack:
        url = stack.enter_context(running(options))
        master = stack.enter_context(
            _start(
                *("--master", 2, "--bind", f"{HOST}:{port}", "--url", url, "--allow", HOST),
                *("--rate", "20/s", "--users", 4, "--duration", "40s"),
                *("--report", tmp_path / "run", "--lang", "en"),
            )
        )
        stack.enter_context(_start("--worker", f"{HOST}:{port}", "--allow", HOST, network=one))
        second = stack.enter_context(_start("--worker", f"{HOST}:{port}", "--allow", HOST, network=other))
        deadline = time.monotonic() + TIMEOUT_S
        while len([name for name, calls in _calls(record).items() if calls >= 10]) < 2:
            assert time.monotonic() < deadline
            assert master.poll() is None, master.communicate()
            time.sleep(0.1)
        _ip("link", "set", networks[one], "down")
        printed, _ = master.communicate(timeout=TIMEOUT_S)
        said, _ = second.communicate(timeout=TIMEOUT_S)
    summary = add_up(read_record(record))
    lost = [event for event in summary.events if event["what"] == "worker-lost"]
    assert len(lost) == 1, printed
    assert "generator lost" in printed
    assert second.returncode == 0, said
    assert all(cell.calls >= 10 for name, cell in summary.workers.items() if name)
    assert summary.total().calls == sum(cell.calls for cell in summary.workers.values())
    assert summary.total().wrong == 0
    assert summary.reason == "time"


@pytest.mark.slow
def test_a_worker_refuses_a_target_that_its_own_machine_did_not_allow(networks, tmp_path):
    port = free_port()
    bench = BenchOptions(data_dir=tmp_path / "data", people=50)
    options = ServeOptions(bench=bench, host=HOST, port=free_port(), token=TOKEN)
    with contextlib.ExitStack() as stack:
        url = stack.enter_context(running(options))
        master = stack.enter_context(
            _start(
                *("--master", 1, "--bind", f"{HOST}:{port}", "--url", url, "--allow", HOST),
                *("--duration", "5s", "--report", tmp_path / "run", "--lang", "en"),
            )
        )
        stack.enter_context(_start("--worker", f"{HOST}:{port}", network=next(iter(networks))))
        printed, _ = master.communicate(timeout=TIMEOUT_S)
    assert master.returncode == 2, printed
    assert f"--allow {HOST}" in printed
