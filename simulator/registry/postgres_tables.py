"""The tables of the registry in PostgreSQL: made, loaded, and swapped for others.

A base population that is replaced stays as ``banc_person_former`` until the next one is: a call under way asks it for the rest of what
it needs (see ``simulator.registry.postgres``). The OID of a table outlives a change of its name, and tells one population from another.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, LiteralString

from simulator.registry.codes import NAME_MASK
from simulator.registry.postgres_rows import COLUMNS, TABLE, TYPES, to_row

if TYPE_CHECKING:
    from collections.abc import Iterable

    import psycopg

    from simulator.registry.person import Person

FORMAT: Final = "3"
"""Version of the tables, in ``banc_meta``."""

BUILD_LOCK: Final = 0x494E5369
"""Advisory lock that a build holds, so that two do not wait for each other's tables."""

NAME: Final[LiteralString] = f"(search & {NAME_MASK})"
"""The birth name in ``search``, as an index has it."""

SCHEMA: Final[LiteralString] = f"""
CREATE TABLE IF NOT EXISTS banc_meta (name text PRIMARY KEY, value text NOT NULL);
CREATE TABLE IF NOT EXISTS banc_scoped (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, scope text NOT NULL, {TABLE}, UNIQUE (scope, key)
);
CREATE INDEX IF NOT EXISTS banc_scoped_search ON banc_scoped (scope, search);
CREATE INDEX IF NOT EXISTS banc_scoped_number ON banc_scoped (scope, number);
CREATE INDEX IF NOT EXISTS banc_scoped_card ON banc_scoped (scope, card_insured) WHERE card_insured IS NOT NULL;
INSERT INTO banc_meta VALUES ('format', '{FORMAT}'), ('people', '0') ON CONFLICT (name) DO NOTHING;
"""  # noqa: S608 - constants
"""What is made when it is missing, but for the base population itself."""
_INDEXES: Final[tuple[LiteralString, ...]] = (
    "CREATE UNIQUE INDEX ON {} (key)",
    "CREATE INDEX ON {} (search)",
    f"CREATE INDEX ON {{}} ({NAME})",
    "CREATE INDEX ON {} (number)",
    "CREATE INDEX ON {} (card_insured) WHERE card_insured IS NOT NULL",
    "CREATE INDEX ON {} USING gin (tags)",
    "CREATE INDEX ON {} USING gin (former)",
)


def create_table(connection: psycopg.Connection[Any], table: LiteralString) -> None:
    """Make an empty table of a base population, without indexes."""
    connection.execute(f"CREATE TABLE {table} (id bigint PRIMARY KEY, {TABLE})")


def index_table(connection: psycopg.Connection[Any], table: LiteralString) -> None:
    """Give a table of a base population its indexes."""
    for statement in _INDEXES:
        connection.execute(statement.format(table))


def copy_base(
    connection: psycopg.Connection[Any], table: LiteralString, people: Iterable[Person], first_id: int
) -> int:
    """Add people to a table of a base population, numbered from ``first_id``; return how many."""
    return copy_rows(
        connection,
        f"COPY {table} (id, {COLUMNS}) FROM STDIN (FORMAT BINARY)",
        ("int8", *TYPES),
        ((number, *to_row(person)) for number, person in enumerate(people, start=first_id)),
    )


def copy_rows(
    connection: psycopg.Connection[Any],
    statement: LiteralString,
    types: tuple[str, ...],
    rows: Iterable[tuple[Any, ...]],
) -> int:
    """Run a binary COPY; return how many rows it took."""
    count = 0
    with connection.cursor() as cursor, cursor.copy(statement) as into:
        into.set_types(types)
        for row in rows:
            into.write_row(row)
            count += 1
    return count


def swap(connection: psycopg.Connection[Any]) -> None:
    """Let ``banc_person_new`` be the base population, and keep the one before for the calls that began with it."""
    connection.execute(
        "DROP TABLE IF EXISTS banc_person_former;"
        "ALTER TABLE banc_person RENAME TO banc_person_former;"
        "ALTER INDEX banc_person_pkey RENAME TO banc_person_former_pkey;"
        "ALTER TABLE banc_person_new RENAME TO banc_person;"
        "ALTER INDEX banc_person_new_pkey RENAME TO banc_person_pkey"
    )


def set_meta(connection: psycopg.Connection[Any], **values: object) -> None:
    """Record facts, in place of those of the same name."""
    for name, value in values.items():
        connection.execute(
            "INSERT INTO banc_meta VALUES (%s, %s) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            (name, str(value)),
        )
