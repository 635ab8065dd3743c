"""``make bench``: the traits search through the real server beside a bare echo on the same server.

Figures of one machine at one time: quote the ratios. Nothing here passes or fails.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from random import Random

from conformance.load.expected import Lookups
from conformance.load.message import search_request
from simulator.bench import BenchOptions, open_bench
from simulator.serving import ServeOptions, base_url, free_port, running, serve_rsgi, wait_until_answering

CLIENT = Path(__file__).with_name("rawclient.py")


def _echo(*_):
    async def application(scope, protocol):
        body = b"" if scope.method == "GET" else await protocol()
        protocol.response_bytes(200, [("content-type", "text/xml"), ("content-length", str(len(body)))], body)

    return application


def _serve_echo(port, workers):
    serve_rsgi(
        _echo,
        host="127.0.0.1",
        port=port,
        workers=workers,
        on_ready=lambda: None,
        ready_url=f"http://127.0.0.1:{port}/",
    )


def _measure(port, path, bodies, options):
    orders = {
        "port": port,
        "path": path,
        "bodies": bodies,
        "connections": options.connections,
        "seconds": options.seconds,
    }
    done = subprocess.run(
        [sys.executable, str(CLIENT), json.dumps(orders)], capture_output=True, text=True, check=True
    )
    figures = json.loads(done.stdout)
    if figures["bad"]:
        sys.exit(f"{figures['bad']} wrong answers, the first one:\n{figures['first_bad']}")
    return figures


def _bodies(folder, data_dir):
    bench = open_bench(BenchOptions(data_dir=data_dir))
    lookups = Lookups(bench.registry.people(limit=1000), Random(1))
    bodies = []
    while len(bodies) < 200:
        lookup = lookups.draw()
        if lookup.code != "00":
            continue
        body = folder / f"{len(bodies)}.xml"
        body.write_text(search_request(lookup), encoding="utf-8")
        bodies.append((str(body), f"<NumIdentifiant>{lookup.matricule[:13]}<"))
    bench.close()
    return bodies


def _first_answer():
    """Return how long a fresh ``banc serve`` takes to its first answer, in seconds."""
    with tempfile.TemporaryDirectory() as folder:
        options = ServeOptions(bench=BenchOptions(data_dir=Path(folder)), port=free_port())
        started = time.perf_counter()
        with running(options):
            return time.perf_counter() - started


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--workers", type=int, default=1)
    options = parser.parse_args()
    results = {"echo": [], "traits search": []}
    with tempfile.TemporaryDirectory() as folder:
        data_dir = Path(folder) / "data"
        bodies = _bodies(Path(folder), data_dir)
        echoes = [(body, "RECSANSVITALE") for body, _ in bodies]
        echo_port = free_port()
        echo = multiprocessing.get_context("spawn").Process(
            target=_serve_echo, args=(echo_port, options.workers)
        )
        echo.start()
        serve = ServeOptions(bench=BenchOptions(data_dir=data_dir), port=free_port(), workers=options.workers)
        try:
            with running(serve) as url:
                wait_until_answering(f"http://127.0.0.1:{echo_port}/")
                port = int(url.rpartition(":")[2])
                assert url == base_url(serve)
                for _ in range(options.rounds):
                    results["echo"].append(_measure(echo_port, "/", echoes, options))
                    results["traits search"].append(_measure(port, "/lps", bodies, options))
        finally:
            echo.terminate()
            echo.join()
    starts = [_first_answer() for _ in range(options.rounds)]
    print(
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, "
        f"{options.workers} worker(s), {options.connections} connections, {options.rounds} x {options.seconds:g} s"
    )
    print(f"{'':<16}{'calls/s':>10}{'p50 ms':>10}{'p99 ms':>10}   (medians)")
    for name, rounds in results.items():
        row = [statistics.median(figures[key] for figures in rounds) for key in ("rate", "p50_ms", "p99_ms")]
        print(f"{name:<16}{row[0]:>10.0f}{row[1]:>10.2f}{row[2]:>10.2f}")
    ratios = [
        search["rate"] / echo_run["rate"]
        for search, echo_run in zip(results["traits search"], results["echo"], strict=True)
    ]
    print(f"traits search / echo, pair by pair: {', '.join(f'{ratio:.2f}' for ratio in ratios)}")
    print(f"first answer of a fresh banc serve: {statistics.median(starts):.2f} s (median of {len(starts)})")


if __name__ == "__main__":
    main()
