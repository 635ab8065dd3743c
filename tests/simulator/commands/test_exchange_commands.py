"""``banc exchanges``: filters, following, files, differences, scenarios, and what it says of losses."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from simulator.cli import main
from simulator.journal.masking import MASK

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from pathlib import Path

    from click.testing import Result

    from simulator.bench import Bench
    from simulator.journal.exchange import Exchange

    Ask = Callable[..., Exchange]
    Run = Callable[..., Result]


@pytest.fixture
def data_dir(bench: Bench) -> Path:
    return bench.options.data_dir


@pytest.fixture
def run(data_dir: Path) -> Run:
    def invoke(command: str, *arguments: object) -> Result:
        words = ["exchanges", command, *map(str, arguments), "--data-dir", str(data_dir)]
        return CliRunner().invoke(main, words)

    return invoke


def ids(result: Result) -> list[int]:
    assert result.exit_code == 0, result.output
    return [int(line.split()[0]) for line in result.stdout.splitlines()[1:]]


class TestList:
    def test_for_programs(self, run: Run, ask: Ask) -> None:
        assert json.loads(run("list", "--json").stdout) == []
        ask()
        ask(b"not xml")
        listed = json.loads(run("list", "--json").stdout)
        assert [each["id"] for each in listed] == [1, 2]
        assert listed[0]["code"] == "00"
        assert "request" not in listed[0]

    def test_by_each_filter(self, run: Run, ask: Ask) -> None:
        ask()
        ask(sex="F", message_id="bare")
        ask(b"not xml")
        assert ids(run("list", "--person", "cnda/adrtrois-toussaint")) == [1, 2]
        assert ids(run("list", "--person", "adrtrois")) == [1, 2]
        assert ids(run("list", "--operation", "TraitsIdentite")) == [1, 2]
        assert ids(run("list", "--code", "desir_9001")) == [3]
        assert ids(run("list", "--finding", "message-id-form")) == [2]
        assert ids(run("list", "--since", "1h ago", "--until", "2099-01-01T00:00")) == [1, 2, 3]
        assert ids(run("list", "--since", "10m ago", "--limit", 1)) == [3]

    @pytest.mark.parametrize(
        ("lang", "said"), [("fr", "Aucun échange ne répond"), ("en", "No exchange meets these filters")]
    )
    def test_when_no_exchange_meets_the_filters_it_says_so(
        self, run: Run, ask: Ask, lang: str, said: str
    ) -> None:
        ask()
        assert said in run("list", "--code", "02", "--lang", lang).output

    @pytest.mark.usefixtures("in_english")
    def test_a_senseless_time_is_a_usage_error(self, run: Run) -> None:
        result = run("list", "--since", "yesterday")
        assert result.exit_code == 2
        assert "expected a time such as 2026-01-31T09:30 (UTC) or 10m ago" in result.output

    def test_what_could_not_be_kept_is_told_with_its_reason(
        self, run: Run, ask: Ask, full_disk: Callable[[], AbstractContextManager[None]]
    ) -> None:
        ask()
        with full_disk():
            assert ask().code == "00"
        ask()
        result = run("list", "--lang", "en")
        assert ids(result) == [1, 2]
        assert "! 1 exchange(s) answered but not kept: the journal could not be written" in result.stderr

    def test_a_folder_that_cannot_be_written_is_read_all_the_same(
        self, run: Run, ask: Ask, data_dir: Path, bench: Bench, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        ask()
        bench.journal.close()
        for file in (data_dir / "journal").glob("index.sqlite*"):
            file.unlink()
        # What the system says of a read-only folder, to the superuser too.
        monkeypatch.setattr("simulator.commands.journal_access.os.access", lambda _, mode: mode != os.W_OK)
        assert ids(run("list")) == [1]
        assert not (data_dir / "journal" / "index.sqlite").exists()


class TestShow:
    def test_findings_stand_below_the_line_they_are_about(self, run: Run, ask: Ask) -> None:
        exchange = ask(message_id="bare")
        (finding,) = (each for each in exchange.findings if each.code == "message-id-form")
        for lang, said in (("fr", finding.fr), ("en", finding.en)):
            lines = run("show", 1, "--lang", lang).output.splitlines()
            place = lines.index("    <wsa:MessageID>bare</wsa:MessageID>")
            assert lines[place + 1] == f"    ! {said} [message-id-form, {finding.evidence.value}]"

    def test_it_is_in_the_language_asked_for(self, run: Run, ask: Ask) -> None:
        ask()
        french, english = (run("show", 1, "--lang", lang).output for lang in ("fr", "en"))
        assert french.startswith("Échange 1")
        assert "\nDemande\n" in french
        assert english.startswith("Exchange 1")
        assert "\nResponse  HTTP 200\n" in english

    @pytest.mark.skipif(os.name == "nt", reason="needs a pseudo-terminal")
    def test_colours_are_for_terminals_alone(self, run: Run, ask: Ask, data_dir: Path) -> None:
        import pty

        ask(message_id="bare")
        assert "\x1b" not in run("show", 1).output
        command = [
            sys.executable,
            "-m",
            "simulator.cli",
            "exchanges",
            "show",
            "1",
            "--data-dir",
            str(data_dir),
        ]
        ours, theirs = pty.openpty()
        environment = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
        process = subprocess.Popen(command, stdout=theirs, env={**environment, "TERM": "xterm"})
        os.close(theirs)
        shown = b""
        try:
            while part := os.read(ours, 65536):
                shown += part
        except OSError:  # how Linux says that the other side is closed
            pass
        os.close(ours)
        assert process.wait() == 0
        assert b"\x1b[1;33m" in shown


class Following:
    """A ``banc exchanges follow`` in a process of its own."""

    def __init__(self, data_dir: Path, *options: str) -> None:
        command = [sys.executable, "-m", "simulator.cli", "exchanges", "follow", "--data-dir", str(data_dir)]
        self.process = subprocess.Popen(
            [*command, *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )
        self.lines: list[str] = []
        assert self.process.stdout is not None
        self._thread = threading.Thread(target=self._read, args=(self.process.stdout,))
        self._thread.start()

    def _read(self, stdout: Any) -> None:
        for line in stdout:
            self.lines.append(line)

    def wait_for(self, count: int) -> None:
        deadline = time.monotonic() + 30
        while len(self.lines) < count:
            assert time.monotonic() < deadline, self.lines
            time.sleep(0.02)

    def interrupt(self) -> int:
        self.process.send_signal(getattr(signal, "CTRL_BREAK_EVENT", signal.SIGINT))
        self._thread.join(timeout=30)
        code = self.process.wait(timeout=30)
        assert self.process.stdout is not None
        assert self.process.stderr is not None
        self.process.stdout.close()
        assert self.process.stderr.read() == ""
        self.process.stderr.close()
        return code


@pytest.mark.skipif(os.name == "nt", reason="Ctrl-C cannot be sent to one process of Windows")
class TestFollow:
    def test_calls_appear_as_they_are_answered_until_ctrl_c(self, ask: Ask, data_dir: Path) -> None:
        ask()
        ask(sex="F")
        following = Following(data_dir, "--last", "1")
        following.wait_for(1)
        ask(b"not xml")
        following.wait_for(2)
        assert following.interrupt() == 130
        assert [line.split()[0] for line in following.lines] == ["2", "3"]
        assert following.lines[0].split()[-3] == "01"
        assert "desir_9001" in following.lines[1]

    def test_as_json_by_a_filter(self, ask: Ask, data_dir: Path) -> None:
        ask()
        following = Following(data_dir, "--format", "ndjson", "--code", "01", "--last", "5")
        deadline = time.monotonic() + 30
        while not following.lines:
            ask()
            ask(sex="F")
            assert time.monotonic() < deadline
            time.sleep(0.1)
        assert following.interrupt() == 130
        assert {json.loads(line)["code"] for line in following.lines} == {"01"}


class TestExport:
    def test_a_file_by_filters_and_by_ids(self, run: Run, ask: Ask, tmp_path: Path) -> None:
        for sex in "MFM":
            ask(sex=sex)
        file = tmp_path / "out.ndjson"
        result = run("export", "--code", "00", "--out", file)
        assert result.exit_code == 0
        assert f"{file}: 2 échange(s)" in result.stderr
        assert [json.loads(line)["id"] for line in file.read_text("utf-8").splitlines()] == [1, 3]
        named = run("export", 3, 2, "--format", "har")
        assert [entry["_bancInsi"]["id"] for entry in json.loads(named.stdout)["log"]["entries"]] == [3, 2]

    def test_more_than_a_page_all_comes(self, run: Run, ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("simulator.journal.store.PAGE", 2)
        for _ in range(5):
            ask()
        assert len(run("export").stdout.splitlines()) == 5

    def test_secrets_are_masked_unless_asked_for(self, run: Run, ask: Ask) -> None:
        header = "<Security><Assertion><NameID>c2VjcmV0</NameID></Assertion></Security>"
        ask(more_header=header)
        assert "c2VjcmV0" not in run("export").stdout
        assert MASK in run("export").stdout
        assert "c2VjcmV0" in run("export", "--with-secrets").stdout

    @pytest.mark.usefixtures("in_english")
    def test_a_file_that_cannot_be_written_is_told(self, run: Run, ask: Ask, tmp_path: Path) -> None:
        ask()
        result = run("export", "--out", tmp_path / "nowhere" / "out.har", "--format", "har")
        assert result.exit_code == 2
        assert "cannot be written" in result.output

    @pytest.mark.usefixtures("in_english")
    def test_an_id_that_is_not_there_is_told_and_nothing_is_written(
        self, run: Run, ask: Ask, tmp_path: Path
    ) -> None:
        ask()
        result = run("export", 1, 9, "--out", tmp_path / "out.ndjson")
        assert result.exit_code == 2
        assert "there is no exchange 9" in result.output
        assert not (tmp_path / "out.ndjson").exists()


class TestDiff:
    def test_what_differs_is_shown_with_exit_code_1(self, run: Run, ask: Ask) -> None:
        ask()
        ask(sex="F")
        result = run("diff", 1, 2, "--lang", "en")
        assert result.exit_code == 1
        assert "--- Request 1" in result.output
        assert "+      <rec:Sexe>F</rec:Sexe>" in result.output

    def test_the_same_is_told_with_exit_code_0(self, run: Run, ask: Ask) -> None:
        ask()
        ask(message_id="uuid:6f2a1c9e-0000-4000-8000-000000000009", more_header="")
        result = run("diff", 1, 1, "--exact")
        assert (result.exit_code, result.output) == (0, "Aucune différence.\n")
        assert run("diff", 1, 2, "--exact").exit_code == 1

    @pytest.mark.usefixtures("in_english")
    def test_one_that_is_not_there_is_told(self, run: Run, ask: Ask) -> None:
        ask()
        assert "there is no exchange 7" in run("diff", 1, 7).output


class TestToScenario:
    def test_the_file_put_in_force_makes_the_same_call_and_gets_the_same_answer(
        self, server: Any, soap_request: Callable[..., bytes], tmp_path: Path
    ) -> None:
        import httpx

        headers = {"Content-Type": "application/soap+xml; charset=utf-8"}
        httpx.post(f"{server.url}/lps", content=soap_request(sex="F"), headers=headers, trust_env=False)
        listed = server.client.call("GET", "/api/v1/exchanges", params={"order": "newest", "limit": 1})
        file = tmp_path / "again.yaml"
        options = ["--out", str(file), "--data-dir", str(server.data_dir), "--id", "mine/again"]
        result = CliRunner().invoke(main, ["exchanges", "to-scenario", str(listed[0]["id"]), *options])
        assert result.exit_code == 0, result.output
        assert f"banc scenario run {file} --call" in result.stderr
        assert CliRunner().invoke(main, ["scenario", "check", str(file)]).exit_code == 0
        played = CliRunner().invoke(main, ["scenario", "run", str(file), "--url", server.url, "--call"])
        assert played.exit_code == 0, played.output
        assert "HTTP 200, comme déclaré" in played.output
        assert listed[0]["response"] in played.output

    def test_a_file_is_not_replaced(self, run: Run, ask: Ask, tmp_path: Path) -> None:
        ask()
        file = tmp_path / "one.yaml"
        file.write_text("mine")
        result = run("to-scenario", 1, "--out", file)
        assert result.exit_code == 2
        assert file.read_text() == "mine"

    @pytest.mark.usefixtures("in_english")
    def test_an_odd_id_is_refused(self, run: Run, ask: Ask) -> None:
        ask()
        assert (
            "expected an id such as mine/slow-answer, got 'Odd'"
            in run("to-scenario", 1, "--id", "Odd").output
        )


@pytest.mark.parametrize("command", ["list", "show", "follow", "export", "diff", "to-scenario"])
def test_each_command_shows_an_example_in_its_help(command: str) -> None:
    result = CliRunner().invoke(main, ["exchanges", command, "--help"])
    assert f"banc exchanges {command}" in result.output
