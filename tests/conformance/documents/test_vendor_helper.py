"""The helper for a vendor's own tests."""

from __future__ import annotations

import json

import pytest
from headers import n3, patient_role
from messages import hl7, msh, pid
from people import P1

from conformance.documents.testing import assert_document, assert_same_patient
from simulator.registry.person import Person, to_json

PERSON = Person(key="p1", identity=P1)


@pytest.mark.parametrize("person", [P1, PERSON, to_json(PERSON), None])
def test_a_right_document_passes_and_is_returned(person):
    read = assert_document(n3(patient_role(P1)), person=person, status="QUAL", profile="test")
    assert read.records[0].has_ins


def test_files_are_read_from_disk(tmp_path):
    note, who = tmp_path / "note.xml", tmp_path / "p1.json"
    note.write_bytes(n3(patient_role(P1)))
    who.write_text(json.dumps(to_json(PERSON)), encoding="utf-8")
    assert_document(note, person=who, status="qual")
    assert_document(str(note), person=str(who))


def test_a_wrong_document_says_what_and_where():
    with pytest.raises(AssertionError) as refused:
        assert_document(n3(patient_role(P1, date="19790327")), person=P1, lang="en")
    assert "birth-date-differs" in str(refused.value)
    assert "/ClinicalDocument/recordTarget/patientRole/patient/birthTime/@value" in str(refused.value)


def test_what_could_not_be_looked_at_does_not_pass():
    with pytest.raises(AssertionError, match="format-unknown"):
        assert_document(b"hello")


def test_a_code_can_be_accepted_and_reviews_pass():
    assert_document(n3(patient_role(P1, names="RUTH")), allow=["first-name-not-in-list"])
    assert_document(n3(patient_role(P1, place="63220")))


def test_documents_of_two_patients_are_set_side_by_side():
    assert_same_patient([n3(patient_role(P1)), hl7(msh(), pid(P1))])
    with pytest.raises(AssertionError, match=r"document 1.*document 2"):
        assert_same_patient([n3(patient_role(P1)), hl7(msh(), pid(P1, date="19790327"))])


def test_the_file_of_a_person_may_tell_the_names_of_the_software(tmp_path):
    who = tmp_path / "p1.json"
    who.write_text(
        json.dumps(to_json(PERSON) | {"first_name": "DOMINIQUE", "used_name": "DURAND"}), encoding="utf-8"
    )
    assert_document(n3(patient_role(P1)), person=who, status="QUAL")
    with pytest.raises(AssertionError, match="first-name-differs"):
        assert_document(n3(patient_role(P1)), person=who, first_name="DOMINIQUE MARIE-LOUISE")
