"""The journal as it happens, as server-sent events.

On an event loop (``Hub``) one task reads the journal for all clients, so that fifty of them cost one query and no
thread; behind a WSGI server (``follow_in_thread``) a client holds a thread, so only a few are taken.

A client that does not read fast enough is let go, never waited for: it comes back with ``Last-Event-ID`` and gets what
it missed from the journal.
"""

from __future__ import annotations

import asyncio
import json
import logging
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from simulator.journal.as_json import to_json
from simulator.journal.explain import explain

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Mapping

    from simulator.journal.exchange import Exchange
    from simulator.journal.store import Journal
    from simulator.web.api.guard import Headers

PATH: Final = "/api/v1/exchanges/events"
"""Where the live journal is."""

HEADERS: Final = (
    ("content-type", "text/event-stream; charset=utf-8"),
    ("cache-control", "no-store"),
    # A proxy in between must not collect events.
    ("x-accel-buffering", "no"),
)
INTERVAL_S: Final = 0.2
"""How often the journal is read while somebody follows it."""
HEARTBEAT_S: Final = 15.0
"""After how long without an exchange a comment is sent."""
BUFFER: Final = 256
"""Exchanges kept for one client that reads slowly; it is let go beyond."""
MAX_CLIENTS: Final = 200
"""Clients of one server process."""
MAX_THREADS: Final = 4
"""Clients of one WSGI server: each holds a thread."""

_PAGE: Final = 100
_MAX_ID: Final = 2**63 - 1
_HELLO: Final = b"retry: 2000\n\n"
_HEARTBEAT: Final = b": nothing new\n\n"
_log = logging.getLogger(__name__)


class FollowError(Exception):
    """A client cannot follow; ``status`` is the HTTP status and the message says why."""

    def __init__(self, message: str, status: int) -> None:
        """Keep both."""
        super().__init__(message)
        self.status = status


@dataclass(frozen=True, slots=True, kw_only=True)
class Follow:
    """What a client wants to follow."""

    session: str | None = None
    """``None``: all of them."""
    after: int | None = None
    """First those kept already with a greater id; ``None``: only what comes from now on."""


@dataclass(frozen=True, slots=True)
class Event:
    """One exchange as it is sent."""

    id: int
    session: str
    data: bytes


def read_follow(query: Mapping[str, str], headers: Headers) -> Follow:
    """Return what a request wants.

    Raises:
        FollowError: a number is none.
    """
    # Where a client stopped counts more than where it once began.
    last, after = headers.get("last-event-id"), query.get("after")
    name, text = ("Last-Event-ID", last) if last else ("after", after)
    return Follow(session=query.get("session"), after=None if text is None else _number(name, text))


def _number(name: str, text: str) -> int:
    if not (text.isascii() and text.isdecimal()) or len(text) > len(str(_MAX_ID)) or int(text) > _MAX_ID:
        raise FollowError(f"{name}: expected a whole number from 0 to {_MAX_ID}, got {text!r}", 400)
    return int(text)


class Live:
    """What the live journals of one server process share: the journal, and whether the server is stopping."""

    def __init__(self, journal: Journal) -> None:
        """Take the journal that is followed."""
        self.journal = journal
        self._stopping = threading.Event()
        self._threads = threading.BoundedSemaphore(MAX_THREADS)

    def stop(self) -> None:
        """End all streams that hold a thread."""
        self._stopping.set()

    def newest(self) -> int:
        """Return the id of the newest exchange, 0 when there is none."""
        newest = self.journal.list(limit=1, newest_first=True)
        return newest[0].id if newest else 0

    def page(self, after: int, session: str | None = None) -> list[Event]:
        """Return the exchanges that follow one, oldest first, at most a page of them."""
        return [_event(exchange) for exchange in self.journal.list(session=session, after=after, limit=_PAGE)]

    def follow_in_thread(self, wanted: Follow) -> Iterator[bytes]:
        """Return what is sent to a client, for a server that gives it a thread.

        Raises:
            FollowError: too many follow already.
        """
        if not self._threads.acquire(blocking=False):
            raise FollowError(f"{MAX_THREADS} clients follow already on this port; try again later", 503)
        return _Held(self._frames(wanted), self._threads)

    def _frames(self, wanted: Follow) -> Iterator[bytes]:
        cursor = self.newest() if wanted.after is None else wanted.after
        yield _HELLO
        sent = time.monotonic()
        while not self._stopping.is_set():
            events = self.page(cursor, wanted.session)
            for event in events:
                yield event.data
                cursor, sent = event.id, time.monotonic()
            if len(events) == _PAGE:
                continue
            if time.monotonic() - sent > HEARTBEAT_S:
                yield _HEARTBEAT
                sent = time.monotonic()
            self._stopping.wait(INTERVAL_S)


class _Held:
    """An iterator that gives its place back when the server closes it, whether it ever began or not."""

    def __init__(self, frames: Iterator[bytes], places: threading.BoundedSemaphore) -> None:
        self._frames = frames
        self._places: threading.BoundedSemaphore | None = places

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        return next(self._frames)

    def close(self) -> None:
        """Give the place back, once (PEP 3333: the server calls it in any case)."""
        places, self._places = self._places, None
        if places is not None:
            places.release()


@dataclass(eq=False, slots=True)
class _Client:
    session: str | None
    queue: asyncio.Queue[Event | None] = field(default_factory=lambda: asyncio.Queue(BUFFER))

    def give(self, event: Event) -> bool:
        """Put an event in the queue; ``False`` when the client is too slow and is let go."""
        if self.session is not None and event.session != self.session:
            return True
        try:
            self.queue.put_nowait(event)
        except asyncio.QueueFull:
            self.let_go()
            return False
        return True

    def let_go(self) -> None:
        """End the stream before the first event not yet sent, so that the last id sent tells what is missing."""
        while not self.queue.empty():
            self.queue.get_nowait()
        self.queue.put_nowait(None)


class Hub:
    """Reads the journal once for all clients of one event loop."""

    def __init__(
        self,
        live: Live,
        *,
        stopping: Callable[[], bool] = lambda: False,
        interval: float = INTERVAL_S,
        heartbeat: float = HEARTBEAT_S,
    ) -> None:
        """Take what is shared; ``interval`` and ``heartbeat`` in seconds.

        ``stopping`` tells whether the server is about to stop: all streams end then.
        """
        self._live = live
        self._stopping = stopping
        self._interval = interval
        self._heartbeat = heartbeat
        self._clients: set[_Client] = set()
        self._task: asyncio.Task[None] | None = None
        self._read_up_to = 0
        self._joining = asyncio.Lock()

    @property
    def clients(self) -> int:
        """How many follow now."""
        return len(self._clients)

    async def follow(self, wanted: Follow) -> AsyncGenerator[bytes]:
        """Yield what is sent to a client, until it is let go. Close the iterator when the client is gone.

        Raises:
            FollowError: too many follow already.
        """
        if len(self._clients) >= MAX_CLIENTS:
            raise FollowError(f"{MAX_CLIENTS} clients follow already; try again later", 503)
        client = _Client(wanted.session)
        try:
            start = await self._join(client)
            yield _HELLO
            cursor = start if wanted.after is None else wanted.after
            async for event in self._missed(cursor, start, wanted.session):
                yield event.data
            cursor = max(cursor, start)
            while True:
                try:
                    coming = await asyncio.wait_for(client.queue.get(), self._heartbeat)
                except TimeoutError:
                    yield _HEARTBEAT
                    continue
                if coming is None:
                    return
                if coming.id > cursor:
                    yield coming.data
        finally:
            self._leave(client)

    async def _join(self, client: _Client) -> int:
        """Add a client; return the id up to which it must read the journal by itself."""
        async with self._joining:
            if self._task is None:
                self._read_up_to = await asyncio.to_thread(self._live.newest)
                self._task = asyncio.create_task(self._read())
            self._clients.add(client)
            return self._read_up_to

    def _leave(self, client: _Client) -> None:
        self._clients.discard(client)
        if not self._clients and self._task is not None:
            self._task.cancel()
            self._task = None

    async def _missed(self, after: int, up_to: int, session: str | None) -> AsyncIterator[Event]:
        while after < up_to:
            page = await asyncio.to_thread(self._live.page, after, session)
            for event in page:
                if event.id > up_to:  # it comes through the queue
                    return
                yield event
                after = event.id
            if len(page) < _PAGE:
                return

    async def _read(self) -> None:
        try:
            while not self._stopping():
                events = await asyncio.to_thread(self._live.page, self._read_up_to)
                for event in events:
                    for client in list(self._clients):
                        if not client.give(event):
                            self._clients.discard(client)
                    self._read_up_to = event.id
                if len(events) < _PAGE:
                    await asyncio.sleep(self._interval)
        except Exception:  # noqa: BLE001 - whatever the journal raises
            # Whoever is let go comes back and starts a new reader, instead of waiting for nothing.
            _log.exception("the journal could not be read for those who follow it")
        self._task = None
        for client in self._clients:
            client.let_go()


def _event(exchange: Exchange) -> Event:
    words = {"fr": explain(exchange, "fr"), "en": explain(exchange, "en")}
    data: dict[str, Any] = {**to_json(exchange), "explanation": words}
    # JSON on one line: a line break would end the field.
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return Event(
        exchange.id,
        exchange.session,
        f"id: {exchange.id}\nevent: exchange\ndata: {text}\n\n".encode("utf-8", "replace"),
    )
