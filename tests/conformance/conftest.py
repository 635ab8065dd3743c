"""A value of any type of the driver model, so that a test can go over every verb."""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, Union, get_args, get_origin

import pytest

from conformance.drivers import wire

_FORMATTED = {
    "day": "1960-01-01",
    "moment": "2026-03-02T09:14:05+00:00",
    "identity_field": "sex",
    "lowered_status": "PROV",
}
_PLAIN = {str: "a", bool: True, int: 3, bytes: b"%PDF"}


def sample_of(kind: Any) -> Any:
    """Return a value of a type, with every field filled."""
    origin, arguments = get_origin(kind), get_args(kind)
    if kind in _PLAIN:
        return _PLAIN[kind]
    if kind is types.NoneType:
        return None
    if origin is Annotated:
        text = _FORMATTED.get(arguments[1].name, "1")
        return arguments[0](text)
    if origin in {Union, types.UnionType}:
        return sample_of(next(each for each in arguments if each is not types.NoneType))
    if origin in {list, tuple, frozenset}:
        return origin([sample_of(arguments[0])])
    if origin in {dict, Mapping}:
        return {sample_of(arguments[0]): sample_of(arguments[1])}
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return next(iter(kind))
    assert dataclasses.is_dataclass(kind), kind
    return kind(**{name: sample_of(type_) for name, type_, _ in wire._fields(kind)})


@pytest.fixture(scope="session")
def sample() -> Any:
    return sample_of
