"""The problems that are met more rarely: each is named, and what could not be looked at is never a pass."""

from __future__ import annotations

import io
import json
import sys
import zipfile

import pypdfium2
import pytest
from headers import n1, n3, patient_role
from messages import as_json, hl7, msh, patient, pid
from papers import cartouche, pdf, right
from people import P1
from sendings import submission, xdm

from conformance.documents import Expected, Profile, Severity, Status, check
from conformance.documents.datamatrix import payload_of
from conformance.documents.datamatrix.document import from_symbol
from conformance.documents.datamatrix.symbol import Symbol
from conformance.documents.record import Place, PlaceKind

ALONE = Expected()
TEST = Expected(profile=Profile.TEST)
PROV = Expected(identity=P1, status=Status.PROV)
NOTE = n3(patient_role(P1))
NUMBER = P1.matricule.value
PLAIN = cartouche(P1, number=None)


def _zip(*files):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, data in files:
            archive.writestr(name, data)
    return made.getvalue()


def _twice():
    with pytest.warns(UserWarning, match="Duplicate"):
        return xdm(P1, {"DOC00001.XML": NOTE}, extra=[("IHE_XDM/SUBSET01/DOC00001.XML", NOTE)])


MIME = b'MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary="x"; type="application/xop+xml"\r\n\r\n--x--\r\n'
SEALED = (
    b"From: a@x.mssante.fr\r\nTo: b@x.mssante.fr\r\nSubject: x\r\nMIME-Version: 1.0\r\n"
    b'Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name="smime.p7m"\r\n'
    b"Content-Transfer-Encoding: base64\r\n\r\nMIIBAAAA\r\n"
)


def _forwarded(times):
    """Return a mail that holds a mail that holds a mail..."""
    head = b"From: a@x.mssante.fr\r\nTo: b@x.mssante.fr\r\nSubject: x\r\nMIME-Version: 1.0\r\n"
    return head + (b"Content-Type: message/rfc822\r\n\r\n" + head) * times + b"\r\nx\r\n"


CASES = {
    "billing-number-shown": lambda: (pdf([*PLAIN, f"N° de sécurité sociale : {NUMBER}"], caption=None), PROV),
    "cda-gender-system": lambda: (NOTE.replace(b"2.16.840.1.113883.5.1", b"2.16.840.1.113883.5.111"), ALONE),
    "cda-namespace": lambda: (NOTE.replace(b"urn:hl7-org:v3", b"urn:hl7-org:v2"), ALONE),
    "hl7-no-identifier": lambda: (hl7(msh(), pid(P1, ins=False).replace(pid(P1, ins=False).split("|")[3], "", 1)), ALONE),
    "hl7-no-patient": lambda: (hl7(msh(), "EVN||20260512"), ALONE),
    "image-malformed": lambda: (b"\x89PNG\r\n\x1a\n" + b"\0" * 40, ALONE),
    "mail-encrypted": lambda: (SEALED, ALONE),
    "mail-malformed": lambda: (_forwarded(3000), ALONE),
    "mtom-malformed": lambda: (MIME, ALONE),
    "name-shape": lambda: (n3(patient_role(P1, family="PAT  TROIS")), ALONE),
    "oid-of-production": lambda: (n3(patient_role(P1, oid="1.2.250.1.213.1.4.8")), TEST),
    "pdf-without-ins": lambda: (n1(patient_role(P1), pdf(PLAIN, caption=None, claim=("1", "B"))), ALONE),
    "printed-value-unsure": lambda: (pdf(cartouche(P1, name="Nom de naissance  NESSI", place="PAT-TROIS"), payload=payload_of(P1)), Expected(identity=P1)),
    "too-deep": lambda: (_forwarded(400), ALONE),
    "xdm-in-zip": lambda: (_zip(("IHE_XDM.ZIP", xdm(P1, {"DOC00001.XML": NOTE}))), ALONE),
    "xdm-metadata": lambda: (_zip(("INDEX.HTM", b"x"), ("README.TXT", b"x"), ("IHE_XDM/SUBSET01/METADATA.XML", b"<a/>")), ALONE),
    "xds-no-patient-id": lambda: (submission(P1, {"d": NOTE}).replace(b"58a6f841-87b3-4a3e-92fd-a8ffeff98427", b"x"), ALONE),
    "xds-source-name": lambda: (submission(P1, {"d": NOTE}).replace(b"PID-5|PAT-TROIS^", b"PID-5|^"), ALONE),
    "zip-duplicate": lambda: (_twice(), ALONE),
}  # fmt: skip


@pytest.mark.parametrize("code", CASES)
def test_what_is_rare_is_named(code):
    document, expected = CASES[code]()
    assert code in {problem.code for problem in check(document, expected)}


def test_a_file_attached_to_a_page_that_cannot_be_read_is_no_pass():
    document = pypdfium2.PdfDocument(right(P1))
    document.new_attachment("donnees.csv")  # It has a name, and no content at all.
    made = io.BytesIO()
    document.save(made)
    assert ("attachment-unreadable", True) in {(one.code, one.unjudged) for one in check(made.getvalue())}


def test_without_its_library_a_document_is_no_pass(monkeypatch):
    monkeypatch.setitem(sys.modules, "pypdfium2", None)
    assert ("library-missing", True) in {(one.code, one.unjudged) for one in check(right(P1))}


@pytest.mark.parametrize(
    ("symbol", "code"),
    [
        (Symbol(payload_of(P1), "40x40", "]d2", (0, 0, 40, 40)), "symbol-gs1"),
        (Symbol("", "40x40", "]d1", (0, 0, 40, 40), error="checksum"), "symbol-damaged"),
    ],
)
def test_a_symbol_of_another_kind_is_named(symbol, code):
    found = from_symbol(symbol, "s.png", Place(kind=PlaceKind.PIXELS, file="s.png"))
    assert code in {problem.code for problem in found.problems}


def test_status_and_masking_go_together():
    seen = hl7(msh(), pid(P1), "OBX|1|CE|DESTMSSANTEPS^^L||Y^^L", "OBX|2|CE|MASQUE_PS^^L||Y^^L")
    assert "hl7-choices" in {problem.code for problem in check(seen)}


def test_the_demo_oid_is_an_ins_for_every_version_of_the_profile():
    demo = as_json(patient(P1, oid="1.2.250.1.213.1.4.11", code="INS-NIR-DEMO"))
    assert not {problem.code for problem in check(demo)} & {
        "oid-not-ins",
        "fhir-type",
        "fhir-qual-without-ins",
    }


@pytest.mark.parametrize(
    ("profile", "severity"),
    [
        (None, Severity.REVIEW),
        ("https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-patient-ins|2.2.0", Severity.FAIL),
    ],
)
def test_what_the_profile_of_the_ins_wants_is_owed_by_whoever_claims_it(profile, severity):
    resource = patient(P1, profile=profile)
    del resource["identifier"][1]["use"]
    found = {
        one.code: one.severity for one in check(as_json(resource), Expected(identity=P1, status=Status.QUAL))
    }
    assert found["fhir-use"] is severity


@pytest.mark.parametrize("referred", ["1.2.250.1.213.1.4.10", "1.2.250.1.213.1.4.9"])
def test_a_reference_by_ins_to_a_patient_whose_ins_has_no_number(referred):
    oid = "urn:oid:1.2.250.1.213.1.4.10"
    patient = {"resourceType": "Patient", "identifier": [{"use": "official", "system": oid}]}
    told = {"identifier": {"system": f"urn:oid:{referred}", "value": "251129999900163"}}
    bundle = {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [
            {"resource": patient},
            {"resource": {"resourceType": "DocumentReference", "subject": told}},
        ],
    }
    codes = {one.code for one in check(json.dumps(bundle).encode())}
    assert "oid-without-matricule" in codes
    assert not {"bench-error", "fhir-subject-oid"} & codes
