"""TRA-14: nothing reaches the DMP without an INS qualifiée, and who sends knows what became of it."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from conformance.drivers.model import Attribute, Status
from conformance.drivers.partners import Channel, SendingOutcome
from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.apart import ATTRIBUTES, DOWNGRADE, FROM_INSI, PRINTING
from conformance.suite.desk.expect import expect, expect_each
from conformance.suite.desk.lowering import lowered
from conformance.suite.desk.people import CHILD_AND_OLD
from conformance.suite.desk.routes import Route
from conformance.suite.desk.sinks import (
    MOST_ATTEMPTS,
    SUBMISSION,
    connected,
    learn_how_late_documents_leave,
    of_kind,
)
from conformance.suite.desk.words import as_cx
from conformance.suite.journeys.papers import (
    INTERVIEW_REPORT,
    MEDICATION_REVIEW,
    VACCINATION_NOTE,
    kind_of,
    produced_of,
)
from conformance.verdicts import Departure, UndecidedError, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.drivers.model import Patient
    from conformance.drivers.partners import Sending
    from conformance.suite.desk.sinks import Sinks
    from conformance.suite.desk.steps import Desk


@pytest.mark.rule("TRA-14")
@pytest.mark.title(
    fr="Le DMP reçoit les documents d'une identité qualifiée, et aucun d'une autre ; qui envoie le sait",
    en="The DMP receives the documents of an identité qualifiée and none of another; who sends knows it",
)
def test_what_reaches_the_dmp(desk: Desk) -> None:
    held: list[str] = []
    went: list[str] = []
    with connected(desk) as sinks:
        learn_how_late_documents_leave(desk, sinks, kind_of(desk, VACCINATION_NOTE))

        def stays(bring: Callable[[], Patient]) -> None:
            patient = bring()
            sinks.news()
            answer = send(desk, patient, kind_of(desk, VACCINATION_NOTE))
            _expect_nothing(sinks)
            expect(
                answer is None or answer.outcome is not SendingOutcome.SENT,
                fr="le logiciel dit avoir envoyé un document d'une identité non qualifiée au DMP",
                en="the software says that it sent a document of an identity that is not qualified to the DMP",
            )
            expect(
                answer is None or answer.message.strip(),
                fr="rien ne part au DMP, et l'utilisateur n'en sait rien : aucun message",
                en="nothing goes to the DMP, and the user is not told: no message",
            )
            with desk.if_offered(PRINTING), suppress(RefusedError):
                desk.lgo.render_document(patient.id, kind_of(desk, VACCINATION_NOTE), actor=desk.user)
            # What is printed feeds the DMP by itself, for whoever is qualified.
            _expect_nothing(sinks)

        def arrives(route: Route) -> None:
            patient = desk.bring(desk.draw(), route)
            for kind in produced_of(desk, VACCINATION_NOTE, INTERVIEW_REPORT):
                sinks.news()
                answer = send(desk, patient, kind)
                said = "refus" if answer is None else answer.message or answer.outcome.value
                came = of_kind(sinks.awaited(SUBMISSION), SUBMISSION)
                (went if came else held).append(f"{route}, {kind}")
                if answer is None and not came:
                    continue
                expect(
                    came,
                    fr=f"identité qualifiée, et rien n'arrive au DMP pour {kind} ({said})",
                    en=f"identity qualified, and nothing reaches the DMP for {kind} ({said})",
                )
                expect(
                    came[-1].outcome == "Success",
                    fr=f"le DMP refuse {kind} : {came[-1].facts.get('errors')}",
                    en=f"the DMP refuses {kind}: {came[-1].facts.get('errors')}",
                )

        expect_each(
            {
                **{
                    str(route): lambda route=route: stays(lambda: desk.bring(desk.draw(), route))  # type: ignore[misc]
                    for route in (Route.TYPED, Route.IMPORTED, Route.CHECKED, Route.ARRIVED)
                },
                "lowered": lambda: stays(lambda: _fallen(desk, sinks, Status.VALI)),
                "doubtful": lambda: stays(lambda: _fallen(desk, sinks, Attribute.DOUTEUSE)),
                **{
                    str(route): lambda route=route: arrives(route)  # type: ignore[misc]
                    for route in (Route.IMPORTED_CHECKED, Route.CHECKED_IMPORTED)
                },
            },
            desk=desk,
            paths=(FROM_INSI, DOWNGRADE, ATTRIBUTES),
        )
    if held and not went:
        raise UndecidedError(
            "le logiciel n'envoie rien au DMP, même pour une identité qualifiée",
            "the software sends nothing to the DMP, not even for an identité qualifiée",
            verdict=Verdict.NOT_TESTED,
        )
    expect(
        not held,
        fr=f"identité qualifiée, et rien n'arrive au DMP : {', '.join(held)}",
        en=f"identity qualified, and nothing reaches the DMP: {', '.join(held)}",
    )


@pytest.mark.rule("TRA-14")
@pytest.mark.title(
    fr="Un document que le DMP refuse n'est ni dit envoyé, ni renvoyé sans fin ; le suivant part",
    en="A document that the DMP refuses is neither said to be sent nor sent again without end; the next one leaves",
)
@pytest.mark.parametrize("code", ["XDSUnknownPatientId", "XDSPatientIdDoesNotMatch"])
def test_a_refusal_is_told(desk: Desk, code: str) -> None:
    life = CHILD_AND_OLD[code == "XDSPatientIdDoesNotMatch"]
    patient = desk.bring(desk.draw(**life), Route.IMPORTED_CHECKED)
    with connected(desk) as sinks:
        sinks.tell("iti-41", error=code)
        answer = send(desk, patient, kind_of(desk, VACCINATION_NOTE))
        came = of_kind(sinks.awaited(SUBMISSION), SUBMISSION)
        if not came:
            raise UndecidedError(
                "rien n'arrive au DMP : son refus ne peut pas être observé",
                "nothing reaches the DMP: its refusal cannot be observed",
                verdict=Verdict.NOT_TESTED,
            )
        expect(
            answer is None or answer.outcome is not SendingOutcome.SENT,
            fr=f"le DMP répond {code}, et le logiciel dit le document envoyé",
            en=f"the DMP answers {code}, and the software says that the document is sent",
        )
        expect(
            answer is None or answer.message.strip(),
            fr=f"le DMP répond {code}, et l'utilisateur n'en sait rien : aucun message",
            en=f"the DMP answers {code}, and the user is not told: no message",
        )
        came += of_kind(sinks.settled(), SUBMISSION)
        expect(
            len(came) <= MOST_ATTEMPTS,
            fr=f"le document refusé est envoyé {len(came)} fois de suite",
            en=f"the refused document is sent {len(came)} times in a row",
            inferred=True,
        )
        sinks.tell("iti-41")
        if code == "XDSUnknownPatientId":
            _expect_sent_as_before(desk, sinks, patient)
        other = desk.bring(desk.draw(), Route.IMPORTED_CHECKED)
        sinks.news()
        send(desk, other, kind_of(desk, VACCINATION_NOTE))
        taken = [one for one in of_kind(sinks.awaited(SUBMISSION), SUBMISSION) if one.outcome == "Success"]
        expect(
            taken,
            fr="après un refus du DMP, plus rien ne lui parvient, même d'un autre patient",
            en="after a refusal of the DMP nothing reaches it any more, not even of another patient",
            inferred=True,
        )


def _expect_sent_as_before(desk: Desk, sinks: Sinks, patient: Patient) -> None:
    """Send the document that was refused once more: it is that of this patient, under the INS, as the first time."""
    sinks.settled()
    send(desk, patient, kind_of(desk, VACCINATION_NOTE))
    wanted = as_cx(patient.matricule, patient.oid)
    for one in of_kind(sinks.awaited(SUBMISSION), SUBMISSION):
        told = one.facts.get("patient_ids", ())
        expect(
            all((patient.matricule or "") in each and (patient.oid or "") in each for each in told),
            fr=f"le document refusé par le DMP y repart sous {', '.join(told)}, au lieu de {wanted}",
            en=f"the document that the DMP refused leaves again under {', '.join(told)}, instead of {wanted}",
        )


def send(desk: Desk, patient: Patient, kind: str) -> Sending | None:
    """Send a document to the DMP; ``None`` when the software refuses, which tells the user."""
    try:
        return desk.lgo.send_document(patient.id, kind, Channel.DMP, actor=desk.user)
    except RefusedError:
        return None


def _expect_nothing(sinks: Sinks) -> None:
    if came := of_kind(sinks.settled(), SUBMISSION):
        whose = ", ".join(came[0].facts.get("patient_ids", ())) or "?"
        raise Departure(
            f"un document d'une identité non qualifiée arrive au DMP ({whose}, réponse {came[0].outcome})",
            f"a document of an identity that is not qualified reaches the DMP ({whose}, answered {came[0].outcome})",
        )


def _fallen(desk: Desk, sinks: Sinks, to: Status | Attribute) -> Patient:
    """Bring somebody to QUAL, feed the DMP, then lower the identity: what is waiting or kept must not leave."""
    patient = desk.bring(desk.draw(), Route.IMPORTED_CHECKED)
    send(desk, patient, kind_of(desk, INTERVIEW_REPORT))
    sinks.awaited(SUBMISSION)
    # What is printed while the identity is qualifiée may leave by itself, and no more afterwards.
    with desk.if_offered(PRINTING), suppress(RefusedError):
        desk.lgo.render_document(
            patient.id, kind_of(desk, MEDICATION_REVIEW, INTERVIEW_REPORT), actor=desk.user
        )
    sinks.settled()
    return lowered(desk, patient, to)
