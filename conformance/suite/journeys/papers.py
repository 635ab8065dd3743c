"""The status matrix of documents: designed people brought to each status, everything produced about them, once a campaign.

Three journeys, by what is asked of the software: ``printed`` (paper), ``told`` (messages), ``sent`` (mails and
submissions). Each prepares its own people; rules look at what came out.
"""

from __future__ import annotations

from contextlib import nullcontext, suppress
from functools import partial
from typing import TYPE_CHECKING, Final

from conformance.documents import read_document
from conformance.drivers.partners import Channel, Document, MessageFormat, Sending, SendingOutcome
from conformance.drivers.protocol import RefusedError, VerbNotSupportedError
from conformance.suite.desk.apart import LISTED_KINDS, MESSAGES, PRINTING
from conformance.suite.desk.cast import PARTS
from conformance.suite.desk.mingled import wording
from conformance.suite.desk.papers import Artefact, Subject, expected_of
from conformance.suite.desk.sinks import (
    BRIEFLY_S,
    EXISTENCE,
    MAIL,
    SUBMISSION,
    connected_if_possible,
    document_of,
    of_kind,
)
from conformance.suite.desk.together import kept_together
from conformance.suite.incoming.forms import Form, written
from conformance.suite.incoming.letter import Letter
from conformance.suite.journeys.brought import COMPOUND, DECLINED, DOCUMENTED, EVERY, FULL, people
from conformance.suite.journeys.pasts import CORRECTED, RETYPED
from conformance.suite.site.settings import little_displayed
from conformance.suite.verification.elsewhere import received
from conformance.verdicts import Ending, UndecidedError, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    from conformance.suite.desk.sinks import Sinks
    from conformance.suite.desk.steps import Desk
    from conformance.suite.journeys.brought import Produce
    from simulator.client.received import ReceivedItem

VACCINATION_NOTE: Final = "VACCINATION_NOTE"
INTERVIEW_REPORT: Final = "INTERVIEW_REPORT"
MEDICATION_REVIEW: Final = "MEDICATION_REVIEW"
PRESCRIPTION: Final = "PRESCRIPTION"
LABEL: Final = "LABEL"
"""Names of kinds that the bench knows; a software may have others besides, which are judged as paper in general."""
_LEAVE: Final = frozenset({VACCINATION_NOTE, INTERVIEW_REPORT, MEDICATION_REVIEW})
_STAY: Final = frozenset({PRESCRIPTION, LABEL})
"""Kinds that are made to be sent, and those that are made for paper."""

PROFESSIONAL: Final = "medecin.traitant@exemple.mssante.fr"
"""To whom the professional mails go."""

_REPEATED: Final = f"{COMPOUND}, "
"""About whom everything is made again, and a third time by a colleague: what is right once need not stay so."""
_REVIEWED: Final = (COMPOUND, "plain typed-imported")
"""About whom the medication review is sent in the place of the interview report."""
_LONG: Final = "long-names-"
"""Whose label is printed too: there a name is cut that fits on a page."""
_RENUMBERED: Final = "renumbered"
"""About whom every kind is printed too, before and after: any of them may keep what it printed first."""
_SENT: Final = (*FULL, "one-former-number-corsica-2a")
"""About whom something is sent."""
_OF_COLLEAGUE: Final = DOCUMENTED
_MADE_BY_COLLEAGUE: Final = (DOCUMENTED, CORRECTED, "plain, doubtful")
"""Whose documents the super-user makes, at whatever status: what may leave depends on the identity, not on who is at the desk."""
_MAILED: Final = (_OF_COLLEAGUE, COMPOUND, "plain typed-imported")
"""About whom a mail is made too, without being sent."""


_AFTER_ANOTHER: Final = "plain"
"""About whom everything is made just after a document about somebody else arrived."""


@kept_together("papers")
def printed(desk: Desk) -> Sequence[Subject]:
    """Return everybody with the documents printed about them."""
    return desk.once("papers-printed", lambda own: _taken(own, _print, without=("scanned", "app opened")))


@kept_together("papers")
def told(desk: Desk) -> Sequence[Subject]:
    """Return everybody with the messages produced about them."""
    return desk.once("papers-told", lambda own: _taken(own, _tell))


@kept_together("papers")
def sent(desk: Desk) -> Sequence[Subject]:
    """Return some with what was sent about them, and what was not."""
    return desk.once("papers-sent", _sent)


def _sent(desk: Desk) -> Sequence[Subject]:
    """Have everything sent, to the stand-ins of the bench when the software can be pointed to them."""
    with connected_if_possible(desk) as sinks:
        if sinks is not None:
            # What is wrong with a submission is for the rules to say, one by one, and not for the DMP.
            sinks.tell("iti-41", accept=True)
        kinds = produced_of(desk, VACCINATION_NOTE, INTERVIEW_REPORT, MEDICATION_REVIEW)
        # What is sent of whoever fell is seen of others.
        produce = partial(_send, sinks=sinks, kinds=kinds)
        return _taken(desk, produce, parts=_SENT, without=("corrected", RETYPED))


def kinds_of(desk: Desk) -> list[str]:
    """Return the kinds of documents that the software lists.

    Raises:
        UndecidedError: it lists none.
    """
    listed = desk.lgo.read_settings().get("document_kinds", "")
    kinds = [one.strip() for one in listed.split(",") if one.strip()]
    if not kinds:
        raise UndecidedError(
            "le logiciel ne dit pas quels documents il imprime : paramètre document_kinds absent de /settings",
            "the software does not tell which documents it prints: no setting document_kinds in /settings",
            verdict=Verdict.NOT_TESTED,
        )
    return kinds


def produced_of(desk: Desk, *wanted: str) -> list[str]:
    """Return those of these kinds that the software lists, or another that it lists; all where it does not tell.

    Another: of those that are meant to be sent first, then one whose name is the software's own.
    """
    try:
        listed = kinds_of(desk)
    except (UndecidedError, VerbNotSupportedError):
        return list(wanted)
    others = sorted(listed, key=lambda kind: (kind in _STAY, kind not in _LEAVE))
    return [kind for kind in wanted if kind in listed] or others[:1]


def kind_of(desk: Desk, *wanted: str) -> str:
    """Return the first of these kinds that the software lists, or another that it lists; the first where it does not tell.

    For checks that need no settings: a software that has none is asked for the first kind.
    """
    found = [*wanted]
    with desk.if_offered(LISTED_KINDS):
        found = produced_of(desk, *wanted)
    return found[0]


def _taken(
    desk: Desk, produce: Produce, parts: Sequence[str] = tuple(PARTS), without: Collection[str] = ()
) -> Sequence[Subject]:
    """Bring everybody to their status and have everything produced; raise what stopped all of them.

    Args:
        desk: where it is done.
        produce: has the software produce everything about somebody.
        parts: the members of the cast that are brought to QUAL.
        without: the keys of those who are left out.
    """
    subjects: list[Subject] = []
    stopped: Ending | None = None
    beside: list[Subject] = []
    for key, path, make in people(desk, parts, produce, beside):
        if key in without:
            continue
        start = len(desk.timeline.entries)
        subject = None
        try:
            with desk.if_offered(path) if path else nullcontext():
                subject = make()
            if subject is None:
                continue
            if key == _AFTER_ANOTHER:
                _receive_about_another(desk)
            produce(desk, subject, every=key in EVERY)
        except VerbNotSupportedError:
            raise
        except Ending as ending:
            stopped = stopped or ending
            continue
        subject.entries = tuple(desk.timeline.entries[start:])
        subjects.append(subject)
    if stopped is not None and not subjects:
        raise stopped
    return [*subjects, *beside]


def _print(desk: Desk, subject: Subject, *, every: bool) -> None:
    listed = kinds_of(desk)
    kinds = listed if every or subject.key.startswith(_RENUMBERED) else _one_of(listed, subject)
    if subject.key.startswith(CORRECTED):
        # The same ones before and after: what is kept of one shows in the next.
        kinds = [one for one in listed if one in {INTERVIEW_REPORT, LABEL}] or kinds
    if subject.key.startswith(_LONG) and LABEL in listed and LABEL not in kinds:
        kinds = [*kinds, LABEL]
    with little_displayed(desk) if subject.key.startswith(DECLINED) else nullcontext():
        for number, kind in enumerate(kinds):
            render = partial(desk.lgo.render_document, subject.patient.id, kind)
            _keep(desk, subject, kind, render, by_colleague=every and number % 2 == 1)


def _one_of(listed: Sequence[str], subject: Subject) -> list[str]:
    """Return the one document that is printed about somebody: not the same for all, for each has a template of its own."""
    made = [one for one in listed if one in _LEAVE] or [one for one in listed if one != PRESCRIPTION][:1]
    return made and [made[(len(subject.key.partition(",")[0]) + 1) % len(made)]]


def _tell(desk: Desk, subject: Subject, *, every: bool) -> None:
    del every  # Messages cost little.
    _tell_each(desk, subject)
    for own, again in _once_more(desk, subject):
        _tell_each(own, again)
        subject.artefacts += again.artefacts


def _tell_each(desk: Desk, subject: Subject) -> None:
    forms = (MessageFormat.HL7V2, MessageFormat.FHIR, MessageFormat.CDA)
    for form in (*forms, MessageFormat.MSSANTE) if subject.key.startswith(_MAILED) else forms:
        # Each form of somebody by another user than the form before: what it says depends on nobody at the desk.
        export = partial(desk.lgo.export_message, subject.patient.id, form)
        _keep(desk, subject, form.value, export, by_colleague=_is_colleagues(subject, form))


def _is_colleagues(subject: Subject, form: MessageFormat) -> bool:
    """Tell whether the super-user makes a message: one of two, not the same for all people."""
    return (len(subject.key) + len(form.value)) % 2 == 0


def _once_more(desk: Desk, subject: Subject) -> Iterator[tuple[Desk, Subject]]:
    """Yield who makes everything again about somebody, a user and then a colleague, and what takes it.

    What was made already need not be made again, nor by anybody: what is made is judged.
    """
    for own in (desk, desk.as_super_user()) if subject.key.startswith(_REPEATED) else ():
        yield own, Subject(key=subject.key, person=subject.person, patient=subject.patient)


def _send(
    desk: Desk, subject: Subject, *, every: bool, kinds: Sequence[str], sinks: Sinks | None = None
) -> None:
    printed_too = kinds[-1]
    kinds = [kinds[0], *(kinds[2:] if subject.key.startswith(_REVIEWED) else kinds[1:2])]
    if subject.key.startswith(_RENUMBERED):
        kinds = kinds[-1:]  # A report, whose CDA holds a page: it may be the first one made.
    is_colleague = subject.key.startswith(f"{_OF_COLLEAGUE}, ")
    kinds = kinds if every or is_colleague else kinds[:1]
    if subject.key.startswith(_REPEATED):
        _print_first(desk, subject, kinds)
    _send_each(desk, subject, kinds, sinks)
    for own, again in _once_more(desk, subject):
        _send_each(own, again, kinds[:1], sinks)
        subject.artefacts += again.artefacts
    if is_colleague and subject.is_qualified and sinks is not None:
        _keep_fed(desk, subject, printed_too, sinks)


def _receive_about_another(desk: Desk) -> None:
    """Have a document about somebody else arrive: what is made next is not about whoever was received last."""
    told = Letter(identity=received(desk.draw()))
    with desk.if_offered(MESSAGES), suppress(RefusedError):
        desk.lgo.receive_message(written(told, Form.CDA), sender=told.identity.sender, actor=desk.user)


def _print_first(desk: Desk, subject: Subject, kinds: Sequence[str]) -> None:
    """Print what is sent afterwards, and a label last: what is sent is not whatever was printed last (DOC-08)."""
    for kind in (*kinds, LABEL):
        with desk.if_offered(PRINTING), suppress(RefusedError):
            paper = _done(desk, subject, partial(desk.lgo.render_document, subject.patient.id, kind))
            if isinstance(paper, Document):
                subject.papers[kind] = wording(read_document(paper.content, paper.name).walk())


def _send_each(desk: Desk, subject: Subject, kinds: Sequence[str], sinks: Sinks | None) -> None:
    for channel, recipient in (
        (Channel.MSSANTE, PROFESSIONAL),
        (Channel.MSSANTE_PATIENT, None),
        (Channel.DMP, None),
    ):
        # One for the patient: of whom everything is sent, not the one of all the others.
        for kind in kinds if channel is not Channel.MSSANTE_PATIENT else kinds[-1:]:
            _send_one(desk, subject, kind, channel, recipient, sinks)
            label = f"{channel} {kind}"
            if channel is Channel.MSSANTE_PATIENT and label not in subject.went and kind != kinds[0]:
                # What is made for professionals need not go to patients.
                subject.not_sent.pop(label, None)
                subject.refused.pop(label, None)
                _send_one(desk, subject, kinds[0], channel, recipient, sinks)
    if subject.is_qualified:
        # It reaches no stand-in: what the software hands over is all that is seen of an exchange with the DP.
        _send_one(desk, subject, kinds[0], Channel.DP, None, None)


def _keep_fed(desk: Desk, subject: Subject, kind: str, sinks: Sinks) -> None:
    """Print a document and keep what goes to the DMP by itself: a submission is to be right as any other (TRA-05)."""
    sinks.news()
    with desk.if_offered(PRINTING), suppress(RefusedError):
        _done(desk, subject, partial(desk.lgo.render_document, subject.patient.id, kind))
        came = of_kind(sinks.awaited(SUBMISSION, patience_s=BRIEFLY_S), SUBMISSION)
        expected = expected_of(subject.person, subject.patient)
        subject.artefacts += [
            Artefact(label=f"{Channel.DMP} {kind} (printed)", document=document_of(one), expected=expected)
            for one in came
        ]


def _send_one(  # noqa: PLR0917 - what a sending is
    desk: Desk, subject: Subject, kind: str, channel: Channel, recipient: str | None, sinks: Sinks | None
) -> None:
    label = f"{channel} {kind}"
    send = partial(desk.lgo.send_document, subject.patient.id, kind, channel, recipient=recipient)
    _keep(desk, subject, label, send)
    if sinks is not None:
        _keep_received(subject, label, sinks)


def _keep_received(subject: Subject, label: str, sinks: Sinks) -> None:
    """Keep what really came, where it is not what the software says that it sent."""
    told = [one.document.content for one in subject.artefacts if one.label == label]
    wanted = SUBMISSION if label.startswith(f"{Channel.DMP} ") else MAIL
    came = sinks.awaited(wanted) if label in subject.went else sinks.news()
    if label in subject.went:
        subject.reached[label] = bool(of_kind(came, wanted))
    expected = expected_of(subject.person, subject.patient)
    for item in came:
        if item.kind == EXISTENCE and not _asks_about_unqualified(item, subject):
            continue
        others = [one for one in item.recipients if one != subject.went.get(label)]
        if item.content in told and not others:
            continue
        subject.artefacts.append(
            Artefact(
                label=f"{label} ({item.kind})",
                document=document_of(item),
                expected=expected,
                recipient=", ".join(item.recipients) or None,
            )
        )


def _asks_about_unqualified(item: ReceivedItem, subject: Subject) -> bool:
    """Tell whether a TD0.2 carries the INS of a subject of whom nothing of it may leave, not even as a question (TRA-01)."""
    # One about somebody before may come late.
    return not subject.is_qualified and subject.person.identity.matricule.value.encode() in item.content


def _keep(
    desk: Desk,
    subject: Subject,
    label: str,
    act: Callable[..., Document | Sending],
    *,
    by_colleague: bool = False,
) -> None:
    """Do an act and keep what came out, or that nothing did."""
    expected = expected_of(subject.person, subject.patient)
    try:
        answer = _done(desk, subject, act, by_colleague=by_colleague)
    except RefusedError as refusal:
        subject.refused[label] = refusal
        return
    if isinstance(answer, Document):
        subject.artefacts.append(Artefact(label=label, document=answer, expected=expected))
        return
    if answer.outcome is not SendingOutcome.SENT:
        subject.not_sent[label] = answer.message or answer.outcome.value
        return
    subject.went[label] = answer.recipient
    subject.artefacts.extend(
        Artefact(label=label, document=one, expected=expected, recipient=answer.recipient)
        for one in answer.documents
    )


def _done(
    desk: Desk, subject: Subject, act: Callable[..., Document | Sending], *, by_colleague: bool = False
) -> Document | Sending:
    """Do an act, by the super-user for some: who may not do it leaves it to the other."""
    if by_colleague or subject.key.startswith(_MADE_BY_COLLEAGUE):
        with suppress(RefusedError):
            return act(actor=desk.super_user)
    return act(actor=desk.user)
