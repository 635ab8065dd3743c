"""The WSGI application of a simulator: the SOAP entry, then Flask."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Flask, Response, jsonify

from simulator.version import VERSION
from simulator.web.api import control_api
from simulator.web.soap import SoapEntry

if TYPE_CHECKING:
    from simulator.bench import Bench

MAX_API_BYTES = 16 * 1024 * 1024
"""Largest body of the control API."""


def create_app(bench: Bench, *, token: str | None = None) -> Flask:
    """Return the Flask application with the SOAP entry put before its routing.

    Args:
        bench: the open stores and the teleservice.
        token: when given, the control API asks for ``Authorization: Bearer <token>``.
    """
    app = Flask("simulator", static_folder=None)
    app.json.sort_keys = False  # type: ignore[attr-defined] # the default provider has it
    app.config["MAX_CONTENT_LENGTH"] = MAX_API_BYTES
    app.register_blueprint(control_api(bench, token=token))

    @app.get("/health")
    def health() -> Response:
        return jsonify(
            status="ok",
            version=VERSION,
            people=bench.registry.count(),
            exchanges=bench.journal.count(),
            lost_exchanges=bench.teleservice.lost_exchanges,
        )

    @app.get("/")
    def index() -> Response:
        return jsonify(
            name="banc-insi",
            notice="Téléservice INSi simulé : personnes fictives, sans valeur d'autorisation CNDA. "
            "Simulated INSi teleservice: fictitious people, no official authorisation.",
            soap="/lps",
            wsdl="/lps?wsdl",
            api="/api/v1",
            health="/health",
        )

    app.wsgi_app = SoapEntry(bench, app.wsgi_app)  # type: ignore[method-assign] # Flask's way to put a callable before its routing
    return app
