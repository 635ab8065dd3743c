"""Routes of the people a session sees."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import Response, jsonify, request

from simulator.ins import Matricule, MatriculeError
from simulator.population.build import profile_of
from simulator.population.statistics import statistics, statistics_json
from simulator.registry.person import PersonError, from_json, to_json
from simulator.sheet import person_sheet
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
    from simulator.registry.person import Person
    from simulator.text import Lang


MAX_COUNTED: Final = 200_000
"""Largest registry that is counted while a client waits, a few seconds."""
_NAMESAKES: Final = 100_000
"""How many people of one name are looked through."""


def people_routes(api: Blueprint, bench: Bench) -> None:
    """Add the routes of people."""
    _reading_routes(api, bench)

    @api.get("/sessions/<session_id>/people")
    def list_people(session_id: str) -> Response:
        return jsonify([to_json(person) for person in _page(bench, bench.sessions.get(session_id).scope)])

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


def _reading_routes(api: Blueprint, bench: Bench) -> None:
    @api.get("/sessions/<session_id>/sheet")
    def get_sheet(session_id: str) -> Response | tuple[Response, int]:
        session = bench.sessions.get(session_id)
        key = request.args.get("key", "")
        person = bench.registry.by_key(key, session.scope)
        if person is None:
            return problem(f"expected the key of somebody whom the session sees, got {key!r}", 404)
        lang: Lang = "en" if choice_argument("lang", "fr", "fr", "en") == "en" else "fr"
        return Response(person_sheet(person, bench.registry, lang), content_type="text/html; charset=utf-8")

    @api.get("/population/statistics")
    def get_statistics() -> Response | tuple[Response, int]:
        size = bench.registry.count()
        if size > MAX_COUNTED:
            return problem(
                f"expected a registry of at most {MAX_COUNTED} people, this one has {size}: "
                "count it with banc population stats",
                409,
            )
        profile = profile_of(bench.registry.meta("recipe"))
        return jsonify(statistics_json(statistics(bench.registry.everyone(), profile), profile))


def _page(bench: Bench, scope: str) -> list[Person]:
    limit, offset = number_argument("limit", 100, 1, MAX_PAGE), number_argument("offset", 0, 0, MAX_ID)
    tag = request.args.get("tag")
    named = [name for name in ("key", "matricule", "name") if request.args.get(name)]
    if len(named) > 1:
        raise BadRequestError(f"expected one of key, matricule and name, got {' and '.join(named)}")
    if named:
        found = _search(bench, scope, named[0], request.args[named[0]])
        people = [person for person in found if tag is None or tag in person.tags][offset : offset + limit]
    else:
        people = bench.registry.people(scope=scope, limit=limit, offset=offset, tag=tag)
    return people


def _search(bench: Bench, scope: str, by: str, text: str) -> list[Person]:
    registry = bench.registry
    if by == "key":
        person = registry.by_key(text, scope)
        return [] if person is None else [person]
    if by == "name":
        return registry.same_name(text, scope, limit=_NAMESAKES)
    try:
        number = Matricule.from_number(text[:13]).number
    except MatriculeError as error:
        raise BadRequestError(f"matricule: {error}") from error
    return registry.by_matricule(number, scope) or registry.by_former_matricule(number, scope)
