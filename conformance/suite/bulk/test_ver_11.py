"""VER-11: a lot given to INSi holds the identities asked for, and its results come back."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from conformance.drivers.model import Status
from conformance.drivers.partners import VerificationOutcome
from conformance.drivers.protocol import DriverError, RefusedError
from conformance.suite.bulk.lots import (
    Lot,
    expect_complete,
    file,
    finish,
    own_time,
    read,
    results_of,
    start,
)
from conformance.suite.desk.apart import CLOCK, FROM_INSI, VERIFICATION
from conformance.suite.desk.cases import case_text
from conformance.suite.desk.cast import PARTS
from conformance.suite.desk.clocks import passing
from conformance.suite.desk.expect import expect, expect_equal
from conformance.suite.desk.routes import Route, routes
from conformance.suite.desk.snapshot import Moment, expect_kept
from conformance.suite.desk.words import state_of
from conformance.suite.verification.elsewhere import answering, verify
from conformance.suite.verification.wire import Said, expect_claims, numbers_of, verifications
from conformance.verdicts import Departure, UndecidedError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conformance.drivers.model import Patient
    from conformance.suite.desk.steps import Desk

TOLD = {Said.OK: VerificationOutcome.OK, Said.KO: VerificationOutcome.KO}

AWKWARD = (
    "apostrophe-1912",
    "double-hyphen-abroad-summer",
    "long-names-overseas-new-year-eve",
    "waiting-number-four-first-names",
    "one-former-number-corsica-2a",
)
"""Members of the cast whose values are easily damaged."""


@pytest.mark.rule("VER-11")
@pytest.mark.title(
    fr="Le lot porte les identités demandées, elles seules et à la lettre, et chaque résultat revient à son dossier",
    en="The lot holds the identities asked for, these alone and to the letter, and each result comes back to its file",
)
@pytest.mark.parametrize("size", ["one", "many"])
@FROM_INSI.mark
def test_lot(desk: Desk, size: str) -> None:
    patients = [file(desk, route) for route in routes(Status.RECUP, Status.QUAL)]
    if size == "many":
        patients += [desk.bring(desk.play(PARTS[key]), Route.IMPORTED) for key in AWKWARD]
        patients.append(file(desk, Route.IMPORTED, denied=True))
    asked = patients if size == "many" else patients[:1]
    if size == "many":
        # One was confirmed just now, and is asked for again.
        with desk.if_offered(VERIFICATION):
            verify(desk, asked[0])
    lot = start(desk, asked)
    asked = [*asked, *lot.companions]
    asked = _but_blocked(lot, asked, asked[:1] if size == "many" else [])
    _expect_deposited(lot, asked)
    finish(desk, lot)
    _expect_told(lot, asked)
    if size == "one":
        # What a lot has confirmed is asked for again.
        with suppress(UndecidedError):  # Which may be refused for that.
            again = start(desk, asked)
            _expect_deposited(again, [*_but_blocked(again, asked, asked), *again.companions])


@pytest.mark.rule("VER-11")
@pytest.mark.title(
    fr="Une identité sans INS n'est pas dans le lot et n'est pas dite vérifiée",
    en="An identity without INS is not in the lot and is not told as verified",
)
def test_without_ins(desk: Desk) -> None:
    bare = [desk.bring(desk.draw(), route) for route in (Route.TYPED, Route.CHECKED)]
    asked = [bare[0], file(desk, Route.IMPORTED), bare[1], file(desk, Route.IMPORTED_CHECKED)]
    befores = [desk.snapshot(patient) for patient in bare]
    lot = start(desk, asked)
    _expect_deposited(lot, [asked[1], asked[3]])
    finish(desk, lot)
    _expect_told(lot, [asked[1], asked[3]])
    moment = Moment("lot avec des dossiers sans INS", "lot with files without INS")
    for before in befores:
        expect_kept(desk.snapshot(before.patient), before, moment, inferred=True)
        outcomes = {each.outcome for each in lot.told.results if each.patient_id == before.patient.id}
        expect(
            VerificationOutcome.OK not in outcomes,
            fr=f"{moment.fr}, l'un d'eux est dit vérifié",
            en=f"{moment.en}, one of them is told as verified",
        )


@pytest.mark.rule("VER-11")
@pytest.mark.title(
    fr="Un lot où il n'y a rien à vérifier ne fait vérifier personne d'autre",
    en="A lot in which there is nothing to verify has nobody else verified",
)
@pytest.mark.parametrize("asked", ["sans INS", "vide"])
def test_nobody(desk: Desk, asked: str) -> None:
    others = [file(desk, Route.IMPORTED), file(desk, Route.IMPORTED_CHECKED)]
    # Whoever was in a lot before is not in this one.
    finish(desk, start(desk, others[:1]))
    bare = [desk.bring(desk.draw(), route) for route in (Route.TYPED, Route.CHECKED)]
    patients = bare if asked == "sans INS" else []
    lot = None

    def act() -> None:
        nonlocal lot
        # That there is nothing to do may be said by a refusal; an empty list by whatever reads the request.
        with suppress(RefusedError, *(() if patients else (DriverError,))):
            lot = desk.lgo.start_bulk_verification(tuple(one.id for one in patients), actor=desk.user)
            lot = desk.lgo.read_bulk_verification(lot.id, actor=desk.user)

    _, exchanges = desk.during(act)
    wrong = numbers_of(exchanges) & {other.matricule for other in others}
    expect(
        not wrong,
        fr=f"lot {asked} : INSi est interrogé sur {len(wrong)} dossier(s) que personne n'a demandé(s)",
        en=f"lot with nothing to verify ({asked}): INSi is asked about {len(wrong)} file(s) that nobody asked for",
    )
    told = {each.outcome for each in lot.results} if lot else set()
    expect(
        VerificationOutcome.OK not in told,
        fr=f"lot {asked} : un dossier est dit vérifié",
        en=f"lot with nothing to verify ({asked}): a file is told as verified",
    )


@pytest.mark.rule("VER-11")
@CLOCK.mark
@pytest.mark.title(
    fr="Un lot déposé la veille rend ses résultats le lendemain",
    en="A lot deposited the day before gives its results the next day",
)
def test_next_day(desk: Desk) -> None:
    patients = [file(desk, Route.IMPORTED), file(desk, Route.IMPORTED, denied=True)]
    with own_time(desk):
        desk.insi.freeze()
        lot = start(desk, patients)
    with passing(desk) as time:
        time.passes(days=1)
        read(desk, lot)
    finish(desk, lot)
    _expect_told(lot, patients)
    told = {each.patient_id: each.outcome for each in lot.told.results}
    expect(
        all(told.get(patient.id) in TOLD.values() for patient in patients),
        fr=f"le lot déposé la veille n'a pas tous ses résultats : {', '.join(map(str, told.values())) or '-'}",
        en=f"the lot deposited the day before has not all its results: {', '.join(map(str, told.values())) or '-'}",
        inferred=True,
    )


@pytest.mark.rule("VER-11")
@pytest.mark.title(fr="Un second lot porte ses propres identités", en="A second lot holds its own identities")
def test_second_lot(desk: Desk) -> None:
    for asked in (
        [file(desk, Route.IMPORTED), file(desk, Route.IMPORTED_CHECKED)],
        [file(desk, Route.IMPORTED)],
    ):
        lot = start(desk, asked)
        together = [*asked, *lot.companions]
        _expect_deposited(lot, together)
        finish(desk, lot)
        _expect_told(lot, together)


@pytest.mark.rule("VER-11")
@pytest.mark.title(
    fr="Un lot qu'INSi ne prend pas n'est pas dit vérifié, et ne change aucun dossier",
    en="A lot that INSi does not take is not told as verified, and changes no file",
)
@pytest.mark.parametrize("name", ["fault-insi-102", "chaos/http-503"])
def test_not_taken(desk: Desk, name: str) -> None:
    before = desk.snapshot(file(desk, Route.IMPORTED_CHECKED))
    told = set()
    # Without a lot the software may as well refuse: nothing was done.
    with answering(desk, name), suppress(RefusedError):
        lot = desk.lgo.start_bulk_verification((before.patient.id,), actor=desk.user)
        told = {each.outcome for each in lot.results}
    moment = Moment(f"lot refusé par une panne ({name})", f"lot refused by a failure ({case_text(name).en})")
    expect(
        not told & {VerificationOutcome.OK, VerificationOutcome.KO},
        fr=f"{moment.fr}, un résultat est annoncé",
        en=f"{moment.en}, a result is told",
    )
    expect_kept(desk.snapshot(before.patient), before, moment, inferred=True)


def _but_blocked(lot: Lot, asked: Sequence[Patient], confirmed: Sequence[Patient]) -> list[Patient]:
    """Return who is to be in a lot: what INSi has confirmed need not be verified twice, if the software says so."""
    deposited = {each.values["matricule"] for each in lot.deposited}
    told = {each.patient_id for each in lot.told.results if each.outcome is VerificationOutcome.BLOCKED}
    blocked = {one.id for one in confirmed if one.matricule not in deposited} & told
    return [one for one in asked if one.id not in blocked]


def _expect_deposited(lot: Lot, asked: Sequence[Patient]) -> None:
    """Check that what reached INSi is a lot of these files, no other."""
    if not lot.deposited and verifications(lot.exchanges):
        raise Departure(
            f"aucun lot n'arrive à INSi : le logiciel vérifie une à une ({len(lot.exchanges)} requêtes)",
            f"no lot reaches INSi: the software verifies one by one ({len(lot.exchanges)} requests)",
            # To verify one by one what was asked breaks no text; it is not what the rule offers.
            inferred=True,
        )
    expect(
        lot.deposited,
        fr="aucun lot n'arrive à INSi",
        en="no lot reaches INSi",
    )
    expect_equal(
        got=sorted(each.values["matricule"] for each in lot.deposited if each.values["matricule"]),
        expected=sorted(patient.matricule or "" for patient in asked),
        fr="matricules du lot",
        en="matricules of the lot",
    )
    expect(
        len({each.line_id for each in lot.deposited}) == len(lot.deposited),
        fr="deux lignes du lot portent le même identifiant",
        en="two lines of the lot have the same identifier",
    )
    bare = [each for each in lot.deposited if not each.values["matricule"]]
    expect(
        not bare,
        fr=f"{len(bare)} ligne(s) du lot sans matricule",
        en=f"{len(bare)} line(s) of the lot without matricule",
        inferred=True,
    )
    files = {patient.matricule: patient for patient in asked}
    for claimed in lot.deposited:
        expect_claims(
            claimed, state_of(files[claimed.values["matricule"]]), Moment("ligne du lot", "line of the lot")
        )


def _expect_told(lot: Lot, asked: Sequence[Patient]) -> None:
    """Check that what the software says of each file is what INSi said of it, and that it says all of it."""
    said = results_of(lot)
    told = {each.patient_id: each.outcome for each in lot.told.results}
    for patient in asked:
        result = said.get(patient.matricule or "")
        if result not in TOLD:
            continue
        expect_equal(
            got=told.get(patient.id),
            expected=TOLD[result],
            fr=f"résultat du lot annoncé pour {patient.birth_name}",
            en=f"result of the lot told for {patient.birth_name}",
        )
    expect_complete(lot)
