"""The driver API of the reference LGO over HTTP.

The routes come from the table of verbs: each reads the request, does one act (``acts.py``) and writes the result.
What goes wrong becomes an answer in one place, ``_answer_errors``.
"""

from __future__ import annotations

from http import HTTPStatus
from itertools import groupby
from typing import TYPE_CHECKING, Any

from flask import Flask, request
from werkzeug.exceptions import HTTPException

from conformance.drivers import wire
from conformance.drivers.model import Actor, Role
from conformance.drivers.protocol import RefusedError
from conformance.reference.acts import Acts
from conformance.reference.store import NotFoundError
from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from conformance.drivers.verbs import Declaration
    from conformance.reference.lgo import Lgo

_BAD_VALUE = frozenset({"MISSING_FIELD", "INVALID_VALUE", "UNKNOWN_PROOF", "UNKNOWN_SETTING"})
"""Refusals about what was typed (422); the others are about the state of the file (409)."""

_MAX_REQUEST = 1024 * 1024

_Answer = dict[str, Any]
_AnswerWithStatus = tuple[_Answer | str, int]


def create_app(lgo: Lgo) -> Flask:
    """Return the WSGI application of the driver API."""
    app = Flask("conformance.reference", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = _MAX_REQUEST
    acts = Acts(lgo)
    by_operation = sorted(acts.declarations(), key=lambda each: each.operation)
    for operation, verbs in groupby(by_operation, key=lambda each: each.operation):
        _add_route(app, operation, list(verbs), acts)
    _answer_errors(app)
    return app


def _add_route(app: Flask, operation: str, verbs: Sequence[Declaration], acts: Acts) -> None:
    first = verbs[0]
    path = first.path.replace("{", "<").replace("}", ">")
    app.add_url_rule(path, operation, _view(verbs, acts), methods=[first.method])


def _view(verbs: Sequence[Declaration], acts: Acts) -> Callable[..., _AnswerWithStatus]:
    def view(**path: str) -> _AnswerWithStatus:
        body = None if request.method == "GET" else request.get_json(force=True)
        name = f"{request.method} {request.path}"
        asked = _meant(verbs, wire.Node(name, body))
        arguments = wire.Node(name, asked.from_http(path, request.args, body))
        answer = acts.do(asked, arguments, _actor(name) if asked.has_actor else None)
        if answer is None:
            return "", HTTPStatus.NO_CONTENT
        return answer, HTTPStatus.CREATED if asked.is_creation else HTTPStatus.OK

    return view


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


def _answer_errors(app: Flask) -> None:
    @app.errorhandler(RefusedError)
    def refused(error: RefusedError) -> _AnswerWithStatus:
        status = HTTPStatus.UNPROCESSABLE_ENTITY if error.code in _BAD_VALUE else HTTPStatus.CONFLICT
        return problem(error.code, error.message, error.fields), status

    @app.errorhandler(wire.MalformedAnswerError)
    def malformed(error: wire.MalformedAnswerError) -> _AnswerWithStatus:
        return problem("BAD_REQUEST", error.text.en, (error.field,)), HTTPStatus.BAD_REQUEST

    @app.errorhandler(NotFoundError)
    def not_found(error: NotFoundError) -> _AnswerWithStatus:
        return problem("NOT_FOUND", str(error)), HTTPStatus.NOT_FOUND

    @app.errorhandler(HTTPException)
    def http(error: HTTPException) -> _AnswerWithStatus:
        status = error.code or HTTPStatus.INTERNAL_SERVER_ERROR
        return problem(HTTPStatus(status).name, error.description or ""), status


def problem(code: str, message: str, fields: Sequence[str] = ()) -> _Answer:
    """Return the document of a refusal."""
    return {"code": code, "message": message, "fields": list(fields)}


def _actor(name: str) -> Actor:
    """Return who acts: the name and the right given in the headers."""
    headers = wire.Node(name, dict(request.headers), "headers")
    user, role = headers.key(wire.USER_HEADER), headers.key(wire.ROLE_HEADER)
    if user.is_absent or not user.data:
        raise user.wrong(Text("un texte qui n'est pas vide", "a text that is not empty"))
    return Actor(user=user.text(), role=Role.USER if role.is_absent else role.member(Role))
