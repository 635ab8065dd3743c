"""Routes that give exchanges to other programs: files, differences, scenarios."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import Response, jsonify, request

from simulator.journal.diff import diff
from simulator.journal.export import to_har, to_ndjson
from simulator.journal.to_scenario import NotReproducibleError, check_id, scenario_of, to_yaml
from simulator.web.api.common import MAX_ID, choice_argument, number_argument, problem
from simulator.web.api.exchanges import filters_of, flag_argument, found_exchange, missing_exchange

if TYPE_CHECKING:
    from flask import Blueprint

    from simulator.bench import Bench
    from simulator.journal.explain import Language

_EXPORT_TYPES: Final = {"ndjson": "application/x-ndjson", "har": "application/json"}


def exchange_file_routes(api: Blueprint, bench: Bench) -> None:
    """Add the routes that give exchanges to other programs."""

    @api.get("/exchanges/export")
    def export_exchanges() -> Response:
        """Give every exchange that meets the filters, the oldest first, as a file.

        Query: the filters of the list, ``after``; ``format``: ``ndjson`` or ``har``; ``secrets``: ``masked`` or
        ``kept``.
        """
        form = choice_argument("format", "ndjson", "ndjson", "har")
        masked = choice_argument("secrets", "masked", "masked", "kept") == "masked"
        after = number_argument("after", 0, 0, MAX_ID)
        # Looked at before anything is sent: an index that cannot be used is then told as such.
        bench.journal.count()
        exchanges = bench.journal.each(filters_of(request.args), after=after)
        parts = (to_har if form == "har" else to_ndjson)(exchanges, masked=masked)
        response = Response(parts, content_type=_EXPORT_TYPES[form])
        response.headers["Content-Disposition"] = f'attachment; filename="exchanges.{form}"'
        return response

    @api.get("/exchanges/diff")
    def diff_exchanges() -> Response | tuple[Response, int]:
        """Compare two exchanges: ``equal``, and ``lines`` of a unified diff.

        Query: ``first`` and ``second`` (ids), ``exact`` (``true``: identifiers and times too), ``lang``.
        """
        ids = [number_argument(name, 0, 0, MAX_ID) for name in ("first", "second")]
        exact, lang = flag_argument("exact", default=False), _lang()
        found = [bench.journal.get(number) for number in ids]
        first, second = found
        if first is None or second is None:
            return missing_exchange(ids[found.index(None)])
        lines = list(diff(first, second, ignore_passing=not exact, lang=lang))
        return jsonify(first=first.id, second=second.id, equal=not lines, lines=lines)

    @api.get("/exchanges/<int:exchange_id>/scenario")
    def get_scenario(exchange_id: int) -> Response | tuple[Response, int]:
        """Give a scenario that answers again as this exchange was.

        Query: ``id`` of the scenario; ``exact`` (``true``: the very bytes); ``format``: ``json`` (what
        ``POST /sessions/<id>/scenarios`` takes as ``scenario``) or ``yaml`` (a file).
        """
        exact, form = flag_argument("exact", default=False), choice_argument("format", "json", "json", "yaml")
        scenario_id = request.args.get("id")
        if scenario_id is not None:
            check_id(scenario_id)
        exchange = found_exchange(bench, exchange_id)
        if exchange is None:
            return missing_exchange(exchange_id)
        try:
            data = scenario_of(exchange, scenario_id, exact=exact)
        except NotReproducibleError as error:
            return problem(f"exchange {exchange_id} cannot be made a scenario: {error}", 422)
        if form == "json":
            return jsonify(data)
        return Response(to_yaml(data), content_type="application/yaml; charset=utf-8")


def _lang() -> Language:
    return "en" if choice_argument("lang", "fr", "fr", "en") == "en" else "fr"
