"""RSP-01, STA-03, STA-05: a proposal that waited is accepted for the file as it is then, and for no other file."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

import pytest

from conformance.drivers.model import CallOutcome, Status
from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.apart import BESIDE, DOWNGRADE, WHILE_WAITING
from conformance.suite.desk.expect import expect, expect_each
from conformance.suite.desk.lowering import lowered_by
from conformance.suite.desk.people import another_value
from conformance.suite.desk.routes import Route
from conformance.suite.desk.snapshot import Moment, expect_kept
from conformance.suite.desk.steps import while_waiting
from conformance.suite.desk.words import expect_values, insi_values
from conformance.suite.response.proposals import COMPARED, expect_comparison, expect_lines, proposed
from conformance.suite.response.refusals import altered
from conformance.verdicts import Departure, UndecidedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.drivers.model import InsiCall, Patient
    from conformance.suite.desk.steps import Desk
    from simulator.registry.person import Person


def _validate(desk: Desk, patient: Patient) -> None:
    desk.record_document(patient)
    with while_waiting():
        desk.lgo.validate_identity(patient.id, actor=desk.user)


def _lower(desk: Desk, patient: Patient) -> None:
    lowered_by(desk, patient, Status.PROV, desk.super_user)


@pytest.mark.rule("STA-03", "STA-05")
@pytest.mark.title(
    fr="Une proposition acceptée plus tard donne le statut qui convient au dossier tel qu'il est devenu entre-temps",
    en="A proposal accepted later gives the status that suits the file as it has become meanwhile",
)
def test_status_of_then(desk: Desk) -> None:
    def judge(route: Route, meanwhile: Callable[[Desk, Patient], None]) -> None:
        patient = desk.bring(desk.draw(), route)
        try:
            call = desk.find(patient)
        except UndecidedError:
            if route.status is Status.QUAL:
                return  # No text asks that a qualified identity be searched again.
            raise
        meanwhile(desk, patient)
        now = desk.snapshot(patient)
        if not _is_accepted(desk, call):
            # A proposal that is out of date may be refused: nothing comes of it then.
            expect_kept(desk.snapshot(patient), now, Moment("proposition périmée", "proposal out of date"))
            return
        wanted = Status.QUAL if now.patient.status in {Status.VALI, Status.QUAL} else Status.RECUP
        after = desk.read(patient)
        expect(
            after.status is wanted,
            fr=f"identité {route.status} devenue {now.patient.status} avant l'acceptation : elle est {after.status}, attendu {wanted}",
            en=f"identity {route.status} gone to {now.patient.status} before the acceptance: it is {after.status}, expected {wanted}",
        )

    expect_each(
        {
            "validée entre-temps": partial(judge, Route.TYPED, _validate),
            "validée abaissée entre-temps": partial(judge, Route.CHECKED, _lower),
            "qualifiée abaissée entre-temps": partial(judge, Route.IMPORTED_CHECKED, _lower),
            "récupérée contrôlée entre-temps": partial(judge, Route.IMPORTED, _validate),
        },
        desk=desk,
        paths=(DOWNGRADE, WHILE_WAITING),
    )


@pytest.mark.rule("RSP-01")
@pytest.mark.title(
    fr="Deux propositions en attente : accepter l'une n'alimente que son dossier, dans un ordre comme dans l'autre",
    en="Two proposals that wait: accepting one feeds its own file only, in either order",
)
@pytest.mark.parametrize("order", ["first-first", "last-first"])
def test_each_its_own(desk: Desk, order: str) -> None:
    people = [desk.draw(), desk.draw()]
    patients = [desk.create(person) for person in people]
    calls = [desk.find(patient) for patient in patients]
    befores = [desk.snapshot(patient) for patient in patients]
    # The one whose call came last, and whose file was opened last, is looked at last.
    for number in (0, 1):
        _expect_own_comparison(desk, calls[number], befores[number].patient, people[number])
    one, other = (0, 1) if order == "first-first" else (1, 0)
    if not _is_accepted(desk, calls[one]):
        return  # A software may hold one proposal at a time.
    moment = Moment("proposition d'un autre dossier acceptée", "proposal of another file accepted")
    expect_kept(desk.snapshot(patients[other]), befores[other], moment)
    expect_values(
        desk.read(patients[one]),
        insi_values(people[one]),
        fr="le dossier dont la proposition est acceptée n'a pas l'identité INSi",
        en="the file whose proposal is accepted does not have the INSi identity",
    )
    fed = desk.snapshot(patients[one])
    if _is_accepted(desk, calls[other]):
        expect_values(
            desk.read(patients[other]),
            insi_values(people[other]),
            fr="le second dossier n'a pas l'identité INSi de sa proposition",
            en="the second file does not have the INSi identity of its proposal",
        )
    expect_kept(desk.snapshot(patients[one]), fed, moment)


@pytest.mark.rule("RSP-01")
@pytest.mark.title(
    fr="Deux réponses en attente pour un même dossier : accepter l'une écrit ce qu'elle montre, et non ce que montre l'autre",
    en="Two answers that wait for one file: accepting one writes what it shows, not what the other one shows",
)
def test_older_of_two(desk: Desk) -> None:
    person = desk.draw(first_names_count=2, birth_place="75114", birth_date="1984-09-25")
    patient = desk.create(person)
    older = desk.find(patient)
    with desk.answered_by(altered("other-place", {"birth_place": "69383"}), patient=person):
        call, _ = desk.try_call(patient)
    if isinstance(call, RefusedError) or call.outcome is not CallOutcome.FOUND or call.id == older.id:
        return  # A software may hold one proposal at a time.
    with suppress(RefusedError):
        lines = {line.field: line for line in desk.lgo.read_proposal(older.id, actor=desk.user).fields}
        # A line that is not shown says that the file has the same.
        shown = lines["birth_place"].insi if "birth_place" in lines else patient.birth_place
        if shown != "75114" or not _is_accepted(desk, older):
            return  # It may have taken the place of the one before, and say so by what it shows.
        expect_values(
            desk.read(patient),
            insi_values(person),
            fr="la réponse acceptée n'est pas celle qui est reprise",
            en="the answer accepted is not the one that is taken over",
        )


@pytest.mark.rule("RSP-01")
@pytest.mark.title(
    fr="Refuser n'est pas renoncer : la même identité est proposée de nouveau au prochain appel, et peut être acceptée",
    en="To refuse is not to give up: the same identity is proposed again at the next call, and can be accepted",
)
@pytest.mark.parametrize("route", [Route.TYPED, Route.CHECKED], ids=str)
def test_refused_then_called_again(desk: Desk, route: Route) -> None:
    person = desk.draw()
    patient = desk.bring(person, route)
    for _ in range(2):
        desk.decline(patient)
        call, requests = desk.try_call(patient)
        expect(
            requests and not isinstance(call, RefusedError) and call.outcome is CallOutcome.FOUND,
            fr="une identité refusée une fois n'est plus proposée",
            en="an identity refused once is not proposed any more",
            # No text says how often INSi may be asked.
            inferred=True,
        )
    expect_values(
        desk.feed(patient),
        insi_values(person),
        fr="l'identité refusée puis acceptée n'est pas reprise",
        en="the identity refused and then accepted is not taken over",
    )


@pytest.mark.rule("RSP-01")
@pytest.mark.title(
    fr="La comparaison lue après une modification du dossier montre le dossier tel qu'il est devenu",
    en="The comparison read after a change of the file shows the file as it has become",
)
@pytest.mark.parametrize("route", [Route.TYPED, Route.CHECKED], ids=str)
@BESIDE.mark
def test_compared_with_the_file_of_now(desk: Desk, route: Route) -> None:
    person = desk.draw(first_names_count=2, birth_place="75114", birth_date="1984-09-25")
    patient = desk.bring(person, route)
    call = desk.find(patient)
    colleague = desk.as_super_user()
    changes: dict[str, str | None] = {"birth_place": "99999", "first_names": None}
    if route is Route.TYPED:
        changes |= {name: another_value(desk, person, name) for name in ("birth_name", "birth_date", "sex")}
    with while_waiting():
        desk.lgo.update_patient(patient.id, changes, actor=colleague.user)
    now = desk.read(patient)
    local = {name: getattr(now, name) for name in COMPARED}
    with suppress(RefusedError):  # A proposal that is out of date may be refused.
        lines = desk.lgo.read_proposal(call.id, actor=desk.user).fields
        try:
            expect_lines({line.field: line for line in lines}, local, insi_values(person))
        except Departure as departure:
            # That the file of before the call be compared is excluded by no text.
            raise Departure(departure.text.fr, departure.text.en, inferred=True) from departure
    with suppress(RefusedError):
        desk.lgo.decide_proposal(call.id, accept=False, actor=desk.user)
    try:
        call = proposed(desk, now, person)
    except UndecidedError:
        return  # No text says how often INSi may be asked.
    # A call made since then compares with nothing that was kept of the file, nor of the answer refused.
    expect_comparison(desk, call, local, insi_values(person))


def _expect_own_comparison(desk: Desk, call: InsiCall, patient: Patient, person: Person) -> None:
    try:
        lines = desk.lgo.read_proposal(call.id, actor=desk.user).fields
    except RefusedError:
        return  # A software may hold one proposal at a time.
    local = {name: getattr(patient, name) for name in COMPARED}
    expect_lines({line.field: line for line in lines}, local, insi_values(person))


def _is_accepted(desk: Desk, call: InsiCall) -> bool:
    try:
        desk.lgo.decide_proposal(call.id, accept=True, actor=desk.user)
    except RefusedError:
        return False
    return True
