"""MAT-01, MAT-02, MAT-03 for right numbers that other domains send: however odd it looks, a true number is verified, not put aside."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from conformance.documents.datamatrix.payload import payload_of
from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.apart import APP, RECEPTION, SCAN
from conformance.suite.desk.cases import case_text
from conformance.suite.desk.expect import expect, expect_each, expect_equal
from conformance.suite.desk.words import app_identity
from conformance.suite.matricule.arrivals import OK
from conformance.suite.matricule.test_mat_01 import KEYS, PLACES, with_key
from conformance.suite.matricule.test_mat_02_03 import CORSICA, NUMBERS, with_digits
from conformance.suite.verification.elsewhere import answering, receive, received
from conformance.suite.verification.wire import verifications
from conformance.verdicts import Departure, UndecidedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.suite.desk.steps import Desk
    from simulator.registry.person import Person


@pytest.mark.title(
    fr="Un matricule juste reçu d'ailleurs est vérifié, quels que soient sa clé, sa lettre ou ses chiffres",
    en="A right matricule received from elsewhere is verified, whatever its key, its letter or its digits",
)
@pytest.mark.parametrize(
    "rule", [pytest.param(key, marks=pytest.mark.rule(key), id=key) for key in ("MAT-01", "MAT-02", "MAT-03")]
)
@RECEPTION.mark
def test_right_number_is_verified(desk: Desk, rule: str) -> None:
    # Without an ordinary one, that an odd one is not verified says nothing of its digits.
    if not _is_verified(desk, desk.draw(nia=False)):
        raise UndecidedError(
            "préparation impossible, une identité reçue ordinaire n'est pas vérifiée",
            "could not be prepared, an ordinary identity received is not verified",
            depends_on=("VER-04",),
        )

    def judge(name: str, drawn: Callable[[], Person]) -> None:
        person = drawn()
        expect(
            _is_verified(desk, person),
            fr=f"matricule juste ({name}, {person.identity.matricule.value}) écarté sans vérification",
            en=f"right matricule ({case_text(name).en}, {person.identity.matricule.value}) put aside without verification",
        )

    people = _people(desk, rule)
    expect_each({name: partial(judge, name, drawn) for name, drawn in people.items()})
    for at_hand, expect_taken in ((SCAN, _expect_scanned), (APP, _expect_from_app)):
        with desk.if_at_hand(at_hand):
            expect_each({name: partial(expect_taken, desk, drawn()) for name, drawn in people.items()})


def _expect_scanned(desk: Desk, person: Person) -> None:
    try:
        desk.lgo.scan_datamatrix(payload_of(person.identity), actor=desk.user)
    except RefusedError as refusal:
        number = person.identity.matricule.value
        raise Departure(
            f"le symbole du matricule {number}, qui est juste, est refusé : {refusal.message}",
            f"the symbol of the matricule {number}, which is right, is refused: {refusal.message}",
        ) from refusal


def _expect_from_app(desk: Desk, person: Person) -> None:
    number = person.identity.matricule.value
    try:
        patient = desk.lgo.import_app_identity(app_identity(person), actor=desk.user)
    except RefusedError as refusal:
        raise Departure(
            f"le matricule {number} de l'Appli carte Vitale, qui est juste, est refusé : {refusal.message}",
            f"the matricule {number} of the Appli carte Vitale, which is right, is refused: {refusal.message}",
        ) from refusal
    expect_equal(
        got=patient.matricule,
        expected=number,
        fr="matricule repris de l'application",
        en="matricule taken from the app",
    )


def _people(desk: Desk, rule: str) -> dict[str, Callable[[], Person]]:
    match rule:
        case "MAT-01":
            return {
                name: partial(
                    desk.draw,
                    shape=partial(with_key, wanted=wanted, oid=oid),
                    birth_date=PLACES[place][0],
                    birth_place=PLACES[place][1],
                )
                for name, (place, wanted, oid) in KEYS.items()
            }
        case "MAT-02":
            return {
                name: partial(desk.draw, birth_date=date, birth_place=place)
                for name, (date, place) in CORSICA.items()
            }
        case _:
            odd: dict[str, Callable[[], Person]] = {}
            for name, (sex, date, digit, month, place) in NUMBERS.items():
                wanted = {"sex": sex, "birth_date": date, **({"birth_place": place} if place else {})}
                odd[name] = partial(desk.draw, shape=partial(with_digits, digit=digit, month=month), **wanted)
            # Somebody whose sex was put right keeps the number for a while: the first digit is no proof.
            odd["premier chiffre de l'autre sexe"] = partial(
                desk.draw, sex="F", shape=partial(with_digits, digit="1", month=None)
            )
            return odd


def _is_verified(desk: Desk, person: Person) -> bool:
    with answering(desk, OK):
        arrived = receive(desk, received(person))
    return bool(verifications(arrived.exchanges))
