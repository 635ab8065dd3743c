"""VER-02: each verification, manual or automatic, leaves one trace with its result."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from conformance.drivers.model import Status
from conformance.drivers.partners import VerificationOutcome
from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.apart import RECEPTION, VERIFICATION
from conformance.suite.desk.expect import expect, expect_each, expect_equal
from conformance.suite.desk.routes import Route, routes
from conformance.suite.desk.snapshot import Moment
from conformance.suite.verification.elsewhere import answering, files_of, receive, received, verify
from conformance.suite.verification.traces import expect_account, expect_traced, watch
from conformance.suite.verification.wire import KO, MORE_ERRORS, need_verified, results

if TYPE_CHECKING:
    from conformance.suite.desk.steps import Desk
    from simulator.client import ExchangeView

ENDINGS = {"OK": None, "KO": KO, **{name: name for name in MORE_ERRORS}}
"""How a verification may end, and the scenario that makes it end so."""


@pytest.mark.rule("VER-02")
@pytest.mark.title(
    fr="Une vérification demandée laisse une trace avec son résultat, quelle que soit l'issue",
    en="A verification asked for leaves an entry with its result, whatever the ending",
)
@pytest.mark.parametrize("route", routes(Status.RECUP, Status.QUAL), ids=str)
@VERIFICATION.mark
def test_manual(desk: Desk, route: Route) -> None:
    def judge(ending: str) -> None:
        patient = desk.bring(desk.draw(), route)
        seen = watch(desk)
        with answering(desk, ENDINGS[ending]):
            _, exchanges = verify(desk, patient)
        seen.sent += need_verified(exchanges)
        moment = Moment(
            f"vérification terminée par {ending} ({route})", f"verification ended by {ending} ({route})"
        )
        seen.expect(moment)
        expect_account(seen.entries(), {patient.id}, moment)

    # Every ending once, the two results on each way.
    endings = ENDINGS if route is Route.IMPORTED_CHECKED else ("OK", "KO", "fault-insi-102")
    expect_each({ending: partial(judge, ending) for ending in endings})


@pytest.mark.rule("VER-02")
@pytest.mark.title(
    fr="Une vérification déclenchée par une réception est tracée comme les autres, patient connu ou non, quelle que soit l'issue",
    en="A verification triggered by a reception is traced like the others, patient known or not, whatever the ending",
)
@pytest.mark.parametrize("known", [None, Route.TYPED, Route.CHECKED], ids=str)
@RECEPTION.mark
def test_automatic(desk: Desk, known: Route | None) -> None:
    def judge(ending: str) -> None:
        person = desk.draw()
        if known:
            desk.bring(person, known)
        seen = watch(desk)
        with answering(desk, ENDINGS[ending]):
            arrival = receive(desk, received(person))
        seen.sent += need_verified(arrival.exchanges)
        moment = Moment(f"réception, vérification {ending}", f"reception, verification {ending}")
        seen.expect(moment)
        said = arrival.said
        told = None if isinstance(said, RefusedError) else said.verification
        expect(
            ending in {"OK", "KO"}
            or told is None
            or told.outcome not in {VerificationOutcome.OK, VerificationOutcome.KO},
            fr=f"{moment.fr}, résultat annoncé : {told.outcome if told else ''}",
            en=f"{moment.en}, result announced: {told.outcome if told else ''}",
            # That a technical error is no result is deduced (ERR-02).
            inferred=True,
        )
        expect_account(seen.entries(), set(files_of(desk, person.identity.traits.birth_date)), moment)

    expect_each({ending: partial(judge, ending) for ending in ENDINGS})


@pytest.mark.rule("VER-02")
@pytest.mark.title(
    fr="Une journée mêlée laisse autant de traces que de vérifications, et celles d'un dossier restent les siennes",
    en="A mixed day leaves as many entries as verifications, and those of a file remain its own",
)
@VERIFICATION.mark
@RECEPTION.mark
def test_a_whole_day(desk: Desk) -> None:
    patients = [desk.bring(desk.draw(), Route.IMPORTED) for _ in range(3)]
    seen = watch(desk)
    own: dict[str, list[ExchangeView]] = {patient.id: [] for patient in patients}
    for number, ending in enumerate(["OK", "fault-insi-102", "OK", "OK", "chaos/http-503", "KO"]):
        worker, patient = (desk, desk.as_super_user())[number % 2], patients[number % 3]
        with answering(desk, ENDINGS[ending]):
            _, exchanges = verify(worker, patient)
            arrival = receive(worker, received(desk.draw()))
        own[patient.id] += need_verified(exchanges)
        seen.sent += [*exchanges, *need_verified(arrival.exchanges)]
    moment = Moment("journée mêlée", "mixed day")
    seen.expect(moment)
    first = [(entry.code, entry.user, entry.patient_id) for entry in seen.entries()]
    for patient in patients:
        entries = seen.entries(patient)
        if any(entry.patient_id for entry in entries):
            expect_traced(
                entries,
                list(results(own[patient.id])),
                Moment("journal d'un seul patient", "log of one patient"),
            )
    # What comes later takes nothing away.
    desk.lgo.update_patient(patients[0].id, {"used_name": "KVORLAN"}, actor=desk.user)
    desk.as_super_user().call(patients[0])
    expect_equal(
        got=[(entry.code, entry.user, entry.patient_id) for entry in seen.entries()][: len(first)],
        expected=first,
        fr="traces relues plus tard",
        en="entries read again later",
    )


@pytest.mark.rule("VER-02")
@pytest.mark.title(
    fr="Une vérification demandée est au nom de celui qui l'a demandée",
    en="A verification asked for is under the name of who asked",
)
@VERIFICATION.mark
def test_user(desk: Desk) -> None:
    patient = desk.bring(desk.draw(), Route.IMPORTED)
    for worker in (desk, desk.as_super_user(), desk):
        seen = watch(desk)
        _, exchanges = verify(worker, patient)
        need_verified(exchanges)
        users = {entry.user for entry in seen.entries()} - {""}
        # That the user is named is said of the calls (SEC-02), not of the verifications.
        expect(
            users <= {worker.user.user},
            fr=f"vérification demandée par {worker.user.user}, tracée au nom de {', '.join(sorted(users))}",
            en=f"verification asked for by {worker.user.user}, logged under {', '.join(sorted(users))}",
            inferred=True,
        )
        with desk.if_offered(RECEPTION):
            receive(worker, received(desk.draw()))
        # What a reception brings about may be signed by whatever received it, and by no colleague.
        others = {desk.user.user, desk.super_user.user} - {worker.user.user}
        wrong = {entry.user for entry in seen.entries()} & others
        expect(
            not wrong,
            fr=f"réception faite par {worker.user.user}, vérification tracée au nom de {', '.join(sorted(wrong))}",
            en=f"reception made by {worker.user.user}, verification logged under {', '.join(sorted(wrong))}",
            inferred=True,
        )
