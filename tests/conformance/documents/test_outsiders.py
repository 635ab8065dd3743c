"""What an outsider's documents showed: numbers that leave by a side door, and right documents of other producers that were accused."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import replace

import pytest
from headers import n1, n3, patient_role
from messages import cx, hl7, msh, patient, pid
from papers import cartouche, pdf, right
from people import P1, P2
from reportlab.graphics import renderPDF
from reportlab.graphics.barcode import code128
from reportlab.graphics.barcode.qr import QrCodeWidget
from reportlab.graphics.shapes import Drawing
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen import canvas
from sendings import mail, xdm

from conformance.documents import Expected, Severity, Status, check
from conformance.documents.datamatrix.payload import payload_of
from conformance.documents.datamatrix.symbol import write_symbol
from conformance.documents.pdf.pdfa import claimed

NUMBER = P1.matricule.value
QUAL = Expected(identity=P1, first_name="DOMINIQUE", status=Status.QUAL)
VALI = Expected(identity=P1, first_name="DOMINIQUE", status=Status.VALI)
BARE = patient_role(P1, ins=False)
LOCAL = "OFF-0001^^^&1.2.3.4.5.6&ISO^PI"
TRAITS = [line for line in cartouche(P1) if NUMBER not in line]


def _found(data, expected=QUAL):
    problems = check(data, expected, name="file")
    assert "bench-error" not in {one.code for one in problems}
    return {one.code: one.severity for one in problems}


def _page(draw, lines=TRAITS):
    out = io.BytesIO()
    page = canvas.Canvas(out, pagesize=(595, 842))
    for index, line in enumerate(lines):
        page.drawString(60, 780 - 16 * index, line)
    draw(page)
    page.save()
    return out.getvalue()


def _qr(page, text):
    drawing, code = Drawing(90, 90), QrCodeWidget(text)
    code.barWidth = code.barHeight = 90
    drawing.add(code)
    renderPDF.draw(drawing, page, 60, 300)


def _one_path(page, text):
    code = QrCodeWidget(text)
    code.qr.make()
    path, size = page.beginPath(), code.qr.getModuleCount()
    for row in range(size):
        for column in range(size):
            if code.qr.isDark(row, column):
                path.rect(60 + 3 * column, 400 - 3 * row, 3, 3)
    page.drawPath(path, stroke=0, fill=1)


def _bookmark(page):
    page.bookmarkPage("a")
    page.addOutlineEntry(f"INS {NUMBER}", "a")


@pytest.mark.parametrize(
    ("draw", "code"),
    [
        (lambda page: _qr(page, f"INS;{NUMBER}"), "matricule-in-code"),
        (lambda page: _one_path(page, NUMBER), "matricule-in-code"),
        (
            lambda page: code128.Code128(NUMBER, barHeight=40, barWidth=1.2).drawOn(page, 60, 300),
            "matricule-in-code",
        ),
        (_bookmark, "matricule-leaks"),
        (lambda page: page.drawString(60, 500, "Matricule INS : [INS-NIR]"), "nature-before-qual"),
    ],
)
def test_nothing_of_the_ins_leaves_by_a_side_door_of_a_page(draw, code):
    assert code in _found(_page(draw), VALI)
    assert not _found(_page(lambda page: _qr(page, "https://pharmacie.example")), VALI)


def test_a_file_attached_to_a_page_is_looked_into():
    attached = pdf(TRAITS, caption=None).replace(b"\n%%EOF", b"", 1)
    pypdfium2 = pytest.importorskip("pypdfium2")
    document = pypdfium2.PdfDocument(attached)
    document.new_attachment("donnees.csv").set_data(f"INS;{NUMBER}".encode())
    out = io.BytesIO()
    document.save(out)
    assert _found(out.getvalue(), VALI)["matricule-leaks"] is Severity.FAIL


def test_the_number_in_another_code_may_stand_for_the_symbol():
    found = _found(_page(lambda page: _qr(page, payload_of(P1)), cartouche(P1)))
    assert "symbol-missing" not in found


def test_a_stretched_symbol_is_no_square():
    lines = cartouche(P1)
    assert "symbol-stretched" not in _found(right(P1))

    def draw(page):

        page.drawImage(ImageReader(write_symbol(payload_of(P1), scale=6)), 400, 600, 130, 70)

    assert _found(_page(draw, lines))["symbol-stretched"] is Severity.FAIL


@pytest.mark.parametrize(
    "document",
    [
        n3(BARE).replace(b"<ClinicalDocument", f"<!-- {NUMBER} --><ClinicalDocument".encode(), 1),
        n3(BARE).replace(b"<structuredBody>", f"<!-- {NUMBER} --><structuredBody>".encode(), 1),
        n3(BARE).replace(b"<structuredBody>", f"<?lgo {NUMBER}?><structuredBody>".encode(), 1),
        hl7(msh(), pid(P1, ins=False), f"IN1|1||CPAM{'|' * 33}{cx(P1)}"),
        b'<Patient xmlns="http://hl7.org/fhir"><text><div xmlns="http://www.w3.org/1999/xhtml"><p>INS <b>'
        + NUMBER.encode()
        + b"</b></p></div></text></Patient>",
    ],
    ids=["comment before", "comment inside", "instruction", "IN1", "narrative in XML"],
)
def test_nothing_of_the_ins_leaves_by_a_side_door_of_a_message(document):
    assert _found(document, VALI)["matricule-leaks"] is Severity.FAIL


def test_a_billing_number_may_stay_where_it_belongs():
    assert "matricule-leaks" not in _found(
        hl7(msh(), pid(P1, ins=False), f"IN1|1||CPAM{'|' * 33}{NUMBER}"), VALI
    )


@pytest.mark.parametrize("page", [f"<p>INS {NUMBER}</p>", f"INS&nbsp;:&#32;{'&nbsp;'.join(NUMBER)}"])
def test_the_pages_and_comments_of_an_archive_are_looked_into(page):
    archive = xdm(
        P1, {"DOC00001.XML": n3(BARE)}, set_id=LOCAL, entry_id=LOCAL, tree=False, extra=[("INDEX.HTM", page)]
    )
    assert _found(archive, VALI)["matricule-leaks"] is Severity.FAIL


def test_the_comment_of_an_archive_is_looked_into():
    out = io.BytesIO(xdm(P1, {"DOC00001.XML": n3(BARE)}, set_id=LOCAL, entry_id=LOCAL))
    with zipfile.ZipFile(out, "a") as archive:
        archive.comment = f"patient {NUMBER}".encode()
    assert _found(out.getvalue(), VALI)["matricule-leaks"] is Severity.FAIL


def test_a_pdf_in_a_header_is_read_whatever_it_is_called():
    whole = n1(patient_role(P1), right(P2))
    for was, becomes, code in (
        (b'representation="B64"', b'representation="TXT"', "embedded-representation"),
        (b' representation="B64"', b"", "embedded-representation"),
        (b"application/pdf", b"text/xml", "embedded-media"),
    ):
        found = _found(whole.replace(was, becomes, 1))
        assert found[code] is Severity.REVIEW
        assert found["matricule-contradicts"] is Severity.FAIL


def test_an_ins_that_is_known_has_no_null_flavor():
    document = n3(patient_role(P1).replace(f'extension="{NUMBER}"', f'extension="{NUMBER}" nullFlavor="UNK"'))
    assert _found(document)["cda-id-null"] is Severity.REVIEW


def test_two_legal_names_contradict_each_other():
    doubled = pid(P1).replace("^^^^L", "^^^^L~MARTIN^DOMINIQUE^^^^^L", 1)
    assert _found(hl7(msh(), doubled))["birth-name-contradicts"] is Severity.FAIL
    same = pid(P1).replace("^^^^L", "^^^^L~PAT-TROIS^DOMINIQUE^DOMINIQUE MARIE-LOUISE^^^^L", 1)
    assert not _found(hl7(msh(), same))


@pytest.mark.parametrize(
    "reference",
    [
        {"reference": f"Patient?identifier=urn:oid:{P1.oid}|%s"},
        {"reference": f"Patient?identifier=urn:oid:{P1.oid}%%7C%s"},
        {"identifier": {"system": f"urn:oid:{P1.oid}", "value": "%s"}},
    ],
)
def test_a_resource_is_about_the_patient_beside_it(reference):
    def bundle(number):
        told = json.loads(json.dumps(reference).replace("%s", number).replace("%%", "%"))
        act = {"resourceType": "Immunization", "status": "completed", "patient": told}
        return json.dumps(
            {
                "resourceType": "Bundle",
                "type": "collection",
                "entry": [{"resource": patient(P1)}, {"resource": act}],
            }
        ).encode()

    assert _found(bundle(P2.matricule.value))["fhir-subject-of-another"] is Severity.FAIL
    assert "fhir-subject-of-another" not in _found(bundle(NUMBER))


def test_an_ins_in_fhir_has_a_type_and_its_patient_an_official_name():
    bare = patient(P1)
    ins = next(one for one in bare["identifier"] if one["value"] == NUMBER)
    ins.pop("type", None)
    bare["name"][0].pop("use")
    found = _found(json.dumps(bare).encode())
    assert found["fhir-type"] is Severity.REVIEW
    assert found["fhir-no-official-name"] is Severity.REVIEW


ARCHIVE = xdm(P1, {"DOC00001.XML": n3(patient_role(P1))})


@pytest.mark.parametrize(
    ("was", "becomes", "code"),
    [
        (b"X-MSS-NIL: 1234", b"X-Other: 1", "mail-header-missing"),
        (b"Message-ID: <1@pharmacie.mssante.fr>", b"X-Other: 1", "mail-header-missing"),
        (b"X-MSS-CODECDA: 87273-9", b"X-Other: 1", "mss-codecda"),
        (b"Pharmacie <officine@pharmacie.mssante.fr>", b"officine@pharmacie.mssante.fr", "mail-from-label"),
        (b"IHE_XDM.ZIP", b"DOCS.ZIP", "xdm-name"),
        (b"X-MSS-NIL: 1234", b"X-MSS-NIL: 1234\nIn-Reply-To: <2@x.fr>", "mail-references"),
    ],
)
def test_what_every_mail_has_is_looked_for(was, becomes, code):
    whole = mail(P1, ARCHIVE, right(P1, claim=("1", "B")))
    assert was in whole
    assert code not in _found(whole)
    assert _found(whole.replace(was, becomes, 1))[code] is Severity.REVIEW


def test_a_mail_in_an_unknown_charset_is_read():
    letters = mail(P1, ARCHIVE).replace(b'charset="utf-8"', b'charset="x\0y"', 1)
    assert "format-unknown" not in _found(letters)


@pytest.mark.parametrize(
    "packet",
    [
        (
            "<pdfaid:part xmlns:pdfaid='http://www.aiim.org/pdfa/ns/id/'>1</pdfaid:part>"
            "<pdfaid:conformance xmlns:pdfaid='http://www.aiim.org/pdfa/ns/id/'>B</pdfaid:conformance>"
        ),
        '<rdf:Description xmlns:p="http://www.aiim.org/pdfa/ns/id/" p:part="1" p:conformance="b"/>',
        (
            '<rdf:Description xmlns:p="http://www.aiim.org/pdfa/ns/id/"><p:part rdf:datatype="x" >1</p:part>'
            "<p:conformance>B</p:conformance></rdf:Description>"
        ),
    ],
)
def test_the_claim_of_pdf_a_is_found_whoever_wrote_it(packet):
    assert str(claimed(packet.encode())) == "PDF/A-1B"


def test_letters_set_apart_are_words():
    def draw(page):
        for index, line in enumerate(cartouche(P1)):
            text = page.beginText(60, 700 - 16 * index)
            text.setCharSpace(2.2)
            text.textOut(line)
            page.drawText(text)

    found = _found(_page(draw, ()))
    assert set(found) == {"symbol-missing"}


def test_small_print_beside_larger_one_keeps_its_spaces():
    def draw(page):
        page.setFont("Helvetica", 20)
        page.drawString(60, 620, "Pharmacie du Banc d'essai")
        page.setFont("Helvetica", 6)
        page.drawString(460, 622, "INS à scanner")

    assert _found(_page(draw, cartouche(P1)))["caption-without-symbol"] is Severity.FAIL


def test_a_long_name_may_go_on_under_its_first_line():
    long = "D'ARTAGNAN DE L'HERAULT"
    identity = replace(P1, traits=replace(P1.traits, birth_name=long))
    lines = cartouche(identity)
    lines[0:1] = ["Nom de naissance : D'ARTAGNAN DE", [(155, "L'HERAULT")]]
    expected = Expected(identity=identity, first_name="DOMINIQUE", status=Status.QUAL)
    assert not [
        one
        for one in check(pdf(lines, payload=payload_of(identity)), expected)
        if one.severity is Severity.FAIL
    ]


def test_an_accent_on_paper_is_looked_at():
    lines = cartouche(P1, name="Nom de naissance : PAT-TROÏS")
    assert _found(pdf(lines, payload=payload_of(P1)))["name-accents"] is Severity.REVIEW
    lower = cartouche(P1, name="Nom de naissance : Pat-Trois")
    assert not _found(pdf(lower, payload=payload_of(P1)))


def test_a_place_that_lost_its_zero_is_another_place():
    identity = replace(P1, traits=replace(P1.traits, birth_place="01154"))
    lines = cartouche(identity, place="Code INSEE du lieu de naissance : 1154")
    expected = Expected(identity=identity, first_name="DOMINIQUE", status=Status.QUAL)
    codes = {one.code for one in check(pdf(lines, payload=payload_of(identity)), expected)}
    assert "birth-place-differs" in codes


@pytest.mark.parametrize(("status", "told"), [("PROV", "VALI"), ("RECUP", "VALI"), ("VALI", "PROV")])
def test_the_status_told_is_that_of_the_identity(status, told):
    expected = Expected(identity=P1, first_name="DOMINIQUE", status=Status(status))
    said = hl7(msh(), pid(P1, ins=False, status=told))
    assert _found(said, expected) == {"status-differs": Severity.REVIEW}
    right_one = "VALI" if status == "VALI" else "PROV"
    assert not _found(hl7(msh(), pid(P1, ins=False, status=right_one)), expected)


@pytest.mark.parametrize("part", ["names", "place"])
def test_a_qualified_ins_goes_with_all_its_strict_traits_in_fhir(part):
    bare = patient(P1)
    if part == "names":
        del bare["name"][0]["extension"]
    else:
        bare["extension"] = [one for one in bare["extension"] if "birthPlace" not in one["url"]]
    assert _found(json.dumps(bare).encode())["strict-trait-missing"] is Severity.FAIL
    assert "strict-trait-missing" not in _found(json.dumps(bare).encode(), Expected(identity=P1))
