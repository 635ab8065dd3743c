"""The driver API in front of the reference LGO: what a vendor adds to a software to have it driven.

Each route reads the request with ``wire``, does one act, and writes the result with ``wire``. What goes
wrong becomes an answer in one place, ``_answer_errors``.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Flask, request
from werkzeug.exceptions import HTTPException

from conformance.drivers import wire
from conformance.drivers.model import Actor, Capabilities, Role, Status, Verb
from conformance.drivers.protocol import RefusedError
from conformance.reference.files import MODE
from conformance.reference.soap import SOFTWARE_VERSION
from conformance.reference.store import NotFoundError

if TYPE_CHECKING:
    from conformance.reference.lgo import Lgo

CAPABILITIES = Capabilities(
    name="banc-lgo", version=SOFTWARE_VERSION, vendor="banc-insi", verbs=frozenset(Verb)
)
"""The reference LGO can do everything the driver API knows."""

_BAD_VALUE = frozenset({"MISSING_FIELD", "INVALID_VALUE", "UNKNOWN_PROOF", "UNKNOWN_SETTING"})
"""Refusals about what was typed (422); the others are about the state of the file (409)."""

_MAX_REQUEST = 1024 * 1024

_Answer = dict[str, Any]
_AnswerWithStatus = tuple[_Answer, int]


def create_app(lgo: Lgo) -> Flask:
    """Return the WSGI application of the driver API."""
    app = Flask("conformance.reference", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = _MAX_REQUEST
    app.register_blueprint(driver_api(lgo))
    _answer_errors(app)
    return app


def driver_api(lgo: Lgo) -> Blueprint:
    """Return the routes of ``openapi.yaml``."""
    api = Blueprint("driver_api", __name__)
    _add_software_routes(api, lgo)
    _add_patient_routes(api, lgo)
    _add_call_routes(api, lgo)
    return api


def _add_software_routes(api: Blueprint, lgo: Lgo) -> None:
    @api.get("/capabilities")
    def capabilities() -> _Answer:
        return _written(CAPABILITIES)

    @api.post("/reset")
    def reset() -> tuple[str, int]:
        lgo.reset(_body().key("insi_url").identifier())
        return "", HTTPStatus.NO_CONTENT

    @api.get("/audit-log")
    def audit_log() -> _Answer:
        return {"entries": wire.to_json(lgo.audit_log(request.args.get("patient_id")))}

    @api.get("/settings")
    def settings() -> _Answer:
        return _written(lgo.settings())

    @api.put("/settings")
    def write_settings() -> _Answer:
        return _written(lgo.write_settings(_body().texts()))


def _add_patient_routes(api: Blueprint, lgo: Lgo) -> None:
    @api.post("/patients")
    def create_patient() -> _AnswerWithStatus:
        return _written(lgo.patients.create(wire.read_traits(_body()), _actor())), HTTPStatus.CREATED

    @api.get("/patients")
    def search_patients() -> _Answer:
        return {"patients": wire.to_json(lgo.patients.search(wire.read_criteria(request.args), _actor()))}

    @api.get("/patients/<patient_id>")
    def read_patient(patient_id: str) -> _Answer:
        return _written(lgo.patients.read(patient_id, _actor()))

    @api.patch("/patients/<patient_id>")
    def update_patient(patient_id: str) -> _Answer:
        return _written(lgo.patients.update(patient_id, wire.read_changes(_body()), _actor()))

    @api.put("/patients/<patient_id>/attributes")
    def set_attributes(patient_id: str) -> _Answer:
        attributes = wire.read_attributes(_body().key("attributes"))
        return _written(lgo.patients.set_attributes(patient_id, attributes, _actor()))

    @api.post("/patients/<patient_id>/proofs")
    def record_proof(patient_id: str) -> _Answer:
        return _written(lgo.patients.record_proof(patient_id, _body().key("kind").identifier(), _actor()))

    @api.post("/patients/<patient_id>/validation")
    def validate_identity(patient_id: str) -> _Answer:
        return _written(lgo.patients.validate(patient_id, _actor()))

    @api.post("/patients/<patient_id>/downgrade")
    def downgrade_status(patient_id: str) -> _Answer:
        status = _body().key("status").member(Status)
        return _written(lgo.patients.downgrade(patient_id, status, _actor()))

    @api.get("/patients/<patient_id>/history")
    def read_status_history(patient_id: str) -> _Answer:
        return {"changes": wire.to_json(lgo.patients.history(patient_id))}


def _add_call_routes(api: Blueprint, lgo: Lgo) -> None:
    @api.post("/insi-calls")
    def call_insi() -> _AnswerWithStatus:
        body = _body()
        mode = body.key("mode")
        if mode.data != MODE:
            raise mode.wrong(MODE)
        if body.key("patient_id").is_absent:
            call = lgo.calls.call_with_traits(wire.read_traits(body.key("traits")), _actor())
        else:
            call = lgo.calls.call_for_patient(body.key("patient_id").identifier(), _actor())
        return _written(call), HTTPStatus.CREATED

    @api.get("/insi-calls/<call_id>/proposal")
    def read_proposal(call_id: str) -> _Answer:
        return _written(lgo.calls.proposal(call_id))

    @api.post("/insi-calls/<call_id>/decision")
    def decide_proposal(call_id: str) -> _Answer:
        patient = lgo.calls.decide(call_id, accept=_body().key("accept").boolean(), actor=_actor())
        return {"patient": wire.to_json(patient)}


def _answer_errors(app: Flask) -> None:
    @app.errorhandler(RefusedError)
    def refused(error: RefusedError) -> _AnswerWithStatus:
        status = HTTPStatus.UNPROCESSABLE_ENTITY if error.code in _BAD_VALUE else HTTPStatus.CONFLICT
        return _problem(error.code, error.message, error.fields), status

    @app.errorhandler(wire.MalformedAnswerError)
    def malformed(error: wire.MalformedAnswerError) -> _AnswerWithStatus:
        return _problem("BAD_REQUEST", str(error), (error.field,)), HTTPStatus.BAD_REQUEST

    @app.errorhandler(NotFoundError)
    def not_found(error: NotFoundError) -> _AnswerWithStatus:
        return _problem("NOT_FOUND", str(error)), HTTPStatus.NOT_FOUND

    @app.errorhandler(HTTPException)
    def http(error: HTTPException) -> _AnswerWithStatus:
        status = error.code or HTTPStatus.INTERNAL_SERVER_ERROR
        return _problem(HTTPStatus(status).name, error.description or ""), status


def _problem(code: str, message: str, fields: tuple[str, ...] = ()) -> _Answer:
    return {"code": code, "message": message, "fields": list(fields)}


def _written(value: object) -> _Answer:
    document: _Answer = wire.to_json(value)
    return document


def _body() -> wire.Node:
    return wire.Node(f"{request.method} {request.path}", request.get_json(force=True))


def _actor() -> Actor:
    """Return who acts: the name and the right given in the headers."""
    headers = wire.Node(f"{request.method} {request.path}", dict(request.headers), "headers")
    role = headers.key(wire.ROLE_HEADER)
    return Actor(
        user=headers.key(wire.USER_HEADER).identifier(),
        role=Role.USER if role.is_absent else role.member(Role),
    )
