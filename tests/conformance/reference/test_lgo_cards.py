"""The reference LGO with a card, against the simulator, on the public CNDA test person who has one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from conformance.drivers.cards import AppIdentity, Beneficiary, VitaleCard
from conformance.drivers.model import Actor, Attribute, CallOutcome, PatientTraits, Status
from conformance.drivers.protocol import RefusedError
from simulator.bench import BenchOptions
from simulator.client import BenchClient, SessionClient
from simulator.serving import ServeOptions, running

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.drivers.http import HttpDriver
    from conformance.drivers.model import Patient
    from simulator.registry.person import Person

ACTOR = Actor(user="dupond")


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BenchClient]:
    options = BenchOptions(data_dir=tmp_path_factory.mktemp("bench"), people=0)
    with running(ServeOptions(bench=options, port=0)) as url, BenchClient(url) as client:
        yield client


@pytest.fixture
def session(bench: BenchClient) -> SessionClient:
    return bench.create_session()


@pytest.fixture
def ruth(session: SessionClient) -> Person:
    return next(person for person in session.people(limit=200) if person.key == "cnda/nessi-ruth")


@pytest.fixture
def card(ruth: Person) -> VitaleCard:
    assert ruth.card is not None
    traits = ruth.identity.traits
    return VitaleCard(
        number=ruth.card.serial,
        beneficiaries=(
            Beneficiary(
                rank="01",
                birth_name=traits.birth_name,
                birth_date=traits.birth_date,
                sex=traits.sex,
                billing_number=ruth.identity.matricule.value,
                birth_rank=ruth.card.birth_rank,
            ),
        ),
    )


def create(lgo: HttpDriver, session: SessionClient, ruth: Person) -> Patient:
    lgo.reset(insi_url=session.soap_url)
    traits = ruth.identity.traits
    typed = PatientTraits(
        birth_name=traits.birth_name,
        first_name=ruth.first_name,
        birth_date=traits.birth_date,
        sex=traits.sex,
        birth_place="99999",
    )
    return lgo.create_patient(typed, actor=ACTOR)


def test_card_call_feeds_the_file_and_is_logged_as_such(
    lgo: HttpDriver, session: SessionClient, ruth: Person, card: VitaleCard
) -> None:
    patient = create(lgo, session, ruth)
    reading = lgo.read_card(card, actor=ACTOR)
    call = lgo.call_insi_card(reading.id, "01", patient_id=patient.id, actor=ACTOR)
    assert call.outcome is CallOutcome.FOUND
    after = lgo.decide_proposal(call.id, accept=True, actor=ACTOR)
    assert after is not None
    assert (after.matricule, after.status) == (ruth.identity.matricule.value, Status.RECUP)
    [exchange] = session.exchanges()
    assert exchange.operation == "rechercherInsAvecCarteVitale"
    assert 'NameQualifier="VITALE"' in exchange.request_xml
    # Nothing but what the bench asks everybody for: that the software signs nobody in.
    assert {finding["code"] for finding in exchange.findings} <= {"assertion-missing", "issuer-form"}
    modes = [entry.mode for entry in lgo.read_audit_log(actor=ACTOR) if entry.action == "INSI_CALL"]
    assert modes == ["VITALE"]


def test_creation_from_a_card_takes_the_first_name_from_the_list(
    lgo: HttpDriver, session: SessionClient, ruth: Person, card: VitaleCard
) -> None:
    lgo.reset(insi_url=session.soap_url)
    reading = lgo.read_card(card, actor=ACTOR)
    call = lgo.call_insi_card(reading.id, "01", actor=ACTOR)
    created = lgo.decide_proposal(call.id, accept=True, actor=ACTOR)
    assert created is not None
    assert (created.first_name, created.status) == (ruth.first_name, Status.RECUP)
    assert (created.used_name, created.billing_number) == (None, None)


def test_swapped_card_and_old_reading_make_no_request(
    lgo: HttpDriver, session: SessionClient, ruth: Person, card: VitaleCard
) -> None:
    patient = create(lgo, session, ruth)
    reading = lgo.read_card(card, actor=ACTOR)
    lgo.swap_card(replace(card, number="9999"), actor=ACTOR)
    swapped = lgo.call_insi_card(reading.id, "01", patient_id=patient.id, actor=ACTOR)
    lgo.swap_card(card, actor=ACTOR)
    lgo.set_clock(now="2099-01-01T00:00:00Z")
    old = lgo.call_insi_card(reading.id, "01", patient_id=patient.id, actor=ACTOR)
    lgo.set_clock(now=None)
    assert [call.alerts[0].code for call in (swapped, old)] == ["CARD_SWAPPED", "CARD_READING_EXPIRED"]
    assert [call.outcome for call in (swapped, old)] == [CallOutcome.BLOCKED] * 2
    assert session.exchanges() == []


def test_doubtful_identity_is_not_called_with_a_card_either(
    lgo: HttpDriver, session: SessionClient, ruth: Person, card: VitaleCard
) -> None:
    patient = create(lgo, session, ruth)
    lgo.set_attributes(patient.id, frozenset({Attribute.DOUTEUSE}), actor=ACTOR)
    reading = lgo.read_card(card, actor=ACTOR)
    call = lgo.call_insi_card(reading.id, "01", patient_id=patient.id, actor=ACTOR)
    assert call.alerts[0].code == "CALL_FORBIDDEN"
    assert session.exchanges() == []


def test_attached_card_fills_the_billing_number_only(
    lgo: HttpDriver, session: SessionClient, ruth: Person, card: VitaleCard
) -> None:
    patient = create(lgo, session, ruth)
    reading = lgo.read_card(card, actor=ACTOR)
    attached = lgo.attach_card(patient.id, reading.id, "01", actor=ACTOR)
    assert attached == replace(patient, billing_number=ruth.identity.matricule.value)
    assert lgo.read_patient(patient.id, actor=ACTOR) == attached


@pytest.mark.parametrize("reading_id", ["1", "77"])
def test_reading_of_before_a_reset_is_gone(
    lgo: HttpDriver, session: SessionClient, card: VitaleCard, reading_id: str
) -> None:
    lgo.reset(insi_url=session.soap_url)
    lgo.read_card(card, actor=ACTOR)
    lgo.reset(insi_url=session.soap_url)
    with pytest.raises(RefusedError, match="relisez la carte"):
        lgo.call_insi_card(reading_id, "01", actor=ACTOR)


def app_identity(ruth: Person) -> AppIdentity:
    traits = ruth.identity.traits
    return AppIdentity(
        rank="1",
        matricule=ruth.identity.matricule.value,
        oid=str(ruth.identity.oid),
        birth_name=traits.birth_name,
        first_names=traits.first_names,
        birth_date=traits.birth_date,
        sex=str(traits.sex),
    )


def test_app_identity_is_qualified_without_a_call(
    lgo: HttpDriver, session: SessionClient, ruth: Person
) -> None:
    patient = create(lgo, session, ruth)
    fed = lgo.import_app_identity(app_identity(ruth), patient_id=patient.id, actor=ACTOR)
    new = lgo.import_app_identity(app_identity(ruth), actor=ACTOR)
    assert [each.status for each in (fed, new)] == [Status.QUAL] * 2
    assert (fed.id, fed.birth_place, new.birth_place) == (patient.id, "99999", "99999")
    assert [change.status for change in lgo.read_status_history(patient.id, actor=ACTOR)] == [
        Status.PROV,
        Status.QUAL,
    ]
    assert session.exchanges() == []


@pytest.mark.parametrize(
    ("field", "value"),
    [("matricule", "2770763220829"), ("matricule", "277076322082911"), ("oid", "1.2.3"), ("sex", "X")],
)
def test_app_identity_that_cannot_be_one_is_refused_whole(
    lgo: HttpDriver, session: SessionClient, ruth: Person, field: str, value: str
) -> None:
    patient = create(lgo, session, ruth)
    wrong = replace(app_identity(ruth), **{field: value})
    with pytest.raises(RefusedError):
        lgo.import_app_identity(wrong, patient_id=patient.id, actor=ACTOR)
    assert lgo.read_patient(patient.id, actor=ACTOR) == patient


def test_search_by_matricule_checks_the_key_before_it_searches(
    lgo: HttpDriver, session: SessionClient, ruth: Person
) -> None:
    create(lgo, session, ruth)
    whole = ruth.identity.matricule.value
    found = lgo.import_app_identity(app_identity(ruth), actor=ACTOR)
    spaced = f"{whole[:1]} {whole[1:13]} {whole[13:]}"
    assert (
        lgo.search_by_matricule(whole, actor=ACTOR) == lgo.search_by_matricule(spaced, actor=ACTOR) == [found]
    )
    for wrong in (whole[:13], whole[:14], f"{whole}0", f"{whole[:13]}99"):
        with pytest.raises(RefusedError):
            lgo.search_by_matricule(wrong, actor=ACTOR)
