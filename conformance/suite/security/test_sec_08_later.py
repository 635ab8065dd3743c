"""SEC-08: what was sent stays in the trace when the document is withdrawn, each sending at its own time."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from conformance.documents import read_document
from conformance.documents.numbers import compact
from conformance.drivers.model import Verb
from conformance.drivers.partners import Channel, SendingOutcome
from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.apart import PRINTING, STAND_INS, WITHDRAWALS
from conformance.suite.desk.delivered import awaited
from conformance.suite.desk.expect import expect
from conformance.suite.desk.routes import Route
from conformance.suite.desk.sinks import BRIEFLY_S, SUBMISSION, connected, of_kind
from conformance.suite.journeys.papers import VACCINATION_NOTE, kind_of
from conformance.suite.status.moments import is_apart, let_a_second_pass
from conformance.verdicts import UndecidedError, Verdict
from simulator.ins.matricule import NUMBER_LENGTH

if TYPE_CHECKING:
    from conformance.drivers.model import Patient
    from conformance.drivers.partners import Sending
    from conformance.suite.desk.steps import Desk


@pytest.mark.rule("SEC-08")
@pytest.mark.title(
    fr="Le retrait d'un document n'efface pas la trace de son envoi, et deux envois ont chacun leur heure",
    en="Withdrawing a document does not erase the trace of its sending, and two sendings have each their time",
)
def test_trace_stays(desk: Desk) -> None:
    patient = desk.bring(desk.draw(), Route.IMPORTED_CHECKED)
    sent, over, begun = [], datetime.now(UTC), datetime.now(UTC)
    for number in ("premier", "second"):
        begun = datetime.now(UTC)
        with suppress(RefusedError):
            answer = desk.lgo.send_document(
                patient.id,
                kind_of(desk, VACCINATION_NOTE),
                Channel.MSSANTE,
                recipient=f"{number}.medecin@exemple.mssante.fr",
                actor=desk.user,
            )
            sent += [answer] if answer.outcome is SendingOutcome.SENT else []
        if number == "premier":
            over = datetime.now(UTC)
            let_a_second_pass(over)
    if len(sent) < 2:  # noqa: PLR2004 - the two just sent
        raise UndecidedError(
            "les deux envois ne partent pas", "the two sendings do not leave", verdict=Verdict.NOT_TESTED
        )
    entries = awaited(
        desk,
        Verb.READ_TRANSMISSIONS,
        lambda: desk.lgo.read_transmissions(patient_id=patient.id, actor=desk.user),
        lambda found: len(found) >= len(sent),
    )
    first, second = (
        next((entry.at for entry in entries if address in entry.recipient.casefold()), "")
        for address in ("premier.medecin@exemple.mssante.fr", "second.medecin@exemple.mssante.fr")
    )
    expect(
        is_apart(first, second, over, begun),
        fr=f"deux envois faits à des moments différents sont tous deux datés de « {second} »",
        en=f"two sendings made at different times are both dated “{second}”",
    )
    withdrawn = None
    with desk.if_offered(WITHDRAWALS), suppress(RefusedError):
        withdrawn = desk.lgo.withdraw_document(sent[0].id, actor=desk.user)
    after = desk.lgo.read_transmissions(patient_id=patient.id, actor=desk.user)
    expect(
        all(entry in after for entry in entries),
        fr="le retrait du document a effacé ou changé la trace de son envoi",
        en="withdrawing the document has erased or changed the trace of its sending",
    )
    if withdrawn is not None and withdrawn.outcome is SendingOutcome.SENT and _bears_ins(withdrawn, patient):
        expect(
            len(after) > len(entries),
            fr="l'annulation envoyée porte l'INS, et la trace des envois n'en dit rien",
            en="the withdrawal that was sent bears the INS, and the trace of sendings does not tell of it",
        )
    _expect_told_to_patient(desk, patient)


def _expect_told_to_patient(desk: Desk, patient: Patient) -> None:
    """Check that a withdrawal told to the patient is traced too, as what was sent to them."""
    with desk.if_offered(WITHDRAWALS), suppress(RefusedError):
        kind = kind_of(desk, VACCINATION_NOTE)
        answer = desk.lgo.send_document(patient.id, kind, Channel.MSSANTE_PATIENT, actor=desk.user)
        before = desk.lgo.read_transmissions(patient_id=patient.id, actor=desk.user)
        if answer.outcome is not SendingOutcome.SENT or not before:
            return
        withdrawn = desk.lgo.withdraw_document(answer.id, actor=desk.user)
        if withdrawn.outcome is SendingOutcome.SENT and _bears_ins(withdrawn, patient):
            expect(
                len(desk.lgo.read_transmissions(patient_id=patient.id, actor=desk.user)) > len(before),
                fr="l'annulation envoyée au patient porte l'INS, et la trace des envois n'en dit rien",
                en="the withdrawal sent to the patient bears the INS, and the trace of sendings does not tell of it",
            )


@pytest.mark.rule("SEC-08")
@pytest.mark.title(
    fr="Un document parti au DMP de lui-même est tracé comme les autres",
    en="A document that went to the DMP by itself is traced as the others",
)
@STAND_INS.mark
@PRINTING.mark
def test_sent_by_itself(desk: Desk) -> None:
    with connected(desk) as sinks:
        patient = desk.bring(desk.draw(), Route.IMPORTED_CHECKED)
        sinks.news()
        with suppress(RefusedError):
            desk.lgo.render_document(patient.id, kind_of(desk, VACCINATION_NOTE), actor=desk.user)
        if not of_kind(sinks.awaited(SUBMISSION, patience_s=BRIEFLY_S), SUBMISSION):
            return  # That it goes by itself is for TRA-15.
    entries = awaited(
        desk,
        Verb.READ_TRANSMISSIONS,
        lambda: desk.lgo.read_transmissions(patient_id=patient.id, actor=desk.user),
        bool,
    )
    expect(
        entries,
        fr="le document imprimé est parti au DMP de lui-même, et la trace des envois n'en dit rien",
        en="the printed document went to the DMP by itself, and the trace of sendings does not tell of it",
    )


def _bears_ins(sending: Sending, patient: Patient) -> bool:
    """Tell whether what left says the matricule, so that whoever had it is a partner to trace."""
    number = (patient.matricule or "-")[:NUMBER_LENGTH]
    return any(
        number in compact(part.text)
        for one in sending.documents
        for part in read_document(one.content, one.name).walk()
    )
