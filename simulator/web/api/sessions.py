"""Routes of sessions and their lots."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from flask import Response, jsonify, request

from simulator.bench.session_archive import export_session, import_session
from simulator.bench.session_life import create_session, remove_session, sweep
from simulator.contract.evidence import EvidenceLevel
from simulator.lots.store import milliseconds, moment
from simulator.sessions.clock import moved
from simulator.sessions.store import DEFAULT, UnknownSessionError
from simulator.web.api.common import (
    MAX_ID,
    MAX_PAGE,
    BadRequestError,
    choice_argument,
    json_body,
    number_argument,
    problem,
)

if TYPE_CHECKING:
    from flask import Blueprint

    from simulator.bench import Bench
    from simulator.lots.progress import Lot
    from simulator.sessions.store import Session


def session_routes(api: Blueprint, bench: Bench) -> None:
    """Add the routes of sessions."""
    _life_routes(api, bench)
    _setting_routes(api, bench)
    _archive_routes(api, bench)


def _life_routes(api: Blueprint, bench: Bench) -> None:
    @api.get("/sessions")
    def list_sessions() -> Response:
        sweep(bench)
        page = bench.sessions.ids(
            limit=number_argument("limit", 100, 1, MAX_PAGE), offset=number_argument("offset", 0, 0, MAX_ID)
        )
        listed = []
        for session_id in page:
            # One may be deleted, or expire, in the meantime.
            with contextlib.suppress(UnknownSessionError):
                listed.append(_shown(bench, session_id))
        response = jsonify(listed)
        response.headers["X-Total-Count"] = str(bench.sessions.count())
        return response

    @api.post("/sessions")
    def create_new_session() -> tuple[Response, int]:
        settings = json_body(optional=True)
        session = create_session(bench, settings.pop("id", None), **settings)
        return jsonify(_shown(bench, session.id)), 201

    @api.delete("/sessions/<session_id>")
    def delete_session(session_id: str) -> tuple[str | Response, int]:
        exchanges = choice_argument("exchanges", "keep", "keep", "remove") == "remove"
        if session_id == DEFAULT:
            return problem("the default session cannot be deleted", 409)
        remove_session(bench, session_id, exchanges=exchanges)
        return "", 204


def _setting_routes(api: Blueprint, bench: Bench) -> None:
    @api.get("/sessions/<session_id>")
    def get_session(session_id: str) -> Response:
        return jsonify(_shown(bench, session_id))

    @api.patch("/sessions/<session_id>")
    def change_session(session_id: str) -> Response:
        bench.sessions.change(session_id, **json_body())
        return jsonify(_shown(bench, session_id))

    @api.post("/sessions/<session_id>/clock")
    def move_clock(session_id: str) -> Response:
        command = json_body()
        bench.sessions.update(session_id, lambda settings: moved(settings, command))
        return jsonify(_shown(bench, session_id))

    @api.get("/sessions/<session_id>/lots")
    def list_lots(session_id: str) -> Response:
        session = bench.sessions.get(session_id)
        now = milliseconds(session.settings.now())
        return jsonify(
            [_lot_json(lot, now, bench.lots.counts(lot.id)) for lot in bench.lots.of_session(session_id)]
        )


def _archive_routes(api: Blueprint, bench: Bench) -> None:
    @api.get("/sessions/<session_id>/export")
    def export(session_id: str) -> Response:
        exchanges = choice_argument("exchanges", "keep", "keep", "drop") == "keep"
        response = Response(
            export_session(bench, session_id, exchanges=exchanges), content_type="application/zip"
        )
        response.headers["Content-Disposition"] = f"attachment; filename=session-{session_id}.zip"
        return response

    @api.post("/import")
    def import_archive() -> tuple[Response, int]:
        content = request.get_data()
        if not content:
            raise BadRequestError("expected a ZIP file made by the export of a session, got an empty body")
        recognise = choice_argument("recognise", "keep", "keep", "drop") == "keep"
        session = import_session(bench, content, session_id=request.args.get("id"), recognise=recognise)
        return jsonify(_shown(bench, session.id)), 201


def _shown(bench: Bench, session_id: str) -> dict[str, Any]:
    session = bench.sessions.get(session_id)
    ends = bench.sessions.expires_at(session)
    used = bench.sessions.activity.last_used(session_id)
    return {
        **session_json(session, bench.teleservice.scripts.problems(session)),
        "last_used_at": _text(datetime.fromtimestamp(used, UTC)) if used else None,
        "expires_at": None if ends is None else _text(ends),
    }


def _text(instant: datetime) -> str:
    return instant.isoformat(timespec="milliseconds")


def session_json(session: Session, scenario_problems: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return a session as the API shows it."""
    return {
        "id": session.id,
        "created_at": session.created_at,
        **session.settings.to_json(),
        "now": session.settings.now().isoformat(timespec="milliseconds"),
        "soap_path": "/lps" if session.id == DEFAULT else f"/s/{session.id}/lps",
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
        "evidence": EvidenceLevel.INFERRED.value,
    }
