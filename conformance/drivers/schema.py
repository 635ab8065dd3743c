"""The messages of the subprocess driver as a JSON Schema, made from the table of verbs and ``openapi.yaml``."""

from __future__ import annotations

from importlib.resources import files
from types import NoneType
from typing import Any

from conformance.drivers.declaring import Declaration, Place
from conformance.drivers.verbs import ALWAYS, VERBS
from simulator.datafile import load_yaml


def subprocess_schema() -> dict[str, Any]:
    """Return a JSON Schema (2020-12): ``requests`` and ``answers`` by verb, with what they share."""
    api = load_yaml(files("conformance.drivers") / "openapi.yaml")
    all_verbs = [*ALWAYS.values(), *VERBS.values()]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "banc-insi subprocess driver",
        "description": (
            "One line of JSON each way for each verb, in UTF-8. A request has id, verb, actor (for most verbs) and "
            "request; an answer has the same id and one of answer, refused, not_supported, error."
        ),
        "$defs": {
            "requests": {each.name: _request(each, api) for each in all_verbs},
            "answers": {each.name: _answer(each, api) for each in all_verbs},
        },
        "components": {"schemas": api["components"]["schemas"]},
    }


def _operation(declaration: Declaration, api: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = api["paths"][declaration.path][declaration.method.lower()]
    return found


def _request(declaration: Declaration, api: dict[str, Any]) -> dict[str, Any]:
    operation = _operation(declaration, api)
    content = operation.get("requestBody", {}).get("content", {})
    body = content.get("application/json", {}).get("schema", {})
    arguments = {
        each.name: _argument(declaration, each.name, each.place, body, operation)
        for each in declaration.arguments
    }
    keys: dict[str, Any] = {
        "id": {"type": "integer"},
        "verb": {"const": declaration.name},
        "request": {
            "type": "object",
            "properties": arguments,
            "required": [each.name for each in declaration.arguments if each.is_required],
        },
    }
    if declaration.has_actor:
        role = api["components"]["parameters"]["Role"]["schema"]["enum"]
        keys["actor"] = {
            "type": "object",
            "required": ["user", "role"],
            "properties": {"user": {"type": "string"}, "role": {"enum": role}},
        }
    return {
        "type": "object",
        "required": sorted(keys),
        "properties": keys,
        "description": declaration.summary,
    }


def _argument(
    declaration: Declaration, name: str, place: Place, body: dict[str, Any], operation: dict[str, Any]
) -> dict[str, Any]:
    if place is Place.WHOLE_BODY:
        return body
    if place is Place.BODY:
        schema: dict[str, Any] = body.get("properties", {}).get(name, {})
        return schema
    if place is Place.PATH:
        return {"type": "string", "minLength": 1}
    listed = {each["name"]: each["schema"] for each in operation["parameters"] if each.get("in") == "query"}
    if name in listed:
        alone: dict[str, Any] = listed[name]
        return alone
    return {"type": "object", "properties": listed, "description": f"Criteria of {declaration.name}."}


def _answer(declaration: Declaration, api: dict[str, Any]) -> dict[str, Any]:
    if declaration.answer is NoneType:
        value: dict[str, Any] = {"type": "null"}
    else:
        status = "201" if declaration.is_creation else "200"
        value = _operation(declaration, api)["responses"][status]["content"]["application/json"]["schema"]
    reason = {"type": "object", "required": ["reason"], "properties": {"reason": {"type": "string"}}}
    message = {"type": "object", "required": ["message"], "properties": {"message": {"type": "string"}}}
    outcomes = {
        "answer": value,
        "refused": {"$ref": "#/components/schemas/Refusal"},
        "not_supported": reason,
        "error": message,
    }
    return {
        "type": "object",
        "required": ["id"],
        "properties": {"id": {"type": "integer"}, **outcomes},
        "oneOf": [{"required": [name]} for name in outcomes],
    }
