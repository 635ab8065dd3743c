"""Whoever starts servers may be killed: they end too, and nothing keeps their ports."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from typing import Any

import psutil
import pytest

PATIENCE_S = 120
"""For a process to end; what it takes on a machine that does many things at once."""

SERVERS = """
import json, sys
from conformance.campaign.hosting import own_simulator, reference_lgo
with own_simulator() as simulator, reference_lgo() as lgo:
    print(json.dumps([simulator, lgo]), flush=True)
    sys.stdin.read()
"""

MATRIX = """
import multiprocessing, sys
from concurrent.futures import ProcessPoolExecutor
import conformance.matrix.running as running

def ready():
    running.rig_of_this_process()

if __name__ == "__main__":
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context, initializer=running.end_with_us) as pool:
        pool.submit(ready).result()
        print("ready", flush=True)
        sys.stdin.read()
"""


def _kill_and_wait(process: subprocess.Popen[str], how: Any) -> list[psutil.Process]:
    """Kill a process and return its children that are still there after all the patience."""
    children = psutil.Process(process.pid).children(recursive=True)
    assert children
    how(process)
    process.communicate()
    left = psutil.wait_procs(children, timeout=PATIENCE_S)[1]
    for each in left:
        each.kill()
    return left


@pytest.mark.parametrize(
    "how",
    [
        pytest.param(subprocess.Popen.kill, id="kill"),
        pytest.param(
            lambda process: process.send_signal(signal.SIGTERM),
            id="term",
            marks=pytest.mark.skipif(
                os.name == "nt", reason="Windows ends by force only, as the other case does"
            ),
        ),
    ],
)
def test_servers_end_with_the_process_that_started_them(how):
    process = subprocess.Popen(
        [sys.executable, "-c", SERVERS], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert len(json.loads(process.stdout.readline())) == 2
    assert not _kill_and_wait(process, how)


def test_a_process_of_the_matrix_ends_with_the_one_that_leads_it(tmp_path):
    module = tmp_path / "leading.py"
    module.write_text(MATRIX, encoding="utf-8")
    process = subprocess.Popen(
        [sys.executable, str(module)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "ready\n"
    assert not _kill_and_wait(process, subprocess.Popen.kill)


@pytest.mark.slow
def test_a_campaign_in_several_processes_leaves_none_when_it_is_killed(tmp_path):
    process = subprocess.Popen(
        [sys.executable, "-m", "conformance.cli", "demo", "--jobs", "2", "--report", str(tmp_path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    seen = ""
    while "PASS" not in seen and process.poll() is None:
        seen += process.stdout.readline()
    assert "PASS" in seen, seen
    assert not _kill_and_wait(process, subprocess.Popen.kill)
