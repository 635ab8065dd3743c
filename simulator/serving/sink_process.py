"""The process of the sinks, and where the control API learns that they listen."""

from __future__ import annotations

import contextlib
import sqlite3
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from simulator.bench import Bench, BenchOptions, BenchSetupError, open_bench
from simulator.serving.port_process import port_process
from simulator.serving.sink_ports import Listening, listening, sinks_served
from simulator.serving.tls_ports import TlsSetupError
from simulator.serving.tls_process import INDEX_PATIENCE_S, read_catalogues
from simulator.sinks import SinkOptions, SinkStore
from simulator.sinks.addresses import addresses_of, say_addresses
from simulator.sinks.backing import ALONE, Backing
from simulator.sinks.kept import FILE
from simulator.text import Text, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from simulator.serving.supervising import Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class SinkPorts:
    """Which sinks to open, and what they need."""

    sinks: SinkOptions
    host: str
    data_dir: Path
    pki: Path | None
    bench: BenchOptions | None = None
    """Of the simulator whose sessions, scenarios and journal the sinks use; ``None``: they use none."""


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
        stack.enter_context(port_process("the sinks", _serve, (options, dict(ports.sockets)), standing.sinks))
        yield opened


def _say(path: Path, addresses: dict[str, str]) -> None:
    """Note where the sinks listen, for the control API in whichever process answers."""
    try:
        store = SinkStore(path)
        say_addresses(store, addresses)
        store.close()
    except sqlite3.Error as error:
        raise TlsSetupError(
            Text(
                f"le magasin des récepteurs, {path}, ne peut pas servir : {error}",
                f"the store of the sinks, {path}, cannot be used: {error}",
            )
        ) from error


@contextlib.contextmanager
def _serve(options: SinkPorts, sockets: dict[str, Any]) -> Iterator[None]:
    """Serve the sinks inside the block, in the process that is theirs."""
    with contextlib.ExitStack() as stack:
        try:
            store = SinkStore(options.data_dir / FILE, options.sinks.kept)
            stack.callback(store.close)
            backing = ALONE if options.bench is None else stack.enter_context(_backing(options.bench))
            ports = Listening(sockets)
            stack.enter_context(sinks_served(store, options.sinks, ports, pki=options.pki, backing=backing))
        except (OSError, BenchSetupError) as error:
            raise TlsSetupError(text_of(error)) from error
        except sqlite3.Error as error:
            raise TlsSetupError(Text.same(str(error))) from error
        yield


@contextlib.contextmanager
def _backing(options: BenchOptions) -> Iterator[Backing]:
    """Open a bench of this process over the same data, and give what the sinks use of it."""
    bench = open_bench(options)
    try:
        bench.journal.patience_s = INDEX_PATIENCE_S
        read_catalogues()
        yield backing_of(bench)
    finally:
        bench.close()


def backing_of(bench: Bench) -> Backing:
    """Return what the sinks use of a bench."""
    return Backing(
        journal=bench.journal,
        sessions=bench.sessions,
        scripts=bench.teleservice.scripts,
        trust=bench.teleservice.authenticator.trust,
    )
