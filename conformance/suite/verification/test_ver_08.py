"""VER-08: after a KO the document is in no file; the user is alerted, and the document waits on the worklist."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from conformance.drivers.model import Status, Verb
from conformance.suite.desk.apart import CONTRACTS
from conformance.suite.desk.cases import case_text
from conformance.suite.desk.delivered import awaited
from conformance.suite.desk.expect import expect, expect_each
from conformance.suite.desk.routes import Route, routes
from conformance.suite.desk.snapshot import Moment
from conformance.suite.desk.steps import USERS, preparing
from conformance.suite.verification.elsewhere import (
    DOCUMENT,
    PARTS,
    Received,
    answering,
    expect_not_filed,
    files_of,
    new_items,
    nobody,
    receive,
    received,
    speaks_of,
    spoilt,
)
from conformance.suite.verification.homonyms import (
    expect_without_document,
    homonyms,
    person_with_homonyms,
)
from conformance.suite.verification.wire import ERRORS, KO, Said, need_verified, said_by, verifications

if TYPE_CHECKING:
    from conformance.drivers.partners import ReceivedIdentity
    from conformance.suite.desk.steps import Desk

_THIRD = "CR-TIERS.pdf"
WITH_INS = routes(Status.RECUP, Status.QUAL)


@pytest.mark.rule("VER-08")
@pytest.mark.title(
    fr="Le contrat de confiance de l'émetteur ne fait pas entrer le document malgré le KO",
    en="The trust contract of the sender does not let the document in in spite of the KO",
)
@pytest.mark.parametrize("known", [None, Route.TYPED, Route.IMPORTED_CHECKED], ids=str)
@CONTRACTS.mark
def test_trusted_sender(desk: Desk, known: Route | None) -> None:
    person = desk.draw()
    if known:
        desk.bring(person, known)
    identity = received(person, document=DOCUMENT)
    if known in WITH_INS:
        identity = received(person, document=DOCUMENT, matricule=nobody(desk, person))
    with preparing("fixer les contrats de confiance", "set the trust contracts"):
        desk.lgo.write_trusted_senders(frozenset({identity.sender}), actor=desk.user)
    moment = Moment(
        f"document d'un émetteur sous contrat, KO ({known or 'inconnu'})",
        f"document of a sender under contract, KO ({known or 'unknown'})",
    )
    with answering(desk, KO):
        _expect_held_back(desk, identity, moment)


@pytest.mark.rule("VER-08")
@pytest.mark.title(
    fr="Après un KO, le document n'est dans aucun dossier, l'utilisateur est alerté et le document est à traiter, "
    "patient connu à chaque statut ou inconnu",
    en="After a KO the document is in no file, the user is alerted and the document is on the worklist, "
    "patient known at each status or unknown",
)
@pytest.mark.parametrize("user", USERS)
@pytest.mark.parametrize("known", [None, *routes()], ids=str)
def test_ko(desk: Desk, known: Route | None, user: str) -> None:
    desk = desk.by(user)
    person = desk.draw()
    identity = received(person, document=DOCUMENT)
    if known:
        desk.bring(person, known)
    if known in WITH_INS:
        identity = received(person, document=DOCUMENT, matricule=nobody(desk, person))
    moment = Moment(
        f"document reçu, KO ({known or 'inconnu'})", f"document received, KO ({known or 'unknown'})"
    )
    with answering(desk, KO):
        _expect_held_back(desk, identity, moment)
    # Opening or changing the file does not bring it in.
    for patient in files_of(desk, identity.birth_date).values():
        desk.lgo.update_patient(patient.id, {"used_name": "KVORLAN"}, actor=desk.user)
    expect_not_filed(desk, files_of(desk, identity.birth_date).values(), None, moment)


@pytest.mark.rule("VER-08")
@pytest.mark.title(
    fr="Que le KO porte sur le matricule, l'OID ou un trait, le document attend de même",
    en="Whether the KO is about the matricule, the OID or a trait, the document waits likewise",
)
@pytest.mark.parametrize("known", [None, Route.TYPED, Route.CHECKED], ids=str)
def test_each_part(desk: Desk, known: Route | None) -> None:
    def judge(part: str) -> None:
        person = desk.draw(first_names_count=2)
        if known:
            desk.bring(person, known)
        identity = spoilt(desk, person, part, document=DOCUMENT)
        moment = Moment(f"document reçu, KO par {part}", f"document received, KO by {part}")
        _expect_held_back(desk, identity, moment, also=person.identity.traits.birth_date)

    expect_each({part: partial(judge, part) for part in PARTS})


@pytest.mark.rule("VER-08")
@pytest.mark.title(
    fr="Ni le porteur du matricule reçu, ni un homonyme, ne reçoit le document d'une identité démentie",
    en="Neither the holder of the matricule received nor a homonym gets the document of an identity denied",
)
@pytest.mark.parametrize("route", [Route.IMPORTED, Route.IMPORTED_CHECKED], ids=str)
def test_somebody_else(desk: Desk, route: Route) -> None:
    person = person_with_homonyms(desk)
    near = homonyms(desk, person, Route.CHECKED)
    sex = person.identity.traits.sex
    holder = desk.bring(desk.draw(birth_date=person.identity.traits.birth_date, sex=sex), route)
    identity = received(person, document=DOCUMENT, matricule=holder.matricule, oid=holder.oid)
    moment = Moment(f"matricule d'un autre patient ({route})", f"matricule of another patient ({route})")
    _expect_held_back(desk, identity, moment)
    expect_without_document(desk, near, moment)


@pytest.mark.rule("VER-08")
@pytest.mark.title(
    fr="Le document d'un KO ne rentre pas avec le suivant, dont la vérification est OK",
    en="The document of a KO does not come in with the next one, whose verification is OK",
)
@pytest.mark.parametrize("known", [None, Route.CHECKED], ids=str)
def test_not_with_the_next(desk: Desk, known: Route | None) -> None:
    person = desk.draw()
    if known:
        desk.bring(person, known)
    with answering(desk, KO):
        need_verified(receive(desk, received(person, document=DOCUMENT)).exchanges, Said.KO)
        # Sent again, as senders do that get no answer, it is denied again.
        receive(desk, received(person, document=DOCUMENT))
        expect_not_filed(
            desk,
            files_of(desk, person.identity.traits.birth_date).values(),
            None,
            Moment("document d'un KO, envoyé deux fois", "document of a KO, sent twice"),
        )
    receive(desk, received(person, document="CR-SUIVANT.pdf"))
    expect_not_filed(
        desk,
        files_of(desk, person.identity.traits.birth_date).values(),
        DOCUMENT,
        Moment("document d'un KO, après un OK", "document of a KO, after an OK"),
    )
    # Nor is the file that got a document last the place for that of somebody unknown.
    with answering(desk, KO):
        receive(desk, received(desk.draw(), document=_THIRD))
    expect_not_filed(
        desk,
        files_of(desk, person.identity.traits.birth_date).values(),
        _THIRD,
        Moment("document d'un inconnu, KO", "document of somebody unknown, KO"),
    )


@pytest.mark.rule("VER-08")
@pytest.mark.title(
    fr="L'alerte d'un KO n'est pas le message d'un OK", en="The alert of a KO is not the message of an OK"
)
def test_alert_is_its_own(desk: Desk) -> None:
    fine = receive(desk, received(desk.draw(), document=DOCUMENT))
    need_verified(fine.exchanges, Said.OK)
    with answering(desk, KO):
        denied = receive(desk, received(desk.draw(), document=DOCUMENT))
    need_verified(denied.exchanges, Said.KO)
    own = {text.strip() for text in denied.texts} - {text.strip() for text in fine.texts} - {""}
    expect(
        own,
        fr="l'utilisateur lit d'un KO ce qu'il lit d'un OK",
        en="the user reads of a KO what they read of an OK",
    )


@pytest.mark.rule("VER-08")
@pytest.mark.title(
    fr="Quand INSi ne répond pas, le document n'entre pas dans le dossier non plus",
    en="When INSi does not answer, the document does not enter the file either",
)
@pytest.mark.parametrize("known", [None, Route.CHECKED], ids=str)
def test_failure(desk: Desk, known: Route | None) -> None:
    def judge(name: str) -> None:
        person = desk.draw()
        if known:
            desk.bring(person, known)
        with answering(desk, name):
            need_verified(receive(desk, received(person, document=DOCUMENT)).exchanges, Said.NOTHING)
        expect_not_filed(
            desk,
            files_of(desk, person.identity.traits.birth_date).values(),
            None,
            Moment(
                f"document reçu, INSi en panne ({name})",
                f"document received, INSi down ({case_text(name).en})",
            ),
            inferred=True,
        )

    expect_each({name: partial(judge, name) for name in ERRORS})


def _expect_held_back(
    desk: Desk, identity: ReceivedIdentity, moment: Moment, *, also: str | None = None
) -> None:
    """Receive a document whose identity is denied: no file has it, somebody is told, and it waits."""
    items = desk.lgo.read_worklist(actor=desk.user)
    arrival = receive(desk, identity)
    found = verifications(arrival.exchanges)
    if found and said_by(found[-1]) is Said.OK:
        return  # A part that need not be sent, and was not.
    files = files_of(desk, identity.birth_date, also)
    expect_not_filed(desk, files.values(), None, moment)
    if not found:
        return  # Without a verification there was no KO: a software may refuse what contradicts itself.
    _expect_alerted(arrival, moment)
    awaited(desk, Verb.READ_WORKLIST, lambda: new_items(desk, items))
    for worker in (desk, desk.as_super_user()):
        expect(
            any(speaks_of(item, files.values(), identity) for item in new_items(worker, items)),
            fr=f"{moment.fr}, rien ne figure dans la liste à traiter",
            en=f"{moment.en}, nothing is on the worklist",
        )


def _expect_alerted(arrival: Received, moment: Moment) -> None:
    expect(
        any(any(letter.isalpha() for letter in text) for text in arrival.texts),
        fr=f"{moment.fr}, aucune alerte n'informe l'utilisateur",
        en=f"{moment.en}, no alert tells the user",
    )
