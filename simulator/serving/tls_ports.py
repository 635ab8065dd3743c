"""The TLS ports, served by ``simulator.serving.own_server``, which hands the client certificate to the application."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Final

from simulator.security.pki import PkiError, read_pki
from simulator.security.tls import mutual_tls_context, one_way_tls_context
from simulator.serving.front import Front
from simulator.serving.own_server import OwnServer, listen, served
from simulator.text import Text, TextError, text_of

if TYPE_CHECKING:
    import socket
    import ssl
    from collections.abc import Iterator
    from pathlib import Path

    from simulator.web.app import Application

SERVER_ENTRY: Final = "server"
"""Name of the server's certificate in the PKI."""


class TlsSetupError(TextError):
    """A TLS port cannot be opened; the message says what to do."""


def listen_tls(host: str, port: int) -> socket.socket:
    """Return a listening socket; port 0 takes a free one.

    Raises:
        TlsSetupError: the port cannot be opened.
    """
    try:
        return listen(host, port)
    except OSError as error:
        why = text_of(error)
        raise TlsSetupError(
            Text(
                f"impossible d'écouter sur {host}:{port} : {why.fr}. Choisissez un autre port (0 en prend un libre).",
                f"cannot listen on {host}:{port}: {why.en}. Choose another port (0 takes a free one).",
            )
        ) from error


def tls_context(pki: Path, *, mutual: bool) -> ssl.SSLContext:
    """Return the context of a TLS port.

    Args:
        pki: folder made by ``banc pki init``.
        mutual: ask for a client certificate of an authority of the PKI.

    Raises:
        TlsSetupError: the PKI cannot be read.
    """
    try:
        summary = read_pki(pki)
        entry = summary.entry(SERVER_ENTRY)
        chain, key = pki / entry.chain, pki / entry.key
        if mutual:
            return mutual_tls_context(chain, key, summary.bundle)
        return one_way_tls_context(chain, key)
    except PkiError as error:
        raise TlsSetupError(
            Text(
                f"{error.text.fr}. Faites-en une par : banc pki init {pki}",
                f"{error.text.en}. Make one with: banc pki init {pki}",
            )
        ) from error
    except OSError as error:
        why = text_of(error)
        raise TlsSetupError(
            Text(
                f"les certificats de {pki} ne peuvent pas servir : {why.fr}",
                f"the certificates in {pki} cannot be used: {why.en}",
            )
        ) from error


@contextlib.contextmanager
def tls_port(application: Application, *, pki: Path, listening: socket.socket, mutual: bool) -> Iterator[int]:
    """Serve an application over TLS in a thread; yield the port.

    Args:
        application: its parts; they stay open.
        pki: folder made by ``banc pki init``.
        listening: made by ``listen_tls``; closed on the way out.
        mutual: ask for a client certificate of an authority of the PKI.

    Raises:
        TlsSetupError: the PKI cannot be read.
    """
    with contextlib.ExitStack() as stack:
        stack.callback(listening.close)
        port = int(listening.getsockname()[1])
        stack.enter_context(own_port(application, listening, tls_context(pki, mutual=mutual)))
        yield port


@contextlib.contextmanager
def own_port(
    application: Application, listening: socket.socket, context: ssl.SSLContext | None = None
) -> Iterator[OwnServer]:
    """Serve an application on a listening socket in a thread, over TLS when there is a context."""
    front = Front(application)
    server = OwnServer(front.__rsgi__, listening, context=context)
    try:
        with served(server):
            yield server
    finally:
        front.close()
