"""PRF-09: the identity of a minor is proved by several documents together, and only that of a minor."""

from __future__ import annotations

import datetime as dt
from contextlib import suppress
from functools import partial
from itertools import cycle
from typing import TYPE_CHECKING

import pytest

from conformance.drivers import site
from conformance.drivers.model import Status
from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.expect import expect_each
from conformance.suite.desk.routes import Route, routes
from conformance.suite.desk.snapshot import ANYTHING, Moment, expect_kept
from conformance.suite.site.settings import parts, setting
from conformance.verdicts import Departure, UndecidedError

if TYPE_CHECKING:
    from conformance.suite.desk.steps import Desk

UNCHECKED = routes(Status.PROV, Status.RECUP)

AFTER = {Status.PROV: Status.VALI, Status.RECUP: Status.QUAL}

MAJORITY = 18


@pytest.mark.rule("PRF-09")
@pytest.mark.title(
    fr="Une preuve composée valide l'identité d'un mineur, du nourrisson à la veille de ses dix-huit ans",
    en="A composite proof validates the identity of a minor, from the baby to the eve of being eighteen",
)
@pytest.mark.parametrize("route", UNCHECKED, ids=str)
def test_composite_proof(desk: Desk, route: Route) -> None:
    kinds = _composite(desk)

    def judge(born: str, kind: str, place: str | None = None) -> None:
        wanted = {"birth_place": place} if place else {}
        # Those born elsewhere than where chance has it have a name in use as well.
        used = {"used_name": "KVORLAN"} if place else {}
        patient = desk.bring(desk.draw(birth_date=born, **wanted), route, **used)
        before = desk.snapshot(patient)
        try:
            desk.lgo.record_proof(patient.id, kind, actor=desk.user)
            desk.lgo.validate_identity(patient.id, actor=desk.user)
        except RefusedError as refusal:
            raise Departure(
                f"{kind} ne valide pas l'identité d'un mineur né le {born} : {refusal.message}",
                f"{kind} does not validate the identity of a minor born on {born}: {refusal.message}",
            ) from refusal
        expect_kept(
            desk.snapshot(patient),
            before,
            Moment(f"validation d'un mineur avec {kind}", f"validation of a minor with {kind}"),
            besides={"proof": kind, "status": AFTER[route.status]},
        )

    ages = {
        "7 ans": _born(7),
        "presque 18 ans": _born(MAJORITY, days=3),
        "quelques semaines": _born(0, days=-40),
    }
    # In turn born anywhere, abroad, overseas and in Corsica.
    places = cycle((None, "99127", "97411", "2A004"))
    # The birthday of some is not in every calendar.
    ages["29 février"] = f"{(dt.datetime.now(dt.UTC).year - 2) // 4 * 4}-02-29"
    cases = {f"{kind}, 7 ans": partial(judge, ages["7 ans"], kind, next(places)) for kind in kinds}
    others = {
        f"{kinds[0]}, {age}": partial(judge, born, kinds[0], next(places)) for age, born in ages.items()
    }
    expect_each(cases | others)


@pytest.mark.rule("PRF-09")
@pytest.mark.title(
    fr="L'acte de naissance seul ne suffit ni à un mineur ni à un adulte, quel que soit son âge",
    en="The birth certificate alone is enough neither for a minor nor for an adult of any age",
)
@pytest.mark.parametrize("route", UNCHECKED, ids=str)
def test_certificate_alone(desk: Desk, route: Route) -> None:
    # Adults of working age: PRF-08.
    ages = {"7 ans": 7, "16 ans": 16, "90 ans": 90}
    cases = {
        f"BIRTH_CERTIFICATE, {age}": partial(
            _expect_no_validation, desk, route, _born(years), "BIRTH_CERTIFICATE"
        )
        for age, years in ages.items()
    }
    # The care home admits the Vitale card with photograph; a pharmacy is none.
    elderly = partial(_expect_no_validation, desk, route, _born(90), "VITALE_CARD")
    expect_each(cases | {"VITALE_CARD, 90 ans": elderly})


@pytest.mark.rule("PRF-09")
@pytest.mark.title(
    fr="Une preuve composée ne valide pas un adulte, même à peine majeur ; sa propre pièce valide un mineur",
    en="A composite proof does not validate an adult, even one just of age; a document of their own validates a minor",
)
def test_adults_and_own_documents(desk: Desk) -> None:
    # That what is said of minors holds for nobody else is a deduction.
    # Of a year of birth on two digits, a child is made of somebody very old.
    ages = (("18 ans et 3 jours", _born(MAJORITY, days=-3)), ("40 ans", _born(40)), ("101 ans", _born(101)))
    people = (
        (Route.TYPED, *ages[0]),
        (Route.IMPORTED, *ages[1]),
        (Route.IMPORTED, *ages[0]),
        (Route.TYPED, *ages[2]),
    )
    adults = {
        f"{kind}, {age}, {route}": partial(_expect_no_validation, desk, route, born, kind, inferred=True)
        for kind, (route, age, born) in zip(cycle(_composite(desk)), people, strict=False)
    }

    def own() -> None:
        patient = desk.create(desk.draw(birth_date=_born(7)))
        before = desk.snapshot(patient)
        desk.check_document(patient)
        expect_kept(
            desk.snapshot(patient),
            before,
            Moment("pièce propre d'un mineur", "document of a minor's own"),
            besides={"proof": ANYTHING, "status": Status.VALI},
        )

    expect_each(adults | {"pièce propre, 7 ans": own})


def _expect_no_validation(desk: Desk, route: Route, born: str, kind: str, *, inferred: bool = False) -> None:
    patient = desk.bring(desk.draw(birth_date=born), route)
    before = desk.snapshot(patient)
    for user in (desk.user, desk.super_user):
        with suppress(RefusedError):
            desk.lgo.record_proof(patient.id, kind, actor=user)
        with suppress(RefusedError):
            desk.lgo.validate_identity(patient.id, actor=user)
    expect_kept(
        desk.snapshot(patient),
        before,
        Moment(f"{kind} pour une personne née le {born}", f"{kind} for somebody born on {born}"),
        besides={"proof": ANYTHING},
        inferred=inferred,
    )


def _composite(desk: Desk) -> list[str]:
    """Return the composite proofs of the software: those of its setting, else those of the driver API."""
    kinds = parts(setting(desk, site.MINOR_PROOFS)) or list(site.COMPOSITE_PROOFS)
    if not kinds:
        raise UndecidedError("aucune preuve composée n'est nommée", "no composite proof is named")
    return kinds


def _born(years: int, *, days: int = 0) -> str:
    """Return the birth date of somebody who is so old, that many days later."""
    today = dt.datetime.now(dt.UTC).date()
    day = 28 if (today.month, today.day) == (2, 29) else today.day
    return (today.replace(year=today.year - years, day=day) + dt.timedelta(days=days)).isoformat()
