"""Routes of sessions and their lots."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Response, jsonify

from simulator.contract.names import Evidence
from simulator.lots.store import milliseconds, moment
from simulator.web.api.common import json_body

if TYPE_CHECKING:
    from flask import Blueprint

    from simulator.bench import Bench
    from simulator.lots.progress import Lot
    from simulator.sessions.store import Session


def session_routes(api: Blueprint, bench: Bench) -> None:
    """Add the routes of sessions."""

    @api.get("/sessions")
    def list_sessions() -> Response:
        return jsonify([session_json(bench.sessions.get(session_id)) for session_id in bench.sessions.ids()])

    @api.post("/sessions")
    def create_session() -> tuple[Response, int]:
        settings = {"profile": bench.options.profile, **json_body(optional=True)}
        return jsonify(session_json(bench.sessions.create(**settings))), 201

    @api.patch("/sessions/<session_id>")
    def change_session(session_id: str) -> Response:
        return jsonify(session_json(bench.sessions.change(session_id, **json_body())))

    @api.get("/sessions/<session_id>")
    def get_session(session_id: str) -> Response:
        session = bench.sessions.get(session_id)
        return jsonify(session_json(session, bench.teleservice.scripts.problems(session)))

    @api.delete("/sessions/<session_id>")
    def delete_session(session_id: str) -> tuple[str, int]:
        session = bench.sessions.get(session_id)
        bench.sessions.delete(session_id)
        bench.registry.remove_scope(session.scope)
        bench.lots.remove_session(session_id)
        return "", 204

    @api.get("/sessions/<session_id>/lots")
    def list_lots(session_id: str) -> Response:
        session = bench.sessions.get(session_id)
        now = milliseconds(session.settings.now())
        return jsonify(
            [_lot_json(lot, now, bench.lots.counts(lot.id)) for lot in bench.lots.of_session(session_id)]
        )


def session_json(session: Session, scenario_problems: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return a session as the API shows it."""
    return {
        "id": session.id,
        "created_at": session.created_at,
        **session.settings.to_json(),
        "now": session.settings.now().isoformat(timespec="milliseconds"),
        "soap_path": "/lps" if session.id == "default" else f"/s/{session.id}/lps",
        "scenarios": [installed.scenario.id for installed in session.scenarios],
        "scenario_problems": list(scenario_problems),
    }


def _lot_json(lot: Lot, now: int, counts: dict[str, int]) -> dict[str, Any]:
    times = {"deposited_at": lot.deposited_at, "finishes_at": lot.finishes_at, "expires_at": lot.expires_at}
    return {
        "id": lot.id,
        "state": lot.state(now).value,
        "lines": lot.lines,
        "available": lot.available(now),
        "collected": counts,
        **{name: moment(value).isoformat(timespec="milliseconds") for name, value in times.items()},
        "evidence": Evidence.INFERRED.value,
    }
