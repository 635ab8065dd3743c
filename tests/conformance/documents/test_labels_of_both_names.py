"""One label for name and first name of birth at once, labels in brackets, or none: right ones are not accused, wrong ones are seen."""

from __future__ import annotations

import pytest
from papers import pdf
from people import P1, P2

from conformance.documents import Expected, Severity, Status, check
from conformance.documents.datamatrix import payload_of

NUMBER = f"Matricule INS : {P1.matricule.value} NIR"
QUAL = Expected(identity=P1, status=Status.QUAL)

RIGHT = {
    "and": ["Nom et 1er prénom de naissance : PAT-TROIS DOMINIQUE"],
    "and, list": ["Nom et prénoms de naissance : PAT-TROIS DOMINIQUE MARIE-LOUISE"],
    "ampersand": ["Nom & prénom de naissance : PAT-TROIS Dominique"],
    "plus": ["Nom + prénom de naissance : PAT-TROIS DOMINIQUE"],
    "hyphen": ["Nom de naissance - Prénom : PAT-TROIS - DOMINIQUE"],
    "brackets": ["Nom de naissance (1er prénom) : PAT-TROIS (DOMINIQUE)"],
    "other order": ["Prénom / Nom de naissance : DOMINIQUE / PAT-TROIS"],
    "capitals": ["NOM ET PRÉNOM DE NAISSANCE : PAT-TROIS DOMINIQUE"],
    "no colon": ["Nom et prénom de naissance   PAT-TROIS DOMINIQUE"],
    "below": ["Nom et 1er prénom de naissance", "PAT-TROIS DOMINIQUE"],
    "columns": [[(60, "Nom / Prénom de naissance"), (260, "PAT-TROIS / DOMINIQUE")]],
    "civility": ["Nom et prénom de naissance : Mme PAT-TROIS DOMINIQUE"],
    "of somebody else too": [
        "Prescripteur - Nom et prénom : MARTIN PAUL",
        "Nom et 1er prénom de naissance : PAT-TROIS DOMINIQUE",
    ],
    "labels in brackets": ["(Nom de naissance) PAT-TROIS", "(1er prénom de naissance) DOMINIQUE"],
    "with the name in use": [
        "Nom de naissance (nom utilisé) : PAT-TROIS (KVORLAN)",
        "1er prénom de naissance (prénom utilisé) : DOMINIQUE (DOMI)",
    ],
}
WRONG = {
    "another name": ["Nom et 1er prénom de naissance : KVORLAN DOMINIQUE"],
    "another first name": ["Nom / Prénom de naissance : PAT-TROIS / MARIE"],
    "another first of the list": ["Nom et prénoms de naissance : PAT-TROIS MARIE-LOUISE DOMINIQUE"],
    "exchanged": ["Nom de naissance / 1er prénom : DOMINIQUE / PAT-TROIS"],
    "below": ["Nom et 1er prénom de naissance", "KVORLAN DOMINIQUE"],
    "columns": [[(60, "Nom / Prénom de naissance"), (260, "PAT-TROIS / MARIE")]],
    "name of the prescriber": [
        "Prescripteur - Nom et prénom : PAT-TROIS DOMINIQUE",
        "Nom et 1er prénom de naissance : MARTIN PAUL",
    ],
    "name in use": ["Nom de naissance (nom utilisé) : KVORLAN (PAT-TROIS)", "1er prénom : DOMINIQUE"],
    "first name in use alone": ["Nom de naissance : PAT-TROIS", "Prénom utilisé : DOMINIQUE"],
    "foot of another page": [
        "Nom de naissance : PAT-TROIS",
        "1er prénom : DOMINIQUE",
        f"Page 1/1 - NESSI RUTH - 14/07/1977 - {P2.matricule.value}",
    ],
    "columns exchanged": [
        [(40, "Nom de naissance"), (220, "1er prénom de naissance")],
        [(40, "DOMINIQUE"), (220, "PAT-TROIS")],
    ],
}


def problems(lines):
    page = pdf([*lines, "Date de naissance : 28/03/1979", "Sexe : F", NUMBER], payload=payload_of(P1))
    return check(page, QUAL)


@pytest.mark.parametrize("name", RIGHT)
def test_a_right_page_has_no_problem(name):
    assert [one.code for one in problems(RIGHT[name])] == []


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_page_fails(name):
    assert [one.code for one in problems(WRONG[name]) if one.severity is Severity.FAIL]
