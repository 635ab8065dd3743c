"""Routes of the scenarios in force in a session."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Response, jsonify

from simulator.bench.installing import shipped_data
from simulator.registry.person import to_json
from simulator.web.api.common import BadRequestError, json_body
from simulator.web.api.sessions import session_json

if TYPE_CHECKING:
    from flask import Blueprint

    from simulator.bench import Bench
    from simulator.scripting.model import Installed


def scenario_routes(api: Blueprint, bench: Bench, *, files: bool) -> None:
    """Add the routes of scenarios; ``files``: whether a path of this machine may be given."""
    installer = bench.installer

    def install(session_id: str, *, alone: bool) -> Response:
        body = json_body()
        people = body.get("people", {})
        if not isinstance(people, dict):
            raise BadRequestError("people: expected an object, role to person")
        if "file" in body:
            path = _path(body, files=files)
            session = installer.install_file(session_id, path, people, alone=alone)
        else:
            data: Any = body.get("scenario")
            session = installer.install(
                session_id, shipped_data(data) if isinstance(data, str) else data, people, alone=alone
            )
        return jsonify(session_json(session, bench.teleservice.scripts.problems(session)))

    @api.post("/sessions/<session_id>/scenarios")
    def install_scenario(session_id: str) -> tuple[Response, int]:
        return install(session_id, alone=False), 201

    @api.put("/sessions/<session_id>/scenarios")
    def replace_scenarios(session_id: str) -> Response:
        return install(session_id, alone=True)

    @api.get("/sessions/<session_id>/scenarios")
    def list_scenarios(session_id: str) -> Response:
        session = bench.sessions.get(session_id)
        return jsonify([_installed_json(each) for each in bench.teleservice.scripts.current(session)])

    @api.delete("/sessions/<session_id>/scenarios")
    def clear_scenarios(session_id: str) -> tuple[str, int]:
        bench.sessions.clear_scenarios(session_id)
        return "", 204

    @api.get("/sessions/<session_id>/state")
    def get_state(session_id: str) -> Response:
        session = bench.sessions.get(session_id)
        return jsonify(bench.sessions.script_state.states(session.id))

    @api.delete("/sessions/<session_id>/state")
    def clear_state(session_id: str) -> tuple[str, int]:
        bench.sessions.script_state.clear(bench.sessions.get(session_id).id)
        return "", 204


def _installed_json(installed: Installed) -> dict[str, Any]:
    scenario = installed.scenario
    return {
        "id": scenario.id,
        "title": {"fr": scenario.title_fr, "en": scenario.title_en},
        "evidence": scenario.evidence.value,
        "rules": len(scenario.rules),
        "file": installed.file,
        "people": {role: to_json(person) for role, person in installed.people.items()},
    }


def _path(body: dict[str, Any], *, files: bool) -> str:
    if not files:
        raise BadRequestError(
            "file: expected scenario data, since this simulator can be reached from other machines (or has a token); "
            "a path is taken on loopback without a token"
        )
    path = body["file"]
    if not isinstance(path, str) or "\0" in path or "scenario" in body:
        raise BadRequestError("file: expected the path of a .yaml file, and no scenario beside it")
    return path
