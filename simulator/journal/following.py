"""Following what one session receives, straight from the segments: no index, and no server that is asked.

Records are counted as the index counts them, so that who knows the number of one knows those of all that follow. That holds
while one process writes after the other: as soon as anything else is seen (two that write, bytes that are no record, a
segment that is gone) the follower says that it cannot tell, and who follows has to ask the index.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from simulator.database import is_locked
from simulator.journal.indexing import segment_names
from simulator.journal.reading import DamagedRecordError, SegmentReader, read_exchange
from simulator.journal.record import EXCHANGE, HEAD, decode_json, encode_json

if TYPE_CHECKING:
    from pathlib import Path

    from simulator.journal.exchange import Exchange


class LostError(Exception):
    """What comes from now on cannot be told from the segments alone."""


class Followed(NamedTuple):
    """An exchange, and its place among all records of exchanges since the follower began, of whichever session."""

    place: int
    exchange: Exchange
    """Without its id."""


class Follower:
    """Reads what one session receives from now on.

    The journal has to hand each record to the system before its answer leaves (mode ``sync`` or ``fsync``): what was
    answered is then there to be read.

    Args:
        folder: of the segments.
        session: its id.
    """

    def __init__(self, folder: Path, session: str) -> None:
        """Begin at the end of what is there."""
        self._folder = folder
        self._session = session
        # As the records of this version begin; any other is decoded to know.
        self._mine = b'{"session":' + encode_json(session)
        names = list(segment_names(folder))
        self._name = names[-1] if names else ""
        self._position = self._size_now()
        self._place = 0

    def new(self) -> list[Followed]:
        """Return what came since the last time, oldest first.

        Raises:
            LostError: that cannot be told.
        """
        found: list[Followed] = []
        try:
            self._read(found)
            for name in segment_names(self._folder):
                if name > self._name:
                    self._go_on(name, found)
        except (OSError, ValueError, DamagedRecordError) as error:
            raise LostError(str(error)) from error
        return found

    def _go_on(self, name: str, found: list[Followed]) -> None:
        """Go on with the next segment, when nothing more can come in the one before."""
        if self._name:
            if is_locked(self._folder / self._name):
                raise LostError(f"{self._name} and {name} are written at once")
            self._read(found)
            if self._position != max(self._size_now(), HEAD.size):
                raise LostError(f"{self._name} ends with what is no record")
        self._name, self._position = name, HEAD.size
        self._read(found)

    def _size_now(self) -> int:
        return (self._folder / self._name).stat().st_size if self._name else 0

    def _read(self, found: list[Followed]) -> None:
        if not self._name or self._size_now() <= max(self._position, HEAD.size):
            return
        path = self._folder / self._name
        with SegmentReader(path, self._position, live=True) as reader, path.open("rb") as file:
            while (scanned := reader.next()) is not None:
                if reader.damages:
                    raise LostError(f"{self._name}: {reader.damages[0].reason}")
                self._position = scanned.offset + scanned.length
                if scanned.kind != EXCHANGE:
                    continue
                self._place += 1
                if self._is_mine(scanned.content):
                    exchange = read_exchange(file, self._name, scanned.offset, scanned.length, 0)
                    found.append(Followed(self._place, exchange))
            if reader.damages:
                raise LostError(f"{self._name}: {reader.damages[0].reason}")

    def _is_mine(self, content: bytes) -> bool:
        if content.startswith(self._mine):
            return True
        if content.startswith(b'{"session":"'):
            return False
        return bool(decode_json(content)["session"] == self._session)
