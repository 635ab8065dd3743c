"""How exchanges are kept: modes, losses, rotation, retention, and what readers pay."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from simulator.journal import index as index_module
from simulator.journal.index import JournalIndexError
from simulator.journal.indexing import size_of
from simulator.journal.store import Journal
from simulator.journal.writer import JournalOptions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from simulator.journal.exchange import Exchange

    Open = Callable[..., Journal]
    FullDisk = Callable[[], AbstractContextManager[None]]

SLOW_BATCH = JournalOptions(mode="batch", batch_ms=10**6, batch_bytes=20_000)
"""Written when 20,000 bytes wait: time does not matter."""


def segments(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.segment"))


@contextmanager
def bound_by_permissions() -> Iterator[None]:
    """Be a user whom permissions bind: the superuser becomes another one for a while."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    is_owner = folder.stat().st_uid == os.geteuid()
    if is_owner:
        folder.chmod(0o500)
    try:
        yield
    finally:
        if is_owner:
            folder.chmod(0o700)


class TestBatch:
    def test_what_waits_is_written_before_the_same_process_reads(self, opened: Open, plain: Exchange) -> None:
        journal = opened(SLOW_BATCH)
        journal.append(plain)
        assert journal.waiting == 1
        assert journal.count() == 1
        assert journal.waiting == 0

    def test_other_processes_see_it_once_it_is_written(self, opened: Open, plain: Exchange) -> None:
        writing, reading = opened(SLOW_BATCH), opened()
        writing.append(plain)
        assert reading.count() == 0
        writing.flush()
        assert reading.count() == 1

    def test_it_is_written_after_a_while_by_itself(self, opened: Open, plain: Exchange) -> None:
        writing, reading = opened(JournalOptions(mode="batch", batch_ms=5)), opened()
        writing.append(plain)
        deadline = time.monotonic() + 30
        while reading.count() == 0:
            assert time.monotonic() < deadline
            time.sleep(0.01)

    def test_a_killed_process_loses_what_waited_no_more_and_it_is_counted(
        self, folder: Path, opened: Open
    ) -> None:
        program = (
            "import sys, os, pathlib\n"
            "from simulator.journal.store import Journal\n"
            "from simulator.journal.writer import JournalOptions\n"
            "from simulator.journal.exchange import Decision, Exchange\n"
            "options = JournalOptions(mode='batch', batch_ms=10**6, batch_bytes=20_000)\n"
            "journal = Journal(pathlib.Path(sys.argv[1]), options)\n"
            "exchange = Exchange(session='s', at='', operation=None, code='01', http_status=200, path='/lps',"
            " request_headers={}, request=b'r' * 5000, response_headers={}, response=b'',"
            " decision=Decision(source='registry'))\n"
            "for _ in range(10): journal.append(exchange)\n"
            "os._exit(9)\n"
        )
        assert subprocess.run([sys.executable, "-c", program, str(folder)], check=False).returncode == 9
        journal = opened()
        # Four records are 20,000 bytes and more: written at the 4th and at the 8th, two were waiting.
        assert journal.count() == 8
        assert journal.state().killed == 2
        assert opened().state().killed == 2

    def test_a_process_that_ends_without_closing_loses_nothing(self, folder: Path, opened: Open) -> None:
        program = (
            "import sys, pathlib\n"
            "from simulator.journal.store import Journal\n"
            "from simulator.journal.writer import JournalOptions\n"
            "from simulator.journal.exchange import Decision, Exchange\n"
            "journal = Journal(pathlib.Path(sys.argv[1]), JournalOptions(mode='batch', batch_ms=10**6))\n"
            "journal.append(Exchange(session='s', at='', operation=None, code='01', http_status=200, path='/lps',"
            " request_headers={}, request=b'', response_headers={}, response=b'',"
            " decision=Decision(source='registry')))\n"
        )
        subprocess.run([sys.executable, "-c", program, str(folder)], check=True)
        journal = opened()
        assert (journal.count(), journal.state().killed) == (1, 0)


class TestLosses:
    @pytest.mark.parametrize("options", [JournalOptions(), JournalOptions(mode="batch", batch_bytes=1)])
    def test_a_full_disk_is_told_once_counted_and_recovered_from(
        self,
        opened: Open,
        plain: Exchange,
        full_disk: FullDisk,
        caplog: pytest.LogCaptureFixture,
        options: JournalOptions,
    ) -> None:
        journal = opened(options)
        journal.append(replace(plain, path="before"))
        with caplog.at_level(logging.WARNING):
            with full_disk():
                assert [journal.append(plain) for _ in range(5)] == [False] * 5
            assert journal.lost == 5
            assert journal.append(replace(plain, path="after"))
        told = [record.getMessage() for record in caplog.records]
        assert len(told) == 2
        assert "File too large" in told[0]
        assert "5 exchange(s) of this process were lost" in told[1]
        assert [exchange.path for exchange in journal.list()] == ["before", "after"]
        assert (journal.state().lost, journal.untold) == (5, 0)
        assert opened().state().lost == 5

    def test_a_record_that_fits_only_in_part_leaves_no_trace(
        self, folder: Path, opened: Open, plain: Exchange
    ) -> None:
        resource = pytest.importorskip("resource", reason="Windows has no limit of file sizes")
        journal = opened()
        journal.append(plain)
        (file,) = segments(folder)
        size = file.stat().st_size
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size + 50, before[1]))
        try:
            assert not journal.append(plain)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
        assert file.stat().st_size == size
        journal.append(plain)
        assert journal.count() == 2
        assert journal.state().damaged == 0

    def test_a_folder_that_cannot_be_written_is_counted_too(
        self, folder: Path, opened: Open, plain: Exchange, tmp_path: Path
    ) -> None:
        journal = opened()
        folder.rename(tmp_path / "elsewhere")
        assert not journal.append(plain)
        assert (journal.lost, journal.untold) == (1, 1)
        (tmp_path / "elsewhere").rename(folder)
        assert journal.append(plain)
        assert (journal.lost, journal.untold, journal.state().lost) == (1, 0, 1)

    @pytest.mark.skipif(os.name == "nt", reason="a folder of Windows is not read-only by its mode")
    def test_a_read_only_folder_is_told_and_counted_too(
        self, plain: Exchange, caplog: pytest.LogCaptureFixture
    ) -> None:
        # Not below tmp_path, which others than its owner cannot even enter.
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            journal = Journal(folder)
            with bound_by_permissions(), read_only(folder):
                assert not journal.append(plain)
            assert "Permission denied" in caplog.text
            assert "Calls are answered all the same and counted as lost" in caplog.text
            assert journal.append(plain)
            assert (journal.count(), journal.state().lost) == (1, 1)
            journal.close()

    def test_a_locked_index_holds_up_readers_alone(self, folder: Path, opened: Open, plain: Exchange) -> None:
        import sqlite3

        journal = opened()
        journal._index._database.connection().execute("PRAGMA busy_timeout = 50")
        with sqlite3.connect(folder / "index.sqlite") as other:
            other.execute("BEGIN EXCLUSIVE")
            assert journal.append(plain)
            with pytest.raises(JournalIndexError, match=r"locked.*Calls are kept all the same"):
                journal.list()
        other.close()
        assert journal.count() == 1

    def test_an_exchange_that_cannot_be_written_down_costs_no_answer(
        self, opened: Open, plain: Exchange
    ) -> None:
        journal = opened()
        assert not journal.append(replace(plain, code=object()))  # type: ignore[arg-type] # on purpose
        assert journal.append(plain)
        assert (journal.count(), journal.lost) == (1, 1)


class TestRetention:
    def fill(self, journal: Journal, plain: Exchange, count: int) -> None:
        for number in range(count):
            journal.append(replace(plain, path=str(number), request=b"r" * 1000))

    def test_segments_are_closed_by_size(self, folder: Path, opened: Open, plain: Exchange) -> None:
        journal = opened(JournalOptions(segment_bytes=10_000))
        self.fill(journal, plain, 50)
        assert len(segments(folder)) > 5
        assert all(file.stat().st_size <= 10_000 for file in segments(folder))
        assert [exchange.path for exchange in journal.list()] == [str(number) for number in range(50)]

    def test_by_size_the_oldest_go_whole_with_their_rows_and_are_counted(
        self, folder: Path, opened: Open, plain: Exchange
    ) -> None:
        journal = opened(JournalOptions(segment_bytes=10_000))
        self.fill(journal, plain, 50)
        pruned = journal.prune(max_bytes=40_000)
        assert sum(file.stat().st_size for file in segments(folder)) <= 40_000
        left = journal.list()
        assert [exchange.path for exchange in left] == [str(n) for n in range(50 - len(left), 50)]
        assert pruned.exchanges == 50 - len(left) == journal.state().dropped > 0
        assert journal.count() == len(left)
        assert journal.get(1) is None

    def test_ids_go_on_when_everything_went_and_the_index_too(
        self, folder: Path, opened: Open, plain: Exchange
    ) -> None:
        journal = opened()
        self.fill(journal, plain, 3)
        journal.close()
        assert opened().prune(max_bytes=0).exchanges == 3
        for file in folder.glob("index.sqlite*"):
            file.unlink()
        again = opened()
        again.append(plain)
        assert [exchange.id for exchange in again.list()] == [4]
        assert again.state().dropped == 3

    def test_by_age_the_last_record_counts(self, folder: Path, opened: Open, plain: Exchange) -> None:
        first = opened()
        self.fill(first, plain, 3)
        first.close()
        (file,) = segments(folder)
        os.utime(file, (time.time() - 5000,) * 2)
        journal = opened()
        self.fill(journal, plain, 2)
        assert journal.prune(max_age_s=6000).segments == 0
        assert journal.prune(max_age_s=4000) == (1, 3, pytest.approx(4500, abs=2000))
        assert journal.count() == 2

    def test_never_a_segment_that_another_process_is_writing(
        self, folder: Path, opened: Open, plain: Exchange
    ) -> None:
        other, journal = opened(), opened()
        self.fill(other, plain, 3)
        assert journal.prune(max_bytes=0, max_age_s=0).segments == 0
        assert journal.count() == 3
        other.close()
        assert journal.prune(max_bytes=0).exchanges == 3
        assert not segments(folder)

    def test_a_server_keeps_its_size_by_itself(self, folder: Path, opened: Open, plain: Exchange) -> None:
        journal = opened(JournalOptions(mode="batch", batch_ms=5, max_bytes=600_000))
        self.fill(journal, replace(plain, response=b"r" * 20_000), 100)
        deadline = time.monotonic() + 30
        # A segment may go between being listed and being measured.
        while sum(size_of(file) or 0 for file in segments(folder)) > 600_000:
            assert time.monotonic() < deadline
            time.sleep(0.02)
        assert journal.count() < 100
        assert journal.list(newest_first=True, limit=1)[0].path == "99"


class TestRemovingASession:
    def test_its_exchanges_are_gone_and_later_ones_stay(
        self, folder: Path, opened: Open, plain: Exchange
    ) -> None:
        journal = opened()
        for session in ("a", "b", "a"):
            journal.append(replace(plain, session=session))
        assert journal.remove_session("a") == 2
        journal.append(replace(plain, session="a", path="later"))
        assert [exchange.path for exchange in journal.list(session="a")] == ["later"]
        assert journal.count() == 2
        for file in folder.glob("index.sqlite*"):
            file.unlink()
        again = opened()
        assert [(each.session, each.path) for each in again.list()] == [("b", "/lps"), ("a", "later")]


class TestReaders:
    def test_nothing_new_costs_no_transaction(
        self, opened: Open, plain: Exchange, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        journal, other = opened(), opened()
        other.append(plain)
        assert journal.count() == 1

        def no_indexing(*_: object, **__: object) -> None:
            raise AssertionError("the index was written")

        monkeypatch.setattr(index_module, "index_chunk", no_indexing)
        assert journal.count() == 1
        assert len(journal.list()) == 1
        other.append(plain)
        with pytest.raises(AssertionError, match="the index was written"):
            journal.count()

    def test_more_than_a_chunk_is_indexed(
        self, opened: Open, plain: Exchange, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("simulator.journal.indexing.CHUNK", 7)
        first, second = opened(), opened()
        for number in range(40):
            (first if number % 3 else second).append(replace(plain, path=str(number)))
        assert [exchange.path for exchange in opened().list()] == [str(number) for number in range(40)]

    def test_a_page_ends_before_it_is_too_large(self, opened: Open, plain: Exchange) -> None:
        journal = opened()
        for _ in range(5):
            journal.append(replace(plain, request=b"r" * 10_000))
        assert [exchange.id for exchange in journal.list(max_bytes=25_000)] == [1, 2]
        assert [exchange.id for exchange in journal.list(max_bytes=1, after=2)] == [3]

    def test_the_index_may_be_elsewhere(self, folder: Path, plain: Exchange, tmp_path: Path) -> None:
        journal = Journal(folder, index_path=tmp_path / "elsewhere.sqlite")
        journal.append(plain)
        assert journal.count() == 1
        assert not (folder / "index.sqlite").exists()
        journal.close()
