"""The TLS ports: cheroot, which hands the client certificate to the application on every platform."""

from __future__ import annotations

import contextlib
import ssl
import threading
from typing import TYPE_CHECKING, Final

from cheroot.ssl.builtin import BuiltinSSLAdapter

from simulator.security.pki import PkiError, read_pki
from simulator.security.tls import mutual_tls_context
from simulator.web.cheroot_server import BenchServer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask import Flask

THREADS: Final = 16
"""Connections served at once by one TLS port."""
TIMEOUT_S: Final = 30
"""How long a client may take to send its request or to be idle."""
SERVER_ENTRY: Final = "server"
"""Name of the server's certificate in the PKI."""


class TlsSetupError(Exception):
    """A TLS port cannot be opened; the message says what to do."""


@contextlib.contextmanager
def tls_port(application: Flask, *, pki: Path, host: str, port: int, mutual: bool) -> Iterator[int]:
    """Serve an application over TLS in a thread; yield the port, the one taken when ``port`` is 0.

    Args:
        application: the WSGI application.
        pki: folder made by ``banc pki init``.
        host: address to listen on.
        port: 0 takes a free one.
        mutual: ask for a client certificate of an authority of the PKI.

    Raises:
        TlsSetupError: the PKI cannot be read, or the port cannot be opened.
    """
    try:
        summary = read_pki(pki)
        entry = summary.entry(SERVER_ENTRY)
        chain, key = pki / entry.chain, pki / entry.key
        adapter = BuiltinSSLAdapter(str(chain), str(key))
        if mutual:
            adapter.context = mutual_tls_context(chain, key, summary.bundle)
        else:
            adapter.context.minimum_version = ssl.TLSVersion.TLSv1_2
        server = BenchServer((host, port), application, numthreads=THREADS, timeout=TIMEOUT_S)
        server.ssl_adapter = adapter
        server.prepare()
    except PkiError as error:
        raise TlsSetupError(f"{error}. Make one with: banc pki init {pki}") from error
    except OSError as error:
        raise TlsSetupError(
            f"cannot listen on {host}:{port}: {error.strerror or error}. Choose another port (0 takes a free one)."
        ) from error
    thread = threading.Thread(target=server.serve, daemon=True)
    thread.start()
    try:
        yield int(server.bind_addr[1])
    finally:
        server.stop()
        thread.join(timeout=TIMEOUT_S)
