"""What the software prints, exports and sends about a qualified patient and about one who is not: files that a person attaches."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.documents.pdf.reading import archive_problems
from conformance.documents.problems import Severity
from conformance.documents.record import Format
from conformance.drivers.model import Status
from conformance.drivers.partners import Channel, MessageFormat
from conformance.guided.looking import need_status
from conformance.guided.walking import Journey
from conformance.suite.desk.expect import expect
from conformance.suite.desk.papers import (
    Artefact,
    Subject,
    expect_no_ins,
    expect_right,
    expected_of,
    owned_by,
)
from conformance.suite.desk.people import adult, typed
from conformance.suite.journeys.papers import INTERVIEW_REPORT, PROFESSIONAL, VACCINATION_NOTE
from conformance.verdicts import Departure
from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.documents import Document as Read
    from conformance.documents import Problem
    from conformance.drivers.partners import Document
    from conformance.guided.walking import Walk
    from conformance.suite.desk.steps import Desk

VACCINATION_CODE = "87273-9"
STRUCTURED = 3
"""Level of a CDA whose body is structured."""

REPORT = Text(
    "Pour {who}, enregistrez en PDF un compte rendu d'entretien pharmaceutique (ou un bilan de médication).",
    "For {who}, save a report of a pharmaceutical interview (or a medication review) as PDF.",
)
MESSAGE = Text(
    "Pour {who}, exportez le message HL7 v2 d'identité (ADT), et une ressource FHIR Patient si le logiciel en produit.",
    "For {who}, export the HL7 v2 identity message (ADT), and a FHIR Patient resource if the software produces one.",
)
MAIL = Text(
    "Pour {who}, envoyez une note de vaccination par MSSanté et enregistrez le courriel envoyé (.eml) ou son archive IHE_XDM (.zip).",
    "For {who}, send a vaccination note by MSSanté and save the mail sent (.eml) or its IHE_XDM archive (.zip).",
)
QUALIFIED = Text("le patient qualifié", "the patient qualifié")
OTHER = Text("le patient qui vient d'être saisi", "the patient just typed in")


def _make(desk: Desk, walk: Walk) -> None:
    lgo, user = desk.lgo, desk.user
    person = walk.welcome(adult(desk))
    walk.stage("person", lambda: person)
    walk.stage("created", lambda: lgo.create_patient(typed(person), actor=user).id)
    walk.stage("called", lambda: lgo.call_insi_traits(walk["created"], actor=user))
    walk.stage("accepted", lambda: lgo.decide_proposal(walk["called"].id, accept=True, actor=user))
    walk.stage("document", lambda: lgo.record_proof(walk["created"], "CNI", actor=user))
    walk.stage("validated", lambda: lgo.validate_identity(walk["created"], actor=user))
    walk.stage("file", lambda: lgo.read_patient(walk["created"], actor=user))

    def report(name: str) -> Iterator[Document]:
        yield lgo.render_document(walk[name], INTERVIEW_REPORT, actor=user)

    def messages(name: str) -> Iterator[Document]:
        for form in (MessageFormat.HL7V2, MessageFormat.FHIR):
            yield lgo.export_message(walk[name], form, actor=user)

    def mail() -> Iterator[Document]:
        sent = lgo.send_document(
            walk["created"], VACCINATION_NOTE, Channel.MSSANTE, recipient=PROFESSIONAL, actor=user
        )
        yield from sent.documents

    walk.papers("report", _for(REPORT, QUALIFIED), lambda: report("created"))
    walk.papers("message", _for(MESSAGE, QUALIFIED), lambda: messages("created"))
    walk.papers("mail", _for(MAIL, QUALIFIED), mail)
    other = walk.welcome(adult(desk))
    walk.stage("other-person", lambda: other)
    walk.stage("other", lambda: lgo.create_patient(typed(other), actor=user).id)
    walk.stage("other-file", lambda: lgo.read_patient(walk["other"], actor=user))
    walk.papers("other-report", _for(REPORT, OTHER), lambda: report("other"))
    walk.papers("other-message", _for(MESSAGE, OTHER), lambda: messages("other"))


def _for(text: Text, who: Text) -> Text:
    return Text(text.fr.format(who=who.fr), text.en.format(who=who.en))


JOURNEY = Journey(
    key="papers",
    title=Text(
        "ce que le logiciel imprime, exporte et envoie, avant et après la qualification",
        "what the software prints, exports and sends, before and after the identity is qualifiée",
    ),
    acts=13,
    minutes=20,
    make=_make,
)


def _found(walk: Walk, stage: str) -> list[tuple[Subject, Artefact]]:
    """Return the documents of a stage, held against the person and the file that they are about."""
    whose = "other-" if stage.startswith("other") else ""
    patient, person = walk[f"{whose}file"], walk[f"{whose}person"]
    need_status(
        patient,
        Status.PROV if whose else Status.QUAL,
        depends_on=("CRE-05",) if whose else ("STA-06", "PRF-04"),
    )
    subject = Subject(key=f"{stage}, {patient.status}", person=person, patient=patient)
    expected = expected_of(person, patient)
    return [
        (subject, Artefact(label=document.name, document=document, expected=expected))
        for document in walk[stage]
    ]


def _inside(walk: Walk, stage: str, form: Format) -> list[tuple[Subject, Artefact]]:
    return [one for one in _found(walk, stage) if one[1].inside(form)]


def _each(*keys: str) -> list[object]:
    return [pytest.param(key, marks=pytest.mark.rule(key), id=key) for key in keys]


def _nothing(what: str) -> tuple[str, str]:
    return f"aucun fichier {what} n'est joint", f"no file {what} is attached"


@pytest.mark.rule("DOC-01")
@pytest.mark.title(
    fr="La page d'une identité qualifiée porte les traits, le matricule et sa nature",
    en="The page of an identité qualifiée bears the traits, the matricule and its nature",
)
def test_page(walk: Walk) -> None:
    expect_right(_inside(walk, "report", Format.PDF), owned_by("DOC-01"), nothing=_nothing("PDF"))


@pytest.mark.rule("DOC-03")
@pytest.mark.title(
    fr="Le Datamatrix INS est là, lisible, et dit la même identité que la page",
    en="The INS Datamatrix is there, readable, and tells the same identity as the page",
)
def test_symbol(walk: Walk) -> None:
    expect_right(_inside(walk, "report", Format.PDF), owned_by("DOC-03"), nothing=_nothing("PDF"))


@pytest.mark.title(
    fr="Tant que l'identité n'est pas qualifiée, rien de l'INS n'est dans le document ni dans le message",
    en="As long as the identity is not qualifiée, nothing of the INS is in the document or the message",
)
@pytest.mark.parametrize(
    ("stage", "rule"),
    [
        pytest.param("other-report", "DOC-05", id="report", marks=pytest.mark.rule("DOC-05")),
        pytest.param("other-message", "TRA-01", id="message", marks=pytest.mark.rule("TRA-01")),
    ],
)
def test_nothing_before(walk: Walk, stage: str, rule: str) -> None:
    if walk.refusal(stage):
        return  # A software may produce nothing about them.
    found = _found(walk, stage)
    expect_right(found, owned_by(rule))
    expect_no_ins(found)


@pytest.mark.rule("DOC-08")
@pytest.mark.title(fr="Le compte rendu est un PDF/A-1 déclaré", en="The report claims to be a PDF/A-1")
def test_archive(walk: Walk) -> None:
    found = _inside(walk, "report", Format.PDF)
    expect_right(found, lambda _problem, _artefact: False, nothing=_nothing("PDF"))
    for subject, artefact in found:
        for problem in archive_problems(artefact.read, "DOC-08"):
            if problem.severity is Severity.FAIL:
                raise Departure(f"[{subject.key}] {problem.text.fr}", f"[{subject.key}] {problem.text.en}")


@pytest.mark.rule("TRA-02")
@pytest.mark.title(
    fr="Le message et l'envoi d'une identité qualifiée portent matricule, OID et traits stricts d'INSi",
    en="The message and the sending of an identité qualifiée hold matricule, OID and strict traits of INSi",
)
@pytest.mark.parametrize("stage", ["message", "mail"])
def test_whole(walk: Walk, stage: str) -> None:
    expect_right(_found(walk, stage), owned_by("TRA-02"))


@pytest.mark.title(
    fr="HL7 v2 : les segments PID et le statut de l'identité qualifiée sont justes",
    en="HL7 v2: the PID segments and the status of the identité qualifiée are right",
)
@pytest.mark.parametrize("rule", _each("TRA-04", "ATT-07"))
def test_hl7(walk: Walk, rule: str) -> None:
    found = _inside(walk, "message", Format.HL7V2)
    expect_right(found, owned_by(rule), nothing=_nothing("HL7 v2"))


@pytest.mark.title(
    fr="FHIR : la ressource Patient dit l'identité et sa fiabilité",
    en="FHIR: the Patient resource tells the identity and its reliability",
)
@pytest.mark.parametrize("rule", _each("TRA-06", "PRF-13"))
def test_fhir(walk: Walk, rule: str) -> None:
    expect_right(_inside(walk, "message", Format.FHIR), owned_by(rule), nothing=_nothing("FHIR"))


@pytest.mark.title(
    fr="CDA : l'en-tête et le corps de ce qui est envoyé disent l'identité d'INSi",
    en="CDA: the header and the body of what is sent tell the identity of INSi",
)
@pytest.mark.parametrize("rule", _each("TRA-03", "DOC-06"))
def test_cda(walk: Walk, rule: str) -> None:
    found = _inside(walk, "mail", Format.CDA)

    def mine(problem: Problem, artefact: Artefact) -> bool:
        return owned_by(rule)(problem, artefact) or (
            problem.code == "ins-missing" and "TRA-03" in problem.rules
        )

    expect_right(found, mine, nothing=_nothing("CDA"))


@pytest.mark.rule("DOC-09")
@pytest.mark.title(
    fr="La note de vaccination envoyée est un CDA structuré de code 87273-9",
    en="The vaccination note sent is a structured CDA of code 87273-9",
)
def test_vaccination_note(walk: Walk) -> None:
    found = _inside(walk, "mail", Format.CDA)
    expect_right(found, owned_by("DOC-09"), nothing=_nothing("CDA"))
    notes: list[Read] = [cda for _, artefact in found for cda in artefact.inside(Format.CDA)]
    expect(
        any(cda.facts.level == STRUCTURED and cda.facts.code == VACCINATION_CODE for cda in notes),
        fr=f"aucun CDA structuré (N3) de code {VACCINATION_CODE} dans l'envoi",
        en=f"no structured CDA (N3) of code {VACCINATION_CODE} in what is sent",
    )


@pytest.mark.title(
    fr="Le courriel MSSanté et les métadonnées de son archive disent la même identité",
    en="The MSSanté mail and the metadata of its archive tell the same identity",
)
@pytest.mark.parametrize(
    ("rule", "form"),
    [
        pytest.param("TRA-05", Format.XDM, id="metadata", marks=pytest.mark.rule("TRA-05")),
        pytest.param("TRA-07", Format.MAIL, id="mail", marks=pytest.mark.rule("TRA-07")),
    ],
)
def test_mail(walk: Walk, rule: str, form: Format) -> None:
    found = _inside(walk, "mail", form)
    expect_right(found, owned_by(rule), nothing=_nothing(form.value))
