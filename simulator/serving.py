"""Starting the servers: granian for plain HTTP, on every platform."""

from __future__ import annotations

import contextlib
import ctypes
import multiprocessing
import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, replace
from functools import partial
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

import httpx
from granian import Granian
from granian.constants import Interfaces

from simulator.bench import BenchOptions, open_bench
from simulator.contract.faults import fault_catalogue
from simulator.installing import Installer
from simulator.scripting.chaos import chaos_catalogue
from simulator.sessions.store import DEFAULT
from simulator.tls_serving import TlsSetupError, tls_port
from simulator.web.app import create_app, create_parts
from simulator.web.front import Front

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from multiprocessing.connection import Connection
    from pathlib import Path

    from simulator.journal.writer import JournalOptions

REGISTRY_VARIABLE = "BANC_REGISTRY"
"""Environment variable of ``--registry``: a command line, with its password, is seen by everybody on the machine."""

READY_TIMEOUT_S = 20.0
"""How long a starting server may take before it is reported as failed."""

STOP_TIMEOUT_S = 2
"""How long calls in progress are given when the server is stopped."""


class ServingError(Exception):
    """The server could not start; the message says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServeOptions:
    """Where and how to serve."""

    bench: BenchOptions
    host: str = "127.0.0.1"
    port: int = 8080
    """0 takes a free port."""
    workers: int = 1
    token: str | None = None
    """Asked by the control API; made when ``host`` is not loopback and none is given."""
    https_port: int | None = None
    """Port of one-way TLS (CPx); ``None``: closed, 0: a free one."""
    mtls_port: int | None = None
    """Port of mutual TLS (software certificate); ``None``: closed, 0: a free one."""
    scenarios: Path | None = None
    """Folder of scenarios put in force in the default session and followed; ``None``: leave it as it is."""


def is_loopback(host: str) -> bool:
    """Return whether an address or name only reaches this machine."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def free_port(host: str = "127.0.0.1") -> int:
    """Return a port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


def prepare(options: ServeOptions) -> ServeOptions:
    """Check that the address can be served, build the registry, and fill in what was left open.

    Raises:
        ServingError: the port is taken or the address is not of this machine.
        BenchSetupError: the data directory cannot be used.
        ValueError: a scenario of the folder cannot be put in force.
    """
    family = socket.AF_INET6 if ":" in options.host else socket.AF_INET
    try:
        with socket.socket(family) as probe:
            if os.name != "nt":  # there it would allow to share the port
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((options.host, options.port))
            port = int(probe.getsockname()[1])
    except OSError as error:
        raise ServingError(
            f"cannot listen on {options.host}:{options.port}: {error.strerror or error}. "
            "Stop what uses it or choose another --port (0 takes a free one)."
        ) from error
    if options.bench.pki is None and (options.https_port is not None or options.mtls_port is not None):
        raise ServingError(
            "a TLS port needs certificates: make some with banc pki init DIR, then give --pki DIR"
        )
    bench = open_bench(options.bench)
    if options.scenarios is not None:
        Installer(bench.sessions, bench.registry).install_folder(DEFAULT, options.scenarios)
    bench.close()
    token = options.token
    if token is None and not is_loopback(options.host):
        token = secrets.token_urlsafe(24)
    return replace(options, port=port, token=token)


def base_url(options: ServeOptions) -> str:
    """Return the URL at which a program of this machine reaches the server."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(options.host, options.host)  # noqa: S104 - compared, not bound
    return f"http://[{host}]:{options.port}" if ":" in host else f"http://{host}:{options.port}"


def serve(options: ServeOptions, *, on_ready: Callable[[ServeOptions], None]) -> None:
    """Serve until interrupted. ``options`` come from ``prepare``; ``on_ready`` is told once calls are answered.

    Raises:
        ServingError: a TLS port cannot be opened.
    """
    # Without a lock: nobody who is killed while reading it can hold up the stop.
    stopping = multiprocessing.RawValue(ctypes.c_bool, False)  # noqa: FBT003 - its initial value
    with _tls_process(options) as opened:
        serve_rsgi(
            partial(_load, opened, stopping),
            host=opened.host,
            port=opened.port,
            workers=opened.workers,
            on_ready=lambda: on_ready(opened),
            ready_url=f"{base_url(opened)}/health",
            on_stop=lambda: setattr(stopping, "value", True),
        )


def serve_rsgi(
    loader: Callable[..., Any],
    *,
    host: str,
    port: int,
    workers: int,
    on_ready: Callable[[], None],
    ready_url: str,
    on_stop: Callable[[], None] = lambda: None,
) -> None:
    """Serve the RSGI application that ``loader`` returns in each worker, until interrupted.

    ``on_stop`` is told at once, before workers wait for the answers that have begun.
    """
    server = Granian(
        "simulator",
        address=host,
        port=port,
        interface=Interfaces.RSGI,
        workers=workers,
        websockets=False,
        log_enabled=False,
        respawn_failed_workers=True,
        # A client that is left without an answer, by a scenario, must not hold up Ctrl-C.
        workers_kill_timeout=STOP_TIMEOUT_S,
    )
    server.signal_handler_interrupt = _both(on_stop, server.signal_handler_interrupt)  # type: ignore[method-assign] # granian has no hook so early
    threading.Thread(target=_announce, args=(ready_url, on_ready), daemon=True).start()
    server.serve(target_loader=loader, wrap_loader=False)


@contextlib.contextmanager
def running(options: ServeOptions) -> Iterator[str]:
    """Run a simulator in a process of its own and yield its base URL; it is stopped on the way out.

    Raises:
        ServingError: it did not start; the message holds what it printed.
    """
    if options.port == 0:
        options = replace(options, port=free_port(options.host))
    bench = options.bench
    command = [
        *(sys.executable, "-m", "simulator.cli", "serve"),
        *("--host", options.host, "--port", str(options.port)),
        *("--data-dir", str(bench.data_dir), "--people", str(bench.people), "--seed", str(bench.seed)),
        *("--oid", bench.oid_mode, "--profile", bench.profile, "--workers", str(options.workers)),
        *(() if bench.pki is None else ("--pki", str(bench.pki))),
        *(() if options.https_port is None else ("--https-port", str(options.https_port))),
        *(() if options.mtls_port is None else ("--mtls-port", str(options.mtls_port))),
        *(("--token", options.token) if options.token else ()),
        *(() if options.scenarios is None else ("--scenarios", str(options.scenarios))),
        *_journal_arguments(bench.journal),
    ]
    environment = {} if bench.registry is None else {REGISTRY_VARIABLE: bench.registry}
    with running_process(command, f"{base_url(options)}/health", environment) as url:
        yield url.removesuffix("/health")


def _journal_arguments(journal: JournalOptions) -> list[str]:
    arguments = ["--journal", journal.mode]
    if journal.max_bytes is not None:
        arguments += ["--journal-max-size", str(journal.max_bytes)]
    if journal.max_age_s is not None:
        arguments += ["--journal-max-age", f"{journal.max_age_s:.0f}s"]
    return arguments


@contextlib.contextmanager
def running_process(
    command: list[str], ready_url: str, environment: Mapping[str, str] | None = None
) -> Iterator[str]:
    """Run a server command, wait until ``ready_url`` answers, and stop it on the way out.

    ``environment`` is added to that of this process.
    """
    # The command is one of our own, built from typed options.
    process = subprocess.Popen(  # noqa: S603
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
        env={**os.environ, **(environment or {})},
        # A group of its own: Ctrl-C in the terminal reaches us, and we stop it in order.
        creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        start_new_session=os.name != "nt",
    )
    printed: list[str] = []
    drain = threading.Thread(target=lambda: printed.extend(process.stdout or ()), daemon=True)
    drain.start()
    try:
        deadline = time.monotonic() + READY_TIMEOUT_S
        while not _answers(ready_url):
            if process.poll() is not None:
                drain.join(timeout=1)
                raise ServingError(
                    f"the server stopped at once (exit code {process.returncode}):\n{''.join(printed)}"
                )
            if time.monotonic() > deadline:
                raise ServingError(f"the server did not answer at {ready_url} within {READY_TIMEOUT_S:.0f} s")
            time.sleep(0.02)
        yield ready_url
    finally:
        stop(process)


def stop(process: subprocess.Popen[str]) -> None:
    """Stop a server politely, then firmly."""
    if process.poll() is not None:
        return
    process.send_signal(getattr(signal, "CTRL_BREAK_EVENT", signal.SIGINT))
    try:
        process.wait(timeout=5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(timeout=5)


@contextlib.contextmanager
def _tls_process(options: ServeOptions) -> Iterator[ServeOptions]:
    """Run the TLS ports in a process of their own; yield the options with the ports they took."""
    if options.https_port is None and options.mtls_port is None:
        yield options
        return
    # Spawned on every platform: granian forks, and a fork must find no thread of ours.
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve_tls, args=(options, theirs), daemon=True)
    process.start()
    theirs.close()
    try:
        try:
            answer = ours.recv() if ours.poll(READY_TIMEOUT_S) else "the TLS ports did not open in time"
        except EOFError:
            answer = "the process of the TLS ports stopped at once"
        if isinstance(answer, str):
            raise ServingError(answer)
        https_port, mtls_port = answer
        yield replace(options, https_port=https_port, mtls_port=mtls_port)
    finally:
        ours.close()
        process.join(timeout=10)
        if process.is_alive():
            process.kill()


def _serve_tls(options: ServeOptions, parent: Connection) -> None:
    """Serve the TLS ports until the parent closes its end of the pipe, or dies."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    assert options.bench.pki is not None  # noqa: S101 - checked by prepare
    bench = open_bench(options.bench)
    application = create_app(bench, token=options.token)
    ports: list[int | None] = []
    with contextlib.ExitStack() as stack:
        stack.callback(bench.close)
        try:
            for port, mutual in ((options.https_port, False), (options.mtls_port, True)):
                opened = None
                if port is not None:
                    opened = stack.enter_context(
                        tls_port(
                            application, pki=options.bench.pki, host=options.host, port=port, mutual=mutual
                        )
                    )
                ports.append(opened)
        except TlsSetupError as error:
            parent.send(str(error))
            return
        parent.send(tuple(ports))
        with contextlib.suppress(EOFError, OSError):
            parent.recv()


def _load(options: ServeOptions, stopping: ctypes.c_bool, *_: object) -> Any:
    """Make the application in a worker process."""
    parts = create_parts(open_bench(options.bench), token=options.token)
    # Read now, not at the first fault: half a second there would look like a slow service.
    fault_catalogue()
    chaos_catalogue()
    return Front(parts, stopping=lambda: stopping.value)


def _both(first: Callable[[], None], then: Callable[..., None]) -> Callable[..., None]:
    def call(*arguments: Any) -> None:
        first()
        then(*arguments)

    return call


def _announce(ready_url: str, on_ready: Callable[[], None]) -> None:
    if wait_until_answering(ready_url):
        on_ready()


def wait_until_answering(url: str) -> bool:
    """Wait until a server answers at ``url``; ``False`` when it does not in time."""
    deadline = time.monotonic() + READY_TIMEOUT_S
    while time.monotonic() < deadline:
        if _answers(url):
            return True
        time.sleep(0.02)
    return False


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=2, trust_env=False).status_code < 500  # noqa: PLR2004 - any answer of ours
    except httpx.HTTPError:
        return False
