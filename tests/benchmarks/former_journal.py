"""The journal as it was until version 0.1: one SQLite commit for each exchange. Kept to be measured against."""

from __future__ import annotations

import json

from simulator.database import Database

_SCHEMA = """
CREATE TABLE IF NOT EXISTS exchange (
  id INTEGER PRIMARY KEY, session TEXT NOT NULL, at TEXT NOT NULL, operation TEXT, code TEXT NOT NULL,
  http_status INTEGER NOT NULL, path TEXT NOT NULL, request BLOB NOT NULL, response BLOB NOT NULL,
  micros INTEGER NOT NULL, details TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS exchange_by_session ON exchange (session, id);
"""
_INSERT = (
    "INSERT INTO exchange (session, at, operation, code, http_status, path, request, response, micros, details)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False)


class FormerJournal:
    """Appends as the former journal did when nobody else was writing."""

    def __init__(self, path):
        self._database = Database(path)
        self._database.connection().executescript(_SCHEMA)

    def append(self, exchange):
        """Commit one exchange."""
        self._database.connection().execute(_INSERT, _row(exchange))

    def close(self):
        """Close the file."""
        self._database.close()


def _row(exchange):
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


def _details(exchange):
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
