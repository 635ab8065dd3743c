"""MAT-04 to MAT-06: the OID alone tells what a number is; those of the INS are known, and no other is taken."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import pytest

from conformance.drivers.screens import Form
from conformance.suite.desk.apart import FROM_INSI, SCREENS
from conformance.suite.desk.expect import expect, expect_each, expect_equal
from conformance.suite.desk.routes import Route
from conformance.suite.desk.words import expect_values, insi_values
from conformance.suite.matricule.offers import (
    expect_no_file,
    expect_stays_out,
    expect_true_answer_taken,
    host,
    offer,
    offered,
)
from conformance.suite.matricule.settings import in_production
from conformance.suite.matricule.shapes import (
    BILLING,
    NATURES,
    NO_INS,
    ROOT,
    known,
    natures_shown,
    natures_told,
)
from conformance.suite.response.proposals import accepted
from conformance.verdicts import UndecidedError, Verdict
from simulator.ins.oid import InsOid

if TYPE_CHECKING:
    from conformance.suite.desk.steps import Desk


@pytest.mark.rule("MAT-04")
@pytest.mark.title(
    fr="Un matricule est repris sous l'OID qu'INSi lui donne, quel que soit son premier chiffre",
    en="A matricule is taken under the OID that INSi gives it, whatever its first digit",
)
@pytest.mark.parametrize("way", ["typed", "from-insi"])
@FROM_INSI.mark
def test_digits_tell_nothing(desk: Desk, way: str) -> None:
    def judge(digit: str, oid: InsOid) -> None:
        person = known(desk, digit, oid)
        call = offered(desk, person, way)
        expect_values(
            accepted(desk, call),
            insi_values(person),
            fr="le dossier ne porte pas l'identité d'INSi",
            en="the file does not hold the identity of INSi",
        )

    expect_each({name: partial(judge, *case) for name, case in NATURES.items()})


@pytest.mark.rule("MAT-04")
@pytest.mark.title(
    fr="Quand seul l'OID change, la nature change, au second import aussi",
    en="When only the OID changes the nature changes, at a second import too",
)
@pytest.mark.parametrize("route", [Route.TYPED, Route.CHECKED], ids=str)
@pytest.mark.parametrize("first", [InsOid.NIA, InsOid.NIR], ids=["nia-first", "nir-first"])
def test_only_the_oid_changes(desk: Desk, first: InsOid, route: Route) -> None:
    person = desk.draw()
    patient = desk.bring(person, route)
    second = InsOid.NIR if first is InsOid.NIA else InsOid.NIA
    for oid in (first, second):
        offer(desk, person, patient, {"oid": str(oid)})
        after = desk.read(patient)
        expect_values(
            after,
            insi_values(person) | {"oid": str(oid)},
            fr=f"après un import sous l'OID {oid}, le dossier n'est pas celui d'INSi",
            en=f"after an import under the OID {oid} the file is not that of INSi",
        )
        if route is Route.TYPED:
            with desk.if_at_hand(SCREENS):
                fields = desk.lgo.read_form(Form.PATIENT, patient_id=after.id, actor=desk.user)
                # What the screen says of former numbers, on lines of their own, is not meant.
                natures = natures_told(one for one in fields if one.name in {"matricule", "oid"})
                expect(
                    natures <= {oid.nature},
                    fr=f"l'écran dit {' et '.join(sorted(natures))} d'un matricule d'OID {oid}",
                    en=f"the screen says {' and '.join(sorted(natures))} of a matricule of OID {oid}",
                )


@pytest.mark.rule("MAT-04")
@pytest.mark.title(
    fr="La nature affichée, NIR ou NIA, est celle de l'OID et non celle du premier chiffre",
    en="The nature displayed, NIR or NIA, is that of the OID and not that of the first digit",
)
def test_nature_displayed(desk: Desk) -> None:
    told: list[str] = []
    silent: set[str] = set()
    said: set[str] = set()

    def judge(digit: str, oid: InsOid) -> None:
        patient = desk.feed(desk.create(known(desk, digit, oid)))
        natures = natures_shown(desk, patient)
        told.extend(natures)
        (silent, said)[bool(natures)].add(oid.nature)
        expect(
            natures <= {oid.nature},
            fr=f"l'écran dit {' et '.join(sorted(natures))} d'un matricule d'OID {oid}",
            en=f"the screen says {' and '.join(sorted(natures))} of a matricule of OID {oid}",
        )

    expect_each({name: partial(judge, *case) for name, case in NATURES.items()})
    expect(
        not told or not silent,
        fr=f"l'écran dit la nature {' et '.join(sorted(said))} d'un matricule, et rien pour un autre : {' et '.join(sorted(silent))}",
        en=f"the screen says the nature {' and '.join(sorted(said))} of one matricule, and nothing of another: {' and '.join(sorted(silent))}",
        # That what is said of one is said of all is deduced.
        inferred=True,
    )
    if not told:
        raise UndecidedError(
            "le pilote ne dit pas si l'écran nomme NIR ou NIA : à constater à l'écran",
            "the driver does not tell whether the screen says NIR or NIA: to be seen on the screen",
            verdict=Verdict.NOT_TESTED,
        )


@pytest.mark.rule("MAT-05")
@pytest.mark.title(
    fr="Chaque OID de l'INS est repris en entier, à la lettre",
    en="Each OID of the INS is taken whole, to the letter",
)
@pytest.mark.parametrize("way", ["typed", "from-insi"])
@FROM_INSI.mark
def test_known_oids(desk: Desk, way: str) -> None:
    def judge(oid: InsOid) -> None:
        person = desk.draw(
            shape=lambda person: replace(person, identity=replace(person.identity, oid=oid)), nia=False
        )
        call = offered(desk, person, way)
        expect_equal(
            got=accepted(desk, call).oid, expected=str(oid), fr="OID dans le dossier", en="OID in the file"
        )

    # No text says that a test installation takes the OID of demonstrations.
    expect_each({str(oid): partial(judge, oid) for oid in (InsOid.NIR, InsOid.NIA, InsOid.NIR_TEST)})


@pytest.mark.rule("MAT-05")
@pytest.mark.title(
    fr="Un OID qui n'est pas celui d'une INS n'entre pas dans le dossier, même s'il lui ressemble",
    en="An OID that is not that of an INS does not enter the file, even when it looks like one",
)
@pytest.mark.parametrize(
    "route", [Route.TYPED, Route.CHECKED, Route.IMPORTED, Route.IMPORTED_CHECKED], ids=str
)
def test_unknown_oids(desk: Desk, route: Route) -> None:
    at = host(desk, route)
    names = list(NO_INS) if route is Route.TYPED else list(NO_INS)[:2]
    expect_each(
        {name: partial(expect_stays_out, desk, at, name, {"oid": NO_INS[name]}) for name in names}
        | {"le vrai ensuite": partial(expect_true_answer_taken, desk, at)}
    )


@pytest.mark.rule("MAT-05")
@pytest.mark.title(
    fr="Aucun dossier n'est créé depuis INSi sous un OID qui n'est pas celui d'une INS",
    en="No file is created from INSi under an OID that is not that of an INS",
)
@FROM_INSI.mark
def test_no_file_under_an_unknown_oid(desk: Desk) -> None:
    names = list(NO_INS)[:5]
    expect_each({name: partial(expect_no_file, desk, name, {"oid": NO_INS[name]}) for name in names})


@pytest.mark.rule("MAT-06")
@pytest.mark.title(
    fr="Un OID de facturation n'entre jamais dans un dossier comme OID d'une INS",
    en="A billing OID never enters a file as the OID of an INS",
)
@pytest.mark.parametrize("route", [Route.TYPED, Route.IMPORTED_CHECKED], ids=str)
@FROM_INSI.mark
def test_billing_oids(desk: Desk, route: Route) -> None:
    at = host(desk, route)
    cases = {
        name: partial(expect_stays_out, desk, at, name, {"oid": oid}, inferred=True)
        for name, oid in BILLING.items()
    }
    created = {
        f"{name}, création": partial(expect_no_file, desk, name, {"oid": oid}, inferred=True)
        for name, oid in BILLING.items()
    }
    expect_each(cases | created | {"le vrai ensuite": partial(expect_true_answer_taken, desk, at)})


@pytest.mark.rule("MAT-06")
@pytest.mark.title(
    fr="En production, les OID d'essai et de démonstration sont refusés, ceux de l'INS admis ; hors production, l'inverse ne se produit pas",
    en="In production the OIDs of tests and demonstrations are refused, those of the INS are taken; elsewhere tests still work",
)
@pytest.mark.parametrize("route", [Route.TYPED, Route.IMPORTED_CHECKED], ids=str)
@FROM_INSI.mark
def test_production(desk: Desk, route: Route) -> None:
    at = host(desk, route)
    tests = {"l'OID d'essai .10": f"{ROOT}.10", "l'OID de démonstration .11": f"{ROOT}.11"}
    with in_production(desk):
        refused = {
            name: partial(expect_stays_out, desk, at, name, {"oid": oid}, inferred=True)
            for name, oid in (tests | BILLING).items()
        }
        created = {
            f"{name}, création": partial(expect_no_file, desk, name, {"oid": oid}, inferred=True)
            for name, oid in tests.items()
        }
        taken = {f"l'OID {oid} admis": partial(_expect_taken, desk, oid) for oid in (InsOid.NIR, InsOid.NIA)}
        expect_each(refused | created | taken)
    expect_each({"l'OID d'essai hors production": partial(_expect_taken, desk, InsOid.NIR_TEST)})


def _expect_taken(desk: Desk, oid: InsOid) -> None:
    person = desk.draw()
    patient = desk.create(person)
    offer(desk, person, patient, {"oid": str(oid)})
    expect_values(
        desk.read(patient),
        {"matricule": person.identity.matricule.value, "oid": str(oid)},
        fr=f"l'INS d'OID {oid} n'est pas reprise",
        en=f"the INS of OID {oid} is not taken",
        inferred=True,
    )
