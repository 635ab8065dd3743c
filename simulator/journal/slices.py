"""Indexing while calls are answered, so that the first listing after many calls does not wait.

A thread of one of the processes of a server does it, in small slices. While calls come fast it takes a few per cent of the
time, afterwards most.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from typing import TYPE_CHECKING, Final

from simulator.database import try_lock

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from simulator.journal.index import Index
    from simulator.journal.writer import Writer

_LOCK: Final = "indexer.lock"
"""Locked by the process that indexes."""
_LOOK_S: Final = 5.0
_SLICE: Final = 100
"""Records indexed at once, two or three milliseconds: a call that comes meanwhile may wait as long."""
_BUSY_RECORDS: Final = 4
"""Records written since the last slice above which calls come fast."""
_BUSY_PAUSE_S: Final = 0.1
_DONE_PAUSE_S: Final = 0.5
_IDLE_PAUSE_S: Final = 0.005


def index_while_serving(folder: Path, index: Index, writer: Writer, stopped: Callable[[], bool]) -> None:
    """Start the thread; ``stopped`` ends it."""
    threading.Thread(
        target=_run, args=(folder / _LOCK, index, writer, stopped), name="index", daemon=True
    ).start()


def _run(lock_path: Path, index: Index, writer: Writer, stopped: Callable[[], bool]) -> None:
    with lock_path.open("ab") as lock:
        while not try_lock(lock.fileno()):
            time.sleep(_LOOK_S)
        written = writer.written
        while not stopped():
            try:
                current = index.catch_up(writer.segment, patience_s=0, most=_SLICE)
            except sqlite3.Error as error:
                # Whoever reads is told; the thread goes on, should it pass.
                index.remake(error)
                current = True
            is_busy = writer.written - written > _BUSY_RECORDS
            written = writer.written
            time.sleep(_pause(is_busy=is_busy, is_done=current))


def _pause(*, is_busy: bool, is_done: bool) -> float:
    if is_busy:
        return _BUSY_PAUSE_S
    return _DONE_PAUSE_S if is_done else _IDLE_PAUSE_S
