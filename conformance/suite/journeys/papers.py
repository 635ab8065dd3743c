"""The status matrix of documents: designed people brought to each status, everything produced about them, once a campaign.

Three journeys, by what is asked of the software: ``printed`` (paper), ``told`` (messages), ``sent`` (mails and
submissions). Each prepares its own people; rules look at what came out.
"""

from __future__ import annotations

from contextlib import nullcontext, suppress
from functools import partial
from typing import TYPE_CHECKING, Final, TypeAlias

from conformance.documents import read_document
from conformance.drivers.model import Attribute, Status
from conformance.drivers.partners import Channel, Document, MessageFormat, Sending, SendingOutcome
from conformance.drivers.protocol import RefusedError, VerbNotSupportedError
from conformance.suite.attributes.marks import set_attributes
from conformance.suite.desk.apart import APP, ATTRIBUTES, CHANGES, DOWNGRADE, LISTED_KINDS, PRINTING, SCAN
from conformance.suite.desk.cast import CAST, PARTS, Part, long_name
from conformance.suite.desk.checked import checked_with
from conformance.suite.desk.lowering import lowered_by
from conformance.suite.desk.mingled import wording
from conformance.suite.desk.papers import Artefact, Subject, expected_of
from conformance.suite.desk.people import sharing, with_traits
from conformance.suite.desk.routes import Route
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
from conformance.suite.desk.wire import UNKNOWN_PLACE
from conformance.suite.journeys.pasts import (
    CORRECTED,
    LONGER,
    as_held,
    changed_once_qualified,
    corrected_twice,
    declined_later,
    fed_first,
    from_app,
    laden,
    opened_by_app,
    opened_by_scan,
    with_own_card,
)
from conformance.suite.journeys.renumbered import renumbered
from conformance.suite.site.settings import little_displayed
from conformance.verdicts import Ending, UndecidedError, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from conformance.drivers.model import Patient
    from conformance.suite.desk.apart import Apart
    from conformance.suite.desk.sinks import Sinks
    from conformance.suite.desk.steps import Desk
    from simulator.registry.person import Person

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

_COMPOUND: Final = "waiting-number-four-first-names"
"""Whose 1er prénom is of two words once the file is qualified: what is cut at a space shows there."""
_NAMED_LATER: Final = "plain"
"""Who is given the names in use once the file is qualified."""
_REVIEWED: Final = (_COMPOUND, "plain typed-imported")
"""About whom the medication review is sent in the place of the interview report."""
_FULL: Final = ("plain", _COMPOUND, "double-hyphen-abroad-summer")
"""About whom everything is sent; one document is enough for the others, whose names and places are what matters."""
_LONG: Final = "long-names-"
"""Whose label is printed too: there a name is cut that fits on a page."""
_RENUMBERED: Final = "renumbered"
"""About whom every kind is printed too, before and after: any of them may keep what it printed first."""
_SENT: Final = (*_FULL, "one-former-number-corsica-2a")
"""About whom something is sent."""
_EVERY: Final = frozenset(
    {*_FULL, "plain typed", "plain typed-imported", "plain typed-checked", "plain fallen", "plain later"}
)
"""About whom every kind is printed."""
_ROUTES: Final = (Route.TYPED, Route.IMPORTED, Route.CHECKED, Route.ARRIVED)
"""How people come to a status other than QUAL."""
_DOCUMENTED: Final = "one-former-number-corsica-2a"
"""Whose document is recorded and not validated, and who is a homonym once validated: neither lets anything leave."""
_CARRIED: Final = "plain"
"""To whose files a card is attached: the billing number on it is nobody's INS."""
_ARRIVED: Final = "one-former-number-corsica-2a"
"""Whose file INSi makes, where it can: it is qualified as one that was typed."""
_DECLINED: Final = "double-hyphen-abroad-summer"
"""About whom INSi answers something else once they are qualified, which is declined; their paper is printed at a site that
displays no more than it has to."""
_LOWER: Final = ("plain", _DOCUMENTED)
_PLAYED: Final = {
    ("plain", Route.ARRIVED): "ten-former-numbers",
    ("plain", Route.CHECKED): "ten-former-numbers",
    (_DOCUMENTED, Route.TYPED): "child-several-separators",
    (_DOCUMENTED, Route.ARRIVED): "child-several-separators",
}
"""Who stands in on some ways to a status below QUAL: men, the old and the young are not treated otherwise."""
_UNPLACED: Final = (_DOCUMENTED, Route.TYPED)
"""Who does not know where they were born: no place is made up for them."""
_MANY_FIRST_NAMES: Final = Part(
    key="plain-many-first-names",
    wish=PARTS["plain"].wish,
    names=lambda name, firsts: (name, long_name(firsts, LONGER)),
)
"""Who is qualified later: what is cut of a list shows at a length that few have."""
_REPEATED: Final = "double-hyphen-abroad-summer, "
"""About whom everything is made again, and a third time: what is right once need not stay so."""
_TIMES: Final = 3
_OF_COLLEAGUE: Final = _DOCUMENTED
"""Whose documents the super-user makes, at whatever status: what may leave depends on the identity, not on who is at the desk."""
USED: Final = ("KVORLAN", "ZELBRUC")
"""The names in use that everybody is typed with but those of ``UNUSED``: nobody's birth name begins so."""
_USED_FIELDS: Final = ("used_name", "used_first_name")
_SAME_NAME: Final = "ten-former-numbers"
"""Whose used name is the birth name, as most people's is: the birth name is on paper all the same."""
UNUSED: Final = frozenset({"double-hyphen-abroad-summer"})
"""Those without names in use: what is left over from the document before shows there."""


Produce: TypeAlias = "Callable[..., None]"
"""Has the software produce everything (``every``) about somebody, or a part of it."""


@kept_together("papers")
def printed(desk: Desk) -> Sequence[Subject]:
    """Return everybody with the documents printed about them."""
    return desk.once("papers-printed", lambda own: _taken(own, _print))


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
        return _taken(desk, partial(_send, sinks=sinks, kinds=kinds), parts=_SENT)


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


def _taken(desk: Desk, produce: Produce, parts: Sequence[str] = tuple(PARTS)) -> Sequence[Subject]:
    """Bring everybody to their status and have everything produced; raise what stopped all of them."""
    subjects: list[Subject] = []
    stopped: Ending | None = None
    beside: list[Subject] = []
    for key, path, make in _people(desk, parts, produce, beside):
        start = len(desk.timeline.entries)
        subject = None
        try:
            with desk.if_offered(path) if path else nullcontext():
                subject = make()
            if subject is None:
                continue
            produce(desk, subject, every=key in _EVERY)
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


def _people(
    desk: Desk, parts: Sequence[str], produce: Produce, beside: list[Subject]
) -> Iterator[tuple[str, Apart | None, Callable[[], Subject | None]]]:
    for part in CAST:
        if part.key in parts:
            yield part.key, None, partial(_bring, desk, part.key, Route.IMPORTED_CHECKED)
    for key in _LOWER:
        for route in _ROUTES:
            yield f"{key} {route}", route.apart, partial(_bring, desk, key, route)
    falls = {
        "fallen": (DOWNGRADE, _lowered),
        "doubtful": (ATTRIBUTES, _doubtful),
        "fictitious": (ATTRIBUTES, _fictitious),
        "homonym": (ATTRIBUTES, _homonym),
    }
    yield "app", APP, partial(from_app, desk)
    yield "app opened", APP, partial(opened_by_app, desk)
    yield "corrected", CHANGES, partial(corrected_twice, desk, partial(produce, every=False), beside)
    yield "scanned", SCAN, partial(opened_by_scan, desk, partial(produce, every=False), beside)
    before: list[Subject] = []
    for how, (path, fall) in falls.items():
        yield f"plain {how}", path, partial(_fallen, desk, how, fall, produce, before)
        if how == "fallen":
            yield "plain again", path, partial(_again, desk, before)
    yield "plain later", None, partial(_later, desk, produce)
    yield "plain double", None, partial(_double, desk, before)
    yield "renumbered", None, partial(renumbered, desk, partial(produce, every=False), beside)


def _bring(desk: Desk, key: str, route: Route) -> Subject:
    part = PARTS[key]
    person = desk.play(PARTS[_PLAYED.get((key, route), key)])
    person = with_traits(person, birth_place=UNKNOWN_PLACE) if (key, route) == _UNPLACED else person
    others: dict[str, str | None] = {} if key in UNUSED else dict(zip(_USED_FIELDS, USED, strict=True))
    if key == _SAME_NAME:
        others["used_name"] = person.identity.traits.birth_name
    if not part.typed_list and route.status is Status.QUAL:
        others["first_names"] = None
    if route is not Route.IMPORTED_CHECKED:
        patient = desk.bring(person, route, **others)
        patient = laden(desk, patient, route) if key == _DOCUMENTED else patient
        if key == _CARRIED and route in {Route.TYPED, Route.IMPORTED}:
            patient = with_own_card(desk, person, patient)
        return Subject(key=f"{key} {route}, {route.status}", person=person, patient=patient)
    changes: dict[str, str | None] = {}
    if key == _NAMED_LATER:
        changes, others = others, {}
    elif key == _COMPOUND:
        changes = {"first_name": " ".join(person.identity.traits.first_names.split()[:2])}
    first = Route.ARRIVED if key == _ARRIVED else Route.IMPORTED
    patient = checked_with(desk, fed_first(desk, person, first, **others), CAST.index(part))
    if key == _DECLINED:
        patient = declined_later(desk, person, patient)
    if key == _CARRIED:
        patient = with_own_card(desk, person, patient)
    if changes:
        patient = changed_once_qualified(desk, patient, changes)
    return Subject(key=f"{key}, {patient.status}", person=person, patient=patient)


def _again(desk: Desk, before: Sequence[Subject]) -> Subject | None:
    """Qualify once more whoever fell: what leaves of them was held back in between."""
    if not before:
        return None
    fallen = before[-1]
    patient = desk.feed(fallen.patient)
    return Subject(key=f"plain, again, {patient.status}", person=fallen.person, patient=patient)


def _later(desk: Desk, produce: Produce) -> Subject:
    """Have everything produced before somebody is qualified: what is kept of it holds no INS, and must not leave afterwards."""
    person = desk.play(_MANY_FIRST_NAMES)
    patient = desk.bring(person, Route.IMPORTED, first_names=None)
    produce(desk, Subject(key="before, RECUP", person=person, patient=patient), every=True)
    patient = desk.check_document(patient)
    return Subject(key=f"plain, later, {patient.status}", person=as_held(person, patient), patient=patient)


def _double(desk: Desk, before: Sequence[Subject]) -> Subject | None:
    """Type another file of somebody who is qualified: the INS is in the one, and leaves with nothing of the other."""
    if not before or not before[-1].is_qualified:
        return None
    person = before[-1].person
    with suppress(RefusedError):  # A software may want no second file.
        return Subject(key="plain, double, PROV", person=person, patient=desk.create(person))
    return None


def _fallen(
    desk: Desk,
    how: str,
    fall: Callable[[Desk, Patient], object],
    produce: Produce,
    kept: list[Subject],
) -> Subject:
    """Bring somebody to QUAL, produce everything, then do what changes the identity: nothing kept may leave later."""
    person = _namesake(desk, kept[0].person) if how == "homonym" and kept else desk.play(PARTS["plain"])
    patient = desk.bring(person, Route.IMPORTED_CHECKED, used_name=USED[0], used_first_name=USED[1])
    before = Subject(key="before", person=person, patient=patient)
    # What is not produced afterwards tells nothing.
    produce(desk, before, every=f"plain {how}" in _EVERY)
    fall(desk, patient)
    patient = desk.read(patient)
    kept.append(Subject(key=f"plain, {how}, {patient.status}", person=person, patient=patient))
    return kept[-1]


def _namesake(desk: Desk, other: Person) -> Person:
    """Draw somebody of the same names and sex, born later: what is kept by name is not theirs."""
    return desk.draw(
        shape=sharing(other, "birth_name", "first_names"),
        # A child: their documents are no other ones.
        birth_date="2014-02-14",
        sex=str(other.identity.traits.sex),
        nia=False,
    )


def _lowered(desk: Desk, patient: Patient) -> object:
    return lowered_by(desk, patient, Status.VALI)


def _doubtful(desk: Desk, patient: Patient) -> object:
    return desk.lgo.set_attributes(patient.id, frozenset({Attribute.DOUTEUSE}), actor=desk.user)


def _fictitious(desk: Desk, patient: Patient) -> object:
    return desk.lgo.set_attributes(patient.id, frozenset({Attribute.FICTIVE}), actor=desk.user)


def _homonym(desk: Desk, patient: Patient) -> object:
    return set_attributes(desk, patient, {Attribute.HOMONYME})


def _print(desk: Desk, subject: Subject, *, every: bool) -> None:
    listed = kinds_of(desk)
    kinds = listed if every or subject.key.startswith(_RENUMBERED) else _one_of(listed, subject)
    if subject.key.startswith(CORRECTED):
        # The same ones before and after: what is kept of one shows in the next.
        kinds = [one for one in listed if one in {INTERVIEW_REPORT, LABEL}] or kinds
    if subject.key.startswith(_LONG) and LABEL in listed and LABEL not in kinds:
        kinds = [*kinds, LABEL]
    with little_displayed(desk) if subject.key.startswith(_DECLINED) else nullcontext():
        for kind in kinds:
            _keep(desk, subject, kind, partial(desk.lgo.render_document, subject.patient.id, kind))


def _one_of(listed: Sequence[str], subject: Subject) -> list[str]:
    """Return the one document that is printed about somebody: not the same for all, for each has a template of its own."""
    made = [one for one in listed if one in _LEAVE] or [one for one in listed if one != PRESCRIPTION][:1]
    return made and [made[(len(subject.key.partition(",")[0]) + 1) % len(made)]]


def _tell(desk: Desk, subject: Subject, *, every: bool) -> None:
    del every  # Messages cost little.
    for form in (MessageFormat.HL7V2, MessageFormat.FHIR, MessageFormat.CDA) * _times(subject):
        _keep(desk, subject, form.value, partial(desk.lgo.export_message, subject.patient.id, form))


def _times(subject: Subject) -> int:
    """Return how often everything is made about somebody."""
    return _TIMES if subject.key.startswith(_REPEATED) else 1


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
    for _ in range(1, _times(subject)):
        again = Subject(key=subject.key, person=subject.person, patient=subject.patient)
        _send_each(desk, again, kinds[:1], sinks)
        # What was sent already need not leave again: what does is judged.
        subject.artefacts += again.artefacts
    if is_colleague and subject.is_qualified and sinks is not None:
        _keep_fed(desk, subject, printed_too, sinks)


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
        if item.kind == EXISTENCE:
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


def _keep(desk: Desk, subject: Subject, label: str, act: Callable[..., Document | Sending]) -> None:
    """Do an act and keep what came out, or that nothing did."""
    expected = expected_of(subject.person, subject.patient)
    try:
        answer = _done(desk, subject, act)
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


def _done(desk: Desk, subject: Subject, act: Callable[..., Document | Sending]) -> Document | Sending:
    """Do an act, by the super-user for some: who may not do it leaves it to the other."""
    if subject.key.startswith((_OF_COLLEAGUE, CORRECTED)):
        with suppress(RefusedError):
            return act(actor=desk.super_user)
    return act(actor=desk.user)
