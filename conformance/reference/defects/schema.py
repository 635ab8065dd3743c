"""What a defect file may hold."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from conformance.reference.defects.by_hand import FUNCTIONS
from conformance.reference.defects.conditions import FEATURES
from conformance.reference.defects.each import WORDS, expanded
from conformance.reference.defects.effects import TRANSFORMS
from conformance.reference.defects.model import Kind
from conformance.reference.seams import Seam

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

_BOTH_LANGUAGES: dict[str, Any] = {
    "type": "object",
    "required": ["fr", "en"],
    "additionalProperties": False,
    "properties": {"fr": {"type": "string", "minLength": 1}, "en": {"type": "string", "minLength": 1}},
}
_CONDITION: dict[str, Any] = {"type": "object", "minProperties": 1}
_NAMES: dict[str, Any] = {"type": "array", "minItems": 1, "items": {"type": "string"}}
_LISTS: dict[str, Any] = {"type": "object", "minProperties": 1, "additionalProperties": {"type": "array"}}
_TRANSFORMATION = {"type": "string", "pattern": f"^({'|'.join(TRANSFORMS)})(:|$)"}

_EFFECT: dict[str, Any] = {
    "type": "object",
    "minProperties": 1,
    "additionalProperties": False,
    "properties": {
        "set": {"type": "object", "minProperties": 1},
        "change": {
            "type": "object",
            "minProperties": 1,
            "additionalProperties": {"anyOf": [_TRANSFORMATION, {"type": "array", "items": _TRANSFORMATION}]},
        },
        "keep": _NAMES,
        "without": _LISTS,
        "with": _LISTS,
        "drop": {"const": True},
        "repeat": {"type": "integer", "minimum": 2},
        "add": {"type": "object"},
        "limit": {"type": "integer"},
        "reverse": {"const": True},
        "refuse": {
            "type": "object",
            "required": ["code", "message"],
            "additionalProperties": False,
            "properties": {"code": {"type": "string"}, "message": {"type": "string"}, "fields": _NAMES},
        },
        "hand": {"enum": sorted(FUNCTIONS)},
    },
}

_FAULT: dict[str, Any] = {
    "type": "object",
    "required": ["seam", "effect"],
    "additionalProperties": False,
    "properties": {
        "seam": {"enum": [seam.value for seam in Seam]},
        "when": _CONDITION,
        "unless": _CONDITION,
        "after": {"type": "integer", "minimum": 1},
        "effect": _EFFECT,
    },
}

SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["defects"],
    "additionalProperties": False,
    "properties": {
        "defects": {
            "type": "object",
            "propertyNames": {"pattern": "^([a-z0-9]+|\\$slug)(-([a-z0-9]+|\\$slug))+$"},
            "additionalProperties": {
                "type": "object",
                "required": ["title", "description", "caught_by", "kind", "source", "faults"],
                "additionalProperties": False,
                "properties": {
                    "title": _BOTH_LANGUAGES,
                    "description": _BOTH_LANGUAGES,
                    "caught_by": {
                        "type": "array",
                        "minItems": 1,
                        "uniqueItems": True,
                        "items": {"type": "string", "pattern": "^[A-Z]{3}-[0-9]{2}$"},
                    },
                    "kind": {"enum": [kind.value for kind in Kind]},
                    "subtle": {"type": "boolean"},
                    "each": {"type": "array", "minItems": 2, "items": {"enum": sorted(WORDS)}},
                    "source": {"type": "string", "minLength": 1},
                    "faults": {"type": "array", "minItems": 1, "items": _FAULT},
                },
            },
        },
    },
}


VARIANTS_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["variants"],
    "additionalProperties": False,
    "properties": {
        "variants": {
            "type": "object",
            "propertyNames": SCHEMA["properties"]["defects"]["propertyNames"],
            "additionalProperties": {
                "type": "object",
                "required": ["title", "why", "rules", "faults"],
                "additionalProperties": False,
                "properties": {
                    "title": _BOTH_LANGUAGES,
                    "why": {"type": "string", "minLength": 1},
                    "rules": SCHEMA["properties"]["defects"]["additionalProperties"]["properties"][
                        "caught_by"
                    ],
                    "each": SCHEMA["properties"]["defects"]["additionalProperties"]["properties"]["each"],
                    "faults": {"type": "array", "minItems": 1, "items": _FAULT},
                },
            },
        }
    },
}


def problems(data: Any, *, known: Collection[str]) -> Iterator[tuple[Sequence[str | int], str]]:
    """Yield what the schema cannot say: names used twice, features that do not exist."""
    for name, defect in data["defects"].items():
        for one, _ in expanded(name, defect):
            if one in known:
                yield ["defects", name], f"expected a new name, got {one!r} of another file"
        for index, fault in enumerate(defect["faults"]):
            for part in ("when", "unless"):
                for key, expected in fault.get(part, {}).items():
                    for feature in _features(expected):
                        if feature not in _KNOWN:
                            known_ones = ", ".join(sorted(_KNOWN))
                            where = ["defects", name, "faults", index, part, key]
                            yield where, f"expected one of the features {known_ones}, got {feature!r}"


_KNOWN = {*FEATURES, "same-as", "differs-from", "at-least"}


def _features(expected: Any) -> Iterator[str]:
    for one in expected if isinstance(expected, list) else [expected]:
        if isinstance(one, str) and (found := re.match("^!?~([^:]*)", one)):
            yield found.group(1)
