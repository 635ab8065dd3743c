"""The reference LGO verifies INS and receives identities, in front of the real simulator."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from conformance.drivers.model import Actor, PatientTraits, SearchCriteria, Status
from conformance.drivers.partners import ReceivedIdentity, ReceptionOutcome, VerificationOutcome
from conformance.drivers.protocol import RefusedError
from conformance.suite.response.refusals import altered
from simulator.bench import BenchOptions
from simulator.client import BenchClient, SessionClient
from simulator.population.generate import draw
from simulator.serving import ServeOptions, running

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conformance.drivers.http import HttpDriver
    from conformance.drivers.model import Patient
    from simulator.registry.person import Person

USER = Actor(user="dupond")
VERIFICATION = "verifierInsAvecTraitsIdentite"


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BenchClient]:
    options = BenchOptions(data_dir=tmp_path_factory.mktemp("bench"), people=0)
    with running(ServeOptions(bench=options, port=0)) as url, BenchClient(url) as client:
        yield client


@pytest.fixture
def session(bench: BenchClient, lgo: HttpDriver) -> SessionClient:
    opened = bench.create_session()
    lgo.reset(insi_url=opened.soap_url)
    return opened


@pytest.fixture
def person(session: SessionClient, request: pytest.FixtureRequest) -> Person:
    [drawn] = draw(1, request.node.nodeid, first_names_count=2)
    session.add_people([drawn])
    return drawn


@pytest.fixture
def bring(lgo: HttpDriver) -> Callable[[Person, Status], Patient]:
    def to(person: Person, status: Status) -> Patient:
        traits = person.identity.traits
        typed = PatientTraits(
            birth_name=traits.birth_name,
            first_name=person.first_name,
            first_names=traits.first_names,
            birth_date=traits.birth_date,
            sex=traits.sex,
            birth_place=traits.birth_place,
        )
        patient = lgo.create_patient(typed, actor=USER)
        if status in {Status.VALI, Status.QUAL}:
            lgo.record_proof(patient.id, "CNI", actor=USER)
            lgo.validate_identity(patient.id, actor=USER)
        if status in {Status.RECUP, Status.QUAL}:
            call = lgo.call_insi_traits(patient.id, actor=USER)
            lgo.decide_proposal(call.id, accept=True, actor=USER)
        patient = lgo.read_patient(patient.id, actor=USER)
        assert patient.status is status
        return patient

    return to


def sent_by(person: Person, **changes: Any) -> ReceivedIdentity:
    identity, traits = person.identity, person.identity.traits
    values = {
        "sender": "LABO",
        "matricule": identity.matricule.value,
        "oid": str(identity.oid),
        "birth_name": traits.birth_name,
        "first_names": traits.first_names,
        "first_name": person.first_name,
        "birth_date": traits.birth_date,
        "sex": traits.sex,
        "birth_place": traits.birth_place,
        "status": "QUAL",
        "document": "CR.pdf",
        **changes,
    }
    return ReceivedIdentity(**values)


def born(lgo: HttpDriver, person: Person) -> list[Patient]:
    return lgo.search_patients(SearchCriteria(birth_date=person.identity.traits.birth_date), actor=USER)


def operations(session: SessionClient) -> list[str | None]:
    return [one.operation for one in session.exchanges()]


def in_log(lgo: HttpDriver) -> list[tuple[str | None, str | None, str | None]]:
    entries = lgo.read_audit_log(actor=USER)
    return [(one.mode, one.code, one.patient_id) for one in entries if one.action == "INSI_VERIFICATION"]


@pytest.mark.parametrize("status", [Status.RECUP, Status.QUAL])
def test_ok_changes_nothing_and_is_traced(
    lgo: HttpDriver, person: Person, bring: Any, status: Status
) -> None:
    patient = bring(person, status)
    verification = lgo.verify_ins(patient.id, actor=USER)
    assert verification.outcome is VerificationOutcome.OK
    assert lgo.read_patient(patient.id, actor=USER) == patient
    assert in_log(lgo) == [("UNIT", "00", patient.id)]
    assert lgo.read_worklist(actor=USER) == []


@pytest.mark.parametrize("status", [Status.RECUP, Status.QUAL])
def test_ko_lowers_and_queues(
    lgo: HttpDriver, session: SessionClient, person: Person, bring: Any, status: Status
) -> None:
    patient = bring(person, status)
    session.install("answers/verification-ko")
    verification = lgo.verify_ins(patient.id, actor=USER)
    after = lgo.read_patient(patient.id, actor=USER)
    assert verification.outcome is VerificationOutcome.KO
    assert verification.alerts
    assert (after.status, after.matricule, after.oid) == (Status.PROV, None, None)
    assert after.birth_name == patient.birth_name
    assert [item.patient_id for item in lgo.read_worklist(actor=USER)] == [patient.id]
    assert in_log(lgo) == [("UNIT", "01", patient.id)]


def test_technical_error_is_no_ko(
    lgo: HttpDriver, session: SessionClient, person: Person, bring: Any
) -> None:
    patient = bring(person, Status.QUAL)
    session.install("chaos/http-503")
    verification = lgo.verify_ins(patient.id, actor=USER)
    assert verification.outcome is VerificationOutcome.ERROR
    assert lgo.read_patient(patient.id, actor=USER) == patient
    assert in_log(lgo) == [("UNIT", None, patient.id)]


def test_a_file_without_ins_is_not_verified(
    lgo: HttpDriver, session: SessionClient, person: Person, bring: Any
) -> None:
    patient = bring(person, Status.VALI)
    assert lgo.verify_ins(patient.id, actor=USER).outcome is VerificationOutcome.BLOCKED
    assert operations(session) == []


def test_unknown_and_ok_creates_recovered(lgo: HttpDriver, session: SessionClient, person: Person) -> None:
    reception = lgo.receive_identity(sent_by(person), actor=USER)
    [patient] = born(lgo, person)
    assert reception.outcome is ReceptionOutcome.CREATED
    assert (patient.status, patient.matricule) == (Status.RECUP, person.identity.matricule.value)
    assert operations(session) == [VERIFICATION]
    assert lgo.receive_identity(sent_by(person), actor=USER).verification is None
    assert operations(session) == [VERIFICATION]
    assert born(lgo, person) == [patient]


def test_unknown_and_ko_creates_without_ins(lgo: HttpDriver, person: Person) -> None:
    lgo.receive_identity(sent_by(person, birth_name="KVORLAN"), actor=USER)
    [patient] = born(lgo, person)
    assert (patient.status, patient.matricule, patient.oid) == (Status.PROV, None, None)
    assert lgo.read_documents(patient.id, actor=USER) == []
    [item] = lgo.read_worklist(actor=USER)
    assert (item.reason, item.patient_id) == ("VERIFICATION_KO", patient.id)
    assert "CR.pdf" in item.message


@pytest.mark.parametrize(
    ("status", "result"), [(Status.PROV, Status.RECUP), (Status.VALI, Status.QUAL)], ids=str
)
def test_known_and_ok_takes_the_ins(
    lgo: HttpDriver, person: Person, bring: Any, status: Status, result: Status
) -> None:
    patient = bring(person, status)
    lgo.receive_identity(sent_by(person), actor=USER)
    [after] = born(lgo, person)
    assert (after.id, after.status, after.oid) == (patient.id, result, str(person.identity.oid))
    filed = [document.name for document in lgo.read_documents(patient.id, actor=USER)]
    assert filed == (["CR.pdf"] if result is Status.QUAL else [])


@pytest.mark.parametrize("status", list(Status))
def test_known_and_ko_changes_nothing(
    lgo: HttpDriver, session: SessionClient, person: Person, bring: Any, status: Status
) -> None:
    patient = bring(person, status)
    [other] = draw(1, f"other {status}")
    wrong = sent_by(person, matricule=other.identity.matricule.value)
    session.install("answers/verification-ko")
    reception = lgo.receive_identity(wrong, actor=USER)
    assert born(lgo, person) == [patient]
    assert reception.outcome is ReceptionOutcome.UNCHANGED
    assert reception.alerts
    assert [item.reason for item in lgo.read_worklist(actor=USER)] == ["VERIFICATION_KO"]


def test_down_during_reception_writes_nothing(
    lgo: HttpDriver, session: SessionClient, person: Person
) -> None:
    session.install("chaos/http-503")
    reception = lgo.receive_identity(sent_by(person), actor=USER)
    assert reception.outcome is ReceptionOutcome.QUEUED
    assert reception.verification is not None
    assert reception.verification.outcome is VerificationOutcome.ERROR
    assert born(lgo, person) == []
    session.clear_scenarios()
    assert lgo.receive_identity(sent_by(person), actor=USER).outcome is ReceptionOutcome.CREATED


def test_only_a_contract_qualifies(lgo: HttpDriver, session: SessionClient, person: Person) -> None:
    [other] = draw(1, "second of the contract")
    session.add_people([other])
    lgo.write_trusted_senders(frozenset({"LABO-10"}), actor=USER)
    lgo.receive_identity(sent_by(person, sender="LABO-1"), actor=USER)
    lgo.receive_identity(sent_by(other, sender="LABO-10"), actor=USER)
    assert [one.status for one in born(lgo, person)] == [Status.RECUP]
    assert [one.status for one in born(lgo, other)] == [Status.QUAL]


def test_two_files_alike_are_left_to_a_person(lgo: HttpDriver, person: Person, bring: Any) -> None:
    twins = [bring(person, Status.PROV), bring(person, Status.VALI)]
    reception = lgo.receive_identity(sent_by(person), actor=USER)
    assert born(lgo, person) == twins
    assert reception.patient_id is None
    assert [item.reason for item in lgo.read_worklist(actor=USER)] == ["IDENTITY_TO_COMPARE"]


def test_an_unknown_place_is_left_to_a_person(lgo: HttpDriver, person: Person, bring: Any) -> None:
    patient = bring(person, Status.PROV)
    lgo.update_patient(patient.id, {"birth_place": "99999"}, actor=USER)
    before = lgo.read_patient(patient.id, actor=USER)
    lgo.receive_identity(sent_by(person), actor=USER)
    assert born(lgo, person) == [before]


def test_an_incomplete_identity_is_refused(lgo: HttpDriver, session: SessionClient, person: Person) -> None:
    with pytest.raises(RefusedError):
        lgo.receive_identity(sent_by(person, sex=None), actor=USER)
    assert operations(session) == []


class TestLots:
    def test_each_result_goes_to_its_own_file(
        self, lgo: HttpDriver, session: SessionClient, bring: Any
    ) -> None:
        people = draw(4, "lot")
        session.add_people(people)
        statuses = [Status.PROV, Status.RECUP]
        files = [bring(one, status) for one, status in zip(people[:2], statuses[:2], strict=True)]
        # INSi says KVORLAN now and the true name later: the verification of this file is KO.
        session.install(altered("another-name", {"birth_name": "KVORLAN"}), patient=people[2])
        files.append(bring(people[2], Status.QUAL))
        session.clear_scenarios()
        files.append(bring(people[3], Status.RECUP))
        lot = lgo.start_bulk_verification(tuple(one.id for one in files), actor=USER)
        outcomes = {one.patient_id: one.outcome for one in lot.results}
        assert outcomes == {
            files[0].id: VerificationOutcome.BLOCKED,
            **{one.id: VerificationOutcome.PENDING for one in files[1:]},
        }
        session.advance(60)
        lot = lgo.read_bulk_verification(lot.id, actor=USER)
        assert lot.is_complete
        assert [one.outcome.value for one in lot.results] == ["BLOCKED", "OK", "KO", "OK"]
        after = [lgo.read_patient(one.id, actor=USER) for one in files]
        assert [one.status for one in after] == [Status.PROV, Status.RECUP, Status.PROV, Status.RECUP]
        assert in_log(lgo) == [
            ("LOT", "00", files[1].id),
            ("LOT", "01", files[2].id),
            ("LOT", "00", files[3].id),
        ]
        lgo.read_bulk_verification(lot.id, actor=USER)
        assert len(in_log(lgo)) == 3

    def test_a_result_of_another_ins_leaves_the_file(
        self, lgo: HttpDriver, session: SessionClient, person: Person, bring: Any
    ) -> None:
        [other] = draw(1, "new number")
        number = other.identity.matricule
        altering = altered("another-number", {"number": number.number, "key": number.key})
        session.install(altering, patient=person)
        patient = bring(person, Status.RECUP)
        assert patient.matricule == number.value
        session.clear_scenarios()
        lot = lgo.start_bulk_verification((patient.id,), actor=USER)
        call = lgo.call_insi_traits(patient.id, actor=USER)
        lgo.decide_proposal(call.id, accept=True, actor=USER)
        session.advance(60)
        [result] = lgo.read_bulk_verification(lot.id, actor=USER).results
        assert result.outcome is VerificationOutcome.KO
        after = lgo.read_patient(patient.id, actor=USER)
        assert (after.status, after.matricule) == (Status.RECUP, person.identity.matricule.value)

    def test_a_refused_deposit_changes_nothing(
        self, lgo: HttpDriver, session: SessionClient, person: Person, bring: Any
    ) -> None:
        patient = bring(person, Status.RECUP)
        session.install("chaos/http-503")
        lot = lgo.start_bulk_verification((patient.id,), actor=USER)
        assert (lot.is_complete, lot.results[0].outcome) == (True, VerificationOutcome.ERROR)
        assert lgo.read_patient(patient.id, actor=USER) == patient


def test_dashboard_counts_requests_and_qualified_files(
    lgo: HttpDriver, session: SessionClient, person: Person, bring: Any
) -> None:
    patient = bring(person, Status.QUAL)
    lgo.verify_ins(patient.id, actor=USER)
    session.install("chaos/http-503")
    lgo.verify_ins(patient.id, actor=USER)
    seen = lgo.read_dashboard(actor=USER)
    assert (seen.insi_calls, seen.insi_successes, seen.insi_failures) == (3, 2, 1)
    assert (seen.patients, seen.qualified) == (1, 1)
