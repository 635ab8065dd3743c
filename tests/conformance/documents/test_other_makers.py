"""What other makers' engines plainly produce: a wrong patient in a second place, and layouts and messages that are right."""

from __future__ import annotations

import base64
import io
import zipfile
from email import message_from_bytes, policy

import pytest
from headers import n1, n3, patient_role
from messages import ARC, as_json, hl7, msh, patient, pid
from papers import cartouche, pdf, right
from people import P1, P2, TEST_OID, french
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen import canvas
from sendings import mail, metadata, xdm

from conformance.documents import Expected, Severity, Status, check
from conformance.documents.datamatrix import payload_of, write_symbol

QUALIFIED = Expected(identity=P1, status=Status.QUAL)
PROVISIONAL = Expected(identity=P1, status=Status.PROV)
NUMBER, OTHER = P1.matricule.value, P2.matricule.value
SOMEBODY = f"{P2.traits.birth_name} RUTH"
NAMED = "PAT-TROIS^DOMINIQUE"


def _result(*segments):
    return hl7(msh("ORU^R01^ORU_R01"), *segments)


def _file(content, kind="APPLICATION^PDF"):
    return f"OBX|1|ED|11488-4^CR^LN||^{kind}^Base64^{base64.b64encode(content).decode()}||||||F"


def _bundle(*entries):
    return as_json({"resourceType": "Bundle", "type": "transaction", "entry": list(entries)})


def _asked(identity, **request):
    return _bundle(
        {"resource": patient(identity), "request": {"method": "POST", "url": "Patient", **request}}
    )


def _held(content, media, who=P1):
    attachment = {"contentType": media, "data": base64.b64encode(content).decode()}
    document = {
        "resourceType": "DocumentReference",
        "status": "current",
        "content": [{"attachment": attachment}],
    }
    return _bundle({"resource": patient(who)}, {"resource": document})


def _practitioner(number):
    identifier = {"system": f"urn:oid:{TEST_OID}", "value": number}
    doctor = {
        "resourceType": "Practitioner",
        "identifier": [identifier],
        "name": [{"family": "DURAND", "given": ["PAUL"]}],
    }
    return _bundle({"resource": patient(P1)}, {"resource": doctor})


def _letter(change):
    message = message_from_bytes(
        mail(P1, xdm(P1, {"DOC00001.XML": n1(patient_role(P1), right(P1))}), right(P1)), policy=policy.default
    )
    change(message)
    return message.as_bytes()


def _in_html(message, words):
    first = next(message.iter_parts())
    first.set_content(f"Concerne PAT-TROIS DOMINIQUE, née le {french(P1)}")
    first.add_alternative(f"<p>Concerne <b>{words}</b></p>", subtype="html")


def _signed(role, number, names):
    ids = f'<id root="{TEST_OID}" extension="{number}"/>'
    family, given = names
    person = f"<assignedPerson><name><family>{family}</family><given>{given}</given></name></assignedPerson>"
    told = f"<{role}><assignedEntity>{ids}{person}</assignedEntity></{role}>"
    return n3(patient_role(P1)).replace(b"<component>", told.encode() + b"<component>", 1)


def _authored(names):
    slot = f'<Slot name="authorPerson"><ValueList><Value>{NUMBER}^{names}^^^^^^&amp;{TEST_OID}&amp;ISO^D^^^NH</Value></ValueList></Slot>'
    written = metadata(P1, {"DOC00001.XML": n3(patient_role(P1))})
    at = written.index("<ExternalIdentifier")
    return f'<?xml version="1.0"?>{written[:at]}<Classification classificationScheme="urn:uuid:93606bcf-9494-43ec-9b4e-a7748d1a838d">{slot}</Classification>{written[at:]}'.encode()


def _pages(*further, symbol=True):
    """A right first page, and further ones of lines, each at its place."""
    out = io.BytesIO()
    page = canvas.Canvas(out, pagesize=(595, 842))
    _columns(page, [(60, line) for line in cartouche(P1)])
    if symbol:
        page.drawImage(ImageReader(write_symbol(payload_of(P1), scale=4)), 460, 700, 51, 51)
        page.drawString(460, 686, "INS à scanner")
    for lines in further:
        page.showPage()
        for index, line in enumerate(lines):
            page.drawString(60, 780 - 16 * index, line)
    page.save()
    return out.getvalue()


def _columns(page, lines, top=780):
    for index, (left, text) in enumerate(lines):
        page.drawString(left, top - 16 * index, text)


def _drawn(write):
    """A page with the symbol, and what ``write`` draws on it."""
    out = io.BytesIO()
    page = canvas.Canvas(out, pagesize=(595, 842))
    page.setFont("Helvetica", 11)
    page.drawImage(ImageReader(write_symbol(payload_of(P1), scale=4)), 460, 700, 51, 51)
    page.drawString(460, 686, "INS à scanner")
    write(page)
    page.save()
    return out.getvalue()


def _beside_the_doctor(page, *, sex="F"):
    told = [("Nom de naissance", "PAT-TROIS"), ("1er prénom de naissance", "DOMINIQUE"), ("Date de naissance", french(P1)), ("Sexe", sex),
            ("Matricule INS", f"{NUMBER} NIR")]  # fmt: skip
    page.drawString(60, 680, "Patient")
    page.drawString(340, 680, "Médecin traitant")
    # The block of the doctor has less to say: its sex stands higher than that of the patient.
    doctor = [("Nom", "DURAND"), ("Prénom", "JEAN"), ("Sexe", "M"), ("RPPS", "10001234567")]
    for index, ((label, value), other) in enumerate(zip(told, [*doctor, None], strict=True)):
        page.drawString(60, 660 - 16 * index, label)
        page.drawString(200, 660 - 16 * index, value)
        if other:
            page.drawString(340, 660 - 16 * index, other[0])
            page.drawString(400, 660 - 16 * index, other[1])


def _wrapped(page):
    """Cells of a narrow table, their labels in the middle of their height."""
    rows = [("Nom de naissance", ["PAT-TROIS"]), ("1er prénom", ["DOMINIQUE"]), ("Prénom(s) de naissance", ["DOMINIQUE MARIE-", "LOUISE"]),
            ("Date de naissance", [french(P1)]), ("Sexe", ["F"]), ("Matricule INS", [NUMBER, "(NIR)"])]  # fmt: skip
    top = 680.0
    for label, values in rows:
        page.drawString(60, top - 6.5 * (len(values) - 1), label)
        for value in values:
            page.drawString(220, top, value)
            top -= 13
        top -= 5


def _beside_a_heading(page):
    _columns(page, [(60, line) for line in cartouche(P1)], 640)
    _columns(page, [(420, line) for line in ("Médecin traitant", "Nom : DURAND", "Sexe : M")], 640)


def _under_headings(page):
    """Headings of two columns over traits that take the whole width."""
    page.drawString(60, 680, "Médecin traitant")
    page.drawString(340, 680, "Patient")
    page.drawString(60, 664, "Dr Jean DURAND")
    _columns(page, [(60, line) for line in cartouche(P1)], 640)


def _broken_after_the_number(page):
    lines = [*cartouche(P1, number=None), f"Matricule INS : {NUMBER}", "NIR"]
    _columns(page, [(60, line) for line in lines], 640)


def _spaced(page):
    told = [("Nom de naissance", "PAT-TROIS"), ("1er prénom de naissance", "DOMINIQUE"), ("Date de naissance", french(P1)), ("Sexe", "F"),
            ("Matricule INS", f"{NUMBER} (NIR)")]  # fmt: skip
    for index, (label, value) in enumerate(told):
        page.drawString(60, 680 - 16 * index, label)
        text = page.beginText(220, 680 - 16 * index)
        text.setCharSpace(2.6)
        text.textOut(value)
        text.setCharSpace(0)
        page.drawText(text)


def _own_symbol(content):
    out = io.BytesIO()
    page = canvas.Canvas(out, pagesize=(595, 842))
    _columns(page, [(60, line) for line in cartouche(P1, number=None)])
    page.drawImage(ImageReader(write_symbol(content, scale=4)), 460, 700, 51, 51)
    page.save()
    return out.getvalue()


def _in_utf_16():
    out = io.BytesIO(
        xdm(
            P1,
            {"DOC00001.XML": n3(patient_role(P1, ins=False))},
            set_id="1^^^&1.2.3&ISO^PI",
            entry_id="1^^^&1.2.3&ISO^PI",
        )
    )
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("NOTE.TXT", f"INS {NUMBER}".encode("utf-16"))
    return out.getvalue()


PIDS = pid(P1), pid(P2)
WRONG = {
    "report of the first under the second patient of a message": (lambda: _result(PIDS[0], "OBR|1", _file(right(P1)), PIDS[1], "OBR|1", _file(right(P1))), QUALIFIED, "FAIL", "matricule-contradicts"),
    "names of the message before": (lambda: hl7(msh(), PIDS[0], msh(control="2"), pid(P2, family="PAT-TROIS", given="DOMINIQUE", names="DOMINIQUE MARIE-LOUISE")), Expected(), "REVIEW", "names-of-the-one-before"),
    "names of the line before": (lambda: b"\n".join((as_json(patient(P1)), as_json(patient(P2, family="PAT-TROIS", given="DOMINIQUE", names="DOMINIQUE MARIE-LOUISE")))), Expected(), "REVIEW", "names-of-the-one-before"),
    "doctor with the number of the patient": (lambda: _result(PIDS[0], f"OBR|1|||1||||||||||||{NUMBER}^{NAMED}"), QUALIFIED, "REVIEW", "hl7-professional-is-patient"),
    "doctor named as the patient, without a number": (lambda: hl7(msh(), PIDS[0], f"PV1|1|O|||||^{NAMED}"), QUALIFIED, "REVIEW", "hl7-professional-is-patient"),
    "creation unless somebody else is there": (lambda: _asked(P1, ifNoneExist=f"identifier=urn:oid:{TEST_OID}|{OTHER}"), QUALIFIED, "FAIL", "fhir-request-of-another"),
    "written over somebody else": (lambda: _asked(P1, method="PUT", url=f"Patient?identifier=urn:oid:{TEST_OID}%7C{OTHER}"), QUALIFIED, "REVIEW", "fhir-request-of-another"),
    "message of another held by a resource": (lambda: _held(hl7(msh(), PIDS[1]), "x-application/hl7-v2+er7"), QUALIFIED, "FAIL", "matricule-differs"),
    "text of another held by a resource": (lambda: _held(f"Patient : {SOMEBODY}, née le {french(P2)}".encode(), "text/plain"), QUALIFIED, "FAIL", "text-of-another-person"),
    "practitioner with the number of the patient": (lambda: _practitioner(NUMBER), QUALIFIED, "FAIL", "one-number-two-people"),
    "birth date given and said to be unknown": (lambda: n3(patient_role(P1).replace("<birthTime ", '<birthTime nullFlavor="UNK" ')), QUALIFIED, "REVIEW", "cda-trait-null"),
    "signed by another under the number of the patient": (lambda: _signed("legalAuthenticator", NUMBER, ("DURAND", "PAUL")), QUALIFIED, "FAIL", "cda-role-of-another"),
    "done by the patient": (lambda: _signed("documentationOf><serviceEvent><performer", NUMBER, ("PAT-TROIS", "DOMINIQUE")).replace(b"</documentationOf><serviceEvent><performer>", b"</performer></serviceEvent></documentationOf>"), QUALIFIED, "REVIEW", "cda-professional-is-patient"),
    "author of the metadata under the number of the patient": (lambda: _authored("DURAND^PAUL"), QUALIFIED, "REVIEW", "xds-person-of-another"),
    "HTML of a mail": (lambda: _letter(lambda one: _in_html(one, f"{SOMEBODY}, née le {french(P2)}")), QUALIFIED, "REVIEW", "text-of-another-person"),
    "text attached to a mail": (lambda: _letter(lambda one: one.add_attachment(f"Patient : {SOMEBODY} né(e) le {french(P2)}", filename="note.txt")), QUALIFIED, "FAIL", "text-of-another-person"),
    "second page of « Patient : »": (lambda: _pages([f"Patient : {SOMEBODY}", "Suite du bilan"]), QUALIFIED, "REVIEW", "text-of-another-person"),
    "second page, born in brackets": (lambda: _pages(["Suite", "Mme NESSI Ruth (née le 14 juillet 1977)"]), QUALIFIED, "REVIEW", "text-of-another-person"),
    "first line of a second page": (lambda: _pages([f"{SOMEBODY} - {french(P2)} - F", "Suite du bilan"]), QUALIFIED, "REVIEW", "heading-of-another"),
    "sex of the patient beside the doctor": (lambda: _drawn(lambda page: _beside_the_doctor(page, sex="M")), QUALIFIED, "FAIL", "sex-differs"),
    "text of the first under the second patient of a message": (lambda: _result(PIDS[0], _file(right(P1)), PIDS[1], f"OBX|1|TX|N||Patient : PAT-TROIS DOMINIQUE, née le {french(P1)}"), QUALIFIED, "FAIL", "text-of-another-person"),
    "RTF attached to a mail": (lambda: _letter(lambda one: one.add_attachment(rb"{\rtf1 Patiente : NESSI RUTH n\'e9e le 14/07/1977\par}", maintype="application", subtype="rtf", filename="bilan.rtf")), QUALIFIED, "FAIL", "text-of-another-person"),
    "second page, born on the line below": (lambda: _pages(["Suite"], [f"DOSSIER DE {SOMEBODY}", f"née le {french(P2)}"]), QUALIFIED, "REVIEW", "text-of-another-person"),
    "number between dashes": (lambda: hl7(msh(), pid(P1, ins=False, status="PROV"), "NTE|1||2–79–03–51–215–189–89"), PROVISIONAL, "FAIL", "matricule-leaks"),
    "number in a table of another format": (
        lambda: f"nom;naissance;ins\nPAT-TROIS;{french(P1)};{NUMBER}\n".encode("utf-16"),
        PROVISIONAL,
        "FAIL",
        "matricule-leaks",
    ),
    "number between bars": (lambda: pdf(cartouche(P1, number="Réf. 2/79/03/51/215/189/89"), caption=None), PROVISIONAL, "FAIL", "matricule-leaks"),
    "number in a symbol of one's own": (lambda: _own_symbol(f'{{"id":"{NUMBER}"}}'), PROVISIONAL, "FAIL", "matricule-in-code"),
    "number without key in a symbol of one's own": (lambda: _own_symbol(f"ID;{NUMBER[:13]};PAT-TROIS"), PROVISIONAL, "FAIL", "matricule-in-code"),
    "number in a text of UTF-16": (_in_utf_16, PROVISIONAL, "FAIL", "matricule-leaks"),
}  # fmt: skip

OLD = {
    "use": "old",
    "system": "urn:oid:1.2.250.1.213.1.4.9",
    "value": "109076322088835",
    "type": {"coding": [{"system": f"{ARC}/CodeSystem/fr-core-cs-v2-0203", "code": "INS-NIA"}]},
}
RIGHT = {
    "two patients of a message, each with their report": lambda: _result(PIDS[0], "OBR|1", _file(right(P1)), PIDS[1], "OBR|1", _file(right(P2))),
    "a sister in the same bundle": lambda: _bundle({"resource": patient(P1)}, {"resource": patient(P2, family="PAT-TROIS")}),
    "doctor named as the patient, with a number": lambda: hl7(msh(), PIDS[0], f"PV1|1|O|||||10001234567^{NAMED}"),
    "looked for by the number of before": lambda: _bundle({"resource": patient(P1, more=[OLD]), "request": {"method": "PUT", "url": "Patient?identifier=urn:oid:1.2.250.1.213.1.4.9|109076322088835"}}),
    "looked for by the own number": lambda: _asked(P1, ifNoneExist=f"identifier=urn:oid:{TEST_OID}|{NUMBER}"),
    "looked for by a local number": lambda: _asked(P1, ifNoneExist="identifier=urn:oid:1.2.3.4.5.6|OFF-0001"),
    "author is the patient under a used name": lambda: _authored("MARTIN^DOMINIQUE"),
    "HTML of a mail with the used name": lambda: _letter(lambda one: _in_html(one, f"Mme Dominique MARTIN, née PAT-TROIS, née le {french(P1)}")),
    "notes of a pharmacist attached": lambda: _letter(lambda one: one.add_attachment("Patient : voir le document. Dr Ruth NESSI, née le 14/07/1977", filename="note.txt")),
    "second page with the used name": lambda: _pages(["Patiente : Mme MARTIN Dominique", "Suite du bilan du 12/03/2026"]),
    "second page with somebody around": lambda: _pages([f"Personne de confiance : {SOMEBODY} née le {french(P2)}"]),
    "RTF of the patient attached": lambda: _letter(lambda one: one.add_attachment(rb"{\rtf1 Bilan de Mme PAT-TROIS\par}", maintype="application", subtype="rtf", filename="bilan.rtf")),
    "findings in capitals": lambda: _pages(["PATIENT : ALLERGIQUE PENICILLINE", "PATIENT : SEUL A DOMICILE", "PATIENT : DIABETE EQUILIBRE SOUS METFORMINE"]),
    "second page of vaccinations": lambda: _pages(["INFANRIX HEXA 12/05/1999", "ROR 03/04/2010"], ["Vaccin ROR fait le 12/05/1999"]),
    "second page with a prescriber": lambda: _pages(["Ordonnance du 12/03/2026 - Dr Paul BERNARD", "Né le 03/04/1960"]),
    "the doctor beside": lambda: _drawn(_beside_the_doctor),
    "the doctor beside, under the only heading": lambda: _drawn(_beside_a_heading),
    "headings over traits as wide as the page": lambda: _drawn(_under_headings),
    "line broken after the number": lambda: _drawn(_broken_after_the_number),
    "cells that are wrapped": lambda: _drawn(_wrapped),
    "letters spaced in the values": lambda: _drawn(_spaced),
}  # fmt: skip


DOUBTS = {
    "text-of-another-person",
    "heading-of-another",
    "fhir-request-of-another",
    "hl7-professional-is-patient",
    "names-of-the-one-before",
}


@pytest.mark.parametrize("case", WRONG)
def test_a_second_place_that_is_wrong_is_seen(case):
    make, expected, severity, code = WRONG[case]
    problems = check(make(), expected, name="file")
    assert (severity, code) in {(str(one.severity), one.code) for one in problems}, [
        one.line("en") for one in problems
    ]


@pytest.mark.parametrize("case", RIGHT)
def test_a_right_one_is_not_accused(case):
    for expected in (QUALIFIED, Expected()):
        problems = [one for one in check(RIGHT[case](), expected, name="file") if one.code != "pdfa-claim"]
        assert [one.line("en") for one in problems if one.severity is Severity.FAIL or one.unjudged] == []
        assert not {one.code for one in problems} & DOUBTS
