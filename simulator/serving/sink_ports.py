"""The ports of the sinks: the DMP on the server of our own, mail on the event loop of its libraries."""

from __future__ import annotations

import asyncio
import contextlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final

from simulator.journal.exchange import Headers
from simulator.serving.own_server import OwnServer, listen, served
from simulator.serving.receiving import Receiver
from simulator.serving.rsgi_delivery import deliver
from simulator.serving.tls_ports import TlsSetupError, tls_context
from simulator.sinks.backing import ALONE
from simulator.sinks.dmp import DmpRequest, DmpService
from simulator.text import Text, text_of
from simulator.web.soap import HttpAnswer

if TYPE_CHECKING:
    import socket
    import ssl
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from simulator.serving.own_request import OwnRequest, OwnScope
    from simulator.sinks import SinkOptions, SinkStore
    from simulator.sinks.backing import Backing

BODY_S: Final = 60.0
"""How long a client may take to send a submission."""
THREADS: Final = 2
"""Submissions read at once."""
MAIL: Final = ("smtp", "smtps", "imap", "imaps")
EXTRA: Final = "pip install 'banc-insi[sinks]'"
_NEEDED: Final = ("aiosmtpd", "pymap")


@dataclass(frozen=True, slots=True)
class Listening:
    """The sockets of the ports that are open, by name."""

    sockets: Mapping[str, socket.socket]

    def opened(self, options: SinkOptions) -> SinkOptions:
        """Return the options with the ports that were taken."""
        ports = {f"{name}_port": int(each.getsockname()[1]) for name, each in self.sockets.items()}
        return replace(options, **ports)  # type: ignore[arg-type] # names of ports


@contextlib.contextmanager
def listening(options: SinkOptions, host: str, *, pki: Path | None) -> Iterator[Listening]:
    """Open the ports, so that what is wrong is told before anything starts; they are closed at the end of the block.

    Raises:
        TlsSetupError: a port cannot be opened, a library is missing, or there is no PKI for a port that needs one.
    """
    if options.needs_pki and pki is None:
        raise TlsSetupError(
            Text(
                "un port TLS d'un récepteur demande des certificats : faites-en par banc pki init DOSSIER, puis donnez --pki DOSSIER",
                "a TLS port of a sink needs certificates: make some with banc pki init DIR, then give --pki DIR",
            )
        )
    wanted = {name: port for name, port in options.ports().items() if port is not None}
    missing = [name for name in _NEEDED if find_spec(name) is None]
    if missing and any(name in wanted for name in MAIL):
        named = ", ".join(missing)
        raise TlsSetupError(
            Text(
                f"le récepteur MSSanté demande {named} : {EXTRA}", f"the MSSanté sink needs {named}: {EXTRA}"
            )
        )
    with contextlib.ExitStack() as stack:
        sockets = {}
        for name, port in wanted.items():
            try:
                sockets[name] = stack.enter_context(contextlib.closing(listen(host, port)))
            except OSError as error:
                why = text_of(error)
                raise TlsSetupError(
                    Text(
                        f"impossible d'écouter sur {host}:{port} ({name}) : {why.fr}. Choisissez un autre port (0 en prend un libre).",
                        f"cannot listen on {host}:{port} ({name}): {why.en}. Choose another port (0 takes a free one).",
                    )
                ) from error
        yield Listening(sockets)


@contextlib.contextmanager
def sinks_served(
    store: SinkStore,
    options: SinkOptions,
    open_ports: Listening,
    *,
    pki: Path | None,
    backing: Backing = ALONE,
) -> Iterator[None]:
    """Serve the sinks in threads of this process until the end of the block; ``backing``: what they share with INSi.

    Raises:
        TlsSetupError: the PKI cannot be read.
    """
    context = None if pki is None else tls_context(pki, mutual=options.client_certificate)
    sockets = open_ports.sockets
    with contextlib.ExitStack() as stack:
        if "dmp" in sockets:
            on = sockets["dmp"]
            stack.enter_context(dmp_served(store, on, context if options.dmp_tls else None, backing=backing))
        if mail := {name: each for name, each in sockets.items() if name in MAIL}:
            from simulator.sinks.mssante.serving import MailPorts, mail_served  # noqa: PLC0415 - an extra

            stack.enter_context(
                mail_served(
                    store, MailPorts(**mail), context=context, password=options.password, backing=backing
                )
            )
        yield


@contextlib.contextmanager
def dmp_served(
    store: SinkStore,
    on: socket.socket,
    context: ssl.SSLContext | None = None,
    *,
    backing: Backing = ALONE,
) -> Iterator[None]:
    """Serve the DMP on a listening socket in a thread, over TLS when there is a context."""
    door = _Door(DmpService(store, backing), store.limits.bytes_of_one)
    try:
        with served(OwnServer(door.answer, on, context=context)):
            yield
    finally:
        door.close()


class _Door:
    """Hands requests to the DMP, beside the event loop."""

    def __init__(self, service: DmpService, limit: int) -> None:
        self._service, self._limit = service, limit
        self._receiver = Receiver(BODY_S)
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="dmp")

    async def answer(self, scope: OwnScope, protocol: OwnRequest) -> None:
        received = await self._receiver.receive(scope, protocol, limit=self._limit + 1)
        problem = received.problem
        if len(received.body) > self._limit:
            problem = f"expected at most {self._limit} bytes, got more"
        headers = Headers(scope.headers.items())
        request = DmpRequest(
            method=scope.method,
            path=scope.path,
            query=scope.query_string,
            headers=headers,
            client_certificate=scope.client_certificate,
            content_type=headers.get("content-type") or "",
            body=b"" if problem else received.body,
            client=scope.client.rpartition(":")[0],
            tls=scope.scheme == "https",
            problem=problem,
        )
        answer = await asyncio.get_running_loop().run_in_executor(
            self._threads, self._service.answer, request
        )
        length = [] if answer.delivery.chunked else [("Content-Length", str(len(answer.body)))]
        sent = HttpAnswer(
            status=answer.status,
            headers=[*answer.pairs, *length],
            body=answer.body,
            delivery=answer.delivery,
        )
        await deliver(sent, scope, protocol)

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)
