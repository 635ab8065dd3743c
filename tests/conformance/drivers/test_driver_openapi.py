"""openapi.yaml is well formed, its examples are right, and it says what model.py says."""

from __future__ import annotations

import dataclasses
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from conformance.drivers import model
from simulator.datafile import load_yaml

if TYPE_CHECKING:
    from collections.abc import Iterator

METHODS = {"get", "put", "post", "patch", "delete"}


def document() -> dict[str, Any]:
    loaded: dict[str, Any] = load_yaml(files("conformance.drivers") / "openapi.yaml")
    return loaded


SPEC = document()
SCHEMAS = SPEC["components"]["schemas"]


def walk(node: object, path: str = "#") -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every object of the document with its place."""
    if isinstance(node, dict):
        yield path, node
        for key, value in node.items():
            yield from walk(value, f"{path}/{str(key).replace('~', '~0').replace('/', '~1')}")
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from walk(value, f"{path}/{index}")


def resolve(reference: str) -> Any:
    assert reference.startswith("#/"), f"{reference} leaves the document"
    node: Any = SPEC
    for step in reference.removeprefix("#/").split("/"):
        node = node[step.replace("~1", "/").replace("~0", "~")]
    return node


def validator(schema: dict[str, Any]) -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator({**schema, "components": SPEC["components"]})


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in SPEC["paths"].items():
        for method in METHODS & item.keys():
            yield method, path, item[method]


def examples() -> Iterator[tuple[str, dict[str, Any], Any]]:
    """Yield place, schema and value of every example."""
    for place, node in walk(SPEC):
        schema = node.get("schema")
        if isinstance(schema, dict):
            if "example" in node:
                yield place, schema, node["example"]
            for name, example in node.get("examples", {}).items():
                yield (
                    f"{place}/{name}",
                    schema,
                    (resolve(example["$ref"]) if "$ref" in example else example)["value"],
                )
    for name, schema in SCHEMAS.items():
        for value in schema.get("examples", []):
            yield name, schema, value


def test_version_is_openapi_3_1() -> None:
    assert SPEC["openapi"].startswith("3.1.")
    assert {"title", "version"} <= SPEC["info"].keys()


def test_every_reference_resolves() -> None:
    references = [node["$ref"] for _, node in walk(SPEC) if isinstance(node.get("$ref"), str)]
    assert references
    for reference in references:
        assert resolve(reference) is not None


def test_every_schema_is_a_json_schema() -> None:
    schemas = [node["schema"] for _, node in walk(SPEC) if isinstance(node.get("schema"), dict)]
    for schema in [*schemas, *SCHEMAS.values()]:
        jsonschema.Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize(
    ("place", "schema", "value"), [pytest.param(*case, id=case[0]) for case in examples()]
)
def test_example_fits_its_schema(place: str, schema: dict[str, Any], value: object) -> None:
    errors = [f"{place}: {error.message}" for error in validator(schema).iter_errors(value)]
    assert errors == []


def test_every_request_body_that_carries_something_has_an_example() -> None:
    without = [
        path
        for _, path, operation in operations()
        for media in operation.get("requestBody", {}).get("content", {}).values()
        if "examples" not in media and "examples" not in resolve(media["schema"].get("$ref", "#/info"))
    ]
    assert without == []


def test_every_component_is_used() -> None:
    used = {node["$ref"] for _, node in walk(SPEC) if isinstance(node.get("$ref"), str)}
    declared = {f"#/components/{kind}/{name}" for kind, named in SPEC["components"].items() for name in named}
    assert declared - used == set()


def test_operations_are_named_once_and_path_parameters_declared() -> None:
    names = [operation["operationId"] for _, _, operation in operations()]
    assert len(set(names)) == len(names)
    for _, path, operation in operations():
        item = SPEC["paths"][path]
        declared = {
            (resolve(parameter["$ref"]) if "$ref" in parameter else parameter)["name"]
            for parameter in [*item.get("parameters", []), *operation.get("parameters", [])]
        }
        assert {part[1:-1] for part in path.split("/") if part.startswith("{")} <= declared


@pytest.mark.parametrize(
    ("schema", "members"),
    [
        (SCHEMAS["Status"], model.Status),
        (SCHEMAS["Attribute"], model.Attribute),
        (SCHEMAS["Verb"], model.Verb),
        (SCHEMAS["InsiCall"]["properties"]["outcome"], model.CallOutcome),
        (SPEC["components"]["parameters"]["Role"]["schema"], model.Role),
    ],
    ids=["Status", "Attribute", "Verb", "CallOutcome", "Role"],
)
def test_enumeration_is_that_of_the_model(schema: dict[str, Any], members: Any) -> None:
    assert set(schema["enum"]) == set(members)


@pytest.mark.parametrize(
    "kind",
    [
        model.PatientTraits,
        model.Proof,
        model.InsiCall,
        model.Alert,
        model.ComparedField,
        model.Proposal,
        model.StatusChange,
        model.AuditEntry,
        model.Capabilities,
    ],
)
def test_object_has_the_fields_of_the_model(kind: Any) -> None:
    assert set(SCHEMAS[kind.__name__]["properties"]) == {field.name for field in dataclasses.fields(kind)}


def test_patient_has_the_fields_of_the_model() -> None:
    properties = {name for part in SCHEMAS["Patient"]["allOf"] for name in validatable(part)}
    assert properties == {field.name for field in dataclasses.fields(model.Patient)}
    assert set(SCHEMAS["Identity"]["properties"]) == set(model.IDENTITY_FIELDS)


def validatable(part: dict[str, Any]) -> dict[str, Any]:
    properties: dict[str, Any] = (resolve(part["$ref"]) if "$ref" in part else part)["properties"]
    return properties


def test_search_criteria_are_query_parameters() -> None:
    names = {
        parameter["name"]
        for parameter in SPEC["paths"]["/patients"]["get"]["parameters"]
        if parameter.get("in") == "query"
    }
    assert names == {field.name for field in dataclasses.fields(model.SearchCriteria)}


def test_every_kind_of_proof_is_named() -> None:
    text = SCHEMAS["ProofKind"]["description"]
    assert [kind for kind in model.PROOF_KINDS if f"`{kind}`" not in text] == []
