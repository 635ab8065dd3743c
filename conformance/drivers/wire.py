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
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, TypeVar, Union, get_args, get_origin

from conformance.drivers import model
from conformance.drivers.errors import DriverError, Fault, RefusedError
from conformance.drivers.formats import DAY, NOT_EMPTY, Format
from conformance.drivers.model import FORMER_VERBS, IDENTITY_FIELDS, Status, Verb
from conformance.drivers.quick import OddError, quick_reader
from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

USER_HEADER = "X-Banc-User"
"""Request header naming the acting user."""
ROLE_HEADER = "X-Banc-Role"
"""Request header with the right under which the verb is done: ``USER`` or ``SUPER_USER``."""

_E = TypeVar("_E", bound=StrEnum)

_VERB_LIKE = re.compile(r"[a-z]{1,40}(?:_[a-z]{1,40}){1,8}")
"""Names of verbs, those to come included, are words of small letters."""
_ALIKE = 0.7
"""How near each word of a verb is to one that is known, where it is that one misspelt."""
_DIGITS = 18
"""How long a number may be that is written as a text."""
_SHOWN = 80
"""How much of an unexpected value an error shows."""


class MalformedAnswerError(DriverError):
    """A JSON document is not what ``openapi.yaml`` says for this operation.

    ``others`` holds what else is wrong with the same document.
    """

    def __init__(
        self,
        operation: str,
        field: str,
        expected: Text,
        got: object,
        others: Sequence[MalformedAnswerError] = (),
    ) -> None:
        """Store where the document departs from the driver API and how."""
        self.operation = operation
        self.field = field
        self.expected = expected
        self.got = describe(got)
        self.others = tuple(others)
        more = len(self.others)
        super().__init__(
            Text(
                f"{operation} : {self.problem.fr}" + (f" (et {more} autre(s) écart(s))" if more else ""),
                f"{operation}: {self.problem.en}" + (f" (and {more} more)" if more else ""),
            ),
            hint=Text(
                "Comparez la réponse avec « banc driver show » (openapi.yaml) ; « banc driver check » donne tous les écarts.",
                "Compare the answer with “banc driver show” (openapi.yaml); “banc driver check” tells all that is wrong.",
            ),
            fault=Fault.CONTRACT,
        )

    @property
    def problem(self) -> Text:
        """Return the place, what was expected there and what came, without the operation."""
        where = (
            Text(f"champ {self.field!r}", f"field {self.field!r}")
            if self.field
            else Text("le document", "the document")
        )
        return Text(
            f"{where.fr} : attendu {self.expected.fr}, reçu {self.got.fr}",
            f"{where.en}: expected {self.expected.en}, got {self.got.en}",
        )

    def all(self) -> tuple[MalformedAnswerError, ...]:
        """Return this problem and the others of the document, each alone."""
        alone = MalformedAnswerError(self.operation, self.field, self.expected, self.got)
        return (alone, *(each for other in self.others for each in other.all()))


def _together(problems: Sequence[MalformedAnswerError]) -> MalformedAnswerError:
    """Return one error that tells several."""
    first, *others = [each for problem in problems for each in problem.all()]
    return MalformedAnswerError(first.operation, first.field, first.expected, first.got, others)


def describe(value: object) -> Text:
    """Return a short description of a JSON value for an error message."""
    match value:
        case Text():
            return value
        case _Missing():
            return Text("rien (la clé manque)", "nothing (the key is missing)")
        case None:
            return Text.same("null")
        case Mapping():
            keys = ", ".join(sorted(map(str, value)))
            cut = keys if len(keys) <= _SHOWN else keys[: _SHOWN - 1] + "…"
            return Text(f"un objet de clés {cut or '(aucune)'}", f"an object with the keys {cut or '(none)'}")
        case list():
            return Text(f"un tableau de {len(value)}", f"an array of {len(value)}")
    text = repr(value)
    return Text.same(text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…")


class _Missing:
    """The value of a key that is not there."""


_MISSING = _Missing()

_OBJECT = Text("un objet", "an object")
_ARRAY = Text("un tableau", "an array")
_TEXT = Text("un texte", "a text")


@dataclass(frozen=True, slots=True)
class Node:
    """One place of a JSON document, able to say where it is when it is not as expected."""

    operation: str
    data: object
    path: str = ""

    def wrong(self, expected: Text) -> MalformedAnswerError:
        """Return the error that says what was expected here."""
        return MalformedAnswerError(self.operation, self.path, expected, self.data)

    def key(self, name: str) -> Node:
        """Return the value under a key, which may be missing."""
        if not isinstance(self.data, Mapping):
            raise self.wrong(_OBJECT)
        path = f"{self.path}.{name}" if self.path else name
        return Node(self.operation, self.data.get(name, _MISSING), path)

    def names(self) -> Iterator[Node]:
        """Yield the keys of an object, each at the place of its value."""
        if not isinstance(self.data, Mapping):
            raise self.wrong(_OBJECT)
        for name in self.data:
            yield Node(self.operation, str(name), self.key(str(name)).path)

    def items(self) -> Iterator[Node]:
        """Yield the entries of an array."""
        if not isinstance(self.data, list):
            raise self.wrong(_ARRAY)
        for index, entry in enumerate(self.data):
            yield Node(self.operation, entry, f"{self.path}[{index}]")

    @property
    def is_missing(self) -> bool:
        """Whether the key is not there."""
        return self.data is _MISSING

    @property
    def is_absent(self) -> bool:
        """Whether the key is missing or null."""
        return self.data is None or self.data is _MISSING

    def text(self) -> str:
        """Return a text."""
        if not isinstance(self.data, str):
            raise self.wrong(_TEXT)
        return self.data

    def member(self, kind: type[_E]) -> _E:
        """Return a member of an enumeration."""
        if isinstance(self.data, str) and self.data in list(kind):
            return kind(self.data)
        known = ", ".join(kind)
        close = get_close_matches(str(self.data), list(kind), n=1)
        near = (
            Text(f" (vouliez-vous {close[0]} ?)", f" (did you mean {close[0]}?)") if close else Text("", "")
        )
        raise self.wrong(Text(f"l'un de {known}{near.fr}", f"one of {known}{near.en}"))


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
        return lambda node: _read_nullable(node, some, is_text=is_text)
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


def _read_nullable(node: Node, kind: Any, *, is_text: bool) -> Any:
    if node.data is None or (is_text and node.data == ""):
        return None
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
        raise _together(problems)
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
    if not isinstance(node.data, str) or not node.data:
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
            _read_nullable(node.key(name), Annotated[str, DAY], is_text=True)
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
