"""VER-09: an identity qualifiée elsewhere is récupérée here, at most, until it has been checked here."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

import pytest

from conformance.drivers.model import Attribute, Status
from conformance.drivers.protocol import RefusedError
from conformance.suite.attributes.marks import set_attributes
from conformance.suite.desk.cases import case_text
from conformance.suite.desk.cast import CAST
from conformance.suite.desk.expect import expect, expect_each, expect_equal
from conformance.suite.desk.people import NAMES_IN_USE
from conformance.suite.desk.routes import Route, routes
from conformance.suite.desk.snapshot import ANYTHING, Moment, expect_kept
from conformance.suite.desk.steps import USERS, preparing
from conformance.suite.desk.words import expect_values
from conformance.suite.verification.elsewhere import (
    DOCUMENT,
    answering,
    as_values,
    expect_certain_date,
    files_of,
    nobody,
    receive,
    received,
)
from conformance.suite.verification.homonyms import expect_untouched, homonyms, person_with_homonyms
from conformance.suite.verification.wire import ERRORS, Said, need_verified

if TYPE_CHECKING:
    from conformance.drivers.model import Patient
    from conformance.drivers.partners import ReceivedIdentity
    from conformance.suite.desk.cast import Part
    from conformance.suite.desk.snapshot import Snapshot
    from conformance.suite.desk.steps import Desk

TAKEN = {"PROV": Status.RECUP, "VALI": Status.QUAL}
"""What a known file may become when INSi confirms (E21, deduced); staying as it is, is as good."""


@pytest.mark.rule("VER-09")
@pytest.mark.title(
    fr="Inconnu et OK : récupéré avec l'INS et les traits reçus, ou proposé ; jamais qualifié, quel que soit le statut annoncé",
    en="Unknown and OK: récupéré with the INS and the traits received, or proposed; never qualifié, whatever the status announced",
)
@pytest.mark.parametrize(
    ("status", "user"),
    [("QUAL", "super-user"), *((status, "user") for status in ("QUAL", "VALI", "RECUP", "PROV", None))],
)
def test_unknown_and_ok(desk: Desk, status: str | None, user: str) -> None:
    desk = desk.by(user)

    def judge(document: str | None) -> None:
        identity = received(desk.draw(first_names_count=2), status=status, document=document)
        for patient in _taken(desk, identity):
            if status in {"QUAL", "VALI"}:
                # What the other domain has seen is no document shown here.
                with suppress(RefusedError):
                    desk.lgo.validate_identity(patient.id, actor=desk.user)
                moment = Moment("« valider » sans pièce", "“validate” with no document")
                _expect_unqualified(desk.read(patient), moment)
            _qualified_here(desk, patient)

    expect_each({"sans document": partial(judge, None), "avec document": partial(judge, DOCUMENT)})


@pytest.mark.rule("VER-09")
@pytest.mark.title(
    fr="Chaque personne de la distribution, reçue qualifiée et vérifiée OK, est récupérée ici, à la lettre",
    en="Each person of the cast, received qualifiée and verified OK, is récupérée here, to the letter",
)
def test_cast(desk: Desk) -> None:
    def judge(part: Part) -> None:
        _taken(desk, received(desk.play(part)))

    expect_each({part.key: partial(judge, part) for part in CAST})


@pytest.mark.rule("VER-09")
@pytest.mark.title(
    fr="Reçue trois fois, de trois émetteurs, l'identité n'est toujours pas qualifiée",
    en="Received three times, from three senders, the identity is still not qualifiée",
)
def test_again_and_again(desk: Desk) -> None:
    person = desk.draw()
    for sender in ("LABO-VOISIN", "CLINIQUE-KVORLAN", "LABO-VOISIN"):
        receive(desk, received(person, sender=sender, document=DOCUMENT))
        for patient in files_of(desk, person.identity.traits.birth_date).values():
            _expect_unqualified(patient, Moment("reçue plusieurs fois", "received several times"))


@pytest.mark.rule("VER-09")
@pytest.mark.title(
    fr="Patient connu et OK : aucun statut ne gagne le contrôle de pièce, et rien d'autre que l'INS n'entre dans le dossier",
    en="Patient known and OK: no status gains the check of a document, and nothing but the INS enters the file",
)
@pytest.mark.parametrize("user", USERS)
@pytest.mark.parametrize("route", routes(), ids=str)
def test_known_and_ok(desk: Desk, route: Route, user: str) -> None:
    desk = desk.by(user)
    person = desk.draw(first_names_count=2)
    patient = desk.bring(person, route)
    desk.lgo.update_patient(patient.id, NAMES_IN_USE, actor=desk.user)
    before, identity = desk.snapshot(patient), received(person)
    for _ in range(2):
        receive(desk, identity)
        _expect_known(desk, before, identity, Moment(f"connu et OK ({route})", f"known and OK ({route})"))


@pytest.mark.rule("VER-09")
@pytest.mark.title(
    fr="Une pièce enregistrée et non contrôlée, ou un attribut, ne fait pas du patient connu un patient qualifié",
    en="A document recorded and not checked, or an attribute, does not make of the known patient a qualified one",
)
@pytest.mark.parametrize("case", ["document", "HOMONYME", "DOUTEUSE", "FICTIVE"])
def test_peculiar_files(desk: Desk, case: str) -> None:
    person = desk.draw()
    patient = desk.create(person)
    if case == "document":
        desk.record_document(patient)
    else:
        with preparing("poser un attribut", "set an attribute", depends_on=("ATT-01",)):
            set_attributes(desk, patient, {Attribute(case)})
    before = desk.snapshot(patient)
    receive(desk, received(person))
    after = desk.snapshot(patient)
    moment = Moment(f"connu et OK ({case})", f"known and OK ({case_text(case).en})")
    _expect_unqualified(after.patient, moment)
    if case in {"DOUTEUSE", "FICTIVE"}:
        # Reported of the attributes (ATT-05): such an identity is provisoire and has no INS; of receptions, deduced.
        expect_kept(after, before, moment, inferred=True)


@pytest.mark.rule("VER-09")
@pytest.mark.title(
    fr="Une identité que personne n'a vérifiée, INSi étant en panne, n'est ni qualifiée ni récupérée",
    en="An identity that nobody has verified, INSi being down, is neither qualifiée nor récupérée",
)
@pytest.mark.parametrize("known", [None, Route.TYPED, Route.CHECKED], ids=str)
def test_not_verified(desk: Desk, known: Route | None) -> None:
    def judge(name: str) -> None:
        person = desk.draw()
        before = desk.snapshot(desk.bring(person, known)) if known else None
        with answering(desk, name):
            need_verified(receive(desk, received(person)).exchanges, Said.NOTHING)
        moment = Moment(f"reçue, INSi en panne ({name})", f"received, INSi down ({case_text(name).en})")
        if before:
            expect(
                desk.read(before.patient).status is not Status.QUAL,
                fr=f"{moment.fr}, le dossier est qualifié sans qu'INSi ait rien vérifié",
                en=f"{moment.en}, the file is qualifié although INSi has verified nothing",
            )
            expect_kept(desk.snapshot(before.patient), before, moment, inferred=True)
        for patient in files_of(desk, person.identity.traits.birth_date).values():
            if before and patient.id == before.patient.id:
                continue
            _expect_unqualified(patient, moment)
            expect(
                not patient.matricule and patient.status is not Status.RECUP,
                fr=f"{moment.fr}, le dossier est {patient.status} et porte {patient.matricule or 'rien'}",
                en=f"{moment.en}, the file is {patient.status} and holds {patient.matricule or 'nothing'}",
                inferred=True,
            )

    expect_each({name: partial(judge, name) for name in ERRORS})


@pytest.mark.rule("VER-09")
@pytest.mark.title(
    fr="L'identité reçue et vérifiée n'entre dans le dossier d'aucun homonyme",
    en="The identity received and verified enters the file of no homonym",
)
@pytest.mark.parametrize("known", [None, Route.TYPED, Route.CHECKED], ids=str)
@pytest.mark.parametrize("route", [Route.TYPED, Route.CHECKED], ids=str)
def test_homonyms(desk: Desk, route: Route, known: Route | None) -> None:
    person = person_with_homonyms(desk)
    near = homonyms(desk, person, route)
    before = desk.snapshot(desk.bring(person, known)) if known else None
    identity = received(person)
    arrival = receive(desk, identity)
    moment = Moment("reçue et vérifiée", "received and verified")
    expect_untouched(desk, near, moment)
    need_verified(arrival.exchanges, Said.OK)
    if before:
        _expect_known(desk, before, identity, moment)


@pytest.mark.rule("VER-09")
@pytest.mark.title(
    fr="Un patient qualifié ici ne reçoit pas l'INS d'un autre, même de mêmes traits",
    en="A patient qualifié here does not get the INS of another, even one of the same traits",
)
@pytest.mark.parametrize("route", routes(Status.QUAL), ids=str)
def test_other_ins_of_same_traits(desk: Desk, route: Route) -> None:
    person = desk.draw()
    before = desk.snapshot(desk.bring(person, route))
    with answering(desk, "answers/verification-ok"):
        receive(desk, received(person, matricule=nobody(desk, person)))
    expect_kept(
        desk.snapshot(before.patient),
        before,
        Moment("reçue avec une autre INS", "received with another INS"),
        # A number may be replaced (NIA by NIR): no text says what a reception makes of it.
        inferred=True,
    )


def _taken(desk: Desk, identity: ReceivedIdentity) -> list[Patient]:
    """Receive an unknown identity that INSi confirms; return the files récupérés that this makes, one at most."""
    before = files_of(desk, identity.birth_date)
    arrival = receive(desk, identity)
    need_verified(arrival.exchanges, Said.OK)
    moment = Moment(
        f"inconnu, statut annoncé {identity.status}, OK", f"unknown, status announced {identity.status}, OK"
    )
    created = [each for key, each in files_of(desk, identity.birth_date).items() if key not in before]
    for patient in created:
        _expect_unqualified(patient, moment)
        if patient.status is Status.PROV and not patient.matricule and not patient.oid:
            continue  # A reduced file that waits for a person.
        expect_equal(
            got=patient.status,
            expected=Status.RECUP,
            fr=f"{moment.fr}, statut du dossier créé",
            en=f"{moment.en}, status of the file created",
        )
        expect_values(
            patient,
            {**as_values(identity), "used_name": None, "used_first_name": None},
            fr=f"{moment.fr}, le dossier créé n'est pas l'identité reçue",
            en=f"{moment.en}, the file created is not the identity received",
        )
        expect(
            patient.proof is None and not patient.attributes,
            fr=f"{moment.fr}, le dossier créé porte une pièce ou un attribut que personne n'a saisi",
            en=f"{moment.en}, the file created holds a document or an attribute that nobody typed",
        )
        expect_certain_date(patient, moment)
    expect(
        len(created) <= 1,
        fr=f"{moment.fr}, {len(created)} dossiers créés",
        en=f"{moment.en}, {len(created)} files created",
    )
    return [patient for patient in created if patient.status is Status.RECUP]


def _qualified_here(desk: Desk, patient: Patient) -> None:
    """Check a document here: the identity then becomes qualifiée."""
    expect_equal(
        got=desk.check_document(patient).status,
        expected=Status.QUAL,
        fr="statut d'une identité reçue, vérifiée, puis contrôlée ici",
        en="status of an identity received, verified, then checked here",
    )


def _expect_unqualified(patient: Patient, moment: Moment) -> None:
    expect(
        patient.status not in {Status.QUAL, Status.VALI},
        fr=f"{moment.fr}, le dossier est {patient.status} sans contrôle de pièce ici",
        en=f"{moment.en}, the file is {patient.status} with no document checked here",
    )


def _expect_known(desk: Desk, before: Snapshot, identity: ReceivedIdentity, moment: Moment) -> None:
    """Check a known file after an OK: as it was, or with the INS received and the status that follows."""
    after, status = desk.snapshot(before.patient), before.patient.status
    taken = TAKEN.get(status)
    if taken is None or after.patient.status is status:
        if status in {Status.PROV, Status.RECUP}:
            _expect_unqualified(after.patient, moment)
        expect_kept(after, before, moment)
        return
    if status is Status.PROV:
        _expect_unqualified(after.patient, moment)
    ins = {"matricule": identity.matricule, "oid": identity.oid}
    # A list that the file lacked may be taken with the INS, or not.
    listed = {} if before.patient.first_names else {"first_names": ANYTHING}
    expect_kept(after, before, moment, besides={**ins, "status": taken, **listed})
