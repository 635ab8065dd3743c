"""When a fault applies: the small language of ``when`` and ``unless`` in the defect files.

A condition names a value and what is expected of it::

    when: {status: [RECUP, QUAL], birth_name: "~hyphen", local.used_name: "*"}

A name is looked up in the record that passes the seam, then in what is known about it; a dot goes one level down.
All names of a condition must be met. What is expected:

* a text, a number, true or false: this value; a list: one of these; ``null``: empty or absent;
* ``"*"``: not empty; ``"~feature"`` or ``"~feature:argument"``: see ``FEATURES``;
* ``"!…"``: not that. A value that holds several (alerts, attributes) is met by any of them.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.reference.seams import Record

_MISSING = object()


def value_of(name: str, record: Record, about: Mapping[str, Any]) -> Any:
    """Return the value that a name stands for, ``None`` when there is none."""
    head, _, rest = name.partition(".")
    value = record.get(head, _MISSING)
    if value is _MISSING:
        value = about.get(head)
    while rest and value is not None:
        head, _, rest = rest.partition(".")
        value = value.get(head) if isinstance(value, dict) else getattr(value, head, None)
    return value


def holds(condition: Mapping[str, Any], record: Record, about: Mapping[str, Any]) -> bool:
    """Tell whether every part of a condition is met."""
    return all(
        _met(expected, value_of(name, record, about), record, about) for name, expected in condition.items()
    )


def _met(expected: Any, value: Any, record: Record, about: Mapping[str, Any]) -> bool:
    if isinstance(expected, list):
        return any(_met(one, value, record, about) for one in expected)
    if isinstance(expected, str) and expected.startswith("!"):
        return not _met(expected[1:], value, record, about)
    if expected is None:
        return not value
    if isinstance(expected, bool):
        return bool(value) is expected
    if isinstance(value, (list, tuple, set, frozenset)):
        return bool(value) if expected == "*" else any(_met(expected, one, record, about) for one in value)
    if isinstance(expected, str) and expected.startswith("~"):
        return _has_feature(expected[1:], value, record, about)
    return bool(value) if expected == "*" else str(value) == str(expected)


def _has_feature(feature: str, value: Any, record: Record, about: Mapping[str, Any]) -> bool:
    name, _, argument = feature.partition(":")
    if name == "same-as":
        return bool(value == value_of(argument, record, about))
    if name == "differs-from":
        return bool(value != value_of(argument, record, about))
    if name == "at-least":
        return value is not None and int(value) >= int(argument)
    if value is None:
        return False
    return FEATURES[name](str(value), argument)


def _plain(text: str) -> str:
    return "".join(
        letter for letter in unicodedata.normalize("NFD", text) if not unicodedata.combining(letter)
    )


def _month(text: str) -> int:
    return int(text[5:7]) if re.fullmatch(r"\d{4}-\d\d-\d\d", text) else 0


def _day(text: str) -> int:
    return int(text[8:10]) if re.fullmatch(r"\d{4}-\d\d-\d\d", text) else 0


FEATURES: dict[str, Callable[[str, str], bool]] = {
    "hyphen": lambda text, _: "-" in text,
    "double-hyphen": lambda text, _: "--" in text,
    "apostrophe": lambda text, _: "'" in text or "’" in text,
    "space": lambda text, _: " " in text,
    "particle": lambda text, _: bool(re.match(r"(DE|DU|DES|LE|LA|EL|BEN|VAN|VON) ", text)),
    "several": lambda text, _: len(text.split()) > 1,
    "longer": lambda text, limit: len(text) > int(limit),
    "shorter": lambda text, limit: len(text) < int(limit),
    "starts": lambda text, start: text.startswith(start),
    "contains": lambda text, part: part in text,
    "matches": lambda text, pattern: re.search(pattern, text) is not None,
    "lower": lambda text, _: text != text.upper(),
    "accent": lambda text, _: text != _plain(text),
    "leading-zero": lambda text, _: text.startswith("0"),
    "letter": lambda text, _: any(letter.isalpha() for letter in text),
    "corsica": lambda text, _: text[:2] in {"2A", "2B"},
    "overseas": lambda text, _: text.startswith("97"),
    "abroad": lambda text, _: text.startswith("99") and text != "99999",
    "before": lambda text, year: text[:4].isdigit() and text[:4] < year,
    "since": lambda text, year: text[:4].isdigit() and text[:4] >= year,
    "summer": lambda text, _: 4 <= _month(text) <= 9,  # noqa: PLR2004 - months of summer time, roughly
    "first-of-month": lambda text, _: _day(text) == 1,
    "day-as-month": lambda text, _: 1 <= _day(text) <= 12,  # noqa: PLR2004 - a day that could be a month
    "zero-day": lambda text, _: text[8:10] == "00" and text[5:7] != "00",
    "zero-month": lambda text, _: text[5:7] == "00" and text[8:10] != "00",
    "zero-both": lambda text, _: text[5:10] == "00-00",
    "nia": lambda text, _: text.endswith(".1.4.9"),
    "code": lambda text, _: "_" in text,
}
"""What a text may look like, by the name used in the defect files; the second argument follows the colon."""
