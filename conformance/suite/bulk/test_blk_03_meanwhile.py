"""BLK-03: a lot with a file in it twice, two lots at once, and files that change before their result is there."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

import pytest

from conformance.drivers.model import Attribute, Status
from conformance.drivers.partners import VerificationOutcome
from conformance.drivers.protocol import RefusedError
from conformance.suite.bulk.lots import (
    Lot,
    any_order,
    file,
    finish,
    finish_for_another,
    need_deposited,
    own_time,
    results_of,
    start,
)
from conformance.suite.desk.apart import DOWNGRADE, LOTS, NotOfferedError
from conformance.suite.desk.cases import case_text
from conformance.suite.desk.expect import expect, expect_each
from conformance.suite.desk.full import load
from conformance.suite.desk.lowering import lowered_by
from conformance.suite.desk.people import NAMES_IN_USE
from conformance.suite.desk.routes import Route
from conformance.suite.desk.snapshot import ANYTHING, Moment, expect_kept
from conformance.suite.desk.steps import preparing
from conformance.suite.verification.denied import expect_still_denied
from conformance.suite.verification.elsewhere import expect_lowered
from conformance.suite.verification.wire import Said
from conformance.verdicts import UndecidedError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from conformance.drivers.model import Patient
    from conformance.suite.desk.snapshot import Snapshot
    from conformance.suite.desk.steps import Desk
    from simulator.registry.person import Person

DAY = "1957-12-31"


@pytest.mark.rule("BLK-03")
@pytest.mark.title(
    fr="Un dossier deux fois dans le lot ne décale pas les résultats des autres",
    en="A file that is in the lot twice does not shift the results of the others",
)
def test_file_twice(desk: Desk) -> None:
    befores = _files(desk, Route.IMPORTED, Route.IMPORTED_CHECKED)
    one, denied, other, *_ = [before.patient for before in befores]
    try:
        lot = start(desk, [one, denied, one, other, denied, *(before.patient for before in befores[3:])])
    except UndecidedError:
        return  # A lot that names a file twice may be refused.
    need_deposited(lot)
    finish(desk, lot)
    _expect_own_results(
        desk, befores, results_of(lot), Moment("dossier deux fois dans le lot", "file twice in the lot")
    )
    _expect_told(lot, befores)


@pytest.mark.rule("BLK-03")
@pytest.mark.title(
    fr="Deux lots en attente à la fois gardent chacun leurs résultats",
    en="Two lots that wait at once keep each its own results",
)
def test_two_lots_at_once(desk: Desk) -> None:
    first, second = _files(desk, Route.IMPORTED), _files(desk, Route.IMPORTED_CHECKED)
    with own_time(desk):
        desk.insi.freeze()
        lots = [start(desk, [before.patient for before in first])]
        with suppress(UndecidedError):  # One lot may have to be over before the next.
            lots.append(start(desk, [before.patient for before in second]))
        if not results_of(lots[0]):
            # Of the one that INSi confirms: a KO about a 1er prénom that left may be left aside, and this lot has to have its KO.
            confirmed = _with_a_longer_first_name(desk, first[0])
            first = [confirmed, *first[1:]] if confirmed else first[1:]
        if len(lots) > 1 and not results_of(lots[1]):
            # And of one that INSi denies in the other lot: what falls keeps its correction.
            denied = _with_a_longer_first_name(desk, second[1])
            second = [second[0], denied] if denied else second[:1]
    for collect, befores in ((finish, first), (finish_for_another, second)):
        if befores is second and len(lots) == 1:
            lots.append(start(desk, [before.patient for before in second]))
        lot = lots[befores is second]
        need_deposited(lot)
        collect(desk, lot)
    said = {**results_of(lots[0]), **results_of(lots[1])}
    moment = Moment("deux lots en attente à la fois", "two lots that wait at once")
    for lot, befores in zip(lots, (first, second), strict=True):
        _expect_own_results(desk, befores, said, moment)
        _expect_told(lot, befores)


@pytest.mark.rule("BLK-03")
@pytest.mark.title(
    fr="Un dossier dans deux lots en attente a le résultat de l'un puis celui de l'autre",
    en="A file in two lots that wait has the result of the one, then that of the other",
)
def test_file_in_two_lots(desk: Desk) -> None:
    # Of somebody whose matricule holds a letter.
    person = desk.draw(birth_date="1990-03-04", birth_place="2A247", first_names_count=2)
    patient = desk.bring(person, Route.IMPORTED, **NAMES_IN_USE)
    try:
        with own_time(desk):
            desk.insi.freeze()
            first, second = (start(desk, [patient]) for _ in range(2))
    except UndecidedError:
        return  # A file that waits for its result may be refused in another lot.
    if len(first.deposited) + len(second.deposited) < 2:  # noqa: PLR2004 - one of each
        return  # Verified one by one, or not a second time while the first is waited for.
    before = _worked_on(desk, patient, person)
    if not before.patient.matricule:
        return  # What a change of the 1er prénom makes of the status is for other rules.
    finish(desk, first)
    if results_of(first).get(patient.matricule or "") is Said.OK:
        moment = Moment(
            "résultat OK d'un lot, dossier travaillé entre-temps",
            "result OK of a lot, file worked on meanwhile",
        )
        expect_kept(desk.snapshot(patient), before, moment, inferred=True)
    if second.collections:
        return  # The results of both are collected at once.
    if before.patient.first_name != person.first_name:
        # A KO is about the 1er prénom that left: it has that one again.
        with suppress(RefusedError):
            desk.lgo.update_patient(patient.id, {"first_name": person.first_name}, actor=desk.user)
        before = desk.snapshot(patient)
    with desk.answered_by(any_order(second, {before.patient.matricule or "": "01"})):
        finish(desk, second)
    moment = Moment("dossier dans deux lots, OK puis KO", "file in two lots, OK then KO")
    _expect_own_results(desk, [before], results_of(second), moment)
    if results_of(second).get(before.patient.matricule or "") is Said.KO:
        expect_still_denied(desk, patient)
    _expect_told(second, [before, *map(desk.snapshot, second.companions)])


def _with_a_longer_first_name(desk: Desk, before: Snapshot) -> Snapshot | None:
    """Have the 1er prénom of a file corrected while a lot waits; ``None``: the correction cost it its INS, which other rules judge."""
    longer, is_taken = before.patient.first_names, False
    with suppress(RefusedError):
        desk.lgo.update_patient(before.patient.id, {"first_name": longer}, actor=desk.user)
        is_taken = True
    now = desk.snapshot(before.patient)
    expect(
        not is_taken or now.patient.first_name == longer,
        fr="le 1er prénom corrigé sans refus, alors qu'un lot attend, n'est pas enregistré",
        en="the 1er prénom corrected without a refusal, while a lot waits, is not stored",
        inferred=True,
    )
    return now if now.patient.matricule else None


def _worked_on(desk: Desk, patient: Patient, person: Person) -> Snapshot:
    """Do to a file that waits in a lot what costs it nothing: it is not what it was at the deposit any more.

    It gets a longer 1er prénom, other names in use, the attribute homonyme, a billing number and a document, and is
    validated; its traits stay locked meanwhile.
    """
    lgo, user = desk.lgo, desk.user
    with suppress(RefusedError):
        lgo.update_patient(patient.id, {"first_name": person.identity.traits.first_names}, actor=user)
    brought = desk.snapshot(patient)
    if not brought.patient.matricule:
        return brought
    with suppress(RefusedError):
        lgo.update_patient(patient.id, {"birth_place": "99999"}, actor=user)
    with suppress(RefusedError):
        lgo.update_patient(patient.id, {"used_name": "KVORLANE", "used_first_name": "ZELBRUC"}, actor=user)
    load(desk, patient, person)
    with suppress(RefusedError, UndecidedError):
        desk.check_document(patient)
    before = desk.snapshot(patient)
    waiting = Moment("dossier dans deux lots en attente", "file in two lots that wait")
    done = ("used_name", "used_first_name", "attributes", "billing_number", "status", "proof")
    expect_kept(before, brought, waiting, besides=dict.fromkeys(done, ANYTHING), inferred=True)
    return before


def _lower(desk: Desk, patient: Patient) -> None:
    with preparing("abaisser le statut", "lower the status"):
        lowered_by(desk, patient, Status.PROV, desk.super_user)


def _mark(desk: Desk, patient: Patient) -> None:
    with preparing("poser l'attribut", "set the attribute", depends_on=("ATT-01",)):
        desk.lgo.set_attributes(patient.id, frozenset({Attribute.DOUTEUSE}), actor=desk.user)


def _edit(desk: Desk, patient: Patient) -> None:
    with preparing("modifier un trait strict", "change a strict trait", depends_on=("STA-09",)):
        desk.lgo.update_patient(patient.id, {"birth_place": "99999"}, actor=desk.super_user)


MEANWHILE: Mapping[str, Callable[[Desk, Patient], None]] = {
    "abaissée": _lower,
    "devenue douteuse": _mark,
    "trait modifié": _edit,
}


@pytest.mark.rule("BLK-03", "ATT-05", "STA-08")
@pytest.mark.title(
    fr="Le résultat qui arrive après que le dossier a perdu son INS ne la lui rend pas, et ne change rien d'autre",
    en="The result that comes after the file has lost its INS does not give it back, and changes nothing else",
)
@pytest.mark.parametrize("route", [Route.IMPORTED, Route.IMPORTED_CHECKED], ids=str)
@LOTS.mark
@DOWNGRADE.mark
def test_changed_meanwhile(desk: Desk, route: Route) -> None:
    def judge(act: Callable[[Desk, Patient], None], name: str) -> None:
        befores = _files(desk, route)
        with own_time(desk):
            desk.insi.freeze()
            lot = start(desk, [before.patient for before in befores])
            need_deposited(lot)
            _need_later_results(lot)
            for before in befores:
                act(desk, before.patient)
        changed = [desk.snapshot(before.patient) for before in befores]
        finish(desk, lot)
        said = results_of(lot)
        moment = Moment(
            f"résultat d'un lot, identité {name} entre-temps",
            f"result of a lot, identity changed meanwhile ({case_text(name).en})",
        )
        for before, now in zip(befores, changed, strict=True):
            is_ko = said.get(before.patient.matricule or "") is Said.KO
            after = desk.snapshot(before.patient)
            # What a KO makes of a file that holds that INS no more is in no text: it may lower it further.
            free = dict.fromkeys(("status", "attributes", "proof") if is_ko else (), ANYTHING)
            expect_kept(after, now, moment, besides={**free, "matricule": None, "oid": None}, inferred=True)
            expect(
                after.patient.status in {now.patient.status, Status.PROV},
                fr=f"{moment.fr}, elle est {after.patient.status}",
                en=f"{moment.en}, it is {after.patient.status}",
                inferred=True,
            )

    expect_each({name: partial(judge, act, name) for name, act in MEANWHILE.items()})


@pytest.mark.rule("BLK-03")
@pytest.mark.title(
    fr="Le KO d'une INS que le dossier n'a plus ne lui ôte pas celle qu'INSi lui a donnée depuis",
    en="The KO of an INS that the file has no more does not take away the one that INSi gave it since",
)
@pytest.mark.parametrize("route", [Route.IMPORTED, Route.IMPORTED_CHECKED], ids=str)
@LOTS.mark
def test_another_ins_meanwhile(desk: Desk, route: Route) -> None:
    denied = file(desk, route, denied=True)
    with own_time(desk):
        desk.insi.freeze()
        lot = start(desk, [denied])
        need_deposited(lot)
        _need_later_results(lot)
        # INSi gives the OID that it knows: another INS than the one in the lot.
        call, _ = desk.try_call(denied)
        if isinstance(call, RefusedError) or isinstance(desk.try_accept(call), RefusedError):
            raise NotOfferedError(
                LOTS,
                "l'INS d'un dossier dont un lot attend le résultat n'y change pas avant lui",
                "the INS of a file whose result a lot waits for does not change before it comes",
            )
        before = desk.snapshot(denied)
    if before.patient.oid == denied.oid:
        raise UndecidedError(
            "l'INS n'a pas changé", "the INS has not changed", depends_on=("RSP-20", "RSP-02")
        )
    finish(desk, lot)
    if results_of(lot).get(denied.matricule or "") is not Said.KO:
        raise NotOfferedError(
            LOTS,
            "le résultat du lot n'a pas été demandé pour cette INS",
            "the result of the lot was not asked for about this INS",
        )
    after = desk.snapshot(denied)
    expect(
        (after.patient.matricule, after.patient.oid, after.patient.status)
        == (before.patient.matricule, before.patient.oid, before.patient.status),
        fr="le KO d'un lot porte sur une INS que le dossier n'a plus, et celle qu'il a reçue depuis a changé : "
        f"{after.patient.status}, {after.patient.matricule or 'sans INS'}",
        en="the KO of a lot is about an INS that the file has no more, and the one that it got since has changed: "
        f"{after.patient.status}, {after.patient.matricule or 'without INS'}",
        inferred=True,
    )


def _need_later_results(lot: Lot) -> None:
    """Make sure that the results are still to come.

    Raises:
        NotOfferedError: INSi has told them: what does not use the lot has no result that could come too late.
    """
    if results_of(lot):
        raise NotOfferedError(
            LOTS,
            "le logiciel a ses résultats sans attendre le lot : aucun ne vient après coup",
            "the software has its results without waiting for the lot: none comes afterwards",
        )


def _files(desk: Desk, *routes: Route) -> list[Snapshot]:
    """Bring files for a lot: one that INSi confirms, one that it denies, for each way; all born on the same day."""
    patients = [
        file(desk, route, denied=denied, birth_date=DAY, first_names_count=2)
        for route in routes
        for denied in (False, True)
    ]
    return [desk.snapshot(patient) for patient in patients]


def _expect_own_results(
    desk: Desk, befores: Sequence[Snapshot], said: Mapping[str, Said], moment: Moment
) -> None:
    for before in befores:
        after = desk.snapshot(before.patient)
        # A KO about a 1er prénom that left may be left aside: the file then stays whole.
        is_left = after.patient.matricule and before.patient.first_name == before.patient.first_names
        if said.get(before.patient.matricule or "") is Said.KO and not is_left:
            expect_lowered(desk, before, moment, inferred=True)
        else:
            expect_kept(after, before, moment, inferred=True)


def _expect_told(lot: Lot, befores: Sequence[Snapshot]) -> None:
    """Check that the results told of a lot are those of its own files, by what INSi said of each."""
    said = results_of(lot)
    wanted = {
        before.patient.id: {Said.OK: VerificationOutcome.OK, Said.KO: VerificationOutcome.KO}.get(
            said.get(before.patient.matricule or "", Said.NOTHING)
        )
        for before in befores
    }
    results = {VerificationOutcome.OK, VerificationOutcome.KO}
    for told in lot.told.results:
        if told.outcome in results and told.patient_id is not None:
            expect(
                told.patient_id in wanted and wanted[told.patient_id] in {None, told.outcome},
                fr=f"le lot annonce {told.outcome} pour le dossier {told.patient_id}, qui n'est pas son résultat",
                en=f"the lot tells {told.outcome} for the file {told.patient_id}, which is not its result",
                inferred=True,
            )
