"""Scenario files edited while servers play them: what the next call gets, in one process and in several."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest

from simulator.bench import BenchOptions
from simulator.client import BenchClient, BenchClientError
from simulator.client.calling import request_of, send
from simulator.serving import ServeOptions, running

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from simulator.client import ExchangeView, SessionClient

HEAD = """id: tests/followed
title: {fr: a, en: b}
purpose: {fr: a, en: b}
source: tests
evidence: inferred
"""
_LENGTHS = count(1)


def write(file: Path, text: str) -> None:
    """Save a file as an editor would; no two versions have the same size, however coarse the clock of the disk."""
    file.write_text(text + "#" * next(_LENGTHS) + "\n", encoding="utf-8")


def answering(code: str) -> str:
    return f"{HEAD}rules:\n  - when: {{}}\n    then: {{code: '{code}'}}\n"


NOT_YAML = HEAD + "rules:\n  - [\n"
NO_SUCH_CODE = answering("03")
NOBODY = HEAD + (
    "people: {someone: {key: nobody/at-all}}\nrules:\n  - when: {}\n    then: {code: '00', person: someone}\n"
)


@dataclass(frozen=True)
class Played:
    """A session that follows a file."""

    session: SessionClient
    file: Path

    def code(self, url: str | None = None) -> str:
        """Make a call on a connection of its own and return the code answered."""
        reply = send(url or self.session.soap_url, request_of({}, {}))
        assert reply.status == 200, reply
        return reply.body.decode().split("<CodeCR>")[1][:2]

    @property
    def problems(self) -> list[str]:
        problems: list[str] = self.session.show()["scenario_problems"]
        return problems

    @property
    def last(self) -> ExchangeView:
        return self.session.exchanges()[-1]


def told(exchange: ExchangeView) -> list[str]:
    """Return what an exchange says about scenario files, in English."""
    return [finding["en"] for finding in exchange.findings if finding["code"] == "scenario-file"]


@pytest.fixture
def played(remote: SessionClient, tmp_path: Path) -> Played:
    file = tmp_path / "followed.yaml"
    write(file, answering("01"))
    remote.install_file(file)
    return Played(remote, file)


def test_an_edit_takes_effect_on_the_next_call(played: Played) -> None:
    assert played.code() == "01"
    write(played.file, answering("02"))
    assert played.code() == "02"
    write(played.file, answering("01"))
    assert played.code() == "01"
    assert not told(played.last)
    assert played.problems == []


def test_an_edit_takes_effect_in_each_session_that_follows_the_file(played: Played, server: Any) -> None:
    other = Played(server.client.create_session(), played.file)
    other.session.install_file(played.file)
    assert [played.code(), other.code()] == ["01", "01"]
    write(played.file, answering("02"))
    assert [played.code(), other.code()] == ["02", "02"]
    other.session.delete()


def test_a_scenario_installed_by_its_data_does_not_follow_the_file(played: Played) -> None:
    played.session.clear_scenarios()
    played.session.install(played.file)
    write(played.file, answering("02"))
    assert played.code() == "01"


@pytest.mark.parametrize(
    ("broken", "expectation"),
    [
        (NOT_YAML, "followed.yaml:9:1: not YAML"),
        (NO_SUCH_CODE, "followed.yaml:8:18: rules[0].then.code: expected one of 00, 01, 02, got '03'"),
        ("", "followed.yaml"),
        (NOBODY, "nobody/at-all"),
    ],
    ids=["not-yaml", "no-such-code", "empty", "nobody"],
)
def test_a_broken_edit_keeps_the_last_good_version_and_says_so(
    played: Played, broken: str, expectation: str
) -> None:
    write(played.file, answering("02"))
    assert played.code() == "02"
    write(played.file, broken)
    for _ in range(2):
        assert played.code() == "02"
        (message,) = told(played.last)
        assert "its last good version is played" in message
        assert expectation in message
    (problem,) = played.problems
    assert expectation in problem


def test_a_broken_edit_that_the_api_meets_first_keeps_the_last_good_version(played: Played) -> None:
    write(played.file, answering("02"))
    assert played.problems == []
    write(played.file, NO_SUCH_CODE)
    (problem,) = played.problems
    assert "got '03'" in problem
    assert played.code() == "02"


@pytest.mark.parametrize("broken", [NOT_YAML, NOBODY], ids=["not-yaml", "nobody"])
def test_a_repaired_edit_counts_again(played: Played, broken: str) -> None:
    write(played.file, broken)
    assert played.code() == "01"
    assert told(played.last)
    write(played.file, answering("02"))
    assert played.code() == "02"
    assert not told(played.last)
    assert played.problems == []


def test_a_deleted_file_keeps_its_last_version_until_it_comes_back(played: Played) -> None:
    write(played.file, answering("02"))
    assert played.code() == "02"
    played.file.unlink()
    assert played.code() == "02"
    (message,) = told(played.last)
    assert "followed.yaml: cannot be read" in message
    assert len(played.problems) == 1
    write(played.file, answering("01"))
    assert played.code() == "01"
    assert played.problems == []


def test_an_edit_keeps_counters(played: Played) -> None:
    sequence = f"{HEAD}rules:\n  - when: {{}}\n    then: {{sequence: [{{code: '01'}}, {{code: '02'}}]}}\n"
    write(played.file, sequence)
    assert played.code() == "01"
    write(played.file, sequence)
    assert played.code() == "02"


def test_a_file_that_is_broken_when_installed_is_refused(remote: SessionClient, tmp_path: Path) -> None:
    file = tmp_path / "followed.yaml"
    write(file, NO_SUCH_CODE)
    with pytest.raises(BenchClientError, match=r"rules\[0\]\.then\.code: expected one of 00, 01, 02"):
        remote.install_file(file)


@pytest.fixture(scope="module")
def urls(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """Run two servers on one data directory: processes that can be addressed, as workers of one server cannot."""
    bench = BenchOptions(data_dir=tmp_path_factory.mktemp("shared"), people=3)
    with (
        running(ServeOptions(bench=bench, port=0)) as first,
        running(ServeOptions(bench=bench, port=0)) as second,
    ):
        yield first, second


@pytest.fixture
def shared(urls: tuple[str, str], tmp_path: Path) -> Iterator[tuple[Played, str, str]]:
    """Give a session that follows a file, and its SOAP address in each process."""
    file = tmp_path / "followed.yaml"
    write(file, answering("01"))
    with BenchClient(urls[0]) as client:
        session = client.create_session()
        session.install_file(file)
        here = session.soap_url
        yield Played(session, file), here, here.replace(urls[0], urls[1])
        session.delete()


class TestSeveralProcesses:
    def test_each_process_follows(self, shared: tuple[Played, str, str]) -> None:
        played, first, second = shared
        assert [played.code(first), played.code(second)] == ["01", "01"]
        write(played.file, answering("02"))
        assert [played.code(first), played.code(second)] == ["02", "02"]

    @pytest.mark.parametrize("broken", [NOT_YAML, NOBODY], ids=["not-yaml", "nobody"])
    @pytest.mark.parametrize("knows_an_older_one", [True, False])
    def test_the_process_that_missed_the_last_good_version_plays_it(
        self, shared: tuple[Played, str, str], broken: str, *, knows_an_older_one: bool
    ) -> None:
        played, first, second = shared
        if knows_an_older_one:
            assert played.code(second) == "01"
        write(played.file, answering("02"))
        assert played.code(first) == "02"
        write(played.file, broken)
        assert played.code(second) == "02"
        assert told(played.last)
        assert played.code(first) == "02"

    def test_a_process_started_after_the_broken_edit_plays_the_last_good_version(
        self, tmp_path: Path
    ) -> None:
        options = ServeOptions(bench=BenchOptions(data_dir=tmp_path / "data", people=3), port=0)
        file = tmp_path / "followed.yaml"
        write(file, answering("01"))
        with running(options) as url, BenchClient(url) as client:
            played = Played(client.create_session(), file)
            played.session.install_file(file)
            write(file, answering("02"))
            assert played.code() == "02"
        write(file, NOT_YAML)
        with running(options) as url, BenchClient(url) as client:
            again = Played(client.session(played.session.id), file)
            assert again.code() == "02"
            assert told(again.last)


def test_all_workers_of_a_server_follow(tmp_path: Path) -> None:
    options = ServeOptions(bench=BenchOptions(data_dir=tmp_path / "data", people=3), port=0, workers=2)
    file = tmp_path / "followed.yaml"
    with running(options) as url, BenchClient(url) as client:
        write(file, answering("01"))
        played = Played(client.create_session(), file)
        played.session.install_file(file)
        for code in ("01", "02", "01", "02"):
            write(file, answering(code))
            # One call, so one worker, reads the good version; the others may meet the broken one first.
            assert played.code() == code
            write(file, NOT_YAML)
            assert [played.code() for _ in range(8)] == [code] * 8
            assert told(played.last)
            assert len(played.problems) == 1
            write(file, answering(code))
            assert [played.code() for _ in range(8)] == [code] * 8
            assert not told(played.last)
            assert played.problems == []
