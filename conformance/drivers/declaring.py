"""What a verb is, and the decorator that declares one.

A verb is declared once, as a method of a class in ``verbs``: its signature gives the request and the answer, its
decorator the HTTP operation, what a person is asked to do and what of it can be seen on the wire. The method has no
body: calling it hands the declaration and the arguments to ``perform`` of the driver.
"""

from __future__ import annotations

import functools
import inspect
import re
import typing
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from enum import StrEnum
from types import NoneType
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, Protocol, TypeVar
from urllib.parse import quote

from conformance.drivers import wire
from conformance.drivers.model import Actor, Verb

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulator.text import Text

_P = ParamSpec("_P")
_R = TypeVar("_R")
_S = TypeVar("_S", bound="Performer")


class Sign(StrEnum):
    """What on the wire shows that an act was done; a driver that waits for a person moves on by it."""

    NOTHING = "nothing"
    """The act stays inside the software: the person says that it is done."""
    TRAITS_SEARCH = "traits_search"
    """INSi receives a search by traits."""
    CARD_SEARCH = "card_search"
    """INSi receives a search with a Vitale card."""
    VERIFICATION = "verification"
    """INSi receives a verification of an identity."""
    BULK_DEPOSIT = "bulk_deposit"
    """INSi receives a lot of identities to verify."""
    BULK_COLLECTION = "bulk_collection"
    """INSi is asked for the results of a lot."""
    DOCUMENT = "document"
    """A partner (DMP, MSSanté…) receives a document or a message."""


class Place(StrEnum):
    """Where an argument travels over HTTP."""

    PATH = "path"
    QUERY = "query"
    BODY = "body"
    """A key of the JSON body."""
    WHOLE_BODY = "whole_body"
    """The JSON body itself."""


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of a verb, the actor aside."""

    name: str
    kind: Any
    """Its type, as ``wire.read`` takes it."""
    place: Place
    is_required: bool
    default: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """All there is to know about a verb."""

    name: str
    """The method, the name in ``/capabilities`` and in the subprocess protocol."""
    verb: Verb | None
    """``None`` for ``capabilities`` and ``reset``, which every software has."""
    summary: str
    method: str
    path: str
    operation: str
    """``operationId`` in ``openapi.yaml``; a few verbs share an operation and differ by their body."""
    fixed: Mapping[str, str]
    """Keys of the body that are always the same and tell verbs of one operation apart."""
    arguments: tuple[Argument, ...]
    has_actor: bool
    answer: Any
    """Type of the answer; ``NoneType`` when there is none."""
    answer_key: str | None
    """The key of the answer that holds the value; ``None`` when the answer is the value."""
    is_creation: bool
    """Whether HTTP answers 201."""
    may_call_insi: bool
    title: Text
    """The act in a few words, for listings and reports."""
    task: Text
    """What a person at the software is asked to do; the arguments are shown beside it."""
    sign: Sign

    def argument(self, name: str) -> Argument:
        """Return an argument by name."""
        return next(each for each in self.arguments if each.name == name)

    def request(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Return the arguments as JSON by name; those left at their default are left out."""
        return {
            each.name: wire.to_json(arguments[each.name])
            for each in self.arguments
            if each.is_required or arguments.get(each.name, each.default) != each.default
        }

    def read_request(self, node: wire.Node) -> dict[str, Any]:
        """Read the arguments from JSON by name: what the software does with a request.

        Raises:
            MalformedAnswerError: with everything that is wrong.
        """
        values: dict[str, Any] = {}
        for each in self.arguments:
            place = node.key(each.name)
            if place.is_missing and not each.is_required:
                values[each.name] = each.default
            else:
                values[each.name] = wire.read(place, each.kind)
        return values

    def read_answer(self, node: wire.Node) -> Any:
        """Read the answer of the software.

        Raises:
            MalformedAnswerError: with everything that is wrong.
        """
        if self.answer is NoneType:
            return None
        place = node if self.answer_key is None else node.key(self.answer_key)
        return wire.read(place, self.answer)

    def write_answer(self, value: Any) -> Any:
        """Return the answer as JSON; ``None`` when the verb has none."""
        written = wire.to_json(value)
        return written if self.answer_key is None else {self.answer_key: written}

    def http_request(self, arguments: Mapping[str, Any]) -> tuple[str, dict[str, str], Any]:
        """Return path, query and JSON body (``None`` for no body) of the HTTP request."""
        request = self.request(arguments)
        path, query, body = self.path, dict[str, str](), dict[str, Any](self.fixed)
        whole: Any = None
        for each in self.arguments:
            if each.name not in request:
                continue
            value = request[each.name]
            match each.place:
                case Place.PATH:
                    path = path.replace(f"{{{each.name}}}", quote(str(value), safe=""))
                case Place.QUERY if isinstance(value, dict):
                    query |= {name: str(part) for name, part in value.items() if part}
                case Place.QUERY:
                    query[each.name] = str(value)
                case Place.BODY:
                    body[each.name] = value
                case Place.WHOLE_BODY:
                    whole = value
        has_body = self.method != "GET"
        return path, query, (body if whole is None else whole) if has_body else None

    def from_http(self, path: Mapping[str, str], query: Mapping[str, str], body: Any) -> dict[str, Any]:
        """Return the request as JSON by name from the parts of an HTTP request; opposite of ``http_request``."""
        request: dict[str, Any] = {}
        for each in self.arguments:
            match each.place:
                case Place.PATH:
                    request[each.name] = path[each.name]
                case Place.QUERY if is_dataclass(each.kind):
                    names = [entry.name for entry in fields(each.kind)]
                    request[each.name] = {name: query[name] for name in names if query.get(name)}
                case Place.QUERY:
                    if each.name in query:
                        request[each.name] = query[each.name]
                case Place.BODY:
                    if isinstance(body, Mapping) and each.name in body:
                        request[each.name] = body[each.name]
                case Place.WHOLE_BODY:
                    request[each.name] = body
        return request


class Performer(Protocol):
    """What a verb needs of the object it is called on."""

    def perform(self, declaration: Declaration, actor: Actor | None, arguments: Mapping[str, Any]) -> Any:
        """Do a verb and return its answer."""
        ...


def verb(
    http: str,
    *,
    title: Text,
    task: Text,
    sign: Sign = Sign.NOTHING,
    may_call_insi: bool = False,
    body: str | None = None,
    answer: str | None = None,
    created: bool = False,
    operation: str | None = None,
    fixed: Mapping[str, str] | None = None,
) -> Callable[[Callable[Concatenate[_S, _P], _R]], Callable[Concatenate[_S, _P], _R]]:
    """Declare a verb; decorates a method without body.

    Args:
        http: method and path, such as ``POST /patients/{patient_id}/proofs``. Arguments not in the path travel in
            the query of a GET and in the JSON body of the others, each under its name.
        title: the act in a few words.
        task: what a person is asked to do.
        sign: what on the wire shows that it was done.
        may_call_insi: whether the software may call INSi meanwhile.
        body: the argument that is the body itself.
        answer: the key of the answer under which the value stands.
        created: whether HTTP answers 201.
        operation: ``operationId`` when it is not the name of the verb.
        fixed: keys of the body that are always the same.
    """

    def decorate(function: Callable[Concatenate[_S, _P], _R]) -> Callable[Concatenate[_S, _P], _R]:
        method, path = http.split()
        signature = inspect.signature(function)
        hints = typing.get_type_hints(function, include_extras=True)
        name = function.__name__
        declaration = Declaration(
            name=name,
            verb=Verb(name) if name in list(Verb) else None,
            summary=(function.__doc__ or "").partition("\n")[0].strip(),
            method=method,
            path=path,
            operation=operation or name,
            fixed=dict(fixed or {}),
            arguments=tuple(
                Argument(
                    each.name,
                    hints[each.name],
                    _place(each.name, method, path, body),
                    each.default is inspect.Parameter.empty,
                    None if each.default is inspect.Parameter.empty else each.default,
                )
                for each in signature.parameters.values()
                if each.name not in {"self", "actor"}
            ),
            has_actor="actor" in signature.parameters,
            answer=hints["return"],
            answer_key=answer,
            is_creation=created,
            may_call_insi=may_call_insi,
            title=title,
            task=task,
            sign=sign,
        )

        given = _given(signature)

        @functools.wraps(function)
        def call(self: _S, /, *args: _P.args, **kwargs: _P.kwargs) -> _R:
            arguments = given(args, kwargs)
            result: _R = self.perform(declaration, arguments.pop("actor", None), arguments)
            return result

        call.declaration = declaration  # type: ignore[attr-defined] # read by declarations_of
        return call

    return decorate


def _given(signature: inspect.Signature) -> Callable[[tuple[Any, ...], dict[str, Any]], dict[str, Any]]:
    """Return what gives the arguments of a call by name, defaults included; ``self`` is left out."""
    _, *parameters = signature.parameters.values()
    every = {each.name for each in parameters}
    in_order = [each.name for each in parameters if each.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD]
    defaults = {each.name: each.default for each in parameters if each.default is not inspect.Parameter.empty}

    def given(args: tuple[Any, ...], named: dict[str, Any]) -> dict[str, Any]:
        placed = dict(zip(in_order, args, strict=False))
        found = {**defaults, **placed, **named}
        if len(placed) == len(args) and found.keys() == every and not placed.keys() & named.keys():
            return found
        bound = signature.bind(None, *args, **named)  # It says what is wrong.
        bound.apply_defaults()
        return {name: value for name, value in bound.arguments.items() if name != "self"}

    return given


def declarations_of(kind: type) -> list[Declaration]:
    """Return the verbs declared in a class and the classes it is made of, in order."""
    found: dict[str, Declaration] = {}
    for part in kind.__bases__:
        found |= {each.name: each for each in declarations_of(part)}
    for member in vars(kind).values():
        declaration = getattr(member, "declaration", None)
        if isinstance(declaration, Declaration):
            found[declaration.name] = declaration
    return list(found.values())


def _place(name: str, method: str, path: str, body: str | None) -> Place:
    if name in re.findall(r"\{(\w+)\}", path):
        return Place.PATH
    if method == "GET":
        return Place.QUERY
    return Place.WHOLE_BODY if name == body else Place.BODY
