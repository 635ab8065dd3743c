"""An INS verified, then denied; documents from elsewhere about somebody known, somebody unknown, and somebody INSi denies."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.drivers.model import SearchCriteria, Status
from conformance.drivers.partners import ReceptionOutcome
from conformance.guided.looking import expect_same, need_status
from conformance.guided.walking import Journey
from conformance.suite.desk.expect import expect, expect_equal
from conformance.suite.desk.people import adult, typed
from conformance.suite.desk.snapshot import Moment
from conformance.suite.desk.words import expect_values
from conformance.suite.incoming.forms import Form, written
from conformance.suite.incoming.letter import Letter
from conformance.suite.verification.elsewhere import SENDER, answering, as_values, nobody, received, speaks_of
from conformance.suite.verification.wire import (
    KO,
    Said,
    claims_of,
    expect_claims,
    need_verified,
    verifications,
)
from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.drivers.model import Patient
    from conformance.drivers.partners import ReceivedIdentity, Reception
    from conformance.guided.walking import Walk
    from conformance.suite.desk.steps import Desk


def _make(desk: Desk, walk: Walk) -> None:
    lgo, user = desk.lgo, desk.user
    person = walk.welcome(adult(desk))
    walk.stage("created", lambda: lgo.create_patient(typed(person), actor=user).id)
    walk.stage("called", lambda: lgo.call_insi_traits(walk["created"], actor=user))
    walk.stage("accepted", lambda: lgo.decide_proposal(walk["called"].id, accept=True, actor=user))

    def look() -> Patient:
        return lgo.read_patient(walk["created"], actor=user)

    def arrive(identity: ReceivedIdentity, answer: str | None = None) -> Callable[[], Reception]:
        document = written(Letter(identity=identity), Form.MAIL)

        def act() -> Reception:
            with answering(desk, answer):
                return lgo.receive_message(document, sender=SENDER, actor=user)

        return act

    def born(day: str | None) -> list[Patient]:
        return lgo.search_patients(SearchCriteria(birth_date=day), actor=user)

    def see(name: str, identity: ReceivedIdentity) -> None:
        """Look for whom a document has made a file, and at the file when there is one."""
        walk.stage(f"{name}-found", lambda: born(identity.birth_date))
        found = walk.seen_at(f"{name}-found") or []
        walk.stage(f"{name}-file", lambda: lgo.read_patient(found[0].id, actor=user) if found else None)

    walk.stage("fed", look)
    walk.stage("verified", lambda: lgo.verify_ins(walk["created"], actor=user))
    other_number = received(person, matricule=nobody(desk, person))
    walk.stage("known-ko", arrive(other_number, KO))
    walk.stage("kept", look)

    def deny() -> object:
        with answering(desk, KO):
            return lgo.verify_ins(walk["created"], actor=user)

    walk.stage("denied", deny)
    walk.stage("lowered", look)
    stranger, guest = received(desk.draw(first_names_count=2)), received(desk.draw(first_names_count=2))
    walk.stage("stranger", lambda: stranger)
    walk.stage("stranger-ko", arrive(stranger, KO))
    see("stranger", stranger)
    walk.stage("guest", lambda: guest)
    walk.stage("guest-ok", arrive(guest))
    see("guest", guest)
    walk.stage("list", lambda: lgo.read_worklist(actor=user))


JOURNEY = Journey(
    key="elsewhere",
    title=Text(
        "l'INS vérifiée puis démentie, et ce qui arrive d'autres domaines",
        "the INS verified and then denied, and what arrives from other domains",
    ),
    acts=16,
    minutes=25,
    make=_make,
)


@pytest.mark.rule("VER-01")
@pytest.mark.title(
    fr="La vérification d'un dossier récupéré part vers INSi avec l'identité du dossier",
    en="The verification of a file récupéré leaves for INSi with the identity of the file",
)
def test_verified(walk: Walk) -> None:
    need_status(walk["fed"], Status.RECUP, depends_on=("STA-03",))
    expect(not walk.refusal("verified"), fr="la vérification est refusée", en="the verification is refused")
    found = verifications(walk.requests("verified"))
    expect(found, fr="aucune vérification n'est partie", en="no verification was sent")
    stored = {name: getattr(walk["fed"], name) for name in as_values(walk["guest"])}
    for claimed in claims_of(found[-1]):
        expect_claims(claimed, stored, Moment("vérification demandée", "verification asked for"))


@pytest.mark.rule("VER-06")
@pytest.mark.title(
    fr="Un document dont l'identité est démentie ne change rien au dossier du patient connu",
    en="A document whose identity is denied changes nothing in the file of the known patient",
)
def test_known_kept(walk: Walk) -> None:
    if not walk.refusal("known-ko"):
        need_verified(walk.requests("known-ko"), Said.KO)
    expect_same(walk["kept"], walk["fed"], "le dossier connu a changé", "the known file has changed")


@pytest.mark.rule("VER-05")
@pytest.mark.title(
    fr="Démentie, l'identité locale est abaissée, perd son INS et figure dans la liste à traiter",
    en="Denied, the local identity is lowered, loses its INS and is on the worklist",
)
def test_lowered(walk: Walk) -> None:
    need_status(walk["fed"], Status.RECUP, depends_on=("STA-03",))
    need_verified(walk.requests("denied"), Said.KO)
    patient: Patient = walk["lowered"]
    expect_values(
        {"status": str(patient.status), "matricule": patient.matricule, "oid": patient.oid},
        {"status": "PROV", "matricule": None, "oid": None},
        fr="après une vérification KO",
        en="after a verification KO",
    )
    expect(
        any(speaks_of(item, [patient], None) for item in walk["list"]),
        fr="l'identité démentie n'est pas dans la liste à traiter",
        en="the denied identity is not on the worklist",
    )


@pytest.mark.rule("VER-04")
@pytest.mark.title(
    fr="L'INS d'un inconnu, reçue dans un document, est vérifiée avec les traits du document",
    en="The INS of an unknown patient, received in a document, is verified with the traits of the document",
)
@pytest.mark.parametrize(
    ("who", "stage"), [("stranger", "stranger-ko"), ("guest", "guest-ok")], ids=["ko", "ok"]
)
def test_verified_on_arrival(walk: Walk, who: str, stage: str) -> None:
    found = verifications(walk.requests(stage))
    expect_equal(
        got=len(found), expected=1, fr="vérifications reçues par INSi", en="verifications received by INSi"
    )
    for claimed in claims_of(found[0]):
        expect_claims(claimed, as_values(walk[who]), Moment("document reçu", "document received"))


@pytest.mark.rule("VER-07")
@pytest.mark.title(
    fr="Un inconnu que dément INSi n'a pas d'INS ici",
    en="An unknown patient whom INSi denies has no INS here",
)
def test_stranger(walk: Walk) -> None:
    need_verified(walk.requests("stranger-ko"), Said.KO)
    patient: Patient | None = walk["stranger-file"]
    if patient is not None:
        expect_values(
            {"matricule": patient.matricule, "oid": patient.oid},
            {"matricule": None, "oid": None},
            fr="le dossier créé après un KO",
            en="the file created after a KO",
        )


@pytest.mark.rule("VER-08")
@pytest.mark.title(
    fr="Après le KO d'un inconnu, quelqu'un est prévenu du document reçu",
    en="After the KO of an unknown patient, somebody is told of the document received",
)
def test_told(walk: Walk) -> None:
    need_verified(walk.requests("stranger-ko"), Said.KO)
    if walk.refusal("stranger-ko"):
        return
    said: Reception = walk["stranger-ko"]
    expect(
        said.outcome is not ReceptionOutcome.ATTACHED,
        fr="le document d'une identité démentie est rangé tout seul",
        en="the document of a denied identity is filed by itself",
    )
    expect(
        said.alerts or said.outcome is ReceptionOutcome.QUEUED or walk["list"],
        fr="personne n'est prévenu du document d'une identité démentie",
        en="nobody is told of the document of a denied identity",
    )


@pytest.mark.rule("VER-09")
@pytest.mark.title(
    fr="Dite qualifiée ailleurs et confirmée par INSi, l'identité n'est pas qualifiée ici",
    en="Said to be qualifiée elsewhere and confirmed by INSi, the identity is not qualifiée here",
)
def test_not_handed_on(walk: Walk) -> None:
    need_verified(walk.requests("guest-ok"), Said.OK)
    patient: Patient | None = walk["guest-file"]
    if patient is not None:
        expect(
            patient.status not in {Status.VALI, Status.QUAL},
            fr=f"l'identité reçue est {patient.status} sans contrôle local",
            en=f"the identity received is {patient.status} without a local check",
        )
