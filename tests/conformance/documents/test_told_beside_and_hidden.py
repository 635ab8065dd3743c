"""A value right beside its label is certain, a number in the pages of an archive has left all the same, and HL7 tells the place."""

from __future__ import annotations

import pytest
from headers import n3, patient_role
from messages import hl7, msh, pid
from papers import pdf
from people import P1
from sendings import patient_id, xdm

from conformance.documents import Expected, Severity, Status, check

NUMBER = P1.matricule.value
LOCAL = "OFF-0001^^^&1.2.3.4.5.6&ISO^PI"
RIGHT = [
    "Nom de naissance : PAT-TROIS",
    "1er prénom de naissance : DOMINIQUE",
    "Prénom(s) de naissance : DOMINIQUE MARIE-LOUISE",
    "Date de naissance : 28/03/1979",
    "Sexe : F",
    f"Matricule INS : {NUMBER} NIR",
]


def _page(was: str, becomes: str) -> bytes:
    return pdf([becomes if line == was else line for line in RIGHT])


def _severity(document: bytes, code: str, status: Status = Status.QUAL) -> Severity | None:
    expected = Expected(identity=P1, first_name="DOMINIQUE", status=status)
    return next((one.severity for one in check(document, expected, name="file") if one.code == code), None)


@pytest.mark.parametrize(
    ("was", "becomes", "code"),
    [
        (RIGHT[0], "Nom de naissance : PAT TROIS", "name-separators"),
        (RIGHT[1], "1er prénom de naissance : DOMINIQUE MARIE-LOUISE", "first-name-differs"),
        (RIGHT[1], "1er prénom de naissance : MARIE-LOUISE", "first-name-differs"),
    ],
)
def test_what_stands_right_beside_its_label_is_certain(was, becomes, code):
    assert _severity(_page(was, becomes), code) is Severity.FAIL


def test_what_stands_farther_is_for_a_person():
    assert _severity(_page(RIGHT[0], "Nom de naissance  PAT TROIS"), "name-separators") is Severity.REVIEW


@pytest.mark.parametrize("becomes", ["Nom de naissance : Pat-Trois", "Nom de naissance  PAT-TROIS"])
def test_letter_case_and_the_colon_are_free(becomes):
    found = check(_page(RIGHT[0], becomes), Expected(identity=P1, status=Status.QUAL), name="file")
    assert not [one for one in found if one.code in {"name-separators", "birth-name-differs"}]


@pytest.mark.parametrize("where", ["INDEX.HTM", "README.TXT"])
def test_a_number_in_a_page_of_the_archive_has_left(where):
    archive = xdm(
        P1,
        {"DOC00001.XML": n3(patient_role(P1, ins=False))},
        set_id=LOCAL,
        entry_id=LOCAL,
        extra=[(f"IHE_XDM/{where}", f"<p>INS {NUMBER}</p>".encode())],
    )
    assert _severity(archive, "matricule-leaks", Status.RECUP) is Severity.FAIL


def test_a_number_as_an_identifier_of_the_source_has_left():
    archive = xdm(P1, {"DOC00001.XML": n3(patient_role(P1, ins=False))}, set_id=LOCAL, entry_id=LOCAL)
    right = check(archive, Expected(identity=P1, status=Status.RECUP), name="file")
    assert not [problem for problem in right if problem.severity is Severity.FAIL]
    changed = xdm(
        P1, {"DOC00001.XML": n3(patient_role(P1, ins=False))}, set_id=LOCAL, entry_id=patient_id(P1)
    )
    found = check(changed, Expected(identity=P1, status=Status.RECUP), name="file")
    assert any(problem.severity is Severity.FAIL for problem in found)


def test_a_message_with_an_ins_tells_the_place_of_birth():
    whole = pid(P1)
    assert _severity(hl7(msh(), whole), "hl7-trait-missing") is None
    at_home = whole.replace("^FRA^BDL^^51215", "^FRA^H")
    assert _severity(hl7(msh(), at_home), "hl7-trait-missing") is Severity.FAIL
