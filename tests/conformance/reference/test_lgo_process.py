"""The reference LGO as a process of its own."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from conformance.drivers.http import HttpDriver
from conformance.drivers.model import Actor, PatientTraits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

COMMAND = [sys.executable, "-m", "conformance.reference"]


@pytest.fixture
def start() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    started: list[subprocess.Popen[str]] = []

    def run(*options: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [*COMMAND, *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        started.append(process)
        return process

    yield run
    for process in started:
        process.kill()
        process.communicate()


def ready(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    url: str = json.loads(process.stdout.readline())["url"]
    return url


def test_first_line_tells_the_address(start: Callable[..., subprocess.Popen[str]]) -> None:
    with HttpDriver(ready(start())) as driver:
        assert driver.capabilities().name == "banc-lgo"


@pytest.mark.skipif(os.name == "nt", reason="Windows has no signal to ask a process to stop")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_stops_cleanly_on_a_signal(
    start: Callable[..., subprocess.Popen[str]], number: signal.Signals
) -> None:
    process = start()
    ready(process)
    process.send_signal(number)
    assert process.wait(timeout=120) == 0
    assert process.stderr is not None
    assert process.stderr.read() == ""


def test_unknown_defect_is_an_error_before_starting(start: Callable[..., subprocess.Popen[str]]) -> None:
    process = start("--defect", "lunar-date-import")
    output, errors = process.communicate(timeout=120)
    assert (process.returncode, output) == (2, "")
    assert "lunar-date-imported" in errors


def test_taken_port_is_an_error(start: Callable[..., subprocess.Popen[str]]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        process = start("--port", port)
        _, errors = process.communicate(timeout=120)
    assert process.returncode == 2
    assert port in errors


def test_data_directory_keeps_the_files(start: Callable[..., subprocess.Popen[str]], tmp_path: Path) -> None:
    actor = Actor(user="dupond")
    first = start("--data-dir", str(tmp_path))
    with HttpDriver(ready(first)) as driver:
        driver.reset(insi_url="http://127.0.0.1:9/lps")
        traits = PatientTraits(
            birth_name="NESSI", first_name="RUTH", birth_date="1977-07-14", sex="F", birth_place="63220"
        )
        created = driver.create_patient(traits, actor=actor)
    first.kill()
    first.communicate()
    with HttpDriver(ready(start("--data-dir", str(tmp_path)))) as driver:
        assert driver.read_patient(created.id, actor=actor) == created


def test_defects_of_the_command_line_are_switched_on(start: Callable[..., subprocess.Popen[str]]) -> None:
    with HttpDriver(
        ready(start("--defect", "unknown-place-refused", "--defect", "date-shown-iso"))
    ) as driver:
        driver.reset(insi_url="http://127.0.0.1:9/lps")
        traits = PatientTraits(
            birth_name="NESSI", first_name="RUTH", birth_date="1977-07-14", sex="F", birth_place="63220"
        )
        assert driver.create_patient(traits, actor=Actor(user="dupond")).display_birth_date == "1977-07-14"
