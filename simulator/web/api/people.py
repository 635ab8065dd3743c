"""Routes of the people a session sees."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, jsonify, request

from simulator.registry.person import PersonError, from_json, to_json
from simulator.web.api.common import MAX_ID, MAX_PAGE, BadRequestError, json_body, number_argument

if TYPE_CHECKING:
    from flask import Blueprint

    from simulator.bench import Bench


def people_routes(api: Blueprint, bench: Bench) -> None:
    """Add the routes of people."""

    @api.get("/sessions/<session_id>/people")
    def list_people(session_id: str) -> Response:
        session = bench.sessions.get(session_id)
        people = bench.registry.people(
            scope=session.scope,
            limit=number_argument("limit", 100, 1, MAX_PAGE),
            offset=number_argument("offset", 0, 0, MAX_ID),
            tag=request.args.get("tag"),
        )
        return jsonify([to_json(person) for person in people])

    @api.post("/sessions/<session_id>/people")
    def add_people(session_id: str) -> tuple[Response, int]:
        session = bench.sessions.get(session_id)
        listed = json_body().get("people")
        if not isinstance(listed, list):
            raise BadRequestError("people: expected a list of people")
        people = []
        for index, entry in enumerate(listed):
            try:
                people.append(from_json(entry))
            except PersonError as error:
                raise BadRequestError(f"people[{index}].{error}") from error
        return jsonify(added=bench.registry.add(people, session.scope)), 201
