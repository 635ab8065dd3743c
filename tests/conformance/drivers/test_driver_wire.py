from __future__ import annotations

import json
from typing import Any

import pytest

from conformance.drivers import wire
from conformance.drivers.model import (
    Alert,
    Attribute,
    AuditEntry,
    CallOutcome,
    Capabilities,
    ComparedField,
    InsiCall,
    Patient,
    PatientTraits,
    Proof,
    Proposal,
    SearchCriteria,
    Status,
    StatusChange,
    Verb,
)
from conformance.drivers.wire import MalformedAnswerError, Node

PATIENT = Patient(
    id="128",
    status=Status.QUAL,
    matricule="160012B02077713",
    oid="1.2.250.1.213.1.4.10",
    birth_name="ADRTROIS",
    first_names="TOUSSAINT",
    first_name="TOUSSAINT",
    birth_date="1960-01-01",
    sex="M",
    birth_place="2B020",
    attributes=frozenset({Attribute.HOMONYME, Attribute.DOUTEUSE}),
    proof=Proof(kind="CNI", recorded_at="2026-03-02T09:16:12+00:00", recorded_by="dupond"),
    locked_fields=frozenset({"matricule", "oid"}),
    display_birth_date="01/01/1960",
)
CALL = InsiCall(
    id="77",
    outcome=CallOutcome.REJECTED,
    patient_id="128",
    code="00",
    message="Non reprise",
    alerts=(Alert(code="LUNAR_DATE", message="Date incomplète"),),
    candidates=("A", "B"),
)
PROPOSAL = Proposal(
    call_id="77",
    fields=(
        ComparedField(
            field="sex", local=None, insi="M", different=True, local_display=None, insi_display="M"
        ),
    ),
    alerts=CALL.alerts,
)
HISTORY = [
    StatusChange(previous=None, status=Status.PROV, at="2026-03-02", author="dupond", reason="création"),
    StatusChange(previous=Status.PROV, status=Status.RECUP, at="2026-03-03", author="durand"),
]
AUDIT = [
    AuditEntry(
        at="2026-03-02",
        user="dupond",
        action="INSI_CALL",
        patient_id="128",
        mode="TRAITS",
        code="00",
        returned={"sex": "M"},
    ),
    AuditEntry(at="2026-03-02", user="dupond", action="IDENTITY_READ"),
]
CAPABILITIES = Capabilities(
    name="Officine",
    version="1",
    vendor="V",
    verbs=frozenset({Verb.CREATE_PATIENT}),
    not_supported={Verb.DOWNGRADE_STATUS: "jamais à la main"},
)


def node(value: object) -> Node:
    """Return what a value of the model becomes after a trip as JSON text."""
    return Node("op", json.loads(json.dumps(wire.to_json(value))))


@pytest.mark.parametrize(
    ("read", "written", "expected"),
    [
        (wire.read_patient, PATIENT, PATIENT),
        (wire.read_patients, {"patients": [PATIENT]}, [PATIENT]),
        (wire.read_call, CALL, CALL),
        (wire.read_proposal, PROPOSAL, PROPOSAL),
        (wire.read_history, {"changes": HISTORY}, HISTORY),
        (wire.read_audit_log, {"entries": AUDIT}, AUDIT),
        (wire.read_capabilities, CAPABILITIES, CAPABILITIES),
        (wire.read_decided_patient, {"patient": PATIENT}, PATIENT),
        (wire.read_decided_patient, {"patient": None}, None),
        (wire.read_traits, PatientTraits(birth_name="A", sex="F"), PatientTraits(birth_name="A", sex="F")),
        (wire.read_changes, {"sex": "F", "used_name": None}, {"sex": "F", "used_name": None}),
        (wire.read_attributes, PATIENT.attributes, PATIENT.attributes),
    ],
)
def test_value_survives_the_trip(read: Any, written: object, expected: object) -> None:
    assert read(node(written)) == expected


def test_criteria_survive_the_trip() -> None:
    criteria = SearchCriteria(birth_date="1960-01-01", first_name_prefix="TOU")
    query = wire.criteria_to_query(criteria)
    assert query == {"birth_date": "1960-01-01", "first_name_prefix": "TOU"}
    assert wire.read_criteria(query) == criteria


def test_refusal_is_read() -> None:
    error = wire.read_refusal(Node("op", {"code": "LOCKED", "message": "Verrouillé", "fields": ["sex"]}))
    assert (error.code, error.message, error.fields) == ("LOCKED", "Verrouillé", ("sex",))


def test_unknown_keys_are_ignored() -> None:
    assert wire.read_patient(Node("op", {**wire.to_json(PATIENT), "colour": "blue"})) == PATIENT


def test_empty_text_is_an_empty_field() -> None:
    assert wire.read_patient(Node("op", {**wire.to_json(PATIENT), "matricule": ""})).matricule is None


def test_optional_keys_may_be_missing() -> None:
    data = wire.to_json(PATIENT)
    for name in ("proof", "locked_fields", "display_birth_date"):
        del data[name]
    patient = wire.read_patient(Node("op", data))
    assert (patient.proof, patient.locked_fields, patient.display_birth_date) == (None, frozenset(), None)


@pytest.mark.parametrize(
    ("changes", "field", "expected", "got"),
    [
        ({"status": "VALIDATED"}, "status", "one of PROV, RECUP, VALI, QUAL", "'VALIDATED'"),
        ({"status": None}, "status", "one of PROV, RECUP, VALI, QUAL", "null"),
        ({"id": 128}, "id", "a text that is not empty", "128"),
        ({"id": ""}, "id", "a text that is not empty", "''"),
        ({"birth_date": 1960}, "birth_date", "a text or null", "1960"),
        ({"attributes": None}, "attributes", "an array", "null"),
        ({"attributes": ["NICE"]}, "attributes[0]", "one of DOUTEUSE, FICTIVE, HOMONYME", "'NICE'"),
        ({"proof": "CNI"}, "proof", "an object", "'CNI'"),
        ({"proof": {}}, "proof.kind", "a text that is not empty", "nothing (the key is missing)"),
        ({"locked_fields": [1]}, "locked_fields[0]", "a text", "1"),
        ({"locked_fields": "sex"}, "locked_fields", "an array", "'sex'"),
        ({"used_name": {"a": 1}}, "used_name", "a text or null", "an object with the keys a"),
        ({"used_name": ["A", "B"]}, "used_name", "a text or null", "an array of 2"),
        ({"used_name": True}, "used_name", "a text or null", "True"),
    ],
)
def test_malformed_patient_is_told_precisely(
    changes: dict[str, Any], field: str, expected: str, got: str
) -> None:
    with pytest.raises(MalformedAnswerError) as caught:
        wire.read_patient(Node("read_patient", {**wire.to_json(PATIENT), **changes}))
    error = caught.value
    assert (error.operation, error.field, error.expected, error.got) == ("read_patient", field, expected, got)
    assert str(error) == f"read_patient: field {field!r}: expected {expected}, got {got}"


@pytest.mark.parametrize("name", ["id", "status", "attributes", "matricule", "used_first_name"])
def test_missing_key_is_told(name: str) -> None:
    data = wire.to_json(PATIENT)
    del data[name]
    with pytest.raises(MalformedAnswerError, match="the key is missing") as caught:
        wire.read_patient(Node("op", data))
    assert caught.value.field == name


@pytest.mark.parametrize(
    ("read", "data", "field"),
    [
        (wire.read_patient, [], ""),
        (wire.read_patients, {"patients": [{"id": "1"}]}, "patients[0].matricule"),
        (wire.read_call, {"id": "1", "outcome": "OK"}, "outcome"),
        (wire.read_call, {"id": "1", "outcome": "FOUND", "alerts": [{"code": "X"}]}, "alerts[0].message"),
        (
            wire.read_proposal,
            {"call_id": "1", "fields": [{"field": "sex", "local": None, "insi": "M"}]},
            "fields[0].different",
        ),
        (wire.read_history, {"changes": [{"status": "PROV"}]}, "changes[0].previous"),
        (
            wire.read_audit_log,
            {"entries": [{"action": "X", "returned": {"sex": 1}}]},
            "entries[0].returned.sex",
        ),
        (wire.read_capabilities, {"name": "A", "version": "1", "verbs": ["fly"]}, "verbs[0]"),
        (
            wire.read_capabilities,
            {"name": "A", "version": "1", "verbs": [], "not_supported": {"fly": "no wings"}},
            "not_supported.fly",
        ),
        (wire.read_decided_patient, {}, "patient"),
        (wire.read_refusal, {"detail": "no"}, "code"),
        (wire.read_changes, {"colour": "blue"}, "colour"),
    ],
)
def test_malformed_document_names_the_field(read: Any, data: object, field: str) -> None:
    with pytest.raises(MalformedAnswerError) as caught:
        read(Node("op", data))
    assert caught.value.field == field


def test_long_value_is_cut_in_the_message() -> None:
    with pytest.raises(MalformedAnswerError) as caught:
        Node("op", "x" * 5000, "id").boolean()
    assert len(str(caught.value)) < 200


def test_only_values_of_the_model_can_be_written() -> None:
    with pytest.raises(TypeError, match="object"):
        wire.to_json(object())
