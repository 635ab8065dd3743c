"""One document, one patient: numbers under two people, further pages of somebody else, numbers that a PDF hides."""

from __future__ import annotations

import io
import json
import zlib
from dataclasses import replace

import pytest
from headers import n3, patient_role
from messages import hl7, msh, patient, pid
from papers import cartouche
from people import P1, P2
from reportlab.pdfgen import canvas
from sendings import mail, xdm

from conformance.documents import Expected, Severity, Status, check
from conformance.documents.pdf.hidden import hidden_leaks
from conformance.documents.streaming import check_stream

NUMBER = P1.matricule.value
QUAL = Expected(identity=P1, first_name="DOMINIQUE", status=Status.QUAL)
PROV = Expected(identity=P1, first_name="DOMINIQUE", status=Status.PROV)
TRAITS = [line for line in cartouche(P1) if NUMBER not in line]
MIXED = replace(P1, traits=P2.traits)
"""The number of the one, the traits of the other."""
RENAMED = replace(P1, traits=replace(P1.traits, birth_name="PAT-QUATRE"))


def found(data, expected=None):
    problems = check(data, expected or Expected(), name="file")
    assert "bench-error" not in {one.code for one in problems}
    return {one.code: one.severity for one in problems}


def pages(*sheets):
    out = io.BytesIO()
    drawn = canvas.Canvas(out, pagesize=(595, 842))
    for lines, draw in sheets:
        for index, line in enumerate(lines):
            drawn.drawString(60, 780 - 16 * index, line)
        draw(drawn)
        drawn.showPage()
    drawn.save()
    return out.getvalue()


def nothing(_page):
    """Draw nothing more."""


# One number, two people


def _bundle(*people):
    return json.dumps(
        {
            "resourceType": "Bundle",
            "type": "collection",
            "entry": [{"resource": patient(one)} for one in people],
        }
    ).encode()


@pytest.mark.parametrize(
    ("people", "severity"),
    [
        ((P1, MIXED), Severity.FAIL),
        ((P1, P2, MIXED), Severity.FAIL),
        ((P1, RENAMED), Severity.REVIEW),
        ((P1, P1, P2), None),
    ],
)
def test_a_number_is_that_of_one_person_in_a_bundle_and_along_a_stream(people, severity):
    assert found(_bundle(*people)).get("one-number-two-people") is severity
    lines = b"\n".join(json.dumps(patient(one)).encode() for one in people)
    told = [one for checked in check_stream(io.BytesIO(lines), name="export") for one in checked.problems]
    assert {one.code: one.severity for one in told}.get("one-number-two-people") is severity


def test_two_patients_of_one_message_do_not_share_a_number():
    assert found(hl7(msh(), pid(P1), pid(MIXED)))["one-number-two-people"] is Severity.FAIL
    assert "one-number-two-people" not in found(hl7(msh(), pid(P1), pid(P2)))


@pytest.mark.parametrize("oid", ["1.2.250.1.213.1.4.10", "1.2.250.1.213.1.4.8"])
def test_a_reference_names_the_number_under_the_oid_of_its_patient(oid):
    document = {
        "resourceType": "DocumentReference",
        "subject": {"identifier": {"system": f"urn:oid:{oid}", "value": NUMBER}},
    }
    bundle = json.loads(_bundle(P1))
    bundle["entry"].append({"resource": document})
    told = found(json.dumps(bundle).encode())
    assert told.get("fhir-subject-oid") is (None if oid == P1.oid else Severity.FAIL)


# Pages


@pytest.mark.parametrize(
    ("lines", "severity"),
    [
        (cartouche(P2), Severity.FAIL),
        ([f"Mère de la patiente : matricule INS {P2.matricule.value} NIR"], Severity.REVIEW),
        (cartouche(P1), None),
        (["Suite des soins"], None),
    ],
)
def test_a_further_page_headed_with_somebody_else_is_seen(lines, severity):
    told = found(pages((cartouche(P1), nothing), (lines, nothing)), QUAL)
    assert told.get("page-of-another") is severity


def test_text_outside_of_the_page_is_printed_for_nobody():
    def beside(page):
        for index, line in enumerate(cartouche(P1)):
            page.drawString(700, 780 - 16 * index, line)

    told = found(pages((["Note de vaccination du 2 novembre 2026, lot AB1234567"], beside)), QUAL)
    assert told["matricule-not-printed"] is Severity.FAIL


@pytest.mark.parametrize(
    ("label", "severity"), [("Nom : ", Severity.FAIL), ("Patronyme : ", Severity.REVIEW)]
)
def test_nom_alone_does_not_say_that_it_is_the_name_of_birth(label, severity):
    lines = [
        f"{label}{P1.traits.birth_name}" if P1.traits.birth_name in one else one for one in cartouche(P1)
    ]
    assert found(pages((lines, nothing)), QUAL)["label-missing"] is severity


# What a PDF holds without showing it

LINK = f"mailto:{NUMBER}@patient.mssante.fr"
HIDDEN = {
    "link": b"1 0 obj <</S/URI/URI(" + LINK.encode() + b")>> endobj",
    "metadata": b"4 0 obj <</Type/Metadata/Subtype/XML>>stream\n<x:xmpmeta>INS " + NUMBER.encode() + b"</x:xmpmeta>\nendstream",
    "compressed objects": b"6 0 obj <</Type/ObjStm/Filter/FlateDecode>>stream\n" + zlib.compress(b"<</Alt(2 79 03 51 215 189 89)>>") + b"\nendstream",
    "UTF-16": b"1 0 obj <</TU(\xfe\xff" + NUMBER.encode("utf-16-be") + b")>> endobj",
    "hexadecimal": b"1 0 obj <</Contents<" + NUMBER.encode().hex().encode() + b">>> endobj",
    "hexadecimal UTF-16": b"1 0 obj <</Contents<FEFF" + NUMBER.encode("utf-16-be").hex().encode() + b">>> endobj",
}  # fmt: skip


@pytest.mark.parametrize("how", HIDDEN)
def test_a_number_hidden_in_a_pdf_is_found(how):
    [problem] = hidden_leaks(HIDDEN[how], NUMBER, "note.pdf", "Nom de naissance : PAT-TROIS")
    assert problem.code == "matricule-hidden"
    assert problem.severity is Severity.FAIL


@pytest.mark.parametrize(
    "data",
    [
        HIDDEN["link"]
        .replace(NUMBER.encode(), P2.matricule.value.encode())
        .replace(b"patient.", b"cabinet."),
        b"1 0 obj <</Subtype/Image>>stream\n" + NUMBER.encode() + b"\nendstream",
        b"1 0 obj <</A(9" + NUMBER.encode() + b")>>",
        b"1 0 obj <</Filter/FlateDecode>>stream\nnot deflated\nendstream",
        b"stream\n" * 50,
        b"",
    ],
)
def test_other_numbers_pictures_and_junk_accuse_nobody(data):
    assert list(hidden_leaks(data, NUMBER, "note.pdf", "")) == []


def test_what_a_page_shows_is_judged_there_and_not_said_twice():
    assert (
        list(hidden_leaks(HIDDEN["metadata"], NUMBER, "note.pdf", "2 79 03 51 215 189 89 [N°SS-NIR]")) == []
    )


def test_a_link_to_the_address_of_the_patient_leaks_without_their_number_being_known():
    told = pages((TRAITS, lambda page: page.linkURL(LINK, (50, 90, 200, 110))))
    assert found(told, Expected(status=Status.PROV))["matricule-hidden"] is Severity.FAIL
    assert found(told, PROV)["matricule-hidden"] is Severity.FAIL
    assert found(pages((TRAITS, nothing)), PROV) == {}


# Somebody else who has a place in the document


@pytest.mark.parametrize(
    ("told", "severity"),
    [
        ("Patiente NESSI RUTH, INS", Severity.FAIL),
        ("Mere : NESSI RUTH, INS", Severity.REVIEW),
        ("Mere vue. Patiente : INS", Severity.FAIL),
    ],
)
def test_the_ins_of_a_relative_in_a_text_is_for_a_person_to_look_at(told, severity):
    narrative = f"<paragraph>{told} {P2.matricule.value}</paragraph>"
    note = n3(patient_role(P1), narrative)
    assert found(note, QUAL)["narrative-of-another"] is severity
    sent = mail(P1, xdm(P1, {"DOC00001.XML": n3(patient_role(P1))})).replace(
        b"Bonjour", f"{told} {P2.matricule.value} (NIR)".encode("ascii", "ignore")
    )
    assert found(sent, QUAL)["mail-body-of-another"] is severity


def test_the_number_of_an_insured_person_may_stay_in_their_insurance():
    bundle = json.loads(_bundle(P1))
    bundle["entry"][0]["resource"] = {"resourceType": "Coverage", "status": "active", "subscriberId": NUMBER}
    assert "matricule-leaks" not in found(json.dumps(bundle).encode(), PROV)
    bundle["entry"][0]["resource"]["note"] = NUMBER
    assert "matricule-leaks" in found(json.dumps(bundle).encode(), PROV)
