"""``make soak`` itself: it starts, lets everybody loose, measures and says what it found."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.slow
@pytest.mark.skipif(
    sys.platform == "win32", reason="the soak measures processes as Linux and macOS show them"
)
def test_a_very_short_one_measures_and_loses_nothing() -> None:
    command = [sys.executable, str(Path(__file__).with_name("soak.py")), "--minutes", "0.1"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    # So short a time says nothing about what grows: only that nothing failed on the way.
    assert "Traceback" not in ended.stderr, ended.stderr
    assert "lost: 0" in ended.stdout, ended.stdout
