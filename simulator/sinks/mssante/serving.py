"""The mail ports on an event loop of their own thread."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulator.sinks.backing import ALONE
from simulator.sinks.doors import DoorLimits, Doors
from simulator.sinks.mssante.imap import ImapPort, Mailboxes
from simulator.sinks.mssante.smtp import Handler, MailPort

if TYPE_CHECKING:
    import socket
    import ssl
    from collections.abc import Iterator

    from simulator.sinks.backing import Backing
    from simulator.sinks.kept import SinkStore


@dataclass(frozen=True, slots=True, kw_only=True)
class MailPorts:
    """Listening sockets, ``None`` for a port that is closed; they are closed when the serving ends."""

    smtp: socket.socket | None = None
    smtps: socket.socket | None = None
    imap: socket.socket | None = None
    imaps: socket.socket | None = None


@contextlib.contextmanager
def mail_served(
    store: SinkStore,
    ports: MailPorts,
    *,
    context: ssl.SSLContext | None = None,
    password: str | None = None,
    limits: DoorLimits | None = None,
    backing: Backing = ALONE,
) -> Iterator[None]:
    """Serve the mail ports in a thread until the end of the block.

    Args:
        store: keeps what comes.
        ports: where.
        context: of TLS, for the ports that are TLS and for STARTTLS on the others; ``None``: no TLS.
        password: of every account; ``None``: any is good.
        limits: bounds on the clients.
        backing: what is shared with INSi.
    """
    stopping = _Stopping()
    thread = threading.Thread(
        target=asyncio.run,
        args=(_serve(store, ports, context, password, limits or DoorLimits(), stopping, backing),),
        name="mssante",
        daemon=True,
    )
    thread.start()
    stopping.begun.wait()
    try:
        if stopping.error is not None:
            raise stopping.error
        yield
    finally:
        stopping.stop()
        thread.join()


class _Stopping:
    """How the thread is told to end, and tells that it has begun."""

    def __init__(self) -> None:
        self.begun = threading.Event()
        self.error: Exception | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._event = asyncio.Event()

    def ready(self) -> None:
        self._loop = asyncio.get_running_loop()
        self.begun.set()

    async def wait(self) -> None:
        await self._event.wait()

    def stop(self) -> None:
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):  # it has ended
                self._loop.call_soon_threadsafe(self._event.set)


async def _serve(  # noqa: PLR0917 - what the thread is given
    store: SinkStore,
    ports: MailPorts,
    context: ssl.SSLContext | None,
    password: str | None,
    limits: DoorLimits,
    stopping: _Stopping,
    backing: Backing,
) -> None:
    loop = asyncio.get_running_loop()
    doors, mailboxes = Doors(limits), Mailboxes(store, backing)
    handler = Handler(store, recipients=limits.recipients, arrived=mailboxes.arrived, backing=backing)

    def smtp(starttls: ssl.SSLContext | None) -> MailPort:
        return MailPort(
            handler, doors, size=store.limits.bytes_of_one, password=password, starttls=starttls, loop=loop
        )

    shaking = None if context is None else limits.handshake_s
    servers: list[asyncio.Server] = []
    try:
        if ports.smtp is not None:
            servers.append(await loop.create_server(lambda: smtp(context), sock=ports.smtp))
        if ports.smtps is not None:
            servers.append(
                await loop.create_server(
                    lambda: smtp(None), sock=ports.smtps, ssl=context, ssl_handshake_timeout=shaking
                )
            )
        if ports.imap is not None:
            clear = ImapPort(mailboxes, doors, password=password, starttls=context)
            servers.append(await asyncio.start_server(clear, sock=ports.imap, limit=limits.command_bytes))
        if ports.imaps is not None:
            over_tls = ImapPort(mailboxes, doors, password=password, context=context)
            servers.append(
                await asyncio.start_server(
                    over_tls,
                    sock=ports.imaps,
                    limit=limits.command_bytes,
                    ssl=context,
                    ssl_handshake_timeout=shaking,
                )
            )
    except (OSError, ValueError) as error:
        stopping.error = error
        stopping.begun.set()
        return
    watching = asyncio.create_task(mailboxes.watch()) if ports.imap or ports.imaps else None
    stopping.ready()
    await stopping.wait()
    if watching is not None:
        watching.cancel()
    for server in servers:
        server.close()
    for task in asyncio.all_tasks() - {asyncio.current_task()}:
        task.cancel()
