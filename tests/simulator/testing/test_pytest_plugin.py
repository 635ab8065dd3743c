"""The fixtures that pytest finds by itself, in runs of their own as a vendor has them."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

USES = """
import urllib.request

def call(url):
    request = urllib.request.Request(url, b"<not-soap/>", {"Content-Type": "application/soap+xml"})
    try:
        urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request)
    except urllib.error.HTTPError as error:
        return error.code

def test_one(insi):
    insi.when().then(code="01")
    insi.add(birth_name="ALONE")
    assert call(insi.soap_url) == 500
    insi.assert_called(times=1)

def test_other(insi, insi_server):
    insi.assert_not_called()
    assert insi.server is insi_server
    assert not [p for p in insi.people(3) if p.identity.traits.birth_name == "ALONE"]
"""
OWN = """
import pytest
from simulator.testing import Simulator

@pytest.fixture(scope="session")
def insi_server():
    server = Simulator(people=7, profile="qualification-2023")
    server.start()
    yield server
    server.stop()

def test_mine(insi):
    assert insi.server.client.info()["profile"] == "qualification-2023"
"""
DOES_NOT = """
import sys

def test_nothing_is_loaded():
    assert not [name for name in sys.modules if name.startswith("simulator.") and name != "simulator.pytest_plugin"]
"""


def run(tmp_path: Path, test: str, *arguments: str) -> str:
    (tmp_path / "test_vendor.py").write_text(test, encoding="utf-8")
    (tmp_path / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments],
        capture_output=True,
        check=False,
        cwd=tmp_path,
        encoding="utf-8",
        env={name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")},
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_each_test_has_a_session_of_its_own(tmp_path: Path) -> None:
    assert "2 passed" in run(tmp_path, USES)


def test_it_works_in_several_processes(tmp_path: Path) -> None:
    assert "2 passed" in run(tmp_path, USES, "-n", "2")


def test_the_server_can_be_made_otherwise(tmp_path: Path) -> None:
    assert "1 passed" in run(tmp_path, OWN)


def test_a_run_that_does_not_ask_loads_nothing(tmp_path: Path) -> None:
    assert "1 passed" in run(tmp_path, DOES_NOT, "-p", "no:randomly")
