"""A family's Vitale card: read, attached, called with, swapped; then the app, and searches in separate fields."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from conformance.drivers.cards import AppIdentity
from conformance.drivers.model import CallOutcome, SearchCriteria, Status
from conformance.drivers.protocol import RefusedError
from conformance.guided.looking import expect_refusal, expect_status
from conformance.guided.walking import Journey
from conformance.suite.desk.card_calls import expect_about, vitale_of
from conformance.suite.desk.cards import family
from conformance.suite.desk.clocks import passing
from conformance.suite.desk.expect import expect, expect_equal
from conformance.suite.desk.people import typed
from conformance.suite.desk.snapshot import Moment
from conformance.suite.desk.words import expect_values, insi_values
from conformance.verdicts import UndecidedError
from simulator.contract.names import Operation
from simulator.text import Text

if TYPE_CHECKING:
    from conformance.drivers.model import InsiCall, Patient
    from conformance.guided.walking import Walk
    from conformance.suite.desk.steps import Desk
    from simulator.client import ExchangeView


def _make(desk: Desk, walk: Walk) -> None:
    lgo, user = desk.lgo, desk.user
    people, others = family(desk.draw), family(desk.draw)
    child = people.member("child")
    traits = typed(walk.welcome(child.person))
    walk.stage("family", lambda: people)
    walk.stage("created", lambda: lgo.create_patient(traits, actor=user).id)
    walk.stage("reading", lambda: lgo.read_card(people.card(), actor=user))

    def file() -> str:
        return str(walk["created"])

    def look() -> Patient:
        return lgo.read_patient(file(), actor=user)

    def call() -> InsiCall:
        return lgo.call_insi_card(walk["reading"].id, child.rank, patient_id=file(), actor=user)

    walk.stage("attached", lambda: lgo.attach_card(file(), walk["reading"].id, child.rank, actor=user))
    walk.stage("beside", look)
    walk.stage("called", call)
    walk.stage("by-traits", lambda: lgo.call_insi_traits(file(), actor=user))
    walk.stage("accepted", lambda: lgo.decide_proposal(walk["by-traits"].id, accept=True, actor=user))
    walk.stage("fed", look)
    number = child.person.identity.matricule.value
    wrong = f"{number[:13]}{97 - (int(number[13:]) + 40) % 97:02d}"
    walk.stage("by-number", lambda: lgo.search_by_matricule(number, actor=user))
    walk.stage("by-wrong-number", lambda: lgo.search_by_matricule(wrong, actor=user))
    both = SearchCriteria(
        birth_date=traits.birth_date,
        name_prefix=(traits.birth_name or "")[:2],
        first_name_prefix=(traits.first_name or "")[:2],
    )
    walk.stage("by-fields", lambda: lgo.search_patients(both, actor=user))
    with ExitStack() as stack:

        def pass_by() -> None:
            stack.enter_context(passing(desk)).passes(minutes=MINUTES)

        walk.wait("later", LATER, pass_by)
        walk.stage("called-later", call)
    walk.stage("swapped", lambda: lgo.swap_card(others.card(), actor=user))
    walk.stage("called-after-swap", call)
    holder = desk.draw()
    identity, held = holder.identity, holder.identity.traits
    walk.stage("holder", lambda: holder)
    app = AppIdentity(
        rank="1",
        matricule=identity.matricule.value,
        oid=str(identity.oid),
        birth_name=held.birth_name,
        first_names=held.first_names,
        birth_date=held.birth_date,
        sex=held.sex,
        birth_place=held.birth_place,
    )
    walk.stage("from-app", lambda: lgo.import_app_identity(app, actor=user).id)
    walk.stage("from-app-seen", lambda: lgo.read_patient(walk["from-app"], actor=user))


MINUTES = 21
"""How long the card stays in the reader: its assertion holds for twenty."""
LATER = Text(
    "La carte reste dans le lecteur sans être relue. Vingt minutes ont passé depuis sa lecture ? (Faites autre chose entre-temps.)",
    "The card stays in the reader and is not read again. Have twenty minutes gone by since it was read? (Do something else meanwhile.)",
)
LIFETIME = timedelta(minutes=20)
SKEW = timedelta(minutes=5)

JOURNEY = Journey(
    key="card",
    title=Text(
        "la carte Vitale d'une famille, puis l'Appli carte Vitale",
        "the Vitale card of a family, then the Appli carte Vitale",
    ),
    acts=17,
    minutes=40,
    make=_make,
)


def _by_card(walk: Walk, stage: str) -> list[ExchangeView]:
    found = [each for each in walk.requests(stage) if each.operation == Operation.SEARCH_BY_CARD]
    if not found:
        raise UndecidedError(
            "aucune recherche par carte n'est partie", "no search by card was sent", depends_on=("CAL-01",)
        )
    return found


@pytest.mark.rule("CAL-04")
@pytest.mark.title(
    fr="Plus de vingt minutes après la lecture, aucune assertion Vitale d'alors n'est envoyée",
    en="More than twenty minutes after the reading, no Vitale assertion of then is sent",
)
def test_no_expired_assertion(walk: Walk) -> None:
    before = [each.issued_at for request in _by_card(walk, "called") for each in vitale_of(request)]
    _ = walk["later"]
    if isinstance(walk.refusal("called-later"), RefusedError):
        return
    requests = [each for each in walk.requests("called-later") if each.operation == Operation.SEARCH_BY_CARD]
    for request in requests:
        found = vitale_of(request)
        expect(
            found,
            fr="une requête est partie sans assertion Vitale",
            en="a request left with no Vitale assertion",
        )
        for assertion in found:
            expect(
                assertion.issued_at is not None
                and all(
                    then is not None and assertion.issued_at - then >= LIFETIME - SKEW for then in before
                ),
                fr="l'assertion Vitale envoyée est celle d'il y a plus de vingt minutes",
                en="the Vitale assertion sent is the one of more than twenty minutes ago",
            )
    call: InsiCall = walk["called-later"]
    expect(
        requests or call.outcome in {CallOutcome.BLOCKED, CallOutcome.ERROR},
        fr=f"aucune requête n'est partie et le logiciel annonce {call.outcome}",
        en=f"no request left and the software announces {call.outcome}",
    )


@pytest.mark.rule("FLD-03")
@pytest.mark.title(
    fr="Lire et rattacher la carte ne donne ni matricule ni OID, et n'appelle pas INSi",
    en="Reading and attaching the card gives neither matricule nor OID, and does not call INSi",
)
def test_no_ins_from_the_card(walk: Walk) -> None:
    for stage in ("reading", "attached"):
        expect(not walk.requests(stage), fr="INSi a été appelé", en="INSi was called")
    patient: Patient = walk["beside"]
    expect_values(
        {"matricule": patient.matricule, "oid": patient.oid},
        {"matricule": None, "oid": None},
        fr="la carte a alimenté l'identité",
        en="the card has fed the identity",
    )


@pytest.mark.rule("FLD-02")
@pytest.mark.title(
    fr="Le numéro de facturation est dans son champ, à côté du matricule INS",
    en="The billing number is in its field, beside the matricule INS",
)
def test_billing_beside(walk: Walk) -> None:
    _ = walk["attached"], walk["accepted"]
    people = walk["family"]
    billing = people.insured.person.identity.matricule.value
    for stage in ("beside", "fed"):
        expect_equal(
            got=walk[stage].billing_number, expected=billing, fr="numéro de facturation", en="billing number"
        )
    own = people.member("child").person.identity.matricule.value
    expect_equal(got=walk["fed"].matricule, expected=own, fr="matricule INS", en="matricule INS")


@pytest.mark.rule("CAL-01")
@pytest.mark.title(
    fr="INSi s'interroge par la carte et par les traits", en="INSi can be asked with the card and by traits"
)
def test_both_ways(walk: Walk) -> None:
    for stage, operation in (("called", Operation.SEARCH_BY_CARD), ("by-traits", Operation.SEARCH_BY_TRAITS)):
        expect(not walk.refusal(stage), fr="l'appel est refusé", en="the call is refused")
        sent = {each.operation for each in walk.requests(stage)}
        expect(operation in sent, fr=f"aucune requête {operation}", en=f"no request {operation}")


@pytest.mark.rule("CAL-02")
@pytest.mark.title(
    fr="L'appel par carte porte sur le bénéficiaire choisi",
    en="The call by card is about the beneficiary chosen",
)
def test_beneficiary(walk: Walk) -> None:
    people = walk["family"]
    requests = _by_card(walk, "called")
    expect_about(requests, people.member("child"), Moment("à l'appel par carte", "at the call by card"))


@pytest.mark.rule("CAL-03")
@pytest.mark.title(
    fr="L'appel contient l'assertion Vitale de la carte lue",
    en="The call holds the Vitale assertion of the card read",
)
def test_assertion(walk: Walk) -> None:
    for exchange in _by_card(walk, "called"):
        serials = [each.name_id for each in vitale_of(exchange)]
        expect_equal(
            got=serials, expected=[walk["family"].serial], fr="assertions Vitale", en="Vitale assertions"
        )


@pytest.mark.rule("CAL-05")
@pytest.mark.title(
    fr="La carte changée après le choix : aucun appel ne part",
    en="The card swapped after the choice: no call is sent",
)
def test_swapped(walk: Walk) -> None:
    _ = walk["swapped"], _by_card(walk, "called")
    if walk.refusal("called-after-swap") is None:
        expect(not walk.requests("called-after-swap"), fr="un appel est parti", en="a call was sent")


@pytest.mark.rule("SRC-09")
@pytest.mark.title(
    fr="Le matricule retrouve son patient, une clé fausse est refusée",
    en="The matricule finds its patient, a wrong key is refused",
)
def test_by_number(walk: Walk) -> None:
    expect(
        {patient.id for patient in walk["by-number"]} == {walk["created"]},
        fr="le matricule ne trouve pas son patient, ou pas lui seul",
        en="the matricule does not find its patient, or not only them",
    )
    expect_refusal(walk, "by-wrong-number", "une clé fausse est cherchée", "a wrong key is searched")


@pytest.mark.rule("SRC-10")
@pytest.mark.title(
    fr="Nom et prénom se cherchent dans des champs distincts",
    en="Name and first name are searched in separate fields",
)
def test_separate_fields(walk: Walk) -> None:
    expect(not walk.refusal("by-fields"), fr="la recherche est refusée", en="the search is refused")
    expect(
        walk["created"] in {patient.id for patient in walk["by-fields"]},
        fr="la recherche ne trouve pas le patient",
        en="the search does not find the patient",
    )


@pytest.mark.rule("CRE-07")
@pytest.mark.title(
    fr="L'identité de l'Appli carte Vitale est qualifiée, telle que transmise, sans appel à INSi",
    en="The identity of the Appli carte Vitale is qualifiée, as handed over, without a call of INSi",
)
def test_from_app(walk: Walk) -> None:
    expect(not walk.refusal("from-app"), fr="l'identité est refusée", en="the identity is refused")
    expect(not walk.requests("from-app"), fr="INSi a été appelé", en="INSi was called")
    patient: Patient = walk["from-app-seen"]
    expected = insi_values(walk["holder"])
    expect_values(
        {name: getattr(patient, name) for name in expected},
        expected,
        fr="le dossier n'est pas ce que l'application a transmis",
        en="the file is not what the app handed over",
    )
    expect_status(patient, Status.QUAL, "après lecture de l'application", "after reading the app")
