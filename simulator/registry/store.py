"""The registry on disk: one SQLite file, read by every worker, written only when it is built.

A session adds people of its own to the ``scope`` named after it; the base population is the scope ``""``.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from simulator.database import Database
from simulator.ins import HistoricId, InsIdentity, Matricule, Traits, comparison_key
from simulator.registry.person import Card, Person

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable
    from pathlib import Path

    from simulator.registry.matching import SearchTraits

BASE: Final = ""
"""The scope of the people that every session sees."""

NEAR_LIMIT: Final = 5
"""How many near misses an explanation considers per kind: the answer never depends on them."""

CARD_LIMIT: Final = 100
"""How many people of one insured person are looked at (ours): more than any family."""

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS person (
  id INTEGER PRIMARY KEY,
  scope TEXT NOT NULL,
  key TEXT NOT NULL,
  name_key TEXT NOT NULL,
  birth_name TEXT NOT NULL,
  first_names TEXT NOT NULL,
  sex TEXT NOT NULL,
  birth_date TEXT NOT NULL,
  birth_place TEXT,
  number TEXT NOT NULL,
  cle TEXT NOT NULL,
  oid TEXT NOT NULL,
  history TEXT,
  tags TEXT,
  note TEXT,
  card_insured TEXT,
  card_rank TEXT,
  card_serial TEXT,
  UNIQUE (scope, key)
);
CREATE INDEX IF NOT EXISTS person_by_date_and_name ON person (birth_date, name_key);
CREATE INDEX IF NOT EXISTS person_by_name ON person (name_key);
CREATE INDEX IF NOT EXISTS person_by_number ON person (number);
CREATE INDEX IF NOT EXISTS person_by_card ON person (card_insured) WHERE card_insured IS NOT NULL;
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""
_COLUMNS: Final = (
    "key, birth_name, first_names, sex, birth_date, birth_place, number, cle, oid, history, tags, note,"
    " card_insured, card_rank, card_serial"
)


class RegistryStore:
    """People by traits. Safe to use from several threads and processes; one connection per thread."""

    def __init__(self, path: Path) -> None:
        """Open the registry file, creating it when it does not exist.

        Raises:
            sqlite3.Error: the file cannot be opened or is not a registry.
        """
        self._database = Database(path)
        connection = self._database.connection()
        columns = {row[1] for row in connection.execute("PRAGMA table_info(person)")}
        if columns and "card_serial" not in columns:
            # Of an older bench: people are made again from their recipe, or added again by a session.
            connection.executescript("DROP TABLE person; DROP TABLE IF EXISTS meta;")
        connection.executescript(_SCHEMA)

    def add(self, people: Iterable[Person], scope: str = BASE) -> int:
        """Add people to a scope, all or none; return how many.

        Raises:
            sqlite3.IntegrityError: a person with the same key is already in this scope.
        """
        with self._database.write() as connection:
            return _insert(connection, people, scope)

    def rebuild(self, people: Iterable[Person], recipe: str) -> int:
        """Replace the base population, all or nothing; sessions keep their own people.

        ``recipe`` says how it was made and is found again under ``meta("recipe")``.
        """
        with self._database.write() as connection:
            connection.execute("DELETE FROM person WHERE scope = ?", (BASE,))
            connection.execute("INSERT OR REPLACE INTO meta VALUES ('recipe', ?)", (recipe,))
            return _insert(connection, people, BASE)

    def remove_scope(self, scope: str) -> int:
        """Remove the people of a session; return how many. The base population cannot be removed."""
        if scope == BASE:
            raise ValueError("expected the scope of a session, got the base population")
        with self._database.write() as connection:
            return connection.execute("DELETE FROM person WHERE scope = ?", (scope,)).rowcount

    def same_name_and_date(self, wanted: SearchTraits, scope: str = BASE) -> list[Person]:
        """Return the people whose name and birth date are those wanted: all that could match."""
        return self._select(
            "birth_date = ? AND name_key = ? AND scope IN ('', ?)",
            (wanted.birth_date, comparison_key(wanted.birth_name), scope),
        )

    def near_misses(self, wanted: SearchTraits, scope: str = BASE) -> list[Person]:
        """Return a few people of the same name or the same birth date, to explain why nobody matched."""
        same_name = self._select(
            "name_key = ? AND scope IN ('', ?) LIMIT ?",
            (comparison_key(wanted.birth_name), scope, NEAR_LIMIT),
        )
        same_date = self._select(
            "birth_date = ? AND scope IN ('', ?) LIMIT ?", (wanted.birth_date, scope, NEAR_LIMIT)
        )
        seen = {person.key for person in same_name}
        return same_name + [person for person in same_date if person.key not in seen]

    def by_matricule(self, number: str, scope: str = BASE) -> list[Person]:
        """Return the people whose active matricule has this 13-character number."""
        return self._select("number = ? AND scope IN ('', ?)", (number, scope))

    def on_card_of(self, insured_number: str, scope: str = BASE) -> list[Person]:
        """Return everybody on the Vitale card of this insured person, the insured person too."""
        return self._select(
            "card_insured = ? AND scope IN ('', ?) ORDER BY id LIMIT ?", (insured_number, scope, CARD_LIMIT)
        )

    def by_key(self, key: str, scope: str = BASE) -> Person | None:
        """Return the person of this key, those of the session first."""
        found = self._select("key = ? AND scope IN ('', ?) ORDER BY scope DESC LIMIT 1", (key, scope))
        return found[0] if found else None

    def people(
        self, *, scope: str = BASE, limit: int = 100, offset: int = 0, tag: str | None = None
    ) -> list[Person]:
        """Return a page of people in the order in which they were added, optionally of one tag."""
        if tag is None:
            return self._select("scope IN ('', ?) ORDER BY id LIMIT ? OFFSET ?", (scope, limit, offset))
        return self._select(
            "scope IN ('', ?) AND instr(' ' || tags || ' ', ?) ORDER BY id LIMIT ? OFFSET ?",
            (scope, f" {tag} ", limit, offset),
        )

    def own(self, scope: str, *, limit: int = 100, offset: int = 0) -> list[Person]:
        """Return a page of the people that a session has added, without the base population."""
        return self._select("scope = ? ORDER BY id LIMIT ? OFFSET ?", (scope, limit, offset))

    def count(self, scope: str = BASE) -> int:
        """Return how many people a session sees."""
        row = (
            self._database.connection()
            .execute("SELECT count(*) FROM person WHERE scope IN ('', ?)", (scope,))
            .fetchone()
        )
        return int(row[0])

    def meta(self, name: str) -> str | None:
        """Return a fact recorded when the registry was built, such as its seed."""
        row = self._database.connection().execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return None if row is None else str(row[0])

    def close(self) -> None:
        """Close this thread's connection."""
        self._database.close()

    def _select(self, condition: str, parameters: tuple[object, ...]) -> list[Person]:
        # `condition` is one of the constants above; values are always bound.
        query = f"SELECT {_COLUMNS} FROM person WHERE {condition}"  # noqa: S608
        return [_person(row) for row in self._database.connection().execute(query, parameters)]


def _insert(connection: sqlite3.Connection, people: Iterable[Person], scope: str) -> int:
    cursor = connection.executemany(
        f"INSERT INTO person (scope, name_key, {_COLUMNS}) VALUES ({','.join('?' * 17)})",  # noqa: S608 - constant
        ((scope, comparison_key(person.identity.traits.birth_name), *_row(person)) for person in people),
    )
    return cursor.rowcount


def _row(person: Person) -> tuple[object, ...]:
    identity, traits = person.identity, person.identity.traits
    history = [[old.matricule.value, old.oid, old.date_from, old.date_to] for old in identity.history]
    return (
        person.key,
        traits.birth_name,
        traits.first_names,
        traits.sex,
        traits.birth_date,
        traits.birth_place,
        identity.matricule.number,
        identity.matricule.key,
        identity.oid,
        json.dumps(history) if history else None,
        " ".join(person.tags) or None,
        person.note,
        *((card.insured_number, card.birth_rank, card.serial) if (card := person.card) else (None,) * 3),
    )


def _person(row: tuple[str, ...]) -> Person:
    key, birth_name, first_names, sex, birth_date, birth_place, number, cle, oid, history, tags, note = row[
        :12
    ]
    insured, rank, serial = row[12:]
    return Person(
        key=key,
        identity=InsIdentity(
            traits=Traits(
                birth_name=birth_name,
                first_names=first_names,
                sex=sex,
                birth_date=birth_date,
                birth_place=birth_place,
            ),
            matricule=Matricule(number, cle),
            oid=oid,
            history=tuple(
                HistoricId(
                    matricule=Matricule(value[:13], value[13:]), oid=old_oid, date_from=start, date_to=end
                )
                for value, old_oid, start, end in (json.loads(history) if history else ())
            ),
        ),
        tags=tuple(tags.split()) if tags else (),
        note=note,
        card=Card(insured_number=insured, birth_rank=rank, serial=serial) if insured else None,
    )
