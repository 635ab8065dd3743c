"""DOC-06 to DOC-09: CDA and the PDF inside, prescriptions, reports as PDF/A-1, and the vaccination note."""

from __future__ import annotations

import re
from email import message_from_bytes
from email.policy import default
from typing import TYPE_CHECKING, Final

import pytest

from conformance.documents import Severity
from conformance.documents.cda.reading import VACCINATION_NOTE as NOTE_CODE
from conformance.documents.cda.reading import CdaFacts
from conformance.documents.pdf.reading import archive_problems
from conformance.documents.record import Format, PlaceKind, Trait
from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.apart import SENDINGS
from conformance.suite.desk.expect import expect
from conformance.suite.desk.mingled import wording
from conformance.suite.desk.papers import Artefact, Subject, expect_right, owners
from conformance.suite.desk.routes import Route
from conformance.suite.documents.other_codes import pdf_holds_number
from conformance.suite.journeys.papers import (
    INTERVIEW_REPORT,
    MEDICATION_REVIEW,
    PRESCRIPTION,
    VACCINATION_NOTE,
    kinds_of,
    printed,
    sent,
)
from conformance.suite.transmission.produced import everything
from conformance.verdicts import Departure, UndecidedError, Verdict
from simulator.ins.traits import comparison_key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.documents import Document, Problem
    from conformance.suite.desk.steps import Desk

_NAME: Final = re.compile(
    r"(?P<date>\d{8})_(?P<kind>[^_]+)_(?P<name>.+?)_(?P<first>[^_]+)(?:_\d+)?\.pdf", re.IGNORECASE
)
_SYMBOL: Final = frozenset({PlaceKind.PIXELS, PlaceKind.BLOCK})
_ON_A_PAGE: Final = _SYMBOL | {PlaceKind.LINE}


@pytest.mark.rule("DOC-06")
@pytest.mark.title(
    fr="L'en-tête du CDA porte l'INS ; le PDF de son corps est un PDF/A-1 avec Datamatrix, du même patient",
    en="The CDA header holds the INS; the PDF in its body is a PDF/A-1 with a Datamatrix, of the same patient",
)
def test_cda_and_its_body(desk: Desk) -> None:
    found = [one for one in _all(desk, qualified=True) if one[1].inside(Format.CDA)]
    for subject, artefact in found:
        for said in (one.quotes[0].text for one in artefact.problems if one.code == "embedded-media"):
            expect(
                not said.startswith(("text/", "image/")),
                fr=f"[{subject.key}, {artefact.label}] le PDF du corps est annoncé « {said} »",
                en=f"[{subject.key}, {artefact.label}] the PDF in the body is announced as “{said}”",
                # A general type, or none, is for a person to look at; one of another sort hides the page.
                inferred=True,
            )
    expect_right(found, lambda problem, artefact: "DOC-06" in owners(problem, artefact))
    expect_right(found, lambda problem, _: problem.code == "ins-missing" and "TRA-03" in problem.rules)
    for subject, artefact in found:
        for pdf in _bodies(artefact):
            number = artefact.expected.of(Trait.MATRICULE) or ""
            expect(
                any(one.format is Format.DATAMATRIX for one in pdf.walk())
                # Règle 32 exempts a document whose INS is in another barcode already.
                or pdf_holds_number(pdf.data, number),
                fr=f"[{subject.key}, {artefact.label}] le PDF du corps ne porte pas de Datamatrix INS",
                en=f"[{subject.key}, {artefact.label}] the PDF in the body bears no INS Datamatrix",
            )


@pytest.mark.rule("DOC-07")
@pytest.mark.title(
    fr="Une prescription n'a pas besoin de Datamatrix INS ; celui qu'elle porte est juste",
    en="A prescription needs no INS Datamatrix; the one that it bears is right",
)
def test_prescription(desk: Desk) -> None:
    found = [one for one in _printed(desk) if one[1].label == PRESCRIPTION]
    if not found and PRESCRIPTION in kinds_of(desk):
        _expect_printed(desk, PRESCRIPTION)

    def mine(problem: Problem, artefact: Artefact) -> bool:
        told_of_symbol = any(place.kind in _SYMBOL for place in problem.places)
        return told_of_symbol and "DOC-03" in owners(problem, artefact)

    expect_right(
        found,
        mine,
        nothing=(
            f"le logiciel ne produit pas de document {PRESCRIPTION} (paramètre document_kinds)",
            f"the software produces no document {PRESCRIPTION} (setting document_kinds)",
        ),
    )


@pytest.mark.rule("DOC-08")
@pytest.mark.title(
    fr="Compte rendu d'entretien et bilan de médication : PDF/A-1 déclaré, nommé au nom du patient",
    en="Interview report and medication review: PDF/A-1 claimed, named after the patient",
)
@pytest.mark.parametrize("kind", [INTERVIEW_REPORT, MEDICATION_REVIEW])
def test_report_as_archive(desk: Desk, kind: str) -> None:
    found = [one for one in _printed(desk) if one[1].label == kind]
    if not found:
        raise UndecidedError(
            f"le logiciel ne produit pas de document {kind} (paramètre document_kinds)",
            f"the software produces no document {kind} (setting document_kinds)",
            verdict=Verdict.NOT_TESTED,
        )
    for subject, artefact in found:
        for problem in archive_problems(artefact.read, "DOC-08"):
            if problem.severity is Severity.FAIL:
                raise Departure(
                    f"[{subject.key}, {kind}] {problem.text.fr}", f"[{subject.key}, {kind}] {problem.text.en}"
                )
    for subject, artefact in found:
        _expect_named(subject, artefact, artefact.document.name)


@pytest.mark.rule("DOC-08")
@pytest.mark.title(
    fr="Le PDF joint à un courriel dit la même identité que le dossier et qu'INSi",
    en="The PDF attached to a mail tells the same identity as the file and INSi",
)
def test_page_beside_an_archive(desk: Desk) -> None:
    found = [one for one in _sent(desk) if one[1].read.format is Format.MAIL and one[1].inside(Format.PDF)]

    def mine(problem: Problem, artefact: Artefact) -> bool:
        of_identity = problem.severity is Severity.FAIL and {"F12", "F13"} & set(problem.rules)
        beside = any(place.kind in _ON_A_PAGE for place in problem.places[:1])
        return bool(of_identity) and (beside or "DOC-08" in owners(problem, artefact))

    expect_right(found, mine, nothing=("aucun courriel n'a de PDF joint", "no mail has a PDF attached"))
    kinds: dict[str, str] = {}
    for subject, artefact in found:
        for name, match in map(_named, _attached(artefact)):
            if match is None:
                continue  # Published examples depart from the form.
            _expect_of_patient(subject, artefact, name, match)
            kind = artefact.label.split()[1]
            other = kinds.setdefault(match["kind"], kind)
            expect(
                other == kind,
                fr=f"[{subject.key}, {artefact.label}] « {name} » porte le type d'un autre document ({other})",
                en=f"[{subject.key}, {artefact.label}] “{name}” bears the type of another document ({other})",
                # How a type is called is the software's own.
                inferred=True,
            )


@pytest.mark.rule("DOC-08")
@pytest.mark.title(
    fr="Le PDF d'un envoi, joint ou corps du CDA, est celui du document envoyé, et non d'un autre imprimé pour le patient",
    en="The PDF of a sending, attached or body of the CDA, is that of the document sent, and not of another one printed for the patient",
)
@SENDINGS.mark
def test_page_is_the_document_sent(desk: Desk) -> None:
    for subject, artefact in _sent(desk):
        kind = next((one for one in subject.papers if artefact.label.endswith(f" {one}")), None)
        if kind is None:
            continue
        for pdf in artefact.inside(Format.PDF):
            words = wording(pdf.walk())
            other = next((one for one, paper in subject.papers.items() if paper == words), kind)
            expect(
                subject.papers[other] == subject.papers[kind],
                fr=f"[{subject.key}, {artefact.label}] le PDF est le document {other}",
                en=f"[{subject.key}, {artefact.label}] the PDF is the document {other}",
                # That the body is the document is deduced from its name and its code.
                inferred=True,
            )


def _attached(artefact: Artefact) -> Iterator[str]:
    for part in message_from_bytes(artefact.document.content, policy=default).walk():
        if (name := part.get_filename()) and name.lower().endswith(".pdf"):
            yield name


@pytest.mark.rule("DOC-09")
@pytest.mark.title(
    fr="La note de vaccination envoyée est un CDA structuré (N3) de code 87273-9, à l'identité du dossier",
    en="The vaccination note sent is a structured CDA (N3) of code 87273-9, with the identity of the file",
)
def test_vaccination_note(desk: Desk) -> None:
    found = [
        one for one in _sent(desk) if one[1].label.endswith(VACCINATION_NOTE) and one[1].inside(Format.CDA)
    ]
    expect_right(
        found,
        lambda problem, artefact: bool(
            {"DOC-09", "TRA-03"} & owners(problem, artefact) or "F13" in problem.rules
        ),
        nothing=(
            f"aucune note de vaccination ({VACCINATION_NOTE}) n'est envoyée en CDA",
            f"no vaccination note ({VACCINATION_NOTE}) is sent as CDA",
        ),
    )
    for subject, artefact in found:
        for cda in artefact.inside(Format.CDA):
            facts: CdaFacts = cda.facts
            expect(
                facts.level == 3 and facts.code == NOTE_CODE,  # noqa: PLR2004 - the level of the rule
                fr=f"[{subject.key}, {artefact.label}] un corps structuré (N3) et le code {NOTE_CODE} attendus, "
                f"niveau {facts.level} et code « {facts.code} » trouvés",
                en=f"[{subject.key}, {artefact.label}] expected a structured body (N3) and the code {NOTE_CODE}, "
                f"got level {facts.level} and code “{facts.code}”",
            )


def _expect_printed(desk: Desk, kind: str) -> None:
    patient = desk.bring(desk.draw(), Route.IMPORTED_CHECKED)
    try:
        desk.lgo.render_document(patient.id, kind, actor=desk.user)
    except RefusedError as refusal:
        raise Departure(
            f"{kind}, que le logiciel dit produire, est refusé pour une identité qualifiée : {refusal.message}",
            f"{kind}, which the software says it produces, is refused for an identité qualifiée: {refusal.message}",
            # The rule says that no Datamatrix is owed; that the document can be had is deduced.
            inferred=True,
        ) from refusal


def _expect_named(subject: Subject, artefact: Artefact, path: str) -> None:
    name, match = _named(path)
    expect(
        match is not None,
        fr=f"[{subject.key}, {artefact.label}] nom <date>_<type>_<NOM>_<prénom>.pdf attendu, « {name} » trouvé",
        en=f"[{subject.key}, {artefact.label}] expected the name <date>_<type>_<NOM>_<prénom>.pdf, got “{name}”",
        # Published examples depart from the form: a person decides.
        inferred=True,
    )
    assert match is not None
    _expect_of_patient(subject, artefact, name, match)


def _named(path: str) -> tuple[str, re.Match[str] | None]:
    name = path.replace("\\", "/").rpartition("/")[2]
    return name, _NAME.fullmatch(name)


def _expect_of_patient(subject: Subject, artefact: Artefact, name: str, match: re.Match[str]) -> None:
    """Check that a file is named after its patient and dated by the act, which is not the birth."""
    patient = subject.patient
    expect(
        match["date"] != (patient.birth_date or "").replace("-", ""),
        fr=f"[{subject.key}, {artefact.label}] le nom de fichier « {name} » porte la date de naissance, et non celle de l'acte",
        en=f"[{subject.key}, {artefact.label}] the file name “{name}” bears the birth date, and not that of the act",
    )
    for part, names in (
        ("name", (patient.birth_name, patient.used_name)),
        ("first", (patient.first_name, patient.used_first_name)),
    ):
        keys = {comparison_key(one).replace(" ", "") for one in names if one}
        expect(
            comparison_key(match[part]).replace(" ", "") in keys,
            fr=f"[{subject.key}, {artefact.label}] le nom de fichier « {name} » n'est pas celui du patient ({', '.join(filter(None, names))})",
            en=f"[{subject.key}, {artefact.label}] the file name “{name}” is not that of the patient ({', '.join(filter(None, names))})",
        )


def _bodies(artefact: Artefact) -> Iterator[Document]:
    for cda in artefact.inside(Format.CDA):
        yield from (part for part in cda.parts if part.format is Format.PDF)


def _printed(desk: Desk) -> Iterator[tuple[Subject, Artefact]]:
    for subject in printed(desk):
        yield from ((subject, one) for one in subject.artefacts if one.read.format is Format.PDF)


def _sent(desk: Desk) -> Iterator[tuple[Subject, Artefact]]:
    for subject in sent(desk):
        yield from ((subject, one) for one in subject.artefacts)


def _all(desk: Desk, *, qualified: bool) -> Iterator[tuple[Subject, Artefact]]:
    """Yield the messages and what is sent, of whichever the software produces."""
    yield from everything(desk, qualified=qualified)
