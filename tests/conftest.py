"""What all tests share: which of them `make test` leaves out, and how they are given to processes."""

from __future__ import annotations

import gc
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from .sharing_out import LongestFirst, rank

if TYPE_CHECKING:
    from xdist.remote import Producer
    from xdist.scheduler import Scheduling

SLOW = tuple(
    line
    for line in Path(__file__).with_name("slow_tests.txt").read_text("utf-8").splitlines()
    if line and not line.startswith("#")
)
ROOT = Path(__file__).parent.parent
# The commands speak the language of the terminal; what the tests read is French, whoever runs them.
os.environ["BANC_LANG"] = "fr"
# Each process of the tests is given a width by who shares them out; what the tests read goes to a pipe.
os.environ.pop("COLUMNS", None)
# Collecting makes a million objects that all stay: to look for garbage among them takes a quarter of its time, and later
# a part of that of the tests.
gc.disable()


@pytest.fixture
def in_english(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the commands speak English, which a test reads; those that it starts as processes too."""
    from simulator.commands.language import speak

    monkeypatch.setenv("BANC_LANG", "en")
    speak("en")


def pytest_xdist_auto_num_workers() -> int:
    """One process more than there are processors: many tests wait for a server or a process that they have started."""
    return (os.cpu_count() or 1) + 1


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Scheduling | None:
    """Deal out the long tests by what they take; where somebody asks for another way of sharing out, take that."""
    return LongestFirst(config, log) if _only_long(config) and config.option.dist == "load" else None


def _only_long(config: pytest.Config) -> bool:
    return bool(config.option.markexpr == "slow")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Do not even import a file, or a folder, all of which `make test` leaves out: collecting costs each process seconds."""
    if config.option.markexpr != "not slow" or not collection_path.is_relative_to(ROOT):
        return None
    return collection_path.relative_to(ROOT).as_posix() in SLOW or None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        if item.nodeid.startswith(SLOW):
            item.add_marker(pytest.mark.slow)
        if item.get_closest_marker("slow") and not item.get_closest_marker("timeout"):
            # Long on a quiet machine already: no test may fail because a machine is five times slower.
            item.add_marker(pytest.mark.timeout(900))
    if _only_long(config):
        items.sort(key=lambda item: rank(item.nodeid))


def pytest_collection_finish() -> None:
    gc.freeze()
    gc.enable()
