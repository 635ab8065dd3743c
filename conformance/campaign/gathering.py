"""The parts of a campaign in several processes, put together: at its end, or later when it was killed."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Final

from conformance.record.merging import merge
from conformance.record.reading import Record, RecordError
from conformance.record.writing import RECORD_NAME

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

PARTS: Final = "shards"
"""The folder, beside the record, of the records of the processes while they run."""


def gather(parts: Sequence[Path], target: Path) -> Record:
    """Put records together at ``target``, whole or not at all, and return the one that comes of it.

    Raises:
        RecordError: one cannot be read, or they are not of one campaign.
        RecordWriteError: ``target`` cannot be written.
    """
    beside = target.with_name(f"{target.name}.part")
    beside.unlink(missing_ok=True)
    merge(parts, beside)
    beside.replace(target)
    return Record(target, is_own=True)


def resumable(path: Path) -> Record:
    """Return the record to go on with, put together from its parts when the campaign was killed before it could be.

    Args:
        path: the record, or the folder of the campaign.

    Raises:
        RecordError: there is none, or it cannot be read.
        RecordWriteError: parts are there and cannot be put together.
    """
    folder = path if path.is_dir() else path.parent
    whole = folder / RECORD_NAME if path.is_dir() else path
    parts = [each for each in sorted((folder / PARTS).glob(f"*/{RECORD_NAME}")) if _has_begun(each)]
    if whole.exists() or not parts:
        return Record(path)
    record = gather(parts, whole)
    shutil.rmtree(folder / PARTS, ignore_errors=True)
    return record


def _has_begun(path: Path) -> bool:
    """Tell whether a process came to its first line before it was killed."""
    try:
        Record(path)
    except RecordError:
        return False
    return True
