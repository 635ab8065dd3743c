"""Mutations of JSON-like data and of any bytes: for scenario files, documents of the control API and driver answers."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from random import Random

ODD: Final[tuple[Any, ...]] = (
    None, True, False, 0, -1, 1, 2**31, 2**63, 2**70, 1e308, -0.0, 1.5, "", " ", "0", "é", "\x00", "\ud800", "a" * 3000,
    "../../etc/passwd", "/dev/stdin", "file:///etc/passwd", "2026-01-05T10:00:00Z", "2026-13-45", "00:00", "1h30m", "-1s",
    "(", "^(A+)+$", "[", "{year}", "{__class__}", "%s", "<x/>", "&e;", "=1+1", "\u202e", "\U0001f600", [], {}, [[]],
    [None], {"": None}, {"id": {}}, "1.2.250.1.213.1.4.10", "279035121518989", "Infinity", "NaN", "default", "production",
)  # fmt: skip
PIECES: Final = (
    b"\x00", b"\xff", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"{", b"}", b"[", b"]", b":", b": ", b",", b'"', b"'", b"\\u0000",
    b"\\ud800", b"\\", b"\n", b"\r\n", b"\t", b"---\n", b"...\n", b"&a ", b"*a", b"<<: *a", b"!!python/object:os.system ",
    b"!!binary ", b"!!set ", b"!!timestamp ", b"? ", b"- ", b"| ", b"> ", b"# ", b"%YAML 1.1\n", b"NaN", b"Infinity",
    b"-Infinity", b"null", b"~", b"yes", b"0o17", b"1e999", b"9" * 5000, b"2026-01-05", b"[" * 200, b'{"a":' * 200,
    b"&a [" * 12, b"12:30:45", b"0x10", b".inf", b".nan",
)  # fmt: skip


_MOST_PLACES: Final = 5_000
"""Data that has grown so far is not changed any more: readers have their bounds, this has patience only."""


def mutate_data(chance: Random, data: Any, others: list[Any]) -> Any:
    """Return a copy of the data with one to four values changed, removed, doubled, wrapped or exchanged."""
    holder: list[Any] = [deepcopy(data)]
    for _ in range(chance.choice((1, 1, 1, 2, 4))):
        places = list(_places(holder))
        if not places or len(places) > _MOST_PLACES:
            break
        _change(chance, *chance.choice(places[1:] or places), others)
    return holder[0] if holder else deepcopy(chance.choice(ODD))


def _change(chance: Random, holder: Any, key: Any, others: list[Any]) -> None:
    """Change one value in place."""
    kind = chance.randrange(8)
    if kind == 0:
        del holder[key]
    elif kind == 1:
        holder[key] = [holder[key]] * chance.choice((1, 2, 20))
    elif kind == 2:
        holder[key] = {str(key): holder[key]}
    elif kind == 3:
        other = chance.choice(list(_places([deepcopy(chance.choice(others))])))
        holder[key] = other[0][other[1]]
    elif kind == 4 and isinstance(holder, dict):
        holder[chance.choice(("x", "id", "", str(key).upper(), f"{key} ", "é"))] = holder.pop(key)
    elif kind == 5:
        holder[key] = _nested(holder[key], chance.choice((2, 40, 200)))
    elif kind == 6 and isinstance(holder[key], str):
        holder[key] = _text(chance, holder[key])
    else:
        holder[key] = deepcopy(chance.choice(ODD))


def mutate_bytes(chance: Random, data: bytes) -> bytes:
    """Return bytes with a few of them flipped, cut, doubled or replaced."""
    spoiled = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 5))):
        at = chance.randrange(len(spoiled) + 1)
        end = min(len(spoiled), at + chance.choice((1, 4, 40, 400)))
        match chance.randrange(6):
            case 0 if at < len(spoiled):
                spoiled[at] = chance.randrange(256)
            case 1:
                del spoiled[at:end]
            case 2:
                spoiled[at:at] = spoiled[at:end] * chance.choice((1, 2, 30))
            case 3:
                del spoiled[at:]
            case 4:
                spoiled[at:end] = bytes(chance.randrange(256) for _ in range(min(end - at, 40)))
            case _:
                spoiled[at:at] = chance.choice(PIECES)
    return bytes(spoiled)


def as_json(data: Any) -> bytes:
    """Return data as JSON, also what JSON has no place for: a lone surrogate, Infinity."""
    return json.dumps(data, ensure_ascii=True).encode()


def _places(data: Any) -> Any:
    if isinstance(data, dict):
        for key in list(data):
            yield data, key
            yield from _places(data[key])
    elif isinstance(data, list):
        for index in range(len(data)):
            yield data, index
            yield from _places(data[index])


def _nested(value: Any, depth: int) -> Any:
    for level in range(depth):
        value = {"not": value} if level % 2 else [value]
    return value


def _text(chance: Random, text: str) -> str:
    at = chance.randrange(len(text) + 1)
    piece = chance.choice([each for each in ODD if isinstance(each, str)])
    return chance.choice(
        (text[:at] + piece + text[at:], text * 2, text[:at], text.upper(), text[::-1], f" {text}")
    )
