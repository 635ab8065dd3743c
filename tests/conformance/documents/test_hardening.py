"""Any bytes whatever: a named problem, never a trace, bounded time and memory; what was not looked at is said."""

from __future__ import annotations

import io
import time
import zipfile
import zlib

import pytest
from headers import n1, n3, patient_role
from hypothesis import given, settings
from hypothesis import strategies as st
from messages import as_json, hl7, msh, patient, pid
from papers import pdf, right
from people import P1
from PIL import Image
from sendings import mail, submission, xdm

from conformance.documents import Expected, Format, Limits, Status, check, read_document

EXPECTATIONS = (
    Expected(),
    Expected(identity=P1, status=Status.QUAL),
    Expected(identity=P1, status=Status.PROV),
)
NOTE = n3(patient_role(P1))


def _codes(data, **limits):
    problems = check(data, name="f", limits=Limits(**limits) if limits else None)
    assert "bench-error" not in {problem.code for problem in problems}, problems
    return {problem.code: problem for problem in problems}


def test_nothing_is_not_a_document():
    for data in (b"", b"   \r\n", b"\0\0\0"):
        assert "empty" in _codes(data)


def test_an_unknown_format_is_not_a_pass():
    for data in (b"hello", b"\x00\x01\x02\x03", b"<html></html>"):
        assert _codes(data)["format-unknown"].unjudged


def test_entities_are_not_expanded():
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">' + b"".join(
        b'<!ENTITY %s "%s">' % (name, b"&%s;" % before * 10)
        for before, name in zip(b"abcdefgh", b"bcdefghi", strict=True)
        for before, name in [(bytes([before]), bytes([name]))]
    )
    for use in (b"&i;", b'<id root="&i;"/>'):
        data = NOTE.replace(b"?><", b"?>" + bomb + b"]><", 1).replace(
            b"<patientRole>", b"<patientRole>" + use
        )
        document = read_document(data)
        assert sum(len(value.text) for record in document.records for value in record.values) < 10_000


def test_external_entities_are_not_fetched(tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("SECRET")
    data = NOTE.replace(
        b"?><", f'?><!DOCTYPE x [<!ENTITY s SYSTEM "{secret.as_uri()}">]><'.encode(), 1
    ).replace(b"PAT-TROIS", b"&s;")
    document = read_document(data)
    assert "SECRET" not in document.text
    assert all("SECRET" not in value.text for record in document.records for value in record.values)


def test_a_declared_doctype_alone_is_harmless():
    assert _codes(NOTE.replace(b"?><", b'?><!DOCTYPE x [<!ENTITY nbsp "&#160;">]><', 1)) == {}


def test_an_odd_encoding_is_named():
    assert "encoding-unknown" in _codes(NOTE.replace(b"UTF-8", b"UTF-7"))


def test_depth_is_bounded():
    assert "xml-malformed" in _codes(b'<ClinicalDocument xmlns="urn:hl7-org:v3">' + b"<a>" * 100_000)
    assert "json-malformed" in _codes(b'{"a":' * 100_000)
    assert "json-malformed" in _codes(b"[" * 100_000)
    deep = (
        b'<Patient xmlns="http://hl7.org/fhir">'
        + b"<extension>" * 1500
        + b"</extension>" * 1500
        + b"</Patient>"
    )
    assert "bench-error" not in _codes(deep)
    nested = {"resourceType": "Bundle"}
    for _ in range(300):
        nested = {"resourceType": "Bundle", "entry": [{"resource": nested}]}
    assert "fhir-no-patient" in _codes(as_json(nested))


def test_a_mail_in_a_mail_in_a_mail_is_bounded():
    data = b"Content-Type: text/plain\r\n\r\nx"
    for number in range(400):
        edge = b"b%d" % number
        data = b'Content-Type: multipart/mixed; boundary="%s"\r\n\r\n--%s\r\n%s\r\n--%s--\r\n' % (
            edge,
            edge,
            data,
            edge,
        )
    assert "bench-error" not in _codes(data)


def _zip(**files):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def test_archives_in_archives_are_bounded():
    data = _zip(a=b"x")
    for _ in range(12):
        data = _zip(a=data)
    assert _codes(data)["too-deep"].unjudged


def test_a_bomb_is_not_unpacked():
    data = xdm(P1, {"DOC00001.XML": NOTE}, extra=[("IHE_XDM/SUBSET01/B.XML", b"0" * 80_000_000)])
    assert _codes(data)["zip-bomb"].unjudged
    assert _codes(xdm(P1, {"DOC00001.XML": NOTE}), bytes_unpacked=100)["too-large"].unjudged


def test_an_archive_of_very_many_files_is_bounded():
    data = _zip(**{f"F{number}": b"x" for number in range(50)})
    assert _codes(data, parts=20)["too-many-parts"].unjudged


@pytest.mark.parametrize("name", ["../x", "/etc/passwd", "C:\\x", "a/../../x", "..\\x"])
def test_a_path_that_escapes_is_named(name):
    assert "zip-path-escapes" in _codes(_zip(**{name: b"x"}))


def test_an_encrypted_archive_is_not_a_pass():
    data = bytearray(_zip(**{"a.xml": NOTE}))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.find(mark) + offset] |= 1
    assert _codes(bytes(data))["zip-encrypted"].unjudged


def test_an_encrypted_pdf_is_not_a_pass():
    assert _codes(pdf(["x"], encrypt="secret"))["pdf-encrypted"].unjudged


def test_a_huge_base64_is_read_or_named():
    # One text node of 20 MB, which a parser refuses by default.
    big = n1(patient_role(P1), b"%PDF-1.4\n" + b"\0" * 15_000_000)
    assert "pdf-malformed" in _codes(big)


def test_sizes_have_a_limit():
    assert _codes(NOTE, bytes_in=100)["too-large"].unjudged
    assert _codes(NOTE, markup=5)["too-large"].unjudged


def test_a_page_as_large_as_a_field_is_said():
    from reportlab.pdfgen import canvas

    out = io.BytesIO()
    page = canvas.Canvas(out, pagesize=(14_000, 14_000))
    page.drawString(100, 100, "INS à scanner")
    page.save()
    assert _codes(out.getvalue())["symbol-not-looked-for"].unjudged


def test_a_pdf_of_many_pages_is_read_in_part_and_says_so():
    assert "pdf-pages-unread" in _codes(right(P1, pages=6), pages=3)


def test_a_scanned_page_is_not_a_pass():
    problems = {
        problem.code: problem
        for problem in check(pdf([], caption=None), Expected(identity=P1, status=Status.QUAL))
    }
    assert problems["no-text-layer"].unjudged


def test_an_image_of_too_many_pixels_is_not_decoded():
    def chunk(kind, body):
        return len(body).to_bytes(4, "big") + kind + body + zlib.crc32(kind + body).to_bytes(4, "big")

    header = (50_000).to_bytes(4, "big") * 2 + b"\x08\x00\x00\x00\x00"
    data = (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + chunk(b"IEND", b"")
    )
    assert _codes(data)["image-too-large"].unjudged


def test_time_is_bounded():
    assert _codes(xdm(P1, {"DOC00001.XML": NOTE}), seconds=0)["too-long"].unjudged


def test_control_characters_reach_no_report():
    from conformance.documents.showing.junit import outcome_junit
    from conformance.documents.showing.outcome import FileOutcome, Outcome

    problems = tuple(check(hl7(msh(), pid(P1, family="PAT\x01\x0b"))))
    assert problems
    assert b"&#1;" not in outcome_junit(Outcome((FileOutcome("f", problems),), ()), "fr")


def _seeds():
    archive = xdm(P1, {"DOC00001.XML": n1(patient_role(P1), right(P1))})
    symbol = io.BytesIO()
    Image.new("L", (40, 40), 200).save(symbol, "PNG")
    return [
        NOTE, hl7(msh(), pid(P1)), as_json(patient(P1)), right(P1), archive, mail(P1, archive, right(P1)),
        submission(P1, {"d": NOTE}), submission(P1, {"d": NOTE}, mtom=True), symbol.getvalue(),
    ]  # fmt: skip


SEEDS = _seeds()


@pytest.mark.parametrize("seed", range(len(SEEDS)))
def test_a_document_cut_anywhere_has_a_problem_or_is_still_whole(seed):
    data = SEEDS[seed]
    for part in range(1, 24):
        cut = data[: len(data) * part // 24]
        assert _codes(cut) or read_document(cut).format in {Format.MAIL, Format.HL7V2, Format.PDF}


@given(st.integers(0, len(SEEDS) - 1), st.data())
@settings(max_examples=60, deadline=None)
def test_a_document_with_bytes_changed_never_ends_in_a_trace(seed, data):
    body = bytearray(SEEDS[seed])
    for _ in range(data.draw(st.integers(1, 8))):
        at = data.draw(st.integers(0, len(body) - 1))
        body[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=4))
    for expected in EXPECTATIONS:
        assert "bench-error" not in {problem.code for problem in check(bytes(body), expected)}


@given(
    st.binary(max_size=200),
    st.sampled_from(
        [
            b"",
            b"MSH|^~\\&|",
            b"%PDF-1.4\n",
            b"PK\x03\x04",
            b"{",
            b"<ClinicalDocument",
            b"From: a\r\n",
            b"--x\r\n",
            b"IS010000000000S1",
            b"\x89PNG\r\n\x1a\n",
        ]
    ),
)
@settings(max_examples=150, deadline=None)
def test_any_bytes_have_an_answer(data, start):
    problems = check(start + data)
    assert "bench-error" not in {problem.code for problem in problems}


RUN_LENGTH = 40_000
PIECES = (" ", "\r\n ", "a", "é", "1234 ", "INS NIR ", "Patient?", "[")
HOLDING = {
    "subject": "From: a@b.example\r\nTo: c@d.example\r\nSubject: XDM/1.0/DDM+{} x\r\n\r\nx",
    "error subject": "From: a@b.example\r\nSubject: [KO Int][{}x\r\n\r\nx",
    "mail": "From: a@b.example\r\nTo: c@d.example\r\nSubject: x\r\n\r\nMatricule INS {} x",
    "cda": NOTE.decode().replace("PAT-TROIS", "{}"),
    "hl7": "MSH|^~\\&|A|B|C|D|20260101||ADT^A01|1|P|2.5\rPID|1||{}^^^&1.2.250.1.213.1.4.10&ISO^INS||{}^x\rOBX|1|TX|x||{}\r",
    "fhir": '{"resourceType":"Patient","text":{"div":"%"},"identifier":[{"system":"urn:oid:1.2.250.1.213.1.4.10","value":"%"}],'
    '"name":[{"family":"%"}],"link":[{"other":{"reference":"%"}}]}',
}


@pytest.mark.slow
@pytest.mark.parametrize("where", HOLDING)
@pytest.mark.parametrize("piece", PIECES)
def test_long_runs_of_anything_take_time_in_proportion(where, piece):
    run = piece * (RUN_LENGTH // len(piece))
    if where == "fhir":
        data = HOLDING[where].replace("%", run.replace("\r\n", "\\r\\n").replace("\t", "\\t"))
    else:
        data = HOLDING[where].replace("{}", run)
    start = time.process_time()
    assert "bench-error" not in {problem.code for problem in check(data.encode(), EXPECTATIONS[1], name="f")}
    # Some tenths of a second; whatever tries each place of the run from each place of it takes ten at least.
    assert time.process_time() - start < 5
