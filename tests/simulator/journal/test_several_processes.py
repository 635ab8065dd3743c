"""Several processes write at once, while others read: each exchange is seen once, and none is missed."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import httpx
import pytest

from simulator.bench import BenchOptions, open_journal
from simulator.journal.store import Journal
from simulator.journal.writer import JournalOptions
from simulator.serving import ServeOptions, free_port, running

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

WRITER = """
import pathlib, sys
from simulator.journal.exchange import Decision, Exchange
from simulator.journal.store import Journal
from simulator.journal.writer import JournalOptions

folder, mode, name, count = sys.argv[1:]
journal = Journal(pathlib.Path(folder), JournalOptions(mode=mode, batch_ms=20, segment_bytes=50_000))
sys.stdin.readline()
for number in range(int(count)):
    journal.append(Exchange(session=name, at="", operation=None, code="01", http_status=200, path=str(number),
        request_headers={}, request=b"r" * 500, response_headers={}, response=b"",
        decision=Decision(source="registry")))
journal.close()
"""
WRITERS, EACH = 4, 300


@contextmanager
def writers(folder: Path, mode: str) -> Iterator[list[subprocess.Popen[str]]]:
    """Start processes that write at the same moment."""
    started = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, str(folder), mode, str(number), str(EACH)],
            stdin=subprocess.PIPE,
            text=True,
        )
        for number in range(WRITERS)
    ]
    try:
        for process in started:
            assert process.stdin is not None
            process.stdin.write("\n")
            process.stdin.close()
        yield started
    finally:
        for process in started:
            process.wait(timeout=60)


@pytest.mark.parametrize("mode", ["sync", "batch"])
def test_who_follows_by_the_last_id_sees_each_exchange_once_and_in_the_order_of_its_writer(
    folder: Path, mode: str
) -> None:
    seen: list[tuple[str, str]] = []
    ids: list[int] = []
    wanted = WRITERS * EACH
    reader = Journal(folder)
    with writers(folder, mode) as started:
        deadline = time.monotonic() + 60
        while len(seen) < wanted:
            assert time.monotonic() < deadline, f"{len(seen)} of {wanted}"
            page = reader.list(after=ids[-1] if ids else 0, limit=50)
            seen += [(exchange.session, exchange.path) for exchange in page]
            ids += [exchange.id for exchange in page]
    assert [process.returncode for process in started] == [0] * WRITERS
    assert ids == sorted(set(ids))
    for number in range(WRITERS):
        assert [path for session, path in seen if session == str(number)] == [str(n) for n in range(EACH)]
    state = reader.state()
    assert (state.exchanges, state.lost, state.killed, state.damaged) == (wanted, 0, 0, 0)
    reader.close()


def test_two_readers_and_one_who_drops_old_segments_agree(folder: Path) -> None:
    readers = [Journal(folder) for _ in range(2)]
    found: list[dict[int, tuple[str, str]]] = [{}, {}]
    stop = threading.Event()

    def read(reader: Journal, into: dict[int, tuple[str, str]]) -> None:
        last = 0
        while not stop.is_set() or reader.list(after=last, limit=1):
            for exchange in reader.list(after=last, limit=100):
                into[exchange.id] = (exchange.session, exchange.path)
                last = exchange.id

    threads = [
        threading.Thread(target=read, args=(reader, into))
        for reader, into in zip(readers, found, strict=True)
    ]
    for thread in threads:
        thread.start()
    dropping = Journal(folder)
    with writers(folder, "sync") as started:
        while any(process.poll() is None for process in started):
            dropping.prune(max_bytes=200_000)
            time.sleep(0.01)
    stop.set()
    for thread in threads:
        thread.join(timeout=60)
    common = found[0].keys() & found[1].keys()
    assert common
    assert all(found[0][number] == found[1][number] for number in common)
    state = dropping.state()
    assert state.exchanges + state.dropped == WRITERS * EACH
    for journal in (*readers, dropping):
        journal.close()


@pytest.mark.parametrize("mode", ["sync", "batch"])
def test_several_servers_on_one_data_directory_keep_every_call(
    tmp_path: Path, soap_request: Callable[..., bytes], mode: str
) -> None:
    """Two simulators of two workers each on one data directory: as many processes, one journal."""
    options = JournalOptions(mode="batch" if mode == "batch" else "sync")
    bench = BenchOptions(data_dir=tmp_path, people=5, journal=options)
    answered: list[str] = []

    def call(url: str, client: int) -> None:
        with httpx.Client(trust_env=False, timeout=10) as http:
            for number in range(25):
                message_id = f"uuid:{client}-{number}"
                answer = http.post(
                    f"{url}/lps",
                    content=soap_request(message_id=message_id),
                    headers={"Content-Type": "application/soap+xml"},
                )
                assert answer.status_code == 200
                answered.append(message_id)

    with (
        running(ServeOptions(bench=bench, port=free_port(), workers=2)) as first,
        running(ServeOptions(bench=bench, port=free_port(), workers=2)) as second,
    ):
        threads = [
            threading.Thread(target=call, args=((first, second)[client % 2], client)) for client in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        # In mode batch what waits in other processes appears once it is written, within the bound.
        deadline = time.monotonic() + 30
        while (told := httpx.get(f"{first}/health", trust_env=False).json())["exchanges"] < len(answered):
            assert time.monotonic() < deadline, told
            time.sleep(0.05)
        assert told["lost_exchanges"] == 0
    journal = open_journal(tmp_path)
    kept = [exchange.message_id for exchange in journal.each()]
    journal.close()
    assert len(answered) == 200
    assert sorted(map(str, kept)) == sorted(answered)
