"""DOC-01, DOC-03 and DOC-05: what a printed page bears, by the status of the identity."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.documents.record import Format, Trait
from conformance.suite.desk.expect import expect
from conformance.suite.desk.papers import (
    BEFORE_QUALIFIED,
    expect_no_ins,
    expect_right,
    need_statuses,
    owned_by,
    owners,
)
from conformance.suite.desk.routes import DISQUALIFYING
from conformance.suite.documents.other_codes import holds_number
from conformance.suite.journeys.papers import LABEL, PRESCRIPTION, printed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.documents import Problem
    from conformance.suite.desk.papers import Artefact, Subject
    from conformance.suite.desk.steps import Desk


@pytest.mark.rule("DOC-01")
@pytest.mark.title(
    fr="Chaque page d'une identité qualifiée porte les traits, le matricule et sa nature, tels qu'INSi les a rendus",
    en="Each page of an identité qualifiée bears the traits, the matricule and its nature, as INSi returned them",
)
def test_page_of_qualified(desk: Desk) -> None:
    expect_right(_pages(desk, qualified=True), owned_by("DOC-01"))


@pytest.mark.rule("DOC-01")
@pytest.mark.title(
    fr="Un document s'imprime pour une identité qualifiée, quelle que soit la personne",
    en="A document can be printed for an identité qualifiée, whoever the person",
)
def test_page_is_printed_for_everybody(desk: Desk) -> None:
    for subject in printed(desk):
        if subject.is_qualified and subject.refused and not subject.artefacts:
            raise next(iter(subject.refused.values()))


@pytest.mark.rule("DOC-03")
@pytest.mark.title(
    fr="Le Datamatrix INS est là, lisible, conforme, et dit la même identité que la page et qu'INSi",
    en="The INS Datamatrix is there, readable, right, and tells the same identity as the page and INSi",
)
def test_symbol_of_qualified(desk: Desk) -> None:
    pages = [one for one in _pages(desk, qualified=True) if one[1].label != PRESCRIPTION]

    def mine(problem: Problem, artefact: Artefact) -> bool:
        if "DOC-03" not in owners(problem, artefact):
            return False
        number = artefact.expected.of(Trait.MATRICULE) or ""
        return problem.code != "symbol-missing" or not holds_number(artefact, number)

    expect_right(pages, mine)


@pytest.mark.rule("DOC-05")
@pytest.mark.title(
    fr="Avant « qualifiée », ou après l'avoir perdue, ni matricule, ni OID, ni Datamatrix, ni adresse, ni nom de fichier",
    en="Before qualifiée, or once it is lost, no matricule, OID, Datamatrix, address or file name",
)
def test_page_of_others(desk: Desk) -> None:
    pages = expect_right(_pages(desk, qualified=False), owned_by("DOC-05"))
    expect_right(pages, owned_by("TRA-01"))
    expect_no_ins(pages)
    for subject, page in pages:
        expect(
            not page.inside(Format.DATAMATRIX),
            fr=f"[{subject.key}, {page.label}] un Datamatrix INS est imprimé pour une identité non qualifiée, même sans matricule",
            en=f"[{subject.key}, {page.label}] an INS Datamatrix is printed for an identity not qualified, though without matricule",
        )
    need_statuses(pages, *BEFORE_QUALIFIED)


@pytest.mark.rule("MAT-10")
@pytest.mark.title(
    fr="Ce qui s'imprime d'une identité qualifiée s'imprime aussi de qui n'a pas d'INS",
    en="What is printed of an identité qualifiée is printed of whoever has no INS too",
)
def test_page_without_ins(desk: Desk) -> None:
    subjects = printed(desk)
    made = {page.label for one in subjects if one.is_qualified for page in one.artefacts}
    for subject in subjects:
        if subject.patient.matricule or DISQUALIFYING & subject.patient.attributes:
            continue
        desk.attach(subject.documents)
        refused = sorted(made & {PRESCRIPTION, LABEL} & subject.refused.keys())
        expect(
            not refused,
            fr=f"[{subject.key}] sans INS, {', '.join(refused)} ne s'imprime pas",
            en=f"[{subject.key}] without an INS, {', '.join(refused)} is not printed",
            # What is printed of whom is in no text: these two go with any medicine.
            inferred=True,
        )


def _pages(desk: Desk, *, qualified: bool) -> Iterator[tuple[Subject, Artefact]]:
    """Yield the printed documents of those who are qualified, or of the others."""
    for subject in printed(desk):
        if subject.is_qualified is qualified:
            desk.attach(subject.documents)
            yield from ((subject, one) for one in subject.artefacts if one.read.format is Format.PDF)
