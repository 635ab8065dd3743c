"""VER-07: after a KO on an unknown patient the file is created without INS, or proposed, and nobody else is touched."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from conformance.drivers.model import Status
from conformance.drivers.partners import ReceptionOutcome
from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.apart import INS_HISTORY
from conformance.suite.desk.cases import case_text
from conformance.suite.desk.cast import CAST
from conformance.suite.desk.expect import expect, expect_each
from conformance.suite.desk.people import MANDATORY
from conformance.suite.desk.routes import Route, routes
from conformance.suite.desk.snapshot import Moment, expect_kept
from conformance.suite.desk.words import expect_values
from conformance.suite.verification.elsewhere import (
    DOCUMENT,
    PARTS,
    answering,
    files_of,
    new_items,
    receive,
    received,
    spoilt,
)
from conformance.suite.verification.homonyms import expect_untouched, homonyms, person_with_homonyms
from conformance.suite.verification.wire import KO, Said, need_verified, said_by, verifications
from conformance.verdicts import Departure

if TYPE_CHECKING:
    from conformance.drivers.model import Patient
    from conformance.drivers.partners import ReceivedIdentity
    from conformance.suite.desk.cast import Part
    from conformance.suite.desk.steps import Desk


@pytest.mark.rule("VER-07")
@pytest.mark.title(
    fr="Inconnu et KO : le dossier est créé sans matricule ni OID, ou proposé, quel que soit le statut annoncé",
    en="Unknown and KO: the file is created without matricule or OID, or proposed, whatever the status announced",
)
@pytest.mark.parametrize(
    ("status", "user"),
    [("QUAL", "super-user"), *((status, "user") for status in ("QUAL", "VALI", "RECUP", None))],
)
def test_unknown_and_ko(desk: Desk, status: str | None, user: str) -> None:
    desk = desk.by(user)

    def judge(document: str | None) -> None:
        identity = received(desk.draw(first_names_count=2), status=status, document=document)
        with answering(desk, KO):
            _expect_without_ins(desk, identity, "KO", must_be_ko=True)

    expect_each({"sans document": partial(judge, None), "avec document": partial(judge, DOCUMENT)})


@pytest.mark.rule("VER-07")
@pytest.mark.title(
    fr="L'INS démentie n'est pas gardée ailleurs dans le dossier créé : ni ancien INS, ni numéro de facturation",
    en="The INS denied is not kept elsewhere in the file created: neither former INS nor billing number",
)
def test_not_kept_elsewhere(desk: Desk) -> None:
    identity = received(desk.draw())
    with answering(desk, KO):
        need_verified(receive(desk, identity).exchanges, Said.KO)
    for patient in files_of(desk, identity.birth_date).values():
        kept = [patient.billing_number or ""]
        with desk.if_offered(INS_HISTORY):
            kept += [each.matricule for each in desk.lgo.read_ins_history(patient.id, actor=desk.user)]
        expect(
            identity.matricule not in kept,
            fr="dossier créé après un KO : l'INS démentie y est gardée comme ancien INS ou numéro de facturation",
            en="file created after a KO: the INS denied is kept in it as a former INS or a billing number",
        )


@pytest.mark.rule("VER-07")
@pytest.mark.title(
    fr="Le dossier créé après un KO, contrôlé sur pièce, ne retrouve pas l'INS démentie",
    en="The file created after a KO, checked against a document, does not get the INS denied back",
)
def test_checked_afterwards(desk: Desk) -> None:
    identity = received(desk.draw())
    with answering(desk, KO):
        need_verified(receive(desk, identity).exchanges, Said.KO)
    for patient in files_of(desk, identity.birth_date).values():
        if patient.attributes:
            continue  # A software may doubt an identity that INSi denies; it is then not validated.
        after = desk.check_document(patient)
        expect(
            after.status is not Status.QUAL and not after.matricule and not after.oid,
            fr=f"dossier créé après un KO puis contrôlé : {after.status}, {after.matricule or 'sans INS'}",
            en=f"file created after a KO then checked: {after.status}, {after.matricule or 'without INS'}",
        )


@pytest.mark.rule("VER-07")
@pytest.mark.title(
    fr="Que le KO porte sur le matricule, l'OID ou un trait, l'INS reçue n'est gardée nulle part",
    en="Whether the KO is about the matricule, the OID or a trait, the INS received is kept nowhere",
)
def test_each_part(desk: Desk) -> None:
    def judge(part: str) -> None:
        person = desk.draw(first_names_count=2)
        _expect_without_ins(desk, spoilt(desk, person, part), part, also=person.identity.traits.birth_date)

    expect_each({part: partial(judge, part) for part in PARTS})


@pytest.mark.rule("VER-07")
@pytest.mark.title(
    fr="Pour chaque personne de la distribution, le dossier créé après un KO porte les traits reçus, sans INS",
    en="For each person of the cast, the file created after a KO holds the traits received, without INS",
)
def test_cast(desk: Desk) -> None:
    def judge(part: Part) -> None:
        with answering(desk, KO):
            _expect_without_ins(desk, received(desk.play(part)), part.key, must_be_ko=True)

    expect_each({part.key: partial(judge, part) for part in CAST})


@pytest.mark.rule("VER-07")
@pytest.mark.title(
    fr="Le matricule d'un patient d'ici, reçu sous les traits d'un inconnu : le dossier de son porteur ne change pas",
    en="The matricule of a patient here, received under the traits of an unknown person: the holder's file does not change",
)
@pytest.mark.parametrize("route", routes(Status.RECUP, Status.QUAL), ids=str)
def test_number_of_somebody_here(desk: Desk, route: Route) -> None:
    day = "1949-08-19"
    holder = desk.bring(desk.draw(birth_date=day, sex="M"), route)
    before = desk.snapshot(holder)
    stranger = desk.draw(birth_date=day, sex="M")
    identity = received(stranger, matricule=holder.matricule, oid=holder.oid)
    arrival = receive(desk, identity)
    found = verifications(arrival.exchanges)
    moment = Moment(f"matricule d'un autre patient ({route})", f"matricule of another patient ({route})")
    if found:
        need_verified(arrival.exchanges, Said.KO)
    expect_kept(desk.snapshot(holder), before, moment)
    for patient in files_of(desk, day).values():
        expect(
            patient.id == holder.id or patient.matricule != holder.matricule,
            fr=f"{moment.fr}, l'INS est aussi dans le dossier de l'inconnu",
            en=f"{moment.en}, the INS is in the file of the unknown person too",
        )


@pytest.mark.rule("VER-07")
@pytest.mark.title(
    fr="Les homonymes de l'inconnu ne sont pas pris pour lui",
    en="The homonyms of the unknown person are not taken for them",
)
@pytest.mark.parametrize("route", [Route.TYPED, Route.CHECKED], ids=str)
def test_homonyms(desk: Desk, route: Route) -> None:
    person = person_with_homonyms(desk)
    near = homonyms(desk, person, route)
    with answering(desk, KO):
        need_verified(receive(desk, received(person, document=DOCUMENT)).exchanges, Said.KO)
    expect_untouched(desk, near, Moment("inconnu et KO", "unknown and KO"))


def _expect_without_ins(
    desk: Desk, identity: ReceivedIdentity, case: str, *, must_be_ko: bool = False, also: str | None = None
) -> None:
    days = (identity.birth_date, also)
    before, items = files_of(desk, *days), desk.lgo.read_worklist(actor=desk.user)
    arrival = receive(desk, identity)
    if must_be_ko:
        need_verified(arrival.exchanges, Said.KO)
    found = verifications(arrival.exchanges)
    if found and said_by(found[-1]) is Said.OK:
        return  # A part that need not be sent, and was not: INSi has not denied it.
    moment = Moment(
        f"identité inconnue reçue, KO ({case})", f"unknown identity received, KO ({case_text(case).en})"
    )
    created = [patient for key, patient in files_of(desk, *days).items() if key not in before]
    told = None if isinstance(arrival.said, RefusedError) else arrival.said.patient_id
    if told is not None and told not in {*before, *(patient.id for patient in created)}:
        # The file that the software speaks of is not found under the birth date received.
        created.append(desk.lgo.read_patient(told, actor=desk.user))
    for patient in created:
        _expect_bare(patient, identity, moment)
    expect(
        len(created) <= 1,
        fr=f"{moment.fr}, {len(created)} dossiers créés",
        en=f"{moment.en}, {len(created)} files created",
        inferred=True,
    )
    if created or not found:
        return  # Without a verification there was no KO: a software may refuse what contradicts itself.
    is_queued = not isinstance(arrival.said, RefusedError) and arrival.said.outcome is ReceptionOutcome.QUEUED
    if not (is_queued or new_items(desk, items) or any(map(str.strip, arrival.texts))):
        raise Departure(
            f"{moment.fr}, aucun dossier n'est créé et rien n'est proposé",
            f"{moment.en}, no file is created and nothing is proposed",
        )


def _expect_bare(patient: Patient, identity: ReceivedIdentity, moment: Moment) -> None:
    expect_values(
        patient,
        {"matricule": None, "oid": None},
        fr=f"{moment.fr}, le dossier créé porte une INS",
        en=f"{moment.en}, the file created holds an INS",
    )
    number = identity.matricule or ""
    expect(
        not patient.billing_number or patient.billing_number[:13] != number[:13],
        fr=f"{moment.fr}, le matricule reçu est gardé comme numéro de facturation",
        en=f"{moment.en}, the matricule received is kept as billing number",
    )
    expect(
        patient.status is Status.PROV,
        fr=f"{moment.fr}, le dossier créé est au statut {patient.status}",
        en=f"{moment.en}, the file created has the status {patient.status}",
        # That it is provisoire is deduced; that it is not qualifiée is Règle 30.
        inferred=patient.status is not Status.QUAL,
    )
    traits = {name: getattr(identity, name) for name in (*MANDATORY, "first_names")}
    expect_values(
        patient,
        {**traits, "used_name": None, "used_first_name": None},
        fr=f"{moment.fr}, le dossier créé ne porte pas les traits reçus",
        en=f"{moment.en}, the file created does not hold the traits received",
        inferred=True,
    )
