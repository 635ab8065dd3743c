"""The registry in SQLite, as files read by every worker of a simulator.

The base population is a file that is only read, and may be shared by several simulators; when it is replaced, whoever reads it
takes the new one with the next call. The people of sessions are in a file of their own, so that they outlive it.
"""

from __future__ import annotations

import contextlib
import logging
import sqlite3
import threading
from typing import TYPE_CHECKING, Final

from simulator.database import IN_MEMORY, Database, WouldWaitError
from simulator.ins.traits import comparison_key
from simulator.registry.base_file import IN_PLACE, BaseFile, Mark, mark_of, marked
from simulator.registry.building import add_to_file, build_file
from simulator.registry.codes import NAME_MASK, date_range, name_code, search_code
from simulator.registry.protocol import (
    BASE,
    CARD_LIMIT,
    NEAR_LIMIT,
    RegistryError,
    RegistryUnavailableError,
)
from simulator.registry.rows import COLUMNS, from_row, number_value, split_key
from simulator.registry.sqlite_tables import create_scoped, insert_scoped
from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path
    from types import TracebackType

    from simulator.registry.matching import SearchTraits
    from simulator.registry.person import Person

__all__ = ["BASE", "CARD_LIMIT", "NEAR_LIMIT", "RegistryStore"]

_SCOPED: Final = f"SELECT key, sex, oid, tags, {', '.join(COLUMNS)} FROM scoped_person WHERE "  # noqa: S608 - constants
_OF_NAME: Final = f"search & {NAME_MASK} = ?"

_log = logging.getLogger(__name__)


class _Here(threading.local):
    """What a thread reads, while it holds it."""

    base: BaseFile | None = None


class RegistryStore:
    """People by traits, see ``simulator.registry.protocol.Registry``. Connections are of a thread."""

    def __init__(self, path: Path, sessions: Path = IN_MEMORY) -> None:
        """Open a registry file, made empty when there is none; the people of sessions are in the file ``sessions``.

        Raises:
            sqlite3.Error: a file cannot be opened or is no database.
            RegistryError: ``path`` is no registry of this version.
        """
        if not path.exists():
            build_file(path, (), "")
        self._path = path
        self._name = str(path)
        self._base = BaseFile(path)
        self._refused: Mark | None = None
        self._here = _Here()
        self._renewing = threading.Lock()
        self._scoped = Database(sessions)
        create_scoped(self._scoped.connection())

    def held(self) -> _Held:
        """Read one base population in the block, the one that is there when it begins, even when another takes its place."""
        return _Held(self)

    def add(self, people: Iterable[Person], scope: str = BASE, *, at_once: bool = False) -> int:
        """Add people to a scope, all or none; return how many.

        Raises:
            DuplicateKeyError: a person with the same key is already in this scope.
            RegistryError: the file of the base population cannot be written.
            WouldWaitError: ``at_once``, and somebody else is writing, or it is the base population.
        """
        if scope == BASE:
            if at_once:
                raise WouldWaitError("the base population is rewritten as a whole")
            return add_to_file(self._path, people)
        with self._scoped.write(at_once=at_once) as connection:
            return insert_scoped(connection, people, scope)

    def rebuild(self, people: Iterable[Person], recipe: str) -> int:
        """Replace the base population, all or nothing; sessions keep their own people. Return how many people there are.

        Raises:
            DuplicateKeyError: a key comes twice.
            RegistryError: the file of the base population cannot be written.
        """
        return build_file(self._path, people, recipe)

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
        found = (self._here.base or self._now()).select("search = ?", code)
        if scope != BASE:
            found += self._select_scoped("scope = ? AND search = ? ORDER BY id", scope, code)
        if not found:
            return found
        date, name = wanted.birth_date, comparison_key(wanted.birth_name)
        # A loop: a comprehension is a call more, at each look-up.
        same: list[Person] = []
        for person in found:
            traits = person.identity.traits
            if traits.birth_date == date and comparison_key(traits.birth_name) == name:
                same.append(person)
        return same

    def near_misses(self, wanted: SearchTraits, scope: str = BASE) -> list[Person]:
        """Return a few people of the same name or the same birth date, to explain why nobody matched.

        Those of the session come first: in a large registry nobody would see them otherwise.
        """
        with self.held():
            same_name = self.same_name(wanted.birth_name, scope, limit=NEAR_LIMIT)
            same_date = self._same_date(wanted, scope)
        seen = {person.key for person in same_name}
        return same_name + [person for person in same_date[:NEAR_LIMIT] if person.key not in seen]

    def _same_date(self, wanted: SearchTraits, scope: str) -> list[Person]:
        first, last = date_range(wanted.birth_date)
        found: list[Person] = []
        if scope != BASE:
            found += self._select_scoped(
                "scope = ? AND search BETWEEN ? AND ? ORDER BY search, id LIMIT ?",
                scope,
                first,
                last,
                NEAR_LIMIT,
            )
        query = "search BETWEEN ? AND ? ORDER BY search, id LIMIT ?"
        return found + self._now().select(query, first, last, NEAR_LIMIT)

    def same_name(self, birth_name: str, scope: str = BASE, *, limit: int = 100) -> list[Person]:
        """Return people of this birth name, those of the session first."""
        found: list[Person] = []
        code, name = name_code(birth_name), comparison_key(birth_name)
        if scope != BASE:
            found += self._select_scoped(f"scope = ? AND {_OF_NAME} ORDER BY id LIMIT ?", scope, code, limit)
        found += self._now().select(f"{_OF_NAME} ORDER BY id LIMIT ?", code, limit)
        return [p for p in found if comparison_key(p.identity.traits.birth_name) == name][:limit]

    def by_matricule(self, number: str, scope: str = BASE) -> list[Person]:
        """Return the people whose active matricule has this 13-character number."""
        return self._both("number = ? ORDER BY id", scope, number_value(number))

    def by_former_matricule(self, number: str, scope: str = BASE) -> list[Person]:
        """Return the people who had a matricule of this 13-character number, and have it no longer."""
        value = number_value(number)
        found = self._now().select("id IN (SELECT id FROM former WHERE number = ?) ORDER BY id", value)
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
        found = found or self._now().by_key(key, split_key(key))
        return found[0] if found else None

    def people(
        self, *, scope: str = BASE, limit: int = 100, offset: int = 0, tag: str | None = None
    ) -> list[Person]:
        """Return a page of people in the order in which they were added, optionally of one tag."""
        with self.held():
            base = self._now()
            total = base.count() if tag is None else base.tagged(tag)
            found: list[Person] = []
            if offset < total:
                # Ids count from 1 without gaps.
                found = (
                    base.select("id > ? ORDER BY id LIMIT ?", offset, limit)
                    if tag is None
                    else base.page_of_tag(tag, limit, offset)
                )
        condition, parameters = "scope = ?", [scope]
        if tag is not None:
            condition, parameters = "scope = ? AND instr(' ' || tags || ' ', ?)", [scope, marked(tag)]
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
        for person in self._now().everyone():
            if tag is None or tag in person.tags:
                yield person

    def count(self, scope: str = BASE) -> int:
        """Return how many people a session sees."""
        total = self._now().count()
        if scope == BASE:
            return total
        row = self._scoped.connection().execute(
            "SELECT count(*) FROM scoped_person WHERE scope = ?", (scope,)
        )
        return total + int(row.fetchone()[0])

    def tag_counts(self) -> dict[str, int]:
        """Return how many people of the base population have each tag."""
        return self._now().tag_counts()

    def meta(self, name: str) -> str | None:
        """Return a fact recorded when the registry was built, such as its ``recipe``."""
        return self._now().meta(name)

    def close(self) -> None:
        """Close this thread's connections."""
        self._base.close()
        self._scoped.close()

    def _hold(self) -> BaseFile:
        """Return the base population to be read now, in a transaction: where it is changed in place."""
        while True:
            base = self._now()
            if base.begin():
                return base
            base.end()

    def _now(self) -> BaseFile:
        """Return the base population that this thread holds, else that of the file as it is now, open for this thread."""
        held = self._here.base
        if held is not None:
            return held
        while True:
            base = self._base
            mark = mark_of(self._name)
            # A file that has gone, or cannot be used, is as if nothing had happened, for whoever has the former one open.
            if mark == base.mark or mark is None or mark == self._refused:
                if base.here.connection is not None or base.is_open_here():
                    return base
                if mark == self._refused:
                    raise RegistryUnavailableError(
                        Text(
                            f"{self._path} a été remplacé par un fichier qui n'est pas un registre",
                            f"{self._path} was replaced by a file that is no registry",
                        )
                    )
            self._renew(base)

    def _renew(self, former: BaseFile) -> None:
        """Take the file that has the name now, if nobody else has done so."""
        with self._renewing:
            if self._base is not former:
                return
            mark = mark_of(self._name)
            try:
                self._base = BaseFile(self._path)
            except (RegistryError, sqlite3.Error) as error:
                self._refused = mark
                _log.error("the population stays as it was: %s", error)
                return
        former.close()
        _log.info("%s was replaced: %s", self._path, self._base.meta("recipe"))

    def _both(self, condition: str, scope: str, *parameters: object) -> list[Person]:
        found = self._now().select(condition, *parameters)
        if scope != BASE:
            found += self._select_scoped(f"scope = ? AND {condition}", scope, *parameters)
        return found

    def _select_scoped(self, condition: str, *parameters: object) -> list[Person]:
        # Conditions are the constants above; values are always bound.
        rows = self._scoped.connection().execute(_SCOPED + condition, parameters).fetchall()
        return rows and [from_row(row[0], row[1], row[2], tuple(row[3].split()), row[4:]) for row in rows]


class _Held(contextlib.AbstractContextManager[None]):
    """The block in which a thread reads one base population; a block within another changes nothing."""

    __slots__ = ("_begun", "_store")

    def __init__(self, store: RegistryStore) -> None:
        self._store = store
        self._begun: BaseFile | None = None

    def __enter__(self) -> None:
        here = self._store._here  # noqa: SLF001 - one thing in two classes
        if here.base is None:
            begun = self._store._hold() if IN_PLACE else self._store._now()  # noqa: SLF001 - same
            self._begun = here.base = begun

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._begun is not None:
            self._store._here.base = None  # noqa: SLF001 - same
            if IN_PLACE:
                self._begun.end()
