"""The tables of a registry in SQLite, and how people are put into them.

``person`` holds the base population: ids count from 1 without gaps. Sex, OID and tags, which few combinations share, are in
``kind``; the prefix of keys ``<prefix>/<n>`` is in ``prefix``. ``scoped_person`` holds the few people of sessions, in a file of
their own.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING, Final

from simulator.registry.codes import NAME_MASK
from simulator.registry.protocol import DuplicateKeyError, RegistryError
from simulator.registry.rows import COLUMNS, number_value, split_key, to_row
from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from simulator.registry.person import Person
    from simulator.registry.rows import Row

FORMAT: Final = 3
"""Version of the tables; ``PRAGMA user_version`` of the file."""

APPLICATION_ID: Final = 0x494E5369
"""``INSi``: says whose file it is (``PRAGMA application_id``)."""

_CREATE_TABLES: Final = f"""
CREATE TABLE IF NOT EXISTS person (
  id INTEGER PRIMARY KEY, prefix INTEGER, key_number, kind INTEGER, {", ".join(COLUMNS)}
);
CREATE TABLE IF NOT EXISTS kind (
  id INTEGER PRIMARY KEY, sex TEXT, oid TEXT, tags TEXT, people INTEGER NOT NULL DEFAULT 0, UNIQUE (tags, sex, oid)
);
CREATE TABLE IF NOT EXISTS prefix (id INTEGER PRIMARY KEY, text TEXT UNIQUE);
CREATE TABLE IF NOT EXISTS former (number, id INTEGER, PRIMARY KEY (number, id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""
_CREATE_INDEXES: Final = f"""
CREATE UNIQUE INDEX IF NOT EXISTS person_by_key ON person (key_number, prefix);
CREATE INDEX IF NOT EXISTS person_by_search ON person (search);
CREATE INDEX IF NOT EXISTS person_by_name ON person (search & {NAME_MASK});
CREATE INDEX IF NOT EXISTS person_by_number ON person (number);
CREATE INDEX IF NOT EXISTS person_by_kind ON person (kind);
CREATE INDEX IF NOT EXISTS person_by_card ON person (card_insured) WHERE card_insured IS NOT NULL;
"""
_CREATE_SCOPED: Final = f"""
CREATE TABLE IF NOT EXISTS scoped_person (
  id INTEGER PRIMARY KEY, scope TEXT NOT NULL, key TEXT NOT NULL, sex TEXT, oid TEXT, tags TEXT, {", ".join(COLUMNS)},
  UNIQUE (scope, key)
);
CREATE INDEX IF NOT EXISTS scoped_by_search ON scoped_person (scope, search);
CREATE INDEX IF NOT EXISTS scoped_by_number ON scoped_person (scope, number);
CREATE INDEX IF NOT EXISTS scoped_by_card ON scoped_person (scope, card_insured) WHERE card_insured IS NOT NULL;
CREATE TABLE IF NOT EXISTS scoped_former (
  number, id INTEGER REFERENCES scoped_person (id) ON DELETE CASCADE, PRIMARY KEY (number, id)
) WITHOUT ROWID;
"""
_INSERT: Final = (
    f"INSERT INTO person (id, prefix, key_number, kind, {', '.join(COLUMNS)})"  # noqa: S608 - constants
    f" VALUES ({', '.join('?' * (4 + len(COLUMNS)))})"
)
_INSERT_SCOPED: Final = (
    f"INSERT INTO scoped_person (scope, key, sex, oid, tags, {', '.join(COLUMNS)})"  # noqa: S608 - constants
    f" VALUES ({', '.join('?' * (5 + len(COLUMNS)))})"
)

_MAX_PREFIXES: Final = 4096
"""Keys of further prefixes are kept whole."""
_MAX_KINDS: Final = 20_000
"""How many kinds a writer remembers."""
_BATCH: Final = 1000


def create_tables(connection: sqlite3.Connection) -> None:
    """Create the tables of the base population without their indexes."""
    connection.executescript(_CREATE_TABLES)


def create_scoped(connection: sqlite3.Connection) -> None:
    """Create the tables of the people of sessions where they are missing."""
    connection.executescript(_CREATE_SCOPED)


def create_indexes(connection: sqlite3.Connection) -> None:
    """Index a base population.

    Raises:
        DuplicateKeyError: naming a key that is there twice.
    """
    try:
        connection.executescript(_CREATE_INDEXES)
    except sqlite3.IntegrityError as error:
        (key,) = connection.execute(
            "SELECT iif(person.prefix, prefix.text || '/', '') || key_number FROM person"
            " LEFT JOIN prefix ON prefix.id = person.prefix GROUP BY person.prefix, key_number HAVING count(*) > 1"
        ).fetchone()
        raise DuplicateKeyError(
            Text(
                f"chaque clé est attendue une fois, {key!r} y est deux fois",
                f"expected each key once, got {key!r} twice",
            )
        ) from error


def check_format(connection: sqlite3.Connection, path: Path) -> None:
    """Refuse a file that is no registry of this version.

    Raises:
        RegistryError: saying what it is instead, and what to do.
    """
    remedy = Text(
        "construisez-en un par : banc population build --size N --out FICHIER",
        "build one with: banc population build --size N --out FILE",
    )
    try:
        (application,) = connection.execute("PRAGMA application_id").fetchone()
        (version,) = connection.execute("PRAGMA user_version").fetchone()
    except sqlite3.Error as error:
        raise RegistryError(
            Text(
                f"{path} : un registre de banc-insi est attendu : {error} ; {remedy.fr}",
                f"{path}: expected a registry of banc-insi, got {error}; {remedy.en}",
            )
        ) from error
    if application != APPLICATION_ID:
        raise RegistryError(
            Text(
                f"{path} : un registre de banc-insi au format {FORMAT} est attendu, "
                f"c'est un autre fichier SQLite, ou celui d'un banc plus ancien ; {remedy.fr}",
                f"{path}: expected a registry of banc-insi in format {FORMAT}, "
                f"got another SQLite file, or one of an older bench; {remedy.en}",
            )
        )
    if version != FORMAT:
        raise RegistryError(
            Text(
                f"{path} : un registre au format {FORMAT} est attendu, il est au format {version} ; {remedy.fr}",
                f"{path}: expected a registry in format {FORMAT}, got format {version}; {remedy.en}",
            )
        )


def has_people_of_sessions(connection: sqlite3.Connection) -> bool:
    """Return whether a file with a base population has people of sessions too, as former versions kept them."""
    try:
        return connection.execute("SELECT 1 FROM scoped_person LIMIT 1").fetchone() is not None
    except sqlite3.DatabaseError:
        return False


def insert(connection: sqlite3.Connection, people: Iterable[Person]) -> int:
    """Add people to the base population, inside a transaction of the caller; return how many.

    Raises:
        DuplicateKeyError: a key is already there, when the table is indexed.
    """
    return _Writer(connection).insert(people)


def insert_scoped(connection: sqlite3.Connection, people: Iterable[Person], scope: str) -> int:
    """Add people to a session, inside a transaction of the caller; return how many.

    Raises:
        DuplicateKeyError: a key is already in this scope.
    """
    added = 0
    for person in people:
        identity = person.identity
        head = (scope, person.key, str(identity.traits.sex), str(identity.oid), " ".join(person.tags))
        try:
            cursor = connection.execute(_INSERT_SCOPED, (*head, *to_row(person)))
        except sqlite3.IntegrityError as error:
            raise DuplicateKeyError(
                Text(
                    f"une clé qui n'est pas encore dans la session {scope!r} est attendue, reçu : {person.key!r}",
                    f"expected a key that is not in the session {scope!r} yet, got {person.key!r}",
                )
            ) from error
        connection.executemany(
            "INSERT OR IGNORE INTO scoped_former VALUES (?, ?)",
            [(number_value(old.matricule.number), cursor.lastrowid) for old in identity.history],
        )
        added += 1
    return added


def set_meta(connection: sqlite3.Connection, **values: object) -> None:
    """Record facts about the registry."""
    connection.executemany(
        "INSERT OR REPLACE INTO meta VALUES (?, ?)", [(name, str(value)) for name, value in values.items()]
    )


class _Writer:
    """Puts people into the base population, in batches, remembering the kinds and prefixes it has met."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._kinds: dict[tuple[str, str, tuple[str, ...]], int] = {}
        self._people: Counter[int] = Counter()
        self._prefixes: dict[str, int] = {
            text: number for number, text in connection.execute("SELECT id, text FROM prefix")
        }
        (self._first_id,) = connection.execute("SELECT coalesce(max(id), 0) + 1 FROM person").fetchone()

    def insert(self, people: Iterable[Person]) -> int:
        remaining = iter(people)
        next_id = self._first_id
        while batch := list(islice(remaining, _BATCH)):
            try:
                self._connection.executemany(_INSERT, self._rows(batch, next_id))
            except sqlite3.IntegrityError as error:
                raise DuplicateKeyError(
                    Text(
                        f"chaque clé est attendue une fois, l'une est deux fois de {batch[0].key!r} à {batch[-1].key!r}",
                        f"expected each key once, got one twice from {batch[0].key!r} to {batch[-1].key!r}",
                    )
                ) from error
            self._insert_former(batch, next_id)
            next_id += len(batch)
        self._flush()
        set_meta(self._connection, people=next_id - 1)
        return int(next_id - self._first_id)

    def _rows(self, batch: list[Person], first_id: int) -> Iterator[Row]:
        kinds, people = self._kinds, self._people
        for number, person in enumerate(batch, start=first_id):
            identity = person.identity
            known = (identity.traits.sex, identity.oid, person.tags)
            kind = kinds.get(known) or self._kind(known)
            people[kind] += 1
            yield (number, *self._key(person.key), kind, *to_row(person))

    def _insert_former(self, batch: list[Person], first_id: int) -> None:
        rows = [
            (number_value(old.matricule.number), number)
            for number, person in enumerate(batch, start=first_id)
            for old in person.identity.history
        ]
        if rows:
            self._connection.executemany("INSERT OR IGNORE INTO former VALUES (?, ?)", rows)

    def _key(self, key: str) -> tuple[int, int | str]:
        parts = split_key(key)
        if parts is None:
            return 0, key
        prefix, number = parts
        known = self._prefixes.get(prefix)
        if known is None:
            if len(self._prefixes) >= _MAX_PREFIXES:
                return 0, key
            cursor = self._connection.execute("INSERT INTO prefix (text) VALUES (?)", (prefix,))
            known = self._prefixes[prefix] = int(cursor.lastrowid or 0)
        return known, number

    def _kind(self, known: tuple[str, str, tuple[str, ...]]) -> int:
        if len(self._kinds) >= _MAX_KINDS:
            self._flush()
        sex, oid, tags = known
        row = (str(sex), str(oid), " ".join(tags))
        found = self._connection.execute(
            "SELECT id FROM kind WHERE sex = ? AND oid = ? AND tags = ?", row
        ).fetchone()
        if found is None:
            cursor = self._connection.execute("INSERT INTO kind (sex, oid, tags) VALUES (?, ?, ?)", row)
            found = (cursor.lastrowid,)
        self._kinds[known] = kind = int(found[0])
        return kind

    def _flush(self) -> None:
        """Count the people of each kind and forget the kinds: an import may have as many as people."""
        self._connection.executemany(
            "UPDATE kind SET people = people + ? WHERE id = ?",
            [(people, kind) for kind, people in self._people.items()],
        )
        self._people.clear()
        self._kinds.clear()
