"""The index of the journal: damaged it is made again, behind it is told, and it is made while calls are answered."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

import pytest

from simulator.bench import open_journal
from simulator.journal.health import journal_health
from simulator.journal.index import JournalBehindError
from simulator.journal.store import Journal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from simulator.journal.exchange import Exchange

PATIENCE_S = 60


@pytest.fixture
def kept(tmp_path: Path, plain: Exchange) -> Path:
    """A data directory with twenty exchanges and an index of them."""
    journal = open_journal(tmp_path)
    for _ in range(20):
        journal.append(plain)
    assert journal.count() == 20
    journal.close()
    return tmp_path


def spoiled(content: bytes) -> dict[str, bytes]:
    return {
        "no database": b"not an index " * 100,
        "cut": content[: len(content) // 2],
        "its head": b"\xff" * 200 + content[200:],
        "its pages": content[:4096] + b"\xaa" * (len(content) - 4096),
    }


@pytest.mark.parametrize("how", ["no database", "cut", "its head", "its pages"])
def test_a_damaged_index_is_made_again(kept: Path, how: str, caplog: pytest.LogCaptureFixture) -> None:
    index = kept / "journal" / "index.sqlite"
    index.write_bytes(spoiled(index.read_bytes())[how])
    journal = open_journal(kept)
    try:
        found: list[Exchange] = []
        while not found:
            try:
                found = journal.list(limit=100)
            except JournalBehindError:
                # Damage that shows only when it is read: told once, and mended.
                continue
        assert [each.id for each in found] == list(range(1, 21))
        assert journal.count() == 20
    finally:
        journal.close()
    assert "made again from the segments" in caplog.text


def test_damage_while_it_is_used_is_mended(kept: Path, plain: Exchange) -> None:
    journal = open_journal(kept)
    assert journal.count() == 20
    other = open_journal(kept)
    index = kept / "journal" / "index.sqlite"
    index.write_bytes(b"\xaa" * index.stat().st_size)
    journal.append(plain)
    deadline = time.monotonic() + PATIENCE_S
    for each in (journal, other):
        while True:
            try:
                assert each.count() == 21
                break
            except JournalBehindError:
                assert time.monotonic() < deadline
    journal.close()
    other.close()


def test_a_reader_that_does_not_wait_is_told_how_far_the_index_is(
    tmp_path: Path, plain: Exchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("simulator.journal.index.index_chunk", _small(5))
    journal = Journal(tmp_path)
    for _ in range(20):
        journal.append(plain)
    journal.patience_s = 0
    told = []
    while True:
        try:
            found = journal.list(limit=100)
            break
        except JournalBehindError as error:
            told.append(str(error))
            assert journal_health(journal)["journal"]["problem"] or len(told) > 1
    assert len(found) == 20
    assert "% of" in told[0]
    assert "try again" in told[0]
    journal.close()


def _small(most: int) -> Callable[..., object]:
    from simulator.journal.indexing import index_chunk

    return lambda connection, folder, own, **_: index_chunk(connection, folder, own, most=most)


@pytest.fixture
def stopped() -> Iterator[threading.Event]:
    event = threading.Event()
    yield event
    event.set()


def test_calls_are_indexed_while_they_are_answered(
    tmp_path: Path, plain: Exchange, stopped: threading.Event
) -> None:
    journal = Journal(tmp_path)
    journal.index_while_serving(stopped.is_set)
    for _ in range(1200):
        journal.append(plain)
    deadline = time.monotonic() + PATIENCE_S
    reader = Journal(tmp_path)
    # Nobody has read it: the thread alone makes the index.
    while True:
        done, total = reader._index.progress()
        if done == total:
            break
        assert time.monotonic() < deadline
    journal.patience_s = 0
    assert journal.count() == 1200
    stopped.set()
    journal.close()
    reader.close()


def test_health_tells_that_a_full_disk_keeps_no_call(
    tmp_path: Path, plain: Exchange, full_disk: Callable[[], object]
) -> None:
    journal = Journal(tmp_path)
    journal.append(plain)
    assert journal_health(journal)["journal"]["problems"] == []
    with full_disk():  # type: ignore[attr-defined] # a context manager
        (problem,) = journal_health(journal)["journal"]["problems"]
    assert "not kept" in problem
    assert journal_health(journal)["journal"]["problems"] == []
    journal.close()
