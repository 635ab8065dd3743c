"""The reference LGO serves openapi.yaml: the same operations, and answers that fit."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import httpx
import jsonschema
import pytest

from conformance.drivers.errors import DriverError
from conformance.drivers.http import HttpDriver
from conformance.drivers.model import Actor, Attribute, PatientTraits, SearchCriteria, Status
from conformance.drivers.partners import Channel, MessageFormat
from conformance.drivers.protocol import RefusedError
from conformance.drivers.screens import Form, Right
from conformance.drivers.verbs import VERBS
from conformance.reference.acts import Acts
from conformance.reference.api import create_app
from conformance.reference.defects import NO_DEFECTS
from conformance.reference.lgo import Lgo
from simulator.datafile import load_yaml

if TYPE_CHECKING:
    from pathlib import Path

    from conformance.drivers.raw import RawExchange

SPEC: dict[str, Any] = load_yaml(files("conformance.drivers") / "openapi.yaml")


SYMBOL = f"IS01{'0' * 22}S1279035121518989S21.2.250.1.213.1.4.10S3DOMINIQUE MARIE-LOUISE\x1dS4PAT-TROIS\x1dS5FS628-03-1979S751215"
"""The INS of a public test identity; the OID of 20 characters needs no separator."""


def test_routes_are_the_operations(tmp_path: Path) -> None:
    lgo = Lgo(tmp_path / "lgo.sqlite", NO_DEFECTS)
    served = {(method.lower(), path) for method, path in create_app(lgo).routes()}
    lgo.close()
    documented = {
        (method, path) for path, item in SPEC["paths"].items() for method in item if method != "parameters"
    }
    assert served <= documented
    assert {(each.method.lower(), each.path) for each in Acts(lgo).declarations()} == served


def operation_of(method: str, path: str) -> tuple[str, dict[str, Any]]:
    for template, item in SPEC["paths"].items():
        pattern = re.sub(r"\{\w+\}", "[^/]+", template)
        if re.fullmatch(pattern, path):
            operation: dict[str, Any] = item[method.lower()]
            return operation["operationId"], operation
    raise AssertionError(path)


def content_schema(message: dict[str, Any]) -> dict[str, Any]:
    if "$ref" in message:
        message = SPEC["components"]["responses"][message["$ref"].rsplit("/", 1)[1]]
    schema: dict[str, Any] = message["content"]["application/json"]["schema"]
    return {**schema, "components": SPEC["components"]}


def do_somehow(lgo: HttpDriver, verb: str, sample: Any, patient_id: str, user: Actor) -> None:
    """Do a verb with values of the right form: what it answers, a refusal for the most part, has a schema too."""
    declared = VERBS[verb]
    arguments = {each.name: sample(each.kind) for each in declared.arguments}
    if "patient_id" in arguments:
        arguments["patient_id"] = patient_id
    # A lot that does not exist is a 404, which is no refusal; the form of each answer is checked as it comes.
    with suppress(RefusedError, DriverError):
        getattr(lgo, verb)(**arguments, **({"actor": user} if declared.has_actor else {}))


def _do_refused(lgo: HttpDriver, patient_id: str, user: Actor) -> None:
    with pytest.raises(RefusedError):
        lgo.update_patient(patient_id, {"sex": "F"}, actor=user)
    with pytest.raises(RefusedError):
        lgo.create_patient(PatientTraits(), actor=user)


def _do_papers(lgo: HttpDriver, patient_id: str, user: Actor) -> None:
    lgo.render_document(patient_id, "LABEL", actor=user)
    lgo.export_message(patient_id, MessageFormat.HL7V2, actor=user)
    lgo.export_patients(actor=user)
    sent = lgo.send_document(patient_id, "VACCINATION_NOTE", Channel.MSSANTE_PATIENT, actor=user)
    lgo.withdraw_document(sent.id, actor=user)
    lgo.record_opposition(patient_id, frozenset({Channel.MSSANTE_PATIENT}), actor=user)
    lgo.open_dmp(patient_id, actor=user)
    lgo.read_transmissions(actor=user)
    with pytest.raises(RefusedError):
        lgo.scan_datamatrix("IS01", actor=user)
    lgo.scan_datamatrix(SYMBOL, actor=user)


def test_every_request_and_every_answer_fits_its_schema(
    correct_url: str, insi: Any, sample: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: set[tuple[str, int]] = set()
    # A document is longer than what is usually shown of an answer.
    monkeypatch.setattr("conformance.drivers.raw.MAX_SHOWN", 10_000_000)

    def check(exchange: RawExchange) -> None:
        method, _, target = exchange.sent.partition("\n")[0].partition(" ")
        status = int(exchange.received.partition("\n")[0].removeprefix("HTTP "))
        name, operation = operation_of(method, httpx.URL(target).path)
        seen.add((name, status))
        request = exchange.sent.partition("\n\n")[2]
        if request and "requestBody" in operation:
            jsonschema.validate(json.loads(request), content_schema(operation["requestBody"]))
        elif request:  # A verb without arguments.
            assert json.loads(request) == {}
        answer = exchange.received.partition("\n\n")[2]
        if status != httpx.codes.NO_CONTENT:
            jsonschema.validate(json.loads(answer), content_schema(operation["responses"][str(status)]))

    user = Actor(user="dupond")
    traits = PatientTraits(
        birth_name="ADRTROIS", first_name="TOUSSAINT", birth_date="1960-01-01", sex="M", birth_place="99999"
    )
    with HttpDriver(correct_url, on_exchange=check) as lgo:
        declared = lgo.capabilities().verbs
        lgo.reset(insi_url=insi.url)
        patient = lgo.create_patient(traits, actor=user)
        for codes in ([insi.found(DateNaissance="1960-00-00")], [insi.code("01")], [insi.fault("insi_102")]):
            insi.script(*codes)
            lgo.call_insi_traits(patient.id, actor=user)
        insi.script(insi.found())
        call = lgo.call_insi_traits(patient.id, actor=user)
        lgo.read_proposal(call.id, actor=user)
        lgo.decide_proposal(call.id, accept=True, actor=user)
        lgo.decide_proposal(lgo.search_insi(traits, actor=user).id, accept=False, actor=user)
        lgo.record_proof(patient.id, "CNI", actor=user)
        lgo.validate_identity(patient.id, actor=user)
        lgo.read_patient(patient.id, actor=user)
        _do_refused(lgo, patient.id, user)
        _do_papers(lgo, patient.id, user)
        lgo.update_patient(patient.id, {"used_name": None, "used_first_name": "TOTO"}, actor=user)
        lgo.downgrade_status(patient.id, Status.VALI, actor=user)
        lgo.set_attributes(patient.id, frozenset({Attribute.DOUTEUSE}), actor=user)
        lgo.search_patients(SearchCriteria(birth_date="1960-01-01"), actor=user)
        lgo.read_status_history(patient.id, actor=user)
        lgo.read_audit_log(actor=user)
        lgo.read_settings()
        lgo.write_settings({"insi_timeout_seconds": "5"})
        lgo.read_form(Form.PATIENT, patient_id=patient.id, actor=user)
        lgo.write_rights("durand", frozenset({Right.READ_IDENTITY}))
        lgo.read_rights("durand")
        others = [verb for verb in declared if VERBS[verb].operation not in {name for name, _ in seen}]
        for verb in sorted(others):
            do_somehow(lgo, verb, sample, patient.id, user)
    served = {VERBS[verb].operation for verb in declared} | {"reset"}
    assert {name for name, _ in seen} - {"capabilities"} == served
    assert {status for _, status in seen} >= {200, 201, 204, 409, 422}


class TestBadRequests:
    """What a wrong client gets: an answer that says what is wrong, never a 500."""

    @pytest.mark.parametrize(
        ("method", "path", "content", "status"),
        [
            ("POST", "/patients", b"not json", 400),
            ("POST", "/patients", b"[]", 400),
            ("POST", "/patients", b'{"birth_name": 12}', 400),
            ("PATCH", "/patients/1", b'{"colour": "blue"}', 400),
            ("PUT", "/patients/1/attributes", b'{"attributes": ["NICE"]}', 400),
            ("POST", "/patients/1/downgrade", b'{"status": "GOLD"}', 400),
            ("POST", "/insi-calls", b'{"mode": "VITALE", "patient_id": "1"}', 400),
            ("POST", "/insi-calls", b'{"mode": "TRAITS"}', 400),
            ("POST", "/insi-calls/1/decision", b'{"accept": "yes"}', 400),
            ("POST", "/reset", b"{}", 400),
            ("GET", "/patients/999", b"", 404),
            ("GET", "/insi-calls/999/proposal", b"", 404),
            ("GET", "/nowhere", b"", 404),
            ("GET", "/patients//status-history", b"", 404),
            ("GET", "/patients/{patient_id}/nothing", b"", 404),
            ("DELETE", "/patients/1", b"", 405),
            ("DELETE", "/patients", b"", 405),
            ("POST", "/patients", b'{"birth_name": "' + b"A" * 2_000_000 + b'"}', 413),
        ],
    )
    def test_answer_is_a_problem_in_json(
        self, correct_url: str, method: str, path: str, content: bytes, status: int
    ) -> None:
        response = httpx.request(
            method, correct_url + path, content=content, headers={"X-Banc-User": "dupond"}
        )
        assert response.status_code == status
        assert response.json().keys() >= {"code", "message"}

    def test_an_act_without_user_is_not_done(self, correct_url: str) -> None:
        response = httpx.get(f"{correct_url}/patients?birth_date=1960-01-01")
        assert response.status_code == 400
        assert "X-Banc-User" in response.json()["message"]
