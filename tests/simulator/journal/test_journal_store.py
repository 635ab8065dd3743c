"""The journal on disk: every field comes back, in order, whoever writes and whatever dies."""

from __future__ import annotations

import subprocess
import sys
import threading
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.contract.evidence import EvidenceLevel
from simulator.contract.messages import Finding, TraitsQuery
from simulator.journal.as_json import to_json
from simulator.journal.exchange import Considered, Decision, Exchange, Headers
from simulator.journal.store import Journal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PLAIN = Exchange(
    session="default",
    at="2026-01-05T09:00:00.123+00:00",
    operation="rechercherInsAvecTraitsIdentite",
    code="01",
    http_status=200,
    path="/lps",
    request_headers={"content-type": "application/soap+xml"},
    request=b"<a/>",
    response_headers={"Content-Type": "application/soap+xml; charset=utf-8"},
    response=b"<b/>",
    decision=Decision(source="registry", profile="production", evidence="reported"),
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "journal"


@pytest.fixture
def journal(file: Path) -> Iterator[Journal]:
    opened = Journal(file)
    yield opened
    opened.close()


# A lone surrogate too: nothing that a client sends may cost the record.
texts = st.text(st.characters(codec="utf-8") | st.just("\ud800"), max_size=20)
maybe = st.none() | texts
headers = st.lists(st.tuples(texts, texts), max_size=4).map(Headers)
exchanges = st.builds(
    Exchange,
    session=texts,
    at=texts,
    operation=maybe,
    code=texts,
    http_status=st.sampled_from([200, 500]),
    path=texts,
    request_headers=headers,
    request=st.binary(max_size=50),
    response_headers=headers,
    response=st.binary(max_size=50),
    decision=st.builds(
        Decision,
        source=st.sampled_from(["fault", "scenario", "registry"]),
        cause=texts,
        scenario=maybe,
        rule=st.none() | st.integers(0, 9),
        profile=maybe,
        person=maybe,
        considered=st.lists(
            st.builds(
                Considered,
                key=texts,
                label=texts,
                excluded_by=st.lists(st.sampled_from(["sex", "birth_name"]), max_size=2).map(tuple),
            ),
            max_size=2,
        ).map(tuple),
        evidence=st.sampled_from(["", "inferred"]),
    ),
    traits=st.none()
    | st.builds(
        TraitsQuery,
        birth_name=maybe,
        first_names=st.lists(texts, max_size=3).map(tuple),
        sex=maybe,
        birth_date=maybe,
        birth_place=maybe,
    ),
    asked=st.dictionaries(texts, texts, max_size=3),
    message_id=maybe,
    idam=maybe,
    findings=st.lists(
        st.builds(Finding, code=texts, fr=texts, en=texts, evidence=st.sampled_from(EvidenceLevel)),
        max_size=2,
    ).map(tuple),
    micros=st.integers(0, 10**9),
    authentication=st.sampled_from([None, "none", "mtls"]),
    client_certificate=st.none() | st.binary(max_size=20),
    timings=st.dictionaries(st.sampled_from(["read", "decide", "render"]), st.integers(0, 10**6)),
    chaos=st.lists(texts, max_size=2).map(tuple),
)


@given(kept=exchanges)
@settings(max_examples=60)
def test_every_field_comes_back(tmp_path_factory: pytest.TempPathFactory, kept: Exchange) -> None:
    journal = Journal(tmp_path_factory.getbasetemp() / "every-field")
    journal.append(kept)
    (back,) = journal.list(newest_first=True, limit=1)
    assert back == replace(kept, id=back.id)
    assert back.request_headers.pairs == kept.request_headers.pairs
    assert back.response_headers.pairs == kept.response_headers.pairs
    assert journal.get(back.id) == back
    journal.close()


def test_an_exchange_that_is_not_there_is_none(journal: Journal) -> None:
    assert journal.get(1) is None
    assert journal.list() == []
    assert journal.count() == 0


def test_ids_grow_and_lists_follow_them(journal: Journal) -> None:
    for number in range(5):
        journal.append(replace(PLAIN, path=str(number)))
    kept = journal.list()
    assert [exchange.path for exchange in kept] == ["0", "1", "2", "3", "4"]
    assert [exchange.id for exchange in kept] == sorted({exchange.id for exchange in kept})
    assert journal.list(newest_first=True) == kept[::-1]


class TestListing:
    @pytest.fixture(autouse=True)
    def several(self, journal: Journal) -> None:
        for session, code in (("a", "00"), ("b", "01"), ("a", "01"), ("a", "insi_24"), ("b", "00")):
            journal.append(replace(PLAIN, session=session, code=code))

    def test_by_session(self, journal: Journal) -> None:
        assert [exchange.id for exchange in journal.list(session="a")] == [1, 3, 4]

    def test_by_code(self, journal: Journal) -> None:
        assert [exchange.id for exchange in journal.list(code="01")] == [2, 3]

    def test_by_both(self, journal: Journal) -> None:
        assert [exchange.id for exchange in journal.list(session="a", code="01")] == [3]

    def test_after_an_id(self, journal: Journal) -> None:
        assert [exchange.id for exchange in journal.list(after=3)] == [4, 5]

    def test_no_more_than_the_limit(self, journal: Journal) -> None:
        assert [exchange.id for exchange in journal.list(limit=2)] == [1, 2]
        assert [exchange.id for exchange in journal.list(limit=2, newest_first=True)] == [5, 4]


def test_another_journal_on_the_same_file_sees_what_was_written(journal: Journal, file: Path) -> None:
    other = Journal(file)
    journal.append(PLAIN)
    assert other.count() == 1
    other.append(PLAIN)
    assert [exchange.id for exchange in journal.list()] == [1, 2]
    other.close()


def test_threads_of_two_workers_lose_nothing(journal: Journal, file: Path) -> None:
    other = Journal(file)

    def work(mine: Journal, name: str) -> None:
        for number in range(50):
            mine.append(replace(PLAIN, session=name, path=str(number)))
        mine.close()

    threads = [
        threading.Thread(target=work, args=(mine, f"{mine is journal}{number}"))
        for number in range(2)
        for mine in (journal, other)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    kept = journal.list(limit=1000)
    assert len({exchange.id for exchange in kept}) == len(kept) == 200
    for name in {exchange.session for exchange in kept}:
        own = [exchange.path for exchange in kept if exchange.session == name]
        assert own == [str(number) for number in range(50)]


def test_two_who_read_at_once_give_each_exchange_one_id(journal: Journal, file: Path) -> None:
    """Readers of two processes bring the index up to date together, while others write."""
    writers = [Journal(file) for _ in range(2)]
    seen: dict[str, list[int]] = {"a": [], "b": []}
    done = threading.Event()

    def write(mine: Journal) -> None:
        for number in range(150):
            mine.append(replace(PLAIN, path=str(number)))
        mine.close()

    def follow(name: str) -> None:
        mine, last, finishing = Journal(file), 0, False
        while True:
            page = mine.list(after=last, limit=10)
            seen[name] += [exchange.id for exchange in page]
            last = seen[name][-1] if seen[name] else 0
            if finishing and not page:
                break
            finishing = done.is_set()
        mine.close()

    followers = [threading.Thread(target=follow, args=(name,)) for name in seen]
    threads = [threading.Thread(target=write, args=(mine,)) for mine in writers]
    for thread in (*followers, *threads):
        thread.start()
    for thread in threads:
        thread.join()
    done.set()
    for thread in followers:
        thread.join()
    assert seen["a"] == seen["b"] == list(range(1, 301))


def test_killing_the_process_loses_no_kept_exchange(file: Path) -> None:
    program = (
        "import sys, os, pathlib, dataclasses\n"
        "from simulator.journal.store import Journal\n"
        "from simulator.journal.exchange import Decision, Exchange\n"
        "journal = Journal(pathlib.Path(sys.argv[1]))\n"
        "exchange = Exchange(session='s', at='', operation=None, code='01', http_status=200, path='/lps',"
        " request_headers={}, request=b'', response_headers={}, response=b'', decision=Decision(source='registry'))\n"
        "for _ in range(25): journal.append(exchange)\n"
        "os._exit(9)\n"  # nothing is closed, flushed or committed on the way out
    )
    assert subprocess.run([sys.executable, "-c", program, str(file)], check=False).returncode == 9
    journal = Journal(file)
    assert journal.count() == 25
    journal.close()


def test_json_has_both_sides_as_text_with_undecodable_bytes_marked() -> None:
    data = to_json(replace(PLAIN, request=b"<a>\xff</a>", response="<é/>".encode()))
    assert data["request"] == "<a>\ufffd</a>"
    assert data["response"] == "<é/>"


def test_json_can_leave_the_bytes_out() -> None:
    assert not {"request", "response"} & set(to_json(PLAIN, with_bytes=False))
