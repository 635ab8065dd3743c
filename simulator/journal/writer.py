"""Writing: one process, its own segment, one system call for a record. Nobody waits for anybody."""

from __future__ import annotations

import logging
import os
import secrets
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from simulator.database import try_lock
from simulator.journal.record import (
    COUNTERS,
    COUNTERS_AT,
    EXCHANGE,
    HEAD,
    NOT_COUNTED,
    SEGMENT_MAGIC,
    encode_exchange,
    frame,
)

if TYPE_CHECKING:
    from pathlib import Path

    from simulator.journal.exchange import Exchange

Mode = Literal["sync", "batch", "fsync"]
"""``sync``: handed to the system before the answer leaves; killing the process loses nothing, a power cut may lose the
last ones. ``fsync``: on the disk before the answer leaves. ``batch``: written every so often, see ``JournalOptions``."""

SUFFIX: Final = ".segment"
_FLAGS: Final = os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_WRONLY | getattr(os, "O_BINARY", 0)

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalOptions:
    """How the journal is kept."""

    mode: Mode = "sync"
    batch_ms: int = 100
    """In mode ``batch``: most milliseconds that an answered call waits to be written."""
    batch_bytes: int = 1024 * 1024
    """In mode ``batch``: most bytes that wait to be written, beside one last record."""
    segment_bytes: int = 64 * 1024 * 1024
    """Size at which a segment is closed and another begun."""
    max_bytes: int | None = None
    """Size above which the oldest segments are dropped; ``None``: never."""
    max_age_s: float | None = None
    """Age at which a segment is dropped, in seconds since its last record; ``None``: never."""

    @property
    def rotate_bytes(self) -> int:
        """Size at which a segment is closed, small enough for ``max_bytes`` to be kept in small steps."""
        if self.max_bytes is None:
            return self.segment_bytes
        return min(self.segment_bytes, max(self.max_bytes // 8, 64 * 1024))


@dataclass(slots=True)
class _Open:
    """The segment being written."""

    path: Path
    descriptor: int
    counters: int
    """A second descriptor: what is opened for appending cannot write elsewhere."""
    created: float
    size: int
    appended: int = 0
    lost: int = 0


class Writer:
    """The segment of one process. Safe to use from several threads; a forked child begins its own."""

    def __init__(self, folder: Path, options: JournalOptions) -> None:
        """Nothing is created before the first record."""
        self._folder = folder
        self._options = options
        self._rotate_bytes = options.rotate_bytes
        self._lock = threading.RLock()
        self._open: _Open | None = None
        self._process = os.getpid()
        self._waiting: list[bytes] = []
        self._waiting_bytes = 0
        self._previous_write = 0
        self._stamp = 0
        self._failing = False
        self.untold = 0
        """Those of ``lost`` that no segment tells of yet."""
        self.written = 0
        """Records that this process has made."""
        self.rotations = 0
        """How often a segment was closed."""
        self.lost = 0
        """Exchanges that this process answered and could not keep."""

    @property
    def segment(self) -> str | None:
        """Name of the segment that this process is writing."""
        return None if self._open is None else self._open.path.name

    @property
    def waiting(self) -> int:
        """Records that are not written yet (mode ``batch``)."""
        return len(self._waiting)

    def append(self, exchange: Exchange) -> bool:
        """Keep an exchange; return whether it is kept. Never raises.

        What cannot be kept is counted; the first failure is logged, and the recovery.
        """
        try:
            content = encode_exchange(exchange)
            return self.write(EXCHANGE, content, exchange.request, exchange.response)
        except Exception as error:  # noqa: BLE001 - the journal must never cost an answer
            with self._lock:
                self._failed(error, 1)
            return False

    def write(self, kind: int, content: bytes, request: bytes = b"", response: bytes = b"") -> bool:
        """Keep a record; return whether it is kept (mode ``batch``: will be, if the disk takes it)."""
        with self._lock:
            if os.getpid() != self._process:
                self._forget()
            self.written += 1
            self._stamp = stamp = max(time.time_ns(), self._stamp + 1)
            record = frame(kind, content, request, response, stamp=stamp, previous_write=self._previous_write)
            started = time.perf_counter_ns()
            kept = self._wait(record) if self._options.mode == "batch" else self._put([record], len(record))
            self._previous_write = min(max((time.perf_counter_ns() - started) // 1000, 1), 2**32 - 1)
            return kept

    def flush(self) -> None:
        """Write what waits."""
        with self._lock:
            if self._waiting and os.getpid() == self._process:
                records, size = self._waiting, self._waiting_bytes
                self._waiting, self._waiting_bytes = [], 0
                if not self._put(records, size) and self._open is not None:
                    self._open.appended -= len(records)
                    self._note_losses(self._open)

    def rotate(self, older_than: float = 0) -> None:
        """Close the segment being written, if it is older than so many seconds; the next record begins another."""
        with self._lock:
            self.flush()
            if self._open is not None and time.time() - self._open.created >= older_than:
                self._close()

    def close(self) -> None:
        """Write what waits and close the segment; the next record begins another."""
        self.rotate()

    def _wait(self, record: bytes) -> bool:
        try:
            opened = self._opened(len(record))
            opened.appended += 1
            try:
                # Before the answer leaves: were the process killed, the reader knows how many there should be.
                self._write_counters(opened)
            except OSError:
                opened.appended -= 1
                raise
        except OSError as error:
            self._failed(error, 1)
            return False
        self._waiting.append(record)
        self._waiting_bytes += len(record)
        if self._waiting_bytes >= self._options.batch_bytes:
            self.flush()
        return True

    def _put(self, records: list[bytes], size: int) -> bool:
        """Write records in one system call; all of them or none."""
        try:
            if self._options.mode != "batch":
                opened = self._opened(size)
            elif self._open is not None:  # the segment that said these records would come
                opened = self._open
            else:
                opened = self._open = self._begin()
            content = memoryview(records[0] if len(records) == 1 else b"".join(records))
            try:
                while len(content) > (written := os.write(opened.descriptor, content)):
                    content = content[written:]
                if self._options.mode == "fsync":
                    os.fsync(opened.descriptor)
            except OSError:
                self._undo(opened)
                raise
        except OSError as error:
            self._failed(error, len(records))
            return False
        opened.size += size
        if self._failing:
            self._recovered(opened)
        return True

    def _opened(self, size: int) -> _Open:
        """Return the segment to write so many bytes to."""
        opened = self._open
        if opened is not None:
            used = opened.size + self._waiting_bytes
            if used > HEAD.size and used + size > self._rotate_bytes:
                self.flush()
                self._close()
        if self._open is None:
            self._open = self._begin()
        return self._open

    def _begin(self) -> _Open:
        created = time.time_ns()
        path = self._folder / f"{created:020d}-{os.getpid()}-{secrets.token_hex(4)}{SUFFIX}"
        descriptor = os.open(path, _FLAGS, 0o600)
        counters = -1
        try:
            # Readers take a segment for finished when it has a head and nobody holds its lock: in this order.
            try_lock(descriptor)
            appended = 0 if self._options.mode == "batch" else NOT_COUNTED
            head = HEAD.pack(SEGMENT_MAGIC, created, appended, 0)
            while head:
                head = head[os.write(descriptor, head) :]
            counters = os.open(path, os.O_WRONLY | getattr(os, "O_BINARY", 0))
        except OSError:
            os.close(descriptor)
            path.unlink(missing_ok=True)
            raise
        if self._options.mode == "fsync":
            _sync_folder(self._folder)
        return _Open(path, descriptor, counters, created / 1e9, HEAD.size)

    def _undo(self, opened: _Open) -> None:
        """Take back what a failed write left; when that fails too, leave the segment as it is and begin another."""
        try:
            os.ftruncate(opened.descriptor, opened.size)
        except OSError:
            self._close()

    def _failed(self, error: Exception, count: int) -> None:
        self.lost += count
        self.untold += count
        if not self._failing:
            self._failing = True
            _log.error(
                "exchanges cannot be kept in the journal (%s): %s. Calls are answered all the same and counted as lost; "
                "make room or give write access, nothing needs to be restarted",
                self._folder,
                error,
            )
        if self._open is not None:
            self._note_losses(self._open)

    def _recovered(self, opened: _Open) -> None:
        self._failing = False
        self._note_losses(opened)
        _log.warning("the journal is written again; %d exchange(s) of this process were lost", self.lost)

    def _note_losses(self, opened: _Open) -> None:
        """Say in the segment what it should have held."""
        opened.lost += self.untold
        try:
            self._write_counters(opened)
        except OSError:
            opened.lost -= self.untold
        else:
            self.untold = 0

    def _write_counters(self, opened: _Open) -> None:
        appended = opened.appended if self._options.mode == "batch" else NOT_COUNTED
        content = COUNTERS.pack(appended, opened.lost)
        if hasattr(os, "pwrite"):
            os.pwrite(opened.counters, content, COUNTERS_AT)
        else:
            os.lseek(opened.counters, COUNTERS_AT, os.SEEK_SET)
            os.write(opened.counters, content)

    def _close(self) -> None:
        opened, self._open = self._open, None
        if opened is not None:
            self.rotations += 1
            os.close(opened.counters)
            os.close(opened.descriptor)

    def _forget(self) -> None:
        """Leave to the parent process what is its own."""
        self._process = os.getpid()
        self._waiting, self._waiting_bytes = [], 0
        self._close()


def _sync_folder(folder: Path) -> None:
    """Put the name of a new file on the disk; Windows does that by itself."""
    if os.name != "nt":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
