"""Exchanges read from the journal of a simulator of this machine are those that its control API tells."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from simulator.client.near import NearExchanges
from simulator.journal.store import FOLDER, Journal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from simulator.client import ExchangeView, SessionClient

HEADERS = {"Content-Type": "application/soap+xml; charset=utf-8"}
SCENARIOS = ("faults/insi-102", "answers/several", "chaos/http-503", "chaos/truncated-body")


class Counting:
    """A session that counts how often it is asked."""

    def __init__(self, session: SessionClient) -> None:
        self.session, self.id, self.asked = session, session.id, 0

    def exchanges(self, after: int = 0, *, service: str | None = "insi") -> list[ExchangeView]:
        self.asked += 1
        return self.session.exchanges(after, service=service)


@pytest.fixture
def session(server: Any) -> Iterator[Counting]:
    created = server.client.create_session()
    yield Counting(created)
    created.delete()


@pytest.fixture
def post(session: Counting, soap_request: Callable[..., bytes]) -> Callable[..., None]:
    def call(**traits: object) -> None:
        content = soap_request(**traits)
        with suppress(httpx.HTTPError):  # Of an answer that is cut.
            httpx.post(session.session.soap_url, content=content, headers=HEADERS, trust_env=False)

    return call


@pytest.fixture
def journal(server: Any) -> Path:
    folder: Path = server.data_dir / FOLDER
    return folder


def test_they_are_what_the_simulator_tells_word_for_word(
    session: Counting, journal: Path, post: Callable[..., None], server: Any
) -> None:
    post()  # Before anybody follows.
    near: Any = NearExchanges(session, journal)  # type: ignore[arg-type] # stands for one
    other = server.client.create_session()
    seen: list[ExchangeView] = []

    def look() -> None:
        last = seen[-1].id if seen else 0
        seen.extend(each for each in near.exchanges(last) if each.id > last)

    look()
    for number, scenario in enumerate([None, *SCENARIOS]):
        session.session.clear_scenarios()
        if scenario:
            session.session.install(scenario)
        post(first_names="ÉMILE" if number % 2 else "TOUSSAINT", birth_place="2B020")
        httpx.post(other.soap_url, content=b"<a/>", headers=HEADERS, trust_env=False)
        if number != 2:
            look()
    session.session.clear_scenarios()
    httpx.post(session.session.soap_url, content=b"\xff<", headers=HEADERS, trust_env=False)
    look()
    other.delete()
    assert seen == session.session.exchanges(service=None)
    assert len(seen) == 7
    # Until something was told by both, and not after.
    assert session.asked == 2


def test_without_a_journal_the_simulator_is_asked(
    session: Counting, tmp_path: Path, post: Callable[..., None]
) -> None:
    near: Any = NearExchanges(session, tmp_path / "nowhere")  # type: ignore[arg-type] # stands for one
    for count in (1, 2):
        post()
        assert len(near.exchanges()) == count
        assert session.asked == count


def test_a_journal_that_tells_something_else_is_not_believed(
    session: Counting, tmp_path: Path, journal: Path, post: Callable[..., None]
) -> None:
    near: Any = NearExchanges(session, tmp_path / "another")  # type: ignore[arg-type] # stands for one
    another, own = Journal(tmp_path / "another"), Journal(journal, index_path=tmp_path / "index.sqlite")
    post()
    [told] = own.list(session=session.id)
    another.append(replace(told, at="2020-01-05T09:00:00.123+00:00"))
    for count in (1, 2, 3):
        assert len(near.exchanges()) == count
        assert session.asked == count
        post()
    another.close()
    own.close()


def test_what_is_lost_in_the_journal_is_asked_for(
    session: Counting, journal: Path, post: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    near: Any = NearExchanges(session, journal)  # type: ignore[arg-type] # stands for one
    post()
    near.exchanges()
    post()
    last = near.exchanges()[-1].id
    assert session.asked == 1
    post()
    monkeypatch.setattr("simulator.journal.following.read_exchange", _damaged)
    assert [each.id for each in near.exchanges(last)] == [last + 1]
    assert session.asked == 2


def _damaged(*_: object) -> None:
    raise ValueError("damaged")
