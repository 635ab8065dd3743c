"""VER-04, VER-13, VER-15 on mails that come as they really do: they lie in the MSSanté box, and the software fetches them by IMAP.

The same documents as elsewhere. A mail that an operator handed over has its sender in its header and nowhere else, and nobody
is there to be refused anything: what becomes of it is in the files and on the worklist. ``mailbox: all`` in a plan has every
mail of the other checks take this way too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.drivers.model import Status
from conformance.suite.desk.apart import DOCUMENTS, MAILBOX, WORKLIST, NotOfferedError
from conformance.suite.desk.expect import expect, expect_equal
from conformance.suite.desk.mailbox import mailbox
from conformance.suite.desk.people import PLAIN
from conformance.suite.desk.routes import Route
from conformance.suite.desk.snapshot import Moment
from conformance.suite.incoming.arriving import (
    deliver,
    expect_filed_rightly,
    expect_identity_kept,
    expect_not_in,
    expect_noticed,
    expect_others_kept,
    leave,
    look,
)
from conformance.suite.incoming.forms import Form, written
from conformance.suite.incoming.letter import Letter, with_names_in_use
from conformance.suite.verification.elsewhere import as_values, received
from conformance.suite.verification.wire import claims_of, expect_claims, verifications

if TYPE_CHECKING:
    from conformance.drivers.model import Patient
    from conformance.drivers.partners import ReceivedIdentity
    from conformance.suite.desk.steps import Desk
    from conformance.suite.incoming.arriving import Arrival


@pytest.mark.rule("VER-13")
@pytest.mark.title(
    fr="Un document juste relevé dans la boîte MSSanté n'entre que dans le dossier du patient qualifié ; celui d'un autre n'y entre pas",
    en="A right document fetched from the MSSanté box joins the file of the patient qualifié only; that of somebody else does not",
)
@MAILBOX.mark
@DOCUMENTS.mark
@WORKLIST.mark
def test_right(desk: Desk) -> None:
    need_mailbox(desk)
    person, other = desk.draw(first_names_count=2), desk.draw(first_names_count=2)
    patient = desk.bring(person, Route.IMPORTED_CHECKED)
    twin_of_day = desk.bring(desk.draw(birth_date=person.identity.traits.birth_date), Status.QUAL)
    told = received(person)
    moment = Moment("document juste, relevé dans la boîte", "right document, fetched from the box")
    arrival = _fetched(desk, told, patient, twin_of_day)
    expect_filed_rightly(arrival, told, moment)
    expect_identity_kept(arrival, patient, moment)
    expect_others_kept(arrival, patient, moment)
    # 904: the number of the one, the traits of the other.
    wrong = received(other, matricule=told.matricule, oid=told.oid)
    moment = Moment("document 904, relevé dans la boîte", "document 904, fetched from the box")
    arrival = _fetched(desk, wrong, patient)
    expect_not_in(arrival, patient, moment)
    expect_filed_rightly(arrival, wrong, moment)
    expect_noticed(arrival, moment)
    expect_identity_kept(arrival, patient, moment)


@pytest.mark.rule("VER-13")
@pytest.mark.title(
    fr="De plusieurs messages qui attendent ensemble dans la boîte MSSanté, aucun n'est perdu",
    en="Of several mails that wait together in the MSSanté box none is lost",
)
@MAILBOX.mark
@DOCUMENTS.mark
@WORKLIST.mark
def test_several_at_once(desk: Desk) -> None:
    need_mailbox(desk)
    people = [desk.draw(first_names_count=2), desk.draw(), desk.draw()]
    patients = [desk.bring(person, Route.IMPORTED_CHECKED) for person in people]
    before = look(desk, (), patients)
    with mailbox(desk) as box:
        for person in people:
            leave(box, written(Letter(identity=received(person)), Form.MAIL))
        # A software may take them one by one; with nothing left it says nothing.
        for _ in people:
            if not desk.lgo.fetch_messages(actor=desk.user):
                break
    after = look(desk, (), patients)
    told = len(after.items) > len(before.items)
    for patient in patients:
        expect(
            told or len(after.documents[patient.id]) > len(before.documents[patient.id]),
            fr=f"trois messages attendaient dans la boîte : celui de {patient.birth_name} n'est ni dans son dossier ni dans la liste à traiter",
            en=f"three mails waited in the box: that of {patient.birth_name} is neither in the file nor on the worklist",
            # The text speaks of one document; that none may be lost is deduced.
            inferred=True,
        )


@pytest.mark.rule("VER-04")
@pytest.mark.rule("VER-15")
@pytest.mark.title(
    fr="L'INS d'un inconnu, dans un message relevé dans la boîte MSSanté, est vérifiée une fois ; le dossier ouvert n'est pas qualifié",
    en="The INS of an unknown patient, in a mail fetched from the MSSanté box, is verified once; the file opened is not qualifié",
)
@MAILBOX.mark
@DOCUMENTS.mark
@WORKLIST.mark
def test_unknown(desk: Desk) -> None:
    need_mailbox(desk)
    moment = Moment("inconnu, relevé dans la boîte", "unknown, fetched from the box")
    _expect_verified(desk, moment)
    # Nor does the mail before dispense from verifying the next.
    _expect_verified(desk, Moment("second inconnu relevé", "second unknown fetched"))


def _expect_verified(desk: Desk, moment: Moment) -> None:
    told = received(desk.draw(first_names_count=2))
    arrival = _fetched(desk, told)
    found = verifications(arrival.exchanges)
    expect_equal(
        got=len(found),
        expected=1,
        fr=f"{moment.fr}, vérifications reçues par INSi",
        en=f"{moment.en}, verifications received by INSi",
    )
    for claimed in claims_of(found[0]):
        expect_claims(claimed, as_values(told), moment)
    expect_noticed(arrival, moment)
    expect_others_kept(arrival, None, moment)
    for patient in arrival.created:
        expect(
            patient.status in {Status.PROV, Status.RECUP},
            fr=f"{moment.fr}, le dossier ouvert est {patient.status}",
            en=f"{moment.en}, the file opened is {patient.status}",
        )


def need_mailbox(desk: Desk) -> None:
    """Make sure that something comes of a right mail once it is fetched; asked once a campaign.

    Raises:
        NotOfferedError: nothing does, at once: the software deals with its mails later, or elsewhere; NOT_TESTED.
    """
    desk.once("mailbox", _try_mailbox)


def _try_mailbox(desk: Desk) -> None:
    person = desk.draw(**PLAIN)
    arrival = _fetched(desk, received(person), desk.bring(person, Status.QUAL))
    if not (arrival.filed or arrival.created or arrival.is_noticed):
        raise NotOfferedError(
            MAILBOX,
            "la boîte est relevée, et rien ne reste du message : il est traité plus tard, ou ailleurs",
            "the box is fetched, and nothing remains of the mail: it is dealt with later, or elsewhere",
        )


def _fetched(desk: Desk, told: ReceivedIdentity, *patients: Patient) -> Arrival:
    document = written(with_names_in_use(told), Form.MAIL)
    return deliver(desk, document, *patients, days=[told.birth_date], by_mailbox=True)
