"""No false alarm: right documents of every format, as several kinds of software write them."""

from __future__ import annotations

import base64

import pytest
from headers import cda, n1, n3, patient_role
from messages import as_json, as_xml, cx, hl7, msh, oru, patient, pid
from own_files import card, js, own, row, table, workbook
from papers import cartouche, pdf, right
from people import ABROAD, CORSICA, EVERYBODY, P1, first_name, french
from sendings import mail, patient_id, submission, xdm

from conformance.documents import Expected, Format, Profile, Status, check, read_document
from conformance.documents.datamatrix import payload_of

MATRICULE = P1.matricule.value
MAILBOX = f"{MATRICULE}@patient.mssante.fr"
QUALIFIED = Expected(identity=P1, status=Status.QUAL, profile=Profile.TEST)
PROVISIONAL = Expected(identity=P1, status=Status.PROV, profile=Profile.TEST)
LOCAL = "OFF-0001^^^&1.2.3.4.5.6&ISO^PI"
WITHOUT = {"set_id": LOCAL, "entry_id": LOCAL}


def _said(problems):
    return [problem.line("en") for problem in problems]


def _all_formats(identity):
    documents = {"DOC00001.XML": n1(patient_role(identity, mailbox=True), right(identity))}
    note = {"DOC00001.XML": n3(patient_role(identity))}
    archive = xdm(identity, documents)
    to = f"{identity.matricule.value}@patient.mssante.fr"
    return {
        Format.CDA: [n1(patient_role(identity), right(identity)), n3(patient_role(identity, mailbox=True))],
        Format.HL7V2: [hl7(msh(), pid(identity)), oru(identity, n3(patient_role(identity)))],
        Format.FHIR: [as_json(patient(identity)), as_xml(patient(identity))],
        Format.DATAMATRIX: [payload_of(identity).encode()],
        Format.PDF: [right(identity)],
        Format.XDM: [archive, xdm(identity, note)],
        Format.EXPORT: [
            table([row(identity)]),
            workbook([row(identity)]),
            js([own(identity)]),
            card(identity),
        ],
        Format.XDS: [submission(identity, note), submission(identity, documents, mtom=True)],
        Format.MAIL: [
            mail(identity, archive, right(identity)),
            mail(identity, archive, right(identity), to=to),
        ],
    }


@pytest.mark.parametrize("who", EVERYBODY)
@pytest.mark.parametrize("kind", [kind for kind in Format if kind not in {Format.UNKNOWN, Format.IMAGE}])
def test_what_is_right_has_no_problem(who, kind):
    identity = EVERYBODY[who]
    for document in _all_formats(identity)[kind]:
        assert read_document(document).format is kind
        for expected in (Expected(), Expected(identity=identity, status=Status.QUAL)):
            assert _said(check(document, expected, name="right")) == []


CDA_VARIANTS = {
    "prefixed namespace": lambda: n3(patient_role(P1)).replace(b"<", b"<h:").replace(b"<h:/", b"</h:").replace(b"<h:?", b"<?").replace(b"xmlns=", b"xmlns:h="),
    "utf-16": lambda: n3(patient_role(P1)).decode().replace("UTF-8", "UTF-16").encode("utf-16"),
    "iso-8859-15 with accents": lambda: n3(patient_role(P1), "Été").decode().replace("UTF-8", "ISO-8859-15").encode("iso-8859-15"),
    "byte order mark and CRLF": lambda: b"\xef\xbb\xbf" + n3(patient_role(P1)).replace(b"><", b">\r\n<"),
    "indented values": lambda: n3(patient_role(P1)).replace(b"PAT-TROIS", b"\n      PAT-TROIS\n    "),
    "comment in a name": lambda: n3(patient_role(P1)).replace(b"PAT-TROIS", b"PAT<!-- x -->-TROIS"),
    "one element for each given name": lambda: n3(patient_role(P1)).replace(b"<given>DOMINIQUE MARIE-LOUISE</given>", b"<given>DOMINIQUE</given><given>MARIE-LOUISE</given>"),
    "name used and married name": lambda: n3(patient_role(P1)).replace(b"<given>", b'<family qualifier="CL">DURAND</family><family qualifier="SP">DURAND</family><given qualifier="CL">Dom</given><given>', 1),
    "time in the birth date": lambda: n3(patient_role(P1, date="19790328000000+0100")),
    "no local id": lambda: n3(patient_role(P1, local="")),
    "several local ids and a billing number": lambda: n3(patient_role(P1, extra='<id root="1.2.250.1.176.1.2" extension="123456"/><id root="1.2.3.9" extension="7"/>' f'<id root="1.2.250.1.213.1.4.13" extension="{MATRICULE}"/>')),
    "an old INS-C beside": lambda: n3(patient_role(P1, extra='<id root="1.2.250.1.213.1.4.2" extension="1234567890123456789012"/>')),
    "self-presenting": lambda: b'<?xml version="1.0"?><xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"><xsl:template match="/">1.2.250.1.213.1.4.8</xsl:template>' + n3(patient_role(P1)).partition(b"?>")[2] + b"</xsl:stylesheet>",
    "other telecoms": lambda: n3(patient_role(P1, extra='<addr nullFlavor="NASK"/><telecom value="tel:0102030405"/><telecom nullFlavor="NASK"/>')),
    "plain text body": lambda: cda(patient_role(P1), "<component><nonXMLBody><text mediaType='text/plain'>Bonjour, rien.</text></nonXMLBody></component>", "11488-4"),
    "base64 on one line": lambda: n1(patient_role(P1), right(P1)).replace(b"\n", b""),
    "observationMedia": lambda: cda(patient_role(P1), "<component><structuredBody><component><section><entry><observationMedia><value mediaType='application/pdf' representation='B64'>" + base64.b64encode(right(P1)).decode() + "</value></observationMedia></entry></section></component></structuredBody></component>", "11488-4"),
}  # fmt: skip


@pytest.mark.parametrize("variant", CDA_VARIANTS)
def test_a_cda_of_another_stack_has_no_problem(variant):
    document = CDA_VARIANTS[variant]()
    assert read_document(document).format is Format.CDA
    assert _said(check(document, QUALIFIED)) == []
    assert _said(check(document)) == []


MESSAGE_VARIANTS = {
    "LF": lambda: hl7(msh(), pid(P1), end="\n"),
    "CRLF": lambda: hl7(msh(), pid(P1), end="\r\n"),
    "MLLP": lambda: b"\x0b" + hl7(msh(), pid(P1)) + b"\x1c\r",
    "iso-8859-15": lambda: hl7(msh(charset="8859/15"), pid(P1), "NK1|1|LÉA", encoding="iso-8859-15"),
    "iso-8859-1 without MSH-18": lambda: hl7(msh(charset=""), pid(P1), "NK1|1|LÉA", encoding="iso-8859-1"),
    "byte order mark": lambda: b"\xef\xbb\xbf" + hl7(msh(), pid(P1)),
    "INS alone": lambda: hl7(msh(), pid(P1, local="")),
    "dates in CX-7": lambda: hl7(msh(), pid(P1).replace("ISO^INS", "ISO^INS^^20101207")),
    "a name used": lambda: hl7(msh(), pid(P1).replace("^^^^L", "^^^^L~DURAND^DOM^^^^^D")),
    "the legal name second": lambda: hl7(msh(), pid(P1).replace("|PAT-TROIS", "|DURAND^DOM^^^^^D~PAT-TROIS")),
    "billing number beside": lambda: hl7(msh(), pid(P1, more=f"{MATRICULE}^^^&1.2.250.1.213.1.4.13&ISO^NH")),
    "social-security number in PID-19": lambda: hl7(msh(), pid(P1).replace("||||||||||||||||||VALI", f"|||||{MATRICULE}|||||||||||||VALI")),
    "a former INS with an end date": lambda: hl7(msh(), pid(P1, more=cx(P1, number="179035121518942") + "^^^20200101")),
    "an old INS-C": lambda: hl7(msh(), pid(P1, more="1234567890123456789012^^^ASIP-SANTE-INS-C&1.2.250.1.213.1.4.2&ISO^INS-C")),
    "two addresses": lambda: hl7(msh(), pid(P1).replace("|^^^^^FRA^BDL", "|1 RUE^^PARIS^^75001^FRA^H~^^^^^FRA^BDL")),
    "the fuller form of the birth place": lambda: hl7(msh(), pid(P1).replace("^^^^^FRA^BDL^^51215", "^^DOMPREMY^51215^51300^FRA^BDL^^51215")),
    "PRT to the patient": lambda: hl7(msh(), pid(P1), f"PRT|1|UC||RCT|{MATRICULE}^^^^^^^^&1.2.250.1.213.1.4.10&ISO^L^^^INS||||||||||^^X.400^{MAILBOX}"),
    "an acknowledgement": lambda: hl7(msh("ACK^R01^ACK"), "MSA|AA|1"),
    "receivers told what they may see": lambda: hl7(msh(), pid(P1), "OBX|1|CE|DESTMSSANTEPAT^^L||Y^^L||||||F", "OBX|2|CE|INVISIBLE_PATIENT^^L||N^^L||||||F"),
}  # fmt: skip


@pytest.mark.parametrize("variant", MESSAGE_VARIANTS)
def test_a_message_of_another_stack_has_no_problem(variant):
    document = MESSAGE_VARIANTS[variant]()
    assert read_document(document).format is Format.HL7V2
    assert _said(check(document)) == []
    if "ACK" not in document.decode("latin-1")[:80]:
        assert _said(check(document, QUALIFIED)) == []


def _bundle(*resources):
    return {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": one} for one in resources]}


FHIR_VARIANTS = {
    "indented": lambda: as_json(patient(P1), indent=2),
    "byte order mark": lambda: b"\xef\xbb\xbf" + as_json(patient(P1)),
    "utf-16": lambda: as_json(patient(P1)).decode().encode("utf-16"),
    "bundle": lambda: as_json(_bundle({"resourceType": "Organization", "id": "1"}, patient(P1))),
    "xml bundle": lambda: as_xml(_bundle(patient(P1))),
    "contained": lambda: as_json({"resourceType": "Coverage", "contained": [patient(P1)]}),
    "parameters": lambda: as_json({"resourceType": "Parameters", "parameter": [{"name": "p", "resource": patient(P1)}]}),
    "billing number beside": lambda: as_json(patient(P1, more=[{"use": "secondary", "type": {"coding": [{"code": "NH"}]}, "system": "urn:oid:1.2.250.1.213.1.4.13", "value": MATRICULE}])),
    "a former INS": lambda: as_json(patient(P1, more=[{"use": "old", "type": {"coding": [{"code": "INS-NIR-TEST"}]}, "system": "urn:oid:1.2.250.1.213.1.4.10", "value": "179035121518942"}])),
    "a name used": lambda: as_json(patient(P1) | {"name": [*patient(P1)["name"], {"use": "usual", "family": "DURAND", "given": ["DOM"]}]}),
    "status of RNIV": lambda: as_json(patient(P1, status="QUAL")),
    "no status": lambda: as_json({key: value for key, value in patient(P1).items() if key != "extension"} | {"extension": patient(P1)["extension"][:1]}),
    "claims the profile": lambda: as_json(patient(P1, profile="https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-patient-ins")),
    "mailbox": lambda: as_json(patient(P1) | {"telecom": [{"system": "email", "value": MAILBOX}, {"system": "phone", "value": "01"}]}),
    "cog in district": lambda: as_json(patient(P1) | {"extension": [{"url": "http://hl7.org/fhir/StructureDefinition/patient-birthPlace", "valueAddress": {"district": "51215"}}]}),
}  # fmt: skip


@pytest.mark.parametrize("variant", FHIR_VARIANTS)
def test_a_patient_of_another_stack_has_no_problem(variant):
    document = FHIR_VARIANTS[variant]()
    assert read_document(document).format is Format.FHIR
    assert _said(check(document, QUALIFIED)) == []
    assert _said(check(document)) == []


PAPER_VARIANTS = {
    "abbreviations": ["N. Nais. : PAT-TROIS   Pr. 1 : DOMINIQUE", "DDN : 28/03/1979   S : F", f"INS : {MATRICULE} NIR"],
    "as the ANS renders it": ["Pat-Trois Dominique", "Nom de naissance PAT-TROIS", "Prénom(s) de naissance DOMINIQUE MARIE-LOUISE [DOMINIQUE]", "Sexe Féminin", "Né(e) le 28 mars 1979", "Lieu de naissance (code INSEE | Libellé) 51215 | DOMPREMY", f"Matricule INS {MATRICULE} [INS-NIR de test]"],
    "capitals": ["NOM DE NAISSANCE : PAT-TROIS", "PREMIER PRÉNOM DE NAISSANCE : DOMINIQUE", "SEXE : F   NÉE LE : 28/03/1979", f"MATRICULE INS : {MATRICULE} (NIR)"],
    "digits in groups": cartouche(P1, number="N° matricule INS : 2 79 03 51 215 189 89 [NIR]"),
    "no-break spaces": cartouche(P1, number="Matricule INS : 2\u00a079\u00a003\u00a051\u00a0215\u00a0189\u00a089 NIR"),
    "names as displayed": cartouche(P1, name="Nom de naissance : Pat-Trois", first="Prénom 1 : Dominique", names=None),
    "name used beside": [*cartouche(P1), "Nom utilisé : DURAND   Prénom utilisé : Dom"],
    "billing number under it": [*cartouche(P1), "N° de sécurité sociale : 1 77 07 63 220 829 36"],
    "billing number on the same line": cartouche(P1, number=f"Matricule INS : {MATRICULE} NIR    N° SS : 277076322082910"),
    "insured number in brackets": [*cartouche(P1), "Assuré 277076322082910 [N°SS-NIR]"],
    "table": [[(60, "Nom de naissance"), (200, "1er prénom"), (300, "Sexe"), (400, "Né(e) le")], [(60, "PAT-TROIS"), (200, "DOMINIQUE"), (300, "F"), (400, "28/03/1979")], [(60, "Matricule INS"), (250, "Nature")], [(60, MATRICULE), (250, "NIR")]],
    "two columns": [[(60, "Nom de naissance"), (260, "PAT-TROIS")], [(60, "1er prénom de naissance"), (260, "DOMINIQUE")], [(60, "Sexe"), (260, "F")], [(60, "DDN"), (260, "28.03.1979")], [(60, "Matricule INS"), (260, f"{MATRICULE} (NIR)")]],
    "mailbox printed": [*cartouche(P1), f"Messagerie sécurisée : {MAILBOX}"],
}  # fmt: skip


@pytest.mark.parametrize("variant", PAPER_VARIANTS)
def test_a_page_of_another_layout_has_no_problem(variant):
    document = pdf(PAPER_VARIANTS[variant], payload=payload_of(P1), where=(460, 500))
    assert _said(check(document, QUALIFIED)) == []
    assert _said(check(document)) == []


@pytest.mark.parametrize(
    "number", ["1 80 03 2B 020 401 23", "1 80 03 2B 020 401 23 ", "180032B02040123", "1.80.03.2B.020.401.23"]
)
def test_corsica_is_printed_with_its_letter(number):
    lines = cartouche(CORSICA, number=f"Matricule INS : {number} NIR")
    document = pdf(lines, payload=payload_of(CORSICA), where=(460, 500))
    assert _said(check(document, Expected(identity=CORSICA, status=Status.QUAL))) == []


def test_a_person_born_abroad_with_a_compound_name_is_read_whole():
    record = read_document(right(ABROAD)).records[0]
    assert {value.text for value in record.values} >= {"D'ARTAGNAN DE L'HERAULT", "PIERRE-ALAIN", "99352"}


def test_before_qual_a_document_without_ins_has_no_problem():
    role = patient_role(P1, ins=False)
    paper = pdf(cartouche(P1, number=None), caption=None)
    archive = xdm(P1, {"DOC00001.XML": n1(role, paper)}, **WITHOUT)
    for document in (
        n1(role, paper),
        hl7(msh(), pid(P1, ins=False, status="PROV")),
        as_json(patient(P1, ins=False, status="PROV")),
        paper,
        archive,
        mail(P1, archive, paper, ins="N"),
    ):
        assert _said(check(document, PROVISIONAL, name="file")) == []
        assert _said(check(document, name="file")) == []


def test_before_qual_the_billing_number_may_stay_where_it_belongs():
    billing = f'<id root="1.2.250.1.213.1.4.13" extension="{MATRICULE}"/>'
    assert check(n3(patient_role(P1, ins=False, extra=billing)), PROVISIONAL) == []
    message = hl7(
        msh(),
        pid(P1, ins=False, status="PROV", more=f"{MATRICULE}^^^&1.2.250.1.213.1.4.13&ISO^NH"),
        f"IN1|1||||||||||||||||||||||||||||||||||||{MATRICULE}",
    )
    assert _said(check(message, PROVISIONAL)) == []


def test_a_prescription_needs_no_symbol():
    assert check(pdf(["Ordonnance", *cartouche(P1)], caption=None), QUALIFIED) == []


def test_the_nature_of_a_place_is_never_a_failure():
    """The number says 51215; another place is legitimate, and for a person to look at."""
    problems = check(n3(patient_role(P1, place="63220")))
    assert [(problem.code, str(problem.severity)) for problem in problems] == [("matricule-place", "REVIEW")]


def test_a_plain_mail_between_professionals_has_no_problem():
    assert check(mail(P1, ins=None, subject="Bonjour"), PROVISIONAL) == []


def test_a_subject_may_leave_the_date_out_and_be_encoded():
    archive = xdm(P1, {"DOC00001.XML": n1(patient_role(P1), right(P1))})
    for subject in (
        f"XDM/1.0/DDM+Note {P1.traits.birth_name} {first_name(P1)}",
        f"XDM/1.0/DDM+Entretien été du 04/01/2026 {P1.traits.birth_name} {first_name(P1)} {french(P1)}",
        f"XDM/1.0/DDM+Note Pat-Trois Dominique {french(P1)}",
    ):
        assert _said(check(mail(P1, archive, right(P1), subject=subject), QUALIFIED)) == []


def test_a_submission_tolerates_a_date_after_the_type_and_another_prefix():
    note = {"d1": n3(patient_role(P1))}
    dated = patient_id(P1) + "^^20100907"
    assert check(submission(P1, note, set_id=dated, entry_id=dated, vihf=dated), QUALIFIED) == []
    sent = (
        submission(P1, note, mtom=True)
        .replace(b"lcm:", b"x:")
        .replace(b"xmlns:lcm", b"xmlns:x")
        .replace(b"xmlns:x:", b"xmlns:x")
    )
    assert check(sent.replace(b"<ExtrinsicObject", b"<ExtrinsicObject"), QUALIFIED) == []


def test_a_captured_http_request_is_a_submission_too():
    sent = b"POST /dmp HTTP/1.1\r\n" + submission(P1, {"d1": n3(patient_role(P1))}, mtom=True)
    assert read_document(sent).format is Format.XDS
    assert check(sent, QUALIFIED) == []


def test_lines_of_json_and_batches_hold_different_patients():
    lines = b"\n".join(as_json(patient(identity)) for identity in EVERYBODY.values())
    assert _said(check(lines)) == []
    batch = hl7(
        "FHS|^~\\&",
        "BHS|^~\\&",
        *(part for one in EVERYBODY.values() for part in (msh(), pid(one))),
        "BTS|5",
        "FTS|1",
    )
    assert _said(check(batch)) == []
    assert _said(check(batch, Expected(identity=P1, status=Status.QUAL))) == []
