"""The OpenAPI document of the control API, put together from one YAML file for each resource (``openapi/*.yaml``).

What another part of the simulator already says in a form of its own is taken from there: the version, the
profiles, and the schema of scenarios.
"""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from flask import Response, jsonify

from simulator.datafile import load_yaml
from simulator.sessions.profiles import profiles
from simulator.version import VERSION

if TYPE_CHECKING:
    from flask import Blueprint

API: Final = "/api/v1"
"""Prefix of the control API."""

_METHODS: Final = ("get", "put", "post", "patch", "delete")
_RESPONSE: Final = "#/components/responses/"


class DocumentError(Exception):
    """Two files of the document say different things of one name."""


def openapi_routes(api: Blueprint) -> None:
    """Add the route of the document."""

    @api.get("/openapi.json")
    def openapi() -> Response:
        return jsonify(document())


@cache
def document() -> dict[str, Any]:
    """Return the whole document.

    Raises:
        DocumentError: two files define the same path or component.
        DataFileError: a file cannot be read.
    """
    merged: dict[str, Any] = {"tags": [], "paths": {}, "components": {}}
    sources = sorted((files(__package__) / "openapi").iterdir(), key=lambda entry: entry.name)
    # What is common comes first, so that the document begins as a reader expects.
    for source in sorted(sources, key=lambda entry: entry.name != "document.yaml"):
        if source.name.endswith(".yaml"):
            _merge(merged, load_yaml(source), source.name)
    schemas = merged["components"]["schemas"]
    schemas.update(_scenario_schemas())
    schemas["Settings"]["properties"]["profile"]["enum"] = list(profiles())
    for path, item in merged["paths"].items():
        if path.startswith(f"{API}/"):
            for method in _METHODS:
                if method in item:
                    _add_common_answers(item[method])
    merged["info"]["version"] = VERSION
    first = ("openapi", "jsonSchemaDialect", "info", "servers", "security", "tags")
    return {**{name: merged[name] for name in first}, **merged}


def _merge(into: dict[str, Any], section: dict[str, Any], name: str) -> None:
    for key, value in section.items():
        if key == "tags":
            into["tags"] += value
        elif key == "paths":
            _update(into["paths"], value, f"{name}: paths")
        elif key == "components":
            for kind, entries in value.items():
                _update(into["components"].setdefault(kind, {}), entries, f"{name}: {kind}")
        else:
            _update(into, {key: value}, name)


def _update(into: dict[str, Any], entries: dict[str, Any], where: str) -> None:
    if twice := sorted(into.keys() & entries.keys()):
        raise DocumentError(f"{where}: expected a new name, got {twice[0]!r}, which another file has")
    into.update(entries)


def _add_common_answers(operation: dict[str, Any]) -> None:
    answers = operation["responses"]
    common = {"401": "Unauthorized", "403": "Forbidden", "410": "Gone", "503": "Unavailable"}
    if "requestBody" in operation:
        common |= {"413": "TooLarge", "415": "NotJson"}
    for status, name in common.items():
        answers.setdefault(status, {"$ref": _RESPONSE + name})


def _scenario_schemas() -> dict[str, Any]:
    """Return the schema of scenario files and its parts, as components ``Scenario`` and ``Scenario_<part>``."""
    text = (files("simulator.scripting") / "scenario.schema.json").read_text("utf-8")
    schema = json.loads(text.replace('"#/$defs/', '"#/components/schemas/Scenario_'))
    parts = schema.pop("$defs", {})
    schema.pop("$schema", None)
    return {"Scenario": schema, **{f"Scenario_{name}": part for name, part in parts.items()}}
