from __future__ import annotations

import json
import pickle
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
from conformance.drivers.verbs import VERBS
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
CHANGES = VERBS[Verb.UPDATE_PATIENT].argument("changes").kind
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
    ("kind", "written", "expected"),
    [
        (Patient, PATIENT, PATIENT),
        (list[Patient], [PATIENT], [PATIENT]),
        (InsiCall, CALL, CALL),
        (Proposal, PROPOSAL, PROPOSAL),
        (list[StatusChange], HISTORY, HISTORY),
        (list[AuditEntry], AUDIT, AUDIT),
        (Capabilities, CAPABILITIES, CAPABILITIES),
        (Patient | None, PATIENT, PATIENT),
        (Patient | None, None, None),
        (PatientTraits, PatientTraits(birth_name="A", sex="F"), PatientTraits(birth_name="A", sex="F")),
        (CHANGES, {"sex": "F", "used_name": None}, {"sex": "F", "used_name": None}),
        (frozenset[Attribute], PATIENT.attributes, PATIENT.attributes),
    ],
)
def test_value_survives_the_trip(kind: Any, written: object, expected: object) -> None:
    assert wire.read(node(written), kind) == expected


def test_criteria_survive_the_trip() -> None:
    criteria = SearchCriteria(birth_date="1960-01-01", first_name_prefix="TOU")
    search = VERBS[Verb.SEARCH_PATIENTS]
    path, query, body = search.http_request({"criteria": criteria})
    assert (path, body) == ("/patients", None)
    assert query == {"birth_date": "1960-01-01", "first_name_prefix": "TOU"}
    request = Node("op", search.from_http({}, query, None))
    assert search.read_request(request) == {"criteria": criteria}


@pytest.mark.parametrize("text", ["VALIDATED", "UNKNOWN", "prov", "PROV, VALI"])
def test_status_outside_the_four_is_kept_as_written(text: str) -> None:
    patient = wire.read(Node("op", {**wire.to_json(PATIENT), "status": text}), Patient)
    assert (patient.status, patient.status.is_known, f"{patient.status}") == (text, False, text)
    assert patient.status not in list(Status)
    again = pickle.loads(pickle.dumps(patient))  # noqa: S301 - our own bytes
    assert (again, again.status.is_known) == (patient, False)
    assert wire.read(node(patient), Patient) == patient


@pytest.mark.parametrize("day", ["1960-00-00", "1960-02-31", "0000-13-45"])
def test_stored_date_need_not_be_of_the_calendar(day: str) -> None:
    assert wire.read(Node("op", {**wire.to_json(PATIENT), "birth_date": day}), Patient).birth_date == day


def test_a_date_of_blanks_is_none_whatever_the_software_made_of_it() -> None:
    assert wire.read(Node("op", {**wire.to_json(PATIENT), "birth_date": "  "}), Patient).birth_date is None


@pytest.mark.parametrize(
    "day", ["1984-09-25T00:00:00.000Z", "25/09/1984", "19840925", "1984-9-25", "1984", "1984-09-25 "]
)
def test_date_in_another_form_is_an_error_of_the_driver_wherever_it_stands(day: str) -> None:
    line = {"field": "birth_date", "local": day, "insi": None, "different": True}
    entry = {"action": "INSI_CALL", "returned": {"birth_date": day}}
    for kind, data, field in (
        (Patient, {**wire.to_json(PATIENT), "birth_date": day}, "birth_date"),
        (Proposal, {"call_id": "1", "fields": [line]}, "fields[0].local"),
        (AuditEntry, entry, "returned.birth_date"),
    ):
        with pytest.raises(MalformedAnswerError) as caught:
            wire.read(Node("op", data), kind)
        assert caught.value.field == field
        assert "AAAA-MM-JJ" in caught.value.text.fr
        assert "AAAA-MM-JJ" in caught.value.text.en


@pytest.mark.parametrize("at", ["02/03/2026 09:14", "yesterday", "1772442845"])
def test_moment_that_is_not_iso_is_an_error_of_the_driver(at: str) -> None:
    with pytest.raises(MalformedAnswerError) as caught:
        wire.read(Node("op", {"previous": None, "status": "PROV", "at": at}), StatusChange)
    assert caught.value.field == "at"


def test_everything_wrong_with_a_document_is_told_at_once() -> None:
    data = {
        **wire.to_json(PATIENT),
        "id": 1,
        "birth_date": "25/09/1984",
        "attributes": ["NICE", "HOMONYME", 3],
    }
    with pytest.raises(MalformedAnswerError) as caught:
        wire.read(Node("op", {"patients": [data]}).key("patients"), list[Patient])
    fields = [problem.field for problem in caught.value.all()]
    places = ["id", "birth_date", "attributes[0]", "attributes[2]"]
    assert fields == [f"patients[0].{place}" for place in places]
    assert "(et 3 autre(s) écart(s))" in caught.value.text.fr


def test_former_name_of_a_verb_is_understood_in_capabilities() -> None:
    data = {"name": "A", "version": "1", "verbs": ["create_from_insi"], "not_supported": {}}
    assert wire.read(Node("op", data), Capabilities).verbs == {Verb.SEARCH_INSI}


def test_unknown_verb_is_told_with_the_nearest() -> None:
    with pytest.raises(MalformedAnswerError, match="vouliez-vous read_patient"):
        wire.read(Node("op", {"name": "A", "version": "1", "verbs": ["read_patients"]}), Capabilities)


def test_verbs_of_a_later_api_are_passed_over_and_misspelt_ones_are_not() -> None:
    declared = {
        "name": "LGO",
        "version": "1",
        "verbs": ["read_patient", "print_label"],
        "not_supported": {"erase_patient": "Jamais."},
    }
    read = wire.read(Node("capabilities", declared), Capabilities)
    assert (read.verbs, read.not_supported) == ({Verb.READ_PATIENT}, {})
    for misspelt in ("read_pacient", "patient_read", "readPatient", "create_patients"):
        with pytest.raises(MalformedAnswerError, match=misspelt):
            wire.read(Node("capabilities", {**declared, "verbs": [misspelt]}), Capabilities)


def test_an_empty_array_is_an_empty_table_as_php_writes_it() -> None:
    read = wire.read(Node("", {"action": "OPENED", "returned": [], "changes": []}), AuditEntry)
    assert (read.returned, read.changes) == ({}, {})
    with pytest.raises(MalformedAnswerError, match="un tableau de 1"):
        wire.read(Node("", {"action": "OPENED", "returned": ["x"]}), AuditEntry)


@pytest.mark.parametrize(("told", "number"), [(12, 12), ("12", 12), ("007", 7)])
def test_a_number_may_be_told_in_a_text(told: object, number: int) -> None:
    assert wire.read(Node("", told), int) == number


@pytest.mark.parametrize("told", ["", "-1", "1.5", "douze", "9" * 40, "١٢"])
def test_a_text_of_anything_else_is_no_number(told: str) -> None:
    with pytest.raises(MalformedAnswerError, match="nombre entier"):
        wire.read(Node("", told), int)


def test_refusal_is_read() -> None:
    error = wire.read_refusal(Node("op", {"code": "LOCKED", "message": "Verrouillé", "fields": ["sex"]}))
    assert (error.code, error.message, error.fields) == ("LOCKED", "Verrouillé", ("sex",))


def test_unknown_keys_are_ignored() -> None:
    assert wire.read(Node("op", {**wire.to_json(PATIENT), "colour": "blue"}), Patient) == PATIENT


def test_empty_text_is_an_empty_field() -> None:
    assert wire.read(Node("op", {**wire.to_json(PATIENT), "matricule": ""}), Patient).matricule is None


def test_optional_keys_may_be_missing() -> None:
    data = wire.to_json(PATIENT)
    for name in ("proof", "locked_fields", "display_birth_date"):
        del data[name]
    patient = wire.read(Node("op", data), Patient)
    assert (patient.proof, patient.locked_fields, patient.display_birth_date) == (None, frozenset(), None)


@pytest.mark.parametrize(
    ("changes", "field", "expected", "got"),
    [
        ({"status": 1}, "status", "one of PROV, RECUP, VALI, QUAL", "1"),
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
        wire.read(Node("read_patient", {**wire.to_json(PATIENT), **changes}), Patient)
    error = caught.value
    assert (error.operation, error.field) == ("read_patient", field)
    assert (error.expected.en, error.got.en) == (expected, got)
    assert error.text.en == f"read_patient: field {field!r}: expected {expected}, got {got}"


@pytest.mark.parametrize("name", ["id", "status", "attributes", "matricule", "used_first_name"])
def test_missing_key_is_told(name: str) -> None:
    data = wire.to_json(PATIENT)
    del data[name]
    with pytest.raises(MalformedAnswerError, match="la clé manque") as caught:
        wire.read(Node("op", data), Patient)
    assert caught.value.field == name


@pytest.mark.parametrize(
    ("kind", "data", "field"),
    [
        (Patient, [], ""),
        (list[Patient], [{"id": "1"}], "[0].status"),
        (InsiCall, {"id": "1", "outcome": "OK"}, "outcome"),
        (InsiCall, {"id": "1", "outcome": "FOUND", "alerts": [{"code": "X"}]}, "alerts[0].message"),
        (
            Proposal,
            {"call_id": "1", "fields": [{"field": "sex", "local": None, "insi": "M"}]},
            "fields[0].different",
        ),
        (list[StatusChange], [{"status": "PROV"}], "[0].previous"),
        (
            list[AuditEntry],
            [{"action": "X", "returned": {"sex": 1}}],
            "[0].returned.sex",
        ),
        (Capabilities, {"name": "A", "version": "1", "verbs": ["fly"]}, "verbs[0]"),
        (
            Capabilities,
            {"name": "A", "version": "1", "verbs": [], "not_supported": {"fly": "no wings"}},
            "not_supported.fly",
        ),
        (CHANGES, {"colour": "blue"}, "colour"),
    ],
)
def test_malformed_document_names_the_field(kind: Any, data: object, field: str) -> None:
    with pytest.raises(MalformedAnswerError) as caught:
        wire.read(Node("op", data), kind)
    assert caught.value.field == field


def test_long_value_is_cut_in_the_message() -> None:
    with pytest.raises(MalformedAnswerError) as caught:
        wire.read(Node("op", "x" * 5000, "id"), bool)
    assert len(str(caught.value)) < 200


def test_only_values_of_the_model_can_be_written() -> None:
    with pytest.raises(TypeError, match="object"):
        wire.to_json(object())
