"""Puts the records of parallel processes together into one."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from conformance.record.events import CampaignFinished
from conformance.record.reading import Record, RecordError, read_lines
from conformance.record.writing import RecordWriter

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

ATTACHMENTS = "attachments"
"""The folder beside a record that holds the files its lines name."""
_OF_THE_WHOLE = frozenset({"campaign", "suite", "finished"})
"""Kinds of lines that each process wrote and that the whole has once."""


def merge(paths: Sequence[Path], target: Path) -> None:
    """Write one record with all that the records at ``paths`` hold, the first first.

    The campaign counts as interrupted unless each of them came to its end.

    Raises:
        RecordError: one cannot be read, or they are not of one campaign.
        RecordWriteError: ``target`` exists or cannot be written.
    """
    records = [Record(path) for path in paths]
    first = records[0]
    for record in records[1:]:
        if (record.started.seed, record.started.rules) != (first.started.seed, first.started.rules):
            raise RecordError(f"{record.path}: expected a part of the campaign of {first.path}")
    with RecordWriter(target) as writer:
        writer.event(replace(first.started, shard=""))
        for record in records:
            if record.planned:
                _copy_suite(record, writer)
                break
        for record in records:
            _copy(record.path, writer)
        ends = [record.finished for record in records]
        for path in paths:
            _copy_kept(path.parent / ATTACHMENTS, target.parent / ATTACHMENTS)
        interrupted = any(record.interrupted for record in records)
        at = max((end.at for end in ends if end is not None), default=datetime.now(UTC))
        writer.event(CampaignFinished(at=at, interrupted=interrupted))


def _copy_suite(record: Record, writer: RecordWriter) -> None:
    for line in read_lines(record.path):
        if line.kind == "suite":
            writer.line(line.kind, line.data)
            return


def _copy_kept(source: Path, target: Path) -> None:
    """Copy the files kept beside a record; those of the same name are the same, since it begins with their digest."""
    if not source.is_dir():
        return
    target.mkdir(parents=True, exist_ok=True)
    for file in source.iterdir():
        if file.is_file() and not (target / file.name).exists():
            shutil.copyfile(file, target / file.name)


def _copy(path: Path, writer: RecordWriter) -> None:
    moved: dict[int, int] = {}
    for line in read_lines(path):
        if line.kind in _OF_THE_WHOLE:
            continue
        data = line.data
        if line.kind == "again":
            data = {**data, "of": moved[data["of"]]}
        if "same" in data:
            data = {**data, "same": {name: moved[number] for name, number in data["same"].items()}}
        moved[line.number] = writer.line(line.kind, data)
