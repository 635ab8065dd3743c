"""VER-01: an INS in a file can be verified, and it is this INS with these traits that is."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from conformance.drivers.model import Attribute, Status
from conformance.drivers.partners import VerificationOutcome
from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.cases import case_text
from conformance.suite.desk.cast import CAST
from conformance.suite.desk.expect import expect, expect_each, expect_equal
from conformance.suite.desk.people import NAMES_IN_USE, another_value
from conformance.suite.desk.routes import Route, routes
from conformance.suite.desk.snapshot import Moment, expect_kept
from conformance.suite.desk.steps import USERS, preparing
from conformance.suite.desk.words import state_of
from conformance.suite.response.refusals import altered
from conformance.suite.verification.elsewhere import answering, verify
from conformance.suite.verification.wire import (
    ERRORS,
    KO,
    Said,
    claims_of,
    expect_claims,
    need_verified,
    said_by,
    verifications,
)
from simulator.ins.oid import InsOid

if TYPE_CHECKING:
    from conformance.drivers.model import Patient
    from conformance.suite.desk.cast import Part
    from conformance.suite.desk.steps import Desk

WITH_INS = routes(Status.RECUP, Status.QUAL)


@pytest.mark.rule("VER-01")
@pytest.mark.title(
    fr="La vérification d'un dossier part vers INSi avec l'INS et les traits du dossier, et son OK est annoncé",
    en="The verification of a file goes to INSi with the INS and the traits of the file, and its OK is told",
)
@pytest.mark.parametrize("user", USERS)
@pytest.mark.parametrize("route", WITH_INS, ids=str)
def test_verification_leaves(desk: Desk, route: Route, user: str) -> None:
    desk = desk.by(user)
    before = desk.snapshot(desk.bring(desk.draw(first_names_count=3), route))
    for times in ("1", "2"):
        moment = Moment(f"vérification {times} ({route})", f"verification {times} ({route})")
        _expect_verified(desk, before.patient, moment)
        # The cells of E17 are deduced: no text says what an OK may change.
        expect_kept(desk.snapshot(before.patient), before, moment, inferred=True)


@pytest.mark.rule("VER-01")
@pytest.mark.title(
    fr="Pour chaque personne de la distribution, l'identité soumise à la vérification est celle du dossier, à la lettre",
    en="For each person of the cast, the identity submitted to the verification is that of the file, to the letter",
)
def test_cast_verified(desk: Desk) -> None:
    def judge(part: Part) -> None:
        patient = desk.bring(desk.play(part), Route.IMPORTED)
        _expect_verified(desk, patient, Moment("vérification", "verification"))

    expect_each({part.key: partial(judge, part) for part in CAST})


@pytest.mark.rule("VER-01")
@pytest.mark.title(
    fr="Deux dossiers l'un après l'autre, et un dossier dont le nom utilisé diffère : chacun est vérifié sous son identité",
    en="Two files in turn, and a file whose used name differs: each is verified under its own identity",
)
def test_each_file_its_own(desk: Desk) -> None:
    day = "1971-02-13"
    first = desk.bring(desk.draw(birth_date=day), Route.IMPORTED)
    second = desk.bring(desk.draw(birth_date=day), Route.IMPORTED_CHECKED)
    desk.lgo.update_patient(second.id, NAMES_IN_USE, actor=desk.user)
    for patient in (first, second, first):
        _expect_verified(
            desk, desk.read(patient), Moment("vérifications tour à tour", "verifications in turn")
        )


@pytest.mark.rule("VER-01")
@pytest.mark.title(
    fr="Après un KO puis un nouvel import, c'est la nouvelle identité du dossier qui est vérifiée",
    en="After a KO and another import, it is the new identity of the file that is verified",
)
@pytest.mark.parametrize("part", ["birth_name", "first_names", "oid"])
def test_identity_of_now(desk: Desk, part: str) -> None:
    person = desk.draw(first_names_count=2)
    other = str(InsOid.NIA) if part == "oid" else another_value(desk, person, part)
    with desk.answered_by(altered(f"former-{part.replace('_', '-')}", {part: other}), patient=person):
        patient = desk.create(person)
        desk.decide(desk.find(patient), accept=True)
    former = desk.read(patient)
    _expect_verified(desk, former, Moment("première identité", "first identity"))
    if Attribute.DOUTEUSE in desk.read(patient).attributes:
        return  # A software may doubt an identity that INSi denies; it is then not called for.
    if part == "birth_name":
        with preparing(
            "corriger le nom d'une identité provisoire", "correct the name of an identité provisoire"
        ):
            name = {"birth_name": person.identity.traits.birth_name}
            desk.lgo.update_patient(patient.id, name, actor=desk.user)
    now = desk.feed(patient)
    _expect_verified(desk, now, Moment("identité réimportée", "identity imported again"))


@pytest.mark.rule("VER-01")
@pytest.mark.title(
    fr="Le résultat annoncé est celui d'INSi : un KO est dit KO, une panne n'est dite ni OK ni KO",
    en="The result told is that of INSi: a KO is told as KO, a failure as neither OK nor KO",
)
def test_result_is_told(desk: Desk) -> None:
    def judge(name: str) -> None:
        patient = desk.bring(desk.draw(), Route.IMPORTED)
        with answering(desk, name):
            said, exchanges = verify(desk, patient)
        last = said_by(need_verified(exchanges)[-1])
        if isinstance(said, RefusedError):
            return
        expected = VerificationOutcome.KO if last is Said.KO else VerificationOutcome.ERROR
        expect_equal(
            got=said.outcome,
            expected=expected,
            fr=f"résultat annoncé d'une vérification terminée par {name}",
            en=f"result told of a verification ended by {case_text(name).en}",
            # No text read says what is told of a failure; that it is no OK follows from the statement.
            inferred=last is not Said.KO and said.outcome is not VerificationOutcome.OK,
        )
        expect(
            said.message or said.alerts,
            fr=f"l'utilisateur ne lit rien d'une vérification terminée par {name}",
            en=f"the user reads nothing of a verification ended by {case_text(name).en}",
            inferred=True,
        )

    expect_each({name: partial(judge, name) for name in (KO, *ERRORS)})


@pytest.mark.rule("VER-01")
@pytest.mark.title(
    fr="Un dossier sans INS n'est pas soumis à la vérification", en="A file without INS is not verified"
)
@pytest.mark.parametrize("route", [Route.TYPED, Route.CHECKED], ids=str)
def test_nothing_to_verify(desk: Desk, route: Route) -> None:
    before = desk.snapshot(desk.bring(desk.draw(), route))
    said, exchanges = verify(desk, before.patient)
    moment = Moment(
        f"vérification d'un dossier sans INS ({route})", f"verification of a file without INS ({route})"
    )
    expect(
        not verifications(exchanges),
        fr=f"{moment.fr}, une requête est partie",
        en=f"{moment.en}, a request left",
        inferred=True,
    )
    expect(
        isinstance(said, RefusedError) or said.outcome is not VerificationOutcome.OK,
        fr=f"{moment.fr}, le résultat annoncé est OK",
        en=f"{moment.en}, the result told is OK",
    )
    expect_kept(desk.snapshot(before.patient), before, moment, inferred=True)


def _expect_verified(desk: Desk, patient: Patient, moment: Moment) -> None:
    said, exchanges = verify(desk, patient)
    found = verifications(exchanges)
    expect(
        found,
        fr=f"{moment.fr}, aucune vérification n'arrive à INSi ({_operations(exchanges)})",
        en=f"{moment.en}, no verification reaches INSi ({_operations(exchanges)})",
        # What is verified of a récupérée is a deduction (E17, E18).
        inferred=patient.status is Status.RECUP and isinstance(said, RefusedError),
    )
    for request in found:
        claims = claims_of(request)
        expect(
            claims,
            fr=f"{moment.fr}, la requête ne porte aucune identité",
            en=f"{moment.en}, the request holds no identity",
        )
        for claimed in claims:
            expect_claims(claimed, state_of(patient), moment)
    if said_by(found[-1]) is Said.OK and not isinstance(said, RefusedError):
        expect_equal(
            got=said.outcome,
            expected=VerificationOutcome.OK,
            fr=f"{moment.fr}, résultat annoncé",
            en=f"{moment.en}, result told",
        )


def _operations(exchanges: list) -> str:  # type: ignore[type-arg] # of exchanges
    return ", ".join(str(each.operation) for each in exchanges) or "-"
