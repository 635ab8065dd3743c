"""Documents that name somebody else in words alone: no number, and a person reads it all the same; and those that name who they may."""

from __future__ import annotations

import io

import pytest
from headers import n3, patient_role
from messages import as_json, hl7, msh, patient, pid
from papers import cartouche, pdf, right
from people import ABROAD, P1, P2, french, nature
from reportlab.pdfgen import canvas
from sendings import mail, metadata, xdm

from conformance.documents import Expected, Severity, Status, check

QUALIFIED = Expected(identity=P1, status=Status.QUAL)


def _note(narrative, who=P1):
    return n3(patient_role(who), narrative)


def _codes(data, expected=QUALIFIED):
    return {(str(one.severity), one.code) for one in check(data, expected, name="file")}


def _rows(*rows):
    return f"<table><tbody>{''.join(f'<tr><th>{left}</th><td>{right}</td></tr>' for left, right in rows)}</tbody></table>"


OTHERS = [("Nom de naissance", P2.traits.birth_name), ("Né(e) le", french(P2))]


def test_a_narrative_of_somebody_else_without_a_number_is_a_failure():
    assert ("FAIL", "text-of-another-person") in _codes(_note(_rows(*OTHERS)))


@pytest.mark.parametrize(
    "narrative",
    [
        _rows(("Nom de naissance", P1.traits.birth_name), ("Date de naissance", "28 mars 1979")),
        _rows(("Mère, nom de naissance", P2.traits.birth_name), ("Mère, née le", french(P2))),
        "<paragraph>Vaccin du 12/03/2026, lot née26, prescrit par le Dr NESSI</paragraph>",
        f"<paragraph>PAT-TROIS DOMINIQUE, mère d'un garçon né le {french(P2)}</paragraph>",
        "<paragraph>Patiente : Dominique Pat-Trois</paragraph>",
    ],
    ids=["the patient", "her mother", "no label", "her child", "named in lower case"],
)
def test_a_narrative_may_name_the_patient_and_those_around(narrative):
    assert not {code for _, code in _codes(_note(narrative))} & {
        "text-of-another-person",
        "text-birth-date-differs",
    }


def test_another_birth_date_under_its_label_beside_the_name_is_to_be_looked_at():
    told = _note(_rows(("Nom de naissance", P1.traits.birth_name), ("Date de naissance", "03/12/1979")))
    assert ("REVIEW", "text-birth-date-differs") in _codes(told)


def test_a_page_of_the_archive_names_somebody_else():
    words = f"Patient : {P2.traits.birth_name} RUTH, né(e) le {french(P2)}"
    page = f"<html><body><p>{words}</p></body></html>"
    pages = [("INDEX.HTM", page), ("README.TXT", "LGO")]
    archive = xdm(P1, {"DOC00001.XML": _note("Vaccination")}, tree=False, extra=pages)
    assert ("FAIL", "text-of-another-person") in _codes(archive)


@pytest.mark.parametrize("root", ["xdw:XDW.WorkflowDocument", "XDW.WorkflowDocument"])
@pytest.mark.parametrize("who", [P1, P2], ids=["the patient", "somebody else"])
def test_a_workflow_document_is_of_the_patient_of_its_lot(root, who):
    prefix = ":xdw" if ":" in root else ""
    hl7 = f'<h:id xmlns:h="urn:hl7-org:v3" root="{who.oid}" extension="{who.matricule.value}"/>'
    local = '<h:id xmlns:h="urn:hl7-org:v3" root="2.999.1" extension="OFF-1"/>'
    inner = "xdw:patient" if prefix else "patient"
    workflow = (
        f'<{root} xmlns{prefix}="urn:ihe:iti:xdw:2011"><{inner}>{local}{hl7}</{inner}></{root}>'.encode()
    )
    lot = xdm(P1, {"DOC00001.XML": _note("Vaccination"), "DOC00002.XML": workflow})
    found = {code for severity, code in _codes(lot) if severity == Severity.FAIL}
    assert ("matricule-differs" in found) is (who is P2)
    assert who is P2 or not found


def test_a_workflow_document_of_an_identity_that_is_not_qualified_holds_no_ins():
    workflow = f'<XDW.WorkflowDocument xmlns="urn:ihe:iti:xdw:2011"><patient><id root="{P1.oid}" extension="{P1.matricule.value}"/></patient></XDW.WorkflowDocument>'
    found = _codes(workflow.encode(), Expected(identity=P1, status=Status.PROV))
    assert ("FAIL", "ins-before-qual") in found


@pytest.mark.parametrize(
    ("display", "told"),
    [
        ("NESSI Ruth", True),
        ("Mme Dominique MARTIN", False),
        ("Le patient", False),
        ("", False),
        ("PAT-TROIS", False),
    ],
)
def test_the_words_beside_a_reference_are_those_of_the_patient(display, told):
    person = {**patient(P1), "id": "p1"}
    dispense = {
        "resourceType": "MedicationDispense",
        "status": "completed",
        "subject": {"reference": "Patient/p1", "display": display},
    }
    bundle = {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [{"resource": person}, {"resource": dispense}],
    }
    assert (("REVIEW", "fhir-display-of-another") in _codes(as_json(bundle))) is told


@pytest.mark.parametrize("status", [Status.PROV, Status.VALI])
@pytest.mark.parametrize(
    ("known", "unknown"),
    [
        ("19790328", "1979"),
        ("19790328", "197903"),
        ('value="19790328"', 'nullFlavor="UNK"'),
        (">51215<", ">99999<"),
        ('code="F"', 'code="UN"'),
    ],
)
def test_what_the_desk_does_not_know_is_no_contradiction_before_insi(status, known, unknown):
    note = n3(patient_role(P1, ins=False)).decode()
    assert known in note
    expected = Expected(identity=P1, status=status)
    found = _codes(note.replace(known, unknown).encode(), expected)
    assert "FAIL" not in {severity for severity, _ in found}
    assert ("REVIEW", "trait-unknown-before-qual") in found


@pytest.mark.parametrize("name", ["DARTAGNAN-DE-LHERAULT", "DArtagnandelHerault", "D-ARTAGNAN DE L-HERAULT"])
def test_a_file_name_may_leave_out_apostrophes_and_hyphens(name):
    archive = xdm(ABROAD, {"DOC00001.XML": _note("Vaccination", ABROAD)})
    sent = mail(ABROAD, archive, right(ABROAD), pdf_name=f"20260104_VAC_{name}_PIERRE-ALAIN.pdf")
    assert "pdf-name-of-another" not in {
        code for _, code in _codes(sent, Expected(identity=ABROAD, status=Status.QUAL))
    }


HEADS = f"<tr><th>Nom de naissance</th><th>Date de naissance</th></tr><tr><td>{P2.traits.birth_name}</td><td>{french(P2)}</td></tr>"
WORDS = f"Patient : {P2.traits.birth_name} RUTH, né(e) le {french(P2)}"
DIV = f'<div xmlns="http://www.w3.org/1999/xhtml"><p>{WORDS}</p></div>'


@pytest.mark.parametrize(
    "make",
    [
        lambda: _note(f"<table><tbody>{HEADS}</tbody></table>"),
        lambda: hl7(msh(), pid(P1), f"NTE|1||{WORDS}"),
        lambda: hl7(msh(), pid(P1), f"OBX|1|TX|CORPSMAIL_PS||{WORDS}||||||F"),
        lambda: as_json({**patient(P1), "text": {"status": "generated", "div": DIV}}),
        lambda: mail(P1, xdm(P1, {"DOC00001.XML": _note("Vaccination")}), headers=()).replace(
            b"Bonjour", WORDS.encode()
        ),
    ],
    ids=[
        "under the head of a column",
        "note of a message",
        "text of a message",
        "narrative of a Patient",
        "text of a mail",
    ],
)
def test_somebody_else_is_seen_wherever_a_person_reads(make):
    assert ("FAIL", "text-of-another-person") in _codes(make())


def test_the_narrative_of_a_mother_is_about_her():
    mother = {"resourceType": "RelatedPerson", "text": {"status": "generated", "div": DIV}}
    bundle = {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [{"resource": patient(P1)}, {"resource": mother}],
    }
    assert "text-of-another-person" not in {code for _, code in _codes(as_json(bundle))}


@pytest.mark.parametrize(
    "words", ["Patient : voir le document joint, Mme ROCHE", "Enfant : née le 02/03/2015"]
)
def test_a_sentence_after_patient_and_the_birth_of_a_child_name_nobody_else(words):
    assert "text-of-another-person" not in {
        code for _, code in _codes(_note(f"<paragraph>{words}</paragraph>"))
    }


@pytest.mark.parametrize("further", [P1, P2], ids=["the patient", "somebody else"])
def test_a_further_page_of_somebody_else_without_a_number_is_a_failure(further):
    out = io.BytesIO()
    sheet = canvas.Canvas(out, pagesize=(595, 842))
    for lines in (cartouche(P1), cartouche(further, number=None)):
        for index, line in enumerate(lines):
            sheet.drawString(60, 780 - 16 * index, line)
        sheet.showPage()
    sheet.save()
    assert (("FAIL", "text-of-another-person") in _codes(out.getvalue())) is (further is P2)


NAMED = f"Patient : {P2.traits.birth_name} né(e) le {french(P2)}"


@pytest.mark.parametrize(
    "make",
    [
        lambda told: _note("Vaccination").replace(b"<code ", f"<title>{told}</title><code ".encode(), 1),
        lambda told: (
            metadata(P1, {"DOC00001.XML": _note("Vaccination")})
            .replace(
                "</RegistryObjectList>",
                f'<Name><LocalizedString value="{told}"/></Name></RegistryObjectList>',
            )
            .encode()
        ),
    ],
    ids=["title of a CDA", "title in the metadata"],
)
@pytest.mark.parametrize("told", [NAMED, "Note de vaccination"])
def test_a_title_names_the_patient_or_nobody(make, told):
    assert (("FAIL", "text-of-another-person") in _codes(make(told))) is (told == NAMED)


def test_the_rest_of_a_label_that_goes_on_below_is_no_given_name():
    """Cells of a grid whose labels are wrapped: the second half of one stands in the line of the values."""
    rest = [
        f"Date de naissance : {french(P1)}",
        "Sexe : F",
        f"Matricule INS : {P1.matricule.value} {nature(P1)}",
    ]
    head = [(60, "Nom de naissance"), (200, "1er prénom de"), (350, "Prénoms de naissance")]
    values = [(60, "PAT-TROIS"), (200, "NAIDOMINIQUESANCE"), (350, "DOMINIQUE MARIE-LOUISE")]
    assert "FAIL" not in {
        severity for severity, _ in _codes(pdf([head, values, *rest], caption=None), Expected())
    }


def test_a_heading_says_whom_all_below_is_about():
    around = _note(_rows(*OTHERS)).replace(b"<section>", b"<section><title>Personne de confiance</title>")
    found = _codes(around)
    assert ("FAIL", "text-of-another-person") not in found
    assert ("REVIEW", "text-of-another-person") in found


def test_a_used_name_with_the_birth_date_of_the_patient_is_the_patient():
    told = _note(f"<paragraph>Patiente : MARTIN Dominique, née le {french(P1)}</paragraph>")
    assert not {code for _, code in _codes(told)} & {"text-of-another-person", "text-birth-date-differs"}


def test_a_comment_inside_a_name_is_passed_over():
    told = _note(f"<paragraph>Patient : PAT-<!-- coupure -->TROIS, née le {french(P1)}</paragraph>")
    assert "text-of-another-person" not in {code for _, code in _codes(told)}


def test_a_resource_without_sense_is_read_all_the_same():
    odd = {"resourceType": ["Patient"], "text": {"div": DIV, "status": {}}, "subject": {"display": ["x"]}}
    bundle = {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [{"resource": patient(P1)}, {"other": odd}],
    }
    assert "bench-error" not in {code for _, code in _codes(as_json(bundle))}
