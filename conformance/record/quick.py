"""Reading back what is as it should be, fast: a record of a whole campaign has a million members.

One reader is made for each type and kept. It raises ``OddError`` without a word for anything that is not plainly right;
``coding.decode`` then reads the same again step by step, and says what is wrong and where.
"""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Mapping
from datetime import date, datetime
from enum import Enum
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Union, get_args, get_origin, get_type_hints

if TYPE_CHECKING:
    from collections.abc import Callable

    _Reader = Callable[[Any], Any]


class OddError(Exception):
    """Not plainly what the type says."""


@cache
def hints_of(cls: type[Any]) -> dict[str, Any]:
    """Return the type of each field of a class of the record."""
    # Names that a module imports for its annotations alone.
    hints = get_type_hints(cls, localns={"Mapping": Mapping, "Path": Path, "date": date})
    return {field.name: hints[field.name] for field in dataclasses.fields(cls)}


@cache
def quick_reader(hint: Any) -> _Reader:
    """Return what reads a value of this type; it raises ``OddError``."""
    origin, arguments = get_origin(hint), get_args(hint)
    if hint is Any:
        return _as_it_is
    if origin is Literal:
        return _literal(arguments)
    if origin in {Union, types.UnionType}:
        return _union(arguments)
    if origin is tuple:
        return _array(quick_reader(arguments[0]))
    if origin is not None and issubclass(origin, Mapping):
        return _mapping(quick_reader(arguments[1]))
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return _object(hint)
    if hint in {datetime, date}:
        return _converted(hint.fromisoformat)
    if isinstance(hint, type) and issubclass(hint, (Enum, Path)):
        return _converted(hint)
    return _scalar(hint)


def _as_it_is(data: Any) -> Any:
    return data


def _literal(allowed: tuple[Any, ...]) -> _Reader:
    def read(data: Any) -> Any:
        if not isinstance(data, str) or data not in allowed:
            raise OddError
        return data

    return read


def _union(arguments: tuple[Any, ...]) -> _Reader:
    options = [option for option in arguments if option is not types.NoneType]
    # Several scalars: which of them it is matters only for what is wrong.
    read_one = quick_reader(options[0]) if len(options) == 1 else _scalar(*options)
    if len(options) == len(arguments):
        return read_one
    return lambda data: None if data is None else read_one(data)


def _array(read_item: _Reader) -> _Reader:
    def read(data: Any) -> Any:
        if not isinstance(data, list):
            raise OddError
        return tuple(map(read_item, data))

    return read


def _mapping(read_item: _Reader) -> _Reader:
    def read(data: Any) -> Any:
        if not isinstance(data, dict):
            raise OddError
        if read_item is _as_it_is:
            return dict(data)
        return {name: read_item(item) for name, item in data.items()}

    return read


def _converted(convert: _Reader) -> _Reader:
    def read(data: Any) -> Any:
        try:
            return convert(data)
        except (ValueError, TypeError) as error:
            raise OddError from error

    return read


def _scalar(*kinds: Any) -> _Reader:
    def read(data: Any) -> Any:
        if type(data) not in kinds:
            raise OddError
        return data

    return read


def _object(cls: type[Any]) -> _Reader:
    hints = hints_of(cls)  # type: ignore[arg-type] # classes are hashable
    readers = {name: quick_reader(hint) for name, hint in hints.items()}

    def read(data: Any) -> Any:
        if not isinstance(data, dict):
            raise OddError
        values = {name: read_one(data[name]) for name, read_one in readers.items() if name in data}
        try:
            return cls(**values)
        except TypeError as error:
            raise OddError from error

    return read
