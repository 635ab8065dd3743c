"""The control API under ``/api/v1``: sessions, people, scenarios and exchanges, as JSON."""

from __future__ import annotations

import hmac
import sqlite3
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flask import Blueprint, Response, request
from werkzeug.exceptions import HTTPException

from simulator.journal.index import JournalIndexError
from simulator.journal.reading import DamagedRecordError
from simulator.registry.person import PersonError
from simulator.registry.protocol import DuplicateKeyError
from simulator.scripting.loader import ScenarioError
from simulator.sessions.store import (
    ExpiredSessionError,
    SessionConflictError,
    SessionsUnavailableError,
    UnknownSessionError,
)
from simulator.web.api.catalogue import catalogue_routes
from simulator.web.api.common import BadRequestError, problem
from simulator.web.api.exchange_files import exchange_file_routes
from simulator.web.api.exchanges import exchange_routes
from simulator.web.api.people import people_routes
from simulator.web.api.scenarios import scenario_routes
from simulator.web.api.sessions import session_routes

if TYPE_CHECKING:
    from simulator.bench import Bench


def control_api(bench: Bench, *, token: str | None) -> Blueprint:
    """Return the blueprint of the control API of one simulator."""
    api = Blueprint("api", __name__, url_prefix="/api/v1")
    _guard(api, token)
    _error_handlers(api)
    catalogue_routes(api, bench)
    session_routes(api, bench)
    people_routes(api, bench)
    scenario_routes(api, bench, files=token is None)
    exchange_routes(api, bench)
    exchange_file_routes(api, bench)
    return api


def _guard(api: Blueprint, token: str | None) -> None:
    @api.before_request
    def check() -> tuple[Response, int] | None:
        if token is not None:
            given = request.headers.get("Authorization", "")
            if not hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
                return problem("expected the header Authorization: Bearer <token printed by banc serve>", 401)
        # A web page open in the tester's browser must not be able to drive the bench: such a request
        # names its own origin, and a rebound name shows in the Host header.
        origin = request.headers.get("Origin")
        if origin is not None and origin.partition("://")[2] != request.host:
            return problem("requests from another web origin are refused", 403)
        if token is None and not _names_loopback(request.host):
            return problem(f"expected a loopback name in the Host header, got {request.host!r}", 403)
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
        return problem(str(error), 410 if isinstance(error, ExpiredSessionError) else 404)

    @api.errorhandler(SessionConflictError)
    def taken(error: SessionConflictError) -> tuple[Response, int]:
        return problem(str(error), 409)

    @api.errorhandler(SessionsUnavailableError)
    def unavailable(error: SessionsUnavailableError) -> tuple[Response, int]:
        return problem(str(error), 503)

    @api.errorhandler(sqlite3.OperationalError)
    def locked(error: sqlite3.OperationalError) -> tuple[Response, int]:
        return problem(f"a file of the simulator cannot be used now: {error}", 503)

    @api.errorhandler(BadRequestError)
    @api.errorhandler(ScenarioError)
    @api.errorhandler(PersonError)
    @api.errorhandler(ValueError)
    def bad_request(error: Exception) -> tuple[Response, int]:
        return problem(str(error), 400)

    @api.errorhandler(DuplicateKeyError)
    def conflict(error: DuplicateKeyError) -> tuple[Response, int]:
        return problem(f"already there: {error}", 409)

    @api.errorhandler(JournalIndexError)
    @api.errorhandler(DamagedRecordError)
    def journal_problem(error: Exception) -> tuple[Response, int]:
        return problem(str(error), 503)

    # Paths and methods that no route takes are told by the application, not by the blueprint.
    @api.app_errorhandler(HTTPException)
    def http_error(error: HTTPException) -> HTTPException | tuple[Response, int]:
        if not request.path.startswith(f"{api.url_prefix}/"):
            return error
        return problem(error.description or error.name, error.code or 500)
