"""The journal on disk: one SQLite file, appended to by every worker.

An exchange is committed before its answer leaves: killing the process loses no answered call. (A power
cut may lose the last ones: the write-ahead log is not flushed to the platter at each call.)
"""

from __future__ import annotations

import json
import threading
from collections import deque
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

from simulator.contract.messages import Finding, TraitsQuery
from simulator.contract.names import Evidence
from simulator.database import Database
from simulator.journal.exchange import Considered, Decision, Exchange

if TYPE_CHECKING:
    from pathlib import Path

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS exchange (
  id INTEGER PRIMARY KEY,
  session TEXT NOT NULL,
  at TEXT NOT NULL,
  operation TEXT,
  code TEXT NOT NULL,
  http_status INTEGER NOT NULL,
  path TEXT NOT NULL,
  request BLOB NOT NULL,
  response BLOB NOT NULL,
  micros INTEGER NOT NULL,
  details TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS exchange_by_session ON exchange (session, id);
"""
_COLUMNS: Final = "id, session, at, operation, code, http_status, path, request, response, micros, details"


_INSERT: Final = (
    "INSERT INTO exchange (session, at, operation, code, http_status, path, request, response, micros, details)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


@dataclass(slots=True)
class _Pending:
    """An exchange that a thread is waiting to see on disk."""

    row: tuple[object, ...]
    done: bool = False
    error: Exception | None = None


class Journal:
    """Exchanges in the order in which they were answered. Safe to use from several threads and processes."""

    def __init__(self, path: Path) -> None:
        """Open the journal file, creating it when it does not exist."""
        self._database = Database(path)
        self._queue: deque[_Pending] = deque()
        self._writing = threading.Lock()
        self._database.connection().executescript(_SCHEMA)

    def append(self, exchange: Exchange) -> None:
        """Keep an exchange; it is committed on return.

        Threads that append at the same time share one commit: the first writes for all who wait.

        Raises:
            sqlite3.Error: it could not be written (disk full, locked, read-only).
        """
        entry = _Pending(_row(exchange))
        self._queue.append(entry)
        with self._writing:
            if not entry.done:
                self._commit_queue()
        if entry.error is not None:
            raise entry.error

    def _commit_queue(self) -> None:
        entries = []
        while self._queue:
            entries.append(self._queue.popleft())
        connection = self._database.connection()
        error: Exception | None = None
        try:
            if len(entries) == 1:
                connection.execute(_INSERT, entries[0].row)
            else:
                connection.execute("BEGIN IMMEDIATE")
                connection.executemany(_INSERT, [entry.row for entry in entries])
                connection.execute("COMMIT")
        except Exception as problem:  # noqa: BLE001 - told to every thread that waits for this commit
            error = problem
            if connection.in_transaction:
                connection.rollback()
        for entry in entries:
            entry.error = error
            entry.done = True

    def get(self, exchange_id: int) -> Exchange | None:
        """Return one exchange."""
        row = (
            self._database.connection()
            .execute(
                f"SELECT {_COLUMNS} FROM exchange WHERE id = ?",  # noqa: S608 - constant
                (exchange_id,),
            )
            .fetchone()
        )
        return None if row is None else _exchange(row)

    def list(
        self,
        *,
        session: str | None = None,
        after: int = 0,
        code: str | None = None,
        limit: int = 100,
        newest_first: bool = False,
    ) -> list[Exchange]:
        """Return exchanges with an id greater than ``after``, at most ``limit`` of them."""
        conditions, parameters = ["id > ?"], [after]
        for column, value in (("session", session), ("code", code)):
            if value is not None:
                conditions.append(f"{column} = ?")
                parameters.append(value)  # type: ignore[arg-type] # bound values of any type
        order = "DESC" if newest_first else "ASC"
        rows = self._database.connection().execute(
            f"SELECT {_COLUMNS} FROM exchange WHERE {' AND '.join(conditions)} ORDER BY id {order} LIMIT ?",  # noqa: S608 - constants
            (*parameters, limit),
        )
        return [_exchange(row) for row in rows]

    def remove_session(self, session: str) -> int:
        """Remove the exchanges of a session; return how many."""
        connection = self._database.connection()
        return connection.execute("DELETE FROM exchange WHERE session = ?", (session,)).rowcount

    def count(self) -> int:
        """Return how many exchanges are kept."""
        return int(self._database.connection().execute("SELECT count(*) FROM exchange").fetchone()[0])

    def close(self) -> None:
        """Close this thread's connection."""
        self._database.close()


_ENCODER: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False)


def _row(exchange: Exchange) -> tuple[object, ...]:
    return (
        exchange.session,
        exchange.at,
        exchange.operation,
        exchange.code,
        exchange.http_status,
        exchange.path,
        exchange.request,
        exchange.response,
        exchange.micros,
        _ENCODER.encode(_details(exchange)),
    )


def _details(exchange: Exchange) -> dict[str, Any]:
    decision, traits = exchange.decision, exchange.traits
    return {
        "request_headers": dict(exchange.request_headers),
        "response_headers": dict(exchange.response_headers),
        "message_id": exchange.message_id,
        "idam": exchange.idam,
        "traits": None
        if traits is None
        else [traits.birth_name, traits.first_names, traits.sex, traits.birth_date, traits.birth_place],
        "asked": dict(exchange.asked),
        "findings": [
            [finding.code, finding.fr, finding.en, finding.evidence.value] for finding in exchange.findings
        ],
        "decision": {
            "source": decision.source,
            "cause": decision.cause,
            "scenario": decision.scenario,
            "rule": decision.rule,
            "profile": decision.profile,
            "person": decision.person,
            "evidence": decision.evidence,
            "remarks": decision.remarks,
            "considered": [[entry.key, entry.label, entry.excluded_by] for entry in decision.considered],
        },
    }


def _exchange(row: tuple[Any, ...]) -> Exchange:
    exchange_id, session, at, operation, code, http_status, path, request, response, micros, details = row
    data = json.loads(details)
    traits, decision = data["traits"], data["decision"]
    considered = tuple(
        Considered(key=key, label=label, excluded_by=tuple(excluded))
        for key, label, excluded in decision.pop("considered")
    )
    remarks = tuple((fr, en) for fr, en in decision.pop("remarks", ()))
    return Exchange(
        id=exchange_id,
        session=session,
        at=at,
        operation=operation,
        code=code,
        http_status=http_status,
        path=path,
        request_headers=data["request_headers"],
        request=request,
        response_headers=data["response_headers"],
        response=response,
        micros=micros,
        message_id=data["message_id"],
        idam=data["idam"],
        traits=None
        if traits is None
        else TraitsQuery(
            birth_name=traits[0],
            first_names=tuple(traits[1]),
            sex=traits[2],
            birth_date=traits[3],
            birth_place=traits[4],
        ),
        asked=data.get("asked", {}),
        findings=tuple(
            Finding(code=finding, fr=fr, en=en, evidence=Evidence(evidence))
            for finding, fr, en, evidence in data["findings"]
        ),
        decision=Decision(**decision, considered=considered, remarks=remarks),
    )


def to_json(exchange: Exchange, *, with_bytes: bool = True) -> dict[str, Any]:
    """Return an exchange as JSON data; request and response as text (undecodable bytes replaced)."""
    data = asdict(exchange)
    for name in ("request", "response"):
        content: bytes = data.pop(name)
        if with_bytes:
            data[name] = content.decode("utf-8", "replace")
    return data
