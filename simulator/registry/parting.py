"""What former versions left: registries of another format, and people of sessions in the file of the base population."""

from __future__ import annotations

import contextlib
import sqlite3
from typing import TYPE_CHECKING, Final

from simulator.database import LOCK_TIMEOUT_S, Database
from simulator.registry.rows import COLUMNS, from_row
from simulator.registry.sqlite_tables import FORMAT, create_scoped, insert_scoped, set_meta

if TYPE_CHECKING:
    from pathlib import Path

_TABLES: Final = "SELECT count(*) FROM sqlite_master WHERE name IN ('scoped_person', 'meta')"
_SCOPES: Final = "SELECT DISTINCT scope FROM scoped_person ORDER BY scope"
_OF_SCOPE: Final = (
    f"SELECT key, sex, oid, tags, {', '.join(COLUMNS)} FROM scoped_person WHERE scope = ? ORDER BY id"  # noqa: S608 - constants
)
_PARTED: Final = "DROP TABLE IF EXISTS scoped_former; DROP TABLE scoped_person;"


def is_undivided(path: Path) -> bool:
    """Return whether a registry file is one of a former version, with tables for the people of sessions.

    Raises:
        sqlite3.Error: it cannot be read or is no database.
    """
    if not path.is_file():
        return False
    with contextlib.closing(_opened(path)) as former:
        return bool(former.execute(_TABLES).fetchone()[0] == 2)  # noqa: PLR2004 - both


def is_of_another_format(path: Path) -> bool:
    """Return whether a file is a registry that cannot be read here and is made again: nothing but made-up people is ever lost.

    Raises:
        sqlite3.Error: it cannot be read or is no database.
    """
    with contextlib.closing(_opened(path)) as former:
        (version,) = former.execute("PRAGMA user_version").fetchone()
        tables = former.execute(
            "SELECT count(*) FROM sqlite_master WHERE name IN ('person', 'meta')"
        ).fetchone()
        return bool(version != FORMAT and tables[0] == 2)  # noqa: PLR2004 - both


def part(path: Path, sessions: Path, **facts: object) -> None:
    """Move the people of sessions of an undivided file to another; ``facts`` are kept in the first.

    Stopped at any moment, it is done again: nobody is lost, and nobody comes twice.

    Raises:
        sqlite3.Error: a file cannot be read or written.
    """
    with contextlib.closing(_opened(path)) as former:
        target = Database(sessions)
        create_scoped(target.connection())
        with target.write() as connection:
            for (scope,) in former.execute(_SCOPES).fetchall():
                there = connection.execute("SELECT key FROM scoped_person WHERE scope = ?", (scope,))
                known = {key for (key,) in there}
                rows = former.execute(_OF_SCOPE, (scope,))
                insert_scoped(
                    connection,
                    (
                        from_row(key, sex, oid, tuple(tags.split()), tuple(row))
                        for key, sex, oid, tags, *row in rows
                        if key not in known
                    ),
                    scope,
                )
        target.close()
        former.executescript(f"BEGIN IMMEDIATE; {_PARTED}")
        set_meta(former, **facts)
        former.execute("COMMIT")
        # Only read from now on: it needs no log. Somebody who reads it now keeps it from being so until the next time.
        with contextlib.suppress(sqlite3.OperationalError):
            former.execute("PRAGMA journal_mode = DELETE")


def _opened(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, timeout=LOCK_TIMEOUT_S, isolation_level=None)
