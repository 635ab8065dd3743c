"""The table of verbs: each travels there and back over HTTP and by name, and openapi.yaml says the same."""

from __future__ import annotations

import json
import re
from importlib.resources import files
from typing import Any, get_type_hints

import jsonschema
import pytest

from conformance.drivers import wire
from conformance.drivers.ahead import WITH
from conformance.drivers.model import Verb
from conformance.drivers.verbs import ALWAYS, VERBS, Declaration, Driver, Place, Sign
from simulator.datafile import load_yaml

SPEC: dict[str, Any] = load_yaml(files("conformance.drivers") / "openapi.yaml")
ALL = [*ALWAYS.values(), *VERBS.values()]
each_verb = pytest.mark.parametrize("declared", [pytest.param(each, id=each.name) for each in ALL])


def operation(declared: Declaration) -> dict[str, Any]:
    found: dict[str, Any] = SPEC["paths"][declared.path][declared.method.lower()]
    return found


def fits(schema: dict[str, Any], value: object) -> None:
    jsonschema.Draft202012Validator({**schema, "components": SPEC["components"]}).validate(value)


def test_every_verb_is_declared_once() -> None:
    assert list(VERBS) == list(Verb)
    assert set(ALWAYS) == {"capabilities", "reset"}
    assert all(getattr(Driver, each.name).declaration is each for each in ALL)


@each_verb
def test_method_keeps_its_signature(declared: Declaration) -> None:
    hints = get_type_hints(getattr(Driver, declared.name), include_extras=True)
    names = {each.name for each in declared.arguments} | ({"actor"} if declared.has_actor else set())
    assert set(hints) - {"return"} == names
    assert declared.summary.endswith(".")


@each_verb
def test_request_travels_by_name_and_over_http(declared: Declaration, sample: Any) -> None:
    arguments = {each.name: sample(each.kind) for each in declared.arguments}
    named = json.loads(json.dumps(declared.request(arguments)))
    assert declared.read_request(wire.Node("op", named)) == arguments
    path, query, body = declared.http_request(arguments)
    pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", declared.path)
    matched = re.fullmatch(pattern, path)
    assert matched is not None
    again = declared.from_http(matched.groupdict(), query, json.loads(json.dumps(body)))
    assert declared.read_request(wire.Node("op", again)) == arguments


@each_verb
def test_what_is_left_at_its_default_does_not_travel(declared: Declaration, sample: Any) -> None:
    arguments = {
        each.name: sample(each.kind) if each.is_required else each.default for each in declared.arguments
    }
    request = declared.request(arguments)
    assert set(request) == {each.name for each in declared.arguments if each.is_required}
    assert declared.read_request(wire.Node("op", request)) == arguments


@each_verb
def test_answer_travels(declared: Declaration, sample: Any) -> None:
    value = sample(declared.answer)
    written = json.loads(json.dumps(declared.write_answer(value)))
    assert declared.read_answer(wire.Node("op", written)) == value


@each_verb
def test_openapi_has_the_operation_with_its_request_and_answer(declared: Declaration, sample: Any) -> None:
    described = operation(declared)
    assert described["operationId"] == declared.operation
    arguments = {each.name: sample(each.kind) for each in declared.arguments}
    body = declared.http_request(arguments)[2]
    if body is not None:
        fits(described["requestBody"]["content"]["application/json"]["schema"], body)
    status = "204" if declared.answer is type(None) else "201" if declared.is_creation else "200"
    if status != "204":
        schema = described["responses"][status]["content"]["application/json"]["schema"]
        fits(schema, declared.write_answer(sample(declared.answer)))
    assert status in described["responses"]
    if declared.verb is not None:
        assert "501" in described["responses"]


@each_verb
def test_openapi_has_its_parameters(declared: Declaration) -> None:
    item = SPEC["paths"][declared.path]
    listed = [*item.get("parameters", []), *operation(declared).get("parameters", [])]
    parameters = [
        SPEC["components"]["parameters"][each["$ref"].rsplit("/", 1)[1]] if "$ref" in each else each
        for each in listed
    ]
    headers = {each["name"] for each in parameters if each["in"] == "header"}
    assert headers == ({wire.USER_HEADER, wire.ROLE_HEADER} if declared.has_actor else set())
    in_path = {each["name"] for each in parameters if each["in"] == "path"}
    assert in_path == {each.name for each in declared.arguments if each.place is Place.PATH}
    in_query = {each["name"] for each in parameters if each["in"] == "query"}
    if declared.verb is Verb.READ_PATIENT:  # What it is asked together with is no argument of the verb.
        assert WITH in in_query
        in_query.remove(WITH)
    if declared.verb is not Verb.SEARCH_PATIENTS:  # Its criteria are parameters of their own.
        assert in_query == {each.name for each in declared.arguments if each.place is Place.QUERY}


def test_openapi_has_no_other_operation() -> None:
    described = {
        (method, path) for path, item in SPEC["paths"].items() for method in item if method != "parameters"
    }
    assert described == {(each.method.lower(), each.path) for each in ALL}


@each_verb
def test_instructions_are_there_in_both_languages(declared: Declaration) -> None:
    for text in (declared.title, declared.task):
        assert text.fr
        assert text.en
        assert text.fr != text.en
    assert declared.task.fr.endswith(".")
    assert declared.task.en.endswith(".")


def test_only_what_may_call_insi_is_seen_there() -> None:
    at_insi = set(Sign) - {Sign.NOTHING, Sign.DOCUMENT}
    assert [each.name for each in ALL if each.sign in at_insi and not each.may_call_insi] == []


def test_verbs_of_one_operation_differ_by_their_body() -> None:
    shared = [each for each in ALL if each.operation == "call_insi"]
    told_apart = {
        (tuple(each.fixed.items()), frozenset(arg.name for arg in each.arguments if arg.is_required))
        for each in shared
    }
    assert len(told_apart) == len(shared) == 3
