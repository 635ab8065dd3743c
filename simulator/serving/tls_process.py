"""The process of the TLS ports: started beside the workers, watched over, ended with its parent."""

from __future__ import annotations

import contextlib
import multiprocessing
import signal
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from simulator.bench import BenchOptions, open_bench
from simulator.chaos.catalogue import chaos_catalogue
from simulator.contract.faults import fault_catalogue
from simulator.serving.places import room_for_connections
from simulator.serving.supervising import READY_TIMEOUT_S, SupervisedProcess, birth
from simulator.serving.tls_ports import TlsSetupError, listen_tls, tls_port
from simulator.web.app import create_parts

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterator
    from multiprocessing.connection import Connection

    from simulator.serving.supervising import Standing

INDEX_PATIENCE_S: Final = 2.0
"""How long a call of the control API waits for the index of the journal; then it is told to try again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsPorts:
    """Which TLS ports to open, on what bench."""

    bench: BenchOptions
    """With a PKI."""
    host: str
    token: str | None
    https_port: int | None
    """Port of one-way TLS; ``None``: closed, 0: a free one."""
    mtls_port: int | None
    """Port of mutual TLS; the same."""


@contextlib.contextmanager
def tls_process(options: TlsPorts, standing: Standing) -> Iterator[tuple[int | None, int | None]]:
    """Run the TLS ports in a process of their own, started again when it dies; yield the ports they took.

    Raises:
        TlsSetupError: a port cannot be opened, or the process does not serve.
    """
    if options.https_port is None and options.mtls_port is None:
        yield None, None
        return
    with contextlib.ExitStack() as stack:
        # Opened here, so that a process that is started again finds its ports, and who calls meanwhile waits in line.
        listening = [
            None if port is None else stack.enter_context(listen_tls(options.host, port))
            for port in (options.https_port, options.mtls_port)
        ]
        ours: list[Connection] = []
        child = SupervisedProcess(
            "the process of the TLS ports",
            partial(_start_tls, options, listening, standing, ours),
            standing.tls,
        )

        def end(process: Any) -> None:
            ours[-1].close()
            process.join(timeout=10)
            if process.is_alive():
                process.kill()

        stack.callback(child.stop, end)
        ports = [None if each is None else int(each.getsockname()[1]) for each in listening]
        yield ports[0], ports[1]


def _start_tls(
    options: TlsPorts, listening: list[socket.socket | None], standing: Standing, ours: list[Connection]
) -> Any:
    """Start the process of the TLS ports and wait until it serves; ``ours`` gets what ends it when it is closed.

    Raises:
        TlsSetupError: it does not serve.
    """
    # Spawned on every platform: granian forks, and a fork must find no thread of ours.
    context = multiprocessing.get_context("spawn")
    mine, theirs = context.Pipe()
    process = context.Process(target=_serve_tls, args=(options, theirs, listening, standing), daemon=True)
    with birth():
        process.start()
    theirs.close()
    try:
        answer = mine.recv() if mine.poll(READY_TIMEOUT_S) else "the TLS ports did not open in time"
    except EOFError:
        answer = "the process of the TLS ports stopped at once"
    if answer:
        mine.close()
        process.kill()
        raise TlsSetupError(answer)
    for former in ours:
        former.close()
    ours[:] = [mine]
    return process


def _serve_tls(
    options: TlsPorts, parent: Connection, listening: list[socket.socket | None], standing: Standing
) -> None:
    """Serve the TLS ports until the parent closes its end of the pipe, or dies."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    room_for_connections()
    assert options.bench.pki is not None  # noqa: S101 - checked before anything starts
    bench = open_bench(options.bench)
    bench.journal.patience_s = INDEX_PATIENCE_S
    application = create_parts(bench, token=options.token, standing=standing)
    read_catalogues()
    with contextlib.ExitStack() as stack:
        stack.callback(bench.close)
        try:
            for each, mutual in zip(listening, (False, True), strict=True):
                if each is not None:
                    stack.enter_context(
                        tls_port(application, pki=options.bench.pki, listening=each, mutual=mutual)
                    )
        except TlsSetupError as error:
            parent.send(str(error))
            return
        parent.send("")
        with contextlib.suppress(EOFError, OSError):
            parent.recv()


def read_catalogues() -> None:
    """Read them now, not at the first fault: half a second there would look like a slow service."""
    fault_catalogue()
    chaos_catalogue()
