"""What all routes of the control API share: reading a request and saying what is wrong with it."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any, Final

from flask import Response, jsonify, request
from werkzeug.exceptions import UnsupportedMediaType

MAX_PAGE = 1000
"""Most entries returned by one call of a listing."""

MAX_ID = 2**63 - 1
"""Largest integer that SQLite compares."""
_DIGITS: Final = len(str(MAX_ID))


class BadRequestError(Exception):
    """The request of an API client cannot be used; the message says what was expected."""


def json_body(*, optional: bool = False) -> dict[str, Any]:
    """Return the JSON object of the request.

    Raises:
        BadRequestError: it is something else.
    """
    if optional and not request.get_data():
        return {}
    if not request.is_json:
        raise UnsupportedMediaType("expected Content-Type: application/json")
    return object_of(request.get_data())


def object_of(content: bytes) -> dict[str, Any]:
    """Return the JSON object that a body holds.

    Raises:
        BadRequestError: it is something else.
    """
    try:
        data = json.loads(content, object_pairs_hook=_object)
    except RecursionError as error:
        raise BadRequestError("expected JSON, got some nested too deeply") from error
    except ValueError as error:  # no JSON, no UTF-8, or a number of thousands of digits
        raise BadRequestError(f"expected JSON: {error}") from error
    if not isinstance(data, dict):
        raise BadRequestError(f"expected a JSON object, got {type(data).__name__}")
    return data


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object; of a name that comes twice, two readers would each take another value (RFC 8259 §4)."""
    data = dict(pairs)
    if len(data) < len(pairs):
        twice, _ = Counter(name for name, _ in pairs).most_common(1)[0]
        raise BadRequestError(f"expected each name of an object once, got {twice!r:.80} more than once")
    return data


def number_argument(name: str, default: int, low: int, high: int) -> int:
    """Return a whole number of the query string.

    Raises:
        BadRequestError: it is not one from ``low`` to ``high``.
    """
    text = request.args.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdecimal()) or len(text) > _DIGITS or not low <= int(text) <= high:
        raise BadRequestError(f"{name}: expected a whole number from {low} to {high}, got {text!r:.80}")
    return int(text)


def choice_argument(name: str, default: str, *allowed: str) -> str:
    """Return a word of the query string.

    Raises:
        BadRequestError: it is not one of those allowed.
    """
    text = request.args.get(name, default)
    if text not in allowed:
        raise BadRequestError(f"{name}: expected one of {', '.join(allowed)}, got {text!r}")
    return text


def problem(message: str, status: int) -> tuple[Response, int]:
    """Return an error answer."""
    return jsonify(error=message), status
