"""The control API under ``/api/v1``: sessions, people, scenarios and exchanges, as JSON."""

from __future__ import annotations

import hmac
import sqlite3
from dataclasses import asdict
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, jsonify, request
from werkzeug.exceptions import HTTPException

from simulator.contract.faults import fault_catalogue
from simulator.contract.names import Evidence
from simulator.journal.explain import explain
from simulator.journal.store import to_json as exchange_json
from simulator.lots.store import milliseconds, moment
from simulator.registry.person import PersonError, from_json, to_json
from simulator.scripting.loader import ScenarioError
from simulator.sessions.profiles import profiles
from simulator.sessions.store import UnknownSessionError
from simulator.version import VERSION

if TYPE_CHECKING:
    from simulator.bench import Bench
    from simulator.journal.exchange import Exchange
    from simulator.lots.progress import Lot
    from simulator.sessions.store import Session

MAX_PAGE = 1000
"""Most entries returned by one call of a listing."""


_MAX_ID = 2**63 - 1
"""Largest integer that SQLite compares."""


class _BadRequestError(Exception):
    """The request of an API client cannot be used; the message says what was expected."""


def control_api(bench: Bench, *, token: str | None) -> Blueprint:
    """Return the blueprint of the control API of one simulator."""
    api = Blueprint("api", __name__, url_prefix="/api/v1")
    _guard(api, token)
    _error_handlers(api)
    _catalogue_routes(api, bench)
    _session_routes(api, bench)
    _people_routes(api, bench)
    _scenario_routes(api, bench)
    _exchange_routes(api, bench)
    return api


def _guard(api: Blueprint, token: str | None) -> None:
    @api.before_request
    def check() -> tuple[Response, int] | None:
        if token is not None:
            given = request.headers.get("Authorization", "")
            if not hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
                return _problem(
                    "expected the header Authorization: Bearer <token printed by banc serve>", 401
                )
        # A web page open in the tester's browser must not be able to drive the bench: such a request
        # names its own origin, and a rebound name shows in the Host header.
        origin = request.headers.get("Origin")
        if origin is not None and origin.partition("://")[2] != request.host:
            return _problem("requests from another web origin are refused", 403)
        if token is None and not _names_loopback(request.host):
            return _problem(f"expected a loopback name in the Host header, got {request.host!r}", 403)
        return None


def _names_loopback(host: str) -> bool:
    """Return whether a Host header (name or address, optional port) names this machine alone."""
    try:
        name = (urlsplit(f"//{host}").hostname or "").rstrip(".")
        return name == "localhost" or ip_address(name).is_loopback
    except ValueError:
        return False


def _error_handlers(api: Blueprint) -> None:
    @api.errorhandler(UnknownSessionError)
    def unknown_session(error: UnknownSessionError) -> tuple[Response, int]:
        return _problem(str(error), 404)

    @api.errorhandler(_BadRequestError)
    @api.errorhandler(ScenarioError)
    @api.errorhandler(PersonError)
    @api.errorhandler(ValueError)
    def bad_request(error: Exception) -> tuple[Response, int]:
        return _problem(str(error), 400)

    @api.errorhandler(sqlite3.IntegrityError)
    def conflict(error: sqlite3.IntegrityError) -> tuple[Response, int]:
        return _problem(f"already there: {error}", 409)

    # Paths and methods that no route takes are told by the application, not by the blueprint.
    @api.app_errorhandler(HTTPException)
    def http_error(error: HTTPException) -> HTTPException | tuple[Response, int]:
        if not request.path.startswith(f"{api.url_prefix}/"):
            return error
        return _problem(error.description or error.name, error.code or 500)


def _catalogue_routes(api: Blueprint, bench: Bench) -> None:
    @api.get("/info")
    def info() -> Response:
        return jsonify(
            version=VERSION,
            people=bench.registry.count(),
            recipe=bench.registry.meta("recipe"),
            oid_mode=bench.options.oid_mode,
            profile=bench.options.profile,
        )

    @api.get("/profiles")
    def list_profiles() -> Response:
        return jsonify([asdict(profile) for profile in profiles().values()])

    @api.get("/faults")
    def list_faults() -> Response:
        return jsonify([asdict(fault) for fault in fault_catalogue().values()])


def _session_routes(api: Blueprint, bench: Bench) -> None:
    @api.get("/sessions")
    def list_sessions() -> Response:
        return jsonify([_session_json(bench.sessions.get(session_id)) for session_id in bench.sessions.ids()])

    @api.post("/sessions")
    def create_session() -> tuple[Response, int]:
        settings = {"profile": bench.options.profile, **_body(optional=True)}
        return jsonify(_session_json(bench.sessions.create(**settings))), 201

    @api.patch("/sessions/<session_id>")
    def change_session(session_id: str) -> Response:
        return jsonify(_session_json(bench.sessions.change(session_id, **_body())))

    @api.get("/sessions/<session_id>")
    def get_session(session_id: str) -> Response:
        return jsonify(_session_json(bench.sessions.get(session_id)))

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


def _people_routes(api: Blueprint, bench: Bench) -> None:
    @api.get("/sessions/<session_id>/people")
    def list_people(session_id: str) -> Response:
        session = bench.sessions.get(session_id)
        people = bench.registry.people(
            scope=session.scope,
            limit=_number("limit", 100, 1, MAX_PAGE),
            offset=_number("offset", 0, 0, _MAX_ID),
            tag=request.args.get("tag"),
        )
        return jsonify([to_json(person) for person in people])

    @api.post("/sessions/<session_id>/people")
    def add_people(session_id: str) -> tuple[Response, int]:
        session = bench.sessions.get(session_id)
        listed = _body().get("people")
        if not isinstance(listed, list):
            raise _BadRequestError("people: expected a list of people")
        people = []
        for index, entry in enumerate(listed):
            try:
                people.append(from_json(entry))
            except PersonError as error:
                raise _BadRequestError(f"people[{index}].{error}") from error
        return jsonify(added=bench.registry.add(people, session.scope)), 201


def _scenario_routes(api: Blueprint, bench: Bench) -> None:
    @api.post("/sessions/<session_id>/scenarios")
    def install_scenario(session_id: str) -> tuple[Response, int]:
        body = _body()
        people = body.get("people", {})
        if not isinstance(people, dict):
            raise _BadRequestError("people: expected an object, role to person")
        return jsonify(_session_json(bench.sessions.install(session_id, body.get("scenario"), people))), 201

    @api.delete("/sessions/<session_id>/scenarios")
    def clear_scenarios(session_id: str) -> tuple[str, int]:
        bench.sessions.clear_scenarios(session_id)
        return "", 204


def _exchange_routes(api: Blueprint, bench: Bench) -> None:
    @api.get("/exchanges")
    def list_exchanges() -> Response:
        exchanges = bench.journal.list(
            session=request.args.get("session"),
            after=_number("after", 0, 0, _MAX_ID),
            code=request.args.get("code"),
            limit=_number("limit", 100, 1, MAX_PAGE),
            newest_first=request.args.get("order") == "newest",
        )
        return jsonify([_explained(exchange) for exchange in exchanges])

    @api.get("/exchanges/<int:exchange_id>")
    def get_exchange(exchange_id: int) -> Response | tuple[Response, int]:
        exchange = bench.journal.get(exchange_id) if exchange_id <= _MAX_ID else None
        if exchange is None:
            return _problem(f"no exchange {exchange_id}", 404)
        return jsonify(_explained(exchange))


def _explained(exchange: Exchange) -> dict[str, Any]:
    words = {"fr": explain(exchange, "fr"), "en": explain(exchange, "en")}
    return {**exchange_json(exchange), "explanation": words}


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


def _session_json(session: Session) -> dict[str, Any]:
    return {
        "id": session.id,
        "created_at": session.created_at,
        **session.settings.to_json(),
        "now": session.settings.now().isoformat(timespec="milliseconds"),
        "soap_path": "/lps" if session.id == "default" else f"/s/{session.id}/lps",
        "scenarios": [installed.scenario.id for installed in session.scenarios],
    }


def _body(*, optional: bool = False) -> dict[str, Any]:
    if optional and not request.get_data():
        return {}
    try:
        data = request.get_json()
    except RecursionError as error:
        raise _BadRequestError("expected JSON, got some nested too deeply") from error
    if not isinstance(data, dict):
        raise _BadRequestError(f"expected a JSON object, got {type(data).__name__}")
    return data


def _number(name: str, default: int, low: int, high: int) -> int:
    text = request.args.get(name)
    if text is None:
        return default
    if not text.isdecimal() or not low <= int(text) <= high:
        raise _BadRequestError(f"{name}: expected a whole number from {low} to {high}, got {text!r}")
    return int(text)


def _problem(message: str, status: int) -> tuple[Response, int]:
    return jsonify(error=message), status
