"""The file that says where a server listens: there once it answers, gone when it has stopped."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import httpx
import pytest
from click.testing import CliRunner

from simulator.cli import main
from simulator.serving import stop

if TYPE_CHECKING:
    from pathlib import Path


def test_it_says_where_a_server_answers_until_it_stops(tmp_path: Path) -> None:
    file = tmp_path / "ready.json"
    file.write_text('{"url": "http://127.0.0.1:1", "pid": 0}')  # of an earlier server
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "simulator.cli",
            "serve",
            "--port",
            "0",
            "--people",
            "1",
            "--data-dir",
            str(tmp_path / "data"),
            "--ready-file",
            str(file),
        ],
        stdout=subprocess.DEVNULL,
        start_new_session=os.name != "nt",
        creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
    )
    try:
        ready = {"pid": 0}
        deadline = time.monotonic() + 30
        while ready["pid"] == 0:
            assert time.monotonic() < deadline
            assert process.poll() is None
            if file.exists():
                ready = json.loads(file.read_text("utf-8"))  # whole whenever it is there
            time.sleep(0.02)
        assert ready["pid"] == process.pid
        assert httpx.get(f"{ready['api_url']}/info", trust_env=False).status_code == 200
        assert httpx.get(f"{ready['soap_url']}?wsdl", trust_env=False).status_code == 200
        assert [path.name for path in tmp_path.iterdir() if "ready" in path.name] == ["ready.json"]
    finally:
        stop(process)
    assert not file.exists()


@pytest.mark.usefixtures("in_english")
def test_a_file_that_cannot_be_written_is_refused_before_anything_starts(tmp_path: Path) -> None:
    arguments = ["serve", "--port", "0", "--data-dir", str(tmp_path / "data"), "--ready-file"]
    result = CliRunner().invoke(main, [*arguments, str(tmp_path / "nowhere" / "ready.json")])
    assert result.exit_code == 2
    assert "expected a folder that exists" in result.output
    assert not (tmp_path / "data").exists()
