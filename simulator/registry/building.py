"""Building a registry file beside its final place: until it is complete, nobody sees anything of it."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from typing import TYPE_CHECKING, Final

from simulator.registry.protocol import RegistryError
from simulator.registry.sqlite_tables import (
    APPLICATION_ID,
    FORMAT,
    check_format,
    create_indexes,
    create_tables,
    insert,
    set_meta,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from simulator.registry.person import Person

_PRAGMAS: Final = (
    # Nobody reads the file before it is complete, and after a crash it is made again: no log is needed.
    "journal_mode = OFF",
    "synchronous = OFF",
    "locking_mode = EXCLUSIVE",
    "cache_size = -65536",
    f"application_id = {APPLICATION_ID}",
    f"user_version = {FORMAT}",
)


def build_file(
    path: Path, people: Iterable[Person], recipe: str, *, on_indexing: Callable[[], None] | None = None
) -> int:
    """Write a registry file, replacing the one that is there; return how many people are in it.

    It is written under another name in the same folder and takes its own name when it is complete: an interruption leaves
    what was there before. ``on_indexing`` is told when everybody is written.

    Raises:
        DuplicateKeyError: a key comes twice.
        RegistryError: the file cannot be written, is in use (Windows), or another build is writing it.
    """
    part = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _take(part)
        try:
            count = _write(part, people, recipe, on_indexing)
            # A log left by a process that died would be replayed into the new file.
            for suffix in ("-wal", "-shm", "-journal"):
                path.with_name(path.name + suffix).unlink(missing_ok=True)
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
    except (OSError, sqlite3.Error) as error:
        raise RegistryError(
            f"{path}: cannot be written: {error}. Stop what uses it, or give another --out"
        ) from error
    return count


def add_to_file(path: Path, people: Iterable[Person]) -> int:
    """Add people to a registry file, all or none; return how many. Simulators that serve it see them at once.

    Raises:
        DuplicateKeyError: a person with the same key is already there.
        RegistryError: it is no registry, or cannot be written.
    """
    try:
        with contextlib.closing(
            sqlite3.connect(f"{path.resolve().as_uri()}?mode=rw", uri=True, isolation_level=None)
        ) as connection:
            check_format(connection, path)
            connection.execute("BEGIN IMMEDIATE")
            count = insert(connection, people)
            connection.execute("COMMIT")
    except sqlite3.Error as error:
        raise RegistryError(f"{path}: cannot be written: {error}") from error
    return count


def _take(part: Path) -> None:
    """Make sure that no other build is writing, and remove what a killed one left.

    Raises:
        RegistryError: another build is writing.
    """
    if not part.exists():
        return
    with contextlib.closing(sqlite3.connect(part, timeout=0, isolation_level=None)) as connection:
        try:
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
                raise RegistryError(
                    f"{part}: another build is writing here; wait for it, or give another --out"
                ) from error
        except sqlite3.DatabaseError:
            pass  # half written
    part.unlink()


def _write(part: Path, people: Iterable[Person], recipe: str, on_indexing: Callable[[], None] | None) -> int:
    with contextlib.closing(sqlite3.connect(part, isolation_level=None)) as connection:
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
        create_tables(connection)
        connection.execute("BEGIN EXCLUSIVE")
        set_meta(connection, recipe=recipe)
        count = insert(connection, people)
        connection.execute("COMMIT")
        if on_indexing is not None:
            on_indexing()
        create_indexes(connection)
    with part.open("rb+") as written:
        os.fsync(written.fileno())
    return count
