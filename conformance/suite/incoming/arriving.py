"""A message that arrives, and everything that comes of it: files, documents, worklist, what the user reads, what INSi had."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Final

from conformance.drivers.model import Status, Verb
from conformance.drivers.partners import MessageFormat, Reception, ReceptionOutcome
from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.apart import DOCUMENTS, MESSAGES, WORKLIST, NotOfferedError
from conformance.suite.desk.delivered import awaited
from conformance.suite.desk.expect import expect
from conformance.suite.desk.mailbox import ALL, mailbox
from conformance.suite.desk.people import PLAIN
from conformance.suite.desk.snapshot import ANYTHING, Moment, expect_kept
from conformance.suite.desk.words import label
from conformance.suite.incoming.forms import Form, written
from conformance.suite.incoming.letter import MAILBOX as LETTER_MAILBOX
from conformance.suite.incoming.letter import Letter
from conformance.suite.incoming.sending import addressed
from conformance.suite.verification.elsewhere import (
    expect_none_pushed_out,
    files_of,
    received,
    texts_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from conformance.drivers.model import Patient
    from conformance.drivers.partners import Document, FiledDocument, ReceivedIdentity, WorkItem
    from conformance.suite.desk.apart import Apart
    from conformance.suite.desk.mailbox import Mailbox
    from conformance.suite.desk.snapshot import Snapshot
    from conformance.suite.desk.steps import Desk
    from simulator.client import ExchangeView
    from simulator.text import Text

SENDER: Final = "LABO-VOISIN"
ERROR_CODES: Final = frozenset(str(code) for code in range(900, 907))
"""Integration error codes of the ANS volets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What is watched, at one moment: whole files, what they hold, and the worklist."""

    files: Mapping[str, Snapshot]
    known_documents: Mapping[str, tuple[FiledDocument, ...]] | None
    """``None``: the driver does not tell."""
    known_items: tuple[WorkItem, ...] | None
    """``None``: the driver does not tell."""

    @property
    def documents(self) -> Mapping[str, tuple[FiledDocument, ...]]:
        """What the files hold.

        Raises:
            NotOfferedError: the driver does not tell; NOT_TESTED.
        """
        if self.known_documents is None:
            raise _not_told(DOCUMENTS, "les documents d'un dossier", "the documents of a file")
        return self.known_documents

    @property
    def items(self) -> tuple[WorkItem, ...]:
        """The worklist.

        Raises:
            NotOfferedError: the driver does not tell; NOT_TESTED.
        """
        if self.known_items is None:
            raise _not_told(WORKLIST, "la liste à traiter", "the worklist")
        return self.known_items


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """One message, and the world before and after it."""

    said: Reception | RefusedError
    exchanges: list[ExchangeView]
    before: World
    after: World

    @property
    def texts(self) -> list[str]:
        """What the user, or the sender, was told."""
        return texts_of(self.said)

    @property
    def codes(self) -> set[str]:
        """The integration error codes that were told, wherever they stand."""
        codes = (
            [self.said.code]
            if isinstance(self.said, RefusedError)
            else [one.code for one in self.said.alerts]
        )
        words = {word for code in codes for word in code.replace("-", "_").split("_")}
        return words & ERROR_CODES

    @property
    def created(self) -> list[Patient]:
        """The files that were not there before."""
        return [one.patient for key, one in self.after.files.items() if key not in self.before.files]

    @property
    def filed(self) -> list[tuple[Patient, FiledDocument]]:
        """The documents that joined a file, and which."""
        return [
            (self.after.files[key].patient, one)
            for key, held in self.after.documents.items()
            for one in held
            if one.id not in {each.id for each in self.before.documents.get(key, ())}
        ]

    @property
    def items(self) -> list[WorkItem]:
        """The entries of the worklist that are new, or not as they were: a list may count one matter once."""
        return [item for item in self.after.items if item not in self.before.items]

    @property
    def is_told_as_filed(self) -> bool:
        """Whether the user is told that the document joined a file."""
        return isinstance(self.said, Reception) and self.said.outcome is ReceptionOutcome.ATTACHED

    @property
    def is_queued(self) -> bool:
        """Whether it is told as left to a person."""
        return isinstance(self.said, Reception) and self.said.outcome is ReceptionOutcome.QUEUED

    @property
    def is_left_to_nobody(self) -> bool:
        """Whether it is told as left to a person, and the worklist, where it can be read, has nothing of it."""
        return self.is_queued and self.after.known_items is not None and not self.items

    @property
    def is_noticed(self) -> bool:
        """Whether somebody learns of it: by the worklist, an alert, a queue or a refusal."""
        return bool(self.is_queued or any(map(_says_something, self.texts)) or self.items)


def look(desk: Desk, days: Iterable[str | None], patients: Iterable[Patient]) -> World:
    """Return the files of those born these days and of these patients, with what they hold, and the worklist."""
    found = files_of(desk, *days) | {one.id: one for one in patients}
    # At once after they were read: what is known of them is not asked again.
    files = {key: desk.snapshot(one) for key, one in found.items()}
    documents, items = None, None
    with desk.if_offered(DOCUMENTS):
        documents = {key: tuple(desk.lgo.read_documents(key, actor=desk.user)) for key in found}
    with desk.if_offered(WORKLIST):
        items = tuple(desk.lgo.read_worklist(actor=desk.user))
    return World(
        files=files,
        known_documents=documents,
        known_items=items,
    )


def _not_told(path: Apart, fr: str, en: str) -> NotOfferedError:
    return NotOfferedError(path, f"le pilote ne rend pas {fr}", f"the driver does not give {en}")


def deliver(
    desk: Desk,
    document: Document,
    *patients: Patient,
    days: Iterable[str | None] = (),
    sender: str = SENDER,
    by_mailbox: bool | None = None,
) -> Arrival:
    """Have a message arrive, and look at these patients, and at those born these days, before and after.

    A refusal is an answer here. ``by_mailbox``: a mail lies in the mailbox of the software, which fetches it; ``None``: as the
    plan says for mails of the usual sender (a trust contract is with a name that no mail has).
    """
    if by_mailbox is None:
        is_usual_mail = document.format is MessageFormat.MSSANTE and sender == SENDER
        by_mailbox = bool(desk.memory.get(ALL)) and is_usual_mail
    if by_mailbox:
        with mailbox(desk) as box:
            return _delivered(desk, partial(_fetched, desk, box, document), patients, days)

    def hand_over() -> Reception:
        return desk.lgo.receive_message(document, sender=sender, actor=desk.user)

    return _delivered(desk, hand_over, patients, days)


def leave(box: Mailbox, document: Document) -> None:
    """Put a mail into the box of the software, addressed to it."""
    sent = addressed(document.content, LETTER_MAILBOX, box.address)
    box.leave(sent.content, sender=sent.sender)


def _fetched(desk: Desk, box: Mailbox, document: Document) -> Reception:
    leave(box, document)
    return box.fetch(desk)


def _delivered(
    desk: Desk, deliver_it: Callable[[], Reception], patients: Iterable[Patient], days: Iterable[str | None]
) -> Arrival:
    watched = [*days, *(one.birth_date for one in patients)]
    before = look(desk, watched, patients)

    def act() -> Reception | RefusedError:
        try:
            return deliver_it()
        except RefusedError as refusal:
            return refusal

    said, exchanges = desk.during(act)
    arrival = Arrival(said=said, exchanges=exchanges, before=before, after=look(desk, watched, patients))
    if not arrival.is_left_to_nobody:
        return arrival
    # The list may show a moment later what waits for a person.
    items = awaited(
        desk,
        Verb.READ_WORKLIST,
        lambda: desk.lgo.read_worklist(actor=desk.user),
        lambda held: any(item not in before.items for item in held),
    )
    return replace(arrival, after=replace(arrival.after, known_items=tuple(items)))


def forms_taken(desk: Desk) -> frozenset[Form]:
    """Return the forms that this software takes: it does not refuse a right document about a patient qualifié here.

    Asked once a campaign.

    Raises:
        NotOfferedError: it takes none, or nothing is seen of what it takes.
    """
    taken: frozenset[Form] = desk.once("forms-taken", _try_forms)
    return taken


def need_form(desk: Desk, form: Form) -> None:
    """Make sure that this software takes documents in a form; which ones it has to take is in no rule judged here.

    Raises:
        NotOfferedError: it does not, or takes none at all; NOT_TESTED.
    """
    if form not in forms_taken(desk):
        raise NotOfferedError(
            form.apart,
            f"le logiciel ne prend pas les documents en {form}",
            f"the software does not take documents as {form}",
        )


def _try_forms(desk: Desk) -> frozenset[Form]:
    taken, said = set(), []
    for form in Form:
        person = desk.draw(**PLAIN)
        patient = desk.bring(person, Status.QUAL)
        arrival = deliver(desk, written(Letter(identity=received(person)), form), patient)
        if isinstance(arrival.said, RefusedError):
            said.append(f"{form} : {arrival.said.message}")
        elif (
            arrival.after.known_documents is None
            or arrival.filed
            or arrival.is_noticed
            or arrival.is_told_as_filed
        ):
            taken.add(form)
        else:
            said.append(f"{form} : rien n'en reste")
    if not taken:
        raise NotOfferedError(
            MESSAGES,
            f"le logiciel ne prend aucun document juste d'un patient qualifié ({' ; '.join(said)})",
            f"the software takes no right document of a patient qualifié ({'; '.join(said)})",
        )
    return frozenset(taken)


# What is expected

STRICT: Final = ("matricule", "oid", "birth_name", "first_names", "birth_date", "sex", "birth_place")
"""What has to be the same for a document to join a file by itself (VER-13)."""

_LEFT_OUT: Final = frozenset({"first_names", "birth_place"})
"""Traits that a sender may leave out of some forms: what is not written contradicts nothing, and no text settles it."""


def expect_filed_rightly(arrival: Arrival, identity: ReceivedIdentity, moment: Text) -> None:
    """Check that a document that joined a file by itself is about the patient qualifié to whom that file belongs."""
    expect_on_the_list(arrival, moment)
    created = {one.id for one in arrival.created}
    for patient, document in arrival.filed:
        who = f"{patient.birth_name} {patient.first_name} ({patient.status})"
        wrong = [name for name in STRICT if not _same(name, getattr(patient, name), getattr(identity, name))]
        missing = [name for name in wrong if getattr(identity, name) is None]
        is_settled = patient.status is not Status.QUAL or set(wrong) - (set(missing) & _LEFT_OUT)
        expect(
            patient.status is Status.QUAL and not wrong,
            fr=f"{moment.fr}, « {document.name} » entre seul dans le dossier de {who}"
            + (f", qui diffère par {', '.join(label(name).fr for name in wrong)}" if wrong else ""),
            en=f"{moment.en}, “{document.name}” joins the file of {who} by itself"
            + (f", which differs by {', '.join(label(name).en for name in wrong)}" if wrong else ""),
            # A file made for it holds nobody else's papers; what a sender left out contradicts nothing.
            inferred=patient.id in created or not is_settled,
        )


def expect_noticed(arrival: Arrival, moment: Text, *, inferred: bool = False) -> None:
    """Check that a document is not lost: it joined a file, a file was opened for it, or somebody learns of it."""
    expect(
        arrival.created or arrival.filed or arrival.is_noticed,
        fr=f"{moment.fr}, le document n'est dans aucun dossier, dans aucune liste, et personne n'est prévenu",
        en=f"{moment.en}, the document is in no file and on no list, and nobody is told",
        inferred=inferred,
    )
    held = arrival.after.known_documents
    expect(
        not arrival.is_told_as_filed
        or arrival.created
        or held is None
        or held != arrival.before.known_documents,
        fr=f"{moment.fr}, le document est annoncé comme rangé et n'est dans aucun dossier",
        en=f"{moment.en}, the document is told as filed and is in no file",
        inferred=True,
    )
    expect_on_the_list(arrival, moment)


def expect_on_the_list(arrival: Arrival, moment: Text) -> None:
    """Check that what is told as left to a person is on the worklist, and pushes nothing out of it."""
    expect(
        not arrival.is_left_to_nobody,
        fr=f"{moment.fr}, le message est annoncé comme laissé à une personne et n'est pas dans la liste à traiter",
        en=f"{moment.en}, the message is told as left to a person and is not on the worklist",
        # The text speaks of a KO; that whatever waits has to be found is deduced.
        inferred=True,
    )
    expect_none_pushed_out(arrival.before.known_items or (), arrival.after.known_items or ())


def expect_not_in(arrival: Arrival, patient: Patient, moment: Text, *, inferred: bool = False) -> None:
    """Check that nothing joined the file of this patient."""
    expect(
        all(one.id != patient.id for one, _ in arrival.filed),
        fr=f"{moment.fr}, un document entre dans le dossier de {patient.birth_name} ({patient.status}), sans décision humaine",
        en=f"{moment.en}, a document joins the file of {patient.birth_name} ({patient.status}) without a human decision",
        inferred=inferred,
    )


def expect_identity_kept(
    arrival: Arrival, patient: Patient, moment: Moment, *, inferred: bool = False
) -> None:
    """Check that the whole identity of a file is as it was."""
    expect_kept(arrival.after.files[patient.id], arrival.before.files[patient.id], moment, inferred=inferred)


def expect_others_kept(arrival: Arrival, patient: Patient | None, moment: Moment) -> None:
    """Check that nobody else who is watched has changed, lost or got anything."""
    for key, before in arrival.before.files.items():
        if patient is not None and key == patient.id:
            continue
        whose = Moment(f"{moment.fr}, dossier de quelqu'un d'autre", f"{moment.en}, file of somebody else")
        expect_kept(arrival.after.files[key], before, whose)
        if arrival.after.known_documents is None:
            continue
        expect_not_in(arrival, before.patient, whose)
        expect(
            len(arrival.after.documents[key]) >= len(arrival.before.documents[key]),
            fr=f"{whose.fr}, un document a disparu du dossier de {before.patient.birth_name}",
            en=f"{whose.en}, a document is gone from the file of {before.patient.birth_name}",
        )


def expect_code(arrival: Arrival, *right: str, moment: Text) -> None:
    """Check that an integration error code, where one is told, is not that of another error.

    The codes are those of two ANS volets that bind some messages only: a wrong one is a warning at most.
    """
    wrong = arrival.codes - set(right)
    expect(
        not wrong,
        fr=f"{moment.fr}, le code d'erreur annoncé est {', '.join(sorted(wrong))}, attendu {' ou '.join(right) or 'aucun'}",
        en=f"{moment.en}, the error code told is {', '.join(sorted(wrong))}, expected {' or '.join(right) or 'none'}",
        inferred=True,
    )


KEPT_BUT_STATUS: Final = {"status": ANYTHING, "matricule": ANYTHING, "oid": ANYTHING, "first_names": ANYTHING}
"""What a verification that is OK may add to a file."""


def _same(name: str, held: str | None, told: str | None) -> bool:
    """Tell whether a value is the same; a list that the file lacks contradicts none, hyphens of a list are free (F07)."""
    if name == "first_names":
        return held is None or _words(held) == _words(told)
    return held == told


def _words(text: str | None) -> list[str]:
    return (text or "").replace("-", " ").replace("'", " ").split()


def _says_something(text: str) -> bool:
    return any(letter.isalpha() for letter in text)
