"""A real server in a process of its own: what it prints, answers and leaves behind, and why it refuses to start."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import httpx
import pytest
from click.testing import CliRunner

from simulator.bench import BenchOptions, open_journal
from simulator.cli import main
from simulator.client import BenchClient
from simulator.serving import ServeOptions, ServingError, base_url, is_loopback, prepare, running, stop

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

SOAP = {"Content-Type": "application/soap+xml; charset=utf-8"}


@contextmanager
def served(*options: str) -> Iterator[tuple[subprocess.Popen[str], list[str]]]:
    """Start ``serve`` and wait until it says that it is ready; give the process and what it printed."""
    process = subprocess.Popen(
        [sys.executable, "-m", "simulator.cli", "serve", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        start_new_session=os.name != "nt",
        creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
    )
    assert process.stdout is not None
    printed = []
    try:
        for line in process.stdout:
            printed.append(line)
            if line.startswith(("Prêt.", "Ready.")):
                break
        yield process, printed
    finally:
        stop(process)
        process.stdout.close()


def refusal(*options: str) -> tuple[int, str]:
    """Return exit code and output of a ``serve`` that cannot start."""
    done = subprocess.run(
        [sys.executable, "-m", "simulator.cli", "serve", *options],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=30,
    )
    return done.returncode, done.stdout + done.stderr


def test_it_prints_its_addresses_answers_and_stops_cleanly(
    tmp_path: Path, soap_request: Callable[..., bytes]
) -> None:
    with served("--port", "0", "--people", "3", "--data-dir", str(tmp_path / "data")) as (process, printed):
        text = "".join(printed)
        found = re.search(r"SOAP +(http://127\.0\.0\.1:\d+)/lps", text)
        assert found is not None, text
        url = found[1]
        for line in (
            f"WSDL         {url}/lps?wsdl",
            f"API pilotage {url}/api/v1",
            f"État         {url}/health",
        ):
            assert line in text
        assert str(tmp_path / "data") in text
        assert "aucune autorisation officielle" in text
        assert "Jeton" not in text
        answer = httpx.post(f"{url}/lps", content=soap_request(), headers=SOAP, trust_env=False)
        assert answer.status_code == 200
        assert b"<CodeCR>00</CodeCR>" in answer.content
        stop(process)
        assert process.returncode == 0
    journal = open_journal(tmp_path / "data")
    assert [exchange.code for exchange in journal.list()] == ["00"]
    journal.close()


def test_everything_is_there_after_a_restart(tmp_path: Path, soap_request: Callable[..., bytes]) -> None:
    options = ServeOptions(bench=BenchOptions(data_dir=tmp_path, people=3), port=0)
    with running(options) as url, BenchClient(url) as client:
        session = client.create_session(idams=["750000000001"])
        httpx.post(session.soap_url, content=soap_request(), headers=SOAP, trust_env=False)
    with running(options) as url, BenchClient(url) as client:
        again = client.session(session.id)
        httpx.post(again.soap_url, content=soap_request(), headers=SOAP, trust_env=False)
        assert [view.code for view in again.exchanges()] == ["00", "00"]


def test_several_workers_share_sessions_and_journal(
    tmp_path: Path, soap_request: Callable[..., bytes], make_person: Callable[..., object]
) -> None:
    options = ServeOptions(bench=BenchOptions(data_dir=tmp_path, people=3), port=0, workers=2)
    with running(options) as url, BenchClient(url) as client:
        for number in range(5):
            session = client.create_session()
            session.add_people([make_person(f"mine/{number}")])  # type: ignore[list-item] # a Person
            body = soap_request(birth_name="ESSAI", first_names="ANNE", sex="F", birth_date="1985-04-12")
            for _ in range(4):  # each on a connection of its own, so on any worker
                answer = httpx.post(session.soap_url, content=body, headers=SOAP, trust_env=False)
                assert b"<CodeCR>00</CodeCR>" in answer.content
            assert [view.code for view in session.exchanges()] == ["00"] * 4


def test_with_a_token_the_api_asks_for_it(tmp_path: Path) -> None:
    options = ServeOptions(bench=BenchOptions(data_dir=tmp_path, people=0), port=0, token="s3cret")
    with running(options) as url:
        assert httpx.get(f"{url}/api/v1/info", trust_env=False).status_code == 401
        with BenchClient(url, token="s3cret") as client:
            assert client.info()["profile"] == "production"


@pytest.mark.usefixtures("in_english")
class TestRefusals:
    def test_a_taken_port(self, tmp_path: Path) -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = str(taken.getsockname()[1])
            code, text = refusal("--port", port, "--data-dir", str(tmp_path))
        assert code == 2
        assert f"cannot listen on 127.0.0.1:{port}" in text
        assert "--port" in text
        assert "Traceback" not in text

    def test_a_data_directory_that_cannot_be_made(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("here already")
        code, text = refusal("--port", "0", "--data-dir", str(tmp_path / "file" / "data"))
        assert code == 2
        assert "--data-dir" in text
        assert "Traceback" not in text

    @pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="needs permissions that bind this user")
    def test_a_data_directory_that_cannot_be_written(self, tmp_path: Path) -> None:
        tmp_path.chmod(0o500)
        code, text = refusal("--port", "0", "--data-dir", str(tmp_path))
        tmp_path.chmod(0o700)
        assert code == 2
        assert "cannot be used" in text

    def test_an_address_of_another_machine(self, tmp_path: Path) -> None:
        bench = BenchOptions(data_dir=tmp_path, people=0)
        with pytest.raises(ServingError, match=r"cannot listen on 192\.0\.2\.1"):
            prepare(ServeOptions(bench=bench, host="192.0.2.1", port=0))

    @pytest.mark.parametrize(
        "options",
        [
            ("--port", "70000"),
            ("--port", "http"),
            ("--profile", "prod"),
            ("--oid", "real"),
            ("--people", "-1"),
            ("--workers", "0"),
            ("--nonsense",),
        ],
    )
    def test_senseless_options(self, options: tuple[str, ...]) -> None:
        result = CliRunner().invoke(main, ["serve", *options])
        assert result.exit_code == 2
        assert options[0] in result.output

    def test_a_server_that_does_not_start_is_reported_with_what_it_printed(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("here already")
        bench = BenchOptions(data_dir=tmp_path / "file" / "data", people=0)
        with (
            pytest.raises(ServingError, match=r"exit code 2(.|\n)*--data-dir"),
            running(ServeOptions(bench=bench, port=0)),
        ):
            pass


class TestPreparation:
    def test_port_0_becomes_a_real_one(self, tmp_path: Path) -> None:
        options = prepare(ServeOptions(bench=BenchOptions(data_dir=tmp_path, people=0), port=0))
        assert options.port > 0
        assert options.token is None

    def test_beyond_loopback_a_token_is_made(self, tmp_path: Path) -> None:
        bench = BenchOptions(data_dir=tmp_path, people=0)
        first, second = (prepare(ServeOptions(bench=bench, host="0.0.0.0", port=0)) for _ in range(2))  # noqa: S104 - what is tested
        assert first.token
        assert second.token
        assert first.token != second.token

    def test_a_given_token_is_kept(self, tmp_path: Path) -> None:
        bench = BenchOptions(data_dir=tmp_path, people=0)
        assert prepare(ServeOptions(bench=bench, host="0.0.0.0", port=0, token="mine")).token == "mine"  # noqa: S104 - what is tested

    @pytest.mark.parametrize(
        ("host", "loopback"),
        [
            ("127.0.0.1", True),
            ("127.0.0.9", True),
            ("::1", True),
            ("localhost", True),
            ("0.0.0.0", False),  # noqa: S104 - what is tested
            ("::", False),
            ("192.0.2.1", False),
            ("bench.example", False),
        ],
    )
    def test_which_hosts_are_this_machine_alone(self, host: str, *, loopback: bool) -> None:
        assert is_loopback(host) is loopback

    @pytest.mark.parametrize(
        ("host", "url"),
        [
            ("127.0.0.1", "http://127.0.0.1:81"),
            ("0.0.0.0", "http://127.0.0.1:81"),  # noqa: S104 - what is tested
            ("::1", "http://[::1]:81"),
            ("::", "http://[::1]:81"),
            ("localhost", "http://localhost:81"),
        ],
    )
    def test_the_address_told_can_be_reached_from_here(self, tmp_path: Path, host: str, url: str) -> None:
        assert base_url(ServeOptions(bench=BenchOptions(data_dir=tmp_path), host=host, port=81)) == url


def test_another_loopback_address_serves_its_api_too(tmp_path: Path) -> None:
    if sys.platform == "darwin":
        pytest.skip("macOS has 127.0.0.1 alone on its loopback")
    options = ServeOptions(bench=BenchOptions(data_dir=tmp_path, people=0), host="127.0.0.5", port=0)
    with running(options) as url, BenchClient(url) as client:
        assert client.info()["profile"] == "production"
