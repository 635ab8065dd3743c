"""What the journal costs: an exchange kept in each mode, and a whole call with the journal in each mode or with none.

    python tests/benchmarks/journal_cost.py [--count 20000] [--calls 2000] [--rounds 7] [--fsync]

Every round does the same with each, one after the other, so that what else the machine does hits all alike. Beside them
the SQLite commit of version 0.1. Also: how fast a reader indexes what was written. Figures of one machine at one time:
quote the ratios.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path
from random import Random

from former_journal import FormerJournal

from conformance.load.calling.expected import Lookups
from conformance.load.calling.message import search_request
from simulator.bench import BenchOptions, open_bench
from simulator.journal.store import Journal
from simulator.journal.writer import JournalOptions
from simulator.teleservice.wire import WireRequest


class NoJournal:
    """Keeps nothing: what a call costs without a journal. For this comparison alone, the simulator has no such mode."""

    lost = 0

    def append(self, exchange):
        """Forget an exchange."""
        del exchange
        return True

    def flush(self):
        """Do nothing."""

    def close(self):
        """Do nothing."""


def _request(bench):
    """Return a search by traits whose answer is 00."""
    lookups = Lookups(bench.registry.people(limit=10), Random(1))
    lookup = next(lookup for lookup in iter(lookups.draw, None) if lookup.code == "00")
    headers = {
        "content-type": "application/soap+xml; charset=utf-8",
        "user-agent": "LGO/1.0",
        "host": "127.0.0.1:8080",
        "accept": "*/*",
        "accept-encoding": "identity",
        "content-length": "2300",
        "connection": "keep-alive",
    }
    return WireRequest(path="/lps", headers=headers, body=search_request(lookup).encode())


def _exchange(folder):
    """Return a real exchange: a search by traits and its answer 00."""
    bench = open_bench(BenchOptions(data_dir=folder, people=10))
    exchange = bench.teleservice.handle(_request(bench), bench.sessions.get("default"))
    bench.close()
    return exchange


def whole_calls(folder, *, calls, rounds):
    """Return, by mode, the microseconds that a whole call took in each round, within one process: no network."""
    bench = open_bench(BenchOptions(data_dir=folder, people=10))
    session, request = bench.sessions.get("default"), _request(bench)
    journals = {
        "off": NoJournal(),
        "sync": Journal(folder / "calls-sync"),
        "batch": Journal(folder / "calls-batch", JournalOptions(mode="batch")),
    }
    figures = {mode: [] for mode in journals}
    # The first round warms up.
    for number in range(rounds + 1):
        for mode, journal in journals.items():
            bench.teleservice.journal = journal
            started = time.perf_counter()
            for _ in range(calls):
                bench.teleservice.handle(request, session)
            journal.flush()
            if number:
                figures[mode].append((time.perf_counter() - started) / calls * 1e6)
    for journal in journals.values():
        journal.close()
    bench.close()
    return figures


def whole_calls_table(figures):
    """Return the table of whole calls, in Markdown that also reads well in a terminal."""
    lines = [
        "| journal | µs/call, median | best | ratio to off, median | round by round |",
        "| --- | ---: | ---: | ---: | --- |",
    ]
    for mode, found in figures.items():
        pairs = [mine / off for mine, off in zip(found, figures["off"], strict=True)]
        shown = ", ".join(f"{pair:.2f}" for pair in pairs)
        median = f"{statistics.median(found):.0f} | {min(found):.0f} | {statistics.median(pairs):.2f}"
        lines.append(f"| {mode} | {median} | {shown} |")
    return "\n".join(lines)


def _micros(journal, exchange, count):
    started = time.perf_counter()
    for _ in range(count):
        journal.append(exchange)
    return (time.perf_counter() - started) / count * 1e6


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=20_000, help="appends in each round")
    parser.add_argument("--calls", type=int, default=2_000, help="whole calls in each round")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--fsync", action="store_true", help="also the mode fsync (a hundredth of the count)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name)
        exchange = _exchange(folder / "bench")
        journals = {
            "SQLite commit (0.1)": FormerJournal(folder / "former.sqlite"),
            "sync": Journal(folder / "sync", JournalOptions()),
            "batch": Journal(folder / "batch", JournalOptions(mode="batch")),
        }
        if options.fsync:
            journals["fsync"] = Journal(folder / "fsync", JournalOptions(mode="fsync"))
        figures = {name: [] for name in journals}
        for _ in range(options.rounds):
            for mode, journal in journals.items():
                count = options.count // 100 if mode == "fsync" else options.count
                figures[mode].append(_micros(journal, exchange, count))
        former = statistics.median(figures["SQLite commit (0.1)"])
        print(f"request {len(exchange.request)} bytes, response {len(exchange.response)} bytes")
        print(f"{'append':<22}{'median µs':>10}{'best µs':>10}{'ratio':>8}")
        for mode, found in figures.items():
            median = statistics.median(found)
            print(f"{mode:<22}{median:>10.1f}{min(found):>10.1f}{median / former:>8.2f}")
        started = time.perf_counter()
        kept = journals["sync"].count()
        seconds = time.perf_counter() - started
        print(f"indexing {kept} exchanges: {kept / seconds:.0f}/s")
        started = time.perf_counter()
        for _ in range(100):
            journals["sync"].count()
        print(f"reading the count again, nothing new: {(time.perf_counter() - started) * 1e4:.0f} µs")
        for journal in journals.values():
            journal.close()
        print("\nwhole calls, in one process:")
        print(whole_calls_table(whole_calls(folder / "calls", calls=options.calls, rounds=options.rounds)))


if __name__ == "__main__":
    main()
