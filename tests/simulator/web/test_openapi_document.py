"""The document of the control API is valid, complete, and says what the code says."""

from __future__ import annotations

import dataclasses
import re
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from openapi_spec_validator import validate

from simulator.contract.faults import Fault
from simulator.datafile import load_yaml
from simulator.journal.exchange import Decision, Exchange
from simulator.registry.person import to_json
from simulator.sessions.profiles import Profile, profiles
from simulator.sessions.settings import SessionSettings
from simulator.web.api import specification
from simulator.web.api.specification import DocumentError, document

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from werkzeug.test import Client

    from simulator.registry.person import Person

METHODS = {"get", "put", "post", "patch", "delete"}
DOCUMENT = document()
SCHEMAS = DOCUMENT["components"]["schemas"]


def walk(node: object, path: str = "#") -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every object of the document with its place."""
    if isinstance(node, dict):
        yield path, node
        for key, value in node.items():
            yield from walk(value, f"{path}/{key}")
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from walk(value, f"{path}/{index}")


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in DOCUMENT["paths"].items():
        for method in METHODS & item.keys():
            yield path, method, item[method]


def examples() -> Iterator[tuple[str, dict[str, Any], Any]]:
    for place, node in walk(DOCUMENT):
        schema = node.get("schema")
        if isinstance(schema, dict) and "text/event-stream" not in place:
            if "example" in node:
                yield place, schema, node["example"]
            for name, example in node.get("examples", {}).items():
                yield f"{place}/{name}", schema, example["value"]
    for name, schema in SCHEMAS.items():
        for value in schema.get("examples", []):
            yield name, schema, value


def test_it_is_valid_openapi_3_1() -> None:
    assert DOCUMENT["openapi"].startswith("3.1.")
    validate(DOCUMENT)


def test_it_is_what_is_served(web: Client) -> None:
    response = web.get("/api/v1/openapi.json")
    assert (response.status_code, response.json) == (200, DOCUMENT)


def test_each_route_is_described_and_each_description_has_a_route(web: Client) -> None:
    routes = {
        (re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule), method.lower())
        for rule in web.application.url_map.iter_rules()  # type: ignore[attr-defined] # a Flask application
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }
    assert {(path, method) for path, method, _ in operations()} == routes


def test_each_path_parameter_is_described(web: Client) -> None:
    for path, item in DOCUMENT["paths"].items():
        for method in METHODS & item.keys():
            told = [*item.get("parameters", []), *item[method].get("parameters", [])]
            names = [
                DOCUMENT["components"]["parameters"][entry["$ref"].rpartition("/")[2]]["name"]
                if "$ref" in entry
                else entry["name"]
                for entry in told
            ]
            assert set(re.findall(r"{(\w+)}", path)) <= set(names), path


def test_each_operation_has_a_name_of_its_own_a_summary_and_a_tag() -> None:
    names = [operation["operationId"] for _, _, operation in operations()]
    assert len(names) == len(set(names))
    known = {tag["name"] for tag in DOCUMENT["tags"]}
    for path, method, operation in operations():
        assert operation["summary"], (path, method)
        assert set(operation["tags"]) <= known, (path, method)


def test_who_may_not_is_described_everywhere() -> None:
    for path, method, operation in operations():
        if path.startswith("/api/v1"):
            wanted = {"401", "403"} | ({"413", "415"} if "requestBody" in operation else set())
            assert wanted <= operation["responses"].keys(), (path, method)
            assert operation.get("security", DOCUMENT["security"]) == [{}, {"bearer": []}]


@pytest.mark.parametrize(("place", "schema", "value"), [pytest.param(*e, id=e[0]) for e in examples()])
def test_examples_are_right(place: str, schema: dict[str, Any], value: Any) -> None:
    jsonschema.Draft202012Validator({**schema, "components": DOCUMENT["components"]}).validate(value)


class TestSaysWhatTheCodeSays:
    def test_settings(self) -> None:
        fields = {field.name for field in dataclasses.fields(SessionSettings)}
        described = SCHEMAS["Settings"]["properties"]
        assert described.keys() == fields
        assert fields <= set(SCHEMAS["Session"]["required"])
        assert described["profile"]["enum"] == list(profiles())

    @pytest.mark.parametrize(
        ("name", "kind", "more"),
        [
            ("Profile", Profile, set()),
            ("Fault", Fault, set()),
            ("Decision", Decision, set()),
        ],
    )
    def test_what_is_answered(self, name: str, kind: Any, more: set[str]) -> None:
        fields = {field.name for field in dataclasses.fields(kind)} | more
        assert SCHEMAS[name]["properties"].keys() == fields
        assert set(SCHEMAS[name]["required"]) == fields

    def test_exchanges(self) -> None:
        fields = {field.name for field in dataclasses.fields(Exchange)}
        shown = fields | {"explanation", "request_header_list", "response_header_list"}
        assert SCHEMAS["Exchange"]["properties"].keys() == shown
        assert set(SCHEMAS["Exchange"]["required"]) == shown - {"request", "response"}  # see bodies=false

    def test_people(self, make_person: Callable[..., Person]) -> None:
        assert list(SCHEMAS["Person"]["required"]) == list(to_json(make_person()))
        assert SCHEMAS["NewPerson"]["properties"].keys() == SCHEMAS["Person"]["properties"].keys()

    def test_scenarios(self) -> None:
        source = load_yaml(files("simulator.scripting") / "scenario.schema.json")
        assert SCHEMAS["Scenario"]["properties"].keys() == source["properties"].keys()
        assert {f"Scenario_{name}" for name in source["$defs"]} <= SCHEMAS.keys()


def test_a_name_said_twice_is_refused() -> None:
    merged: dict[str, Any] = {"tags": [], "paths": {}, "components": {}}
    specification._merge(merged, {"paths": {"/a": {}}}, "one.yaml")
    with pytest.raises(DocumentError, match=r"two\.yaml: paths: expected a new name, got '/a'"):
        specification._merge(merged, {"paths": {"/a": {}}}, "two.yaml")
