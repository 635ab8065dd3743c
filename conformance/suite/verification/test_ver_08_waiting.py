"""VER-08: what is left to a person is on the worklist, and stays there whatever comes after it."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import pytest

from conformance.drivers.model import Verb
from conformance.drivers.partners import ReceptionOutcome
from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.apart import RECEPTION, WORKLIST
from conformance.suite.desk.delivered import awaited
from conformance.suite.desk.expect import expect, expect_each
from conformance.suite.desk.routes import Route
from conformance.suite.verification.elsewhere import (
    answering,
    files_of,
    new_items,
    nobody,
    receive,
    received,
)
from conformance.suite.verification.wire import ERRORS, KO
from simulator.ins.matricule import Matricule

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from conformance.drivers.partners import ReceivedIdentity, WorkItem
    from conformance.suite.desk.steps import Desk
    from simulator.registry.person import Person


def _document(person: Person) -> str:
    """Return the name of a document that nobody else has: the same entry need not wait twice."""
    return f"CR-KVORLAN-{person.identity.matricule.value[-7:]}.pdf"


@pytest.mark.rule("VER-08", "VER-07")
@pytest.mark.title(
    fr="Un document qui n'entre dans aucun dossier, ou qui est dit laissé à une personne, est dans la liste à traiter",
    en="A document that joins no file, or is said to be left to a person, is on the worklist",
)
@RECEPTION.mark
@WORKLIST.mark
def test_left_to_a_person(desk: Desk) -> None:
    def judge(prepare: Callable[[Desk], tuple[ReceivedIdentity, str | None]]) -> None:
        identity, answer = prepare(desk)
        items = desk.lgo.read_worklist(actor=desk.user)
        with answering(desk, answer):
            arrival = receive(desk, identity)
        if isinstance(arrival.said, RefusedError):
            return  # The sender knows.
        is_queued = arrival.said.outcome is ReceptionOutcome.QUEUED
        if not is_queued and (answer is not None or not identity.document or _is_filed(desk, identity)):
            return  # It may be verified later by itself; what is filed wrongly is a matter of VER-13.
        changed = awaited(desk, Verb.READ_WORKLIST, partial(_changed, desk, items))
        expect(
            changed,
            fr=f"une identité reçue {'avec un' if identity.document else 'sans'} document est "
            f"{'laissée à une personne' if is_queued else 'dans aucun dossier'}, et rien ne figure dans la liste à traiter",
            en=f"an identity received with{'' if identity.document else 'out'} a document is "
            f"{'left to a person' if is_queued else 'in no file'}, "
            "and nothing is on the worklist",
            # The text speaks of a KO; that whatever waits has to be found is deduced.
            inferred=True,
        )

    expect_each({name: partial(judge, prepare) for name, prepare in _LEFT.items()})


def _alone(
    prepare: Callable[[Desk], tuple[ReceivedIdentity, str | None]],
) -> Callable[[Desk], tuple[ReceivedIdentity, str | None]]:
    """Return the same identity by itself, without a document."""

    def alone(desk: Desk) -> tuple[ReceivedIdentity, str | None]:
        identity, answer = prepare(desk)
        return replace(identity, document=None), answer

    return alone


@pytest.mark.rule("VER-08")
@pytest.mark.title(
    fr="Ce qui attend une personne reste dans la liste quand d'autres documents arrivent, du même émetteur, pour lui ou un autre",
    en="What waits for a person stays on the list when other documents come from the same sender, for them or somebody else",
)
@RECEPTION.mark
@WORKLIST.mark
def test_stays_on_the_list(desk: Desk) -> None:
    person, other = desk.draw(), desk.draw()
    items = desk.lgo.read_worklist(actor=desk.user)
    with answering(desk, KO):
        receive(desk, received(person, document=_document(person)))
        waiting = awaited(desk, Verb.READ_WORKLIST, lambda: new_items(desk, items))
        receive(desk, received(other, document=_document(other)))
        _expect_held(desk, waiting, "d'un autre patient", "of another patient")
        receive(desk, received(person, document=f"2-{_document(person)}"))
    _expect_held(desk, waiting, "du même patient", "of the same patient")
    # One that goes through takes nothing with it, nor does a file that is opened.
    receive(desk, received(desk.draw()))
    desk.create(desk.draw())
    _expect_held(desk, waiting, "dont l'identité est confirmée", "whose identity is confirmed")


def _expect_held(desk: Desk, waiting: Collection[WorkItem], fr: str, en: str) -> None:
    held = desk.lgo.read_worklist(actor=desk.user)
    lost = [item for item in waiting if not _is_held(item, held)]
    expect(
        not lost,
        fr=f"le document d'un KO attendait dans la liste à traiter, et n'y est plus après la réception d'un document {fr}",
        en=f"the document of a KO waited on the worklist, and is no longer there after the reception of a document {en}",
        # The text asks that it be there, and does not say until when.
        inferred=True,
    )


def _is_held(item: WorkItem, held: Collection[WorkItem]) -> bool:
    """Tell whether an entry is still there: itself, one that says the same, or one of the same file, which may have one only."""
    return any(
        one.id == item.id
        or (one.message, one.patient_id) == (item.message, item.patient_id)
        or (item.patient_id is not None and one.patient_id == item.patient_id)
        for one in held
    )


def _changed(desk: Desk, before: Collection[WorkItem]) -> list[WorkItem]:
    """Return the entries that are new, or not as they were: a list may count one matter once."""
    return [item for item in desk.lgo.read_worklist(actor=desk.user) if item not in before]


def _is_filed(desk: Desk, identity: ReceivedIdentity) -> bool:
    """Tell whether a document received is in a file of those born that day."""
    return any(
        (identity.document or "") in each.name
        for patient in files_of(desk, identity.birth_date).values()
        for each in desk.lgo.read_documents(patient.id, actor=desk.user)
    )


def _wrong_key(desk: Desk) -> tuple[ReceivedIdentity, str | None]:
    person = desk.draw()
    number = Matricule.parse(person.identity.matricule.value).number
    key = int(person.identity.matricule.value[-2:]) % 97 + 1
    return received(person, document=_document(person), matricule=f"{number}{key:02d}"), None


def _unknown_place(desk: Desk) -> tuple[ReceivedIdentity, str | None]:
    person = desk.draw()
    desk.create(person, birth_place="99999")
    return received(person, document=_document(person)), None


def _of_a_retrieved(desk: Desk) -> tuple[ReceivedIdentity, str | None]:
    person = desk.draw()
    desk.bring(person, Route.IMPORTED)
    return received(person, document=_document(person)), None


def _of_a_provisional(desk: Desk) -> tuple[ReceivedIdentity, str | None]:
    person = desk.draw()
    desk.create(person)
    return received(person, document=_document(person)), None


def _of_nobody(desk: Desk) -> tuple[ReceivedIdentity, str | None]:
    person = desk.draw()
    return received(person, document=_document(person)), None


def _other_number(desk: Desk) -> tuple[ReceivedIdentity, str | None]:
    person = desk.draw()
    desk.bring(person, Route.IMPORTED_CHECKED)
    return received(person, document=_document(person), matricule=nobody(desk, person)), None


def _down(desk: Desk) -> tuple[ReceivedIdentity, str | None]:
    person = desk.draw()
    return received(person, document=_document(person)), ERRORS[0]


_LEFT = {
    "matricule à la clé fausse": _wrong_key,
    "dossier de lieu inconnu": _unknown_place,
    "patient inconnu": _of_nobody,
    "dossier d'une récupérée": _of_a_retrieved,
    "dossier d'une provisoire": _of_a_provisional,
    "dossier d'une qualifiée d'un autre matricule": _other_number,
    "INSi en panne": _down,
    "matricule à la clé fausse, sans document": _alone(_wrong_key),
    "INSi en panne, sans document": _alone(_down),
}
"""Identities that a software does not take into a file by itself, most with a document, and how INSi answers."""
