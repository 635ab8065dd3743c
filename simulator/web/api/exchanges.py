"""Routes of the journal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Response, jsonify, request

from simulator.journal.explain import explain
from simulator.journal.store import to_json as exchange_json
from simulator.web.api.common import MAX_ID, MAX_PAGE, choice_argument, number_argument, problem

if TYPE_CHECKING:
    from flask import Blueprint

    from simulator.bench import Bench
    from simulator.journal.exchange import Exchange


def exchange_routes(api: Blueprint, bench: Bench) -> None:
    """Add the routes of exchanges."""

    @api.get("/exchanges")
    def list_exchanges() -> Response:
        exchanges = bench.journal.list(
            session=request.args.get("session"),
            after=number_argument("after", 0, 0, MAX_ID),
            code=request.args.get("code"),
            limit=number_argument("limit", 100, 1, MAX_PAGE),
            newest_first=choice_argument("order", "oldest", "oldest", "newest") == "newest",
        )
        return jsonify([_explained(exchange) for exchange in exchanges])

    @api.get("/exchanges/<int:exchange_id>")
    def get_exchange(exchange_id: int) -> Response | tuple[Response, int]:
        exchange = bench.journal.get(exchange_id) if exchange_id <= MAX_ID else None
        if exchange is None:
            return problem(f"no exchange {exchange_id}", 404)
        return jsonify(_explained(exchange))


def _explained(exchange: Exchange) -> dict[str, Any]:
    words = {"fr": explain(exchange, "fr"), "en": explain(exchange, "en")}
    return {**exchange_json(exchange), "explanation": words}
