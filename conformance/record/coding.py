"""Events and entries to JSON-like data and back, by the types of their fields."""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Mapping
from datetime import date, datetime
from enum import Enum
from functools import cache
from pathlib import Path, PurePath
from typing import Any, Literal, Union, get_args, get_origin

from conformance.record import events, timeline
from conformance.record.quick import OddError, hints_of, quick_reader

KINDS: dict[str, type[Any]] = {
    "campaign": events.CampaignStarted,
    "resumed": events.CampaignResumed,
    "doctor": events.DoctorFinding,
    "suite": events.SuiteCollected,
    "check-started": events.CheckStarted,
    "act": timeline.ActEntry,
    "exchange": timeline.ExchangeEntry,
    "driver": timeline.DriverEntry,
    "state": timeline.StateEntry,
    "note": timeline.NoteEntry,
    "document": timeline.DocumentEntry,
    "attachment": timeline.AttachmentEntry,
    "break": timeline.BreakEntry,
    "again": events.Again,
    "human-act": events.HumanAct,
    "review": events.ReviewDecided,
    "check-finished": events.CheckFinished,
    "finished": events.CampaignFinished,
}
"""The class behind each ``kind`` of line."""
KIND_OF = {cls: kind for kind, cls in KINDS.items()}
ENTRIES = frozenset(
    {"act", "exchange", "driver", "state", "note", "document", "attachment", "break", "again"}
)
"""Kinds that belong to the timeline of a check."""


class CodingError(ValueError):
    """Data is not what the class says; the message names the member."""


def encode(value: Any) -> Any:
    """Return a value of the record as JSON-like data; members with their default are left out."""
    # Most of a record is plain already, and there are millions of values.
    kind = type(value)
    if kind is str or value is None or kind in _PLAIN:
        return value
    if kind is dict:
        return {str(name): encode(item) for name, item in value.items()}
    if kind is list or kind is tuple:
        return [encode(item) for item in value]
    return _encode_other(value)


def _encode_other(value: Any) -> Any:
    match value:
        case Enum():
            return value.value
        case datetime():
            return value.isoformat(timespec="microseconds")
        case date():
            return value.isoformat()
        case PurePath():
            return str(value)
        case Mapping():
            return {str(name): encode(item) for name, item in value.items()}
        case list() | tuple():
            return [encode(item) for item in value]
        case _ if dataclasses.is_dataclass(value) and not isinstance(value, type):
            return _members(value)
        case _:
            return value


def encode_act(value: timeline.ActEntry) -> dict[str, Any]:
    """Return the same as ``encode`` of an act: nearly all lines are acts, and most of their members are plain already."""
    data: dict[str, Any] = {"at": value.at.isoformat(timespec="microseconds"), "verb": value.verb}
    if value.actor:
        data["actor"] = value.actor
    if value.arguments:
        data["arguments"] = value.arguments
    if value.outcome != "returned":
        data["outcome"] = value.outcome
    if value.result is not None:
        data["result"] = value.result
    if value.changes:
        data["changes"] = encode(value.changes)
    return data


def _members(value: Any) -> dict[str, Any]:
    return {
        name: encode(item)
        for name, default in _defaults(type(value))
        if (item := getattr(value, name)) != default
    }


_PLAIN = frozenset({bool, int, float})


@cache
def _defaults(cls: type[Any]) -> tuple[tuple[str, Any], ...]:
    return tuple((field.name, _default(field)) for field in dataclasses.fields(cls))


def decode(cls: type[Any], data: Any, where: str = "") -> Any:
    """Return the ``cls`` that ``data`` stands for; unknown members are ignored.

    Raises:
        CodingError: a member is missing or of another type.
    """
    try:
        return quick_reader(cls)(data)  # type: ignore[arg-type] # classes are hashable
    except OddError:
        pass  # Read again, step by step, to say what is wrong and where.
    if not isinstance(data, Mapping):
        raise CodingError(f"{where or cls.__name__}: expected an object, got {data!r:.80}")
    values = {}
    for name, hint in hints_of(cls).items():  # type: ignore[arg-type] # as above
        if name in data:
            values[name] = _read(hint, data[name], f"{where}.{name}" if where else name)
    try:
        return cls(**values)
    except TypeError as error:
        raise CodingError(f"{where or cls.__name__}: {error}") from error


def _read(hint: Any, data: Any, where: str) -> Any:
    origin, arguments = get_origin(hint), get_args(hint)
    if hint is Any:
        return data
    if origin is Literal:
        if data not in arguments:
            raise CodingError(f"{where}: expected one of {', '.join(arguments)}, got {data!r:.80}")
        return data
    if origin in {Union, types.UnionType}:
        return _optional(arguments, data, where)
    if origin is tuple:
        if not isinstance(data, list):
            raise CodingError(f"{where}: expected an array, got {data!r:.80}")
        return tuple(_read(arguments[0], item, f"{where}[{index}]") for index, item in enumerate(data))
    if origin is not None and issubclass(origin, Mapping):
        if not isinstance(data, Mapping):
            raise CodingError(f"{where}: expected an object, got {data!r:.80}")
        return {name: _read(arguments[1], item, f"{where}.{name}") for name, item in data.items()}
    return _read_class(hint, data, where)


def _optional(arguments: tuple[Any, ...], data: Any, where: str) -> Any:
    options = tuple(option for option in arguments if option is not type(None))
    if data is None and len(options) < len(arguments):
        return None
    return _read(options[0], data, where) if len(options) == 1 else _scalar(options, data, where)


def _read_class(hint: Any, data: Any, where: str) -> Any:
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return decode(hint, data, where)
    if hint in {datetime, date} or (isinstance(hint, type) and issubclass(hint, (Enum, Path))):
        try:
            return hint.fromisoformat(data) if hint in {datetime, date} else hint(data)
        except (ValueError, TypeError) as error:
            raise CodingError(f"{where}: {error}") from error
    return _scalar((hint,), data, where)


def _scalar(options: tuple[Any, ...], data: Any, where: str) -> Any:
    if isinstance(data, bool) and bool not in options:
        raise CodingError(f"{where}: expected {_names(options)}, got {data!r}")
    if float in options and isinstance(data, int):
        return float(data)
    if not isinstance(data, options):
        raise CodingError(f"{where}: expected {_names(options)}, got {data!r:.80}")
    return data


def _names(options: tuple[Any, ...]) -> str:
    return " or ".join(option.__name__ for option in options)


def _default(field: dataclasses.Field[Any]) -> Any:
    if field.default_factory is not dataclasses.MISSING:
        return field.default_factory()
    return field.default
