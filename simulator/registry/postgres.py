"""The registry in PostgreSQL, shared by several simulators: the base population and the people of all sessions.

Every method of ``simulator.registry.protocol.Registry`` also raises ``RegistryUnavailableError`` while the server does not
answer. A connection that was lost is opened again by the next call.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, LiteralString
from urllib.parse import unquote, urlsplit

from simulator.database import WouldWaitError
from simulator.ins.traits import comparison_key
from simulator.registry.codes import date_range, name_code, search_code
from simulator.registry.postgres_holding import Held, Here, told
from simulator.registry.postgres_rows import COLUMNS, TYPES, from_row, to_row
from simulator.registry.postgres_tables import (
    BUILD_LOCK,
    FORMAT,
    NAME,
    SCHEMA,
    copy_base,
    copy_rows,
    create_table,
    index_table,
    set_meta,
    swap,
)
from simulator.registry.protocol import (
    BASE,
    CARD_LIMIT,
    NEAR_LIMIT,
    DuplicateKeyError,
    RegistryError,
    RegistryUnavailableError,
)
from simulator.registry.target import shown
from simulator.text import Text

try:
    import psycopg
    from psycopg import errors
except ImportError as missing:
    raise RegistryError(
        Text(
            "un registre en PostgreSQL demande psycopg ; installez-le par : pip install 'banc-insi[postgres]'",
            "a registry in PostgreSQL needs psycopg; install it with: pip install 'banc-insi[postgres]'",
        )
    ) from missing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from contextlib import AbstractContextManager

    from simulator.registry.matching import SearchTraits
    from simulator.registry.person import Person

_CONNECT_TIMEOUT_S: Final = 5
_PAGE: Final = 1000


class PostgresRegistry:
    """People by traits, see ``simulator.registry.protocol.Registry``. One connection per thread."""

    def __init__(self, url: str, *, create: bool = False) -> None:
        """Open the registry of a database.

        Args:
            url: ``postgresql://user:password@host/database``, as libpq reads it.
            create: make the tables when they are missing.

        Raises:
            RegistryUnavailableError: the server does not answer.
            RegistryError: the database holds no registry of this version, or the URL cannot be read.
        """
        self._url = url
        self.name: Final = shown(url)
        self._local = threading.local()
        self._here = Here()
        if create:
            with self._connected() as connection, connection.transaction():
                connection.execute("SELECT pg_advisory_xact_lock(%s)", (BUILD_LOCK,))
                connection.execute(SCHEMA)
                if connection.execute("SELECT to_regclass('banc_person')").fetchone() == (None,):
                    create_table(connection, "banc_person")
                    index_table(connection, "banc_person")
        self._check_format()

    def held(self) -> AbstractContextManager[None]:
        """Answer every question of the block from one base population, that of the first, even when it is replaced meanwhile."""
        return Held(self._here)

    def add(self, people: Iterable[Person], scope: str = BASE, *, at_once: bool = False) -> int:
        """Add people to a scope, all or none; return how many.

        Raises:
            DuplicateKeyError: a person with the same key is already in this scope.
            WouldWaitError: ``at_once``: a server is always waited for.
        """
        if at_once:
            raise WouldWaitError("a server is asked")
        with self._connected() as connection, connection.transaction():
            if scope != BASE:
                return copy_rows(
                    connection,
                    f"COPY banc_scoped (scope, {COLUMNS}) FROM STDIN (FORMAT BINARY)",
                    ("text", *TYPES),
                    ((scope, *to_row(person)) for person in people),
                )
            # One at a time: ids count from 1 without gaps.
            connection.execute("LOCK TABLE banc_person IN EXCLUSIVE MODE")
            total = self.count()
            added = copy_base(connection, "banc_person", people, total + 1)
            set_meta(connection, people=total + added)
            return added

    def rebuild(
        self, people: Iterable[Person], recipe: str, *, on_indexing: Callable[[], None] | None = None
    ) -> int:
        """Replace the base population, all or nothing; readers see the old one until the new one is complete.

        The one before stays in the database until the next is built, for calls under way.

        Raises:
            DuplicateKeyError: a key comes twice.
        """
        with self._connected() as connection, connection.transaction():
            connection.execute("SELECT pg_advisory_xact_lock(%s)", (BUILD_LOCK,))
            create_table(connection, "banc_person_new")
            count = copy_base(connection, "banc_person_new", people, 1)
            if on_indexing is not None:
                on_indexing()
            index_table(connection, "banc_person_new")
            swap(connection)
            set_meta(connection, people=count, recipe=recipe, format=FORMAT)
        with self._connected() as connection:
            connection.execute("ANALYZE banc_person")
        return count

    def remove_scope(self, scope: str) -> int:
        """Remove the people of a session; return how many. The base population cannot be removed."""
        if scope == BASE:
            raise ValueError("expected the scope of a session, got the base population")
        with self._connected() as connection:
            return connection.execute("DELETE FROM banc_scoped WHERE scope = %s", (scope,)).rowcount

    def same_name_and_date(self, wanted: SearchTraits, scope: str = BASE) -> list[Person]:
        """Return the people whose name and birth date are those wanted: all that could match."""
        found = self._both(
            "search = %s ORDER BY id", scope, search_code(wanted.birth_date, wanted.birth_name)
        )
        name = comparison_key(wanted.birth_name)
        return [
            person
            for person in found
            if person.identity.traits.birth_date == wanted.birth_date
            and comparison_key(person.identity.traits.birth_name) == name
        ]

    def near_misses(self, wanted: SearchTraits, scope: str = BASE) -> list[Person]:
        """Return a few people of the same name or the same birth date, those of the session first."""
        condition: LiteralString = "search BETWEEN %s AND %s ORDER BY search, id LIMIT %s"
        parameters = (*date_range(wanted.birth_date), NEAR_LIMIT)
        with self.held():
            same_name = self.same_name(wanted.birth_name, scope, limit=NEAR_LIMIT)
            same_date = self._base(condition, *parameters)
        if scope != BASE:
            same_date[:0] = self._scoped(f"scope = %s AND {condition}", scope, *parameters)
        seen = {person.key for person in same_name}
        return same_name + [person for person in same_date[:NEAR_LIMIT] if person.key not in seen]

    def same_name(self, birth_name: str, scope: str = BASE, *, limit: int = 100) -> list[Person]:
        """Return people of this birth name, those of the session first."""
        condition: LiteralString = f"{NAME} = %s ORDER BY id LIMIT %s"
        code, name = name_code(birth_name), comparison_key(birth_name)
        found = self._scoped(f"scope = %s AND {condition}", scope, code, limit) if scope != BASE else []
        found += self._base(condition, code, limit)
        return [p for p in found if comparison_key(p.identity.traits.birth_name) == name][:limit]

    def by_matricule(self, number: str, scope: str = BASE) -> list[Person]:
        """Return the people whose active matricule has this 13-character number."""
        return self._both("number = %s ORDER BY id", scope, number)

    def by_former_matricule(self, number: str, scope: str = BASE) -> list[Person]:
        """Return the people who had a matricule of this 13-character number, and have it no longer."""
        return self._both("former @> ARRAY[%s] ORDER BY id", scope, number)

    def on_card_of(self, insured_number: str, scope: str = BASE) -> list[Person]:
        """Return everybody on the Vitale card of this insured person, the insured person too."""
        found = self._both("card_insured = %s ORDER BY id LIMIT %s", scope, insured_number, CARD_LIMIT)
        return found[:CARD_LIMIT]

    def by_key(self, key: str, scope: str = BASE) -> Person | None:
        """Return the person of this key, those of the session first."""
        found = self._scoped("scope = %s AND key = %s", scope, key) if scope != BASE else []
        found = found or self._base("key = %s", key)
        return found[0] if found else None

    def people(
        self, *, scope: str = BASE, limit: int = 100, offset: int = 0, tag: str | None = None
    ) -> list[Person]:
        """Return a page of people in the order in which they were added, optionally of one tag."""
        if tag is None:
            total = self.count()
            # Ids count from 1 without gaps.
            found = self._base("id > %s ORDER BY id LIMIT %s", offset, limit) if offset < total else []
            paged = self._scoped(
                "scope = %s ORDER BY id LIMIT %s OFFSET %s", scope, *_rest(found, total, limit, offset)
            )
            return found + paged
        with self.held():
            total = int(self._of_base("count(*)", "tags @> ARRAY[%s]", tag)[0][0])
            found = self._base("tags @> ARRAY[%s] ORDER BY id LIMIT %s OFFSET %s", tag, limit, offset)
        rest = _rest(found, total, limit, offset)
        return found + self._scoped(
            "scope = %s AND tags @> ARRAY[%s] ORDER BY id LIMIT %s OFFSET %s", scope, tag, *rest
        )

    def own(self, scope: str, *, limit: int = 100, offset: int = 0) -> list[Person]:
        """Return a page of the people that a session has added, without the base population."""
        return self._scoped("scope = %s ORDER BY id LIMIT %s OFFSET %s", scope, limit, offset)

    def everyone(self, *, tag: str | None = None) -> Iterator[Person]:
        """Yield the base population, optionally of one tag, without holding it in memory."""
        last, population = 0, None
        condition: LiteralString = "id > %s ORDER BY id LIMIT %s"
        while True:
            population, page = self._asked(population, f"id, {COLUMNS}", condition, last, _PAGE)
            for row in page:
                last = row[0]
                person = from_row(row[1:])
                if tag is None or tag in person.tags:
                    yield person
            if not page:
                return

    def count(self, scope: str = BASE) -> int:
        """Return how many people a session sees."""
        total = int(self.meta("people") or 0)
        if scope == BASE:
            return total
        return total + self._value("SELECT count(*) FROM banc_scoped WHERE scope = %s", scope)

    def tag_counts(self) -> dict[str, int]:
        """Return how many people of the base population have each tag."""
        return dict(
            self._rows("SELECT tag, count(*) FROM banc_person, unnest(tags) AS tag GROUP BY tag ORDER BY tag")
        )

    def meta(self, name: str) -> str | None:
        """Return a fact recorded when the registry was built, such as its ``recipe``."""
        rows = self._rows("SELECT value FROM banc_meta WHERE name = %s", name)
        return str(rows[0][0]) if rows else None

    def close(self) -> None:
        """Close this thread's connection; the next use opens another."""
        connection: psycopg.Connection[Any] | None = getattr(self._local, "connection", None)
        if connection is not None:
            connection.close()
            del self._local.connection

    def _check_format(self) -> None:
        command = f"banc population build --size N --out {self.name}"
        remedy = Text(f"construisez-le par : {command}", f"build it with: {command}")
        try:
            found = self.meta("format")
        except RegistryUnavailableError:
            raise
        except RegistryError as error:
            raise RegistryError(
                Text(
                    f"{self.name} : un registre de banc-insi est attendu dans cette base ; {remedy.fr}",
                    f"{self.name}: expected a registry of banc-insi in this database; {remedy.en}",
                )
            ) from error
        if found != FORMAT:
            raise RegistryError(
                Text(
                    f"{self.name} : un registre au format {FORMAT} est attendu, il est au format {found} ; {remedy.fr}",
                    f"{self.name}: expected a registry in format {FORMAT}, got {found}; {remedy.en}",
                )
            )

    def _both(self, condition: LiteralString, scope: str, *parameters: object) -> list[Person]:
        found = self._base(condition, *parameters)
        if scope != BASE:
            found += self._scoped(f"scope = %s AND {condition}", scope, *parameters)
        return found

    def _base(self, condition: LiteralString, *parameters: object) -> list[Person]:
        return [from_row(row) for row in self._of_base(COLUMNS, condition, *parameters)]

    def _of_base(
        self, columns: LiteralString, condition: LiteralString, *parameters: object
    ) -> list[tuple[Any, ...]]:
        """Return rows of the base population that this thread holds, else of the one that is there."""
        here = self._here
        if not here.depth:
            query: LiteralString = f"SELECT {columns} FROM banc_person WHERE {condition}"  # noqa: S608 - constants
            return self._rows(query, *parameters)
        here.population, rows = self._asked(here.population, columns, condition, *parameters)
        return rows

    def _asked(
        self,
        population: int | None,
        columns: LiteralString,
        condition: LiteralString,
        *parameters: object,
    ) -> tuple[int, list[tuple[Any, ...]]]:
        """Return rows of one base population, and which it is; ``None``: the one that is there now.

        Raises:
            RegistryUnavailableError: it was replaced twice meanwhile, and is no longer there.
        """
        rows = self._rows(told("banc_person", columns, condition), *parameters)
        if population not in (None, rows[0][0]):
            try:
                rows = self._rows(told("banc_person_former", columns, condition), *parameters)
            except RegistryUnavailableError:
                raise
            except RegistryError:
                rows = [(None,)]  # a build of a former version leaves none
            if rows[0][0] != population:
                raise RegistryUnavailableError(
                    Text(
                        f"la population de {self.name} a été remplacée plus d'une fois pendant une réponse ; rappelez",
                        f"the population of {self.name} was replaced more than once while a call was answered; call again",
                    )
                )
        return rows[0][0], [row[1:] for row in rows if row[1] is not None]

    def _scoped(self, condition: LiteralString, scope: str, *parameters: object) -> list[Person]:
        if scope == BASE:
            return []
        query: LiteralString = f"SELECT {COLUMNS} FROM banc_scoped WHERE {condition}"  # noqa: S608 - constants
        return [from_row(row) for row in self._rows(query, scope, *parameters)]

    def _value(self, query: LiteralString, *parameters: object) -> int:
        return int(self._rows(query, *parameters)[0][0])

    def _rows(self, query: LiteralString, *parameters: object) -> list[tuple[Any, ...]]:
        try:
            with self._connected() as connection:
                return connection.execute(query, parameters).fetchall()
        except RegistryUnavailableError:
            # The server may have been started again since this thread last asked: once more, on a new connection.
            with self._connected() as connection:
                return connection.execute(query, parameters).fetchall()

    @contextmanager
    def _connected(self) -> Iterator[psycopg.Connection[Any]]:
        """Give this thread's connection, and say what went wrong in our words."""
        try:
            yield self._connection()
        except errors.UniqueViolation as error:
            detail = error.diag.message_detail or str(error)
            said = self._clean(detail)
            raise DuplicateKeyError(
                Text(f"chaque clé est attendue une fois : {said}", f"expected each key once: {said}")
            ) from None
        except (psycopg.OperationalError, psycopg.InterfaceError) as error:
            self.close()
            said = self._clean(str(error))
            raise RegistryUnavailableError(
                Text(
                    f"le registre {self.name} ne répond pas : {said}",
                    f"the registry {self.name} does not answer: {said}",
                )
            ) from None
        except psycopg.Error as error:
            said = self._clean(str(error))
            raise RegistryError(
                Text(f"le registre {self.name} refuse : {said}", f"the registry {self.name} refused: {said}")
            ) from None

    def _connection(self) -> psycopg.Connection[Any]:
        connection: psycopg.Connection[Any] | None = getattr(self._local, "connection", None)
        if connection is None or connection.closed:
            connection = psycopg.connect(self._url, autocommit=True, connect_timeout=_CONNECT_TIMEOUT_S)
            self._local.connection = connection
        return connection

    def _clean(self, message: str) -> str:
        """Return a message on one line, without the password."""
        try:
            password = urlsplit(self._url).password or ""
        except ValueError:
            password = ""
        for secret in (self._url, password, unquote(password)):
            if secret:
                message = message.replace(secret, "…")
        return " ".join(message.split())


def _rest(found: list[Person], total: int, limit: int, offset: int) -> tuple[int, int]:
    """Return limit and offset of the people of the session that follow those of the base population."""
    return limit - len(found), max(offset - total, 0)
