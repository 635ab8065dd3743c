"""A lock that tells whether the process that writes a segment is alive: the system lets go of it when it dies."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

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
