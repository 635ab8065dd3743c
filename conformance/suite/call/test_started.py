"""CAL-11, ERR-06 and SEC-02 by a call that the user does not wait for: the same blocks, the same log, its answer with its patient."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.drivers.model import CallOutcome
from conformance.suite.attributes.marks import DISQUALIFYING_SETS, mark, named
from conformance.suite.call.blocked import expect_blocked
from conformance.suite.desk.added import added
from conformance.suite.desk.apart import WITHOUT_WAITING
from conformance.suite.desk.expect import expect, expect_equal
from conformance.suite.desk.log import Sent, expect_credited
from conformance.suite.desk.snapshot import Moment, expect_kept
from conformance.suite.desk.started import ended, start, try_started
from conformance.suite.desk.wire import UNKNOWN_PLACE, need_request
from conformance.suite.desk.words import expect_values, insi_values
from conformance.verdicts import UndecidedError

if TYPE_CHECKING:
    from conformance.drivers.model import Attribute, Patient
    from conformance.suite.desk.steps import Desk


@pytest.mark.rule("CAL-11")
@WITHOUT_WAITING.mark
@pytest.mark.title(
    fr="L'appel lancé sans attendre, qui partait, ne part plus dès que l'identité est douteuse ou fictive",
    en="The call started without waiting, which used to leave, no longer does once the identity is doubtful or fictitious",
)
@pytest.mark.parametrize("attributes", DISQUALIFYING_SETS, ids=named)
def test_no_started_call(desk: Desk, attributes: frozenset[Attribute]) -> None:
    patient = desk.create(desk.draw())
    _, requests = try_started(desk, patient)
    need_request(requests)
    before = mark(desk, patient, attributes)
    call, requests = try_started(desk, patient)
    expect_blocked(
        call,
        requests,
        fr=f"d'attribut {named(attributes)} (appel lancé sans attendre)",
        en=f"with the attribute {named(attributes)} (call started without waiting)",
    )
    expect_kept(desk.snapshot(patient), before, Moment("après l'appel bloqué", "after the blocked call"))


@pytest.mark.rule("ERR-06", "RSP-02")
@WITHOUT_WAITING.mark
@pytest.mark.title(
    fr="Deux appels lancés l'un après l'autre, un autre dossier étant ouvert : chaque réponse reste à son patient",
    en="Two calls started one after the other while another file is opened: each answer stays with its patient",
)
def test_started_calls_do_not_cross(desk: Desk) -> None:
    people = [desk.draw(), desk.draw()]
    # Something is left to be fed in each.
    typed_otherwise: list[dict[str, str | None]] = [{"birth_place": UNKNOWN_PLACE}, {"first_names": None}]
    patients = [desk.create(person, **others) for person, others in zip(people, typed_otherwise, strict=True)]
    aside = desk.snapshot(desk.create(desk.draw()))
    started = [start(desk, patient) for patient in patients]
    desk.read(aside.patient)
    calls = [ended(desk, call_id) for call_id in started]
    for call, patient in zip(calls, patients, strict=True):
        if call.outcome is not CallOutcome.FOUND:
            raise UndecidedError(
                f"l'appel lancé sans attendre finit par {call.outcome} : {call.message}",
                f"the call started without waiting ends with {call.outcome}: {call.message}",
                depends_on=("CAL-08",),
            )
        expect_equal(
            got=call.patient_id,
            expected=patient.id,
            fr="dossier que nomme l'appel lancé sans attendre",
            en="file that the call started without waiting names",
        )
    for call in calls:
        desk.decide(call, accept=True)
    for person, patient in zip(people, patients, strict=True):
        expect_values(
            desk.read(patient),
            insi_values(person),
            fr="l'identité acceptée n'est pas dans le dossier de son patient",
            en="the identity accepted is not in the file of its patient",
        )
    moment = Moment(
        "réponses acceptées, un autre dossier ayant été ouvert",
        "answers accepted, another file having been opened",
    )
    expect_kept(desk.snapshot(aside.patient), aside, moment)


@pytest.mark.rule("SEC-02")
@WITHOUT_WAITING.mark
@pytest.mark.title(
    fr="Un appel lancé sans attendre est tracé au nom de qui l'a lancé, sous le dossier pour lequel il l'a été",
    en="A call started without waiting is logged under whoever started it, and under the file that it was for",
)
def test_started_calls_are_credited(desk: Desk) -> None:
    other = desk.create(desk.draw())
    sent: list[Sent] = []
    before = desk.logged_calls()
    for worker in (desk.as_super_user(), desk):
        patient = desk.create(desk.draw(first_names_count=1))

        def act(worker: Desk = worker, patient: Patient = patient) -> object:
            call_id = start(worker, patient)
            # Somebody else is at the counter when the answer comes.
            desk.read(other, desk.super_user if worker is desk else desk.user)
            return ended(worker, call_id)

        _, requests = desk.during(act)
        need_request(requests)
        sent += [Sent(exchange=each, user=worker.user.user, patient_id=patient.id) for each in requests]
    entries = added(before, desk.logged_calls())
    moment = Moment("appels lancés sans attendre", "calls started without waiting")
    expect_credited(entries, sent, moment)
    made = {(each.user, each.patient_id) for each in sent}
    wrong = [entry for entry in entries if entry.patient_id and (entry.user, entry.patient_id) not in made]
    expect(
        not wrong,
        fr=f"{moment.fr}, {len(wrong)} tracé(s) sous un autre dossier",
        en=f"{moment.en}, {len(wrong)} logged under another file",
    )
