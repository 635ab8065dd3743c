"""A value as the members that it has, by name: what passes a seam, or goes into a row of the database."""

from __future__ import annotations

import json
from dataclasses import fields
from functools import cache
from typing import Any


def members(value: Any) -> dict[str, Any]:
    """Return the fields of a dataclass by name; a mapping among them is copied, values of values are not taken apart.

    ``dataclasses.asdict`` copies each text as if it could change: a fifth of what the LGO did for a request.
    """
    return {
        name: dict(member) if isinstance(member := getattr(value, name), dict) else member
        for name in names_of(type(value))
    }


def loaded(text: str) -> dict[str, Any]:
    """Return members that were written as JSON; most lines of a log have none."""
    found: dict[str, Any] = {} if text == "{}" else json.loads(text)
    return found


@cache
def names_of(kind: type[Any]) -> tuple[str, ...]:
    """Return the names of the fields of a dataclass."""
    return tuple(field.name for field in fields(kind))
