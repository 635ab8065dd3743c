"""``banc session``: what each command does to a running simulator, prints, and says when it cannot."""

from __future__ import annotations

import json
import re
import socket
import zipfile
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from click.testing import CliRunner

from simulator.bench import BenchOptions
from simulator.cli import main
from simulator.commands.session_options import duration
from simulator.registry.person import to_json
from simulator.serving import ServeOptions, running

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from click.testing import Result

    from simulator.registry.person import Person

    Run = Callable[..., Result]

SOAP = {"Content-Type": "application/soap+xml; charset=utf-8"}

pytestmark = pytest.mark.usefixtures("in_english")


@pytest.fixture
def run(server: Any, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("BANC_URL", server.url)
    monkeypatch.delenv("BANC_TOKEN", raising=False)

    def invoke(*arguments: object) -> Result:
        return CliRunner().invoke(main, ["session", *map(str, arguments)])

    return invoke


@pytest.fixture
def session(server: Any) -> Iterator[str]:
    created = server.client.create_session(id="lgo-x")
    yield created.id
    created.delete()


def done(result: Result) -> str:
    assert result.exit_code == 0, result.output
    return result.output


class TestCreate:
    def test_it_prints_the_addresses_and_each_of_them_works(
        self, run: Run, server: Any, soap_request: Callable[..., bytes]
    ) -> None:
        output = done(
            run("create", "--name", "LGO X, build 12", "--recognise", "lps_instance=cli-1", "--ttl", "8h")
        )
        assert "LGO X, build 12" in output
        path = re.search(r"SOAP +(\S+)", output)
        header = re.search(r"by header +(\S+) +\+ +(\S+): (\S+)", output)
        plain = re.search(r"recognised +(\S+) +from calls with lps_instance = cli-1", output)
        assert path is not None
        assert header is not None
        assert plain is not None
        body = soap_request().replace(b"instance-1", b"cli-1")
        for url, headers in ((path[1], {}), (header[1], {header[2]: header[3]}), (plain[1], {})):
            httpx.post(url, content=body, headers=SOAP | headers, trust_env=False)
        made = server.client.session(header[3])
        assert len(made.exchanges()) == 3
        assert made.show()["ttl"] == 28800
        made.delete()

    def test_every_setting_can_be_given(self, run: Run, server: Any) -> None:
        options = (
            ("--id", "all"),
            ("--profile", "qualification-2022"),
            ("--strictness", "strict"),
            ("--authentication", "required"),
            ("--idam", "2"),
            ("--idam", "1"),
            ("--recognise", "idam=1"),
            ("--recognise", "idam=2"),
        )
        shown = json.loads(done(run("create", "--json", *(part for option in options for part in option))))
        expected = {
            "id": "all",
            "profile": "qualification-2022",
            "strictness": "strict",
            "authentication": "required",
            "idams": ["1", "2"],
            "recognise": {"idam": ["1", "2"]},
        }
        assert {name: shown[name] for name in expected} == expected
        server.client.session("all").delete()

    @pytest.mark.parametrize(
        ("options", "says"),
        [
            (("--recognise", "poste-12"), "expected KIND=VALUE, KIND one of lps_instance, idam, lps_name"),
            (("--recognise", "ip=1"), "expected KIND=VALUE"),
            (("--recognise", "certificate=x"), "recognise.certificate: expected serial="),
            (("--ttl", "soon"), "such as 90, 61m, 1h30m or -2d, got 'soon'"),
            (("--id", "LGO X"), "id: expected 1 to 64 of a-z"),
            (("--profile", "moon"), "'moon' is not one of"),
        ],
    )
    def test_what_cannot_be_is_refused_in_words(self, run: Run, options: tuple[str, ...], says: str) -> None:
        result = run("create", *options)
        assert result.exit_code == 2
        assert says in " ".join(result.output.split())
        assert "Traceback" not in result.output


def test_sessions_are_listed_with_name_and_clock(run: Run, server: Any, session: str) -> None:
    server.client.session(session).change(name="LGO X", clock_offset=60)
    output = done(run("list"))
    (line,) = [line for line in output.splitlines() if line.startswith(session)]
    assert "LGO X" in line
    assert "+60 s" in line
    assert "lgo-x" in {entry["id"] for entry in json.loads(done(run("list", "--json", "--limit", 1000)))}


def test_a_session_is_shown(run: Run, session: str) -> None:
    output = done(run("show", session))
    assert "/s/lgo-x/lps" in output
    assert re.search(r"strictness +lenient", output)
    assert json.loads(done(run("show", session, "--json")))["id"] == session
    assert "X-Banc-Session" not in done(run("show", "default"))


def test_settings_are_changed(run: Run, server: Any, session: str) -> None:
    output = done(run("set", session, "--strictness", "strict", "--idam", "1", "--ttl", "1h"))
    assert "strictness: strict" in output
    shown = server.client.session(session).show()
    assert (shown["strictness"], shown["idams"], shown["ttl"]) == ("strict", ["1"], 3600)
    done(run("set", session, "--any-idam", "--ttl", "0", "--no-recognition"))
    shown = server.client.session(session).show()
    assert (shown["idams"], shown["ttl"], shown["recognise"]) == (None, None, {})


def test_setting_nothing_is_a_mistake(run: Run, session: str) -> None:
    result = run("set", session)
    assert result.exit_code == 2
    assert "expected at least one setting" in result.output


class TestClock:
    def test_it_is_moved_and_read(self, run: Run, session: str) -> None:
        done(run("clock", session, "--freeze", "2026-01-01T00:00:00Z"))
        assert "2026-01-01T01:01:00" in done(run("clock", session, "--advance", "61m"))
        assert "frozen at 2026-01-01T01:01:00" in done(run("clock", session))
        assert "real time" not in done(run("clock", session, "--resume"))
        assert "+60 s" in done(run("clock", session, "--offset", "1m"))
        assert "real time" in done(run("clock", session, "--reset"))

    def test_two_commands_at_once_are_a_mistake(self, run: Run, session: str) -> None:
        result = run("clock", session, "--advance", "1m", "--reset")
        assert result.exit_code == 2
        assert "expected one of the options, got --advance, --reset" in result.output

    @pytest.mark.parametrize(
        ("text", "seconds"),
        [("90", 90), ("61m", 3660), ("1h30m", 5400), ("-2d", -172800), ("+1.5s", 1.5), ("1D2H3M4S", 93784)],
    )
    def test_durations(self, text: str, seconds: float) -> None:
        assert duration(text) == seconds


class TestPeople:
    @pytest.mark.parametrize("form", ["list", "lines"])
    def test_people_of_a_file_are_added_and_listed(
        self, run: Run, session: str, tmp_path: Path, make_person: Callable[..., Person], form: str
    ) -> None:
        people = [to_json(make_person(f"mine/{number}", tags=["mine"])) for number in range(2)]
        file = tmp_path / "people.json"
        file.write_text(json.dumps(people) if form == "list" else "\n".join(map(json.dumps, people)) + "\n")
        assert "2 people added" in done(run("people", session, "--add", file))
        assert [
            line.split()[0] for line in done(run("people", session, "--tag", "mine")).splitlines()[1:]
        ] == [
            "mine/0",
            "mine/1",
        ]
        assert json.loads(done(run("people", session, "--tag", "mine", "--json"))) == people

    @pytest.mark.parametrize(
        ("content", "says"),
        [
            ("nonsense", "expected a JSON list of people, or one a line"),
            ('[{"sex": "F"}]', "person 1: matricule: expected text"),
            ("[" * 100_000, "expected a JSON list of people"),
        ],
    )
    def test_a_file_that_holds_none_is_refused_by_place(
        self, run: Run, session: str, tmp_path: Path, content: str, says: str
    ) -> None:
        file = tmp_path / "people.json"
        file.write_text(content)
        result = run("people", session, "--add", file)
        assert result.exit_code == 2
        assert says in result.output


def test_a_session_is_exported_and_imported(run: Run, server: Any, session: str, tmp_path: Path) -> None:
    file = tmp_path / "x.zip"
    assert "x.zip" in done(run("export", session, "-o", file))
    with zipfile.ZipFile(file) as archive:
        assert sorted(archive.namelist()) == ["exchanges.ndjson", "people.ndjson", "session.json"]
    done(run("export", session, "-o", file, "--no-exchanges"))
    assert "/s/again/lps" in done(run("import", file, "--id", "again"))
    assert "deleted" in done(run("delete", "again"))
    assert run("import", file).exit_code == 2


def test_a_file_that_cannot_be_written_is_told(run: Run, session: str, tmp_path: Path) -> None:
    result = run("export", session, "-o", tmp_path / "nowhere" / "x.zip")
    assert result.exit_code == 2
    assert "cannot be written" in result.output


def test_sessions_are_deleted_with_their_exchanges_when_told(
    run: Run, server: Any, soap_request: Callable[..., bytes]
) -> None:
    for name, options in (("keep", ()), ("drop", ("--exchanges",))):
        made = server.client.create_session(id=name)
        httpx.post(made.soap_url, content=soap_request(), headers=SOAP, trust_env=False)
        done(run("delete", name, *options))
        assert run("show", name).exit_code == 2
    kept = {
        name: len(server.client.call("GET", "/api/v1/exchanges", params={"session": name}))
        for name in ("keep", "drop")
    }
    assert kept == {"keep": 1, "drop": 0}


@pytest.mark.parametrize(
    "arguments", [("list",), ("show", "x"), ("create",), ("clock", "x"), ("delete", "x"), ("export", "x")]
)
def test_nobody_there_is_told_with_a_remedy(run: Run, arguments: tuple[str, ...]) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    result = run(*arguments, "--url", f"http://127.0.0.1:{port}")
    assert result.exit_code == 2
    assert "is it started? Try: banc serve" in result.output
    assert "Traceback" not in result.output


def test_an_unknown_session_is_told(run: Run) -> None:
    result = run("show", "nobody")
    assert result.exit_code == 2
    assert "no session 'nobody'" in result.output


def test_a_token_is_asked_for_and_taken_from_the_environment(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = ServeOptions(bench=BenchOptions(data_dir=tmp_path, people=0), port=0, token="s3cret")
    with running(options) as url:
        refused = run("list", "--url", url)
        assert refused.exit_code == 2
        assert "BANC_TOKEN" in refused.output
        done(run("list", "--url", url, "--token", "s3cret"))
        monkeypatch.setenv("BANC_TOKEN", "s3cret")
        assert "default" in done(run("list", "--url", url))
