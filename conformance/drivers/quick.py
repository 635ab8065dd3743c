"""Reading what is as it should be, fast: a campaign reads a million fields of answers.

One reader is made for each type and kept. It raises ``OddError`` without a word for anything that is not plainly right;
``wire.read`` then reads the same again field by field, and says what was expected, what came and where.
"""

from __future__ import annotations

import base64
import binascii
import dataclasses
import types
from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, Union, get_args, get_origin

from conformance.drivers import model
from conformance.drivers.formats import DAY
from conformance.drivers.model import Status

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.drivers.formats import Format

    Reader = Callable[[Any], Any]
    Fields = Callable[[Any], tuple[tuple[str, Any, bool], ...]]


class OddError(Exception):
    """Not plainly what the type says."""


@cache
def quick_reader(kind: Any, fields_of: Fields) -> Reader:
    """Return what reads a value of this type; it raises ``OddError``.

    Args:
        kind: the type, as it is annotated in the model or on a verb.
        fields_of: returns name, type, and whether it may be missing, for each field of a dataclass.
    """
    if kind in _SCALARS:
        return _SCALARS[kind]
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return _formatted(quick_reader(arguments[0], fields_of), arguments[1])
    if origin in {Union, types.UnionType}:
        some = next(each for each in arguments if each is not types.NoneType)
        is_text = some is str or get_origin(some) is Annotated
        return _nullable(quick_reader(some, fields_of), is_text=is_text)
    if origin in {list, tuple, frozenset}:
        return _several(origin, quick_reader(arguments[0], fields_of))
    if origin in {dict, Mapping}:
        return _mapping(*(quick_reader(each, fields_of) for each in arguments))
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return _member(dict(kind._value2member_map_))
    if dataclasses.is_dataclass(kind):
        read = _object(kind, fields_of)
        check = _CHECKS.get(kind)
        return read if check is None else _checked(read, check)
    return _never


def _never(_data: Any) -> Any:
    raise OddError


def _text(data: Any) -> Any:
    if type(data) is not str:
        raise OddError
    return data


def _boolean(data: Any) -> Any:
    if data is not True and data is not False:
        raise OddError
    return data


def _number(data: Any) -> Any:
    if type(data) is not int:
        raise OddError
    return data


def _bytes(data: Any) -> bytes:
    try:
        return base64.b64decode(_text(data), validate=True)
    except (binascii.Error, ValueError) as error:
        raise OddError from error


def _member(members: Mapping[Any, Any]) -> Reader:
    def read(data: Any) -> Any:
        found = members.get(data) if type(data) is str else None
        if found is None:
            raise OddError
        return found

    return read


def _formatted(read_one: Reader, form: Format) -> Reader:
    fits = form.fits

    def read(data: Any) -> Any:
        if type(data) is not str or not fits(data):
            raise OddError
        return read_one(data)

    return read


def _nullable(read_one: Reader, *, is_text: bool) -> Reader:
    if is_text:
        return lambda data: None if data is None or data == "" else read_one(data)
    return lambda data: None if data is None else read_one(data)


def _several(make: Callable[[Any], Any], read_one: Reader) -> Reader:
    def read(data: Any) -> Any:
        if type(data) is not list:
            raise OddError
        return make(map(read_one, data))

    return read


def _mapping(read_key: Reader, read_one: Reader) -> Reader:
    def read(data: Any) -> Any:
        if type(data) is not dict:
            raise OddError
        return {read_key(name): read_one(item) for name, item in data.items()}

    return read


def _object(kind: Any, fields_of: Fields) -> Reader:
    readers = [
        (name, is_optional, quick_reader(type_, fields_of)) for name, type_, is_optional in fields_of(kind)
    ]

    def read(data: Any) -> Any:
        if type(data) is not dict:
            raise OddError
        values = {}
        for name, is_optional, read_one in readers:
            if name in data:
                value = data[name]
                if value is not None or not is_optional:
                    values[name] = read_one(value)
            elif not is_optional:
                raise OddError
        return kind(**values)

    return read


def _checked(read_object: Reader, check: Callable[[Any], bool]) -> Reader:
    def read(data: Any) -> Any:
        value = read_object(data)
        if not check(value):
            raise OddError
        return value

    return read


def _has_dates(line: model.ComparedField) -> bool:
    return line.field != "birth_date" or all(not one or DAY.fits(one) for one in (line.local, line.insi))


def _has_date(entry: model.AuditEntry) -> bool:
    date = entry.returned.get("birth_date")
    return not date or DAY.fits(date)


_SCALARS: Mapping[Any, Reader] = {
    str: _text,
    bool: _boolean,
    int: _number,
    bytes: _bytes,
    # What is no status of the model, a former name of a verb: for the other reader.
    Status: _member(dict(Status.__members__)),
}
_CHECKS: Mapping[Any, Callable[[Any], bool]] = {
    model.ComparedField: _has_dates,
    model.AuditEntry: _has_date,
}
