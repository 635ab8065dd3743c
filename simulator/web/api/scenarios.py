"""Routes of the scenarios in force in a session."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, jsonify

from simulator.web.api.common import BadRequestError, json_body
from simulator.web.api.sessions import session_json

if TYPE_CHECKING:
    from flask import Blueprint

    from simulator.bench import Bench


def scenario_routes(api: Blueprint, bench: Bench) -> None:
    """Add the routes of scenarios."""

    @api.post("/sessions/<session_id>/scenarios")
    def install_scenario(session_id: str) -> tuple[Response, int]:
        body = json_body()
        people = body.get("people", {})
        if not isinstance(people, dict):
            raise BadRequestError("people: expected an object, role to person")
        return jsonify(session_json(bench.sessions.install(session_id, body.get("scenario"), people))), 201

    @api.delete("/sessions/<session_id>/scenarios")
    def clear_scenarios(session_id: str) -> tuple[str, int]:
        bench.sessions.clear_scenarios(session_id)
        return "", 204
