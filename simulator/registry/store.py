"""The registry in SQLite, as a file read by every worker of a simulator.

The base population and the people of sessions are in one file, or in two: then the first is only read, and may be shared by
several simulators.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from simulator.database import Database
from simulator.ins.traits import comparison_key
from simulator.registry.codes import NAME_MASK, date_range, name_code, search_code
from simulator.registry.protocol import BASE, CARD_LIMIT, NEAR_LIMIT, RegistryError
from simulator.registry.rows import COLUMNS, from_row, number_value, split_key
from simulator.registry.sqlite_tables import (
    check_format,
    create_base,
    create_scoped,
    empty_base,
    insert,
    insert_scoped,
    set_meta,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from simulator.registry.matching import SearchTraits
    from simulator.registry.person import Person
    from simulator.registry.rows import Row

__all__ = ["BASE", "CARD_LIMIT", "NEAR_LIMIT", "RegistryStore"]

_BASE: Final = f"SELECT prefix, key_number, kind, {', '.join(COLUMNS)} FROM person WHERE "  # noqa: S608 - constants
_SCOPED: Final = f"SELECT key, sex, oid, tags, {', '.join(COLUMNS)} FROM scoped_person WHERE "  # noqa: S608 - same
_BY_SEARCH: Final = f"{_BASE} search = ?"
_OF_NAME: Final = f"search & {NAME_MASK} = ?"
_TAGGED: Final = "kind IN (SELECT id FROM kind WHERE instr(' ' || tags || ' ', ?))"
_RARE: Final = 50
"""A tag of fewer than one person in so many is looked up in the index; others are met soon enough in order of id."""
_MAX_REMEMBERED: Final = 20_000
_PAGE: Final = 1000
_MMAP: Final = f"mmap_size = {1 << 31}"


class RegistryStore:
    """People by traits, see ``simulator.registry.protocol.Registry``. One connection per thread."""

    def __init__(self, path: Path, sessions: Path | None = None) -> None:
        """Open the registry file, creating it when it does not exist.

        With ``sessions``, another file, ``path`` must be a registry already and is only read; the people of sessions are in
        the other one.

        Raises:
            sqlite3.Error: a file cannot be opened or is no database.
            RegistryError: with ``sessions``, ``path`` is no registry of this version.
        """
        self._read_only = sessions is not None
        self._base = Database(path, _MMAP, read_only=self._read_only)
        if sessions is None:
            self._scoped = self._base
            create_base(self._base.connection())
        else:
            check_format(self._base.connection(), path)
            self._scoped = Database(sessions)
        create_scoped(self._scoped.connection())
        self._path = path
        self._kinds: dict[int, tuple[str, str, tuple[str, ...]]] = {}
        self._prefixes: dict[int, str] = {}

    def add(self, people: Iterable[Person], scope: str = BASE) -> int:
        """Add people to a scope, all or none; return how many.

        Raises:
            DuplicateKeyError: a person with the same key is already in this scope.
            RegistryError: the base population of this registry is only read.
        """
        if scope != BASE:
            with self._scoped.write() as connection:
                return insert_scoped(connection, people, scope)
        self._check_writable()
        with self._base.write() as connection:
            return insert(connection, people)

    def rebuild(self, people: Iterable[Person], recipe: str) -> int:
        """Replace the base population, all or nothing; sessions keep their own people. Return how many people there are.

        Raises:
            DuplicateKeyError: a key comes twice.
            RegistryError: the base population of this registry is only read.
        """
        self._check_writable()
        with self._base.write() as connection:
            empty_base(connection)
            set_meta(connection, recipe=recipe)
            return insert(connection, people)

    def remove_scope(self, scope: str) -> int:
        """Remove the people of a session; return how many. The base population cannot be removed."""
        if scope == BASE:
            raise ValueError("expected the scope of a session, got the base population")
        with self._scoped.write() as connection:
            connection.execute(
                "DELETE FROM scoped_former WHERE id IN (SELECT id FROM scoped_person WHERE scope = ?)",
                (scope,),
            )
            return connection.execute("DELETE FROM scoped_person WHERE scope = ?", (scope,)).rowcount

    def same_name_and_date(self, wanted: SearchTraits, scope: str = BASE) -> list[Person]:
        """Return the people whose name and birth date are those wanted: all that could match."""
        code = search_code(wanted.birth_date, wanted.birth_name)
        found = list(map(self._person, self._base.connection().execute(_BY_SEARCH, (code,))))
        if scope != BASE:
            found += self._select_scoped("scope = ? AND search = ? ORDER BY id", scope, code)
        if not found:
            return found
        date, name = wanted.birth_date, comparison_key(wanted.birth_name)
        return [
            person
            for person in found
            if (traits := person.identity.traits).birth_date == date
            and comparison_key(traits.birth_name) == name
        ]

    def near_misses(self, wanted: SearchTraits, scope: str = BASE) -> list[Person]:
        """Return a few people of the same name or the same birth date, to explain why nobody matched.

        Those of the session come first: in a large registry nobody would see them otherwise.
        """
        same_name = self.same_name(wanted.birth_name, scope, limit=NEAR_LIMIT)
        first, last = date_range(wanted.birth_date)
        same_date: list[Person] = []
        if scope != BASE:
            same_date += self._select_scoped(
                "scope = ? AND search BETWEEN ? AND ? ORDER BY search, id LIMIT ?",
                scope,
                first,
                last,
                NEAR_LIMIT,
            )
        same_date += self._select(
            "search BETWEEN ? AND ? ORDER BY search, id LIMIT ?", first, last, NEAR_LIMIT
        )
        seen = {person.key for person in same_name}
        return same_name + [person for person in same_date[:NEAR_LIMIT] if person.key not in seen]

    def same_name(self, birth_name: str, scope: str = BASE, *, limit: int = 100) -> list[Person]:
        """Return people of this birth name, those of the session first."""
        found: list[Person] = []
        code, name = name_code(birth_name), comparison_key(birth_name)
        if scope != BASE:
            found += self._select_scoped(f"scope = ? AND {_OF_NAME} ORDER BY id LIMIT ?", scope, code, limit)
        found += self._select(f"{_OF_NAME} ORDER BY id LIMIT ?", code, limit)
        return [p for p in found if comparison_key(p.identity.traits.birth_name) == name][:limit]

    def by_matricule(self, number: str, scope: str = BASE) -> list[Person]:
        """Return the people whose active matricule has this 13-character number."""
        return self._both("number = ? ORDER BY id", scope, number_value(number))

    def by_former_matricule(self, number: str, scope: str = BASE) -> list[Person]:
        """Return the people who had a matricule of this 13-character number, and have it no longer."""
        value = number_value(number)
        found = self._select("id IN (SELECT id FROM former WHERE number = ?) ORDER BY id", value)
        if scope != BASE:
            found += self._select_scoped(
                "scope = ? AND id IN (SELECT id FROM scoped_former WHERE number = ?) ORDER BY id",
                scope,
                value,
            )
        return found

    def on_card_of(self, insured_number: str, scope: str = BASE) -> list[Person]:
        """Return everybody on the Vitale card of this insured person, the insured person too."""
        value = number_value(insured_number)
        return self._both("card_insured = ? ORDER BY id LIMIT ?", scope, value, CARD_LIMIT)[:CARD_LIMIT]

    def by_key(self, key: str, scope: str = BASE) -> Person | None:
        """Return the person of this key, those of the session first."""
        found = self._select_scoped("scope = ? AND key = ?", scope, key) if scope != BASE else []
        parts = split_key(key)
        if not found and parts is not None:
            found = self._select(
                "prefix = (SELECT id FROM prefix WHERE text = ?) AND key_number = ?", parts[0], parts[1]
            )
        found = found or self._select("prefix = 0 AND key_number = ?", key)
        return found[0] if found else None

    def people(
        self, *, scope: str = BASE, limit: int = 100, offset: int = 0, tag: str | None = None
    ) -> list[Person]:
        """Return a page of people in the order in which they were added, optionally of one tag."""
        if tag is None:
            total = self.count()
            # Ids count from 1 without gaps.
            found = self._select("id > ? ORDER BY id LIMIT ?", offset, limit) if offset < total else []
            condition, parameters = "scope = ?", [scope]
        else:
            total = self._tagged(tag)
            found = self._page_of_tag(tag, total, limit, offset) if offset < total else []
            condition, parameters = "scope = ? AND instr(' ' || tags || ' ', ?)", [scope, _marked(tag)]
        if scope != BASE and len(found) < limit:
            found += self._select_scoped(
                f"{condition} ORDER BY id LIMIT ? OFFSET ?",
                *parameters,
                limit - len(found),
                max(offset - total, 0),
            )
        return found

    def own(self, scope: str, *, limit: int = 100, offset: int = 0) -> list[Person]:
        """Return a page of the people that a session has added, without the base population."""
        return self._select_scoped("scope = ? ORDER BY id LIMIT ? OFFSET ?", scope, limit, offset)

    def everyone(self, *, tag: str | None = None) -> Iterator[Person]:
        """Yield the base population, optionally of one tag, without holding it in memory."""
        last = 0
        while True:
            rows = self._base.connection().execute(
                f"{_BASE.replace('SELECT ', 'SELECT id, ', 1)} id > ? ORDER BY id LIMIT ?", (last, _PAGE)
            )
            page = rows.fetchall()
            if not page:
                return
            last = page[-1][0]
            for row in page:
                person = self._person(row[1:])
                if tag is None or tag in person.tags:
                    yield person

    def count(self, scope: str = BASE) -> int:
        """Return how many people a session sees."""
        total = int(self.meta("people") or 0)
        if scope == BASE:
            return total
        row = self._scoped.connection().execute(
            "SELECT count(*) FROM scoped_person WHERE scope = ?", (scope,)
        )
        return total + int(row.fetchone()[0])

    def tag_counts(self) -> dict[str, int]:
        """Return how many people of the base population have each tag."""
        counts: dict[str, int] = {}
        for tags, people in self._base.connection().execute("SELECT tags, people FROM kind WHERE people > 0"):
            for tag in tags.split():
                counts[tag] = counts.get(tag, 0) + people
        return counts

    def meta(self, name: str) -> str | None:
        """Return a fact recorded when the registry was built, such as its ``recipe``."""
        row = self._base.connection().execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return None if row is None else str(row[0])

    def close(self) -> None:
        """Close this thread's connections."""
        self._base.close()
        self._scoped.close()

    def _check_writable(self) -> None:
        if self._read_only:
            raise RegistryError(
                f"{self._path}: this registry is only read here; "
                "add people to a session, or build another file with: banc population build"
            )

    def _tagged(self, tag: str) -> int:
        query = "SELECT coalesce(sum(people), 0) FROM kind WHERE instr(' ' || tags || ' ', ?)"
        return int(self._base.connection().execute(query, (_marked(tag),)).fetchone()[0])

    def _page_of_tag(self, tag: str, tagged: int, limit: int, offset: int) -> list[Person]:
        # A leading + keeps SQLite from using the index on kinds, which would sort all the people of the tag.
        plus = "" if tagged * _RARE < self.count() else "+"
        return self._select(f"{plus}{_TAGGED} ORDER BY id LIMIT ? OFFSET ?", _marked(tag), limit, offset)

    def _both(self, condition: str, scope: str, *parameters: object) -> list[Person]:
        found = self._select(condition, *parameters)
        if scope != BASE:
            found += self._select_scoped(f"scope = ? AND {condition}", scope, *parameters)
        return found

    def _select(self, condition: str, *parameters: object) -> list[Person]:
        # Conditions are the constants above; values are always bound.
        rows = self._base.connection().execute(_BASE + condition, parameters)
        return [self._person(row) for row in rows]

    def _select_scoped(self, condition: str, *parameters: object) -> list[Person]:
        rows = self._scoped.connection().execute(_SCOPED + condition, parameters).fetchall()
        return rows and [from_row(row[0], row[1], row[2], tuple(row[3].split()), row[4:]) for row in rows]

    def _person(self, row: Row) -> Person:
        prefix, key_number, kind = row[:3]
        sex, oid, tags = self._kinds.get(kind) or self._kind(kind)
        key = f"{self._prefixes.get(prefix) or self._prefix(prefix)}/{key_number}" if prefix else key_number
        return from_row(key, sex, oid, tags, row[3:])

    def _kind(self, kind: int) -> tuple[str, str, tuple[str, ...]]:
        # A kind and a prefix keep their number for as long as the file lives.
        row = (
            self._base.connection()
            .execute("SELECT sex, oid, tags FROM kind WHERE id = ?", (kind,))
            .fetchone()
        )
        if len(self._kinds) >= _MAX_REMEMBERED:
            self._kinds.clear()
        self._kinds[kind] = found = (row[0], row[1], tuple(row[2].split()))
        return found

    def _prefix(self, prefix: int) -> str:
        row = self._base.connection().execute("SELECT text FROM prefix WHERE id = ?", (prefix,)).fetchone()
        self._prefixes[prefix] = text = str(row[0])
        return text


def _marked(tag: str) -> str:
    """Return what tags, joined and between spaces, contain when they have this one; nothing contains a line end."""
    return f" {tag} " if tag.split() == [tag] else "\n"
