"""VER-10: only a sender configured as under a trust contract may send an identity that is qualifiée here at once."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from conformance.drivers.model import Status
from conformance.suite.desk.expect import expect, expect_each, expect_equal
from conformance.suite.desk.snapshot import Moment
from conformance.suite.desk.steps import USERS, preparing
from conformance.suite.desk.words import expect_values
from conformance.suite.verification.elsewhere import (
    answering,
    as_values,
    files_of,
    receive,
    received,
)
from conformance.suite.verification.wire import KO, Said, need_verified, verifications
from conformance.verdicts import UndecidedError

if TYPE_CHECKING:
    from conformance.drivers.model import Patient
    from conformance.drivers.partners import ReceivedIdentity
    from conformance.suite.desk.steps import Desk

TRUSTED = "LABO-10"

ADDRESS = "labo-a@biologie.mssante.fr"
ALIKE = ("LABO-1", "LABO-100", "XLABO-10", "LABO-1O", "CLINIQUE-KVORLAN", "labo-b@biologie.mssante.fr")
"""Senders that look like those trusted, and one that does not."""


@pytest.mark.rule("VER-10")
@pytest.mark.title(
    fr="Sous contrat, l'identité peut être qualifiée, et c'est alors celle reçue ; sans contrat elle ne l'est pas, "
    "quel que soit l'émetteur",
    en="Under a contract the identity may be qualifiée, and is then the one received; without a contract it is not, "
    "whoever sends it",
)
@pytest.mark.parametrize("user", USERS)
def test_with_and_without(desk: Desk, user: str) -> None:
    desk = desk.by(user)
    _trust(desk, TRUSTED, ADDRESS)
    _expect_received(desk, received(desk.draw(), sender=TRUSTED))

    def judge(sender: str) -> None:
        _expect_not_qualified(desk, received(desk.draw(), sender=sender))

    expect_each({sender: partial(judge, sender) for sender in ALIKE})


@pytest.mark.rule("VER-10")
@pytest.mark.title(
    fr="Sans aucun contrat, personne ne qualifie",
    en="Without any contract nobody makes an identity qualifiée",
)
def test_none(desk: Desk) -> None:
    _expect_not_qualified(desk, received(desk.draw(), sender=TRUSTED))


@pytest.mark.rule("VER-10")
@pytest.mark.title(
    fr="La liste remplace la précédente : un contrat retiré ne qualifie plus, un autre le peut ; le dernier retiré, personne",
    en="The list replaces the former one: a contract withdrawn no longer makes qualifiée, another may; the last withdrawn, nobody",
)
def test_replaced(desk: Desk) -> None:
    _trust(desk, TRUSTED, "CLINIQUE-A")
    made = {
        sender: _expect_received(desk, received(desk.draw(), sender=sender))
        for sender in (TRUSTED, "CLINIQUE-A")
    }
    alone = {sender for sender, is_qualified in made.items() if is_qualified}
    expect(
        len(alone) != 1,
        fr=f"deux émetteurs sont sous contrat, et l'identité reçue n'est qualifiée que de {', '.join(alone)}",
        en=f"two senders are under a contract, and the identity received is qualifiée from {', '.join(alone)} alone",
        # That a contract makes qualifiée is allowed, not asked: that one does and its neighbour does not is a mistake.
        inferred=True,
    )
    _trust(desk, "CLINIQUE-A")
    _expect_not_qualified(desk, received(desk.draw(), sender=TRUSTED))
    _expect_received(desk, received(desk.draw(), sender="CLINIQUE-A"))
    _trust(desk)
    _expect_not_qualified(desk, received(desk.draw(), sender="CLINIQUE-A"))


@pytest.mark.rule("VER-10")
@pytest.mark.title(
    fr="Le contrat vaut pour l'émetteur, pas pour le patient ni pour le domaine : le même patient venu d'un autre n'est pas qualifié",
    en="The contract is with the sender, not about the patient or the domain: the same patient from another is not qualifié",
)
def test_same_person_from_both(desk: Desk) -> None:
    person = desk.draw()
    _trust(desk, TRUSTED)
    _expect_not_qualified(desk, received(person, sender="LABO-1"))
    other = desk.draw(birth_date=person.identity.traits.birth_date)
    _expect_received(desk, received(other, sender=TRUSTED))
    # The first one, though a neighbour has become qualifié, is still what it was.
    again = _files(desk, received(person))
    expect(
        all(patient.status is not Status.QUAL for patient in again),
        fr="l'identité d'un émetteur sans contrat est devenue qualifiée quand un autre en a envoyé une",
        en="the identity of a sender without contract became qualifiée when another one sent one",
    )


@pytest.mark.rule("VER-10")
@pytest.mark.title(
    fr="Un contrat ne qualifie pas ce que l'émetteur lui-même ne dit pas qualifié",
    en="A contract does not make qualifiée what the sender does not call so",
)
def test_said_unqualified(desk: Desk) -> None:
    _trust(desk, TRUSTED)

    def judge(status: str | None) -> None:
        _expect_not_qualified(desk, received(desk.draw(), sender=TRUSTED, status=status), inferred=True)

    # One said to be qualified comes first: what the next does not say is not what that one said.
    receive(desk, received(desk.draw(), sender=TRUSTED))
    expect_each({str(status): partial(judge, status) for status in (None, "PROV", "RECUP", "VALI")})


@pytest.mark.rule("VER-10")
@pytest.mark.title(
    fr="Sans contrat et KO, l'identité n'est pas qualifiée et ne porte pas l'INS",
    en="Without a contract and KO, the identity is not qualifiée and holds no INS",
)
def test_ko_without_contract(desk: Desk) -> None:
    _trust(desk, TRUSTED)
    identity = received(desk.draw(), sender="LABO-1")
    with answering(desk, KO):
        need_verified(receive(desk, identity).exchanges, Said.KO)
    for patient in _files(desk, identity):
        expect(
            patient.status is not Status.QUAL and not patient.matricule and not patient.oid,
            fr=f"sans contrat et KO, le dossier est {patient.status} et porte {patient.matricule or 'rien'}",
            en=f"without a contract and KO, the file is {patient.status} and holds {patient.matricule or 'nothing'}",
        )


@pytest.mark.rule("VER-10")
@pytest.mark.title(
    fr="Sous contrat aussi, ce qu'INSi dément n'est ni qualifié ni gardé comme INS",
    en="Under a contract too, what INSi denies is neither qualifié nor kept as an INS",
)
def test_ko_with_contract(desk: Desk) -> None:
    _trust(desk, TRUSTED)
    identity = received(desk.draw(), sender=TRUSTED)
    with answering(desk, KO):
        arrival = receive(desk, identity)
    if not verifications(arrival.exchanges):
        return  # Whether a contract dispenses with the verification is VER-04's.
    for patient in _files(desk, identity):
        # That the exception of the contract does not go so far is a deduction from Règle 51.
        expect(
            patient.status is not Status.QUAL and not patient.matricule and not patient.oid,
            fr=f"sous contrat et KO, le dossier est {patient.status} et porte {patient.matricule or 'rien'}",
            en=f"under a contract and KO, the file is {patient.status} and holds {patient.matricule or 'nothing'}",
            inferred=True,
        )


@pytest.mark.rule("VER-10")
@pytest.mark.title(
    fr="Un contrat crée des identités qualifiées ; il ne qualifie pas celle qui est provisoire ici",
    en="A contract creates identités qualifiées; it does not make qualifiée the one that is provisoire here",
)
def test_known_and_provisional(desk: Desk) -> None:
    person = desk.draw()
    desk.create(person)
    _trust(desk, TRUSTED)
    # E23 creates; what becomes of a known file (E21) is inferred.
    _expect_not_qualified(desk, received(person, sender=TRUSTED), inferred=True)


def _trust(desk: Desk, *senders: str) -> None:
    with preparing("fixer les contrats de confiance", "set the trust contracts"):
        kept = desk.lgo.write_trusted_senders(frozenset(senders), actor=desk.user)
    # An address is the same in capitals and in small letters.
    expect_equal(
        got={one.casefold() for one in kept},
        expected={one.casefold() for one in senders},
        fr="émetteurs sous contrat, tels que le logiciel les relit",
        en="senders under a contract, as the software reads them back",
    )


def _need_sight(desk: Desk) -> None:
    """Make sure that the software shows the files it has: where none shows, nothing is qualifiée, and that proves nothing.

    Raises:
        UndecidedError: a file just created is not found by its birth date.
    """
    patient = desk.create(desk.draw())
    if patient.id not in files_of(desk, patient.birth_date or ""):
        raise UndecidedError(
            "un dossier créé à l'instant n'est pas retrouvé par sa date de naissance : on ne voit pas ce que devient une réception",
            "a file just created is not found by its birth date: what becomes of a reception cannot be seen",
            depends_on=("SRC-01",),
        )


def _files(desk: Desk, identity: ReceivedIdentity) -> list[Patient]:
    desk.once("files-are-shown", _need_sight)
    return [
        patient
        for patient in files_of(desk, identity.birth_date).values()
        if (patient.birth_name, patient.first_name) == (identity.birth_name, identity.first_name)
    ]


def _expect_received(desk: Desk, identity: ReceivedIdentity) -> bool:
    """Receive from a sender under contract: qualifiée, which is told, or less; but then what was received."""
    receive(desk, identity)
    found = _files(desk, identity)
    for patient in found:
        if patient.status is Status.QUAL:
            expect_values(
                patient,
                as_values(identity),
                fr="l'identité d'un émetteur sous contrat n'est pas celle reçue",
                en="the identity of a sender under a contract is not the one received",
            )
    return any(patient.status is Status.QUAL for patient in found)


def _expect_not_qualified(desk: Desk, identity: ReceivedIdentity, *, inferred: bool = False) -> None:
    receive(desk, identity)
    moment = Moment(
        f"émetteur {identity.sender}, statut annoncé {identity.status}",
        f"sender {identity.sender}, status announced {identity.status}",
    )
    for patient in _files(desk, identity):
        expect(
            patient.status is not Status.QUAL,
            fr=f"{moment.fr}, l'identité est qualifiée",
            en=f"{moment.en}, the identity is qualifiée",
            inferred=inferred,
        )
