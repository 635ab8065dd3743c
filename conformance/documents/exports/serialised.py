"""What a program keeps of itself as text: values that PHP serialises, properties of Java, records that a console shows. Pure, bounded."""

from __future__ import annotations

import re
from typing import Any, Final

_DEEPEST: Final = 40
_MOST: Final = 2_000_000
"""Values, or characters, that are read."""
_PHP: Final = re.compile(rb"\s{0,20}(?:a:\d{1,7}:\{|O:\d{1,3}:\"[\w\\]{1,200}\":\d{1,7}:\{)")
_NUMBER: Final = re.compile(rb"-?[\w.+-]{1,40};")
_COUNT: Final = re.compile(rb"(\d{1,9}):")
_PROPERTY: Final = re.compile(r"([^\s=:#!][^=:\r\n]{0,200}?)[ \t]{0,40}[=:][ \t]{0,40}([^\r\n]{0,4000})")
_STEP: Final = re.compile(r"[.\[\]/]{1,2}")
_ESCAPE: Final = re.compile(r"\\(u[0-9A-Fa-f]{4}|.)")
_SIGNS: Final = {"n": "\n", "t": "\t", "r": "\r", "f": "\f"}
_RECORD: Final = re.compile(
    r"(?:-\[ (?:RECORD|ENREGISTREMENT) \d{1,9} \][-+]{0,400}|\*{10,60} \d{1,9}\. row \*{10,60})[ \t]{0,400}"
)
_SHOWN: Final = re.compile(r"[ \t]{0,100}([\w ./°()-]{1,80}?)[ \t]{0,100}(?:\||: )[ \t]?([^\r\n]{0,4000})")
_MOST_RECORDS: Final = 20_000
_MOST_NAMES: Final = 500


class _NotPhpError(ValueError):
    """Bytes that PHP did not write."""


def is_php(data: bytes) -> bool:
    """Tell whether bytes begin as an array or an object that PHP serialises."""
    return _PHP.match(data) is not None


def php_of(data: bytes) -> Any | None:
    """Return the value that PHP serialised: arrays numbered from 0 as lists, others and objects as tables; nothing when it is spoilt."""
    try:
        value, _ = _php(data, len(data) - len(data.lstrip()), 0)
    except (_NotPhpError, IndexError):
        return None
    return value


def _php(data: bytes, at: int, depth: int) -> tuple[Any, int]:
    if depth > _DEEPEST:
        raise _NotPhpError
    kind = data[at : at + 2]
    if kind == b"N;":
        return None, at + 2
    if kind in {b"i:", b"b:", b"d:", b"r:", b"R:"}:
        found = _NUMBER.match(data, at + 2)
        if found is None:
            raise _NotPhpError
        return found[0][:-1].decode("ascii", errors="replace"), found.end()
    if kind in {b"s:", b"S:", b"E:"}:
        text, end = _php_text(data, at + 2)
        return text, end + 1
    if kind == b"a:":
        return _php_table(data, at + 2, depth)
    if kind in {b"O:", b"C:"}:
        _, end = _php_text(data, at + 2)
        return _php_table(data, end + 1, depth)
    raise _NotPhpError


def _php_text(data: bytes, at: int) -> tuple[str, int]:
    """Return a text, and where its closing quote ends."""
    found = _COUNT.match(data, at)
    if found is None:
        raise _NotPhpError
    start = found.end() + 1
    end = start + int(found[1])
    if data[found.end() : start] != b'"' or data[end : end + 1] != b'"':
        raise _NotPhpError
    content = data[start:end]
    try:
        return content.decode("utf-8"), end + 1
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace"), end + 1


def _php_table(data: bytes, at: int, depth: int) -> tuple[Any, int]:
    found = _COUNT.match(data, at)
    if found is None or data[found.end() : found.end() + 1] != b"{":
        raise _NotPhpError
    at, made = found.end() + 1, {}
    # Each value takes two bytes at least: a count that lies ends with the bytes.
    for _ in range(int(found[1])):
        name, at = _php(data, at, depth + 1)
        value, at = _php(data, at, depth + 1)
        # Members that are private bear the name of their class before their own.
        made[str(name).rpartition("\0")[2]] = value
    if data[at : at + 1] != b"}":
        raise _NotPhpError
    is_list = list(made) == [str(number) for number in range(len(made))]
    return (list(made.values()) if is_list else made), at + 1


def properties_of(text: str) -> list[dict[str, str]] | None:
    """Return the records of properties (``patient.1.nom=A``, ``clients[0].nom : A``): one for each number in their names; nothing without."""
    records: dict[str, dict[str, str]] = {}
    for line in text[:_MOST].splitlines():
        told = line.strip()
        if not told or told[0] in "#!":
            continue
        found = _PROPERTY.fullmatch(told)
        if found is None:
            return None
        steps = [one for one in _STEP.split(found[1]) if one]
        at = next((place for place, one in enumerate(steps) if one.isdecimal()), None)
        if at is None or at + 1 >= len(steps) or len(records) > _MOST_RECORDS:
            return None
        record = records.setdefault(".".join(steps[: at + 1]), {})
        name = ".".join(steps[at + 1 :])
        if name in record or len(record) > _MOST_NAMES:
            return None
        record[name] = _ESCAPE.sub(_unescaped, found[2])
    return list(records.values()) or None


def _unescaped(found: re.Match[str]) -> str:
    told = found[1]
    if len(told) == 1:
        return _SIGNS.get(told, told)
    number = int(told[1:], 16)
    return "" if 0xD800 <= number <= 0xDFFF else chr(number)  # noqa: PLR2004 - halves of a pair


def shown_of(text: str) -> list[dict[str, str]] | None:
    """Return the records that a console shows one below the other (``-[ RECORD 1 ]-``, ``*** 1. row ***``); nothing for any other text."""
    lines = text[:_MOST].lstrip("\ufeff \t\r\n").splitlines()
    if not lines or _RECORD.fullmatch(lines[0]) is None:
        return None
    records: list[dict[str, str]] = []
    for line in lines:
        if _RECORD.fullmatch(line):
            if len(records) > _MOST_RECORDS:
                break
            records.append({})
        elif (found := _SHOWN.fullmatch(line)) and len(records[-1]) < _MOST_NAMES:
            records[-1].setdefault(found[1].strip(), found[2].strip())
    return records
