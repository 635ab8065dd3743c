"""One base population for all the questions of a call, though another may take its place meanwhile.

Nothing is sent for it: a transaction for each call would double its cost, and a swap would wait for calls. Instead each answer says
which table it came from, by OID; after a swap the former table has another name and the same OID, and is asked again.
"""

from __future__ import annotations

import threading
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, LiteralString

if TYPE_CHECKING:
    from types import TracebackType


class Here(threading.local):
    """What a thread reads, while it holds it."""

    depth = 0
    """Blocks within blocks."""
    population: int | None = None
    """The table (its OID) that the first question of the block was answered from; ``None``: none has been asked."""


class Held(AbstractContextManager[None]):
    """The block in which a thread reads one base population; a block within another changes nothing."""

    __slots__ = ("_here",)

    def __init__(self, here: Here) -> None:
        self._here = here

    def __enter__(self) -> None:
        self._here.depth += 1

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._here.depth -= 1
        if not self._here.depth:
            self._here.population = None


def told(table: LiteralString, columns: LiteralString, condition: LiteralString) -> LiteralString:
    """Return a question whose answer begins with the OID of the table, also when nobody is found.

    The OID is that of the table that is read: names are resolved from left to right within ``FROM``, which locks it, and in what
    is selected after that; a statement kept by the server is made anew when either changes.
    """
    found: LiteralString = f"SELECT {columns} FROM {table} WHERE {condition}"  # noqa: S608 - constants
    return f"SELECT '{table}'::regclass::oid, found.* FROM (SELECT 1) AS one LEFT JOIN LATERAL ({found}) AS found ON true"  # noqa: S608 - same
