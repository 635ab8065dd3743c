"""The journal: exchanges appended to segments, one for each server process, and an index that readers make.

Layout, in ``<data directory>/journal``::

    <time>-<process>-<chance>.segment    what one process kept, see ``simulator.journal.record``
    index.sqlite                         made from the segments; may be deleted
    dropped.json                         how many exchanges went with the segments that were dropped
"""

from __future__ import annotations

import atexit
import logging
import os
import sqlite3
import tempfile
import threading
import time
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from multiprocessing.util import Finalize
from typing import IO, TYPE_CHECKING, Final

from simulator.journal.filters import Filters
from simulator.journal.index import Index, JournalBehindError, JournalIndexError
from simulator.journal.reading import DamagedRecordError, read_exchange
from simulator.journal.record import REMOVE_SESSION
from simulator.journal.retention import prune
from simulator.journal.slices import index_while_serving
from simulator.journal.writer import JournalOptions, Writer
from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from simulator.journal.exchange import Exchange
    from simulator.journal.index import Place, State
    from simulator.journal.retention import Pruned

FOLDER: Final = "journal"
"""Name of the folder in the data directory."""
FORMER_FILE: Final = "journal.sqlite"
"""What a journal was before version 0.2: left alone."""
PAGE: Final = 200
"""Most exchanges that ``each`` has in memory."""
PAGE_BYTES: Final = 16 * 1024 * 1024
"""Size of records at which a page ends, but never before its first exchange."""
HOUSEKEEPING_S: Final = 60.0
"""How often size and age are looked at."""

_TRIAL_BYTES: Final = 16 * 1024
"""Room for a record of an ordinary call."""

_log = logging.getLogger(__name__)


class Journal:
    """Exchanges in the order in which they were answered. Safe to use from several threads and processes."""

    def __init__(
        self, folder: Path, options: JournalOptions | None = None, *, index_path: Path | None = None
    ) -> None:
        """Open the journal kept in a folder, which is made when it is not there.

        Args:
            folder: of the segments.
            options: how it is kept; they matter to who appends.
            index_path: where the index is, when it cannot be beside the segments (read-only folder).

        Raises:
            OSError: the folder cannot be made.
            sqlite3.Error: the index cannot be opened, or is not one.
        """
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.folder = folder
        self.options = options or JournalOptions()
        self._writer = Writer(folder, self.options)
        self._index = Index(folder, index_path)
        self._has_housekeeping = (
            self.options.mode == "batch"
            or self.options.max_bytes is not None
            or self.options.max_age_s is not None
        )
        self.patience_s: float | None = None
        """How long reading may wait for the index; ``None``: however long it takes. Servers have a short one."""
        self._housekeeper: threading.Thread | None = None
        self._stop = threading.Event()
        self._starting = threading.Lock()

    # Writing

    def append(self, exchange: Exchange) -> bool:
        """Keep an exchange; return whether it is kept. Never raises: what cannot be kept is counted in ``lost``.

        In mode ``sync`` it is handed to the operating system on return: killing the process loses nothing, a power
        cut may lose the last ones. In mode ``batch`` it waits for as long and in such number as the options say.
        """
        if self._housekeeper is None and self._has_housekeeping:
            self._start_housekeeping()
        return self._writer.append(exchange)

    @property
    def lost(self) -> int:
        """Exchanges that this process answered and could not keep."""
        return self._writer.lost

    @property
    def untold(self) -> int:
        """Those of ``lost`` that ``state`` does not know of: there was no segment to say it in."""
        return self._writer.untold

    @property
    def waiting(self) -> int:
        """Exchanges that this process has not written yet (mode ``batch``)."""
        return self._writer.waiting

    def flush(self) -> None:
        """Write what waits."""
        self._writer.flush()

    def refuses_to_write(self) -> str | None:
        """Try whether the folder takes another record; return why not, ``None`` when it does."""
        try:
            # A file of its own: a record that is no exchange has no place in a segment.
            with tempfile.TemporaryFile(dir=self.folder, prefix="trial-") as trial:
                trial.write(bytes(_TRIAL_BYTES))
                trial.flush()
                os.fsync(trial.fileno())
        except OSError as error:
            return error.strerror or str(error)
        return None

    def remove_session(self, session: str) -> int:
        """Remove the exchanges of a session; return how many. Its bytes go with their segments (retention).

        Raises:
            JournalIndexError: the index cannot be used.
            OSError: the removal could not be written.
        """
        with self._current():
            before = self._index.state().exchanges
        if not self._writer.write(REMOVE_SESSION, session.encode("utf-8", "replace")):
            raise OSError(f"the journal in {self.folder} cannot be written")
        with self._current():
            return max(before - self._index.state().exchanges, 0)

    def prune(self, *, max_bytes: int | None = None, max_age_s: float | None = None) -> Pruned:
        """Drop the oldest segments that nobody writes, until size and age are kept.

        Raises:
            JournalIndexError: the index cannot be written.
            OSError: the folder cannot be written.
        """
        with self._current(thorough=True):
            return prune(self.folder, self._index, max_bytes=max_bytes, max_age_s=max_age_s)

    # Reading

    def get(self, exchange_id: int) -> Exchange | None:
        """Return one exchange.

        Raises:
            JournalIndexError: the index cannot be used.
            DamagedRecordError: its record is not as it was written.
        """
        with self._current():
            place = self._index.place(exchange_id)
        if place is None:
            return None
        with ExitStack() as stack:
            try:
                return self._read(place, {}, stack)
            except FileNotFoundError:  # dropped meanwhile
                return None

    def each(self, filters: Filters | None = None, *, after: int = 0) -> Iterator[Exchange]:
        """Yield every exchange that meets the filters, the oldest first, a page of them in memory at a time.

        Raises:
            JournalIndexError: the index cannot be used.
        """
        last: int | None = after
        while last is not None:
            page, last, _ = self._page(filters or Filters(), last, PAGE, max_bytes=PAGE_BYTES)
            yield from page

    def _page(
        self,
        filters: Filters,
        after: int,
        limit: int,
        *,
        newest_first: bool = False,
        max_bytes: int | None = None,
    ) -> tuple[list[Exchange], int | None, bool]:
        """Return exchanges, the id of the last record looked at (``None``: there was none), and whether there may be more."""
        with self._current():
            places = self._index.places(filters, after=after, limit=limit, newest_first=newest_first)
        found: list[Exchange] = []
        last: int | None = None
        files: dict[str, IO[bytes]] = {}
        size = 0
        is_cut = len(places) == limit
        with ExitStack() as stack:
            for place in places:
                size += place.length
                if max_bytes is not None and size > max_bytes and found:
                    is_cut = True
                    break
                last = place.id
                try:
                    found.append(self._read(place, files, stack))
                except FileNotFoundError:
                    continue
                except DamagedRecordError as error:
                    _log.warning("exchange %d cannot be read: %s", place.id, error)
        return found, last, is_cut

    def page(
        self, filters: Filters, *, after: int, limit: int, newest_first: bool, max_bytes: int | None
    ) -> tuple[list[Exchange], bool]:
        """Return what ``list`` does, and whether there may be more: ``False`` when all that there was is returned."""
        found, _, is_cut = self._page(filters, after, limit, newest_first=newest_first, max_bytes=max_bytes)
        return found, is_cut

    def list(
        self,
        *,
        session: str | None = None,
        after: int = 0,
        code: str | None = None,
        limit: int = 100,
        newest_first: bool = False,
        filters: Filters | None = None,
        max_bytes: int | None = None,
    ) -> list[Exchange]:
        """Return exchanges with an id greater than ``after``, at most ``limit`` of them.

        Ids grow in the order in which exchanges become visible: who goes on after the last id seen misses none.

        Args:
            session: only this one, as in ``filters``.
            after: an id.
            code: only this one, as in ``filters``.
            limit: most exchanges returned.
            newest_first: the last ones, from the last on.
            filters: further conditions.
            max_bytes: stop before the records are more than this together, but never before the first.

        Raises:
            JournalIndexError: the index cannot be used.
        """
        wanted = filters or Filters()
        if session is not None:
            wanted = replace(wanted, session=session)
        if code is not None:
            wanted = replace(wanted, code=code)
        return self._page(wanted, after, limit, newest_first=newest_first, max_bytes=max_bytes)[0]

    def has_surely_nothing(self, session: str, *, after: int) -> bool:
        """Return whether a session has no exchange after an id, when that can be told at once; else ``False``."""
        if self._writer.waiting:
            return False
        try:
            return self._index.has_surely_nothing(self._writer.segment, session, after)
        except sqlite3.Error:
            return False  # Who reads is told.

    def count(self) -> int:
        """Return how many exchanges are kept.

        Raises:
            JournalIndexError: the index cannot be used.
        """
        return self.state().exchanges

    def state(self) -> State:
        """Return what is kept, and what is not and why.

        Raises:
            JournalIndexError: the index cannot be used.
        """
        with self._current(thorough=True):
            return self._index.state()

    def close(self) -> None:
        """Write what waits, close the segment and this thread's connection; the next use opens others."""
        self._stop.set()
        housekeeper = self._housekeeper
        if housekeeper is not None and housekeeper is not threading.current_thread():
            housekeeper.join(timeout=5)
        self._writer.close()
        self._index.close()

    def _read(self, place: Place, files: dict[str, IO[bytes]], stack: ExitStack) -> Exchange:
        file = files.get(place.segment)
        if file is None:
            file = files[place.segment] = stack.enter_context((self.folder / place.segment).open("rb"))
        return read_exchange(file, place.segment, place.offset, place.length, place.id)

    @contextmanager
    def _current(self, *, thorough: bool = False) -> Iterator[None]:
        """Have the index up to date; tell what is wrong with it."""
        self._writer.flush()
        try:
            try:
                current = self._catch_up(thorough=thorough)
            except sqlite3.DatabaseError as error:
                if not self._index.remake(error):
                    raise
                current = self._catch_up(thorough=thorough)
            if not current:
                done, total = self._index.progress()
                raise JournalBehindError(
                    Text(
                        f"le journal est en cours d'indexation après beaucoup d'appels : {done * 100 // max(total, 1)} % de {total} octets le sont ; réessayez dans quelques secondes",
                        f"the journal is being indexed after many calls: {done * 100 // max(total, 1)} % of {total} bytes "
                        "are; try again in a few seconds",
                    )
                )
            yield
        except sqlite3.Error as error:
            if self._index.remake(error):
                raise JournalBehindError(
                    Text(
                        f"l'index du journal de {self.folder} était abîmé ({error}) et est refait ; réessayez",
                        f"the index of the journal in {self.folder} was damaged ({error}) and is made again; try again",
                    )
                ) from error
            raise JournalIndexError(
                Text(
                    f"l'index du journal de {self.folder} ne peut pas servir : {error}. Les appels sont gardés quand même. Si cela dure, arrêtez ce qui se sert du dossier et supprimez-y index.sqlite : il est refait.",
                    f"the index of the journal in {self.folder} cannot be used: {error}. Calls are kept all the same. "
                    "If it stays so, stop what uses the folder and delete index.sqlite in it: it is made again.",
                )
            ) from error

    def _catch_up(self, *, thorough: bool) -> bool:
        return self._index.catch_up(self._writer.segment, thorough=thorough, patience_s=self.patience_s)

    def index_while_serving(self, stopped: Callable[[], bool] = lambda: False) -> None:
        """Index in small slices from now on, see ``simulator.journal.slices``."""
        index_while_serving(self.folder, self._index, self._writer, stopped)

    # Housekeeping: a thread of the processes that append

    def _start_housekeeping(self) -> None:
        with self._starting:
            if self._housekeeper is None:
                self._stop.clear()
                self._housekeeper = threading.Thread(target=self._keep_house, name="journal", daemon=True)
                self._housekeeper.start()
                # A process may end without close: a worker of the server, a script, a child of multiprocessing.
                atexit.register(self.flush)
                Finalize(None, self.flush, exitpriority=10)

    def _keep_house(self) -> None:
        options = self.options
        pause = options.batch_ms / 1000 if options.mode == "batch" else 1.0
        next_prune, rotations = time.monotonic(), 0
        while not self._stop.wait(pause):
            self._writer.flush()
            closed = self._writer.rotations
            if time.monotonic() >= next_prune or closed != rotations:
                # Counted before: what is closed meanwhile is looked at in the next round.
                rotations = closed
                self._prune_quietly()
                next_prune = time.monotonic() + HOUSEKEEPING_S
        self._housekeeper = None

    def _prune_quietly(self) -> None:
        options = self.options
        if options.max_bytes is None and options.max_age_s is None:
            return
        try:
            if options.max_age_s is not None:
                self._writer.rotate(older_than=options.max_age_s / 4)
            pruned = self.prune(max_bytes=options.max_bytes, max_age_s=options.max_age_s)
        except (JournalIndexError, OSError) as error:
            _log.warning("the journal could not be kept within its size and age: %s", error)
            return
        if pruned.segments:
            _log.info("dropped %d exchange(s) with %d old segment(s)", pruned.exchanges, pruned.segments)
