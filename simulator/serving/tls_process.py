"""The process of the TLS ports, on a bench of its own over the same data."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from simulator.bench import BenchOptions, open_bench
from simulator.chaos.catalogue import chaos_catalogue
from simulator.contract.faults import fault_catalogue
from simulator.serving.places import room_for_connections
from simulator.serving.port_process import port_process
from simulator.serving.tls_ports import listen_tls, tls_port
from simulator.web.app import create_parts

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterator

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
        stack.enter_context(
            port_process("the TLS ports", _serve, (options, listening, standing), standing.tls)
        )
        ports = [None if each is None else int(each.getsockname()[1]) for each in listening]
        yield ports[0], ports[1]


@contextlib.contextmanager
def _serve(options: TlsPorts, listening: list[socket.socket | None], standing: Standing) -> Iterator[None]:
    """Serve the TLS ports inside the block, in the process that is theirs."""
    room_for_connections()
    assert options.bench.pki is not None  # noqa: S101 - checked before anything starts
    bench = open_bench(options.bench)
    bench.journal.patience_s = INDEX_PATIENCE_S
    application = create_parts(bench, token=options.token, standing=standing)
    read_catalogues()
    with contextlib.ExitStack() as stack:
        stack.callback(bench.close)
        for each, mutual in zip(listening, (False, True), strict=True):
            if each is not None:
                stack.enter_context(
                    tls_port(application, pki=options.bench.pki, listening=each, mutual=mutual)
                )
        yield


def read_catalogues() -> None:
    """Read them now, not at the first fault: half a second there would look like a slow service."""
    fault_catalogue()
    chaos_catalogue()
