"""A right value of any type of the driver model, as JSON: what the mutants of driver answers begin with."""

from __future__ import annotations

import base64
import dataclasses
import types
from collections.abc import Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, Union, get_args, get_origin

from conformance.drivers import model
from conformance.drivers.model import Status, Verb
from conformance.drivers.wire import _fields

if TYPE_CHECKING:
    from random import Random

_TEXTS = ("ADRUN", "2026-01-05T10:00:00Z", "1984-09-25", "63220", "p-1", "<x/>", "")


def sample(chance: Random, kind: Any) -> Any:
    """Return JSON that a right answer of this type may be; formats are tried, so that some values are not right."""
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return chance.choice(_TEXTS)
    if origin in {Union, types.UnionType}:
        inner = next(each for each in arguments if each is not types.NoneType)
        return None if chance.random() < 0.3 else sample(chance, inner)
    if origin in {list, tuple, frozenset}:
        return [sample(chance, arguments[0]) for _ in range(chance.randrange(3))]
    if origin in {dict, Mapping}:
        return {
            str(sample(chance, arguments[0])): sample(chance, arguments[1])
            for _ in range(chance.randrange(3))
        }
    plain = {
        str: chance.choice(_TEXTS), bool: chance.random() < 0.5, int: chance.randrange(100),
        bytes: base64.b64encode(b"%PDF-").decode(), Status: "QUAL", Verb: next(iter(Verb)).value,
        model.ComparedField: {"field": "birth_name", "local": "A", "insi": "B"},
        model.AuditEntry: {"at": "2026-01-05T10:00:00Z", "user": "u", "action": "status", "before": None, "after": "QUAL"},
    }  # fmt: skip
    if kind in plain:
        return plain[kind]
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return chance.choice(list(kind)).value
    assert dataclasses.is_dataclass(kind), kind
    return {name: sample(chance, of) for name, of, _ in _fields(kind)}
