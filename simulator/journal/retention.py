"""Dropping the oldest segments, by size and by age: whole files, never one that a process writes."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, NamedTuple

from simulator.journal.indexing import segment_names

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from simulator.journal.index import Index

_log = logging.getLogger(__name__)


class Pruned(NamedTuple):
    """What was dropped."""

    segments: int
    exchanges: int
    bytes: int


def prune(folder: Path, index: Index, *, max_bytes: int | None, max_age_s: float | None) -> Pruned:
    """Drop finished segments, the oldest first, until the journal is within its size and age.

    The index must be up to date. A file that the system does not let go is left for the next time.

    Raises:
        OSError: the folder cannot be written.
        sqlite3.Error: the index cannot be written.
    """
    segments = exchanges = size = 0
    finished = index.finished()
    for path, length in _surplus(folder, max_bytes, max_age_s):
        if path.name not in finished:
            continue
        try:
            path.unlink()
        except FileNotFoundError:
            continue
        except PermissionError as error:
            _log.warning("the segment %s cannot be dropped yet: %s", path, error)
            continue
        exchanges += index.forget(path.name)
        segments += 1
        size += length
    return Pruned(segments, exchanges, size)


def _surplus(folder: Path, max_bytes: int | None, max_age_s: float | None) -> Iterator[tuple[Path, int]]:
    """Yield the segments that are too many or too old, with their sizes."""
    found = []
    for name in segment_names(folder):
        path = folder / name
        try:
            stat = path.stat()
        except OSError:
            continue
        found.append((path, stat.st_size, stat.st_mtime))
    total = sum(size for _, size, _ in found)
    oldest = None if max_age_s is None else time.time() - max_age_s
    for path, size, written in found:
        is_old = oldest is not None and written < oldest
        if is_old or (max_bytes is not None and total > max_bytes):
            total -= size
            yield path, size
