"""Starting the servers: granian for plain HTTP, on every platform."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import json
import multiprocessing
import random
import secrets
import socket
import sys
import tempfile
from dataclasses import dataclass, replace
from functools import partial
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from granian.constants import Interfaces
from granian.http import HTTP2Settings

from simulator.bench import BenchOptions, open_bench
from simulator.serving.apart import HANDED, build_apart
from simulator.serving.children import END_WITH_INPUT, ServingError, answers, running_process
from simulator.serving.collecting import collect_seldom, leave_alone
from simulator.serving.front import Front
from simulator.serving.granian_places import Attendance, Janitor
from simulator.serving.one_value import decode, encode
from simulator.serving.own_connection import MAX_HEAD
from simulator.serving.own_server import listen
from simulator.serving.places import room_for_connections
from simulator.serving.saturation import LoopWatch
from simulator.serving.sink_process import SinkPorts, sink_process
from simulator.serving.supervising import Standing, SupervisedGranian, end_with_parent
from simulator.serving.tls_ports import TlsSetupError
from simulator.serving.tls_process import INDEX_PATIENCE_S, TlsPorts, read_catalogues, tls_process
from simulator.sessions.store import DEFAULT
from simulator.sinks import KeptLimits, SinkOptions
from simulator.text import Text, text_of
from simulator.web.app import create_parts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

REGISTRY_VARIABLE = "BANC_REGISTRY"
"""Environment variable of ``--registry``: a command line, with its password, is seen by everybody on the machine."""

TOKEN_VARIABLE = "BANC_TOKEN"  # noqa: S105 - its name
"""The same of ``--token``."""

STOP_TIMEOUT_S = 2
"""How long calls in progress are given when the server is stopped."""
_LEFT_ALONE: Final = range(20_000, 32_768)
"""Ports that no system hands out by itself: Linux begins at 32768, Windows and macOS at 49152."""
_TRIES: Final = 50


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
    sinks: SinkOptions = SinkOptions()  # noqa: RUF009 - frozen
    """What else receives an INS: DMP and MSSanté; none by itself."""


def is_loopback(host: str) -> bool:
    """Return whether an address or name only reaches this machine."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def free_port(host: str = "127.0.0.1") -> int:
    """Return a port that was free a moment ago.

    None of those that systems hand out by themselves, as long as another is free: before it is used, somebody else might be given
    it, for a call even, and who waits for a server there might reach himself.
    """
    for port in (*random.SystemRandom().sample(_LEFT_ALONE, _TRIES), 0):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind((host, port))
            return int(probe.getsockname()[1])
    raise OSError(errno.EADDRNOTAVAIL, f"no port of {host} is free")


def prepare(options: ServeOptions) -> ServeOptions:
    """Check that the address can be served, build the registry, and fill in what was left open.

    Raises:
        ServingError: the port is taken or the address is not of this machine.
        BenchSetupError: the data directory cannot be used.
        ValueError: a scenario of the folder cannot be put in force.
    """
    try:
        with listen(options.host, options.port) as probe:
            port = int(probe.getsockname()[1])
    except OSError as error:
        raise _port_refused(options.host, options.port, error) from error
    if options.bench.pki is None and (options.https_port is not None or options.mtls_port is not None):
        raise ServingError(
            Text(
                "un port TLS demande des certificats : faites-en par banc pki init DOSSIER, puis donnez --pki DOSSIER",
                "a TLS port needs certificates: make some with banc pki init DIR, then give --pki DIR",
            )
        )
    build_apart(options.bench)
    bench = open_bench(options.bench)
    if options.scenarios is not None:
        bench.installer.install_folder(DEFAULT, options.scenarios)
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
        ServingError: a port cannot be opened, or the processes die before they answer.
    """
    # Without a lock: nobody who is killed while reading it can hold up the stop.
    stopping = multiprocessing.RawValue(ctypes.c_bool, False)  # noqa: FBT003 - its initial value
    standing = Standing(options.workers)
    ports = TlsPorts(
        bench=options.bench,
        host=options.host,
        token=options.token,
        https_port=options.https_port,
        mtls_port=options.mtls_port,
    )
    sinks = SinkPorts(
        sinks=options.sinks,
        host=options.host,
        data_dir=options.bench.data_dir,
        pki=options.bench.pki,
        bench=options.bench,
    )
    with _tls(ports, standing) as (https_port, mtls_port), _sinks(sinks, standing) as opened_sinks:
        opened = replace(options, https_port=https_port, mtls_port=mtls_port, sinks=opened_sinks)
        serve_rsgi(
            partial(_load, opened, stopping, standing),
            host=opened.host,
            port=opened.port,
            workers=opened.workers,
            on_ready=lambda: on_ready(opened),
            ready_url=f"{base_url(opened)}/health",
            on_stop=lambda: setattr(stopping, "value", True),
            standing=standing,
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
    standing: Standing | None = None,
) -> None:
    """Serve the RSGI application that ``loader`` returns in each worker, until interrupted.

    ``on_stop`` is told at once, before workers wait for the answers that have begun; ``standing`` is told which are down.

    Raises:
        ServingError: the port is taken, or a worker dies again and again before it answers.
    """
    try:
        listening = listen(host, port)
    except OSError as error:
        raise _port_refused(host, port, error) from error
    with listening:
        server = SupervisedGranian(
            "simulator",
            listening=listening,
            standing=standing or Standing(),
            is_answering=partial(answers, ready_url),
            on_ready=on_ready,
            address=host,
            port=port,
            interface=Interfaces.RSGI,
            workers=workers,
            websockets=False,
            log_enabled=False,
            respawn_failed_workers=True,
            backpressure=room_for_connections().most,
            http2_settings=HTTP2Settings(max_concurrent_streams=100, max_headers_size=MAX_HEAD),
            # A client that is left without an answer, by a scenario, must not hold up Ctrl-C.
            workers_kill_timeout=STOP_TIMEOUT_S,
        )
        server.signal_handler_interrupt = _both(on_stop, server.signal_handler_interrupt)  # type: ignore[method-assign] # granian has no hook so early
        leave_alone()
        server.serve(target_loader=loader, wrap_loader=False)
        if server.gave_up:
            raise ServingError(
                Text(
                    f"le serveur ne démarre pas : {server.gave_up} ; son journal ci-dessus dit pourquoi",
                    f"the server does not start: {server.gave_up}; its log above says why",
                )
            )


@contextlib.contextmanager
def running(options: ServeOptions) -> Iterator[str]:
    """Run a simulator in a process of its own and yield its base URL; it is stopped on the way out, or ends with us.

    Raises:
        ServingError: it did not start; the message holds what it printed.
    """
    if options.port == 0:
        options = replace(options, port=free_port(options.host))
    with tempfile.TemporaryDirectory(prefix="banc-insi-") as folder:
        # A file, since everybody on the machine sees a command line; the folder is ours alone.
        handed, ready_file = Path(folder) / "options.json", Path(folder) / "ready.json"
        handed.write_text(json.dumps(encode(options)), encoding="utf-8")
        command = [sys.executable, "-m", "simulator.cli", "serve"]
        command += ["--options", str(handed), "--ready-file", str(ready_file), END_WITH_INPUT]
        # Not whether its port answers: that may be another server, which has the port already.
        answering = f"{base_url(options)}/health"
        with running_process(command, answering, ready=ready_file.exists, hold_input=True) as url:
            yield url.removesuffix("/health")


def read_options(path: Path) -> ServeOptions:
    """Return the options that ``running`` hands to the server that it starts.

    Raises:
        ServingError: the file holds none.
    """
    try:
        options = decode(json.loads(path.read_text("utf-8")), _HANDED)
    except (OSError, ValueError, TypeError) as error:
        raise ServingError(
            Text(
                f"{path} : les options d'un serveur sont attendues : {error}",
                f"{path}: expected the options of a server: {error}",
            )
        ) from error
    if not isinstance(options, ServeOptions):
        raise ServingError(
            Text(
                f"{path} : les options d'un serveur sont attendues, il y a {options!r:.80}",
                f"{path}: expected the options of a server, got {options!r:.80}",
            )
        )
    return options


_HANDED = (ServeOptions, SinkOptions, KeptLimits, *HANDED)


def _load(options: ServeOptions, stopping: ctypes.c_bool, standing: Standing, *_: object) -> Any:
    """Make the application in a worker process."""
    bench = open_bench(options.bench)
    parts = create_parts(bench, token=options.token, standing=standing)
    read_catalogues()
    bench.journal.patience_s = INDEX_PATIENCE_S
    bench.journal.index_while_serving(lambda: stopping.value)
    attendance = Attendance()
    Janitor(attendance, options.port, room_for_connections()).start()
    end_with_parent(bench.journal.flush)
    watch = LoopWatch(standing.saturated)
    front = Front(parts, stopping=lambda: stopping.value, attendance=attendance, watch=watch)
    collect_seldom()
    return front


@contextlib.contextmanager
def _tls(ports: TlsPorts, standing: Standing) -> Iterator[tuple[int | None, int | None]]:
    """Run the TLS ports; what goes wrong with them is the server's."""
    try:
        with tls_process(ports, standing) as taken:
            yield taken
    except TlsSetupError as error:
        raise ServingError(error.text) from error


@contextlib.contextmanager
def _sinks(ports: SinkPorts, standing: Standing) -> Iterator[SinkOptions]:
    """Run the sinks; the same."""
    try:
        with sink_process(ports, standing) as opened:
            yield opened
    except TlsSetupError as error:
        raise ServingError(error.text) from error


def _port_refused(host: str, port: int, error: OSError) -> ServingError:
    why = text_of(error)
    remedy = Text(
        "Arrêtez ce qui l'occupe ou choisissez un autre --port (0 en prend un libre).",
        "Stop what uses it or choose another --port (0 takes a free one).",
    )
    if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL:
        remedy = Text(
            "Donnez à --host une adresse de cette machine, telle que 127.0.0.1 ou 0.0.0.0.",
            "Give --host an address of this machine, such as 127.0.0.1 or 0.0.0.0.",
        )
    elif error.errno == errno.EACCES:
        remedy = Text(
            "Choisissez un --port au-delà de 1023 (0 en prend un libre).",
            "Choose a --port beyond 1023 (0 takes a free one).",
        )
    return ServingError(
        Text(
            f"impossible d'écouter sur {host}:{port} : {why.fr}. {remedy.fr}",
            f"cannot listen on {host}:{port}: {why.en}. {remedy.en}",
        )
    )


def _both(first: Callable[[], None], then: Callable[..., None]) -> Callable[..., None]:
    def call(*arguments: Any) -> None:
        first()
        then(*arguments)

    return call
