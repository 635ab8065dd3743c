"""Sinks that a check opens on its own machine, when the simulator has none; what they receive goes into its evidence too."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Final

from simulator.client import exchange_view
from simulator.client.received import ReceivedItem
from simulator.journal.export import exchange_data
from simulator.serving.sink_ports import listening, sinks_served
from simulator.sinks import SinkStore
from simulator.sinks.addresses import addresses_of
from simulator.sinks.backing import Backing
from simulator.sinks.kept import FILE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from simulator.client import ExchangeView
    from simulator.journal.exchange import Exchange
    from simulator.sinks import Received, SinkOptions

_HOST: Final = "127.0.0.1"
_NUMBERS: Final = count(1)
"""Of the exchanges of such sinks, in this process: no two have the same."""


class Overheard:
    """In place of a journal: keeps exchanges until they are taken into the evidence. Safe to use from several threads."""

    def __init__(self) -> None:
        """Begin empty."""
        self._kept: SimpleQueue[Exchange] = SimpleQueue()

    def append(self, exchange: Exchange) -> None:
        """Keep one."""
        self._kept.put(replace(exchange, id=next(_NUMBERS)))

    def taken(self) -> list[ExchangeView]:
        """Return those that came since the last time, the oldest first, their secrets masked."""
        found = []
        while True:
            try:
                found.append(exchange_view(exchange_data(self._kept.get_nowait())))
            except Empty:
                return found


@dataclass(frozen=True, slots=True)
class OwnSinks:
    """Sinks of this process."""

    addresses: Mapping[str, str]
    """By name: ``dmp`` (a URL), ``smtp``, ``imap`` (host:port)."""
    overheard: Overheard
    _store: SinkStore
    _session: str

    def after(self, number: int = 0) -> list[ReceivedItem]:
        """Return what came after an item, the oldest first, under whatever account: nobody else sends here."""
        return [self._item(one) for one in self._store.items(after=number)]

    def tell(self, name: str, told: Mapping[str, object]) -> None:
        """Say what the DMP answers from now on; nothing takes it back."""
        self._store.tell(self._session, name, told or None)

    def deliver(self, content: bytes, *, sender: str, recipients: tuple[str, ...]) -> int:
        """Put a mail into the mailboxes of its recipients; return its id."""
        from simulator.sinks.mssante.delivering import deliver  # noqa: PLC0415 - an extra

        backing = Backing(journal=self.overheard)
        return deliver(
            self._store, backing, content, session=self._session, sender=sender, recipients=recipients
        )

    def _item(self, one: Received) -> ReceivedItem:
        return ReceivedItem(
            id=one.id,
            sink=one.sink,
            kind=one.kind,
            session=one.session,
            at=one.at,
            sender=one.sender,
            recipients=one.recipients,
            facts=one.facts,
            outcome=one.outcome,
            content=self._store.content(one.id) or b"",
        )


@contextmanager
def own_sinks(session: str, options: SinkOptions) -> Iterator[OwnSinks]:
    """Open sinks for the length of the block; ``session``: whose they are.

    Raises:
        TlsSetupError: a port cannot be opened, or a library is missing.
        OSError: there is no room for what they keep.
    """
    with ExitStack() as stack:
        folder = stack.enter_context(
            tempfile.TemporaryDirectory(prefix="banc-sinks-", ignore_cleanup_errors=True)
        )
        store = SinkStore(Path(folder) / FILE)
        stack.callback(store.close)
        overheard = Overheard()
        ports = stack.enter_context(listening(options, _HOST, pki=None))
        stack.enter_context(sinks_served(store, options, ports, pki=None, backing=Backing(journal=overheard)))
        yield OwnSinks(addresses_of(ports.opened(options), _HOST), overheard, store, session)
