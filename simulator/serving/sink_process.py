"""The process of the sinks: started beside the workers, watched over, ended with its parent."""

from __future__ import annotations

import contextlib
import multiprocessing
import signal
import sqlite3
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from simulator.serving.sink_ports import Listening, listening, sinks_served
from simulator.serving.supervising import READY_TIMEOUT_S, SupervisedProcess, birth
from simulator.serving.tls_ports import TlsSetupError
from simulator.sinks import SinkOptions, SinkStore
from simulator.sinks.addresses import addresses_of, say_addresses
from simulator.sinks.kept import FILE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from multiprocessing.connection import Connection
    from pathlib import Path

    from simulator.serving.supervising import Standing

_END_S: Final = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SinkPorts:
    """Which sinks to open, and what they need."""

    sinks: SinkOptions
    host: str
    data_dir: Path
    pki: Path | None


@contextlib.contextmanager
def sink_process(options: SinkPorts, standing: Standing) -> Iterator[SinkOptions]:
    """Run the sinks in a process of their own, started again when it dies; yield them with the ports that they took.

    Raises:
        TlsSetupError: a port cannot be opened, the store cannot be used, or the process does not serve.
    """
    path = options.data_dir / FILE
    if not options.sinks.is_open:
        if path.exists():
            _say(path, {})
        yield options.sinks
        return
    with contextlib.ExitStack() as stack:
        # Opened here, so that a process that is started again finds its ports, and who calls meanwhile waits in line.
        ports = stack.enter_context(listening(options.sinks, options.host, pki=options.pki))
        opened = ports.opened(options.sinks)
        _say(path, addresses_of(opened, options.host))
        stack.callback(_say, path, {})
        ours: list[Connection] = []
        child = SupervisedProcess(
            "the process of the sinks", partial(_start, options, ports, ours), standing.sinks
        )

        def end(process: Any) -> None:
            ours[-1].close()
            process.join(timeout=_END_S)
            if process.is_alive():
                process.kill()

        stack.callback(child.stop, end)
        yield opened


def _say(path: Path, addresses: dict[str, str]) -> None:
    """Note where the sinks listen, for the control API in whichever process answers."""
    try:
        store = SinkStore(path)
        say_addresses(store, addresses)
        store.close()
    except sqlite3.Error as error:
        raise TlsSetupError(f"the store of the sinks, {path}, cannot be used: {error}") from error


def _start(options: SinkPorts, ports: Listening, ours: list[Connection]) -> Any:
    """Start the process and wait until it serves; ``ours`` gets what ends it when it is closed.

    Raises:
        TlsSetupError: it does not serve.
    """
    # Spawned on every platform: granian forks, and a fork must find no thread of ours.
    context = multiprocessing.get_context("spawn")
    mine, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(options, theirs, dict(ports.sockets)), daemon=True)
    with birth():
        process.start()
    theirs.close()
    try:
        answer = mine.recv() if mine.poll(READY_TIMEOUT_S) else "the sinks did not open in time"
    except EOFError:
        answer = "the process of the sinks stopped at once"
    if answer:
        mine.close()
        process.kill()
        raise TlsSetupError(answer)
    for former in ours:
        former.close()
    ours[:] = [mine]
    return process


def _serve(options: SinkPorts, parent: Connection, sockets: dict[str, Any]) -> None:
    """Serve until the parent closes its end of the pipe, or dies."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with contextlib.ExitStack() as stack:
        try:
            store = SinkStore(options.data_dir / FILE, options.sinks.kept)
            stack.callback(store.close)
            stack.enter_context(sinks_served(store, options.sinks, Listening(sockets), pki=options.pki))
        except (TlsSetupError, OSError, sqlite3.Error) as error:
            parent.send(str(error))
            return
        parent.send("")
        with contextlib.suppress(EOFError, OSError):
            parent.recv()
