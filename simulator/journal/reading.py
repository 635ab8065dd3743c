"""Reading segments: whatever bytes are in them, records come out or a reason why not, in bounded memory."""

from __future__ import annotations

import zlib
from typing import IO, TYPE_CHECKING, Final, NamedTuple, Self

from simulator.journal.record import (
    FRAME,
    HEAD,
    MAX_JSON,
    NOT_COUNTED,
    RECORD_MAGIC,
    SEGMENT_MAGIC,
    decode_exchange,
    read_frame,
)
from simulator.text import Text, TextError

if TYPE_CHECKING:
    from pathlib import Path

    from simulator.journal.exchange import Exchange
    from simulator.journal.record import Frame

BLOCK: Final = 256 * 1024
"""Bytes read at a time; a record that is longer is checked piece by piece."""
CANDIDATES: Final = 100
"""How many places that look like a record are tried after a damaged one."""


_MOST_COUNTED: Final = 2**48
"""No process has so many records to write."""


class DamagedRecordError(TextError):
    """A record of a segment cannot be read; the message says which file and where in it."""


class Head(NamedTuple):
    """The head of a segment."""

    magic: bytes
    created: int
    appended: int
    """Records that the process said it would write, or ``NOT_COUNTED``."""
    lost: int
    """Exchanges that the process could not keep."""

    @property
    def is_credible(self) -> bool:
        """Whether a process can have counted so far: a head has no checksum."""
        return self.lost <= _MOST_COUNTED and (self.appended == NOT_COUNTED or self.appended <= _MOST_COUNTED)


class Scanned(NamedTuple):
    """A record found."""

    stamp: int
    """Nanoseconds since 1970; first, so that records sort by time."""
    kind: int
    offset: int
    length: int
    content: bytes
    """Its JSON."""


class Damage(NamedTuple):
    """Bytes that should have been a record."""

    offset: int
    length: int
    reason: str


def read_head(path: Path) -> Head | None:
    """Return the head of a segment, ``None`` when there is none (yet).

    Raises:
        OSError: the file cannot be read.
    """
    with path.open("rb", buffering=0) as file:
        data = file.read(HEAD.size)
    if len(data) < HEAD.size:
        return None
    head = Head._make(HEAD.unpack(data))
    return head if head.magic == SEGMENT_MAGIC else None


def read_exchange(file: IO[bytes], name: str, offset: int, length: int, exchange_id: int) -> Exchange:
    """Return the exchange kept in a record.

    Raises:
        DamagedRecordError: it is not there any more as it was written.
    """
    file.seek(offset)
    data = memoryview(file.read(length + FRAME.size))
    frame = read_frame(data) if len(data) >= FRAME.size else None
    if frame is None or frame.length != length or len(data) < length:
        raise DamagedRecordError(
            Text(
                f"{name} : un enregistrement de {length} octets est attendu à l'octet {offset}, il n'y en a pas",
                f"{name}: expected a record of {length} bytes at byte {offset}, got none",
            )
        )
    if _checksum(data[:length]) != frame.checksum:
        raise DamagedRecordError(
            Text(
                f"{name} : la somme de contrôle de l'enregistrement à l'octet {offset} ne correspond pas",
                f"{name}: the checksum of the record at byte {offset} does not match",
            )
        )
    after = read_frame(data, length) if len(data) >= length + FRAME.size else None
    parts = FRAME.size, FRAME.size + frame.json_length, length - frame.response_length
    try:
        return decode_exchange(
            data[parts[0] : parts[1]],
            bytes(data[parts[1] : parts[2]]),
            bytes(data[parts[2] : length]),
            exchange_id=exchange_id,
            write=(after.previous_write or None) if after is not None else None,
        )
    except ValueError as error:
        raise DamagedRecordError(
            Text(
                f"{name} : l'enregistrement à l'octet {offset} : {error}",
                f"{name}: the record at byte {offset}: {error}",
            )
        ) from error


class SegmentReader:
    """Reads the records of a segment from a place on, as far as the file went when it was opened."""

    def __init__(self, path: Path, position: int, *, live: bool) -> None:
        """Open the file.

        Args:
            path: of the segment.
            position: where the first record to read begins.
            live: a process may be writing it: what is at its end may not be whole yet.

        Raises:
            OSError: it cannot be opened.
        """
        self._file = path.open("rb", buffering=0)
        self._live = live
        self._buffer = memoryview(b"")
        self._start = 0
        self.size = self._file.seek(0, 2)
        self.position = max(position, HEAD.size)
        """Where what was read ends."""
        self.damages: list[Damage] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    @property
    def tail(self) -> int:
        """Bytes at the end that are no whole record."""
        return max(self.size - self.position, 0)

    def next(self) -> Scanned | None:
        """Return the next record, ``None`` at the end."""
        while self.size - self.position >= FRAME.size:
            offset = self.position
            frame = self._frame(offset)
            if frame is None:
                found = self._search(offset + 1)
                if found is None:
                    return None
                self._damaged(found - offset, "no record starts here")
            elif offset + frame.length > self.size:
                return None
            elif not self._is_whole(offset, frame):
                if self._live and offset + frame.length == self.size:
                    return None
                self._damaged(frame.length, "the checksum does not match")
            else:
                content = bytes(self._view(offset + FRAME.size, frame.json_length))
                self.position += frame.length
                return Scanned(frame.stamp, frame.kind, offset, frame.length, content)
        return None

    def _damaged(self, length: int, reason: str) -> None:
        self.damages.append(Damage(self.position, length, reason))
        self.position += length

    def _frame(self, offset: int) -> Frame | None:
        view = self._view(offset, FRAME.size)
        return read_frame(view) if len(view) == FRAME.size else None

    def _view(self, offset: int, length: int) -> memoryview:
        """Return bytes of the file, fewer at its end; ``length`` is at most ``MAX_JSON``."""
        inside = offset - self._start
        if inside < 0 or inside + length > len(self._buffer):
            wanted = min(max(length, BLOCK), MAX_JSON, max(self.size - offset, 0))
            self._file.seek(offset)
            self._buffer, self._start, inside = memoryview(self._read(wanted)), offset, 0
        return self._buffer[inside : inside + length]

    def _read(self, wanted: int) -> bytes:
        data: bytes = self._file.read(wanted)
        while len(data) < wanted and (more := self._file.read(wanted - len(data))):
            data += more
        return data

    def _is_whole(self, offset: int, frame: Frame) -> bool:
        if frame.length <= BLOCK:
            view = self._view(offset, frame.length)
            return len(view) == frame.length and _checksum(view) == frame.checksum
        checksum, place, end = frame.frame_checksum, offset + FRAME.size, offset + frame.length
        while place < end:
            view = self._view(place, min(BLOCK, end - place))
            if not view:
                return False
            checksum = zlib.crc32(view, checksum)
            place += len(view)
        return checksum == frame.checksum

    def _search(self, start: int) -> int | None:
        """Return where the next whole record begins, after bytes that are none."""
        place, tried = start, 0
        while self.size - place >= FRAME.size:
            block = bytes(self._view(place, min(BLOCK, self.size - place)))
            at = block.find(RECORD_MAGIC)
            while 0 <= at <= len(block) - FRAME.size:
                frame = read_frame(block, at)
                if frame is not None and place + at + frame.length <= self.size:
                    if self._is_whole(place + at, frame):
                        return place + at
                    tried += 1
                    if tried == CANDIDATES:
                        return None
                at = block.find(RECORD_MAGIC, at + 1)
            # The magic, or what follows it, may lie across two blocks.
            place += at if at > 0 else max(len(block) - len(RECORD_MAGIC) + 1, 1)
        return None


def _checksum(record: memoryview) -> int:
    """Return the checksum of a record: that of its frame, continued."""
    return zlib.crc32(record[FRAME.size :], int.from_bytes(record[FRAME.size - 8 : FRAME.size - 4], "little"))
