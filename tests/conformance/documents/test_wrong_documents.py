"""Every named way of being wrong is seen, by name, and where it is."""

# ruff: noqa: C408 - the cases are written as the keyword arguments that they are
from __future__ import annotations

import pytest
from headers import cda, n1, n3, patient_role
from messages import as_json, as_xml, cx, hl7, msh, oru, patient, pid
from papers import cartouche, pdf, right
from people import NIA, P1, P2
from sendings import mail, submission, xdm

from conformance.documents import Expected, Profile, Severity, Status, check, compare, read_document
from conformance.documents.datamatrix import payload_of
from simulator.ins import key_of

ALONE = Expected()
QUALIFIED = Expected(identity=P1, status=Status.QUAL, profile=Profile.TEST)
PRODUCTION = Expected(profile=Profile.PRODUCTION)
NUMBER = P1.matricule.value
OTHER = P2.matricule.value
LOCAL = "OFF-0001^^^&1.2.3.4.5.6&ISO^PI"
WITHOUT = {"set_id": LOCAL, "entry_id": LOCAL}
OFFICIAL_P2 = {
    "use": "official",
    "system": "urn:oid:1.2.250.1.213.1.4.10",
    "value": OTHER,
    "type": {"coding": [{"code": "INS-NIR-TEST"}]},
}


def _before(status):
    return Expected(identity=P1, status=status)


def _codes(document, expected):
    return {problem.code: problem for problem in check(document, expected, name="file")}


def _keyed(number):
    return number + key_of(number)


CDA = {
    "wrong key": (dict(number="279035121518988"), "matricule-key"),
    "no key": (dict(number="2790351215189"), "matricule-without-key"),
    "letters in lower case": (dict(number="180032b02040123"), "matricule-lower-case"),
    "grouped digits": (dict(number="2 79 03 51 215 189 89"), "matricule-length"),
    "letters": (dict(number="27903512151X989"), "matricule-characters"),
    "sex digit 9": (dict(number=_keyed("9790351215189")), "matricule-sex"),
    "zeros": (dict(number="000000000000000"), "matricule-filler"),
    "22 digits": (dict(number="1234567890123456789012"), "ins-c-as-ins"),
    "an OID that is only a prefix": (dict(oid="1.2.250.1.213.1.4"), "oid-not-ins"),
    "an OID that begins as one": (dict(oid="1.2.250.1.213.1.4.8.99999.2"), "oid-not-ins"),
    "the OID of the INS-C": (dict(oid="1.2.250.1.213.1.4.2"), "oid-not-ins"),
    "a wrong OID of public code": (dict(oid="1.2.250.1.213.1.4.5"), "oid-not-ins"),
    "an OID with urn": (dict(oid="urn:oid:1.2.250.1.213.1.4.10"), "oid-not-ins"),
    "an OID with a space": (dict(oid="1.2.250.1.213.1.4.10 "), "oid-not-ins"),
    "accents": (dict(given="DOMINIQUÉ"), "name-characters"),
    "a ligature": (dict(family="PAT-TRŒIS"), "name-characters"),
    "a typographic apostrophe": (dict(family="D’ARTAGNAN"), "name-characters"),
    "a first name that does not begin the list": (dict(names="MARIE-LOUISE DOMINIQUE"), "first-name-not-in-list"),
    "sex unknown": (dict(sex="UN"), "sex-value"),
    "year alone": (dict(date="1979"), "birth-date"),
    "a date of another format": (dict(date="1979-03-28"), "birth-date"),
    "a date that does not exist": (dict(date="19790230"), "birth-date"),
    "unknown day": (dict(date="19790300"), "birth-date"),
    "no county": (dict(place=""), "cda-trait-missing"),
    "a place that is no code": (dict(place="DOMPREMY"), "birth-place-code"),
}  # fmt: skip


@pytest.mark.parametrize("case", CDA)
def test_a_wrong_cda_header_is_seen(case):
    changed, code = CDA[case]
    problem = _codes(n3(patient_role(P1, **changed)), ALONE)[code]
    assert problem.severity is Severity.FAIL
    assert problem.places[0].path.startswith("/ClinicalDocument/recordTarget/patientRole")
    assert problem.rules


LOWERED = {
    "lower case": (dict(family="Pat-Trois"), "name-lower-case"),
    "unknown place": (dict(place="99999"), "birth-place-unknown"),
    "a post code": (dict(place="51000"), "birth-place-unlisted"),
    "month 43": (dict(number=_keyed("2794351215189")), None),
    "sex that contradicts the number": (dict(sex="M"), "matricule-sex-digit"),
    "the whole list as first name": (dict(given="DOMINIQUE MARIE-LOUISE"), "first-name-is-list"),
}  # fmt: skip


@pytest.mark.parametrize("case", LOWERED)
def test_what_can_be_legitimate_is_only_for_review(case):
    changed, code = LOWERED[case]
    problems = check(n3(patient_role(P1, **changed)), ALONE)
    assert {problem.severity for problem in problems} <= {Severity.REVIEW}
    assert code is None or code in {problem.code for problem in problems}


AGAINST_P1 = {
    "another number": (dict(number=OTHER), "matricule-differs"),
    "another OID": (dict(oid="1.2.250.1.213.1.4.8"), "oid-differs"),
    "hyphen lost": (dict(family="PAT TROIS"), "birth-name-differs"),
    "lower case": (dict(family="pat-trois"), "birth-name-differs"),
    "double space": (dict(names="DOMINIQUE  MARIE-LOUISE"), "first-names-differs"),
    "list cut": (dict(names="DOMINIQUE"), "first-names-differs"),
    "first name of another": (dict(given="RUTH", names="RUTH"), "first-name-differs"),
    "date": (dict(date="19790327"), "birth-date-differs"),
    "sex": (dict(sex="M"), "sex-differs"),
    "place": (dict(place="63220"), "birth-place-differs"),
    "INS under a local OID": (dict(oid="1.2.3.4.9"), "ins-missing"),
    "billing OID": (dict(oid="1.2.250.1.213.1.4.13"), "ins-missing"),
    "no INS": (dict(ins=False), "ins-missing"),
}  # fmt: skip


@pytest.mark.parametrize("case", AGAINST_P1)
def test_a_cda_that_departs_from_the_answer_of_insi_fails(case):
    changed, code = AGAINST_P1[case]
    assert _codes(n3(patient_role(P1, **changed)), QUALIFIED)[code].severity is Severity.FAIL


OTHERS = {
    "two INS": lambda: (n3(patient_role(P1, extra=f'<id root="1.2.250.1.213.1.4.8" extension="{OTHER}"/>')), ALONE, "several-ins"),
    "OID without number": lambda: (n3(patient_role(P1, ins=False, extra='<id root="1.2.250.1.213.1.4.10"/>')), ALONE, "oid-without-matricule"),
    "number without OID": lambda: (n3(patient_role(P1, ins=False, extra=f'<id extension="{NUMBER}"/>')), ALONE, "matricule-without-oid"),
    "mailbox without INS": lambda: (n3(patient_role(P1, ins=False, mailbox=True)), ALONE, "mailbox-without-ins"),
    "mailbox of another": lambda: (n3(patient_role(P1, extra=f'<telecom value="mailto:{OTHER}@patient.mssante.fr"/>')), ALONE, "mailbox-of-another"),
    "mailbox of 16 digits": lambda: (n3(patient_role(P1, extra=f'<telecom value="{NUMBER}0@patient.mssante.fr"/>')), ALONE, "mailbox-number"),
    "married name only": lambda: (n3(patient_role(P1)).replace(b'qualifier="BR">PAT', b'qualifier="SP">PAT'), ALONE, "cda-trait-missing"),
    "PDF of another patient": lambda: (n1(patient_role(P1), right(P2)), ALONE, "matricule-contradicts"),
    "barcode of another patient": lambda: (n1(patient_role(P1), pdf(cartouche(P1), payload=payload_of(P2))), ALONE, "matricule-contradicts"),
    "PDF/A-2": lambda: (n1(patient_role(P1), right(P1, claim=("2", "B"))), ALONE, "pdfa-claim"),
    "no PDF in it": lambda: (n1(patient_role(P1), b"hello"), ALONE, "embedded-not-pdf"),
    "broken base64": lambda: (n1(patient_role(P1), right(P1)).replace(b"JVBER", b"J*BER"), ALONE, "embedded-base64"),
    "vaccination note as a file": lambda: (n1(patient_role(P1), right(P1), code="87273-9"), ALONE, "note-not-structured"),
    "no patient": lambda: (cda("", "", "1"), ALONE, "cda-no-patient"),
    "no identifier at all": lambda: (n3(patient_role(P1, ins=False, local="")), ALONE, "cda-no-identifier"),
    "truncated": lambda: (n3(patient_role(P1))[:500], ALONE, "xml-malformed"),
    "test OID in production": lambda: (n3(patient_role(P1)), PRODUCTION, "oid-of-test"),
    "a former number": lambda: (n3(patient_role(NIA, number=OTHER)), Expected(identity=_with_history()), "former-matricule"),
}  # fmt: skip


def _with_history():
    from dataclasses import replace

    from simulator.ins import HistoricId

    return replace(NIA, history=(HistoricId(matricule=P2.matricule, oid=P2.oid),))


@pytest.mark.parametrize("case", OTHERS)
def test_what_ties_a_cda_together_is_seen(case):
    document, expected, code = OTHERS[case]()
    assert code in _codes(document, expected)


MESSAGES = {
    "type NH": (dict(code="NH"), "hl7-identifier-type"),
    "type INS-NIR": (dict(code="INS-NIR"), "hl7-identifier-type"),
    "name of no authority": (dict(name="ASIP-SANTE-NIR"), "hl7-authority-name"),
    "name of the NIA": (dict(name="ASIP-SANTE-INS-NIA"), "hl7-authority-name"),
    "no ISO": (dict(iso=""), "hl7-authority-type"),
    "billing OID": (dict(oid="1.2.250.1.213.1.4.13"), "oid-not-ins"),
    "OID that is a prefix": (dict(oid="1.2.250.1.213.1.4.1"), "oid-not-ins"),
    "wrong key": (dict(number="279035121518988"), "matricule-key"),
    "no list": (dict(names=""), "hl7-trait-missing"),
    "no birth name": (dict(family=""), "hl7-trait-missing"),
    "provisional": (dict(status="PROV"), "hl7-ins-not-validated"),
    "sex U": (dict(sex="U"), "sex-value"),
    "a date of another format": (dict(date="1979-03-28"), "birth-date"),
    "a name that is not of birth": (dict(given="MARIE-LOUISE"), "first-name-not-in-list"),
    "mailbox of another": (dict(telecom=f"^NET^Internet^{OTHER}@patient.mssante.fr"), "mailbox-of-another"),
}  # fmt: skip


@pytest.mark.parametrize("case", MESSAGES)
def test_a_wrong_message_is_seen(case):
    changed, code = MESSAGES[case]
    problem = _codes(hl7(msh(), pid(P1, **changed)), ALONE)[code]
    assert problem.severity is Severity.FAIL
    assert problem.places[0].path.startswith("PID")


MORE_MESSAGES = {
    "QUAL in PID-32": lambda: (hl7(msh(), pid(P1, status="QUAL")), "hl7-status-code"),
    "no status": lambda: (hl7(msh(), pid(P1, status="")), "hl7-status-missing"),
    "other separators": lambda: (hl7(msh().replace("^~", "^˜"), pid(P1).replace("~", "˜")), "hl7-separators"),
    "no separators": lambda: (b"MSHabc", "hl7-header"),
    "an identifier without OID": lambda: (hl7(msh(), pid(P1, ins=False, more=f"{NUMBER}^^^^INS")), "matricule-without-oid"),
    "CDA of another": lambda: (oru(P1, n3(patient_role(P2))), "matricule-contradicts"),
    "CDA without INS": lambda: (oru(P1, n3(patient_role(P1, ins=False))), "ins-in-one-only"),
    "CDA with another local id": lambda: (oru(P1, n3(patient_role(P1, local="X"))), "hl7-identifiers-differ"),
    "a patient who receives is another": lambda: (hl7(msh(), pid(P1), f"PRT|1|UC||RCT|{OTHER}^^^^^^^^&1.2.250.1.213.1.4.10&ISO^L^^^INS"), "mailbox-of-another"),
    "OID in PRT-5.9.1": lambda: (hl7(msh(), pid(P1), f"PRT|1|UC||RCT|{NUMBER}^^^^^^^^1.2.250.1.213.1.4.10^L^^^INS"), "hl7-prt-oid"),
    "sent to the patient and hidden from them": lambda: (hl7(msh(), pid(P1), "OBX|1|CE|DESTMSSANTEPAT^^L||Y^^L", "OBX|2|CE|INVISIBLE_PATIENT^^L||Y^^L"), "hl7-choices"),
    "not the charset of MSH-18": lambda: (hl7(msh(), pid(P1), "NK1|1|LÉA", encoding="iso-8859-1"), "hl7-charset"),
}  # fmt: skip


@pytest.mark.parametrize("case", MORE_MESSAGES)
def test_what_ties_a_message_together_is_seen(case):
    document, code = MORE_MESSAGES[case]()
    assert code in _codes(document, ALONE)


PATIENTS = {
    "type INS-NIR under the test OID": (dict(code="INS-NIR"), "fhir-type"),
    "type NH": (dict(code="NH"), "fhir-type"),
    "use secondary": (dict(use="secondary"), "fhir-use"),
    "billing OID": (dict(oid="1.2.250.1.213.1.4.13"), "oid-not-ins"),
    "OID that begins as one": (dict(oid="1.2.250.1.213.1.4.8.99999.2"), "oid-not-ins"),
    "wrong key": (dict(number="279035121518988"), "matricule-key"),
    "list of another": (dict(names="RUTH"), "first-name-not-in-list"),
    "gender other": (dict(gender="other"), "sex-value"),
    "year alone": (dict(date="1979"), "birth-date"),
    "gender F": (dict(gender="F"), "sex-value"),
    "provisional": (dict(status="PROV"), "fhir-ins-not-qualified"),
    "two official": (dict(more=[OFFICIAL_P2]), "fhir-several-official"),
}  # fmt: skip


@pytest.mark.parametrize("case", PATIENTS)
@pytest.mark.parametrize("write", [as_json, as_xml])
def test_a_wrong_patient_is_seen(case, write):
    changed, code = PATIENTS[case]
    problem = _codes(write(patient(P1, **changed)), ALONE)[code]
    assert problem.severity is Severity.FAIL


def test_other_faults_of_a_patient_are_seen():
    bare = as_json(patient(P1)).replace(b"urn:oid:1.2.250.1.213.1.4.10", b"1.2.250.1.213.1.4.10")
    assert "fhir-system" in _codes(bare, ALONE)
    alone = {"resourceType": "Patient", "identifier": patient(P1)["identifier"]}
    assert "fhir-ins-alone" in _codes(as_json(alone), ALONE)
    assert "fhir-trait-missing" in _codes(as_json({**patient(P1), "birthDate": ""}), ALONE)
    assert "fhir-qual-without-ins" in _codes(as_json(patient(P1, ins=False, status="QUAL")), ALONE)
    assert "fhir-no-patient" in _codes(as_json({"resourceType": "Observation"}), ALONE)
    several = patient(P1)
    several["name"][0]["given"] = ["DOMINIQUE", "MARIE-LOUISE"]
    assert "fhir-several-given" in _codes(as_json(several), ALONE)


PAGES = {
    "no nature": (dict(number=f"Matricule INS : {NUMBER}"), {}, ALONE, "nature-missing"),
    "nature NIA": (dict(number=f"Matricule INS : {NUMBER} NIA"), {}, QUALIFIED, "nature-differs"),
    "nature NIA beside the OID of a NIR": (dict(number=f"Matricule INS : {NUMBER} NIA"), {}, ALONE, "nature-contradicts-oid"),
    "nature before": (dict(number=f"INS-NIR : {NUMBER}"), {}, ALONE, "nature-before-number"),
    "wrong key": (dict(number="Matricule INS : 2 79 03 51 215 189 88 NIR"), {}, ALONE, "matricule-key"),
    "no key": (dict(number="Matricule INS : 2790351215189 NIR"), {}, ALONE, "matricule-without-key"),
    "no label": (dict(name="PAT-TROIS"), {}, QUALIFIED, "label-missing"),
    "no birth date": (dict(date=None), {}, QUALIFIED, "trait-not-printed"),
    "no number": (dict(number=None), {}, QUALIFIED, "matricule-not-printed"),
    "name of another": (dict(name="Nom de naissance : NESSI"), {}, ALONE, "birth-name-contradicts"),
    "date of another": (dict(date="Date de naissance : 14/07/1977"), {}, ALONE, "birth-date-contradicts"),
    "first name not of the list": (dict(first="1er prénom de naissance : ISABELLE", names=None), {}, ALONE, "first-name-not-in-list"),
    "hyphen lost": (dict(name="Nom de naissance : PAT TROIS"), {}, QUALIFIED, "name-separators"),
    "barcode of another": ({}, dict(payload=payload_of(P2)), ALONE, "matricule-contradicts"),
    "letters G S": ({}, dict(payload=payload_of(P1).replace("\x1d", "GS")), ALONE, "datamatrix-literal-gs"),
    "not square": ({}, dict(square=False), ALONE, "symbol-not-square"),
    "two symbols": ({}, dict(symbols=[payload_of(P1)] * 2), ALONE, "several-symbols"),
    "two symbols of two people": ({}, dict(symbols=[payload_of(P1), payload_of(P2)]), ALONE, "matricule-contradicts"),
    "caption without symbol": ({}, dict(payload=None), ALONE, "caption-without-symbol"),
    "no symbol": ({}, dict(payload=None, caption=None), QUALIFIED, "symbol-missing"),
    "no caption": ({}, dict(caption=None), ALONE, "caption-missing"),
    "symbol too small to be read": ({}, dict(mm=4), QUALIFIED, "symbol-undecodable"),
    "mailbox of another": (dict(mail=f"MSS : {OTHER}@patient.mssante.fr"), {}, ALONE, "mailbox-of-another"),
}  # fmt: skip


@pytest.mark.parametrize("case", PAGES)
def test_a_wrong_page_is_seen(case):
    changed, options, expected, code = PAGES[case]
    document = pdf(cartouche(P1, **changed), **{"payload": payload_of(P1), **options})
    problem = _codes(document, expected)[code]
    assert problem.places[0].page == 1


def test_labels_that_are_not_there_are_all_seen():
    codes = [
        problem.code
        for problem in check(
            pdf(["PAT-TROIS", "DOMINIQUE", "28/03/1979", "F", NUMBER], payload=payload_of(P1)), QUALIFIED
        )
    ]
    assert codes.count("label-missing") == 4
    assert "nature-missing" in codes


@pytest.mark.parametrize("status", [Status.PROV, Status.RECUP, Status.VALI])
@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda: n3(patient_role(P1)), "ins-before-qual"),
        (lambda: n3(patient_role(P1, ins=False, mailbox=True)), "mailbox-before-qual"),
        (lambda: n3(patient_role(P1, ins=False), "NIR 2 79 03 51 215 189 89"), "matricule-leaks"),
        (lambda: n3(patient_role(P1, ins=False, extra=f'<id root="1.2.3.9" extension="{NUMBER}"/>')), "matricule-as-local-id"),
        (lambda: n3(patient_role(P1, ins=False), "OID 1.2.250.1.213.1.4.8"), "oid-leaks"),
        (lambda: hl7(msh(), pid(P1)), "ins-before-qual"),
        (lambda: hl7(msh(), pid(P1, ins=False), f"NTE|1||INS {NUMBER}"), "matricule-leaks"),
        (lambda: as_json(patient(P1)), "ins-before-qual"),
        (lambda: as_json(patient(P1, ins=False) | {"text": {"div": f"<div>{NUMBER}</div>"}}), "matricule-leaks"),
        (lambda: right(P1), "ins-before-qual"),
        (lambda: payload_of(P1).encode(), "ins-before-qual"),
        (lambda: pdf(cartouche(P1, number=None), caption=None, payload=payload_of(P1)), "ins-before-qual"),
        (lambda: pdf(cartouche(P1, number=f"N° {NUMBER}"), caption=None), "matricule-leaks"),
        (lambda: pdf(cartouche(P1, number=None)), "caption-before-qual"),
        (lambda: mail(P1, to=f"{NUMBER}@patient.mssante.fr", ins=None, subject="x"), "mailbox-before-qual"),
        (lambda: mail(P1, ins=None, subject=f"Patient {NUMBER}"), "matricule-leaks"),
        (lambda: submission(P1, {"d": n3(patient_role(P1, ins=False))}, **WITHOUT), "ins-before-qual"),
        (lambda: xdm(P1, {"DOC00001.XML": n3(patient_role(P1, ins=False))}), "ins-before-qual"),
    ],
)  # fmt: skip
def test_before_qual_nothing_of_the_ins_may_leave(status, make, code):
    assert code in _codes(make(), _before(status))


def test_before_qual_the_file_name_tells_nothing_either():
    document = pdf(cartouche(P1, number=None), caption=None)
    problems = check(document, _before(Status.PROV), name=f"{NUMBER}_note.pdf")
    assert "matricule-in-file-name" in {problem.code for problem in problems}


NOTE = n3(patient_role(P1))


def test_a_pdf_without_its_end_is_seen():
    assert "pdf-truncated" in _codes(right(P1, claim=None)[:-6], ALONE)


def test_two_files_that_disagree_are_quoted_side_by_side():
    one, other = (
        read_document(NOTE, "note.xml"),
        read_document(hl7(msh(), pid(P1, date="19790327")), "adt.hl7"),
    )
    (problem,) = compare([*one.records, *other.records])
    assert problem.code == "birth-date-contradicts"
    assert [place.file for place in problem.places] == ["note.xml", "adt.hl7"]
    assert [place.path for place in problem.places] == [
        "/ClinicalDocument/recordTarget/patientRole/patient/birthTime/@value",
        "PID-7",
    ]
    assert [quoted.text for quoted in problem.quotes] == ["19790328", "19790327"]


def test_second_hand_rules_carry_their_mark_and_inferred_ones_never_fail():
    marked = _codes(n3(patient_role(P1, names="RUTH")), ALONE)["first-name-not-in-list"]
    assert (str(marked.severity), str(marked.evidence)) == ("FAIL", "reported")
    cases = [
        n3(patient_role(P1, family="Pat", place="99999")),
        hl7(msh(), pid(P1, status="QUAL", place="63220")),
        right(P1, caption=None),
    ]
    for document in cases:
        inferred = [problem for problem in check(document) if str(problem.evidence) == "inferred"]
        assert inferred
        assert {problem.severity for problem in inferred} == {Severity.REVIEW}


def test_the_same_number_in_two_repetitions_is_one_ins():
    assert "several-ins" not in _codes(hl7(msh(), pid(P1, more=cx(P1))), ALONE)
