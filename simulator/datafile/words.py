"""What a JSON Schema has against a value, in words: what was expected, what came, what to do."""

from __future__ import annotations

import json
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from simulator.text import Text, closest

if TYPE_CHECKING:
    from collections.abc import Sequence

    import jsonschema

_LINE: Final = 60
"""Most characters told of a value: a line, not a dump."""


def explain(error: jsonschema.ValidationError) -> Text:
    """Return what is wrong with one value."""
    got = _short(error.instance)
    got = got if len(got) <= _LINE else got[: _LINE - 3] + "..."
    expected: Any = error.validator_value
    instance: Any = error.instance
    match error.validator:
        case "required":
            missing = [name for name in expected if name not in instance]
            remedy = _missing_remedy(missing, error.schema)
            listed = ", ".join(map(repr, missing))
            return Text(
                f"la clé {listed} est attendue, elle manque{remedy.fr}",
                f"expected the key {listed}, which is missing{remedy.en}",
            )
        case "additionalProperties":
            return _unknown_key(error, instance)
        case "enum":
            allowed = list(map(str, expected))
            near, listed = closest(str(instance), allowed), ", ".join(allowed)
            return Text(
                f"une valeur parmi {listed} est attendue, reçu : {got}{near.fr}",
                f"expected one of {listed}, got {got}{near.en}",
            )
        case "type":
            in_french = "rien" if instance is None else got
            return Text(
                f"{_type_in_french(expected)} attendu, reçu : {in_french}", f"expected {expected}, got {got}"
            )
        case "pattern":
            return Text(
                f"un texte de la forme {expected} est attendu, reçu : {got}",
                f"expected text of the form {expected}, got {got}",
            )
        case "oneOf" | "anyOf" if isinstance(error.schema, dict) and "description" in error.schema:
            told = _described(error.schema)
            return Text(f"attendu : {told.fr} ; reçu : {got}", f"expected {told.en}, got {got}")
        case _:
            return _bound(error, got)


def _unknown_key(error: jsonschema.ValidationError, instance: Any) -> Text:
    known = sorted(error.schema.get("properties", {})) if isinstance(error.schema, dict) else []
    unknown = sorted(set(instance) - set(known), key=repr)
    listed, all_known = ", ".join(map(repr, unknown)), ", ".join(known)
    near = closest(str(unknown[0]), known)
    return Text(
        f"clé inconnue {listed} ; les clés connues sont {all_known}{near.fr}",
        f"unknown key {listed}; known keys are {all_known}{near.en}",
    )


def _short(value: Any) -> str:
    """Return how a value reads, without reading the whole of a large one."""
    if isinstance(value, (str, list, tuple)):
        return repr(value[:80])
    if isinstance(value, dict):
        return repr(dict(islice(value.items(), 60)))
    return repr(value)


def _missing_remedy(missing: Sequence[str], schema: Any) -> Text:
    """Say what to add, for the keys that the schema describes: the first sentence of each description."""
    known = schema.get("properties", {}) if isinstance(schema, dict) else {}
    told = {name: _described(known.get(name, {})) for name in missing}
    if not any(text.en for text in told.values()):
        return Text.same("")
    french = ", ".join(f"{name} ({text.fr})" for name, text in told.items() if text.en)
    english = ", ".join(f"{name} ({text.en})" for name, text in told.items() if text.en)
    return Text(f" ; ajoutez {french}", f"; add {english}")


def _described(schema: Any) -> Text:
    """Return the first sentence of the description of a schema, which may have French beside it (``x-fr``)."""
    english, french = str(schema.get("description", "")), str(schema.get("x-fr", ""))
    first = [each.partition(". ")[0].rstrip(".") for each in (french or english, english)]
    return Text(*first)


_TYPES: Final = {
    "integer": "nombre entier",
    "number": "nombre",
    "string": "texte",
    "boolean": "true ou false",
    "array": "liste",
    "object": "ensemble de clés",
    "null": "rien",
}
"""Types of JSON Schema, as one would say them."""


def _type_in_french(expected: Any) -> str:
    names = [expected] if isinstance(expected, str) else list(expected)
    return " ou ".join(_TYPES.get(name, str(name)) for name in names)


def _bound(error: jsonschema.ValidationError, got: str) -> Text:
    expected: Any = error.validator_value
    instance: Any = error.instance
    match error.validator:
        case "minLength":
            return Text(
                f"au moins {expected} caractères attendus, reçu : {got}",
                f"expected at least {expected} characters, got {got}",
            )
        case "minItems" | "minProperties":
            return Text(
                f"au moins {expected} entrées attendues, reçu : {got}",
                f"expected at least {expected} entries, got {got}",
            )
        case "maxItems" | "maxProperties":
            return Text(
                f"au plus {expected} entrées attendues, il y en a {len(instance)}",
                f"expected at most {expected} entries, got {len(instance)}",
            )
        case "maxLength":
            return Text(
                f"au plus {expected} caractères attendus, il y en a {len(instance)}",
                f"expected at most {expected} characters, got {len(instance)}",
            )
        case "minimum":
            return Text(
                f"au moins {expected} attendu, reçu : {got}", f"expected at least {expected}, got {got}"
            )
        case "maximum":
            return Text(
                f"au plus {expected} attendu, reçu : {got}", f"expected at most {expected}, got {got}"
            )
        case "const":
            value = json.dumps(expected)
            return Text(f"{value} attendu, reçu : {got}", f"expected {value}, got {got}")
        case _:
            return Text.same(error.message)
