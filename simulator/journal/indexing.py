"""Indexing: records of all segments become rows, in the order of time, a few thousand in one transaction."""

from __future__ import annotations

import logging
import os
from contextlib import ExitStack
from heapq import heappop, heappush
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from simulator.database import is_locked
from simulator.journal.exchange import INSI
from simulator.journal.reading import SegmentReader, read_head
from simulator.journal.record import EXCHANGE, HEAD, NOT_COUNTED, REMOVE_SESSION, decode_json, encode_json
from simulator.journal.writer import SUFFIX

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator
    from pathlib import Path

    from simulator.journal.reading import Scanned

CHUNK: Final = 5000
"""Records indexed in one transaction."""
_DROPPED: Final = "dropped.json"
"""What the index must know of segments that are gone, for when it is made again."""
_INSERT: Final = "INSERT INTO exchange VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"

_FOREIGN: Final = 2
"""Value of ``finished`` of a file that is no segment of ours: nothing is to be done with it."""

_log = logging.getLogger(__name__)


class Chunk(NamedTuple):
    """What indexing some records has shown."""

    is_full: bool
    """There may be more."""
    finished: list[str]
    """Segments that are indexed to their end and that nobody writes any more."""
    seen: dict[str, int]
    """Sizes of other segments, up to which there is nothing to do."""


def index_chunk(connection: sqlite3.Connection, folder: Path, own: str | None, *, most: int = CHUNK) -> Chunk:
    """Index some records, within a transaction of the caller.

    Args:
        connection: to the index.
        folder: of the segments.
        own: name of the segment that this process is writing.
        most: records.

    Raises:
        sqlite3.Error: the index cannot be written.
    """
    finished: list[str] = []
    seen: dict[str, int] = {}
    with ExitStack() as stack:
        meta = Meta(connection, folder)
        known = {
            str(name): (number, position, done)
            for number, name, position, done in connection.execute(
                "SELECT id, name, position, finished FROM segment"
            )
        }
        sources = []
        for name in segment_names(folder):
            number, position, done = known.get(name, (0, 0, 0))
            if done:
                finished.append(name)
            elif (size := size_of(folder / name)) is None:
                continue
            elif size < HEAD.size:
                seen[name] = size
            else:
                if not number:
                    cursor = connection.execute("INSERT INTO segment (name) VALUES (?)", (name,))
                    number = cursor.lastrowid or 0
                sources.append(_Source(name, number, max(position, HEAD.size)))
        full = _merge(folder, connection, sources, stack, meta=meta, own=own, most=most)
        for source in sources:
            if _note(folder, connection, source, full=full):
                finished.append(source.name)
            elif not full and source.size is not None and source.settled:
                seen[source.name] = source.size
        meta.save()
    return Chunk(full, finished, seen)


def _merge(
    folder: Path,
    connection: sqlite3.Connection,
    sources: list[_Source],
    stack: ExitStack,
    *,
    meta: Meta,
    own: str | None,
    most: int,
) -> bool:
    """Index records of all segments by time; return whether the chunk is full."""
    waiting = sorted(sources, key=lambda source: source.name, reverse=True)
    heads: list[tuple[Scanned, int, _Source]] = []
    rows: list[tuple[object, ...]] = []
    count = 0
    while heads or waiting:
        # A segment is opened when its time comes: few are at once, however many there are.
        while waiting and (not heads or waiting[-1].created <= heads[0][0].stamp):
            source = waiting.pop()
            source.open(folder, stack, own)
            _advance(heads, source)
        if not heads:
            continue
        if count == most:
            break
        scanned, _, source = heappop(heads)
        count += 1
        source.take(scanned)
        if scanned.kind == EXCHANGE:
            try:
                rows.append(_row(meta.last_id + 1, source.number, scanned))
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                source.damaged += 1
                _log.warning(
                    "%s: the record at byte %d cannot be read: %s", source.name, scanned.offset, error
                )
            else:
                meta.last_id += 1
                meta.kept += 1
        elif scanned.kind == REMOVE_SESSION:
            connection.executemany(_INSERT, rows)
            rows.clear()
            session = plain_text(scanned.content.decode("utf-8", "replace"))
            meta.kept -= connection.execute("DELETE FROM exchange WHERE session = ?", (session,)).rowcount
        _advance(heads, source)
    connection.executemany(_INSERT, rows)
    return count == most


def _note(folder: Path, connection: sqlite3.Connection, source: _Source, *, full: bool) -> bool:
    """Write down how far a segment was read; return whether it is finished."""
    source.report(folder)
    finished = not full and source.is_read and not source.live
    torn = killed = lost = 0
    if finished:
        torn = source.tail
        head = read_head(folder / source.name)
        if head is not None and not head.is_credible:
            _log.warning("%s: its head is damaged: what its process lost is not known", source.name)
        elif head is not None:
            lost = head.lost
            if head.appended != NOT_COUNTED:
                before = connection.execute(
                    "SELECT records + damaged FROM segment WHERE id = ?", (source.number,)
                ).fetchone()[0]
                killed = max(head.appended - before - source.records - source.damaged, 0)
        for count, what in (
            (killed, "exchange(s) that waited to be written were lost with their process"),
            (torn, "byte(s) of a record that was being written are skipped: its process was killed"),
        ):
            if count:
                _log.warning("%s: %d %s", source.name, count, what)
    connection.execute(
        "UPDATE segment SET position = ?, records = records + ?, damaged = damaged + ?, finished = ?,"
        " torn = ?, killed = ?, lost = ? WHERE id = ?",
        (
            source.position,
            source.records,
            source.damaged,
            _FOREIGN if source.is_foreign else finished,
            torn,
            killed,
            lost,
            source.number,
        ),
    )
    return finished or source.is_foreign


class _Source:
    """A segment while it is being indexed."""

    def __init__(self, name: str, number: int, position: int) -> None:
        self.name = name
        self.number = number
        self.position = position
        self.created = int(name.partition("-")[0]) if name.partition("-")[0].isdecimal() else 0
        self.records = 0
        self.damaged = 0
        self.live = True
        self.is_read = False
        self.is_foreign = False
        self.size: int | None = None
        self.tail = 0
        self.reader: SegmentReader | None = None

    def open(self, folder: Path, stack: ExitStack, own: str | None) -> None:
        path = folder / self.name
        try:
            # In this order: what a process wrote before it let go of the lock is seen.
            self.live = self.name == own or is_locked(path)
            if read_head(path) is None:
                _log.warning(
                    "%s is not a segment of a journal that this version knows: it is left alone", path
                )
                self.live, self.is_foreign, self.size = True, True, size_of(path)
                return
            self.reader = stack.enter_context(SegmentReader(path, self.position, live=self.live))
        except OSError as error:
            _log.warning("the segment %s of the journal cannot be read: %s", path, error)
            self.live = True
            return
        self.size = self.reader.size

    def take(self, scanned: Scanned) -> None:
        self.records += 1
        self.position = scanned.offset + scanned.length

    @property
    def settled(self) -> bool:
        """Whether nothing is to be done before the file grows."""
        return self.is_foreign or (self.is_read and (self.tail == 0 or not self.live))

    def report(self, folder: Path) -> None:
        """Say which bytes are no records."""
        if self.reader is None:
            return
        passed = [damage for damage in self.reader.damages if damage.offset < self.reader.position]
        for damage in passed if self.is_read else [d for d in passed if d.offset < self.position]:
            self.damaged += 1
            _log.warning(
                "%s: %s at byte %d; %d bytes are skipped",
                folder / self.name,
                damage.reason,
                damage.offset,
                damage.length,
            )
        if self.is_read:
            self.position = self.reader.position
            self.tail = self.reader.tail


class Meta:
    """Counters of the whole journal, within a transaction."""

    def __init__(self, connection: sqlite3.Connection, folder: Path) -> None:
        self._connection = connection
        values = dict(connection.execute("SELECT name, value FROM meta"))
        if not values:
            values = read_dropped(folder)
        self.last_id: int = values.get("last_id", 0)
        self.kept: int = values.get("kept", 0)
        self.dropped: int = values.get("dropped", 0)

    def save(self) -> None:
        """Write the counters."""
        self._connection.executemany(
            "INSERT INTO meta VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            [("last_id", self.last_id), ("kept", self.kept), ("dropped", self.dropped)],
        )


def _advance(heads: list[tuple[Scanned, int, _Source]], source: _Source) -> None:
    if source.reader is None:
        return
    scanned = source.reader.next()
    if scanned is None:
        source.is_read = True
    else:
        heappush(heads, (scanned, source.number, source))


def _row(exchange_id: int, segment: int, scanned: Scanned) -> tuple[object, ...]:
    data: dict[str, Any] = decode_json(scanned.content)
    decision, traits, operation = data["decision"], data["traits"], data["operation"]
    people = {entry["key"]: None for entry in decision["considered"]}
    if decision["person"] is not None:
        people[decision["person"]] = None
    name = (traits or {}).get("birth_name") or ""
    return (
        exchange_id,
        segment,
        scanned.offset,
        scanned.length,
        min(scanned.stamp, 2**63 - 1),
        plain_text(str(data["session"])),
        plain_text(operation) if isinstance(operation, str) else None,
        plain_text(str(data["code"])),
        _lines(people),
        plain_text(name.upper()),
        _lines(finding["code"] for finding in data["findings"]),
        plain_text(str(data.get("service", INSI))),
    )


def _lines(values: Any) -> str:
    """Return texts between line ends, so that each can be looked for whole."""
    text = "\n".join(values)
    return str(plain_text(f"\n{text}\n")) if text else ""


def plain_text(value: Any) -> Any:
    """Return a text that SQLite takes: it has no lone surrogates."""
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value


def segment_names(folder: Path) -> Iterator[str]:
    """Yield the names of the segments, oldest first."""
    try:
        yield from sorted(name for name in os.listdir(folder) if name.endswith(SUFFIX))  # noqa: PTH208 - names, fast
    except FileNotFoundError:
        return


def size_of(path: Path) -> int | None:
    """Return the size of a file, ``None`` when it is not there."""
    try:
        return path.stat().st_size
    except OSError:
        return None


def read_dropped(folder: Path) -> dict[str, int]:
    """Return what is known of segments that are gone, for an index that is made again."""
    try:
        data = decode_json((folder / _DROPPED).read_bytes())
        return {name: int(data[name]) for name in ("last_id", "dropped")}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def write_dropped(folder: Path, data: dict[str, int]) -> None:
    """Keep what cannot be counted again, whole or not at all."""
    draft = folder / f"{_DROPPED}.{os.getpid()}"
    draft.write_bytes(encode_json(data))
    draft.replace(folder / _DROPPED)
