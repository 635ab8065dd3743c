"""Routes of the journal."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from flask import Response, jsonify, request

from simulator.journal.annotate import annotate_request
from simulator.journal.as_json import to_json as exchange_json
from simulator.journal.exchange import SERVICES
from simulator.journal.explain import explain
from simulator.journal.filters import FilterError, Filters, parse_time
from simulator.web.api.common import (
    MAX_ID,
    MAX_PAGE,
    BadRequestError,
    choice_argument,
    number_argument,
    problem,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from flask import Blueprint

    from simulator.bench import Bench
    from simulator.journal.annotate import Annotated
    from simulator.journal.exchange import Exchange

PAGE_BYTES: Final = 16 * 1024 * 1024
"""Size of the records of one page: it ends before it is more, but never before its first exchange."""
BODIES_UP_TO: Final = 100
"""Longest list that has request and response without being asked for them."""


def exchange_routes(api: Blueprint, bench: Bench) -> None:
    """Add the routes of exchanges."""

    @api.get("/exchanges")
    def list_exchanges() -> Response:
        """List exchanges.

        Query: ``session service person operation code finding since until`` (filters), ``after`` (an id), ``limit``,
        ``order=newest``, ``bodies`` (``true`` or ``false``: with request and response; when it is left out, they come
        with at most ``BODIES_UP_TO`` exchanges). A page may be shorter than its limit: there is more when the answer
        has the header ``Link`` with ``rel="next"``.
        """
        limit = number_argument("limit", 100, 1, MAX_PAGE)
        newest_first = choice_argument("order", "oldest", "oldest", "newest") == "newest"
        bodies = flag_argument("bodies", default=limit <= BODIES_UP_TO)
        exchanges, may_be_more = bench.journal.page(
            filters_of(request.args),
            after=number_argument("after", 0, 0, MAX_ID),
            limit=limit,
            newest_first=newest_first,
            max_bytes=PAGE_BYTES if bodies else None,
        )
        response = jsonify([_explained(exchange, bodies=bodies) for exchange in exchanges])
        if exchanges and not newest_first and may_be_more:
            more = bench.journal.list(filters=filters_of(request.args), after=exchanges[-1].id, limit=1)
            if more:
                response.headers.add("Link", f'<{request.path}?{_next_query(exchanges[-1].id)}>; rel="next"')
        return response

    @api.get("/exchanges/<int:exchange_id>")
    def get_exchange(exchange_id: int) -> Response | tuple[Response, int]:
        exchange = found_exchange(bench, exchange_id)
        return missing_exchange(exchange_id) if exchange is None else jsonify(_explained(exchange))

    @api.get("/exchanges/<int:exchange_id>/request")
    def get_request(exchange_id: int) -> Response | tuple[Response, int]:
        """Give the exact bytes that came."""
        exchange = found_exchange(bench, exchange_id)
        return missing_exchange(exchange_id) if exchange is None else _bytes(exchange.request)

    @api.get("/exchanges/<int:exchange_id>/response")
    def get_response(exchange_id: int) -> Response | tuple[Response, int]:
        """Give the exact bytes that went."""
        exchange = found_exchange(bench, exchange_id)
        return missing_exchange(exchange_id) if exchange is None else _bytes(exchange.response)

    @api.get("/exchanges/<int:exchange_id>/annotated")
    def get_annotated(exchange_id: int) -> Response | tuple[Response, int]:
        """Give the request line by line, indented, each finding beside the line it is about.

        ``headers`` and ``body``: lines with ``text`` and ``findings``; ``elsewhere``: findings without a place.
        """
        exchange = found_exchange(bench, exchange_id)
        if exchange is None:
            return missing_exchange(exchange_id)
        annotated = annotate_request(exchange)
        return jsonify(
            headers=_lines(annotated.headers),
            body=_lines(annotated.body),
            elsewhere=[asdict(finding) for finding in annotated.elsewhere],
        )


def found_exchange(bench: Bench, exchange_id: int) -> Exchange | None:
    """Return an exchange, ``None`` when there is none of this number."""
    return bench.journal.get(exchange_id) if exchange_id <= MAX_ID else None


def missing_exchange(exchange_id: int) -> tuple[Response, int]:
    """Return the answer about an exchange that is not there."""
    return problem(f"no exchange {exchange_id}", 404)


def _bytes(content: bytes) -> Response:
    # What a client sent must not be run by a browser.
    headers = {"X-Content-Type-Options": "nosniff", "Content-Disposition": "attachment"}
    return Response(content, content_type="application/octet-stream", headers=headers)


def _lines(lines: Iterable[Annotated]) -> list[dict[str, Any]]:
    return [{"text": line.text, "findings": [asdict(finding) for finding in line.findings]} for line in lines]


def filters_of(arguments: Mapping[str, str]) -> Filters:
    """Return the filters that a query string asks for.

    Raises:
        BadRequestError: a time or a service cannot be read.
    """
    texts = {name: arguments.get(name) for name in ("session", "person", "operation", "code", "finding")}
    service = arguments.get("service")
    if service is not None and service not in SERVICES:
        raise BadRequestError(f"service: expected one of {', '.join(SERVICES)}, got {service!r:.60}")
    return Filters(
        service=service,
        **texts,
        since=_time(arguments, "since"),
        until=_time(arguments, "until"),
    )


def _time(arguments: Mapping[str, str], name: str) -> datetime | None:
    text = arguments.get(name)
    try:
        return None if text is None else parse_time(text)
    except FilterError as error:
        raise BadRequestError(f"{name}: {error}") from error


def flag_argument(name: str, *, default: bool) -> bool:
    """Return ``true`` or ``false`` of the query string.

    Raises:
        BadRequestError: it is neither.
    """
    return choice_argument(name, "true" if default else "false", "true", "false") == "true"


def _next_query(after: int) -> str:
    arguments = {**request.args.to_dict(), "after": str(after)}
    return urlencode(arguments)


def _explained(exchange: Exchange, *, bodies: bool = True) -> dict[str, Any]:
    words = {"fr": explain(exchange, "fr"), "en": explain(exchange, "en")}
    return {**exchange_json(exchange, with_bytes=bodies), "explanation": words}
