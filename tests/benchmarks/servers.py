"""The servers that are measured, each in its own processes; and how much processor time those have used."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import bodies as requests
import competitors
import fifty_rules
from competitors import MissingError
from page import LARGE

from simulator.bench import BenchOptions
from simulator.journal.writer import JournalOptions
from simulator.serving import ServeOptions, free_port, running, serve_rsgi, wait_until_answering

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass
class Server:
    """A server that runs, and what to send it."""

    name: str
    port: int
    path: str
    bodies: list[tuple[str, str]]
    """Each: file of the request, text that the answer must hold."""
    processes: list[int]
    clear: Callable[[], object] = lambda: None
    """Empties its journal, before each round."""
    rounds: list[dict] = field(default_factory=list)
    """Figures at full speed."""
    half: list[dict] = field(default_factory=list)
    """Figures at half of that."""


def _echo(*_):
    async def application(scope, protocol):
        body = b"" if scope.method == "GET" else await protocol()
        protocol.response_bytes(200, [("content-type", "text/xml"), ("content-length", str(len(body)))], body)

    return application


def _serve_echo(port):
    serve_rsgi(
        _echo,
        host="127.0.0.1",
        port=port,
        workers=1,
        on_ready=lambda: None,
        ready_url=f"http://127.0.0.1:{port}/",
    )


@contextlib.contextmanager
def echo(bodies):
    """Run a bare echo on the simulator's HTTP server: the most that this server and this generator can do."""
    port = free_port()
    before = _children()
    process = multiprocessing.get_context("spawn").Process(target=_serve_echo, args=(port,))
    process.start()
    try:
        wait_until_answering(f"http://127.0.0.1:{port}/")
        yield Server("echo", port, "/", [(body, "RECSANSVITALE") for body, *_ in bodies], _new(before))
    finally:
        process.terminate()
        process.join()


@contextlib.contextmanager
def simulator(name, bodies, data_dir, people, *, workers, pki=None, journal="sync", registry=None):
    """Run the simulator: journal on, in this mode, registry of ``people``, or the one built before."""
    before = _children()
    bench = BenchOptions(
        data_dir=data_dir,
        people=people,
        pki=pki,
        journal=JournalOptions(mode=journal),
        registry=registry,
    )
    with running(ServeOptions(bench=bench, port=free_port(), workers=workers)) as url:
        yield Server(name, int(url.rpartition(":")[2]), "/lps", bodies, _new(before))


@contextlib.contextmanager
def mock(name, modules, bodies):
    """Run WireMock or mountebank."""
    before = _children()
    with {"WireMock": competitors.wiremock, "mountebank": competitors.mountebank}[name](modules) as (
        port,
        clear,
    ):
        yield Server(name, port, "/lps", bodies, _new(before), clear)


@contextlib.contextmanager
def static(bodies):
    """Run nginx with one answer for all: no work at all, in native code."""
    before = _children()
    with competitors.nginx() as port:
        yield Server("nginx", port, "/lps", [(body, "<CodeCR>00<") for body, *_ in bodies], _new(before))


@contextlib.contextmanager
def native(bodies, people):
    """Run gSOAP's server over the people of a file: the same contract in C++, a hash table, and nothing else."""
    before = _children()
    with competitors.gsoap(people) as port:
        # It writes a prefix.
        yield Server(
            "gSOAP", port, "/lps", [(body, text.lstrip("<")) for body, text, *_ in bodies], _new(before)
        )


def start_all(stack, folder, options, *, drawn, signed, pki, large=None):
    """Start every server in the exit stack; return them, and why others are not among them.

    ``large``: a registry built before and the requests for people of it, for one more row.
    """
    plain = [(body, expected) for body, expected, _ in drawn]
    run = partial(simulator, people=options.people)
    servers = [stack.enter_context(echo(plain))]
    missing = {}
    for name, bodies, workers, authority, journal in (
        ("search, 1 worker", plain, 1, None, "sync"),
        ("search, journal batch", plain, 1, None, "batch"),
        ("search, 2 workers", plain, 2, None, "sync"),
        ("search signed, 1 worker", signed, 1, pki, "sync"),
        ("search signed, 2 workers", signed, 2, pki, "sync"),
    ):
        data_dir = folder / name.replace(", ", "-").replace(" ", "-")
        started = run(name, bodies, data_dir, workers=workers, pki=authority, journal=journal)
        servers.append(stack.enter_context(started))
    # Right after the row that it is compared with, in a session of its own on a server of its own.
    scripted = stack.enter_context(run(fifty_rules.NAME, plain, folder / "fifty-rules", workers=1))
    scripted.path = fifty_rules.install(f"http://127.0.0.1:{scripted.port}")
    servers.insert(2, scripted)
    if large is not None:
        registry, anywhere = large
        started = run(LARGE, anywhere, folder / "large", workers=1, registry=str(registry))
        # Right after the row that it is compared with.
        servers.insert(2, stack.enter_context(started))
    named = [(body, f"<NomNaissance>{name}<") for body, _, name in drawn]
    if options.competitors:
        try:
            servers.append(stack.enter_context(static(plain)))
        except MissingError as error:
            missing["nginx"] = str(error)
        requests.table(folder / "people.tsv", folder / "drawing", options.people)
        try:
            servers.append(stack.enter_context(native(plain, folder / "people.tsv")))
        except MissingError as error:
            missing["gSOAP"] = str(error)
    for name in ("WireMock", "mountebank") if options.competitors else ():
        try:
            servers.append(stack.enter_context(mock(name, competitors.install(), named)))
        except MissingError as error:
            missing[name] = str(error)
    return servers, missing


def processor_seconds(processes):
    """Return the processor time used by these processes so far, ``None`` where the system does not tell (not Linux)."""
    total = 0
    for process in processes:
        try:
            parts = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(") ")[2].split()
        except OSError:
            return None
        total += int(parts[11]) + int(parts[12])
    return total / os.sysconf("SC_CLK_TCK")


def memory_mib(processes):
    """Return what these processes have in memory, in MiB: resident, added up; and with what they share counted once.

    ``None`` where the system does not tell (not Linux).
    """
    resident = proportional = 0
    for process in processes:
        try:
            text = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="utf-8")
        except OSError:
            return None
        sizes = {line.split(":")[0]: line.split()[1] for line in text.splitlines()[1:]}
        resident += int(sizes["Rss"])
        proportional += int(sizes["Pss"])
    return resident / 1024, proportional / 1024


def machine_seconds():
    """Return the seconds of all cores so far, busy ones and all of them, ``None`` where the system does not tell."""
    try:
        first = Path("/proc/stat").read_text(encoding="utf-8").splitlines()[0]
    except OSError:
        return None
    ticks = [int(part) / os.sysconf("SC_CLK_TCK") for part in first.split()[1:9]]
    idle = ticks[3] + ticks[4]
    return sum(ticks) - idle, sum(ticks)


def _children():
    """Return the processes below this one (Linux)."""
    parents = {}
    for entry in Path("/proc").glob("[0-9]*/stat") if Path("/proc/self/stat").exists() else ():
        with contextlib.suppress(OSError):
            parts = entry.read_text(encoding="utf-8").rpartition(") ")[2].split()
            parents[int(entry.parent.name)] = int(parts[1])
    below = {os.getpid()}
    while more := {child for child, parent in parents.items() if parent in below} - below:
        below |= more
    return below - {os.getpid()}


def _new(before):
    return sorted(_children() - before)
