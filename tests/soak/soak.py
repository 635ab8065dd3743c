"""A bench under everything at once for a while: do memory, descriptors and threads stay flat?

Software of every kind calls over HTTP, one-way and mutual TLS; sessions come and go; the journal is listed, exported and
followed; clients are silent, drip, break off and do not read. Every few seconds the processes of the server are measured.

    python tests/soak/soak.py --minutes 20 --page
"""

from __future__ import annotations

import argparse
import itertools
import random
import socket
import ssl
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import httpx
import psutil

from conformance.load.calling.expected import Lookups
from conformance.load.calling.message import search_request
from simulator.bench import BenchOptions
from simulator.client import BenchClient, BenchClientError
from simulator.journal.writer import JournalOptions
from simulator.security.pki import init_pki
from simulator.serving import ServeOptions, free_port, running

WARM_UP: Final = 0.25
"""Share of the time that is not judged: caches fill, threads start."""
MEMORY_SHARE, MEMORY_BYTES = 0.10, 24 << 20
"""The last third may have so much more memory than the first: a share, and some bytes."""
DESCRIPTORS, THREADS = 40, 12
"""The same of descriptors and threads: clients come and go at random."""
PAGE: Final = Path(__file__).resolve().parents[2] / "docs" / "soak.md"


@dataclass
class Field:
    """What the clients share."""

    url: str
    ports: dict[str, int]
    contexts: dict[str, ssl.SSLContext | None]
    lookups: Lookups
    stop: threading.Event = field(default_factory=threading.Event)
    counts: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def count(self, what: str) -> None:
        with self.lock:
            self.counts[what] += 1

    def body(self) -> bytes:
        """Return a search by traits, with identifiers of its own."""
        with self.lock:
            lookup = self.lookups.draw()
        return search_request(lookup).encode()

    def connect(self, name: str) -> socket.socket:
        plain = socket.create_connection(("127.0.0.1", self.ports[name]), timeout=30)
        context = self.contexts[name]
        return plain if context is None else context.wrap_socket(plain, server_hostname="localhost")


@dataclass(frozen=True)
class Sample:
    """The processes of the server at one moment."""

    at: float
    memory: int
    descriptors: int
    threads: int


def calls(ground: Field, name: str, *, keep: bool) -> None:
    """Call over one port, each time on a new connection or again and again on one."""
    scheme = "http" if name == "http" else "https"
    context = ground.contexts[name]
    url = f"{scheme}://localhost:{ground.ports[name]}/lps"
    headers = {"Content-Type": "application/soap+xml; charset=utf-8"}
    while not ground.stop.is_set():
        with httpx.Client(verify=context or False, trust_env=False, timeout=30) as client:
            for _ in range(200 if keep else 1):
                if ground.stop.is_set():
                    return
                answer = client.post(url, content=ground.body(), headers=headers)
                ground.count("answered" if answer.status_code == 200 else f"HTTP {answer.status_code}")
                ground.stop.wait(0.005)


def testers(ground: Field) -> None:
    """Make sessions, use them, list and export what they asked, delete them."""
    headers = {"Content-Type": "application/soap+xml; charset=utf-8"}
    with BenchClient(ground.url, timeout=60) as client:
        while not ground.stop.is_set():
            with suppress(BenchClientError):
                session = client.create_session(name="soak")
                for _ in range(5):
                    httpx.post(session.soap_url, content=ground.body(), headers=headers, trust_env=False)
                session.exchanges()
                client.fetch("GET", "/api/v1/exchanges/export", params={"session": session.id})
                client.fetch("GET", f"{session.path}/export")
                session.delete()
                ground.count("sessions")
            ground.stop.wait(0.2)


def watchers(ground: Field) -> None:
    """Follow the live journal for a while, and look at the state."""
    while not ground.stop.is_set():
        with suppress(httpx.HTTPError), httpx.Client(trust_env=False, timeout=10) as client:
            client.get(f"{ground.url}/health")
            until = time.monotonic() + 5
            with client.stream("GET", f"{ground.url}/api/v1/exchanges/events") as stream:
                for _ in stream.iter_lines():
                    if time.monotonic() > until or ground.stop.is_set():
                        break
            ground.count("followed")


def hostile(ground: Field, seed: int) -> None:
    """Open connections and misbehave on them."""
    draw = random.Random(seed)
    head = b"POST /lps HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/soap+xml\r\n"
    deeds = (
        b"",
        head[:30],
        head + b"Content-Length: 5000\r\n\r\n<a>",
        head + b"Transfer-Encoding: chunked\r\n\r\nZZ\r\n",
        b"GET /lps?wsdl HTTP/1.1\r\nHost: localhost\r\n\r\n" * 20,
        b"GET /api/v1/exchanges/export HTTP/1.1\r\nHost: localhost\r\n\r\n",
        head + b"X-Banc-Session: \xe9\r\nContent-Length: 0\r\n\r\n",
        b"\x16\x03\x01" + draw.randbytes(60),
    )
    with ExitStack() as stack:
        for number in itertools.count():
            if ground.stop.is_set():
                return
            name = draw.choice(("http", "tls", "mtls"))
            with suppress(OSError):
                connection = stack.enter_context(
                    socket.create_connection(("127.0.0.1", ground.ports[name]), timeout=10)
                    if draw.random() < 0.3
                    else ground.connect(name)
                )
                connection.sendall(draw.choice(deeds))
                ground.count("hostile")
            if number % 50 == 49:
                stack.close()
            ground.stop.wait(0.05)


def measure(root: psutil.Process) -> Sample:
    """Return what all processes of the server have."""
    memory = descriptors = threads = 0
    for process in (root, *root.children(recursive=True)):
        with suppress(psutil.Error), process.oneshot():
            memory += process.memory_info().rss
            threads += process.num_threads()
            descriptors += process.num_fds() if hasattr(process, "num_fds") else process.num_handles()
    return Sample(time.monotonic(), memory, descriptors, threads)


def verdict(samples: list[Sample]) -> list[tuple[str, float, float, bool]]:
    """Return, for each quantity, its median in the first and in the last third, and whether it stayed flat."""
    judged = samples[int(len(samples) * WARM_UP) :]
    third = max(len(judged) // 3, 1)
    found = []
    for name, share, more in (
        ("memory", MEMORY_SHARE, MEMORY_BYTES),
        ("descriptors", 0.0, DESCRIPTORS),
        ("threads", 0.0, THREADS),
    ):
        first, last = (
            statistics.median(getattr(each, name) for each in part)
            for part in (judged[:third], judged[-third:])
        )
        found.append((name, first, last, last <= first * (1 + share) + more))
    return found


def lines(minutes: float, samples: list[Sample], counts: Counter[str], health: dict[str, Any]) -> list[str]:
    """Return the report."""
    table = ["| quantity | first third | last third | flat |", "|---|---|---|---|"]
    for name, first, last, flat in verdict(samples):
        shown = [
            f"{value / 2**20:.0f} MiB" if name == "memory" else f"{value:.0f}" for value in (first, last)
        ]
        table.append(f"| {name} | {shown[0]} | {shown[1]} | {'yes' if flat else 'NO'} |")
    told = ", ".join(f"{count} {what}" for what, count in sorted(counts.items()))
    return [
        f"{minutes:g} minutes, {len(samples)} measures; the first quarter is not judged.",
        "",
        *table,
        "",
        (
            f"Meanwhile: {told}. Exchanges kept: {health['exchanges']}; lost: {health['lost_exchanges']}; "
            f"processes started again: {health['restarts']}; health: {health['status']}."
        ),
    ]


def main() -> int:
    """Run; exit code 1 when something grows, is lost or died."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=20.0)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--page", action="store_true", help="Write docs/soak.md.")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="banc-soak-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        pki = init_pki(folder / "pki", now=datetime.now(UTC))
        mutual = ssl.create_default_context(cafile=str(pki.bundle))
        mutual.load_cert_chain(pki.directory / pki.entry("insi-auto").combined)
        served = ServeOptions(
            bench=BenchOptions(
                data_dir=folder / "bench",
                people=1000,
                pki=pki.directory,
                journal=JournalOptions(max_bytes=512 << 20),
            ),
            port=free_port(),
            workers=options.workers,
            https_port=free_port(),
            mtls_port=free_port(),
        )
        with running(served) as url:
            root = next(
                each
                for each in psutil.Process().children()
                if {"simulator.cli", "serve"} <= set(each.cmdline())
            )
            ground = Field(
                url,
                {"http": served.port, "tls": served.https_port or 0, "mtls": served.mtls_port or 0},
                {"http": None, "tls": ssl.create_default_context(cafile=str(pki.bundle)), "mtls": mutual},
                Lookups(BenchClient(url).session().people(limit=200), random.Random(1)),
            )
            return judge(ground, root, options.minutes, page=options.page)


def judge(ground: Field, root: psutil.Process, minutes: float, *, page: bool) -> int:
    """Let the clients loose, measure, report."""
    threads = [
        *(
            threading.Thread(target=calls, args=(ground, name), kwargs={"keep": keep})
            for name in ground.ports
            for keep in (True, False)
        ),
        threading.Thread(target=testers, args=(ground,)),
        threading.Thread(target=watchers, args=(ground,)),
        *(threading.Thread(target=hostile, args=(ground, seed)) for seed in (1, 2)),
    ]
    for thread in threads:
        thread.daemon = True
        thread.start()
    samples: list[Sample] = []
    end = time.monotonic() + minutes * 60
    every = max(minutes * 60 / 240, 0.5)
    while time.monotonic() < end:
        time.sleep(every)
        samples.append(measure(root))
    ground.stop.set()
    for thread in threads:
        thread.join(timeout=60)
    with BenchClient(ground.url, timeout=60) as client:
        health = client.health()
    report = lines(minutes, samples, ground.counts, health)
    print("\n".join(report))  # noqa: T201 - what it is for
    if page:
        PAGE.write_text("\n".join(["# Soak", "", *INTRODUCTION, "", *report, ""]), encoding="utf-8")
    good = all(flat for *_, flat in verdict(samples))
    unlost = health["lost_exchanges"] == 0 and health["restarts"] == 0 and health["status"] == "ok"
    answered = not any(what.startswith("HTTP ") for what in ground.counts)
    return 0 if good and unlost and answered else 1


INTRODUCTION: Final = (
    "`make soak` puts a bench under everything at once: calls over HTTP, one-way and mutual TLS, on new connections and",
    "kept ones; sessions that come and go, listings, exports, archives, the live journal; and clients that are silent, drip,",
    'break off, send nonsense and do not read. `make soak ARGS="--minutes 2"` is a shorter one. It fails when memory,',
    "descriptors or threads of the server grow, when a call is lost or refused, or when a process dies. This page is what",
    "`make soak` wrote last.",
)

if __name__ == "__main__":
    sys.exit(main())
