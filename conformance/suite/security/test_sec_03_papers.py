"""SEC-03: what came for a patient and what went out in their name is theirs too: documents, worklist, trace of the sendings."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from conformance.documents import read_document
from conformance.drivers.model import IDENTITY_FIELDS, Status, Verb
from conformance.drivers.partners import Channel, SendingOutcome
from conformance.drivers.protocol import RefusedError
from conformance.drivers.screens import Right
from conformance.suite.desk.apart import RECEPTION, SENDINGS, path
from conformance.suite.desk.expect import expect, expect_each
from conformance.suite.desk.routes import Route
from conformance.suite.journeys.papers import PROFESSIONAL, VACCINATION_NOTE, kind_of
from conformance.suite.security.profiles import INS, ORDINARY, expect_hidden, profile
from conformance.suite.verification.elsewhere import answering, receive, received
from conformance.suite.verification.wire import KO
from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.drivers.model import Actor, Patient
    from conformance.drivers.partners import Document, Sending
    from conformance.suite.desk.steps import Desk

OPENING = path("par l'ouverture du DMP", "by opening the DMP", Verb.OPEN_DMP)
TRACE = path("trace des envois", "trace of sendings", Verb.READ_TRANSMISSIONS)
STRANGER = Text("un profil sans aucun droit", "a profile without any right")
BLIND = Text("un profil sans droit sur l'INS", "a profile without right on the INS")


@pytest.mark.rule("SEC-03")
@pytest.mark.title(
    fr="Un profil sans droit ne voit ni les documents d'un patient, ni ce qui attend pour lui, ni ses envois",
    en="A profile without right sees neither a patient's documents, nor what waits for them, nor their sendings",
)
@RECEPTION.mark
def test_papers_are_hidden(desk: Desk) -> None:
    def judge(route: Route) -> None:
        person = desk.draw(first_names_count=2)
        patient = desk.bring(person, route)
        # The name of a document names its patient, as most do.
        name = f"CR {patient.birth_name} {patient.first_name}.pdf"
        receive(desk, received(person, document=name))
        with answering(desk, KO):
            receive(desk, received(desk.draw(), document=f"2 {name}"))
        sent: list[Sending] = []
        with desk.if_offered(SENDINGS), suppress(RefusedError):
            sent.append(
                desk.lgo.send_document(
                    patient.id, kind_of(desk, VACCINATION_NOTE), Channel.MSSANTE_PATIENT, actor=desk.user
                )
            )
        who = profile(desk, (), name="sans-droit")
        if Right.READ_IDENTITY in who.rights:
            return  # The other checks of the rule say that nobody can be kept from seeing patients.
        lgo, actor = desk.lgo, who.actor
        answers: dict[str, Callable[[], Any]] = {
            "les documents": lambda: lgo.read_documents(patient.id, actor=actor),
            "la liste de travail": lambda: lgo.read_worklist(actor=actor),
            "la trace des envois": lambda: lgo.read_transmissions(patient_id=patient.id, actor=actor),
            "la trace de tous les envois": lambda: lgo.read_transmissions(actor=actor),
            "un document imprimé": lambda: _said_by(
                lgo.render_document(patient.id, kind_of(desk, VACCINATION_NOTE), actor=actor)
            ),
        }
        if sent and sent[0].outcome is SendingOutcome.SENT:
            answers["le retrait d'un envoi"] = lambda: [
                said
                for one in lgo.withdraw_document(sent[0].id, actor=actor).documents
                for said in _said_by(one)
            ]
        expect_hidden(desk, answers, patient, IDENTITY_FIELDS, STRANGER)
        _expect_stopped(desk, patient, actor)
        if patient.status is Status.QUAL:
            # The address of a patient is made of their matricule.
            blind = profile(desk, ORDINARY - {Right.READ_INS}, name="sans-ins")
            if Right.READ_INS not in blind.rights:
                told = {
                    "la trace des envois": partial(
                        lgo.read_transmissions, patient_id=patient.id, actor=blind.actor
                    )
                }
                expect_hidden(desk, told, patient, INS, BLIND)

    expect_each({str(route): partial(judge, route) for route in (Route.IMPORTED, Route.IMPORTED_CHECKED)})


def _said_by(document: Document) -> list[str]:
    """Return what a document says, page and all."""
    return [part.text for part in read_document(document.content, document.name).walk()]


def _traced(desk: Desk, patient: Patient) -> int:
    """Return how many sendings of a patient are traced, for a user who may see them."""
    with desk.if_at_hand(TRACE):
        return len(desk.lgo.read_transmissions(patient_id=patient.id, actor=desk.user))
    return 0


def _expect_stopped(desk: Desk, patient: Patient, actor: Actor) -> None:
    """Whoever may not see a patient neither has a document of theirs leave nor opens their DMP."""
    done: list[str] = []
    traced = _traced(desk, patient)
    with desk.if_offered(SENDINGS), suppress(RefusedError):
        answer = desk.lgo.send_document(
            patient.id, kind_of(desk, VACCINATION_NOTE), Channel.MSSANTE, recipient=PROFESSIONAL, actor=actor
        )
        done += ["send_document"] if answer.outcome is SendingOutcome.SENT else []
    if not done and _traced(desk, patient) > traced:
        done.append("send_document")  # Refused, and gone all the same.
    with desk.if_offered(OPENING), suppress(RefusedError):
        desk.lgo.open_dmp(patient.id, actor=actor)
        done.append("open_dmp")
    expect(
        not done,
        fr=f"un profil sans aucun droit fait ce qui montre ou envoie les données du patient ({', '.join(done)})",
        en=f"a profile without any right does what shows or sends the data of the patient ({', '.join(done)})",
        # The rule says what is seen; that acts are stopped too is deduced.
        inferred=True,
    )
