"""Puts the records of parallel processes together into one."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from conformance.record.coding import decode
from conformance.record.events import CampaignFinished, SuiteCollected
from conformance.record.reading import HEAD, RecordError, decoded, no_start, read_lines
from conformance.record.uncollected import uncollected
from conformance.record.writing import RecordWriter
from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from conformance.record.events import CampaignStarted
    from conformance.record.reading import Line

ATTACHMENTS = "attachments"
"""The folder beside a record that holds the files its lines name."""
_SAME: Final = b',"same":{'
_NUMBERS: Final = re.compile(rb'"[a-z_]+":\d+(?:,"[a-z_]+":\d+)*\}\}')
_OF_THE_WHOLE = frozenset({"campaign", "suite", "finished"})
"""Kinds of lines that each process wrote and that the whole has once."""
_NO_CHECKS = _OF_THE_WHOLE | {"resumed", "doctor"}
"""Kinds of lines that tell of no check."""


@uncollected()
def merge(paths: Sequence[Path], target: Path) -> None:
    """Write one record with all that the records at ``paths`` hold, the first first.

    The campaign counts as interrupted unless each of them came to its end. Where it was killed before any of them told which
    checks there are, the few that had ended by then are left out: a rule whose other checks are unknown has no verdict.

    Raises:
        RecordError: one cannot be read, or they are not of one campaign.
        RecordWriteError: ``target`` exists or cannot be written.
    """
    starts = [_start(path) for path in paths]
    first, _ = starts[0]
    for path, (started, _) in zip(paths[1:], starts[1:], strict=True):
        if (started.seed, started.rules) != (first.seed, first.rules):
            raise RecordError(
                Text(
                    f"{path} : une part de la campagne de {paths[0]} est attendue",
                    f"{path}: expected a part of the campaign of {paths[0]}",
                )
            )
    with RecordWriter(target) as writer:
        writer.event(replace(first, shard=""))
        suite = next((each for _, each in starts if each is not None), None)
        if suite is not None:
            writer.line(suite.kind, suite.data)
        places = _places(suite)
        with writer.together():
            ends = [_copy(path, writer, places) for path in paths]
        for path in paths:
            _copy_kept(path.parent / ATTACHMENTS, target.parent / ATTACHMENTS)
        interrupted = any(end is None or end.interrupted for end in ends)
        at = max((end.at for end in ends if end is not None), default=datetime.now(UTC))
        writer.event(CampaignFinished(at=at, interrupted=interrupted))


def _start(path: Path) -> tuple[CampaignStarted, Line | None]:
    """Return the line of the campaign, and that of its suite when it came to it: they stand before all checks."""
    started: CampaignStarted | None = None
    for line in read_lines(path):
        if line.kind == "campaign":
            started = started or decoded(path, line)
        elif line.kind == "suite":
            if started is not None:
                return started, line
        elif line.kind == "check-started":
            break
    if started is None:
        raise no_start(path)
    return started, None


def _copy_kept(source: Path, target: Path) -> None:
    """Copy the files kept beside a record; those of the same name are the same, since it begins with their digest."""
    if not source.is_dir():
        return
    target.mkdir(parents=True, exist_ok=True)
    for file in source.iterdir():
        if file.is_file() and not (target / file.name).exists():
            shutil.copyfile(file, target / file.name)


def _places(suite: Line | None) -> dict[str, int]:
    """Return the places of the checks in the suite, by their ids."""
    if suite is None:
        return {}
    told = decode(SuiteCollected, suite.data)
    return {check.check: check.number for check in told.checks}


def _copy(path: Path, writer: RecordWriter, places: Mapping[str, int]) -> CampaignFinished | None:
    """Append the lines of a record, which were masked when they were written, as they are but for their numbers.

    Return how it ended; ``None`` when it did not.
    """
    moved: dict[int, int] = {}
    end: CampaignFinished | None = None
    with path.open("rb") as file:
        for raw in file:
            if not raw.endswith(b"\n"):
                break  # The last one was cut.
            head = HEAD.match(raw)
            if head is None:
                raise RecordError(
                    Text(
                        f"{path} : une ligne qui commence par v, n et kind est attendue, il y a {raw[:60]!r}",
                        f"{path}: expected a line that begins with v, n and kind, got {raw[:60]!r}",
                    )
                )
            number, kind = int(head[1]), head[2].decode("ascii")
            if kind == "finished":
                end = decode(CampaignFinished, json.loads(raw))
            elif kind == "resumed":
                end = None
            if not places and kind not in _NO_CHECKS:
                continue
            if kind == "check-started":
                started = json.loads(raw)
                place = places.get(started["check"], started["number"])
                moved[number] = writer.line(kind, {**started, "number": place, "total": len(places)})
            elif kind not in _OF_THE_WHOLE:
                moved[number] = writer.raw(kind, _renumbered(kind, raw[head.end() : -1], moved))
    return end


def _renumbered(kind: str, rest: bytes, moved: Mapping[int, int]) -> bytes:
    """Return the members of a line with the numbers that other lines have now."""
    if kind == "again":
        data = json.loads(b"{" + rest)
        return _members({**data, "of": moved[data["of"]]})
    start = rest.rfind(_SAME)
    if start < 0:
        return rest
    # It is the last member of a line, and holds numbers alone; anything else is a text that looks like it.
    tail = rest[start + len(_SAME) :]
    if not _NUMBERS.fullmatch(tail):
        return rest
    same = {name: moved[number] for name, number in json.loads(b"{" + tail[:-1]).items()}
    return rest[:start] + b"," + _members({"same": same})


def _members(data: Mapping[str, object]) -> bytes:
    """Return an object as it is written, without its opening brace."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()[1:]
