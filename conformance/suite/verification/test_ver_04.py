"""VER-04: an INS that comes from elsewhere is verified by itself, once, unless this INS is récupérée or qualifiée here."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from conformance.drivers.model import Status
from conformance.suite.desk.apart import DOWNGRADE
from conformance.suite.desk.cases import case_text
from conformance.suite.desk.cast import CAST
from conformance.suite.desk.expect import expect, expect_each, expect_equal
from conformance.suite.desk.full import bring_full
from conformance.suite.desk.lowering import lowered_by
from conformance.suite.desk.people import NAMES_IN_USE
from conformance.suite.desk.routes import Route, routes
from conformance.suite.desk.snapshot import Moment
from conformance.suite.desk.steps import USERS
from conformance.suite.desk.words import state_of
from conformance.suite.verification.elsewhere import (
    DOCUMENT,
    answering,
    as_values,
    files_of,
    receive,
    received,
    spoilt,
)
from conformance.suite.verification.homonyms import homonyms, person_with_homonyms
from conformance.suite.verification.wire import ERRORS, KO, claims_of, expect_claims, verifications
from conformance.verdicts import Departure

if TYPE_CHECKING:
    from conformance.drivers.model import Patient
    from conformance.drivers.partners import ReceivedIdentity
    from conformance.suite.desk.cast import Part
    from conformance.suite.desk.steps import Desk

WITH_INS = routes(Status.RECUP, Status.QUAL)

MOST = 10
"""Requests of one verification that fails, its repetitions included. The number is ours."""


@pytest.mark.rule("VER-04")
@pytest.mark.title(
    fr="La réception d'une identité inconnue déclenche exactement une vérification, de ce qui a été reçu",
    en="The reception of an unknown identity triggers exactly one verification, of what was received",
)
@pytest.mark.parametrize("user", USERS)
@pytest.mark.parametrize("status", ["QUAL", "VALI", None])
def test_unknown(desk: Desk, status: str | None, user: str) -> None:
    desk = desk.by(user)

    def judge(document: str | None) -> None:
        identity = received(desk.draw(first_names_count=3), status=status, document=document)
        _expect_one(
            desk, identity, Moment("réception d'une identité inconnue", "reception of an unknown identity")
        )

    expect_each({"sans document": partial(judge, None), "avec document": partial(judge, DOCUMENT)})


@pytest.mark.rule("VER-04")
@pytest.mark.title(
    fr="Pour chaque personne de la distribution, ce qui est vérifié est ce qui a été reçu ; reçue de nouveau une fois "
    "récupérée puis qualifiée, elle ne l'est plus",
    en="For each person of the cast, what is verified is what was received; received again once récupérée, then "
    "qualifiée, it no longer is",
)
def test_cast_received_again(desk: Desk) -> None:
    def judge(part: Part) -> None:
        identity = received(desk.play(part))
        _expect_one(desk, identity, Moment("réception", "reception"))
        for patient in files_of(desk, identity.birth_date).values():
            if patient.status is not Status.RECUP or patient.matricule != identity.matricule:
                continue
            _expect_none(desk, identity, Moment("de nouveau, une fois récupérée", "again, once récupérée"))
            desk.check_document(patient)
            _expect_none(desk, identity, Moment("de nouveau, une fois qualifiée", "again, once qualifiée"))

    expect_each({part.key: partial(judge, part) for part in CAST})


@pytest.mark.rule("VER-04")
@pytest.mark.title(
    fr="Une INS déjà récupérée ou qualifiée ici n'est pas vérifiée, qui que soit l'émetteur, avec document ou sans",
    en="An INS that is already récupérée or qualifiée here is not verified, whoever sends it, with a document or without",
)
@pytest.mark.parametrize("route", WITH_INS, ids=str)
def test_exempt(desk: Desk, route: Route) -> None:
    person = desk.draw()
    patient = desk.bring(person, route)
    for changes in ({}, {"sender": "CLINIQUE-KVORLAN"}, {"document": DOCUMENT}, {"status": None}):
        _expect_none(
            desk,
            received(person, **changes),
            Moment(f"INS déjà {patient.status} ({route})", f"INS already {patient.status} ({route})"),
        )


@pytest.mark.rule("VER-04")
@pytest.mark.title(
    fr="Un patient connu sans cette INS n'en dispense pas : provisoire, validé, ou porteur d'une autre INS",
    en="A patient known without this INS is no exemption: provisoire, validé, or holder of another INS",
)
@pytest.mark.parametrize("route", routes(), ids=str)
def test_known_without_this_ins(desk: Desk, route: Route) -> None:
    has_ins = route in WITH_INS

    def judge(part: str | None) -> None:
        person = desk.draw()
        # The attributes and the names of the file are no exemption either.
        patient = (
            desk.bring(person, route, **NAMES_IN_USE) if part == "oid" else bring_full(desk, person, route)
        )
        identity = spoilt(desk, person, part) if part else received(person)
        moment = Moment(f"patient connu ({route})", f"known patient ({route})")
        _expect_one(desk, identity, moment, local=None if has_ins else patient)

    parts = ("matricule", "oid") if has_ins else (None, "matricule", "oid")
    expect_each({part or "vraie INS": partial(judge, part) for part in parts})


@pytest.mark.rule("VER-04")
@pytest.mark.title(
    fr="Une INS démentie, non vérifiée faute de réponse, ou retirée du dossier, est vérifiée de nouveau à la réception suivante",
    en="An INS denied, not verified for want of an answer, or taken from the file, is verified again at the next reception",
)
@pytest.mark.parametrize("case", ["ko", "downgraded", "errors"])
@DOWNGRADE.mark
def test_verified_again(desk: Desk, case: str) -> None:
    person = desk.draw()
    identity = received(person)
    moment = Moment(f"réception suivante ({case})", f"next reception ({case_text(case).en})")
    local: Patient | None = None
    if case == "ko":
        with answering(desk, KO):
            receive(desk, identity)
    elif case == "downgraded":
        patient = desk.bring(person, Route.IMPORTED)
        lowered_by(desk, patient, Status.PROV)
        local = desk.read(patient)
    else:
        for name in ERRORS:
            with answering(desk, name):
                count = len(verifications(receive(desk, identity).exchanges))
            expect(
                1 <= count <= MOST,
                fr=f"{moment.fr}, {count} vérification(s) pour une réception ({name})",
                en=f"{moment.en}, {count} verification(s) for one reception ({case_text(name).en})",
                # That failures are not repeated for ever is a deduction (ERR-05).
                inferred=count > MOST,
            )
    if case == "errors" and _holds(desk, identity):
        return  # Stored without having been verified: for VER-09.
    _expect_one(desk, identity, moment, local=local)


@pytest.mark.rule("VER-04")
@pytest.mark.title(
    fr="Deux identités reçues l'une après l'autre sont vérifiées chacune, même nées le même jour",
    en="Two identities received in turn are each verified, even if born on the same day",
)
def test_each_its_own(desk: Desk) -> None:
    first, second = (desk.draw(birth_date="1964-11-05", sex="F") for _ in range(2))
    for person in (first, second):
        _expect_one(desk, received(person), Moment("deux réceptions", "two receptions"))
    _expect_none_if_held(desk, received(first))


@pytest.mark.rule("VER-04")
@pytest.mark.title(
    fr="Des homonymes, même récupérés ou qualifiés, ne dispensent pas de vérifier celui qui est reçu",
    en="Homonyms, even récupérés or qualifiés, are no exemption from verifying the one received",
)
@pytest.mark.parametrize("known", [None, Route.TYPED], ids=["unknown", "known"])
def test_homonyms(desk: Desk, known: Route | None) -> None:
    person = person_with_homonyms(desk)
    homonyms(desk, person, Route.CHECKED)
    if known:
        desk.bring(person, known)
    traits = person.identity.traits
    for route in (Route.IMPORTED, Route.IMPORTED_CHECKED):
        desk.bring(desk.draw(birth_date=traits.birth_date, sex=traits.sex), route)
    _expect_one(desk, received(person), Moment("réception parmi des homonymes", "reception among homonyms"))


def _holds(desk: Desk, identity: ReceivedIdentity) -> bool:
    files = files_of(desk, identity.birth_date).values()
    return any(patient.matricule == identity.matricule for patient in files)


def _expect_none_if_held(desk: Desk, identity: ReceivedIdentity) -> None:
    if _holds(desk, identity):
        _expect_none(desk, identity, Moment("INS récupérée entre-temps", "INS récupérée meanwhile"))


def _expect_one(
    desk: Desk, identity: ReceivedIdentity, moment: Moment, *, local: Patient | None = None
) -> None:
    """Receive an identity, which has to be verified once, as received (or with the equal traits of the file)."""
    arrival = receive(desk, identity)
    found = verifications(arrival.exchanges)
    operations = ", ".join(str(each.operation) for each in arrival.exchanges) or "-"
    expect_equal(
        got=len(found),
        expected=1,
        fr=f"{moment.fr}, nombre de vérifications reçues par INSi (requêtes : {operations})",
        en=f"{moment.en}, number of verifications received by INSi (requests: {operations})",
    )
    for claimed in claims_of(found[0]):
        try:
            expect_claims(claimed, as_values(identity), moment)
        except Departure:
            # The INS received, under the traits of the file that it is about, is as good.
            if local is None:
                raise
            ins = {"matricule": identity.matricule, "oid": identity.oid}
            expect_claims(claimed, {**state_of(local), **ins}, moment)


def _expect_none(desk: Desk, identity: ReceivedIdentity, moment: Moment) -> None:
    found = verifications(receive(desk, identity).exchanges)
    expect(
        not found,
        fr=f"{moment.fr}, {len(found)} vérification(s) inutile(s) à la réception",
        en=f"{moment.en}, {len(found)} useless verification(s) at the reception",
    )
