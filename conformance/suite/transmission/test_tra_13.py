"""TRA-13: whose the DMP is, is asked before it is fed, and a difference is told and traced."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from conformance.drivers.partners import SendingOutcome
from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.added import added
from conformance.suite.desk.apart import PRINTING, WORKLIST
from conformance.suite.desk.cast import PARTS
from conformance.suite.desk.expect import expect
from conformance.suite.desk.people import CHILD_AND_OLD
from conformance.suite.desk.routes import Route
from conformance.suite.desk.sinks import BRIEFLY_S, EXISTENCE, SUBMISSION, connected, of_kind
from conformance.suite.desk.snapshot import expect_kept
from conformance.suite.desk.words import as_cx
from conformance.suite.journeys.papers import (
    INTERVIEW_REPORT,
    MEDICATION_REVIEW,
    VACCINATION_NOTE,
    produced_of,
)
from conformance.suite.transmission.test_tra_14 import send
from conformance.verdicts import UndecidedError, Verdict
from simulator.ins.oid import InsOid
from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conformance.drivers.model import AuditEntry, Patient
    from conformance.drivers.partners import Sending, WorkItem
    from conformance.suite.desk.sinks import Sinks
    from conformance.suite.desk.steps import Desk
    from simulator.client.received import ReceivedItem
    from simulator.registry.person import Person


@pytest.mark.rule("TRA-13")
@pytest.mark.title(
    fr="Avant chaque alimentation du DMP, TD0.2 est appelée pour ce patient, et pas seulement la première fois",
    en="Before each feeding of the DMP, TD0.2 is called for this patient, and not the first time only",
)
def test_asked_before(desk: Desk) -> None:
    with connected(desk) as sinks:
        patients = [
            desk.bring(desk.play(PARTS[key]), Route.IMPORTED_CHECKED)
            for key in ("one-former-number-corsica-2a", "waiting-number-four-first-names")
        ]
        for kind in produced_of(desk, VACCINATION_NOTE, INTERVIEW_REPORT):
            for patient in patients:
                sinks.news()
                send(desk, patient, kind)
                came = sinks.awaited(SUBMISSION)
                wanted = as_cx(patient.matricule, patient.oid)
                asked = [one.facts.get("asked") for one in of_kind(came, EXISTENCE)]
                expect(
                    wanted in asked or not asked,
                    fr=f"{kind} : TD0.2 est appelée pour {asked}, au lieu de {wanted}",
                    en=f"{kind}: TD0.2 is called for {asked}, instead of {wanted}",
                )
                _need_fed(came)
                number = next(index for index, one in enumerate(came) if one.kind == SUBMISSION)
                asked = [one.facts.get("asked") for one in of_kind(came[:number], EXISTENCE)]
                expect(
                    wanted in asked,
                    fr=f"{kind} : le DMP est alimenté sans que TD0.2 soit appelée avant pour {wanted} (appelée pour : {asked or 'personne'})",
                    en=f"{kind}: the DMP is fed without TD0.2 being called before for {wanted} (called for: {asked or 'nobody'})",
                )
        with desk.if_offered(PRINTING), suppress(RefusedError):
            sinks.news()
            desk.lgo.render_document(patients[1].id, produced_of(desk, MEDICATION_REVIEW)[0], actor=desk.user)
            kinds = [one.kind for one in sinks.awaited(SUBMISSION, patience_s=BRIEFLY_S)]
            expect(
                SUBMISSION not in kinds or EXISTENCE in kinds[: kinds.index(SUBMISSION)],
                fr="le document imprimé part au DMP de lui-même sans que TD0.2 soit appelée avant",
                en="the printed document goes to the DMP by itself without TD0.2 being called before",
            )


@pytest.mark.rule("TRA-13")
@pytest.mark.title(
    fr="Le DMP dit une autre INS : l'utilisateur est alerté, c'est tracé, et le dossier ne change pas",
    en="The DMP tells another INS: the user is alerted, it is traced, and the file does not change",
)
@pytest.mark.parametrize("first", [True, False], ids=["first-time", "later"])
def test_difference(desk: Desk, first: bool) -> None:  # noqa: FBT001 - a parameter of the check
    other = desk.draw()
    patient = desk.bring(desk.draw(**CHILD_AND_OLD[first]), Route.IMPORTED_CHECKED)
    with connected(desk) as sinks:
        usual = desk.bring(desk.draw(), Route.IMPORTED_CHECKED) if first else patient
        begun = _log(desk, usual)
        ordinarily = send(desk, usual, produced_of(desk, MEDICATION_REVIEW)[0])
        _need_fed(sinks.awaited(SUBMISSION))
        ordinary = {entry.action for entry in added(begun, _log(desk, usual))}
        before = desk.snapshot(patient)
        traits = other.identity.traits
        sinks.tell(
            "td0.2",
            matricule=other.identity.matricule.value,
            oid=other.identity.oid,
            birth_name=traits.birth_name,
            sex=str(traits.sex),
        )
        start = _log(desk, patient)
        answer = send(desk, patient, produced_of(desk, VACCINATION_NOTE)[0])
        logged = added(start, _log(desk, patient))
        came = sinks.awaited(EXISTENCE)
        expect(
            of_kind(came, EXISTENCE),
            fr="TD0.2 n'est pas appelée : une différence ne peut pas être vue",
            en="TD0.2 is not called: a difference cannot be seen",
        )
        fed = of_kind(came + sinks.settled(), SUBMISSION)
        went = bool(fed)
        for number in [one for each in fed for one in each.facts.get("patient_ids", ())]:
            expect(
                patient.matricule in number,
                fr=f"le DMP dit une autre INS, et le document part sous {number}, au lieu de {patient.matricule}",
                en=f"the DMP tells another INS, and the document leaves under {number}, instead of {patient.matricule}",
            )
        expect(
            answer is None or (answer.message.strip() and answer.message != _said(ordinarily)),
            fr="le DMP dit une autre INS, et l'utilisateur n'est pas alerté"
            + (" : l'alimentation continue" if went else ""),
            en="the DMP tells another INS, and the user is not alerted"
            + (": the feeding goes on" if went else ""),
        )
        expect(
            answer is None or answer.outcome is not SendingOutcome.SENT or went,
            fr="le DMP dit une autre INS, rien ne part, et le logiciel dit le document envoyé",
            en="the DMP tells another INS, nothing leaves, and the software says that the document is sent",
        )
        expect(
            {entry.action for entry in logged} - ordinary or _names(logged, other.identity.matricule.value),
            fr=f"le DMP dit une autre INS, et rien ne le dit dans la trace du dossier ({_actions(logged)})",
            en=f"the DMP tells another INS, and nothing in the log of the file says so ({_actions(logged)})",
        )
        moment = Text("après la réponse du DMP", "after the answer of the DMP")
        expect_kept(desk.snapshot(patient), before, moment)
        if not first:
            _expect_other_oid_told(desk, sinks, patient, ordinarily)
            return
        with desk.if_offered(PRINTING), suppress(RefusedError):
            _expect_none_by_itself(desk, sinks, usual, patient, other)


def _expect_other_oid_told(desk: Desk, sinks: Sinks, patient: Patient, ordinarily: Sending | None) -> None:
    """Check that an OID that differs is told, though the number is the same: an INS is both (MAT-07)."""
    other = InsOid.NIA if patient.oid != InsOid.NIA else InsOid.NIR
    sinks.tell("td0.2", matricule=patient.matricule, oid=str(other))
    answer = send(desk, patient, produced_of(desk, VACCINATION_NOTE)[0])
    expect(
        answer is None or (answer.message.strip() and answer.message != _said(ordinarily)),
        fr="le DMP dit le même matricule sous un autre OID, et l'utilisateur n'est pas alerté",
        en="the DMP tells the same matricule under another OID, and the user is not alerted",
        inferred=True,
    )


def _expect_none_by_itself(desk: Desk, sinks: Sinks, usual: Patient, patient: Patient, other: Person) -> None:
    """Check that a document that leaves by itself is stopped by a difference, or that this is said somewhere.

    First one of somebody else leaves while nothing differs: what the software says of that is no alert.
    """
    here = other.identity
    differing = {"matricule": here.matricule.value, "oid": str(here.oid)}
    seen: list[set[str]] = []
    for one, wanted, told in ((usual, VACCINATION_NOTE, {}), (patient, INTERVIEW_REPORT, differing)):
        sinks.tell("td0.2", **told)
        sinks.news()
        log, items = _log(desk, one), _worklist(desk)
        desk.lgo.render_document(one.id, produced_of(desk, wanted)[0], actor=desk.user)
        came = sinks.settled() if seen else sinks.awaited(SUBMISSION, patience_s=BRIEFLY_S)
        if not of_kind(came, SUBMISSION):
            return  # Nothing leaves by itself, which is for TRA-15; or nothing any more.
        said = {entry.action for entry in added(log, _log(desk, one))}
        seen.append(said | {item.reason for item in added(items, _worklist(desk))})
    expect(
        seen[1] - seen[0],
        fr="le DMP dit une autre INS, un document produit y part quand même de lui-même, et ni la trace ni la liste de travail n'en disent rien",
        en="the DMP tells another INS, a document produced goes there by itself all the same, and neither the log nor the worklist says so",
        # The rule is about the user who sends; that nobody is there to be alerted is deduced.
        inferred=True,
    )


def _worklist(desk: Desk) -> list[WorkItem]:
    items: list[WorkItem] = []
    with desk.if_at_hand(WORKLIST), suppress(RefusedError):
        items = desk.lgo.read_worklist(actor=desk.user)
    return items


def _need_fed(came: Sequence[ReceivedItem]) -> None:
    if not any(one.kind == SUBMISSION for one in came):
        raise UndecidedError(
            "rien n'arrive au DMP pour une identité qualifiée : ce qui précède ne peut pas être observé",
            "nothing reaches the DMP for a qualified identity: what comes before cannot be observed",
            verdict=Verdict.NOT_TESTED,
        )


def _said(answer: Sending | None) -> str:
    """Return what is shown of any sending: no alert."""
    return "" if answer is None else answer.message


def _log(desk: Desk, patient: Patient) -> list[AuditEntry]:
    return desk.lgo.read_audit_log(actor=desk.user, patient_id=patient.id)


def _names(entries: Sequence[AuditEntry], number: str) -> bool:
    return any(number in str(entry) for entry in entries)


def _actions(entries: Sequence[AuditEntry]) -> str:
    return ", ".join(entry.action for entry in entries) or "–"
