"""FLD-04: the names in use are the user's: nothing fills them automatically."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

import pytest

from conformance.drivers.model import Attribute, Status
from conformance.drivers.protocol import RefusedError
from conformance.suite.attributes.marks import mark
from conformance.suite.desk.apart import APP, CARD, RECEPTION, VERIFICATION
from conformance.suite.desk.card_calls import read_card
from conformance.suite.desk.cards import family
from conformance.suite.desk.cast import CAST
from conformance.suite.desk.expect import expect_each
from conformance.suite.desk.people import NAMES_IN_USE, PLAIN, another_value, typed
from conformance.suite.desk.routes import Route, routes
from conformance.suite.desk.steps import USERS, preparing
from conformance.suite.desk.words import app_identity, expect_values
from conformance.suite.response.proposals import accepted, proposed
from conformance.suite.states.long_life import RENAMED, life, steps_of
from conformance.suite.states.long_life_acts import RENAMED_TO
from conformance.suite.verification.elsewhere import receive, received, verify
from conformance.verdicts import UndecidedError

if TYPE_CHECKING:
    from conformance.suite.desk.cast import Part
    from conformance.suite.desk.steps import Desk
    from conformance.suite.states.long_life import Lived

EMPTY = {"used_name": None, "used_first_name": None}


@pytest.mark.rule("FLD-04")
@pytest.mark.title(
    fr="Laissés vides, le nom et le prénom utilisés le restent, quel que soit le chemin, même après un second import",
    en="Left empty, the used name and the used first name stay so, whatever the way, even after a second import",
)
@pytest.mark.parametrize("route", routes(), ids=str)
def test_never_filled(desk: Desk, route: Route) -> None:
    patient = desk.bring(desk.draw(first_names_count=2), route)
    _expect_empty(desk, patient.id)
    if route is not Route.TYPED:
        desk.feed(patient)
        _expect_empty(desk, patient.id)
    if route.status is Status.QUAL:
        with suppress(RefusedError):
            desk.lgo.update_patient(patient.id, {"birth_place": "99999"}, actor=desk.super_user)
        _expect_empty(desk, patient.id)


@pytest.mark.rule("FLD-04")
@pytest.mark.title(
    fr="Laissés vides après un patient qui en avait, ils le restent pour chaque personne de la distribution, et après chaque correction",
    en="Left empty after a patient who had some, they stay so for each person of the cast, and after each correction",
)
@pytest.mark.parametrize("user", USERS)
def test_cast(desk: Desk, user: str) -> None:
    desk = desk.by(user)

    def judge(part: Part) -> None:
        desk.create(desk.draw(), **NAMES_IN_USE)
        with preparing("créer le patient", "create the patient", depends_on=("CRE-03",)):
            patient = desk.lgo.create_patient(typed(desk.play(part)), actor=desk.user)
        _expect_empty(desk, patient.id)

    expect_each({part.key: partial(judge, part) for part in CAST})
    person = desk.draw(first_names_count=2)
    patient = desk.create(person)
    for field in ("birth_name", "first_name", "first_names", "birth_date", "sex", "birth_place"):
        change = {field: another_value(desk, person, field)}
        with preparing("corriger le dossier", "correct the file", depends_on=("FLD-01",)):
            desk.lgo.update_patient(patient.id, change, actor=desk.user)
        _expect_empty(desk, patient.id)


@pytest.mark.rule("FLD-04")
@pytest.mark.title(
    fr="Un seul des deux rempli, l'autre reste vide, à la création comme après l'import INSi",
    en="With one of the two filled, the other stays empty, at creation as after the INSi import",
)
@pytest.mark.parametrize("field", NAMES_IN_USE)
def test_one_of_the_two(desk: Desk, field: str) -> None:
    patient = desk.create(desk.draw(), **{field: NAMES_IN_USE[field]})
    expected = EMPTY | {field: NAMES_IN_USE[field]}
    for moment in ("created", "fed"):
        if moment == "fed":
            desk.feed(patient)
        expect_values(
            desk.read(patient),
            expected,
            fr="les noms utilisés ne sont pas ceux saisis",
            en="the names in use are not those typed",
        )


@pytest.mark.rule("FLD-04")
@pytest.mark.title(
    fr="Laissés vides, ils le restent quand INSi change le nom et les prénoms, quand l'identité est refusée, marquée ou contrôlée",
    en="Left empty, they stay so when INSi changes name and first names, when the identity is refused, marked or checked",
)
@pytest.mark.parametrize("sex", ["M", "F"])
@pytest.mark.parametrize("route", [Route.TYPED, Route.CHECKED, Route.IMPORTED], ids=str)
def test_other_names_from_insi(desk: Desk, route: Route, sex: str) -> None:
    patient = desk.bring(
        desk.draw(sex=sex, first_names_count=2, hyphen_name=True), route, used_name=None, used_first_name=None
    )
    # None of the names is one of the file: a former one kept aside is then seen.
    answers = [desk.draw(sex=sex, first_names_count=3, compound_first_name=True) for _ in range(2)]
    refusing = desk.as_super_user() if sex == "M" else desk
    refusing.decide(proposed(refusing, patient, answers[0]), accept=False)
    _expect_empty(desk, patient.id)
    mark(desk, patient, {Attribute.HOMONYME})
    _expect_empty(desk, patient.id)
    with desk.answered_by("answers/not-found"):
        desk.try_call(patient)
    _expect_empty(desk, patient.id)
    for answer in answers:
        accepted(desk, proposed(desk, patient, answer))
        _expect_empty(desk, patient.id)
    if route is Route.TYPED:
        desk.check_document(patient)
        _expect_empty(desk, patient.id)


@pytest.mark.rule("FLD-04")
@pytest.mark.title(
    fr="Saisis par l'utilisateur, ils restent à la lettre quand INSi change tout le reste, même égaux aux noms de naissance",
    en="Typed by the user, they stay to the letter when INSi changes all the rest, even when equal to the birth names",
)
@pytest.mark.parametrize("case", ["own", "birth-names", "old-birth-names"])
def test_typed_names_stay(desk: Desk, case: str) -> None:
    person, answer = desk.draw(first_names_count=2, **PLAIN), desk.draw(first_names_count=2, **PLAIN)
    source = {"birth-names": answer, "old-birth-names": person}.get(case)
    names = (
        dict(NAMES_IN_USE)
        if source is None
        else {"used_name": source.identity.traits.birth_name, "used_first_name": source.first_name}
    )
    patient = desk.create(person, **names)
    for fed in (person, answer, answer):
        after = accepted(desk, proposed(desk, patient, fed))
        expect_values(
            after,
            names,
            fr="les noms utilisés ne sont pas ceux saisis",
            en="the names in use are not those typed",
        )


def _expect_empty(desk: Desk, patient_id: str, *, inferred: bool = False) -> None:
    expect_values(
        desk.lgo.read_patient(patient_id, actor=desk.user),
        EMPTY,
        fr="les noms utilisés ont été remplis automatiquement",
        en="the names in use were filled automatically",
        inferred=inferred,
    )


@pytest.mark.rule("FLD-04")
@pytest.mark.title(
    fr="Ni l'Appli carte Vitale, pour un dossier nouveau ou connu, ni une carte rattachée ne les remplit",
    en="Neither the Appli carte Vitale, for a new file or a known one, nor a card attached fills them",
)
def test_from_app_and_card(desk: Desk) -> None:
    people = family(desk.draw)
    with desk.if_offered(APP), suppress(RefusedError):
        for person in (
            people.member("child").person,
            desk.draw(first_names_count=2, compound_first_name=True),
        ):
            made = desk.lgo.import_app_identity(app_identity(person), actor=desk.user)
            _expect_empty(desk, made.id)
    insured = people.insured
    patient = desk.create(insured.person)
    with desk.if_offered(CARD), suppress(RefusedError, UndecidedError):
        reading = read_card(desk, people.card())
        desk.lgo.attach_card(patient.id, reading.id, insured.rank, actor=desk.user)
        # That the usual name of a card is no more the user's than that of INSi is deduced.
        _expect_empty(desk, patient.id, inferred=True)
    with desk.if_at_hand(APP), suppress(RefusedError):
        identity = app_identity(insured.person)
        desk.lgo.import_app_identity(identity, patient_id=patient.id, actor=desk.user)
        _expect_empty(desk, patient.id)


@pytest.mark.rule("FLD-04")
@pytest.mark.title(
    fr="Tout au long d'une vie (imports, pièces, vérifications, chutes), un nom utilisé laissé vide n'est jamais rempli",
    en="All through a life (imports, documents, verifications, falls) a name in use that was left empty is never filled",
)
def test_never_filled_in_a_life(desk: Desk) -> None:
    def judge(one: Lived) -> None:
        before = {name: getattr(one.before.patient, name) for name in NAMES_IN_USE}
        expect_values(
            one.after.patient,
            RENAMED_TO if one.step is RENAMED else before,
            fr=f"{one.step.fr} : les noms utilisés ont changé d'eux-mêmes",
            en=f"{one.step.en}: the names in use have changed by themselves",
        )

    expect_each(
        {f"{number} {one.step.fr}": partial(judge, one) for number, one in enumerate(steps_of(life(desk)), 1)}
    )


@pytest.mark.rule("FLD-04")
@pytest.mark.title(
    fr="Un dossier né d'une identité reçue sans nom utilisé n'en a pas, et une vérification n'en donne pas",
    en="A file made of an identity received without names in use has none, and a verification gives none",
)
@RECEPTION.mark
def test_received_without(desk: Desk) -> None:
    known = desk.draw(first_names_count=2)
    patient = desk.create(known)
    receive(desk, received(known))
    _expect_empty(desk, patient.id)
    arrived = receive(desk, received(desk.draw(first_names_count=2)))
    if isinstance(arrived.said, RefusedError) or arrived.said.patient_id is None:
        return  # Only proposed: there is no file.
    _expect_empty(desk, arrived.said.patient_id)
    with desk.if_offered(VERIFICATION):
        verify(desk, desk.lgo.read_patient(arrived.said.patient_id, actor=desk.user))
        _expect_empty(desk, arrived.said.patient_id)
