"""What all tests share: which of them `make test` leaves out."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

SLOW = tuple(
    line
    for line in Path(__file__).with_name("slow_tests.txt").read_text("utf-8").splitlines()
    if line and not line.startswith("#")
)
ROOT = Path(__file__).parent.parent
# The commands speak the language of the terminal; what the tests read is French, whoever runs them.
os.environ["BANC_LANG"] = "fr"


def pytest_xdist_auto_num_workers() -> int:
    """One process more than there are processors: many tests wait for a server or a process that they have started."""
    return (os.cpu_count() or 1) + 1


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.nodeid.startswith(SLOW):
            item.add_marker(pytest.mark.slow)
        if item.get_closest_marker("slow") and not item.get_closest_marker("timeout"):
            # Long on a quiet machine already: no test may fail because a machine is five times slower.
            item.add_marker(pytest.mark.timeout(900))
