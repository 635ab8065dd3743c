"""Routes of the scenarios shipped with the bench, and of checking one that is being written."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final

from flask import Response, jsonify, request

from simulator.bench.installing import InstallError, shipped_data
from simulator.datafile import DataFileError, data_problems, parse_yaml
from simulator.scripting.check import dead_rules
from simulator.scripting.loader import load_scenario, scenario_json, schema, shipped_scenarios
from simulator.scripting.reading import scenario_of
from simulator.scripting.validation import meaning_problems
from simulator.scripting.words import rule_words
from simulator.web.api.common import BadRequestError, json_body, problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Blueprint

    from simulator.scripting.model import Scenario

    Found = tuple[tuple[str | int, ...], str]

_SOURCE: Final = "scenario.yaml"


def library_routes(api: Blueprint) -> None:
    """Add the routes."""

    @api.get("/scenarios")
    def list_shipped() -> Response:
        pack = request.args.get("pack")
        return jsonify([scenario_json(each) for each in _shipped() if pack in {None, each.pack}])

    @api.get("/scenarios/shipped")
    def get_shipped() -> Response | tuple[Response, int]:
        scenario_id = request.args.get("id")
        if not scenario_id:
            raise BadRequestError(
                "id: expected the id of a shipped scenario, got none; see GET /api/v1/scenarios"
            )
        try:
            data = shipped_data(scenario_id)
        except InstallError as error:
            return problem(str(error), 404)
        scenario = scenario_of(data)
        rules = [dict(zip(("fr", "en"), rule_words(rule), strict=True)) for rule in scenario.rules]
        return jsonify({**scenario_json(scenario), "data": data, "words": rules})

    @api.post("/scenarios/check")
    def check() -> Response:
        body = json_body()
        if len(body.keys() & {"yaml", "scenario"}) != 1:
            raise BadRequestError("expected either yaml (the text of a file) or scenario (its data)")
        problems = _check_text(body["yaml"]) if "yaml" in body else _check_data(body["scenario"])
        return jsonify(problems=problems)


@cache
def _shipped() -> tuple[Scenario, ...]:
    """Return the scenarios of the package, read once: they do not change while it runs."""
    return tuple(load_scenario(source) for source in shipped_scenarios())


def _check_text(text: Any) -> list[dict[str, Any]]:
    if not isinstance(text, str):
        raise BadRequestError(f"yaml: expected a text, got {type(text).__name__}")
    try:
        parse_yaml(text.encode("utf-8", "replace"), _SOURCE, schema(), _meaning)
    except DataFileError as error:
        return [
            {
                "line": each.line or None,
                "column": each.column or None,
                "where": each.path,
                "message": each.message,
            }
            for each in error.problems
        ]
    return []


def _check_data(data: Any) -> list[dict[str, Any]]:
    return [
        {"line": None, "column": None, "where": where if message else "", "message": message or where}
        for where, _, message in (each.partition(": ") for each in data_problems(data, schema(), _meaning))
    ]


def _meaning(data: Any) -> Iterator[Found]:
    """Yield what a schema cannot say; when all of it is right, the rules that can never speak.

    A file beside the scenario cannot be named here: there is no folder.
    """
    wrong = list(meaning_problems(data))
    yield from wrong
    if not wrong:
        for index, message in dead_rules(scenario_of(data)):
            yield ("rules", index), message
