"""An identity told beside the patient of a document: in another role, by a reference, a link, a label of another number."""

from __future__ import annotations

from dataclasses import replace

import pytest
from headers import n3, patient_role
from messages import as_json, patient
from papers import cartouche, pdf
from people import P1, P2
from sendings import mail, submission, xdm

from conformance.documents import Expected, Severity, Status, check
from conformance.documents.datamatrix import payload_of

QUALIFIED = Expected(identity=P1, status=Status.QUAL)
OTHER = P2.matricule.value
NOTE = n3(patient_role(P1))


def _found(document, expected=QUALIFIED):
    return {problem.code: problem.severity for problem in check(document, expected)}


def _with_informant(number, family, given, oid="1.2.250.1.213.1.4.10"):
    role = (
        f'<informant><assignedEntity><id root="{oid}" extension="{number}"/><assignedPerson><name>'
        f"<family>{family}</family><given>{given}</given></name></assignedPerson></assignedEntity></informant>"
    )
    return NOTE.replace(b"</recordTarget>", b"</recordTarget>" + role.encode())


@pytest.mark.parametrize(
    ("document", "code", "severity"),
    [
        (_with_informant(OTHER, "PAT-TROIS", "DOMINIQUE"), "cda-role-of-another", Severity.FAIL),
        (_with_informant(OTHER, "NESSI", "RUTH"), "cda-role-ins", Severity.REVIEW),
        (_with_informant(P1.matricule.value, "PAT-TROIS", "DOMINIQUE", "1.2.250.1.213.1.4.8"), "cda-role-oid", Severity.FAIL),
        (NOTE.replace(b' code="F"', b' code="F" displayName="Masculin"'), "sex-display-contradicts", Severity.FAIL),
        (n3(patient_role(P1, local="").replace("<patient>", f'<id root="1.2.3.9" extension="{OTHER}"/><patient>', 1)), "local-id-is-matricule", Severity.REVIEW),
    ],
)  # fmt: skip
def test_another_role_of_a_header(document, code, severity):
    assert _found(document)[code] is severity


def test_the_patient_may_play_another_role():
    document = _with_informant(P1.matricule.value, "PAT-TROIS", "DOMINIQUE")
    assert Severity.FAIL not in _found(document).values()
    assert (
        Severity.FAIL
        not in _found(NOTE.replace(b' code="F"', b' code="F" displayName="F&#233;minin"')).values()
    )


def _bundle(subject, other_ins, about="urn:1"):
    return as_json(
        {
            "resourceType": "Bundle",
            "type": "document",
            "entry": [
                {"resource": {"resourceType": "Composition", "subject": {"reference": subject}}},
                {"fullUrl": "urn:1", "resource": patient(P1)},
                {"fullUrl": "urn:2", "resource": patient(P2, ins=other_ins)},
                {"resource": {"resourceType": "Immunization", "patient": {"reference": about}}},
            ],
        }
    )


def test_a_document_is_about_the_patient_whose_ins_it_holds():
    assert Severity.FAIL not in _found(_bundle("urn:1", other_ins=False)).values()
    assert _found(_bundle("urn:2", other_ins=False), Expected())["fhir-document-of-another"] is Severity.FAIL
    assert _found(_bundle("urn:2", other_ins=True))["fhir-document-of-another"] is Severity.FAIL
    assert (
        _found(_bundle("urn:1", other_ins=True, about="urn:2"))["fhir-resource-of-another"] is Severity.REVIEW
    )


@pytest.mark.parametrize(
    ("lines", "code", "severity"),
    [
        ({"number": f"N° de dossier : {P1.matricule.value} NIR"}, "matricule-mislabelled", Severity.FAIL),
        ({"number": f"IPP {P1.matricule.value} (NIR)"}, "matricule-mislabelled", Severity.FAIL),
        ({"date": "Date : 28/03/1979"}, "label-missing", Severity.FAIL),
        ({"name": "Identité : PAT-TROIS"}, "label-missing", Severity.FAIL),
        (
            {"first": "1er prénom de naissance : DOMINIQUE MARIE-LOUISE"},
            "first-name-is-list",
            Severity.REVIEW,
        ),
    ],
)
def test_a_label_of_something_else(lines, code, severity):
    assert _found(pdf(cartouche(P1, **lines), payload=payload_of(P1)))[code] is severity


def test_the_file_number_beside_the_matricule_is_no_label_of_it():
    lines = cartouche(P1, number=f"N° de dossier : 88  Matricule INS : {P1.matricule.value} NIR")
    assert Severity.FAIL not in _found(pdf(lines, payload=payload_of(P1))).values()


def test_a_link_to_another_patient():
    page = pdf(cartouche(P1), payload=payload_of(P1))
    link = f"/URI (mailto:{OTHER}@patient.mssante.fr)".encode()
    assert _found(page + b"\n% " + link)["mailbox-of-another"] is Severity.FAIL
    own = link.replace(OTHER.encode(), P1.matricule.value.encode())
    assert "mailbox-of-another" not in _found(page + b"\n% " + own)


SIGNED = '<Slot name="legalAuthenticator"><ValueList><Value>{}^{}^{}^^^^^^&amp;1.2.250.1.213.1.4.10&amp;ISO^D^^^NH</Value></ValueList></Slot>'


@pytest.mark.parametrize(
    ("person", "code", "severity"),
    [
        ((OTHER, "PAT-TROIS", "DOMINIQUE"), "xds-person-of-another", Severity.FAIL),
        ((OTHER, "NESSI", "RUTH"), "xds-person-ins", Severity.REVIEW),
        ((P1.matricule.value, "PAT-TROIS", "DOMINIQUE"), None, None),
    ],
)
def test_who_signed_a_document_of_a_submission(person, code, severity):
    told = {
        name: one
        for name, one in _found(_described(SIGNED.format(*person))).items()
        if name.startswith("xds-person")
    }
    assert told == ({code: severity} if code else {})


def _described(more):
    """Return a submission whose metadata say more of their document."""
    sent = submission(P1, {"d": NOTE})
    start = sent.index(b"</ExtrinsicObject>")
    return sent[:start] + more.encode() + sent[start:]


def test_the_kind_of_a_document_is_that_of_its_cda():
    def kind(code):
        scheme = "urn:uuid:f0306f51-975f-434e-a61c-c59651d33983"
        return f'<Classification id="k" classificationScheme="{scheme}" classifiedObject="d" nodeRepresentation="{code}"/>'

    assert _found(_described(kind("11369-6")))["xds-type-code"] is Severity.FAIL
    assert "xds-type-code" not in _found(_described(kind("87273-9")))


def test_an_address_that_only_begins_as_that_of_patients():
    sent = mail(P1, xdm(P1, {"DOC00001.XML": NOTE}), to=f"{P1.matricule.value}@patient.mssante.fr")
    wrong = sent.replace(b"@patient.mssante.fr", b"@patient.mssante.fr.mssante.org")
    assert _found(wrong)["mailbox-domain"] is Severity.FAIL


def test_a_name_wrapped_in_the_cell_of_a_table():
    long = "D'ARTAGNAN DE L'HERAULT"
    identity = replace(P1, traits=replace(P1.traits, birth_name=long))
    lines = cartouche(identity)
    lines[0:1] = [
        [(60, "Nom de naissance"), (190, "D'ARTAGNAN DE"), (330, "Sexe : F")],
        [(190, "L'HERAULT"), (330, "Hôpital du Centre")],
    ]
    expected = Expected(identity=identity, first_name="DOMINIQUE", status=Status.QUAL)
    assert Severity.FAIL not in _found(pdf(lines, payload=payload_of(identity)), expected).values()
    shorter = replace(identity, traits=replace(identity.traits, birth_name="D'ARTAGNAN DE PARIS"))
    wrong = _found(pdf(lines, payload=payload_of(shorter)), replace(expected, identity=shorter))
    assert wrong["birth-name-differs"] is Severity.FAIL
