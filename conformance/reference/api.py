"""The driver API of the reference LGO over HTTP, as one WSGI application without a framework.

The routes come from the table of verbs: each reads the request, does one act (``acts.py``) and writes the result.
What goes wrong becomes an answer in one place, ``_problem_of``. A campaign makes some thirty thousand requests, and a
framework costs more than the acts themselves.
"""

from __future__ import annotations

import json
import logging
from http import HTTPStatus
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl

import orjson

from conformance.drivers import wire
from conformance.drivers.ahead import WITH
from conformance.drivers.model import Actor, Role, Verb
from conformance.drivers.protocol import RefusedError
from conformance.reference.acts import Acts
from conformance.reference.store import NotFoundError
from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from wsgiref.types import StartResponse, WSGIEnvironment

    from conformance.drivers.verbs import Declaration
    from conformance.reference.lgo import Lgo

_BAD_VALUE: Final = frozenset({"MISSING_FIELD", "INVALID_VALUE", "UNKNOWN_PROOF", "UNKNOWN_SETTING"})
"""Refusals about what was typed (422); the others are about the state of the file (409)."""

_MAX_REQUEST: Final = 1024 * 1024
"""Bytes of a body."""

_Answer = dict[str, Any]
_AnswerWithStatus = tuple[_Answer | None, HTTPStatus]

_log = logging.getLogger(__name__)


class HttpProblemError(Exception):
    """A request that no act is asked by."""

    def __init__(self, status: HTTPStatus, message: str, *, allow: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.allow = allow


class Api:
    """The WSGI application of the driver API."""

    def __init__(self, lgo: Lgo) -> None:
        self._acts = Acts(lgo)
        by_place = sorted(self._acts.declarations(), key=lambda each: (each.path, each.method))
        self._routes = _Routes(
            {
                path: {method: list(same) for method, same in groupby(verbs, key=lambda each: each.method)}
                for path, verbs in groupby(by_place, key=lambda each: each.path)
            }
        )

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        headers: list[tuple[str, str]] = []
        try:
            answer, status = self._answer(environ)
        except Exception as error:  # noqa: BLE001 - whatever an act raises, the caller is answered
            answer, status = _problem_of(error)
            if allow := getattr(error, "allow", ""):
                headers.append(("Allow", allow))
        content = b"" if answer is None else _written(answer)
        if answer is not None:
            headers += [("Content-Type", "application/json"), ("Content-Length", str(len(content)))]
        start_response(f"{status.value} {status.phrase}", headers)
        return [content] if content else []

    def routes(self) -> set[tuple[str, str]]:
        """Return method and path of each operation."""
        return self._routes.operations()

    def _answer(self, environ: WSGIEnvironment) -> _AnswerWithStatus:
        method, path = environ["REQUEST_METHOD"], _path(environ)
        verbs, named = self._routes.found(method, path)
        body = None if method == "GET" else _body(environ)
        name = f"{method} {path}"
        asked = _meant(verbs, wire.Node(name, body))
        query = dict(reversed(parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True)))
        arguments = wire.Node(name, asked.from_http(named, query, body))
        actor = _actor(environ, name) if asked.has_actor else None
        answer = self._acts.do(asked, arguments, actor)
        if answer is None:
            return None, HTTPStatus.NO_CONTENT
        if asked.verb is Verb.READ_PATIENT and WITH in query:
            answer = {**answer, WITH: self._acts.together(query[WITH].split(","), arguments, actor)}
        return answer, HTTPStatus.CREATED if asked.is_creation else HTTPStatus.OK


class _Routes:
    """The operations by their paths."""

    def __init__(self, routes: Mapping[str, dict[str, list[Declaration]]]) -> None:
        self._routes = routes
        self._shapes: dict[int, dict[tuple[int, ...], None]] = {}
        """By the number of parts of a path: which of them stand for anything; what is written out comes first."""
        self._known: dict[object, tuple[dict[str, list[Declaration]], tuple[str, ...]]] = {}
        """Methods, and names of what stands for anything, by shape and the path with nothing in these places."""
        for path, methods in routes.items():
            parts, shape = path.split("/"), _shape(path)
            self._shapes.setdefault(len(parts), {})[shape] = None
            self._known[shape, _shaped(parts, shape)] = (
                methods,
                tuple(parts[place][1:-1] for place in shape),
            )
        for length, shapes in self._shapes.items():
            order = [[place in shape for place in range(length)] for shape in shapes]
            self._shapes[length] = dict.fromkeys(
                shape for _, shape in sorted(zip(order, shapes, strict=True))
            )

    def operations(self) -> set[tuple[str, str]]:
        """Return method and path of each."""
        return {(method, path) for path, methods in self._routes.items() for method in methods}

    def found(self, method: str, path: str) -> tuple[list[Declaration], dict[str, str]]:
        """Return the verbs of the operation that is asked for, and what the path says.

        Raises:
            HttpProblemError: there is none.
        """
        given = path.split("/")
        allowed: list[str] = []
        for shape in self._shapes.get(len(given), ()):
            if not all(given[place] for place in shape):
                continue
            known = self._known.get((shape, _shaped(given, shape)))
            if known is None:
                continue
            methods, names = known
            if method in methods:
                return methods[method], dict(zip(names, (given[place] for place in shape), strict=True))
            allowed += methods
        if allowed:
            raise HttpProblemError(
                HTTPStatus.METHOD_NOT_ALLOWED,
                f"expected {' or '.join(sorted(allowed))}, got {method}",
                allow=", ".join(sorted(allowed)),
            )
        raise HttpProblemError(HTTPStatus.NOT_FOUND, f"nothing is at {path[:200]}")


def _shape(path: str) -> tuple[int, ...]:
    """Return the places of a path that stand for anything."""
    return tuple(place for place, part in enumerate(path.split("/")) if part.startswith("{"))


def _shaped(parts: Sequence[str], shape: tuple[int, ...]) -> tuple[str, ...]:
    """Return the parts of a path, nothing in the places of a shape."""
    return tuple("" if place in shape else part for place, part in enumerate(parts))


def create_app(lgo: Lgo) -> Api:
    """Return the WSGI application of the driver API."""
    return Api(lgo)


def _meant(verbs: Sequence[Declaration], body: wire.Node) -> Declaration:
    """Return which of the verbs of one operation a body asks for."""
    if len(verbs) == 1:
        return verbs[0]
    for name in verbs[0].fixed:
        values = sorted({each.fixed[name] for each in verbs})
        if body.key(name).data not in values:
            raise body.key(name).wrong(Text(f"l'un de {', '.join(values)}", f"one of {', '.join(values)}"))
    meant = [each for each in verbs if all(body.key(key).data == value for key, value in each.fixed.items())]
    complete = [
        each
        for each in meant
        if not any(body.key(argument.name).is_absent for argument in each.arguments if argument.is_required)
    ]
    return (complete or meant)[0]


def _problem_of(error: Exception) -> tuple[_Answer, HTTPStatus]:
    """Return the answer to a request that could not be done."""
    match error:
        case RefusedError():
            status = HTTPStatus.UNPROCESSABLE_ENTITY if error.code in _BAD_VALUE else HTTPStatus.CONFLICT
            return problem(error.code, error.message, error.fields), status
        case wire.MalformedAnswerError():
            return problem("BAD_REQUEST", error.text.en, (error.field,)), HTTPStatus.BAD_REQUEST
        case NotFoundError():
            return problem("NOT_FOUND", str(error)), HTTPStatus.NOT_FOUND
        case HttpProblemError():
            return problem(error.status.name, str(error)), error.status
    _log.error("an act failed", exc_info=error)
    failed = HTTPStatus.INTERNAL_SERVER_ERROR
    return problem(failed.name, "the reference LGO failed: its own log says why"), failed


def _written(answer: _Answer) -> bytes:
    try:
        return orjson.dumps(answer)
    except TypeError:  # Half a character.
        return json.dumps(answer).encode("ascii")


def problem(code: str, message: str, fields: Sequence[str] = ()) -> _Answer:
    """Return the document of a refusal."""
    return {"code": code, "message": message, "fields": list(fields)}


def _path(environ: WSGIEnvironment) -> str:
    # WSGI gives the bytes of the path, each as one character (PEP 3333).
    path: str = environ.get("PATH_INFO", "")
    return path.encode("latin-1").decode("utf-8", "replace")


def _body(environ: WSGIEnvironment) -> Any:
    """Return the JSON of a request."""
    # Chunks have no length; the server ends them.
    declared = environ.get("CONTENT_LENGTH") or ("0" if not environ.get("wsgi.input_terminated") else "")
    if declared and int(declared) > _MAX_REQUEST:
        raise _too_large()
    content = environ["wsgi.input"].read(int(declared) if declared else _MAX_REQUEST + 1)
    if len(content) > _MAX_REQUEST:
        raise _too_large()
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        raise HttpProblemError(HTTPStatus.BAD_REQUEST, f"expected JSON: {error}") from error


def _too_large() -> HttpProblemError:
    return HttpProblemError(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"expected a body of at most {_MAX_REQUEST} bytes"
    )


def _actor(environ: Mapping[str, Any], name: str) -> Actor:
    """Return who acts: the name and the right given in the headers."""
    user, role = environ.get(_USER), environ.get(_ROLE)
    # A campaign has a handful of users, and says in each request who acts.
    if (known := _ACTORS.get((user, role))) is not None:
        return known
    given = {
        header: value
        for header, value in ((wire.USER_HEADER, user), (wire.ROLE_HEADER, role))
        if value is not None
    }
    headers = wire.Node(name, given, "headers")
    said, right = headers.key(wire.USER_HEADER), headers.key(wire.ROLE_HEADER)
    if said.is_absent or not said.data:
        raise said.wrong(Text("un texte qui n'est pas vide", "a text that is not empty"))
    actor = Actor(user=said.text(), role=Role.USER if right.is_absent else right.member(Role))
    if len(_ACTORS) < _MAX_ACTORS:
        _ACTORS[user, role] = actor
    return actor


def _key(header: str) -> str:
    """Return the name of a header in WSGI."""
    return f"HTTP_{header.upper().replace('-', '_')}"


_USER: Final = _key(wire.USER_HEADER)
_ROLE: Final = _key(wire.ROLE_HEADER)
_ACTORS: Final[dict[tuple[Any, Any], Actor]] = {}
"""Who has acted, by the two headers."""
_MAX_ACTORS: Final = 1000
