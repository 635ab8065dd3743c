"""Building a registry beside its final place: until it is complete and read back, nobody sees anything of it.

Every change of a base population goes this way, a first build, a rebuilding and an import that adds. The new file takes the
name of the old one at once. Whoever reads goes on with the file that was there when its call began, and takes the new one
with the next (see ``base_file``). Windows does not let go of a name in use: there the new content is copied into the file
that is there, in one transaction of SQLite, which waits for the calls under way.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from typing import TYPE_CHECKING, Final

from simulator.database import try_lock
from simulator.registry.protocol import RegistryError
from simulator.registry.sqlite_tables import (
    APPLICATION_ID,
    FORMAT,
    check_format,
    create_indexes,
    create_tables,
    has_people_of_sessions,
    insert,
    set_meta,
)
from simulator.text import Text, text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
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


class BeingBuiltError(RegistryError):
    """Another build is writing this registry now."""


def build_file(
    path: Path,
    people: Iterable[Person],
    recipe: str,
    *,
    on_indexing: Callable[[], None] | None = None,
    facts: Mapping[str, object] | None = None,
) -> int:
    """Write a registry file, replacing the one that is there; return how many people are in it.

    It is written under another name in the same folder and takes its own name when it is complete: an interruption leaves
    what was there before. ``on_indexing`` is told when everybody is written; ``facts`` are kept beside the recipe.

    Raises:
        DuplicateKeyError: a key comes twice.
        BeingBuiltError: another build is writing it.
        RegistryError: the file cannot be written.
    """

    def write(connection: sqlite3.Connection) -> int:
        create_tables(connection)
        connection.execute("BEGIN EXCLUSIVE")
        set_meta(connection, recipe=recipe, **(facts or {}))
        count = insert(connection, people)
        connection.execute("COMMIT")
        if on_indexing is not None:
            on_indexing()
        create_indexes(connection)
        return count

    return _replaced(path, write)


def add_to_file(path: Path, people: Iterable[Person]) -> int:
    """Add people to a registry file, all or none; return how many. Simulators that serve it know them from their next call.

    Raises:
        DuplicateKeyError: a person with the same key is already there.
        BeingBuiltError: another build is writing it.
        RegistryError: it is no registry, or cannot be written.
    """

    def write(connection: sqlite3.Connection) -> int:
        with contextlib.closing(_read(path)) as former:
            check_format(former, path)
            former.backup(connection)
        # That of a former version had a log.
        connection.execute("PRAGMA journal_mode = DELETE")
        connection.execute("BEGIN EXCLUSIVE")
        count = insert(connection, people)
        connection.execute("COMMIT")
        return count

    return _replaced(path, write)


def _replaced(path: Path, write: Callable[[sqlite3.Connection], int]) -> int:
    """Let ``write`` fill a file beside this one, read it back, and put it in the place; return what ``write`` does."""
    part = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with _alone(path):
            # What a build left that was killed.
            part.unlink(missing_ok=True)
            try:
                _as_private_as(path, part)
                with contextlib.closing(sqlite3.connect(part, isolation_level=None)) as connection:
                    for pragma in _PRAGMAS:
                        connection.execute(f"PRAGMA {pragma}")
                    count = write(connection)
                with part.open("rb+") as written:
                    os.fsync(written.fileno())
                _check(part)
                _put(part, path)
            finally:
                part.unlink(missing_ok=True)
    except (OSError, sqlite3.Error) as error:
        why = text_of(error) if isinstance(error, OSError) else Text.same(str(error))
        raise RegistryError(
            Text(
                f"{path} : ne peut pas être écrit : {why.fr}. Arrêtez ce qui s'en sert, ou donnez un autre fichier",
                f"{path}: cannot be written: {error}. Stop what uses it, or give another file",
            )
        ) from error
    return count


def _put(part: Path, path: Path) -> None:
    """Give a complete file the name of the one that is there."""
    if path.exists():
        with contextlib.closing(_read(path)) as former:
            if has_people_of_sessions(former):
                raise RegistryError(
                    Text(
                        f"{path} : une population seule est attendue, celle-ci a des personnes de sessions, comme les gardaient "
                        "d'anciennes versions ; démarrez une fois banc serve sur ce dossier, qui les met dans leur propre fichier",
                        f"{path}: expected a base population alone, got one with people of sessions, as former versions kept "
                        "them; start banc serve once on this folder, which moves them to a file of their own",
                    )
                )
    # A log left by a process that died would be replayed into the new file.
    for suffix in ("-wal", "-shm", "-journal"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    try:
        part.replace(path)
    except PermissionError:
        if not path.is_file():
            raise
        with contextlib.closing(_read(part)) as new, contextlib.closing(sqlite3.connect(path)) as there:
            new.backup(there)


def _check(part: Path) -> None:
    """Read a file back before it is anybody's."""
    with contextlib.closing(_read(part)) as connection:
        check_format(connection, part)
        (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
        (told,) = connection.execute("SELECT value FROM meta WHERE name = 'people'").fetchone()
        (there,) = connection.execute("SELECT count(*) FROM person").fetchone()
    if found != "ok" or int(told) != there:
        raise RegistryError(
            Text(
                f"{part} : ce qui a été écrit ne se relit pas ({found} ; {there} personnes, {told} attendues) ; le disque est-il sain ?",
                f"{part}: what was written does not read back ({found}; {there} people, expected {told}); is the disk sound?",
            )
        )


def _read(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, isolation_level=None)


def _as_private_as(path: Path, part: Path) -> None:
    """Make the file beside with the rights of the one that it replaces, a new one as the folder says."""
    try:
        mode = path.stat().st_mode & 0o777
    except FileNotFoundError:
        # A folder for its owner alone holds nothing for others.
        mode = 0o666 if path.parent.stat().st_mode & 0o077 else 0o600
    os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode))


@contextlib.contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Let one build at a time write beside a file.

    Raises:
        BeingBuiltError: another one does.
        OSError: the folder cannot be written.
    """
    lock = path.with_name(f".{path.name}.lock")
    while True:
        descriptor = os.open(lock, os.O_CREAT | os.O_RDWR, 0o600)
        if not try_lock(descriptor):
            os.close(descriptor)
            raise BeingBuiltError(
                Text(
                    f"{path} : une autre construction écrit ici ; attendez-la, ou donnez un autre fichier",
                    f"{path}: another build is writing here; wait for it, or give another file",
                )
            )
        with contextlib.suppress(OSError):
            if os.path.samestat(os.fstat(descriptor), lock.stat()):
                break
        # It was the lock of a build that has just ended, and is nobody's any more.
        os.close(descriptor)
    try:
        yield
    finally:
        _remove(lock)
        os.close(descriptor)
        if os.name == "nt":
            _remove(lock)


def _remove(path: Path) -> None:
    """Remove a file that may be somebody's by now, where the system allows it."""
    with contextlib.suppress(OSError):
        path.unlink()
