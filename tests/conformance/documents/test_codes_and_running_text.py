"""What a document holds besides its traits: other codes, bodies to be read, former places of identifiers, other people."""

from __future__ import annotations

import base64
import io
import json

import pytest
import zxingcpp
from headers import n1, n3, patient_role
from messages import as_json, cx, hl7, msh, patient, pid
from papers import cartouche
from people import P1, P2
from PIL import Image
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen import canvas
from sendings import submission, xdm

from conformance.documents import Expected, Severity, Status, check
from conformance.documents.datamatrix import payload_of, write_symbol
from conformance.documents.pdf.codes import codes_in
from conformance.documents.reading import read_document

QUALIFIED, CHECKED = (Expected(identity=P1, status=status) for status in (Status.QUAL, Status.VALI))
NUMBER, OTHER = P1.matricule.value, P2.matricule.value
HTML, OWN_HTML = (
    base64.b64encode(f"<html><td>Matricule INS</td><td>{number}</td></html>".encode()).decode()
    for number in (OTHER, NUMBER)
)


def _found(document, expected=QUALIFIED):
    return {problem.code: problem.severity for problem in check(document, expected)}


def _code(text, kind="QRCode"):
    drawn = zxingcpp.create_barcode(text, getattr(zxingcpp.BarcodeFormat, kind)).to_image(scale=4)
    return Image.frombytes("L", (drawn.shape[1], drawn.shape[0]), bytes(memoryview(drawn)))


def _page(*codes, symbol=True, lines=None, second=()):
    """Return a page of P1 with codes in its lower half, and a second page with others."""
    out = io.BytesIO()
    page = canvas.Canvas(out, pagesize=(595, 842))
    for index, line in enumerate(cartouche(P1) if lines is None else lines):
        page.drawString(60, 780 - 16 * index, line)
    if symbol:
        page.drawImage(ImageReader(write_symbol(payload_of(P1), scale=4)), 460, 700, 52, 52)
        page.drawString(460, 756, "INS à scanner")
    for images in (codes, second):
        for index, image in enumerate(images):
            page.drawImage(ImageReader(image), 40 + 260 * index, 300, 120, 120 * image.height / image.width)
        page.showPage()
    page.save()
    return out.getvalue()


@pytest.mark.parametrize(
    ("code", "found", "severity"),
    [
        (_code(payload_of(P2)), "code-of-another", Severity.FAIL),
        (_code(f"INS {OTHER} NIR"), "code-of-another", Severity.FAIL),
        (_code(payload_of(P2), "Aztec"), "code-of-another", Severity.FAIL),
        (_code(payload_of(P1).replace("PAT-TROIS", "NESSI")), "code-contradicts", Severity.FAIL),
        (_code(OTHER, "Code128"), "code-other-number", Severity.REVIEW),
    ],
)
def test_a_code_beside_the_symbol_of_somebody_else(code, found, severity):
    assert _found(_page(code))[found] is severity


@pytest.mark.parametrize(
    "text",
    [payload_of(P1), NUMBER, "https://pharmacie.example/?rdv=93847593847593", "BEGIN:VCARD\nTEL:0326000000"],
)
def test_a_code_beside_the_symbol_that_says_nothing_of_others(text):
    assert not {code for code in _found(_page(_code(text))) if code.startswith("code-")}


def test_a_code_of_a_further_page_leaves_too():
    page = _page(symbol=False, lines=cartouche(P1, number=None), second=[_code(NUMBER)])
    assert _found(page, CHECKED)["matricule-in-code"] is Severity.FAIL


@pytest.mark.parametrize(
    "box",
    [
        (6.7e36, -1.1e37, 7.3e35, 7.3e35),
        (700.0, 10.0, 20.0, 20.0),
        (10.0, -60.0, 20.0, 20.0),
        (float("nan"),) * 4,
    ],
)
def test_a_place_outside_the_page_holds_no_code(box):
    """As a page with an enormous matrix says of a picture that nobody sees."""
    document = read_document(_page(_code("https://example.org")))
    assert codes_in(document, (0.0, 0.0, 595.0, 842.0))
    assert codes_in(document, box) == ()


def test_a_picture_with_a_symbol_and_another_code():
    sheet = Image.new("L", (1200, 800), 255)
    sheet.paste(write_symbol(payload_of(P1)), (20, 20))
    sheet.paste(_code(payload_of(P2)), (600, 20))
    out = io.BytesIO()
    sheet.save(out, "PNG")
    assert _found(out.getvalue())["code-of-another"] is Severity.FAIL


def test_a_note_stuck_on_a_page_after_its_streams():
    page = _page(symbol=False, lines=cartouche(P1, number=None))
    note = b"9 0 obj\n<< /Type /Annot /Subtype /Text /Contents (INS %s) >>\nendobj\n" % NUMBER.encode()
    marked = page.replace(b"xref\n", note + b"xref\n", 1)
    assert _found(marked, CHECKED)["matricule-hidden"] is Severity.FAIL
    assert "matricule-hidden" not in _found(page, CHECKED)


def test_a_number_goes_on_in_the_next_line():
    lines = [*cartouche(P1, number=None), "INS : 2 79 03 51", "215 189 89"]
    assert _found(_page(symbol=False, lines=lines), CHECKED)["matricule-leaks"] is Severity.FAIL


@pytest.mark.parametrize(
    ("media", "body"),
    [
        ("text/html", "<html><body><p>INS : <b>{0}</b>{1}</p></body></html>"),
        ("text/plain", "INS : {0}{1}"),
        ("application/rtf", r"{{\rtf1\ansi INS : \b {0}\b0 {1}}}"),
    ],
)
def test_a_body_to_be_read(media, body):
    def document(number):
        return n1(patient_role(P1), body.format(number[:7], number[7:]).encode(), media=media)

    assert _found(document(OTHER))["body-of-another"] is Severity.FAIL
    assert "body-of-another" not in _found(document(NUMBER))


@pytest.mark.parametrize(
    ("segment", "found", "severity"),
    [
        (f"OBX|1|TX|1^x||NESSI RUTH, INS {OTHER} NIR||||||F", "hl7-text-of-another", Severity.FAIL),
        (f"NTE|1||INS {OTHER} NIR", "hl7-text-of-another", Severity.FAIL),
        (f"OBX|1|ED|1^x||^text^html^Base64^{HTML}||||||F", "hl7-text-of-another", Severity.FAIL),
        (f"ZPI|1|{cx(P2)}", "hl7-own-segment-ins", Severity.REVIEW),
    ],
)
def test_a_text_of_a_message(segment, found, severity):
    assert _found(hl7(msh(), pid(P1), segment))[found] is severity
    assert found not in _found(hl7(msh(), pid(P1), segment.replace(OTHER, NUMBER).replace(HTML, OWN_HTML)))


def test_what_is_called_the_mothers_is_for_a_person_to_look_at():
    note = f"NTE|1||Mère : NESSI RUTH, INS {OTHER} NIR"
    assert _found(hl7(msh(), pid(P1), note))["hl7-text-of-another"] is Severity.REVIEW


@pytest.mark.parametrize("key", ["text", "content"])
def test_a_text_of_a_resource(key):
    def bundle(number, html):
        who = patient(P1)
        more = {
            "resourceType": "DocumentReference",
            "content": [{"attachment": {"contentType": "text/html", "data": html}}],
        }
        if key == "text":
            who["text"] = {
                "status": "generated",
                "div": f"<div>INS : <b>{number[:4]}</b>{number[4:]} NIR</div>",
            }
            more = {"resourceType": "Basic"}
        return as_json(
            {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": who}, {"resource": more}]}
        )

    assert _found(bundle(OTHER, HTML))["fhir-text-of-another"] is Severity.FAIL
    assert "fhir-text-of-another" not in _found(bundle(NUMBER, OWN_HTML))


def test_a_text_of_a_resource_about_somebody_who_is_in_the_file():
    who = patient(P1)
    who["text"] = {"status": "generated", "div": f"<div>Accompagnée de NESSI RUTH (INS {OTHER} NIR)</div>"}
    other = {"resourceType": "RelatedPerson", "identifier": [{"system": f"urn:oid:{P2.oid}", "value": OTHER}]}
    bundle = {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [{"resource": who}, {"resource": other}],
    }
    assert "fhir-text-of-another" not in _found(as_json(bundle))


def test_the_title_of_a_submission():
    files = {"note": n3(patient_role(P1))}
    sent = submission(P1, files)
    assert "xds-title-of-another" not in _found(sent)
    named = sent.replace(
        b"<RegistryPackage ", f'<Name value="Note INS {OTHER}"/><RegistryPackage '.encode(), 1
    )
    assert named != sent
    assert _found(named)["xds-title-of-another"] is Severity.FAIL


def test_a_number_within_an_identifier():
    document = n3(patient_role(P1, ins=False), narrative=f'<content ID="p{NUMBER}">x</content>')
    assert _found(document, CHECKED)["matricule-leaks"] is Severity.FAIL


def test_a_page_of_an_archive_about_somebody_else():
    page = f"<html><body>NESSI, matricule INS <i>{OTHER[:5]}</i>{OTHER[5:]} NIR</body></html>".encode()
    files = {"DOC00001.XML": n3(patient_role(P1))}
    found = _found(xdm(P1, files, extra=[("INDEX.HTM", page)], tree=False))
    assert found["xdm-page-of-another"] is Severity.FAIL
    assert "xdm-page-of-another" not in _found(xdm(P1, files))


def test_former_places_of_identifiers():
    fields = pid(P1).split("|")
    fields[4] = cx(P2)
    assert _found(hl7(msh(), "|".join(fields)))["hl7-ins-of-another"] is Severity.FAIL
    fields[4] = cx(P1)
    assert "hl7-ins-of-another" not in _found(hl7(msh(), "|".join(fields)))


@pytest.mark.parametrize(("relation", "found"), [("SEL", True), ("MTH", False)])
def test_the_patient_as_their_own_contact(relation, found):
    contact = f"NK1|1|PAT-TROIS^DOMINIQUE|{relation}{'|' * 30}{cx(P2)}"
    assert ("hl7-ins-of-another" in _found(hl7(msh(), pid(P1), contact))) is found


@pytest.mark.parametrize(("family", "found"), [("NESSI", True), ("PAT-TROIS", False)])
def test_a_related_person_with_the_number_of_the_patient(family, found):
    who = patient(P1)
    related = {
        "resourceType": "RelatedPerson",
        "identifier": [{"system": f"urn:oid:{P1.oid}", "value": NUMBER}],
        "name": [{"family": family, "given": ["RUTH"]}],
    }
    bundle = {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [{"resource": who}, {"resource": related}],
    }
    assert ("one-number-two-people" in _found(as_json(bundle))) is found


def test_two_places_of_birth_in_one_patient():
    who = patient(P1)
    [place] = [one for one in who["extension"] if one["url"].endswith("patient-birthPlace")]
    who["extension"].append(json.loads(json.dumps(place).replace("51215", "63220")))
    assert Severity.FAIL in _found(as_json(who)).values()
