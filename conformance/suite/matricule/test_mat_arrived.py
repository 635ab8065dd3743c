"""MAT-01, MAT-04, MAT-05, MAT-06 for numbers that other domains send and for symbols that are scanned."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

import pytest

from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.expect import expect, expect_each
from conformance.suite.desk.people import now_known_by
from conformance.suite.desk.routes import Route
from conformance.suite.desk.snapshot import Moment, expect_kept
from conformance.suite.incoming.letter import Letter
from conformance.suite.matricule.arrivals import (
    MOST,
    Way,
    arrives,
    expect_oid_kept,
    expect_out,
    need_way,
)
from conformance.suite.matricule.settings import in_production
from conformance.suite.matricule.shapes import BILLING, NATURES, NO_INS, ROOT, known, natures_shown
from conformance.suite.verification.elsewhere import received
from conformance.suite.verification.wire import numbers_of, verifications
from simulator.ins.matricule import VALUE_LENGTH, Matricule, key_of
from simulator.ins.oid import InsOid

if TYPE_CHECKING:
    from conformance.suite.desk.steps import Desk

HOSTS: Final = (None, Route.TYPED, Route.CHECKED)
"""What there is of the person when the number arrives: nothing, a file without INS."""


@pytest.mark.rule("MAT-01")
@pytest.mark.title(
    fr="Un matricule faux reçu d'ailleurs ou lu sur un symbole n'entre dans aucun dossier, même si INSi le confirmait",
    en="A wrong matricule received from elsewhere or scanned enters no file, even if INSi confirmed it",
)
@pytest.mark.parametrize("way", Way, ids=str)
def test_wrong_numbers(desk: Desk, way: Way) -> None:
    need_way(desk, way)

    def judge(route: Route | None, name: str) -> None:
        person = desk.draw(birth_date="1984-09-25", birth_place="63113", first_names_count=1)
        if route:
            desk.bring(person, route)
        wrong = _wrong(person.identity.matricule).get(name, "")
        # By chance of the digits it may be the right one again; and the block S1 has 15 characters.
        if not wrong or (way is Way.SCAN and len(wrong) != VALUE_LENGTH):
            return
        came = arrives(desk, person, way, matricule=wrong)
        expect_out(came, person, Moment(f"{name} ({way})", f"{name} ({way})"))
        if route is None and name == names[0]:
            again = Moment(f"{name}, une seconde fois ({way})", f"{name}, a second time ({way})")
            expect_out(arrives(desk, person, way, matricule=wrong), person, again)

    names = list(_wrong(Matricule.parse("279035121518989")))
    if way not in MOST:
        expect_each({f"{names[0]}, {route}": partial(judge, route, names[0]) for route in HOSTS[1:]})
        return
    expect_each({f"{name}, inconnu": partial(judge, None, name) for name in names})
    expect_each({f"clé + 1, {route}": partial(judge, route, "clé + 1") for route in HOSTS[1:]})


@pytest.mark.rule("MAT-01")
@pytest.mark.title(
    fr="En Corse, la clé d'un matricule reçu est contrôlée avec sa lettre, et le juste n'est pas refusé",
    en="In Corsica the key of a matricule received is checked with its letter, and the right one is not refused",
)
@pytest.mark.parametrize("way", [Way.IDENTITY, Way.ORU, Way.SCAN], ids=str)
def test_corsica(desk: Desk, way: Way) -> None:
    need_way(desk, way)
    for place, other, date, born_in in (
        ("2A", "2B", "1986-11-12", "2A004"),
        ("2B", "2A", "1990-01-31", "2B033"),
    ):
        person = desk.draw(birth_date=date, birth_place=born_in, first_names_count=1)
        number = person.identity.matricule.number
        wrong = f"{number}{key_of(number.replace(place, other, 1))}"
        came = arrives(desk, person, way, matricule=wrong)
        expect_out(came, person, Moment(f"clé de {other} sous {place}", f"key of {other} under {place}"))
        came = arrives(desk, person, way, answer=None)
        expect(
            not isinstance(came.said, RefusedError),
            fr=f"un matricule de Corse juste ({place}) est refusé ({way})",
            en=f"a right matricule of Corsica ({place}) is refused ({way})",
        )


@pytest.mark.rule("MAT-04")
@pytest.mark.title(
    fr="Un matricule reçu garde l'OID sous lequel il est venu, quels que soient ses chiffres et le nom de son autorité",
    en="A matricule received keeps the OID that it came under, whatever its digits and the name of its authority",
)
@pytest.mark.parametrize("way", [Way.IDENTITY, Way.ADT, Way.MAIL, Way.SCAN], ids=str)
def test_nature(desk: Desk, way: Way) -> None:
    need_way(desk, way)

    def judge(digit: str, oid: InsOid) -> None:
        person = known(desk, digit, oid)
        desk.create(person)
        other = "NIR" if oid is InsOid.NIA else "NIA"
        letter = Letter(identity=received(person), authority=f"ASIP-SANTE-INS-{other}")
        moment = Moment(f"matricule reçu ({way})", f"matricule received ({way})")
        came = arrives(desk, person, way, answer=None, letter=letter)
        for patient in expect_oid_kept(came, str(oid), moment):
            natures = natures_shown(desk, patient)
            expect(
                natures <= {oid.nature},
                fr=f"{moment.fr}, l'écran dit {' et '.join(sorted(natures))} sous l'OID {oid}",
                en=f"{moment.en}, the screen says {' and '.join(sorted(natures))} under the OID {oid}",
            )

    expect_each({name: partial(judge, *case) for name, case in NATURES.items()})


@pytest.mark.rule("MAT-05")
@pytest.mark.title(
    fr="Un OID qui n'est pas celui d'une INS, reçu ou lu, n'entre pas, ni sous lui ni sous un autre",
    en="An OID that is not that of an INS, received or scanned, does not get in, under itself or another",
)
@pytest.mark.parametrize("way", MOST, ids=str)
def test_unknown_oids(desk: Desk, way: Way) -> None:
    need_way(desk, way)

    def judge(name: str, route: Route | None) -> None:
        _expect_oid_out(desk, way, route, (name, NO_INS[name]), inferred=False)

    cases = {name: partial(judge, name, None) for name in _writable(way)}
    cases["l'OID de l'INS-C, dossier connu"] = partial(judge, "l'OID de l'INS-C (.2)", Route.TYPED)
    expect_each(cases)


@pytest.mark.rule("MAT-05")
@pytest.mark.title(
    fr="Chaque OID de l'INS, reçu et confirmé, est gardé à la lettre",
    en="Each OID of the INS, received and confirmed, is kept to the letter",
)
@pytest.mark.parametrize("way", [Way.IDENTITY, Way.ADT], ids=str)
def test_known_oids(desk: Desk, way: Way) -> None:
    need_way(desk, way)

    def judge(oid: InsOid) -> None:
        person = desk.draw(shape=lambda one: replace(one, identity=replace(one.identity, oid=oid)), nia=False)
        came = arrives(desk, person, way, answer=None)
        expect_oid_kept(came, str(oid), Moment(f"OID {oid} ({way})", f"OID {oid} ({way})"))

    expect_each({str(oid): partial(judge, oid) for oid in (InsOid.NIR, InsOid.NIA, InsOid.NIR_TEST)})


def _expect_oid_out(
    desk: Desk, way: Way, route: Route | None, oid: tuple[str, str], *, inferred: bool
) -> None:
    """Check that a number under an OID, told by its name too, gets into no file, known on this route or not at all."""
    name, value = oid
    person = desk.draw(first_names_count=1)
    if route:
        desk.bring(person, route)
    came = arrives(desk, person, way, oid=value)
    expect_out(came, person, Moment(f"{name} ({way})", f"{name} ({way})"), inferred=inferred)


@pytest.mark.rule("MAT-06")
@pytest.mark.title(
    fr="Un OID de facturation reçu ou lu n'est pas pris pour celui d'une INS",
    en="A billing OID received or scanned is not taken for that of an INS",
)
@pytest.mark.parametrize("way", MOST, ids=str)
def test_billing_oids(desk: Desk, way: Way) -> None:
    need_way(desk, way)

    def judge(name: str, route: Route | None) -> None:
        _expect_oid_out(desk, way, route, (name, BILLING[name]), inferred=True)

    expect_each(
        {f"{name}, {route or 'inconnu'}": partial(judge, name, route) for name in BILLING for route in HOSTS}
    )


@pytest.mark.rule("MAT-06")
@pytest.mark.title(
    fr="En production, un OID d'essai reçu ou lu n'entre pas, celui d'une INS n'est pas refusé ; hors production, l'essai passe",
    en="In production an OID of tests received or scanned does not get in, that of an INS is not refused; elsewhere tests pass",
)
@pytest.mark.parametrize("way", Way, ids=str)
def test_production(desk: Desk, way: Way) -> None:
    need_way(desk, way)

    def out(oid: str, route: Route | None) -> None:
        person = desk.draw(first_names_count=1)
        before = desk.snapshot(desk.create(person)) if route else None
        came = arrives(desk, person, way, oid=oid)
        moment = Moment(f"OID {oid} en production ({way})", f"OID {oid} in production ({way})")
        expect_out(came, person, moment, inferred=True)
        if before is not None:
            expect_kept(desk.snapshot(before.patient), before, moment, inferred=True)

    def admitted(oid: InsOid) -> None:
        person = desk.draw(shape=lambda one: replace(one, identity=replace(one.identity, oid=oid)), nia=False)
        came = arrives(desk, person, way, answer=None)
        expect(
            not isinstance(came.said, RefusedError),
            fr=f"l'INS d'OID {oid} est refusée en production ({way})",
            en=f"the INS of OID {oid} is refused in production ({way})",
            inferred=True,
        )

    tests = (f"{ROOT}.10", f"{ROOT}.11")
    if way not in MOST:
        with in_production(desk):
            expect_each({f"{oid}, {Route.TYPED}": partial(out, oid, Route.TYPED) for oid in tests[:1]})
        return
    with in_production(desk):
        expect_each(
            {
                f"{oid}, {route or 'inconnu'}": partial(out, oid, route)
                for oid in tests
                for route in (None, Route.TYPED)
            }
            | {f"{oid} admis": partial(admitted, oid) for oid in (InsOid.NIR, InsOid.NIA)}
        )
    expect_each({"l'OID d'essai hors production": partial(admitted, InsOid.NIR_TEST)})


@pytest.mark.rule("MAT-09")
@pytest.mark.title(
    fr="L'INS qu'un message dit ancienne n'est ni reprise ni vérifiée à la place de celle qu'il dit actuelle",
    en="The INS that a message calls a former one is neither taken nor verified in the place of the one that it calls current",
)
def test_former_number(desk: Desk) -> None:
    need_way(desk, Way.FHIR)

    def judge(*, is_first: bool, route: Route | None) -> None:
        waiting = desk.draw(nia=True, first_names_count=1)
        traits = waiting.identity.traits
        person = now_known_by(waiting, desk.draw(sex=traits.sex, birth_date=traits.birth_date, nia=False))
        if route:
            desk.bring(person, route)
        former = (str(waiting.identity.oid), waiting.identity.matricule.value)
        letter = Letter(identity=received(person), former_ins=(former,), former_first=is_first)
        came = arrives(desk, person, Way.FHIR, letter=letter)
        moment = Moment("ancienne INS dans un message (fhir)", "former INS in a message (fhir)")
        expect_out(came, person, moment, is_confirmed=True, inferred=True)
        expect(
            former[1] not in numbers_of(verifications(came.exchanges)),
            fr=f"{moment.fr}, c'est elle que le logiciel fait vérifier",
            en=f"{moment.en}, it is the one that the software has verified",
            inferred=True,
        )

    expect_each(
        {
            "l'ancienne en tête, inconnu": partial(judge, is_first=True, route=None),
            "l'ancienne à la suite, dossier typé": partial(judge, is_first=False, route=Route.TYPED),
        }
    )


def _writable(way: Way) -> list[str]:
    """Return the unknown OIDs that a form can hold: a symbol has room for 20 characters, and none for an empty block."""
    names = list(NO_INS)
    return [name for name in names if way is not Way.SCAN or 0 < len(NO_INS[name]) <= 20]  # noqa: PLR2004


def _wrong(right: Matricule) -> dict[str, str]:
    """Return wrong numbers made of a right one, by what is wrong."""
    number, key = right.number, right.key
    swapped = f"{number[:10]}{number[11]}{number[10]}{number[12]}"
    found = {
        "clé + 1": f"{number}{int(key) % 97 + 1:02d}",
        "premier chiffre de la clé faux": f"{number}{(int(key[0]) + 3) % 10}{key[1]}",
        "dernier chiffre de la clé faux": f"{number}{key[0]}{(int(key[1]) + 3) % 10}",
        "clé égale au reste": f"{number}{97 - int(key):02d}",
        "la clé 00": f"{number}00",
        "un chiffre faux": f"{number[:12]}{(int(number[12]) + 1) % 10}{key}",
        "deux chiffres échangés": f"{swapped}{key}",
        "13 caractères": number,
        "une lettre dans le numéro": f"{number[:10]}O{number[11:]}{key}",
        "16 caractères": f"{number}{key}0",
    }
    return {name: value for name, value in found.items() if value != right.value}
