"""Routes of the journal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from flask import Response, jsonify, request

from simulator.journal.explain import explain
from simulator.journal.filters import FilterError, Filters, parse_time
from simulator.journal.store import to_json as exchange_json
from simulator.web.api.common import (
    MAX_ID,
    MAX_PAGE,
    BadRequestError,
    choice_argument,
    number_argument,
    problem,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from flask import Blueprint

    from simulator.bench import Bench
    from simulator.journal.exchange import Exchange

PAGE_BYTES: Final = 16 * 1024 * 1024
"""Size of the records of one page: it ends before it is more, but never before its first exchange."""


def exchange_routes(api: Blueprint, bench: Bench) -> None:
    """Add the routes of exchanges."""

    @api.get("/exchanges")
    def list_exchanges() -> Response:
        """List exchanges.

        Query: ``session person operation code finding since until`` (filters), ``after`` (an id), ``limit``,
        ``order=newest``, ``bodies=false`` (without request and response). A page may be shorter than its limit:
        there is more when the answer has the header ``Link`` with ``rel="next"``.
        """
        limit = number_argument("limit", 100, 1, MAX_PAGE)
        newest_first = choice_argument("order", "oldest", "oldest", "newest") == "newest"
        bodies = _flag(request.args, "bodies")
        exchanges = bench.journal.list(
            filters=filters_of(request.args),
            after=number_argument("after", 0, 0, MAX_ID),
            limit=limit,
            newest_first=newest_first,
            max_bytes=PAGE_BYTES if bodies else None,
        )
        response = jsonify([_explained(exchange, bodies=bodies) for exchange in exchanges])
        if exchanges and not newest_first:
            more = bench.journal.list(filters=filters_of(request.args), after=exchanges[-1].id, limit=1)
            if more:
                response.headers.add("Link", f'<{request.path}?{_next_query(exchanges[-1].id)}>; rel="next"')
        return response

    @api.get("/exchanges/<int:exchange_id>")
    def get_exchange(exchange_id: int) -> Response | tuple[Response, int]:
        exchange = bench.journal.get(exchange_id) if exchange_id <= MAX_ID else None
        if exchange is None:
            return problem(f"no exchange {exchange_id}", 404)
        return jsonify(_explained(exchange))


def filters_of(arguments: Mapping[str, str]) -> Filters:
    """Return the filters that a query string asks for.

    Raises:
        BadRequestError: a time cannot be read.
    """
    texts = {name: arguments.get(name) for name in ("session", "person", "operation", "code", "finding")}
    return Filters(**texts, since=_time(arguments, "since"), until=_time(arguments, "until"))


def _time(arguments: Mapping[str, str], name: str) -> datetime | None:
    text = arguments.get(name)
    try:
        return None if text is None else parse_time(text)
    except FilterError as error:
        raise BadRequestError(f"{name}: {error}") from error


def _flag(arguments: Mapping[str, str], name: str) -> bool:
    text = arguments.get(name, "true")
    if text not in {"true", "false"}:
        raise BadRequestError(f"{name}: expected true or false, got {text!r}")
    return text == "true"


def _next_query(after: int) -> str:
    arguments = {**request.args.to_dict(), "after": str(after)}
    return urlencode(arguments)


def _explained(exchange: Exchange, *, bodies: bool = True) -> dict[str, Any]:
    words = {"fr": explain(exchange, "fr"), "en": explain(exchange, "en")}
    return {**exchange_json(exchange, with_bytes=bodies), "explanation": words}
