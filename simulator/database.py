"""Files that several processes share: SQLite as the stores use it, and locks that end with whoever holds them.

Of a database, one connection a thread, with a write-ahead log where it is written. A lock tells whether the process that
took it is alive: the system lets go of it when it dies.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import sys
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

LOCK_TIMEOUT_S: Final = 10
"""How long a write waits for another process to finish its own."""
IN_MEMORY: Final = Path(":memory:")
"""The name that SQLite knows for a database without a file."""

if sys.platform == "win32":
    import msvcrt

    _FAR = 2**62
    """Where the locked byte is: the lock keeps others from reading what it covers."""

    def try_lock(descriptor: int, *, shared: bool = False) -> bool:  # noqa: ARG001 - Windows has no shared one
        """Take the lock of an open file if nobody has it."""
        before = os.lseek(descriptor, 0, os.SEEK_CUR)
        os.lseek(descriptor, _FAR, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        else:
            return True
        finally:
            os.lseek(descriptor, before, os.SEEK_SET)

else:
    import fcntl

    def try_lock(descriptor: int, *, shared: bool = False) -> bool:
        """Take the lock of an open file if nobody has it; ``shared``: nobody but others who share it."""
        try:
            fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except OSError:
            return False
        return True


class WouldWaitError(Exception):
    """What was to be done at once would have waited for another program, or for another machine; nothing was done."""


class Database:
    """One SQLite file. Its connections commit each statement by themselves outside ``write``."""

    def __init__(self, path: Path, *pragmas: str, read_only: bool = False, unchanging: bool = False) -> None:
        """Prepare the file; ``pragmas`` such as ``foreign_keys = ON`` are set on each connection.

        A file opened ``read_only`` must exist, and nothing is ever created beside it unless it has a log of its own. One that
        is ``unchanging`` besides is read without locks, which cost more than what is read: nobody may write into it.

        Raises:
            sqlite3.Error: it cannot be opened, or is not a database.
        """
        self._path = path
        self._read_only = read_only
        self._query = "mode=ro&immutable=1" if unchanging else "mode=ro"
        self._pragmas = pragmas if read_only else ("journal_mode = WAL", "synchronous = NORMAL", *pragmas)
        self._local = threading.local()
        if not read_only and path != IN_MEMORY:
            _make_private(path)
        self.connection()

    def connection(self) -> sqlite3.Connection:
        """Return this thread's connection."""
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = sqlite3.connect(
                f"{self._path.resolve().as_uri()}?{self._query}" if self._read_only else self._path,
                timeout=LOCK_TIMEOUT_S,
                isolation_level=None,
                check_same_thread=False,
                uri=self._read_only,
            )
            for pragma in self._pragmas:
                connection.execute(f"PRAGMA {pragma}")
            self._local.connection = connection
        return connection

    @contextmanager
    def write(self, *, at_once: bool = False) -> Iterator[sqlite3.Connection]:
        """Make all that is written inside the block one transaction: everything or nothing.

        Raises:
            WouldWaitError: ``at_once``, and somebody else is writing.
        """
        connection = self.connection()
        if at_once:
            _begin_at_once(connection)
        else:
            connection.execute("BEGIN IMMEDIATE")
        try:
            yield connection
            connection.commit()
        except BaseException:
            connection.rollback()
            raise

    def close(self) -> None:
        """Close this thread's connection; the next use opens another."""
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is not None:
            connection.close()
            del self._local.connection


def _begin_at_once(connection: sqlite3.Connection) -> None:
    (timeout,) = connection.execute("PRAGMA busy_timeout").fetchone()
    connection.execute("PRAGMA busy_timeout = 0")
    try:
        connection.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as error:
        raise WouldWaitError(str(error)) from error
    finally:
        connection.execute(f"PRAGMA busy_timeout = {timeout}")


def _make_private(path: Path) -> None:
    """Let nobody but its owner read a file, new or not; what SQLite puts beside it has the same rights.

    What cannot be made, or is not ours, is left to SQLite, which says what is wrong. Windows has rights by folder.
    """
    if os.name == "nt":
        return
    with contextlib.suppress(OSError):
        # Through a link somebody could have the rights of any file of ours changed.
        descriptor = os.open(path, os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW, 0o600)
        try:
            os.fchmod(descriptor, 0o600)
        finally:
            os.close(descriptor)


def identity_of(path: Path) -> tuple[int, int] | None:
    """Return what tells one file from another of the same name; ``None`` when there is none."""
    try:
        status = os.stat(path)  # noqa: PTH116 - at each write
    except OSError:
        return None
    return status.st_dev, status.st_ino


def is_locked(path: Path) -> bool:
    """Return whether a process holds the lock of a file; also when that cannot be told."""
    try:
        # Windows locks through a handle that may write only.
        descriptor = os.open(path, os.O_RDWR | getattr(os, "O_BINARY", 0))
    except FileNotFoundError:
        return False
    except OSError:
        if sys.platform == "win32":
            return True
        try:
            descriptor = os.open(path, os.O_RDONLY)
        except OSError:
            return True
    try:
        return not try_lock(descriptor, shared=True)
    finally:
        os.close(descriptor)
