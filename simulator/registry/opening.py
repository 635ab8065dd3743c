"""Which registry a target names: a file, or the URL of a PostgreSQL database."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING

from simulator.database import IN_MEMORY
from simulator.registry.building import add_to_file, build_file
from simulator.registry.protocol import RegistryError
from simulator.registry.store import RegistryStore
from simulator.registry.target import is_postgres
from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from simulator.registry.person import Person
    from simulator.registry.protocol import Registry


def open_registry(target: str | Path, *, sessions: Path | None = None) -> Registry:
    """Open a registry that was built before.

    Args:
        target: a file, or ``postgresql://…``.
        sessions: file for the people of sessions, made when it does not exist; a database keeps them itself. None: people
            of sessions are neither read nor kept.

    Raises:
        RegistryError: there is no such registry, or it is not ours, or of another format.
        sqlite3.Error: ``sessions`` cannot be used.
    """
    if is_postgres(str(target)):
        # Needs an extra that most installations do not have.
        from simulator.registry.postgres import PostgresRegistry  # noqa: PLC0415

        return PostgresRegistry(str(target))
    path = Path(target)
    if not path.is_file():
        raise RegistryError(
            Text(
                f"{path} : ce fichier n'existe pas ; construisez-en un par : banc population build --size N --out {path}",
                f"{path}: there is no such file; build one with: banc population build --size N --out {path}",
            )
        )
    try:
        return RegistryStore(path, IN_MEMORY if sessions is None else sessions)
    except sqlite3.OperationalError as error:
        raise RegistryError(
            Text(
                f"{path} : ne peut pas être lu comme un registre : {error}",
                f"{path}: cannot be read as a registry: {error}",
            )
        ) from error


def build_registry(
    target: str | Path,
    people: Iterable[Person],
    recipe: str,
    *,
    on_indexing: Callable[[], None] | None = None,
) -> int:
    """Build a registry, replacing the base population that is there; all or nothing. Return how many people are in it.

    Args:
        target: a file, or ``postgresql://…``.
        people: read once, not kept in memory.
        recipe: how they were made.
        on_indexing: told when everybody is written, before the indexes are made.

    Raises:
        DuplicateKeyError: a key comes twice.
        RegistryError: it cannot be written.
    """
    if is_postgres(str(target)):
        from simulator.registry.postgres import PostgresRegistry  # noqa: PLC0415 - as above

        registry = PostgresRegistry(str(target), create=True)
        try:
            return registry.rebuild(people, recipe, on_indexing=on_indexing)
        finally:
            registry.close()
    return build_file(Path(target), people, recipe, on_indexing=on_indexing)


def add_people(target: str | Path, people: Iterable[Person]) -> int:
    """Add people to the base population of a registry that was built before, all or none; return how many.

    Raises:
        DuplicateKeyError: a person with the same key is already there.
        RegistryError: there is no such registry, or it cannot be written.
    """
    if is_postgres(str(target)):
        from simulator.registry.postgres import PostgresRegistry  # noqa: PLC0415 - as above

        registry = PostgresRegistry(str(target))
        try:
            return registry.add(people)
        finally:
            registry.close()
    return add_to_file(Path(target), people)
