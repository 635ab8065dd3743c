"""TRA-16: the refusal of the patient, and what is said when a document is withdrawn."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING, Final

import pytest

from conformance.documents import Severity, read_document
from conformance.documents.mail.headers import MailFacts
from conformance.documents.record import Format
from conformance.drivers.model import Status
from conformance.drivers.partners import Channel, SendingOutcome
from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.apart import DOWNGRADE, PRINTING, SENDINGS, WITHDRAWALS
from conformance.suite.desk.cast import PARTS
from conformance.suite.desk.expect import expect, expect_equal
from conformance.suite.desk.lowering import lowered_by
from conformance.suite.desk.mingled import wording
from conformance.suite.desk.papers import (
    Artefact,
    Subject,
    expect_no_ins,
    expect_right,
    expected_of,
    owned_by,
)
from conformance.suite.desk.people import now_known_by
from conformance.suite.desk.routes import Route
from conformance.suite.desk.sinks import (
    MAIL,
    SUBMISSION,
    connected_if_possible,
    learn_how_late_documents_leave,
    of_kind,
)
from conformance.suite.journeys.brought import USED
from conformance.suite.journeys.papers import (
    INTERVIEW_REPORT,
    MEDICATION_REVIEW,
    VACCINATION_NOTE,
    kind_of,
    kinds_of,
)
from conformance.suite.journeys.renumbered import fed_again, fed_as
from conformance.verdicts import Departure, UndecidedError, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from conformance.documents import Document
    from conformance.drivers.model import Actor, Patient
    from conformance.drivers.partners import Sending
    from conformance.suite.desk.steps import Desk
    from simulator.registry.person import Person

_PATIENT = Channel.MSSANTE_PATIENT
_NUMBER: Final = re.compile(r"<[^<>\s]+>")
_VARIES: Final = re.compile(r"<[^<>\s]+@[^<>\s]+>|boundary=\S+|[\da-f=-]{2,}|\d", re.IGNORECASE)


@pytest.mark.rule("TRA-16")
@pytest.mark.title(
    fr="Un patient qui refuse ne reçoit rien, même après un premier envoi ; l'autre patient, si ; et lui de nouveau s'il change d'avis",
    en="A patient who refuses gets nothing, even after a first mail; the other patient does; and they do again once they change their mind",
)
def test_refusal(desk: Desk) -> None:
    person, patient = _qualified(desk)
    _, other = _qualified(desk, "one-former-number-corsica-2a")
    _need_sent(desk, patient)
    desk.lgo.record_opposition(patient.id, frozenset({_PATIENT}), actor=desk.user)
    # Who noted the refusal makes no difference: the last to try is a colleague.
    for times, who in (("1", desk), ("2", desk), ("3", desk.as_super_user())):
        if times == "2":
            # Who says it twice, to a colleague, refuses all the more.
            with suppress(RefusedError):
                desk.lgo.record_opposition(patient.id, frozenset({_PATIENT}), actor=desk.super_user)
        answer = _try(who, patient)
        if answer is not None and answer.outcome is SendingOutcome.SENT:
            raise Departure(
                f"le patient refuse, et un courriel lui est envoyé quand même (essai {times})",
                f"the patient refuses, and a mail is sent all the same (attempt {times})",
            )
    for kind in [one for one in kinds_of(desk) if one in {INTERVIEW_REPORT, MEDICATION_REVIEW}]:
        expect(
            not _is_sent(_try(desk, patient, kind=kind)),
            fr=f"le patient refuse, et un courriel lui est envoyé quand même ({kind})",
            en=f"the patient refuses, and a mail is sent all the same ({kind})",
        )
    expect(
        _is_sent(_try(desk, other)),
        fr="le refus d'un patient arrête l'envoi à un autre",
        en="the refusal of one patient stops the mail to another",
    )
    for fr, en, act in _later(desk, person, patient):
        with suppress(RefusedError, UndecidedError):
            act()
        expect(
            not _is_sent(_try(desk, patient)),
            fr=f"le patient refuse, {fr}, et un courriel lui est envoyé",
            en=f"the patient refuses, {en}, and a mail is sent to them",
        )
    if _lifted(desk, patient) and desk.read(patient).status is Status.QUAL:
        expect(
            _is_sent(_try(desk, patient)),
            fr="le refus levé, le courriel ne part toujours pas",
            en="the refusal lifted, the mail still does not leave",
            inferred=True,
        )


def _lifted(desk: Desk, patient: Patient) -> bool:
    """Have the refusal lifted, and tell whether somebody at the desk could: who it is, is in no text."""
    for actor in (desk.user, desk.super_user):
        with suppress(RefusedError):
            desk.lgo.record_opposition(patient.id, frozenset(), actor=actor)
            return True
    return False


@pytest.mark.rule("TRA-16")
@pytest.mark.title(
    fr="Chaque refus est respecté pour ce qu'il refuse : le DMP, les courriels, ou plusieurs à la fois",
    en="Each refusal is respected for what it refuses: the DMP, mails, or several at once",
)
def test_refusals_are_not_mixed_up(desk: Desk) -> None:
    _, patient = _qualified(desk)
    _need_sent(desk, patient)
    # A software that reaches no DMP sends nothing there whoever opposes.
    with connected_if_possible(desk) as sinks:
        known = [each for each in (Channel.DMP, Channel.MSSANTE, _PATIENT) if _opposes(desk, patient, each)]
        if len(known) > 1:
            desk.lgo.record_opposition(patient.id, frozenset(known), actor=desk.user)
            for channel in known:
                expect(
                    not _is_sent(_try(desk, patient, channel)),
                    fr=f"le patient refuse à la fois {', '.join(known)}, et un envoi part par {channel}",
                    en=f"the patient refuses {', '.join(known)} at once, and a sending leaves by {channel}",
                    # The rule names the mails to the patient; which channels a refusal takes together is in no text.
                    inferred=True,
                )
        opposed = _opposes(desk, patient, Channel.DMP)
        expect(
            opposed or Channel.DMP not in known,
            fr="de plusieurs refus, seul celui du DMP est maintenu, et le logiciel ne le garde pas",
            en="of several refusals that of the DMP alone is kept up, and the software does not keep it",
        )
        if opposed:
            # That one refusal stops the other ways too is in no text.
            expect(
                not _is_sent(_try(desk, patient, Channel.DMP)),
                fr="le patient s'oppose au DMP, et un document y part quand même",
                en="the patient opposes the DMP, and a document goes there all the same",
            )
            if sinks is not None:
                with desk.if_offered(PRINTING), suppress(RefusedError):
                    learn_how_late_documents_leave(desk, sinks, kind_of(desk, VACCINATION_NOTE))
                    sinks.news()
                    desk.lgo.render_document(patient.id, kind_of(desk, VACCINATION_NOTE), actor=desk.user)
                    expect(
                        not of_kind(sinks.settled(), SUBMISSION),
                        fr="le patient s'oppose au DMP, et le document imprimé y part de lui-même",
                        en="the patient opposes the DMP, and the printed document goes there by itself",
                    )
        if sinks is not None and _opposes(desk, patient, _PATIENT):
            sinks.news()
            if _is_sent(_try(desk, patient, Channel.MSSANTE)):
                reached = [one for item in sinks.awaited(MAIL) for one in item.recipients]
                expect(
                    not any("@patient.mssante" in one for one in reached),
                    fr=f"le patient refuse, et le courriel à un professionnel lui part en copie ({', '.join(reached)})",
                    en=f"the patient refuses, and the mail to a professional goes to them as a copy ({', '.join(reached)})",
                )
        if _opposes(desk, patient, Channel.MSSANTE):
            expect(
                not _is_sent(_try(desk, patient, Channel.MSSANTE)),
                fr="le patient refuse les courriels aux professionnels, et un courriel part quand même",
                en="the patient refuses mails to professionals, and a mail leaves all the same",
                # The rule names the mails to the patient.
                inferred=True,
            )


@pytest.mark.rule("TRA-16")
@pytest.mark.title(
    fr="Retirer un document envoyé : un message de suppression part au même destinataire, juste à tous égards",
    en="Withdrawing a document sent: a deletion message goes to the same recipient, right in all respects",
)
@pytest.mark.parametrize("channel", [_PATIENT, Channel.MSSANTE])
def test_deletion_is_told(desk: Desk, channel: Channel) -> None:
    # With names in use besides those of birth: a document that is withdrawn tells them apart as the one sent did.
    # One is under a waiting number, the other a child of a name with every separator.
    key = "waiting-number-four-first-names" if channel is _PATIENT else "child-several-separators"
    person, patient = _qualified(desk, key, used_name=USED[0], used_first_name=USED[1])
    # Not the same kind of document each time: each has a way of its own.
    kind = kind_of(desk, VACCINATION_NOTE if channel is _PATIENT else MEDICATION_REVIEW, VACCINATION_NOTE)
    first = _try(desk, patient, channel, kind=kind)
    if first is None or first.outcome is not SendingOutcome.SENT:
        first = _need_sent(desk, patient, channel)
    # Whoever is written to in between is told nothing.
    report = kind_of(desk, INTERVIEW_REPORT if channel is _PATIENT else MEDICATION_REVIEW, VACCINATION_NOTE)
    between = _try(desk, patient, Channel.MSSANTE if channel is _PATIENT else _PATIENT, kind=report)
    _expect_told(desk, person, patient, kind, first, others=[between] if between else [])
    # Each kind goes back on each way: the third by the way of the first.
    third = kind_of(desk, INTERVIEW_REPORT if channel is _PATIENT else VACCINATION_NOTE, VACCINATION_NOTE)
    last = _try(desk, patient, channel, kind=third)
    for made, told in ((between, report), (last, third)):
        if made is not None and made.outcome is SendingOutcome.SENT:
            others = [one for one in (first, between, last) if one is not None and one is not made]
            _expect_told(desk, person, patient, told, made, by=desk.super_user, others=others)


def _expect_told(
    desk: Desk,
    person: Person,
    patient: Patient,
    kind: str,
    first: Sending,
    *,
    by: Actor | None = None,
    others: Sequence[Sending] = (),
) -> None:
    """Withdraw a document, ``by`` a colleague perhaps, and check the message of deletion that leaves; ``others`` stay."""
    gone = _withdrawn(desk, first, by or desk.user)
    expect(
        gone.outcome is SendingOutcome.SENT and gone.documents,
        fr=f"le document ({kind}) est retiré, et aucun message de suppression ne part ({gone.outcome} {gone.message})",
        en=f"the document ({kind}) is withdrawn, and no deletion message leaves ({gone.outcome} {gone.message})",
    )
    expect_equal(
        got=gone.recipient,
        # A software need not tell to whom it went.
        expected=first.recipient or gone.recipient,
        fr=f"destinataire du message de suppression ({kind})",
        en=f"recipient of the deletion message ({kind})",
    )
    expected = expected_of(person, patient)
    subject = Subject(key="QUAL", person=person, patient=patient)
    found = [
        (subject, Artefact(label="suppression", document=one, expected=expected, recipient=gone.recipient))
        for one in gone.documents
    ]
    mails = [one for one in found if one[1].read.format is Format.MAIL]
    expect(mails, fr="le message de suppression n'est pas un courriel", en="the deletion message is no mail")
    for rule in ("TRA-07", "TRA-09"):
        expect_right(mails, owned_by(rule))
    # Whatever it carries tells of this patient what INSi does, and its PDF is named as that of any sending.
    expect_right(
        found,
        lambda problem, _: (
            problem.severity is Severity.FAIL
            and (bool({"F12", "F13"} & set(problem.rules)) or problem.code == "pdf-name")
        ),
    )
    before = [read_document(one.content, one.name) for one in first.documents]
    expect(
        not before or {_said_in(one[1].read) for one in mails} != {_said_in(one) for one in before},
        fr=f"le message de suppression ({kind}) dit la même chose que le premier envoi : rien n'y parle de suppression",
        en=f"the deletion message ({kind}) says the same as the first mail: nothing in it tells of a deletion",
        # How it is told is in no text: any difference will do.
        inferred=True,
    )
    beside = [read_document(one.content, one.name) for other in others for one in other.documents]
    carried = _papers([one.read for _, one in found]) & _papers(beside)
    expect(
        not before or carried <= _papers(before),
        fr=f"le message de suppression ({kind}) porte le document d'un autre envoi que celui qui est retiré",
        en=f"the deletion message ({kind}) carries the document of another sending than the one that is withdrawn",
        # That it carries any is in no text.
        inferred=True,
    )
    staying, own = _numbers(beside, "Message-ID"), _numbers(before, "Message-ID")
    meant = _numbers([one.read for _, one in mails], "In-Reply-To", "References")
    expect(
        not meant & staying or meant & own,
        fr=f"le message de suppression ({kind}) répond à un autre envoi que celui qui est retiré",
        en=f"the deletion message ({kind}) answers another sending than the one that is withdrawn",
        # That it answers at all is in no text; whom it answers is then what is deleted.
        inferred=True,
    )


def _papers(read: Sequence[Document]) -> set[str]:
    """Return what each printed document in these mails says, without dates and numbers."""
    return {wording([part]) for one in read for part in one.walk() if part.format is Format.PDF}


def _numbers(read: Sequence[Document], *names: str) -> set[str]:
    """Return the numbers of messages in these headers, of those that are mails."""
    mails = [one.facts for one in read if isinstance(one.facts, MailFacts)]
    return {
        number for facts in mails for name in names for number in _NUMBER.findall(facts.header(name) or "")
    }


def _withdrawn(desk: Desk, sending: Sending, by: Actor) -> Sending:
    """Withdraw a document; a colleague who may not leaves it to whoever sent it."""
    if by != desk.user:
        with suppress(RefusedError):
            return desk.lgo.withdraw_document(sending.id, actor=by)
    return desk.lgo.withdraw_document(sending.id, actor=desk.user)


@pytest.mark.rule("TRA-01")
@pytest.mark.title(
    fr="Le document d'une identité déclassée se retire sans que l'INS sorte de nouveau",
    en="The document of an identity that was lowered is withdrawn without the INS leaving again",
)
@SENDINGS.mark
@WITHDRAWALS.mark
@DOWNGRADE.mark
def test_withdrawal_after_a_fall(desk: Desk) -> None:
    person, patient = _qualified(desk)
    first = _need_sent(desk, patient, Channel.MSSANTE)
    lowered_by(desk, patient, Status.VALI)
    patient = desk.read(patient)
    if patient.status is Status.QUAL:
        return  # For STA-08.
    try:
        gone = desk.lgo.withdraw_document(first.id, actor=desk.user)
    except RefusedError:
        return
    subject = Subject(key="VALI", person=person, patient=patient)
    expected = expected_of(person, patient)
    expect_no_ins(
        (subject, Artefact(label="suppression", document=one, expected=expected, recipient=gone.recipient))
        for one in gone.documents
    )


def _later(desk: Desk, person: Person, patient: Patient) -> tuple[tuple[str, str, Callable[[], object]], ...]:
    """Return what happens to the file of whoever refuses, none of which lifts the refusal."""
    traits = person.identity.traits
    now = now_known_by(person, desk.draw(sex=traits.sex, birth_date=traits.birth_date))

    def qualified_again() -> None:
        with desk.if_offered(DOWNGRADE):
            lowered_by(desk, patient, Status.VALI)
            fed_again(desk, patient, now)

    return (
        (
            "un nom utilisé est changé",
            "a used name is changed",
            lambda: desk.lgo.update_patient(patient.id, {"used_name": "CURBLEZ"}, actor=desk.user),
        ),
        (
            "INSi actualise le dossier, sous un autre numéro",
            "INSi refreshes the file, under another number",
            lambda: fed_as(desk, patient, now),
        ),
        (
            "l'identité perd son INS, puis est qualifiée de nouveau",
            "the identity loses its INS, and is qualified again",
            qualified_again,
        ),
        (
            "un autre utilisateur enregistre une pièce",
            "another user records a document",
            lambda: desk.as_super_user().record_document(patient),
        ),
    )


def _said_in(mail: Document) -> str:
    """Return what a mail and its archive say, without what differs from one mail to the next: numbers, digests, identifiers."""
    told = [facts.header("Subject") or "" for facts in [mail.facts] if isinstance(facts, MailFacts)]
    told += [one.text for one in mail.walk() if one.format in {Format.MAIL, Format.XDM}]
    return _VARIES.sub("", "\n".join(told))


def _qualified(
    desk: Desk, key: str = "waiting-number-four-first-names", **others: str
) -> tuple[Person, Patient]:
    person = desk.play(PARTS[key])
    return person, desk.bring(person, Route.IMPORTED_CHECKED, **others)


def _opposes(desk: Desk, patient: Patient, channel: Channel) -> bool:
    """Record that a patient refuses one channel, and only that; ``False`` when the software knows no refusal of it."""
    try:
        return channel in desk.lgo.record_opposition(patient.id, frozenset({channel}), actor=desk.user)
    except RefusedError:
        return False


def _try(
    desk: Desk, patient: Patient, channel: Channel = _PATIENT, *, kind: str | None = None
) -> Sending | None:
    recipient = "medecin@exemple.mssante.fr" if channel is Channel.MSSANTE else None
    try:
        return desk.lgo.send_document(
            patient.id,
            kind or kind_of(desk, VACCINATION_NOTE),
            channel,
            recipient=recipient,
            actor=desk.user,
        )
    except RefusedError:
        return None


def _is_sent(answer: Sending | None) -> bool:
    return answer is not None and answer.outcome is SendingOutcome.SENT


def _need_sent(desk: Desk, patient: Patient, channel: Channel = _PATIENT) -> Sending:
    answer = _try(desk, patient, channel)
    if answer is None or answer.outcome is not SendingOutcome.SENT:
        raise UndecidedError(
            f"préparation impossible, aucun document ne part par {channel} pour une identité qualifiée",
            f"could not be prepared, no document leaves by {channel} for an identité qualifiée",
            verdict=Verdict.NOT_TESTED,
        )
    return answer
