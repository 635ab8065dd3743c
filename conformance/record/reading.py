"""Reads a record: its events in order, and the timeline of one check at a time."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, BinaryIO, Final

import orjson

from conformance.record.coding import ENTRIES, KINDS, CodingError, decode
from conformance.record.events import (
    READABLE,
    VERSION,
    Again,
    CampaignFinished,
    CampaignResumed,
    CampaignStarted,
    CheckFinished,
    CheckStarted,
    DoctorFinding,
    HumanAct,
    PlannedCheck,
    ReviewDecided,
    SuiteCollected,
)
from conformance.record.writing import RECORD_NAME
from simulator.text import Text, TextError, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from conformance.record.timeline import Entry

MAX_LINE = 64 * 1024 * 1024
"""Bytes of one line: a record may come from somebody else."""


HEAD: Final = re.compile(rb'\{"v":\d+,"n":(\d+),"kind":"([a-z-]+)",')
"""How the writer begins a line: its number and its kind."""
OF_ANOTHER: Final = b'"check":'
"""What a line has that belongs to another check than the one that runs, or that tells of a check."""
MAX_KEPT = 4000
"""Members kept in memory while a timeline is read."""


class RecordError(TextError):
    """A record cannot be read; the message names file, line and expectation."""


@dataclass(frozen=True, slots=True)
class Line:
    """One whole line."""

    number: int
    kind: str
    data: dict[str, Any]
    offset: int
    """Where it begins in the file."""
    end: int
    """Where the next one begins."""


@dataclass(slots=True, kw_only=True)
class CheckRecord:
    """One check: its last attempt."""

    started: CheckStarted
    finished: CheckFinished | None = None
    """``None``: the campaign was stopped meanwhile."""
    offsets: list[int] = field(default_factory=list)
    """Where the lines of its timeline begin."""


def read_lines(path: Path, *, is_own: bool = False) -> Iterator[Line]:
    """Yield the whole lines of a record; a last line that was cut is left out.

    Args:
        path: the file.
        is_own: this process has just written it: what the entries of checks hold is left for later.

    Raises:
        RecordError: it cannot be read, or a line before the last is no line of a record.
    """
    try:
        with path.open("rb") as file:
            yield from _lines(path, file, is_own=is_own)
    except OSError as error:
        why = text_of(error)
        raise RecordError(
            Text(f"{path} : ne peut pas être lu : {why.fr}", f"{path}: cannot be read: {why.en}")
        ) from error


def _lines(path: Path, file: BinaryIO, *, is_own: bool = False) -> Iterator[Line]:
    offset = number = 0
    while raw := file.readline(MAX_LINE):
        if not raw.endswith(b"\n"):
            if len(raw) == MAX_LINE:
                raise RecordError(
                    Text(
                        f"{path}:{number + 1} : une ligne d'au plus {MAX_LINE} octets est attendue",
                        f"{path}:{number + 1}: expected a line of at most {MAX_LINE} bytes",
                    )
                )
            return
        number += 1
        end = offset + len(raw)
        entry = _entry_of_check(number, raw, offset, end) if is_own else None
        yield entry or _line(path, number, raw, offset, end)
        offset = end


def _entry_of_check(number: int, raw: bytes, offset: int, end: int) -> Line | None:
    """Return an entry of the check that runs without taking its JSON apart; ``None`` when the line is anything else."""
    head = HEAD.match(raw)
    if head is None or int(head[1]) != number or OF_ANOTHER in raw:
        return None
    kind = head[2].decode("ascii")
    return Line(number, kind, {}, offset, end) if kind in ENTRIES else None


def _line(path: Path, number: int, raw: bytes, offset: int, end: int) -> Line:
    try:
        data = _loaded(raw)
    except (ValueError, RecursionError) as error:
        raise RecordError(
            Text(
                f"{path}:{number} : un objet JSON est attendu, il y a {raw[:60]!r}",
                f"{path}:{number}: expected a JSON object, got {raw[:60]!r}",
            )
        ) from error
    if not isinstance(data, dict) or "kind" not in data:
        raise RecordError(
            Text(
                f"{path}:{number} : un objet qui a v, n, at et kind est attendu, il y a {raw[:60]!r}",
                f"{path}:{number}: expected an object with v, n, at and kind, got {raw[:60]!r}",
            )
        )
    if data.get("v") not in READABLE:
        raise RecordError(
            Text(
                f"{path}:{number} : un enregistrement de version {VERSION} au plus est attendu, il y a {data.get('v')!r} ;"
                " un banc-insi plus récent l'a peut-être écrit",
                f"{path}:{number}: expected a record of version {VERSION} or older, got {data.get('v')!r};"
                " a newer banc-insi may have written it",
            )
        )
    if data.get("n") != number:
        raise RecordError(
            Text(
                f"{path}:{number} : le numéro de ligne {number} est attendu, il y a {data.get('n')!r}",
                f"{path}:{number}: expected line number {number}, got {data.get('n')!r}",
            )
        )
    return Line(number, str(data["kind"]), data, offset, end)


def _line_at(file: BinaryIO, offset: int) -> dict[str, Any]:
    file.seek(offset)
    data: dict[str, Any] = _loaded(file.readline(MAX_LINE))
    return data


def _loaded(raw: bytes) -> Any:
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError:  # Half a character, or a number of more than 64 bits.
        return json.loads(raw)


class Record:
    """A record, indexed: what it holds is read from the file when asked for.

    Args:
        path: the file, or the folder of the campaign.
        is_own: this process has just written it: a line of a timeline that is none is found when the timeline is read.

    Raises:
        RecordError: it cannot be read, or does not begin as a record does.
    """

    def __init__(self, path: Path, *, is_own: bool = False) -> None:
        """Read the events; timelines stay in the file."""
        self.path = path / RECORD_NAME if path.is_dir() else path
        self.checks: dict[str, CheckRecord] = {}
        """By id, in the order of their last start."""
        self.planned: tuple[PlannedCheck, ...] = ()
        """All the checks of the campaign, in the order of the suite."""
        self.doctor: list[DoctorFinding] = []
        """What was found about the set-up, the last time that somebody looked."""
        self.resumed: list[CampaignResumed] = []
        self.finished: CampaignFinished | None = None
        self.human_acts: list[HumanAct] = []
        self.reviews: list[ReviewDecided] = []
        """What people decided about checks that only eyes can judge, oldest first."""
        self.size = 0
        """Bytes of its whole lines."""
        self.lines = 0
        self._offsets: dict[int, int] = {}
        self._folded: dict[tuple[int, str], Any] = {}
        """Members that other lines refer to, by line and name: those that were wanted lately."""
        started: CampaignStarted | None = None
        current = ""
        for line in read_lines(self.path, is_own=is_own):
            self.size, self.lines = line.end, line.number
            if line.kind not in KINDS:
                continue
            if line.kind in ENTRIES:
                self._offsets[line.number] = line.offset
                check = self.checks.get(str(line.data.get("check", current)))
                if check is not None:
                    check.offsets.append(line.offset)
                continue
            event = decoded(self.path, line)
            if isinstance(event, CheckStarted):
                current = event.check
            match event:
                case CampaignStarted():
                    started = started or event
                case _ if started is None:
                    break
                case _:
                    self._take(event)
        if started is None:
            raise no_start(self.path)
        self.started = started

    def _take(self, event: Any) -> None:
        match event:
            case CampaignResumed():
                self.resumed.append(event)
                self.doctor.clear()
                self.finished = None
            case DoctorFinding():
                self.doctor.append(event)
            case SuiteCollected():
                self.planned = event.checks
            case CheckStarted():
                self.checks.pop(event.check, None)
                self.checks[event.check] = CheckRecord(started=event)
            case CheckFinished():
                if event.check in self.checks:
                    self.checks[event.check].finished = event
            case HumanAct():
                self.human_acts.append(event)
            case ReviewDecided():
                self.reviews.append(event)
            case CampaignFinished():
                self.finished = event

    @property
    def interrupted(self) -> bool:
        """Whether it was stopped, or killed, before its end."""
        return self.finished is None or self.finished.interrupted

    def timeline(self, check: str) -> Iterator[Entry]:
        """Yield what a check saw, in order; unknown checks saw nothing.

        Raises:
            RecordError: the file has changed meanwhile, or a line is broken.
        """
        found = self.checks.get(check)
        if found is None:
            return
        with self.path.open("rb") as file:
            for offset in found.offsets:
                entry = self._at(file, offset)
                if isinstance(entry, Again):
                    if entry.of not in self._offsets:
                        raise RecordError(
                            Text(
                                f"{self.path} : une ligne renvoie à la ligne {entry.of}, qui n'est pas une entrée",
                                f"{self.path}: a line refers to line {entry.of}, which is no entry",
                            )
                        )
                    entry = self._at(file, self._offsets[entry.of])
                yield entry

    def _at(self, file: BinaryIO, offset: int) -> Any:
        try:
            data = _line_at(file, offset)
            for name, number in (data.get("same") or {}).items():
                data[name] = self._member(file, number, name)
            return decode(KINDS[data["kind"]], data)
        except (ValueError, LookupError, TypeError, AttributeError) as error:
            raise RecordError(
                Text(
                    f"{self.path} : à l'octet {offset}, ceci n'est pas lisible : {error}",
                    f"{self.path}: at byte {offset}: {error}",
                )
            ) from error

    def _member(self, file: BinaryIO, number: int, name: str) -> Any:
        """Return a member of an earlier line, which has it word for word."""
        key = (number, name)
        if key not in self._folded:
            if len(self._folded) >= MAX_KEPT:
                self._folded.clear()
            self._folded[key] = _line_at(file, self._offsets[number])[name]
        return self._folded[key]


def decoded(path: Path, line: Line) -> Any:
    """Return the event, or the entry, that a line holds.

    Raises:
        RecordError: it is not what a line of its kind holds.
    """
    try:
        return decode(KINDS[line.kind], line.data)
    except CodingError as error:
        raise RecordError(
            Text(
                f"{path}:{line.number} : cette ligne n'est pas lisible : {error}",
                f"{path}:{line.number}: {error}",
            )
        ) from error


def no_start(path: Path) -> RecordError:
    """Return what is wrong with a record that does not begin as one."""
    return RecordError(
        Text(
            f"{path} : un enregistrement qui commence par la ligne de sa campagne est attendu",
            f"{path}: expected a record that begins with the line of its campaign",
        )
    )
