"""The driver API on the wire: JSON to the values of the model and back, whatever carries it.

Reading is strict about what the bench needs and tolerant about the rest: a missing key, a wrong type or a
value outside an enumeration is a ``MalformedAnswerError`` that names operation, field, expectation and what
came; keys that the driver API does not know are ignored. An empty string means "the field is empty", like
``null``: many software cannot tell them apart. All that is wrong with a document is told at once.
"""

from __future__ import annotations

import base64
import binascii
import dataclasses
import re
import types
import typing
from collections.abc import Mapping
from difflib import get_close_matches
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, Union, get_args, get_origin

from conformance.drivers import model
from conformance.drivers.errors import RefusedError
from conformance.drivers.formats import DAY, NOT_EMPTY, Format
from conformance.drivers.model import FORMER_VERBS, IDENTITY_FIELDS, Status, Verb
from conformance.drivers.node import MalformedAnswerError, Node, describe, together
from conformance.drivers.quick import OddError, quick_reader
from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "ROLE_HEADER",
    "USER_HEADER",
    "MalformedAnswerError",
    "Node",
    "describe",
    "read",
    "read_refusal",
    "to_json",
]

USER_HEADER = "X-Banc-User"
"""Request header naming the acting user."""
ROLE_HEADER = "X-Banc-Role"
"""Request header with the right under which the verb is done: ``USER`` or ``SUPER_USER``."""


_VERB_LIKE = re.compile(r"[a-z]{1,40}(?:_[a-z]{1,40}){1,8}")
"""Names of verbs, those to come included, are words of small letters."""
_ALIKE = 0.7
"""How near each word of a verb is to one that is known, where it is that one misspelt."""
_DIGITS = 18
"""How long a number may be that is written as a text."""


def to_json(value: object) -> Any:
    """Return the JSON form of a value of the model: objects, sorted arrays for sets, texts for members, base64."""
    kind = type(value)
    if kind is str or value is None or kind is bool:
        return value
    if dataclasses.is_dataclass(kind):
        members = [(name, getattr(value, name)) for name in _names(kind)]
        return {name: one if type(one) is str or one is None else to_json(one) for name, one in members}
    match value:
        case StrEnum():
            return value.value
        case int() | float() | str():
            return value
        case bytes():
            return base64.b64encode(value).decode("ascii")
        case Mapping():
            return {str(to_json(key)): to_json(entry) for key, entry in value.items()}
        case frozenset() | set():
            return sorted(to_json(entry) for entry in value)
        case list() | tuple():
            return [to_json(entry) for entry in value]
    raise TypeError(f"expected a value of the driver model, got {type(value).__name__}")


@cache
def _names(kind: Any) -> tuple[str, ...]:
    return tuple(entry.name for entry in dataclasses.fields(kind))


def read(node: Node, kind: Any) -> Any:
    """Return the value that a document holds.

    Args:
        node: the document, or a place in it.
        kind: the type to read, as it is annotated in the model or on a verb.

    Raises:
        MalformedAnswerError: with everything that is wrong.
    """
    try:
        return quick_reader(kind, _fields)(node.data)
    except OddError:
        return _reader(kind)(node)  # It says what is wrong.


@cache
def _reader(kind: Any) -> Callable[[Node], Any]:
    """Return what reads a type: looked up once, not for each of the fields that a campaign reads by the million."""
    if kind in _SPECIAL:
        return _SPECIAL[kind]
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return lambda node: _read_formatted(node, arguments[0], arguments[1])
    if origin in {Union, types.UnionType}:
        some = next(each for each in arguments if each is not types.NoneType)
        is_text = some is str or get_origin(some) is Annotated
        is_day = is_text and DAY in get_args(some)
        return lambda node: _read_nullable(node, some, is_text=is_text, is_day=is_day)
    if origin in {list, tuple, frozenset}:
        return lambda node: origin(_read_all((entry, arguments[0]) for entry in node.items()))
    if origin in {dict, Mapping}:
        return lambda node: _read_mapping(node, *arguments)
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return lambda node: node.member(kind)
    if dataclasses.is_dataclass(kind):
        return lambda node: _read_object(node, kind)
    raise TypeError(f"no reader for {kind!r}")


def _read_formatted(node: Node, kind: Any, form: Format) -> Any:
    if not isinstance(node.data, str) or not form.fits(node.data):
        raise node.wrong(form.expected)
    return read(node, kind)


def _read_nullable(node: Node, kind: Any, *, is_text: bool, is_day: bool) -> Any:
    if node.data is None or (is_text and node.data == ""):
        return None
    if is_day and isinstance(node.data, str) and node.data.isspace():
        return None  # what was typed as a date is no date, and no other form of one: a matter of the rules
    if is_text and not isinstance(node.data, str):
        raise node.wrong(Text("un texte ou null", "a text or null"))
    return read(node, kind)


def _read_mapping(node: Node, key_kind: Any, kind: Any) -> dict[Any, Any]:
    if node.data == []:
        return {}  # So PHP writes an empty table.
    keys = _read_all((key, key_kind) for key in node.names())
    values = _read_all((node.key(name.data), kind) for name in node.names() if isinstance(name.data, str))
    return dict(zip(keys, values, strict=True))


def _read_all(places: Any) -> list[Any]:
    """Read several places; what is wrong with any of them is told together."""
    values, problems = [], []
    for node, kind in places:
        try:
            values.append(read(node, kind))
        except MalformedAnswerError as problem:
            problems.append(problem)
    if problems:
        raise together(problems)
    return values


def _read_object(node: Node, kind: Any) -> Any:
    wanted = []
    for name, type_, is_optional in _fields(kind):
        place = node.key(name)
        if not is_optional or not place.is_absent:
            wanted.append((name, place, type_))
    values = _read_all((place, type_) for _, place, type_ in wanted)
    return kind(**{name: value for (name, _, _), value in zip(wanted, values, strict=True)})


@cache
def _fields(kind: Any) -> tuple[tuple[str, Any, bool], ...]:
    """Return name, type, and whether the key may be missing or null, for each field of a dataclass."""
    hints = typing.get_type_hints(kind, include_extras=True)
    missing = dataclasses.MISSING
    return tuple(
        (
            entry.name,
            hints[entry.name],
            (entry.default is not missing or entry.default_factory is not missing)
            and entry.name not in _ALWAYS_THERE.get(kind, ()),
        )
        for entry in dataclasses.fields(kind)
    )


_ALWAYS_THERE: Mapping[type, tuple[str, ...]] = {model.Patient: (*IDENTITY_FIELDS, "attributes")}
"""Keys that have to be there although the model has a default: a forgotten field must not look empty."""


# What the types alone do not say


def _read_status(node: Node) -> Status:
    # An empty text is a status that the software shows, and none of the four.
    if not isinstance(node.data, str):
        known = ", ".join(Status)
        raise node.wrong(Text(f"l'un de {known}", f"one of {known}"))
    return Status(node.data) if node.data in Status.__members__ else Status.unknown(node.data)


def _read_verb(node: Node) -> Verb:
    former = FORMER_VERBS.get(node.data) if isinstance(node.data, str) else None
    return former or node.member(Verb)


def _read_capabilities(node: Node) -> model.Capabilities:
    """Read what a software declares; a verb of a later driver API, that looks like none of this one, is nothing to this bench."""
    if isinstance(node.data, Mapping):
        kept = dict(node.data)
        for name in ("verbs", "with_patient"):
            if isinstance(kept.get(name), list):
                kept[name] = [one for one in kept[name] if not _is_later(one)]
        if isinstance(kept.get("not_supported"), Mapping):
            kept["not_supported"] = {
                key: why for key, why in kept["not_supported"].items() if not _is_later(key)
            }
        node = Node(node.operation, kept, node.path)
    declared: model.Capabilities = _read_object(node, model.Capabilities)
    return declared


def _is_later(name: object) -> bool:
    if not isinstance(name, str) or not _VERB_LIKE.fullmatch(name) or name in FORMER_VERBS:
        return False
    words = sorted(name.split("_"))
    return not any(
        len(known := sorted(verb.split("_"))) == len(words)
        and all(
            get_close_matches(one, [other], n=1, cutoff=_ALIKE)
            for one, other in zip(words, known, strict=True)
        )
        for verb in Verb
    )


def _read_boolean(node: Node) -> bool:
    if not isinstance(node.data, bool):
        raise node.wrong(Text("true ou false", "true or false"))
    return node.data


def _read_number(node: Node) -> int:
    if (
        isinstance(node.data, str)
        and len(node.data) <= _DIGITS
        and node.data.isascii()
        and node.data.isdecimal()
    ):
        return int(node.data)  # So a database gives a number.
    if not isinstance(node.data, int) or isinstance(node.data, bool):
        raise node.wrong(Text("un nombre entier", "a whole number"))
    return node.data


def _read_bytes(node: Node) -> bytes:
    try:
        return base64.b64decode(node.text(), validate=True)
    except (binascii.Error, ValueError) as error:
        raise node.wrong(Text("des octets en base64", "bytes in base64")) from error


def _read_compared(node: Node) -> model.ComparedField:
    line: model.ComparedField = _read_object(node, model.ComparedField)
    if line.field == "birth_date":
        for name in ("local", "insi"):
            _read_nullable(node.key(name), Annotated[str, DAY], is_text=True, is_day=True)
    return line


def _read_audit_entry(node: Node) -> model.AuditEntry:
    entry: model.AuditEntry = _read_object(node, model.AuditEntry)
    if entry.returned.get("birth_date"):
        _read_formatted(node.key("returned").key("birth_date"), str, DAY)
    return entry


_SPECIAL: Mapping[Any, Callable[[Node], Any]] = {
    str: Node.text,
    bool: _read_boolean,
    int: _read_number,
    bytes: _read_bytes,
    Status: _read_status,
    Verb: _read_verb,
    model.Capabilities: _read_capabilities,
    model.ComparedField: _read_compared,
    model.AuditEntry: _read_audit_entry,
}


def read_refusal(node: Node) -> RefusedError:
    """Read the body of a refusal."""
    fields = node.key("fields")
    return RefusedError(
        _read_formatted(node.key("code"), str, NOT_EMPTY),
        node.key("message").text(),
        () if fields.is_absent else read(fields, list[str]),
    )
