"""Commands that read what a simulator left behind, and check scenario files."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from simulator.cli import main
from simulator.scripting.loader import load_scenario, shipped_scenarios
from simulator.sessions.profiles import profiles

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from click.testing import Result

    from simulator.bench import Bench
    from simulator.journal.exchange import Exchange

    Ask = Callable[..., Exchange]
    Run = Callable[..., Result]

GOOD = """\
id: tests/one
title: {fr: a, en: b}
purpose: {fr: a, en: b}
source: tests
evidence: inferred
rules:
  - when: {}
    then: {code: "01"}
"""


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("COLUMNS", "200")

    def invoke(*arguments: object) -> Result:
        return CliRunner().invoke(main, [str(argument) for argument in arguments])

    return invoke


@pytest.fixture
def data_dir(bench: Bench) -> Path:
    return bench.options.data_dir


class TestExchangesList:
    def test_each_call_is_a_line_with_what_was_asked_and_the_code(
        self, run: Run, ask: Ask, data_dir: Path
    ) -> None:
        ask(birth_place="2B020")
        ask(sex="F")
        ask(b"not xml")
        result = run("exchanges", "list", "--data-dir", data_dir)
        assert result.exit_code == 0
        lines = [line.split() for line in result.output.splitlines()[1:]]
        assert [line[0] for line in lines] == ["1", "2", "3"]
        assert lines[0][3:11] == [
            "default",
            "TraitsIdentite",
            "ADRTROIS",
            "TOUSSAINT",
            "M",
            "1960-01-01",
            "2B020",
            "00",
        ]
        assert lines[1][-2] == "01"
        assert lines[2][4:7] == ["-", "-", "desir_9001"]

    def test_the_last_ones_by_session_and_code(
        self, run: Run, bench: Bench, ask: Ask, data_dir: Path
    ) -> None:
        session = bench.sessions.create(profile="production").id
        for _ in range(3):
            ask()
            ask(session=session, sex="F")

        def ids(*options: object) -> list[str]:
            output = run("exchanges", "list", "--data-dir", data_dir, *options).output
            return [line.split()[0] for line in output.splitlines()[1:]]

        assert ids("--limit", 2) == ["5", "6"]
        assert ids("--session", session) == ["2", "4", "6"]
        assert ids("--code", "00") == ["1", "3", "5"]

    def test_an_empty_journal_says_what_to_do(self, run: Run, data_dir: Path) -> None:
        result = run("exchanges", "list", "--data-dir", data_dir)
        assert result.exit_code == 0
        assert "banc serve" in result.output

    @pytest.mark.usefixtures("in_english")
    def test_a_directory_without_journal_is_refused_with_a_remedy(self, run: Run, tmp_path: Path) -> None:
        result = run("exchanges", "list", "--data-dir", tmp_path / "nowhere")
        assert result.exit_code == 2
        assert "there is no journal in" in result.output
        assert "banc serve --data-dir" in result.output
        assert not (tmp_path / "nowhere").exists()

    def test_an_index_that_is_none_is_made_again(self, run: Run, tmp_path: Path) -> None:
        (tmp_path / "journal").mkdir()
        (tmp_path / "journal" / "index.sqlite").write_bytes(b"not an index " * 100)
        result = run("exchanges", "list", "--data-dir", tmp_path, "--lang", "en")
        assert result.exit_code == 0
        assert "No exchange yet" in result.output

    def test_a_journal_of_a_former_version_is_named_and_not_read(self, run: Run, tmp_path: Path) -> None:
        (tmp_path / "journal.sqlite").touch()
        result = run("exchanges", "list", "--data-dir", tmp_path)
        assert result.exit_code == 2
        assert "journal.sqlite est le journal d'une version antérieure" in result.output


class TestExchangesShow:
    def test_one_is_shown_with_reasons_and_both_sides(self, run: Run, ask: Ask, data_dir: Path) -> None:
        ask(sex="F", message_id="bare")
        output = run("exchanges", "show", 1, "--data-dir", data_dir, "--lang", "en").output
        assert "  - ADRTROIS TOUSSAINT (cnda/adrtrois-toussaint): excluded by sex" in output
        assert "Answer: 01 (no identity found), HTTP 200" in output
        assert "! expected wsa:MessageID of the form uuid:<uuid>" in output
        assert "content-type: application/soap+xml" in output
        assert "<NomNaissance>ADRTROIS</NomNaissance>" in output
        assert "<LibelleCR>Aucune identite trouvee</LibelleCR>" in output

    def test_french_is_the_default(self, run: Run, ask: Ask, data_dir: Path) -> None:
        ask()
        assert (
            "Réponse : 00 (une identité trouvée)"
            in run("exchanges", "show", 1, "--data-dir", data_dir).output
        )

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"\xff\xfe not xml [bold]",
            b"<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><x>&e;</x>",
            b"\x00",
        ],
    )
    def test_an_unreadable_request_is_shown_as_it_is(
        self, run: Run, ask: Ask, data_dir: Path, body: bytes
    ) -> None:
        ask(body)
        result = run("exchanges", "show", 1, "--data-dir", data_dir)
        assert result.exit_code == 0
        assert "root:" not in result.output
        assert "siram:Erreur" in result.output

    @pytest.mark.usefixtures("in_english")
    def test_one_that_is_not_there_is_refused(self, run: Run, data_dir: Path) -> None:
        result = run("exchanges", "show", 7, "--data-dir", data_dir)
        assert result.exit_code == 2
        assert "there is no exchange 7" in result.output

    @pytest.mark.parametrize("side", ["request", "response"])
    def test_raw_writes_the_exact_bytes_and_nothing_else(self, ask: Ask, data_dir: Path, side: str) -> None:
        exchange = ask(b"\x00\xff\r\n<not xml>\xe9")
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
        done = subprocess.run([*command, "--raw", side], capture_output=True, check=True)
        assert done.stdout == getattr(exchange, side)


class TestScenarioCheck:
    def test_a_good_file_is_told_with_its_id(self, run: Run, tmp_path: Path) -> None:
        file = tmp_path / "one.yaml"
        file.write_text(GOOD)
        result = run("scenario", "check", file)
        assert result.exit_code == 0
        assert result.output == f"{file} : tests/one, 1 règle(s)\n"

    @pytest.mark.usefixtures("in_english")
    def test_every_broken_file_is_told_with_line_and_expectation(self, run: Run, tmp_path: Path) -> None:
        files = {
            "good.yaml": GOOD,
            "fault.yaml": GOOD.replace('code: "01"', "fault: insi_999"),
            "typo.yaml": GOOD.replace("when:", "quand:"),
        }
        for name, content in files.items():
            (tmp_path / name).write_text(content)
        result = run("scenario", "check", *[tmp_path / name for name in files], tmp_path / "nowhere.yaml")
        assert result.exit_code == 1
        assert "good.yaml: tests/one" in result.output
        assert "fault.yaml:8:19: rules[0].then.fault: expected a code of the fault catalogue" in result.output
        assert (
            "typo.yaml:7:5: rules[0]: unknown key 'quand'; known keys are stage, then, when" in result.output
        )
        assert "nowhere.yaml: cannot be read" in result.output

    def test_nothing_to_check_is_a_usage_error(self, run: Run) -> None:
        assert run("scenario", "check").exit_code == 2


def test_shipped_scenarios_are_listed(run: Run) -> None:
    assert run("scenario", "list").exit_code == 0


def test_scenarios_of_a_pack_are_listed_for_programs(run: Run) -> None:
    listed = json.loads(run("scenario", "list", "--pack", "safety", "--json").output)
    shipped = {load_scenario(source).id for source in shipped_scenarios()}
    assert {each["id"] for each in listed} == {each for each in shipped if each.startswith("safety/")}


def test_profiles_are_listed_for_programs(run: Run) -> None:
    listed = json.loads(run("profiles", "--json").output)
    assert {each["name"]: each["evidence"] for each in listed} == {
        name: profile.evidence.value for name, profile in profiles().items()
    }


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_profiles_are_listed_with_their_evidence(run: Run, lang: str) -> None:
    output = run("profiles", "--lang", lang).output
    for name, profile in profiles().items():
        assert name in output
        assert profile.evidence.value in output


@pytest.mark.parametrize(
    "command", [("serve",), ("exchanges", "list"), ("exchanges", "show"), ("scenario", "check")]
)
def test_each_command_shows_an_example_in_its_help(run: Run, command: tuple[str, ...]) -> None:
    output = run(*command, "--help").output
    assert f"banc {' '.join(command)}" in output
