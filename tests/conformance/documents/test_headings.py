"""Titles and feet of pages without a label, sentences about the birth of the patient, fields of templates, and who wrote a document."""

from __future__ import annotations

import io
import zipfile

import pytest
from headers import n3, patient_role
from messages import as_json, patient
from papers import cartouche, pdf
from people import P1, P2, french, person
from sendings import xdm

from conformance.documents import Expected, Severity, Status, check
from conformance.documents.datamatrix import payload_of
from simulator.ins import Matricule

QUALIFIED = Expected(identity=P1, status=Status.QUAL)
NOTE = n3(patient_role(P1))
OTHER = f"{P2.traits.birth_name} RUTH {french(P2)}"


def _found(document):
    return {problem.code: problem.severity for problem in check(document, QUALIFIED)}


def _titled(title):
    return NOTE.replace(b"<code ", f"<title>{title}</title><code ".encode(), 1)


@pytest.mark.parametrize(
    "title", [OTHER, "CR_NE_LE_14071977", "Compte rendu du 14/07/1977 NESSI", "Note né(e) le 14/07/2020"]
)
def test_a_title_that_gives_another_birth_date_is_to_be_looked_at(title):
    assert _found(_titled(title))["heading-of-another"] is Severity.REVIEW


@pytest.mark.parametrize(
    "title",
    [
        "Note de vaccination du 14/07/2026",
        "CR_20260714_PAT-TROIS",
        f"PAT-TROIS DOMINIQUE {french(P1)}, vaccinée le 12/05/1990",
        "Compte rendu du Dr NESSI, 14/07/2026",
        "Mère née le 14/07/1950",
        "Note du 04/01/2026 lot 20151231",
        "Traitements depuis le 12/03/1997",
    ],
)
def test_a_title_may_give_other_dates(title):
    assert "heading-of-another" not in _found(_titled(title))


def _footed(foot):
    return pdf([*cartouche(P1), *[""] * 20, foot], payload=payload_of(P1))


def test_the_foot_of_a_page_of_somebody_else():
    assert _found(_footed(f"{OTHER} - page 1/1"))["heading-of-another"] is Severity.REVIEW
    assert "heading-of-another" not in _found(_footed(f"PAT-TROIS {french(P1)} - page 1/1"))
    assert "heading-of-another" not in _found(_footed("Imprimé le 14/07/2026 - page 1/1"))
    assert "heading-of-another" not in _found(_footed(f"Vaccin du {french(P2)}"))


def test_headings_of_sections_pages_and_narratives():
    section = NOTE.replace(b"<section>", f"<section><title>Vaccins de {OTHER}</title>".encode())
    assert "heading-of-another" in _found(section)
    assert "heading-of-another" in _found(pdf([OTHER, *cartouche(P1)], payload=payload_of(P1)))
    assert "heading-of-another" in _found(_archive(f"<title>Documents de {OTHER}</title>"))
    div = {"status": "generated", "div": f'<div xmlns="http://www.w3.org/1999/xhtml">{OTHER}</div>'}
    assert "heading-of-another" in _found(as_json(patient(P1) | {"text": div}))
    assert "heading-of-another" not in _found(_archive("<title>Documents du patient</title>"))


def _archive(page):
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(xdm(P1, {"D.XML": NOTE}))) as right, zipfile.ZipFile(out, "w") as made:
        for name in right.namelist():
            made.writestr(name, page if name == "INDEX.HTM" else right.read(name))
    return out.getvalue()


def _bundle(**composition):
    return as_json(
        {
            "resourceType": "Bundle",
            "type": "document",
            "entry": [
                {
                    "resource": {
                        "resourceType": "Composition",
                        "subject": {"reference": "urn:1"},
                        **composition,
                    }
                },
                {"fullUrl": "urn:1", "resource": patient(P1)},
                {
                    "resource": {
                        "resourceType": "Coverage",
                        "beneficiary": {"reference": "urn:1", **composition},
                    }
                },
            ],
        }
    )


def test_the_title_of_a_composition_and_the_words_beside_a_urn():
    assert "heading-of-another" in _found(_bundle(title=f"Note de {OTHER}"))
    assert "fhir-display-of-another" in _found(_bundle(display="RUTH NESSI"))
    assert not {"heading-of-another", "fhir-display-of-another"} & set(
        _found(_bundle(title="Note", display="Mme Pat-Trois"))
    )


@pytest.mark.parametrize(
    ("told", "seen"),
    [
        ("Patiente PAT-TROIS DOMINIQUE née le 28/03/1997.", True),
        ("Patiente PAT-TROIS DOMINIQUE née le 28/03/1979.", False),
        ("Madame PAT-TROIS, mère de Paul, né le 28/03/2017.", False),
        ("PAT-TROIS DOMINIQUE. Enfant né le 28/03/2017.", False),
    ],
)
def test_the_birth_told_right_after_the_name_is_the_patients(told, seen):
    found = _found(n3(patient_role(P1), f"<paragraph>{told}</paragraph>"))
    assert ("text-birth-date-differs" in found) is seen


@pytest.mark.parametrize(
    ("told", "seen"),
    [
        ("{{NOM}} vu ce jour", True),
        ("$PRENOM$", True),
        ("${patient.nom}", True),
        ("Patient : [NOM]", True),
        ("Prix 12 $, 50 %, [1] [soir]", False),
    ],
)
def test_a_field_of_a_template_left_as_it_is(told, seen):
    assert ("template-field-left" in _found(n3(patient_role(P1), told))) is seen


def test_what_a_program_writes_for_nothing():
    page = pdf([*cartouche(P1), "Nom utilisé : null"], payload=payload_of(P1))
    assert _found(page)["value-of-a-program"] is Severity.REVIEW


@pytest.mark.parametrize(("given", "seen"), [("DOMINIQUE", True), ("JEAN", False)])
def test_an_author_who_is_the_patient(given, seen):
    author = (
        '<author><assignedAuthor><id root="1.2.250.1.71.4.2.1" extension="899700012345"/><assignedPerson><name>'
        f"<family>PAT-TROIS</family><given>{given}</given></name></assignedPerson></assignedAuthor></author>"
    )
    found = _found(NOTE.replace(b"</recordTarget>", f"</recordTarget>{author}".encode()))
    assert ("cda-author-is-patient" in found) is seen


def test_a_given_name_that_ends_like_a_label():
    who = person(
        "KVORLAN", "A-AGE JEANNE", "F", "2000-01-01", "51215", Matricule.from_number("2000151215001").value
    )
    found = check(pdf(cartouche(who), payload=payload_of(who)), Expected(identity=who, status=Status.QUAL))
    assert not [one.code for one in found if one.severity is Severity.FAIL]
