"""Pages of several people, labels beside each other, fields of forms, titles: whom a page is about when it tells more than once."""

from __future__ import annotations

import io

import pytest
from headers import n3, patient_role
from messages import as_json, patient
from papers import XMP, cartouche, pdf, right
from people import CORSICA, P1, P2, first_name, french, nature, person
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen import canvas

from conformance.documents import Expected, Severity, Status, check, read_document
from conformance.documents.datamatrix import payload_of, write_symbol

NUMBER = P1.matricule.value
NOBODY = Expected()
QUAL = Expected(identity=P1, first_name="DOMINIQUE", status=Status.QUAL)
PROV = Expected(identity=P1, first_name="DOMINIQUE", status=Status.PROV)
EVERYBODY = (P1, P2, CORSICA)
EDGES = (40, 90, 190, 300, 385, 420, 520)
HEADS = (
    "Heure",
    "Nom de naissance",
    "1er prénom de nais.",
    "Date de naissance",
    "Sexe",
    "Matricule INS",
    "Nature",
)
WITH_NUMBER_OF_ANOTHER = (P1, person("NESSI", "RUTH ISABELLE", "F", "1977-07-14", "63220", NUMBER), CORSICA)
WRONG_KEY = person("NESSI", "RUTH ISABELLE", "F", "1977-07-14", "63220", P2.matricule.value[:13] + "11")


def _drawn(draw):
    out = io.BytesIO()
    page = canvas.Canvas(out, pagesize=(595, 842), pageCompression=0)
    page.setFont("Helvetica", 8)
    draw(page)
    page.save()
    return out.getvalue() + b"\n" + XMP.format(part="1", level="B").encode() + b"\n%%EOF\n"


def _rows(people=EVERYBODY, *, ins=True, heads=HEADS, nature_beside=False):
    def draw(page):
        page.drawString(60, 800, "Rendez-vous du 3 juin 2026 - Pharmacie du Banc")
        for left, head in zip(EDGES, heads[: len(HEADS) if ins else 5], strict=False):
            page.drawString(left, 770, head)
        for at, who in enumerate(people):
            told = [f"{9 + at}:00", who.traits.birth_name, first_name(who), french(who), who.traits.sex]
            number = who.matricule.value
            told += ([f"{number} {nature(who)}"] if nature_beside else [number, nature(who)]) if ins else []
            for left, text in zip(EDGES, told, strict=False):
                page.drawString(left, 750 - 18 * at, text)

    return _drawn(draw)


def _blocks(people=EVERYBODY, title="Liste du jour"):
    def draw(page):
        page.drawString(60, 820, title)
        for at, who in enumerate(people):
            for line, text in enumerate(cartouche(who)):
                page.drawString(60, 800 - 170 * at - 15 * line, text)
            page.drawImage(
                ImageReader(write_symbol(payload_of(P2 if who is WRONG_KEY else who), scale=4)),
                460,
                730 - 170 * at,
                51,
                51,
            )

    return _drawn(draw)


def _labels(**changed):
    def draw(page):
        for at in range(6):
            who = changed.get("who", P1) if at == 3 else P1
            told = [
                f"N. Nais. : {who.traits.birth_name}",
                f"Pr. 1 : {changed.get('first', first_name(who)) if at == 3 else first_name(who)}",
                f"DDN : {changed.get('date', french(who)) if at == 3 else french(who)}  S : {who.traits.sex}",
                f"INS : {who.matricule.value} NIR",
            ]
            for line, text in enumerate(told):
                page.drawString(30 + 190 * (at % 3), 780 - 110 * (at // 3) - 10 * line, text)

    return _drawn(draw)


def _codes(data, expected, severity=Severity.FAIL):
    found = check(data, expected, name="file")
    return {one.code for one in found if severity is None or one.severity is severity}


LISTS = {
    "rows": _rows(),
    "rows, nature beside the number": _rows(nature_beside=True),
    "rows in other words": _rows(heads=("", "Nom naiss.", "Prénom 1", "DDN", "S.", "INS", "NIR/NIA")),
    "blocks": _blocks(),
    "two blocks of a list": _blocks((P1, P2)),
}


@pytest.mark.parametrize("expected", [QUAL, NOBODY, Expected(status=Status.QUAL)])
@pytest.mark.parametrize("case", LISTS)
def test_a_list_of_several_people_says_so_and_is_right(case, expected):
    assert "several-people" in _codes(LISTS[case], expected, Severity.REVIEW)
    assert _codes(LISTS[case], expected) == set()
    assert [one.values[0].normal for one in read_document(LISTS[case]).records][:2] == ["PAT-TROIS", "NESSI"]


def test_a_list_without_any_ins_is_right_before_qual():
    assert _codes(_rows(ins=False), PROV, None) == set()


@pytest.mark.parametrize(
    ("data", "expected", "code"),
    [
        (_rows(WITH_NUMBER_OF_ANOTHER), NOBODY, "one-number-two-people"),
        (_rows((P1, WRONG_KEY)), NOBODY, "matricule-key"),
        (_rows(), PROV, "ins-before-qual"),
        (_rows((P2, person("PAT-TROIS", "DOMINIQUE", "F", "1979-03-28", "51215", CORSICA.matricule.value))), QUAL, "matricule-differs"),
        (_blocks((P1, WRONG_KEY, CORSICA)), NOBODY, "matricule-key"),
        (_blocks((P1, P2), title="Bilan partagé de médication"), NOBODY, "matricule-contradicts"),
        (_labels(first="RUTH"), QUAL, "first-name-contradicts"),
        (_labels(date="14/07/1977"), QUAL, "birth-date-contradicts"),
        (_labels(who=P2), QUAL, "matricule-contradicts"),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)  # fmt: skip
def test_each_person_of_a_page_is_judged(data, expected, code):
    assert code in _codes(data, expected)


def test_a_table_under_the_patient_of_a_page_makes_no_list():
    def draw(page):
        for at, text in enumerate(cartouche(P1)):
            page.drawString(60, 820 - 10 * at, text)
        for left, head in zip(EDGES, HEADS, strict=True):
            page.drawString(left, 700, head)
        for at, who in enumerate((P2, CORSICA)):
            told = (
                "",
                who.traits.birth_name,
                first_name(who),
                french(who),
                who.traits.sex,
                who.matricule.value,
                "NIR",
            )
            for left, text in zip(EDGES, told, strict=True):
                page.drawString(left, 680 - 18 * at, text)

    assert not read_document(_drawn(draw)).several


def test_labels_of_several_people_beside_each_other_are_a_list():
    def draw(page):
        for at, who in enumerate(EVERYBODY):
            for line, text in enumerate(cartouche(who, names=None)):
                page.drawString(
                    20 + 195 * at, 780 - 10 * line, text.replace("Code INSEE du lieu de naissance", "INSEE")
                )

    found = read_document(_drawn(draw)).records
    assert [one.values[0].normal for one in found] == ["PAT-TROIS", "NESSI", "CORSE"]
    assert _codes(_drawn(draw), QUAL) == set()


def test_labels_of_one_person_beside_each_other_are_right():
    assert _codes(_labels(), NOBODY) == set()
    assert not read_document(_labels()).several


@pytest.mark.parametrize(
    ("title", "is_of_another"),
    [
        ("Bilan de Mme NESSI Ruth", True), ("Note de vaccination de M. MARTIN", True), ("Bilan de Mme PAT-TROIS Dominique", False),
        ("Bilan de Mme Dominique", False), ("Bilan adressé au Dr NESSI par Mme la directrice", False), ("Mme DOMINIQUE MARTIN", False),
        ("Mère : Mme NESSI", False), ("Entretien avec Madame", False),
        ("Pharmacie de Mme MARTIN", False), ("Mme Anne MARTIN, 3 rue des Lilas", False), ("Bilan de Mme PAT-TROIS par M. MARTIN", False),
        ("Courrier à Mme le Dr MARTIN", False),
    ],
)  # fmt: skip
def test_a_title_that_names_another_is_for_somebody_to_look_at(title, is_of_another):
    found = _codes(pdf([title, "", *cartouche(P1)], payload=payload_of(P1)), QUAL, Severity.REVIEW)
    assert ("heading-names-another" in found) is is_of_another


def test_a_page_that_is_a_picture_was_not_read():
    def draw(page):
        page.drawImage(ImageReader(write_symbol("x" * 40, scale=20)), 0, 0, 595, 842)

    assert [one.code for one in check(_drawn(draw), PROV) if one.unjudged] == ["no-text-layer"]
    assert not [one for one in check(pdf(["A" * 30]), PROV) if one.unjudged]


@pytest.mark.parametrize(
    ("told", "is_spoilt"),
    [
        ("Vérifié par Léa", False),
        ("VÃ©rifiÃ© par LÃ©a", True),
        ("lâ€™identitÃ©", True),
        ("SÃO PAULO, Ã Ö", False),
    ],
)
def test_letters_read_in_another_encoding_are_for_somebody_to_look_at(told, is_spoilt):
    found = _codes(n3(patient_role(P1), told), QUAL, Severity.REVIEW)
    assert ("letters-spoilt" in found) is is_spoilt


def test_a_resource_that_holds_another_patient_is_for_somebody_to_look_at():
    def bundle(who):
        held = {
            "resourceType": "MedicationDispense",
            "contained": [patient(who) | {"id": "p"}],
            "subject": {"reference": "#p"},
        }
        entries = [{"resource": patient(P1)}, {"resource": held}]
        return as_json({"resourceType": "Bundle", "type": "collection", "entry": entries})

    assert "fhir-resource-of-another" in _codes(bundle(P2), QUAL, Severity.REVIEW)


def _form(**fields):
    """A right page with fields of a form, whose names alone say what they hold."""
    out = io.BytesIO()
    page = canvas.Canvas(out, pagesize=(595, 842), pageCompression=0)
    for at, text in enumerate(cartouche(P1)):
        page.drawString(60, 780 - 16 * at, text)
    page.drawImage(ImageReader(write_symbol(payload_of(P1), scale=4)), 460, 700, 51, 51)
    for at, (name, value) in enumerate(fields.items()):
        page.acroForm.textfield(name=name, value=value, x=60, y=400 - 30 * at, width=200, height=18)
    page.save()
    return out.getvalue()


@pytest.mark.parametrize(
    ("fields", "is_of_another"),
    [
        ({"nom_naissance": "NESSI", "ddn": "28/03/1979"}, True), ({"matricule_ins": P2.matricule.value, "nomNaissance": "PAT-TROIS"}, True),
        ({"nom_naissance": "Pat-Trois", "ddn": "28/03/1979"}, False), ({"nom_mere": "NESSI", "ddn_mere": "14/07/1977"}, False),
        ({"text1": "NESSI", "text2": "14/07/1977"}, False), ({"nom_naissance": "", "ddn": ""}, False),
    ],
)  # fmt: skip
def test_a_field_is_known_by_its_name(fields, is_of_another):
    assert ("field-contradicts" in _codes(_form(**fields), QUAL)) is is_of_another


def test_a_right_page_stays_a_page_of_one():
    assert not read_document(right(P1)).several
