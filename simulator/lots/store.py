"""Lots on disk, shared by all workers of a simulator: what was deposited, and each line's result once known."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from simulator.contract.messages import TraitsQuery, VerificationQuery
from simulator.database import Database
from simulator.lots.progress import Lot, LotSettings, plan

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS lot (
  id TEXT PRIMARY KEY,
  session TEXT NOT NULL,
  deposited_at INTEGER NOT NULL,
  lines INTEGER NOT NULL,
  starts_at INTEGER NOT NULL,
  finishes_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  page_lines INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS lot_by_session ON lot (session, deposited_at);
CREATE TABLE IF NOT EXISTS line (
  lot TEXT NOT NULL REFERENCES lot (id) ON DELETE CASCADE,
  number INTEGER NOT NULL,
  line_id TEXT NOT NULL,
  query TEXT NOT NULL,
  code TEXT,
  reason TEXT,
  PRIMARY KEY (lot, number)
) WITHOUT ROWID;
"""
_LOT: Final = "id, session, deposited_at, lines, starts_at, finishes_at, expires_at, page_lines"
_ENCODER: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False)


class TooManyLotsError(Exception):
    """The session has as many unfinished lots as it may; the message says how many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of a lot. ``number`` counts from 1 in the order of the deposit."""

    number: int
    line_id: str
    """As the client named it."""
    query: VerificationQuery
    code: str | None = None
    """``00`` or ``01`` or the code of a fault; ``None`` while the line has not been verified."""
    reason: str | None = None
    """Why, in English: shown by the control API, never on the wire."""


class LotStore:
    """Lots by id. Safe to use from several threads and processes; one connection per thread."""

    def __init__(self, path: Path, settings: LotSettings | None = None) -> None:
        """Open the store, creating the file when it does not exist.

        Raises:
            sqlite3.Error: the file cannot be opened or is not a store of lots.
        """
        self.settings = settings or LotSettings()
        self._database = Database(path, "foreign_keys = ON")
        self._database.connection().executescript(_SCHEMA)

    def deposit(self, session: str, lines: Sequence[tuple[str, VerificationQuery]], now: datetime) -> Lot:
        """Keep a lot; it is on disk on return. Lots of the session that have expired are dropped.

        Raises:
            TooManyLotsError: the session has too many unfinished lots.
        """
        at = milliseconds(now)
        lot = plan(
            lot_id=str(uuid.uuid4()), session=session, now=at, lines=len(lines), settings=self.settings
        )
        # The long part before the transaction, so that other workers wait less for it.
        rows = [
            (lot.id, number, line_id, _ENCODER.encode(_to_row(query)))
            for number, (line_id, query) in enumerate(lines, start=1)
        ]
        with self._database.write() as connection:
            (unfinished,) = connection.execute(
                "SELECT count(*) FROM lot WHERE session = ? AND finishes_at > ?", (session, at)
            ).fetchone()
            if unfinished >= self.settings.max_open:
                raise TooManyLotsError(
                    f"expected at most {self.settings.max_open} unfinished lots in a session, "
                    f"{unfinished} are there already"
                )
            connection.execute("DELETE FROM lot WHERE session = ? AND expires_at <= ?", (session, at))
            connection.execute(
                f"INSERT INTO lot ({_LOT}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608 - constant
                (
                    lot.id,
                    lot.session,
                    lot.deposited_at,
                    lot.lines,
                    lot.starts_at,
                    lot.finishes_at,
                    lot.expires_at,
                    lot.page_lines,
                ),
            )
            connection.executemany("INSERT INTO line (lot, number, line_id, query) VALUES (?, ?, ?, ?)", rows)
        return lot

    def get(self, session: str, lot_id: str) -> Lot | None:
        """Return a lot of this session; ``None`` when there is none, or when it is of another session."""
        found = self._lots("id = ? AND session = ?", (lot_id, session))
        return found[0] if found else None

    def of_session(self, session: str) -> list[Lot]:
        """Return the lots of a session, oldest first."""
        return self._lots("session = ? ORDER BY deposited_at, rowid", (session,))

    def lines(self, lot_id: str, first: int, last: int) -> list[Line]:
        """Return the lines from number ``first`` to ``last``, both included."""
        rows = self._database.connection().execute(
            "SELECT number, line_id, query, code, reason FROM line WHERE lot = ? AND number BETWEEN ? AND ?"
            " ORDER BY number",
            (lot_id, first, last),
        )
        return [
            Line(
                number=number,
                line_id=line_id,
                query=_from_row(json.loads(query)),
                code=code,
                reason=reason,
            )
            for number, line_id, query, code, reason in rows
        ]

    def record(self, lot_id: str, results: Iterable[tuple[int, str, str]]) -> None:
        """Keep the results of some lines: number, code, reason. A line keeps the first it was given."""
        with self._database.write() as connection:
            connection.executemany(
                "UPDATE line SET code = ?, reason = ? WHERE lot = ? AND number = ? AND code IS NULL",
                ((code, reason, lot_id, number) for number, code, reason in results),
            )

    def counts(self, lot_id: str) -> dict[str, int]:
        """Return how many lines have each code among those verified so far."""
        rows = self._database.connection().execute(
            "SELECT code, count(*) FROM line WHERE lot = ? AND code IS NOT NULL GROUP BY code ORDER BY code",
            (lot_id,),
        )
        return dict(rows.fetchall())

    def remove_session(self, session: str) -> int:
        """Remove the lots of a session; return how many."""
        with self._database.write() as connection:
            return connection.execute("DELETE FROM lot WHERE session = ?", (session,)).rowcount

    def close(self) -> None:
        """Close this thread's connection."""
        self._database.close()

    def _lots(self, condition: str, parameters: tuple[object, ...]) -> list[Lot]:
        # `condition` is one of the constants above; values are always bound.
        rows = self._database.connection().execute(f"SELECT {_LOT} FROM lot WHERE {condition}", parameters)  # noqa: S608
        names = _LOT.split(", ")
        return [Lot(**dict(zip(names, row, strict=True))) for row in rows]


def milliseconds(moment: datetime) -> int:
    """Return a moment as whole milliseconds since 1970."""
    return int(moment.timestamp() * 1000)


def moment(since_1970: int) -> datetime:
    """Return the moment, in UTC, of whole milliseconds since 1970."""
    return datetime.fromtimestamp(since_1970 / 1000, UTC)


def _to_row(query: VerificationQuery) -> list[Any]:
    traits = query.traits
    return [
        query.number,
        query.key,
        query.matricule_type,
        query.oid,
        query.first_names_list,
        [traits.birth_name, traits.first_names, traits.sex, traits.birth_date, traits.birth_place],
    ]


def _from_row(row: list[Any]) -> VerificationQuery:
    number, key, matricule_type, oid, first_names_list, traits = row
    birth_name, first_names, sex, birth_date, birth_place = traits
    return VerificationQuery(
        number=number,
        key=key,
        matricule_type=matricule_type,
        oid=oid,
        first_names_list=first_names_list,
        traits=TraitsQuery(
            birth_name=birth_name,
            first_names=tuple(first_names),
            sex=sex,
            birth_date=birth_date,
            birth_place=birth_place,
        ),
    )
