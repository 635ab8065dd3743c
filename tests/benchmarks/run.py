"""``make bench``: searches by traits through the real server, beside a bare echo and two general mocks.

Every server runs during the whole run, and each round measures one after the other, so that what else the machine does
hits all of them alike. Figures of one machine at one time: quote the ratios. Nothing here passes or fails.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import bodies
import competitors
import knee
from journal_cost import whole_calls, whole_calls_table
from page import Rig, render_page, table
from servers import machine_seconds, memory_mib, processor_seconds, start_all

from simulator.bench import BenchOptions
from simulator.population.build import people, recipe
from simulator.registry.opening import build_registry
from simulator.security.pki import init_pki
from simulator.serving import ServeOptions, free_port, running

BUSY_ELSEWHERE = 0.08
"""Share of the machine that other programs may take during a measurement (the disk's own work counts as theirs)."""
TRIES = 4
CLIENT = Path(__file__).with_name("rawclient.py")
PAGE = Path(__file__).resolve().parents[2] / "docs" / "benchmarks.md"


def _measure(server, seconds, options, rate=None):
    """Load one server; measure again when other programs were busy meanwhile, and return the quietest figures."""
    tries = []
    while len(tries) < TRIES:
        if tries:
            time.sleep(5)
        tries.append(_load(server, seconds, options, rate))
        if (tries[-1]["others"] or 0) < BUSY_ELSEWHERE:
            break
    return min(tries, key=lambda figures: figures["others"] or 0)


def _load(server, seconds, options, rate):
    """Return the figures of the generator, the processor time of the server and the share that others took."""
    server.clear()
    orders = {
        "port": server.port,
        "path": server.path,
        "bodies": server.bodies,
        "connections": options.connections,
        "seconds": seconds,
        "rate": rate,
    }
    command = [sys.executable, str(CLIENT)]
    before, machine = processor_seconds(server.processes), machine_seconds()
    done = subprocess.run(command, input=json.dumps(orders), capture_output=True, text=True, check=True)
    after, machine_after = processor_seconds(server.processes), machine_seconds()
    figures = json.loads(done.stdout)
    if figures["bad"]:
        sys.exit(f"{server.name}: {figures['bad']} wrong answers, the first one:\n{figures['first_bad']}")
    used = others = None
    if before is not None and after is not None and machine is not None:
        used = (after - before) / figures["calls"] * 1e6
        busy, whole = (later - sooner for sooner, later in zip(machine, machine_after, strict=True))
        others = max(busy - (after - before) - figures["own_s"], 0) / whole
    resident, proportional = memory_mib(server.processes) or (None, None)
    return figures | {"server_us": used, "others": others, "rss_mib": resident, "pss_mib": proportional}


def _first_answer():
    """Return how long a fresh ``banc serve`` takes to its first answer, in seconds."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        options = ServeOptions(bench=BenchOptions(data_dir=Path(folder)), port=free_port())
        started = time.perf_counter()
        with running(options):
            return time.perf_counter() - started


def _large(folder, size):
    """Build a registry of so many people; return the file, and the requests for people of it."""
    _say(f"building a registry of {size} people")
    registry = folder / "large.sqlite"
    build_registry(registry, people(size, 1), recipe(size, 1))
    return registry, bodies.draw_anywhere(folder, registry)


def _say(text):
    print(text, flush=True)


def _run(servers, options):
    for server in servers:
        _say(f"warming up: {server.name}")
        _measure(server, options.warm_up, options)
    for number in range(options.rounds):
        for server in servers:
            server.rounds.append(_measure(server, options.seconds, options))
        _say(f"round {number + 1} of {options.rounds}: " + _rates(servers))
    for number in range(options.rounds):
        for server in servers:
            rate = statistics.median(figures["rate"] for figures in server.rounds) / 2
            server.half.append(_measure(server, options.seconds, options, rate))
        _say(f"at half of the rate, round {number + 1} of {options.rounds}")


def _rates(servers):
    return ", ".join(f"{server.name} {server.rounds[-1]['rate']:.0f}/s" for server in servers)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--seconds", type=float, default=4, help="of each measurement")
    parser.add_argument("--warm-up", type=float, default=15, help="seconds before the first round")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--people", type=int, default=10_000, help="size of the registry")
    parser.add_argument(
        "--large", type=int, default=1_000_000, help="size of the registry of one more row; 0 leaves it out"
    )
    parser.add_argument(
        "--competitors", action="store_true", help="WireMock and mountebank too (npm, Java, Node)"
    )
    parser.add_argument("--knee-rounds", type=int, default=3, help="ramps to the knee; 0 leaves it out")
    parser.add_argument("--page", type=Path, nargs="?", const=PAGE, help="write the page, docs/benchmarks.md")
    options = parser.parse_args()
    load_before = os.getloadavg()[0] if hasattr(os, "getloadavg") else None
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True)))
        pki = init_pki(folder / "pki", now=datetime.now(UTC))
        drawn = bodies.draw(folder, folder / "drawing", options.people)
        signed = bodies.sign(folder, drawn, pki)
        large = _large(folder, options.large) if options.large else None
        servers, missing = start_all(
            stack, folder, options, drawn=drawn, signed=signed, pki=pki.directory, large=large
        )
        _run(servers, options)
        _say("looking for the knee")
        knees = knee.table(knee.knees(servers, options.knee_rounds)) if options.knee_rounds else ""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        journal = whole_calls_table(whole_calls(Path(name), calls=2_000, rounds=options.rounds))
    starts = [_first_answer() for _ in range(options.rounds)]
    rig = Rig.here(options, load_before, competitors.versions() if options.competitors else [])
    _say(table(servers, missing))
    _say(f"the knee:\n{knees}")
    _say(f"the journal, whole calls in one process:\n{journal}")
    _say(f"first answer of a fresh banc serve: {statistics.median(starts):.2f} s")
    if options.page:
        options.page.write_text(
            render_page(servers, missing, starts, rig, journal=journal, knees=knees), encoding="utf-8"
        )
        _say(f"written: {options.page}")


if __name__ == "__main__":
    main()
