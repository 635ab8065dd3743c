"""The control API under ``/api/v1``: sessions, people, scenarios and exchanges, as JSON."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Final

from flask import Blueprint, Response, request
from werkzeug.exceptions import HTTPException

from simulator.journal.index import JournalBehindError, JournalIndexError
from simulator.journal.reading import DamagedRecordError
from simulator.registry.person import PersonError
from simulator.registry.protocol import DuplicateKeyError, RegistryUnavailableError
from simulator.scripting.loader import ScenarioError
from simulator.sessions.store import (
    ExpiredSessionError,
    SessionConflictError,
    SessionsUnavailableError,
    UnknownSessionError,
)
from simulator.web.api.catalogue import catalogue_routes
from simulator.web.api.common import BadRequestError, problem
from simulator.web.api.events import event_routes
from simulator.web.api.exchange_files import exchange_file_routes
from simulator.web.api.exchanges import exchange_routes
from simulator.web.api.guard import refusal
from simulator.web.api.library import library_routes
from simulator.web.api.people import people_routes
from simulator.web.api.received import received_routes
from simulator.web.api.scenarios import scenario_routes
from simulator.web.api.sessions import session_routes
from simulator.web.api.specification import openapi_routes

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulator.bench import Bench
    from simulator.web.events import Live


def control_api(bench: Bench, live: Live, *, token: str | None) -> Blueprint:
    """Return the blueprint of the control API of one simulator."""
    api = Blueprint("api", __name__, url_prefix="/api/v1")
    _guard(api, token)
    _error_handlers(api)
    catalogue_routes(api, bench)
    session_routes(api, bench)
    people_routes(api, bench)
    library_routes(api)
    scenario_routes(api, bench, files=token is None)
    exchange_routes(api, bench)
    exchange_file_routes(api, bench)
    received_routes(api, bench)
    event_routes(api, bench, live)
    openapi_routes(api)
    return api


def _guard(api: Blueprint, token: str | None) -> None:
    @api.before_request
    def check() -> tuple[Response, int] | None:
        refused = refusal(request.headers, token=token)
        return None if refused is None else problem(*refused)


_REFUSALS: Final[tuple[tuple[type[Exception], int], ...]] = (
    (UnknownSessionError, 404),
    (ExpiredSessionError, 410),
    (SessionConflictError, 409),
    (SessionsUnavailableError, 503),
    (RegistryUnavailableError, 503),
    (JournalIndexError, 503),
    (DamagedRecordError, 503),
    (BadRequestError, 400),
    (ScenarioError, 400),
    (PersonError, 400),
    (ValueError, 400),
)
"""What is answered to each error whose message says all; Flask takes the nearest class of an error."""


def _error_handlers(api: Blueprint) -> None:
    for kind, status in _REFUSALS:
        api.register_error_handler(kind, _refuse_with(status))

    @api.errorhandler(JournalBehindError)
    def behind(error: JournalBehindError) -> tuple[Response, int]:
        response, status = problem(str(error), 503)
        response.headers["Retry-After"] = "2"
        return response, status

    @api.errorhandler(sqlite3.OperationalError)
    def locked(error: sqlite3.OperationalError) -> tuple[Response, int]:
        return problem(f"a file of the simulator cannot be used now: {error}", 503)

    @api.errorhandler(DuplicateKeyError)
    def conflict(error: DuplicateKeyError) -> tuple[Response, int]:
        return problem(f"already there: {error}", 409)

    # Paths and methods that no route takes are told by the application, not by the blueprint.
    @api.app_errorhandler(HTTPException)
    def http_error(error: HTTPException) -> HTTPException | tuple[Response, int]:
        if not request.path.startswith(f"{api.url_prefix}/"):
            return error
        response, status = problem(error.description or error.name, error.code or 500)
        for name, value in error.get_headers():
            if name == "Allow":
                response.headers[name] = value
        return response, status


def _refuse_with(status: int) -> Callable[[Exception], tuple[Response, int]]:
    return lambda error: problem(str(error), status)
