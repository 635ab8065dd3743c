"""The applications of a simulator: the SOAP entry, and Flask for everything else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from flask import Flask, Response, jsonify, request

from simulator.journal.health import journal_health
from simulator.version import VERSION
from simulator.web.api import control_api
from simulator.web.brief import BriefCalls
from simulator.web.events import Live
from simulator.web.soap import SoapEntry, SoapMiddleware

if TYPE_CHECKING:
    from collections.abc import Callable

    from werkzeug.exceptions import MethodNotAllowed

    from simulator.bench import Bench
    from simulator.sessions.store import SessionStore

MAX_API_BYTES = 16 * 1024 * 1024
"""Largest body of the control API."""


@dataclass(frozen=True, slots=True)
class Application:
    """The parts, for a server that calls the SOAP entry and the live journal directly."""

    soap: SoapEntry
    flask: Flask
    live: Live
    brief: BriefCalls
    sessions: SessionStore
    token: str | None
    close: Callable[[], None] = lambda: None
    """Ends what the stores do."""


def create_app(bench: Bench, *, token: str | None = None) -> Flask:
    """Return one WSGI application: Flask, with the SOAP entry put before its routing.

    Args:
        bench: the open stores and the teleservice.
        token: when given, the control API asks for ``Authorization: Bearer <token>``.

    A server that stops ends the streams of the live journal with ``app.extensions["live"].stop()``.
    """
    parts = create_parts(bench, token=token)
    parts.flask.extensions["live"] = parts.live
    # Flask's own way to put a callable before its routing.
    parts.flask.wsgi_app = SoapMiddleware(parts.soap, parts.flask.wsgi_app)  # type: ignore[method-assign]
    return parts.flask


class Standing(Protocol):
    """How the processes of a server stand."""

    @property
    def restarts(self) -> int:
        """How often one was started again."""
        ...

    @property
    def count(self) -> int:
        """Worker processes."""
        ...

    @property
    def saturated_s(self) -> float:
        """Seconds during which a worker had no time left, of all workers since the start."""
        ...

    def problems(self) -> list[str]:
        """Return what is down (English)."""
        ...


def create_parts(bench: Bench, *, token: str | None = None, standing: Standing | None = None) -> Application:
    """Return the parts of the application; the arguments are those of ``create_app``.

    ``standing`` is what ``/health`` tells of the other processes of the server.
    """
    live = Live(bench.journal)
    app = Flask("simulator", static_folder=None)
    app.json.sort_keys = False  # type: ignore[attr-defined] # the default provider has it
    app.config["MAX_CONTENT_LENGTH"] = MAX_API_BYTES
    app.register_blueprint(control_api(bench, live, token=token))

    @app.get("/health")
    def health() -> Response:
        told, problems = journal_health(bench.journal), []
        if standing is not None:
            problems += standing.problems()
        problems += told["journal"].get("problems", [])
        return jsonify(
            status="degraded" if problems else "ok",
            version=VERSION,
            people=bench.registry.count(),
            problems=problems,
            restarts=0 if standing is None else standing.restarts,
            workers=1 if standing is None else standing.count,
            saturated_s=None if standing is None else standing.saturated_s,
            **told,
        )

    @app.get("/")
    def index() -> Response:
        return jsonify(
            name="banc-insi",
            notice="Téléservice INSi simulé : personnes fictives, sans valeur d'autorisation CNDA. "
            "Simulated INSi teleservice: fictitious people, no official authorisation.",
            soap="/lps",
            wsdl="/lps?wsdl",
            wsdl_inferred="/lps?wsdl=inferred",
            api="/api/v1",
            openapi="/api/v1/openapi.json",
            health="/health",
        )

    @app.errorhandler(404)
    def nowhere(_error: object) -> tuple[Response, int]:
        # Also /lps/, which clients make of an address with a slash at its end: it is another address.
        return jsonify(
            error=f"nothing is at {request.path[:200]}; SOAP is at /lps, GET / says what is where"
        ), 404

    @app.errorhandler(405)
    def otherwise(error: MethodNotAllowed) -> Response:
        # Above all a POST to /, of a client that was given the address of the server and no path.
        answer = jsonify(
            error=f"{request.method} is not for {request.path[:200]}; SOAP is at /lps, GET / says what is where"
        )
        answer.status_code = 405
        answer.headers["Allow"] = ", ".join(sorted(error.valid_methods or ()))
        return answer

    return Application(SoapEntry(bench), app, live, BriefCalls(bench), bench.sessions, token, bench.close)
