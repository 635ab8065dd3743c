"""The base population as one file holds it: only read, and never another one under the same value.

A file is replaced whole (see ``building``). Numbers of kinds and prefixes belong to one file, and so does what is
remembered of them: when another file has taken the name, another ``BaseFile`` is made.
"""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING, Final

from simulator.database import Database
from simulator.registry.protocol import RegistryUnavailableError
from simulator.registry.rows import COLUMNS, from_row
from simulator.registry.sqlite_tables import check_format
from simulator.text import Text

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator
    from pathlib import Path

    from simulator.registry.person import Person
    from simulator.registry.rows import Row

_BASE: Final = f"SELECT prefix, key_number, kind, {', '.join(COLUMNS)} FROM person WHERE "  # noqa: S608 - constants
_TAGGED: Final = "kind IN (SELECT id FROM kind WHERE instr(' ' || tags || ' ', ?))"
_RARE: Final = 50
"""A tag of fewer than one person in so many is looked up in the index; others are met soon enough in order of id."""
_MAX_REMEMBERED: Final = 20_000
_PAGE: Final = 1000
_MMAP: Final = f"mmap_size = {1 << 31}"
IN_PLACE: Final = os.name == "nt"
"""Whether a file in use is changed in place, there being no other way: then a call reads in one transaction."""

Mark = tuple[int, int, int, int]
"""What tells a file from another of the same name, and from itself before it was written again."""


def mark_of(path: str) -> Mark | None:
    """Return what tells this file from others; ``None`` when it cannot be seen."""
    try:
        status = os.stat(path)  # noqa: PTH116 - once a call: half the time of Path.stat
    except OSError:
        return None
    return status.st_dev, status.st_ino, status.st_mtime_ns, status.st_size


def _is_unchanging(path: Path) -> bool:
    """Return whether nobody writes into a file: it is replaced whole here, and nothing is left of who wrote otherwise."""
    return not IN_PLACE and not any(path.with_name(path.name + log).exists() for log in ("-wal", "-journal"))


class _Here(threading.local):
    """What a thread has open: its connection, once it is known to be to the file of this ``BaseFile``."""

    connection: sqlite3.Connection | None = None


def _replaced(path: object) -> Text:
    return Text(
        f"{path} a été remplacé pendant sa lecture ; redemandez",
        f"{path} was replaced while it was read; ask again",
    )


class BaseFile:
    """The people of one file. Safe to use from several threads, each with a connection of its own."""

    def __init__(self, path: Path) -> None:
        """Open the file that has this name now.

        Raises:
            sqlite3.Error: it cannot be opened or is no database.
            RegistryError: it is no registry of this version.
        """
        self._path = path
        self._name = str(path)
        self._kinds: dict[int, tuple[str, str, tuple[str, ...]]] = {}
        self._prefixes: dict[int, str] = {}
        self.here = _Here()
        """What each thread has open of it."""
        while True:
            self.mark = mark_of(self._name)
            self._database = Database(path, _MMAP, read_only=True, unchanging=_is_unchanging(path))
            if self.mark == mark_of(self._name):
                break
            self._database.close()
        check_format(self._database.connection(), path)

    def is_open_here(self) -> bool:
        """Open this thread's connection, and return whether it is to this file: another one may have its name by now."""
        if self.here.connection is not None:
            return True
        connection = self._database.connection()
        if mark_of(self._name) != self.mark:
            self._database.close()
            return False
        self.here.connection = connection
        return True

    def connection(self) -> sqlite3.Connection:
        """Return this thread's connection.

        Raises:
            RegistryUnavailableError: the file was replaced before this thread had opened it.
        """
        connection = self.here.connection
        if connection is not None:
            return connection
        if not self.is_open_here():
            raise RegistryUnavailableError(_replaced(self._path))
        return self._database.connection()

    def begin(self) -> bool:
        """Read in one transaction from now on; return whether the file is still as it was when it was opened."""
        connection = self.connection()
        connection.execute("BEGIN")
        connection.execute("SELECT 1 FROM meta LIMIT 1").fetchone()
        return mark_of(self._name) in {None, self.mark}

    def end(self) -> None:
        """End the transaction of ``begin``."""
        self._database.connection().rollback()

    def close(self) -> None:
        """Close this thread's connection."""
        self.here.connection = None
        self._database.close()

    def select(self, condition: str, *parameters: object) -> list[Person]:
        """Return people; ``condition`` is a constant of the callers, values are always bound."""
        connection = self.here.connection or self.connection()
        return list(map(self._person, connection.execute(_BASE + condition, parameters)))

    def by_key(self, key: str, parts: tuple[str, int] | None) -> list[Person]:
        """Return the person of a key, ``parts`` being its prefix and number when it has them."""
        found: list[Person] = []
        if parts is not None:
            found = self.select("prefix = (SELECT id FROM prefix WHERE text = ?) AND key_number = ?", *parts)
        return found or self.select("prefix = 0 AND key_number = ?", key)

    def count(self) -> int:
        """Return how many people there are."""
        return int(self.meta("people") or 0)

    def tagged(self, tag: str) -> int:
        """Return how many people have a tag."""
        query = "SELECT coalesce(sum(people), 0) FROM kind WHERE instr(' ' || tags || ' ', ?)"
        return int(self.connection().execute(query, (marked(tag),)).fetchone()[0])

    def page_of_tag(self, tag: str, limit: int, offset: int) -> list[Person]:
        """Return a page of the people who have a tag."""
        # A leading + keeps SQLite from using the index on kinds, which would sort all the people of the tag.
        plus = "" if self.tagged(tag) * _RARE < self.count() else "+"
        return self.select(f"{plus}{_TAGGED} ORDER BY id LIMIT ? OFFSET ?", marked(tag), limit, offset)

    def everyone(self) -> Iterator[Person]:
        """Yield everybody, without holding them in memory."""
        last = 0
        query = f"{_BASE.replace('SELECT ', 'SELECT id, ', 1)} id > ? ORDER BY id LIMIT ?"
        while page := self.connection().execute(query, (last, _PAGE)).fetchall():
            if IN_PLACE and mark_of(self._name) != self.mark:
                raise RegistryUnavailableError(_replaced(self._path))
            last = page[-1][0]
            for row in page:
                yield self._person(row[1:])

    def tag_counts(self) -> dict[str, int]:
        """Return how many people have each tag."""
        counts: dict[str, int] = {}
        for tags, people in self.connection().execute("SELECT tags, people FROM kind WHERE people > 0"):
            for tag in tags.split():
                counts[tag] = counts.get(tag, 0) + people
        return counts

    def meta(self, name: str) -> str | None:
        """Return a fact recorded when the file was made, such as its ``recipe``."""
        row = self.connection().execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return None if row is None else str(row[0])

    def _person(self, row: Row) -> Person:
        prefix, key_number, kind = row[:3]
        sex, oid, tags = self._kinds.get(kind) or self._kind(kind)
        key = f"{self._prefixes.get(prefix) or self._prefix(prefix)}/{key_number}" if prefix else key_number
        return from_row(key, sex, oid, tags, row[3:])

    def _kind(self, kind: int) -> tuple[str, str, tuple[str, ...]]:
        row = self.connection().execute("SELECT sex, oid, tags FROM kind WHERE id = ?", (kind,)).fetchone()
        if len(self._kinds) >= _MAX_REMEMBERED:
            self._kinds.clear()
        self._kinds[kind] = found = (row[0], row[1], tuple(row[2].split()))
        return found

    def _prefix(self, prefix: int) -> str:
        row = self.connection().execute("SELECT text FROM prefix WHERE id = ?", (prefix,)).fetchone()
        self._prefixes[prefix] = text = str(row[0])
        return text


def marked(tag: str) -> str:
    """Return what tags, joined and between spaces, contain when they have this one; nothing contains a line end."""
    return f" {tag} " if tag.split() == [tag] else "\n"
