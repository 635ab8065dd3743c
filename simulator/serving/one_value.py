"""Options handed to another process as one value: a field that is added later goes with them by itself."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable


def encode(value: Any) -> Any:
    """Return a dataclass of options as JSON data: texts, numbers, paths, ``None``, and options within.

    Raises:
        TypeError: a field holds something else.
    """
    match value:
        case None | bool() | int() | float() | str():
            return value
        case Path():
            return {"path": str(value)}
        case _ if dataclasses.is_dataclass(value) and not isinstance(value, type):
            fields = {each.name: encode(getattr(value, each.name)) for each in dataclasses.fields(value)}
            return {"class": type(value).__name__, "fields": fields}
    raise TypeError(f"expected a text, a number, a path, None or options, got {type(value).__name__}")


def decode(data: Any, classes: Iterable[type[Any]]) -> Any:
    """Return what ``encode`` was given.

    Args:
        data: what it returned.
        classes: the classes of options that may be in it.

    Raises:
        ValueError: it is nothing that ``encode`` returns, or of another class.
    """
    known = {each.__name__: each for each in classes}
    match data:
        case None | bool() | int() | float() | str():
            return data
        case {"path": str() as text}:
            return Path(text)
        case {"class": str() as name, "fields": dict() as fields} if name in known:
            return known[name](**{each: decode(value, known.values()) for each, value in fields.items()})
    raise ValueError(f"expected options, got {data!r:.80}")
