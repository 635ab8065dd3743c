"""MAT-04 to MAT-06: the OID alone tells what a number is; those of the INS are known, and no other is taken."""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

import pytest

from conformance.drivers import site
from conformance.drivers.protocol import RefusedError
from conformance.drivers.screens import Form
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
from conformance.suite.response.proposals import accepted
from conformance.suite.site.settings import restored, setting
from conformance.verdicts import UndecidedError, Verdict
from simulator.ins.matricule import Matricule
from simulator.ins.oid import InsOid

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.drivers.model import Patient
    from conformance.suite.desk.steps import Desk
    from simulator.registry.person import Person

ROOT: Final = "1.2.250.1.213.1.4"

NATURES: Final = {
    "NIA qui commence par 1": ("1", InsOid.NIA),
    "NIA qui commence par 2": ("2", InsOid.NIA),
    "NIA qui commence par 7": ("7", InsOid.NIA),
    "NIA qui commence par 8": ("8", InsOid.NIA),
    "NIR qui commence par 1": ("1", InsOid.NIR),
    "NIR qui commence par 8": ("8", InsOid.NIR),
    "NIR d'essai qui commence par 7": ("7", InsOid.NIR_TEST),
    "NIR d'essai qui commence par 2": ("2", InsOid.NIR_TEST),
}
"""First digit and OID: neither says anything of the other."""

NO_INS: Final = {
    "l'OID de l'INS-C (.2)": f"{ROOT}.2",
    "un OID inconnu (.99)": f"{ROOT}.99",
    "un OID inconnu (.1)": f"{ROOT}.1",
    "un OID inconnu (.5)": f"{ROOT}.5",
    "un OID qui commence comme .8": f"{ROOT}.80",
    "un OID qui commence comme .10": f"{ROOT}.101",
    "un OID plus long que .8": f"{ROOT}.8.1",
    "l'arc des OID de l'INS": ROOT,
    "un OID qui finit comme .10": "1.2.250.1.213.1.5.10",
    "l'OID des modèles de documents": "1.2.250.1.213.1.1.1",
    "l'OID du dossier pharmaceutique": "1.2.250.1.176.1.2",
    "un OID vide": "",
    "un texte": "INS-NIR",
}

BILLING: Final = {"l'OID de facturation .13": f"{ROOT}.13", "l'OID de facturation .14": f"{ROOT}.14"}


@pytest.mark.rule("MAT-04")
@pytest.mark.title(
    fr="Un matricule est repris sous l'OID qu'INSi lui donne, quel que soit son premier chiffre",
    en="A matricule is taken under the OID that INSi gives it, whatever its first digit",
)
@pytest.mark.parametrize("way", ["typed", "from-insi"])
def test_digits_tell_nothing(desk: Desk, way: str) -> None:
    def judge(digit: str, oid: InsOid) -> None:
        person = _known(desk, digit, oid)
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


@pytest.mark.rule("MAT-04")
@pytest.mark.title(
    fr="La nature affichée, NIR ou NIA, est celle de l'OID et non celle du premier chiffre",
    en="The nature displayed, NIR or NIA, is that of the OID and not that of the first digit",
)
def test_nature_displayed(desk: Desk) -> None:
    told: list[str] = []

    def judge(digit: str, oid: InsOid) -> None:
        patient = desk.feed(desk.create(_known(desk, digit, oid)))
        natures = _natures_shown(desk, patient)
        told.extend(natures)
        expect(
            natures <= {oid.nature},
            fr=f"l'écran dit {' et '.join(sorted(natures))} d'un matricule d'OID {oid}",
            en=f"the screen says {' and '.join(sorted(natures))} of a matricule of OID {oid}",
        )

    expect_each({name: partial(judge, *case) for name, case in NATURES.items()})
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
def test_no_file_under_an_unknown_oid(desk: Desk) -> None:
    names = list(NO_INS)[:5]
    expect_each({name: partial(expect_no_file, desk, name, {"oid": NO_INS[name]}) for name in names})


@pytest.mark.rule("MAT-06")
@pytest.mark.title(
    fr="Un OID de facturation n'entre jamais dans un dossier comme OID d'une INS",
    en="A billing OID never enters a file as the OID of an INS",
)
@pytest.mark.parametrize("route", [Route.TYPED, Route.IMPORTED_CHECKED], ids=str)
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
def test_production(desk: Desk, route: Route) -> None:
    at = host(desk, route)
    tests = {"l'OID d'essai .10": f"{ROOT}.10", "l'OID de démonstration .11": f"{ROOT}.11"}
    with _production(desk):
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


@contextmanager
def _production(desk: Desk) -> Iterator[None]:
    """Put the software in production configuration, and back."""
    if setting(desk, site.ENVIRONMENT) is None:
        raise UndecidedError(
            f"le logiciel ne se règle pas par le pilote sur une configuration de production (paramètre {site.ENVIRONMENT})",
            f"the driver cannot put the software in production configuration (setting {site.ENVIRONMENT})",
            verdict=Verdict.NOT_TESTED,
        )
    with restored(desk, site.ENVIRONMENT):
        try:
            desk.lgo.write_settings({site.ENVIRONMENT: site.PRODUCTION})
        except RefusedError as refusal:
            raise UndecidedError(
                f"le logiciel refuse la configuration de production : {refusal.message}",
                f"the software refuses the production configuration: {refusal.message}",
                verdict=Verdict.NOT_TESTED,
            ) from refusal
        yield


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


def _known(desk: Desk, digit: str, oid: InsOid) -> Person:
    """Draw somebody whose number begins so and whom INSi knows under this OID."""

    def shape(person: Person) -> Person:
        number = Matricule.from_number(f"{digit}{person.identity.matricule.number[1:]}")
        return replace(person, identity=replace(person.identity, matricule=number, oid=oid))

    return desk.draw(shape=shape, sex="M" if digit in {"1", "7"} else "F", nia=False)


def _natures_shown(desk: Desk, patient: Patient) -> set[str]:
    """Return which of NIR and NIA the screen of a file says; a label that names both says neither."""
    said: set[str] = set()
    for field in desk.lgo.read_form(Form.PATIENT, patient_id=patient.id, actor=desk.user):
        if field.name in {"billing_number", "proof", "kind"}:
            continue
        for text in (field.label, field.value or ""):
            found = {word.upper() for word in re.findall(r"\b(?:INS-)?(NIR|NIA)\b", text, re.IGNORECASE)}
            if len(found) == 1:
                said |= found
    return said
