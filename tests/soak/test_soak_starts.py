"""``make soak`` itself: it starts, lets everybody loose, measures and says what it found."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from soak import Sample, verdict

SOAK = Path(__file__).with_name("soak.py")
LEAK = """\
import os, sys, threading, time

def grow():
    kept = []
    while True:
        kept.append(os.open(os.devnull, os.O_RDONLY))
        time.sleep(0.02)

if "spawn_main" in " ".join(sys.orig_argv):
    threading.Thread(target=grow, daemon=True).start()
"""
"""What each process that the server starts does beside its work: it opens a file fifty times a second, and closes none."""


@pytest.mark.slow
@pytest.mark.skipif(
    sys.platform == "win32", reason="the soak measures processes as Linux and macOS show them"
)
def test_a_very_short_one_measures_and_loses_nothing() -> None:
    command = [sys.executable, str(SOAK), "--minutes", "0.1"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    # So short a time says nothing about what grows: only that nothing failed on the way.
    assert "Traceback" not in ended.stderr, ended.stderr
    assert "lost: 0" in ended.stdout, ended.stdout


def test_what_stays_is_flat_and_what_grows_is_not() -> None:
    still = [Sample(float(at), 400 << 20, 300, 50) for at in range(240)]
    assert [flat for *_, flat in verdict(still)] == [True, True, True]
    for number, growth in enumerate(({"memory": 1 << 20}, {"descriptors": 1}, {"threads": 1})):
        [(name, each)] = growth.items()
        growing = [
            replace(sample, **{name: getattr(sample, name) + each * at}) for at, sample in enumerate(still)
        ]
        assert [flat for *_, flat in verdict(growing)] == [number != which for which in range(3)]


@pytest.mark.slow
@pytest.mark.skipif(
    sys.platform == "win32", reason="the soak measures processes as Linux and macOS show them"
)
def test_a_server_that_grows_ends_with_1(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(LEAK, encoding="utf-8")
    command = [sys.executable, str(SOAK), "--minutes", "0.25"]
    environment = os.environ | {"PYTHONPATH": str(tmp_path)}
    ended = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert ended.returncode == 1, ended.stderr
    [line] = [line for line in ended.stdout.splitlines() if line.startswith("| descriptors")]
    assert line.endswith("| NO |"), ended.stdout
