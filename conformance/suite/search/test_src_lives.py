"""SRC-01 to SRC-04 for files that have lived: corrected, fed, lowered, refused, and people of every age.

A search often goes through an index of its own, which is filled by one screen and forgotten by the others.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Final

import pytest

from conformance.drivers.model import LOW_CONFIDENCE_PROOFS, Attribute, Status, Verb
from conformance.drivers.protocol import RefusedError
from conformance.suite.attributes.marks import lift, set_attributes
from conformance.suite.desk.apart import path
from conformance.suite.desk.card_calls import read_card
from conformance.suite.desk.cards import family
from conformance.suite.desk.cases import case_text
from conformance.suite.desk.expect import expect, expect_each
from conformance.suite.desk.people import NAMES_IN_USE, PLAIN
from conformance.suite.desk.routes import Route
from conformance.suite.desk.steps import preparing
from conformance.suite.desk.words import app_identity
from conformance.suite.response.proposals import accepted, proposed
from conformance.suite.search.neighbours import Neighbour, by_letters, expect_search, settle
from simulator.ins.traits import comparison_key

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.drivers.model import Patient
    from conformance.suite.desk.steps import Desk
    from simulator.registry.person import Person

    Act = Callable[[Desk, Patient, Person], object]

DAY, OTHER_DAY = "1977-07-19", "1977-07-20"

NAME, ANOTHER = "VIZKELOR", "DUMBRAZ"

FIRST, OTHER_FIRST = "QOLVIN", "HUZBERT"

DAYS_BACK: Final = {
    "nouveau-né": 12,
    "nourrisson": 200,
    "enfant": 365 * 7,
    "adolescent": 365 * 16,
    "de plus de cent ans": 365 * 104,
    "de plus de cent dix ans": 365 * 112,
}
"""How long ago somebody was born; nobody is too young or too old to be found."""

SUMMERS: Final = ("1958-08-15", "1969-06-30", "1996-07-07", "1978-04-02", "1981-09-27")
"""Days of summer time, or of its first and last days: a date is no instant."""


@pytest.mark.rule("SRC-01")
@pytest.mark.title(
    fr="Du nouveau-né au centenaire, né en été comme en hiver, chacun est trouvé à sa date",
    en="From the newborn to the centenarian, born in summer as in winter, each is found at their date",
)
def test_every_age(desk: Desk) -> None:
    today = datetime.now(UTC).date()
    days = {age: (today - timedelta(days=back)).isoformat() for age, back in DAYS_BACK.items()}
    days |= {f"né le {day}": day for day in SUMMERS}
    neighbours = settle(desk, DAY, {label: {"birth_date": day} for label, day in days.items()})
    expect_each(
        {label: partial(expect_search, desk, neighbours, birth_date=day) for label, day in days.items()}
    )


@pytest.mark.rule("SRC-01")
@pytest.mark.title(
    fr="Le patient reste trouvé quoi qu'il soit arrivé à son dossier : abaissé, refusé, en panne, corrigé, carte rattachée",
    en="The patient is still found whatever happened to the file: lowered, refused, in failure, corrected, a card attached",
)
def test_whatever_happened(desk: Desk) -> None:
    neighbours: list[Neighbour] = []

    def lived(label: str, route: Route, act: Act) -> None:
        person = desk.draw(birth_date=DAY, first_names_count=2)
        patient = desk.bring(person, route)
        # What a software refuses or does not know has not happened; the patient is found all the same.
        with (
            desk.if_offered(path(f"retrouvé après : {label}", f"found after: {case_text(label).en}", *Verb)),
            suppress(RefusedError),
        ):
            act(desk, patient, person)
        neighbours.append(Neighbour(label=label, patient=desk.read(patient)))

    for label, (route, act) in LIVES.items():
        lived(label, route, act)
    desk.insi.clear_scenarios()
    for day in (DAY, OTHER_DAY):
        expect_search(desk, neighbours, birth_date=day)
    # The one looked at last is found as well: an open file is not a hidden one.
    desk.read(neighbours[0].patient)
    expect_search(desk.as_super_user(), neighbours, role=" (autre utilisateur)", birth_date=DAY)


def _lowered(target: Status) -> Act:
    return lambda desk, patient, _: desk.lgo.downgrade_status(patient.id, target, actor=desk.user)


def _called(scenario: str) -> Act:
    def act(desk: Desk, patient: Patient, _: Person) -> None:
        with desk.answered_by(scenario):
            desk.try_call(patient)

    return act


def _marked_and_unmarked(desk: Desk, patient: Patient, _: Person) -> None:
    set_attributes(desk, patient, {Attribute.DOUTEUSE})
    lift(desk, patient)


def _corrected(desk: Desk, patient: Patient, _: Person) -> None:
    desk.lgo.update_patient(patient.id, {"birth_name": NAME}, actor=desk.super_user)


def _named_and_unnamed(desk: Desk, patient: Patient, _: Person) -> None:
    for names in (NAMES_IN_USE, dict.fromkeys(NAMES_IN_USE)):
        desk.lgo.update_patient(patient.id, dict(names), actor=desk.user)


def _with_a_card(desk: Desk, patient: Patient, _: Person) -> None:
    people = family(desk.draw)
    desk.lgo.attach_card(patient.id, read_card(desk, people.card()).id, people.insured.rank, actor=desk.user)


def _with_a_document(desk: Desk, patient: Patient, _: Person) -> None:
    for kind in LOW_CONFIDENCE_PROOFS:
        desk.lgo.record_proof(patient.id, kind, actor=desk.user)


def _fed_with_another_date(desk: Desk, patient: Patient, _: Person) -> None:
    accepted(desk, proposed(desk, patient, desk.draw(birth_date=OTHER_DAY)))


def _read_from_the_app(desk: Desk, patient: Patient, person: Person) -> None:
    identity = app_identity(person)
    desk.lgo.import_app_identity(identity, patient_id=patient.id, actor=desk.user)


LIVES: Final[dict[str, tuple[Route, Act]]] = {
    "qualifié abaissé à validé": (Route.IMPORTED_CHECKED, _lowered(Status.VALI)),
    "récupéré abaissé": (Route.IMPORTED, _lowered(Status.PROV)),
    "validé abaissé": (Route.CHECKED, _lowered(Status.PROV)),
    "attribut posé puis retiré": (Route.IMPORTED, _marked_and_unmarked),
    "corrigé par un utilisateur habilité": (Route.IMPORTED_CHECKED, _corrected),
    "proposition INSi refusée": (Route.TYPED, lambda desk, patient, _: desk.decline(patient)),
    "proposition INSi en attente": (Route.TYPED, lambda desk, patient, _: desk.try_call(patient)),
    "inconnu d'INSi": (Route.TYPED, _called("answers/not-found")),
    "plusieurs réponses d'INSi": (Route.CHECKED, _called("answers/several")),
    "appel en panne": (Route.CHECKED, _called("faults/insi-102")),
    "date corrigée par INSi": (Route.TYPED, _fed_with_another_date),
    "lu dans l'application": (Route.TYPED, _read_from_the_app),
    "carte rattachée": (Route.TYPED, _with_a_card),
    "pièce sans haut niveau de confiance": (Route.IMPORTED, _with_a_document),
    "noms utilisés saisis puis vidés": (Route.TYPED, _named_and_unnamed),
}
"""What may have happened to a file, and the status that it had before."""


RULES: Final = [
    pytest.param("SRC-02", marks=pytest.mark.rule("SRC-02"), id="SRC-02"),
    pytest.param("SRC-03", marks=pytest.mark.rule("SRC-03"), id="SRC-03"),
]


@pytest.mark.title(
    fr="Un nom ou un prénom de naissance corrigé, par l'utilisateur ou par INSi, se cherche sous sa nouvelle forme",
    en="A birth name or first name corrected, by the user or by INSi, is searched under its new form",
)
@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("by", ["user", "insi"])
@pytest.mark.parametrize("route", [Route.TYPED, Route.CHECKED], ids=str)
def test_corrected_name(desk: Desk, route: Route, by: str, rule: str) -> None:
    # Without list where INSi brings one: what was typed is then in no field any more.
    old: dict[str, str | None] = (
        {"birth_name": ANOTHER} if rule == "SRC-02" else {"first_name": OTHER_FIRST, "first_names": None}
    )
    patient = desk.bring(desk.draw(birth_date=DAY, **PLAIN), route, **old)
    # Searched once before: what a search keeps for the next one is then out of date.
    desk.born_on(DAY)
    if by == "user":
        new = (
            {"birth_name": NAME}
            if rule == "SRC-02"
            else {"first_name": FIRST, "first_names": f"{FIRST} ODILKA"}
        )
        with preparing("corriger le nom", "correct the name", depends_on=("FLD-01",)):
            desk.lgo.update_patient(patient.id, new, actor=desk.user)
        patient = desk.read(patient)
    else:
        answer = desk.draw(birth_date=DAY, first_names_count=2, **PLAIN)
        patient = accepted(desk, proposed(desk, patient, answer))
    now = [Neighbour(label=f"corrigé ({by})", patient=patient)]
    criterion = "name_prefix" if rule == "SRC-02" else "first_name_prefix"
    fields = ("birth_name",) if rule == "SRC-02" else ("first_names", "first_name")
    sought = {(getattr(patient, name) or "")[:3] for name in fields} | {
        (ANOTHER if rule == "SRC-02" else OTHER_FIRST)[:3]
    }
    for letters in sorted(filter(None, sought)):
        expect_search(desk, now, **{"birth_date": DAY, criterion: letters})


@pytest.mark.rule("SRC-04")
@pytest.mark.title(
    fr="Un nom à tiret ou à apostrophe, venu d'une correction ou d'INSi, se trouve aussi sans le signe",
    en="A name with a hyphen or an apostrophe, come by a correction or from INSi, is found without the sign too",
)
@pytest.mark.parametrize("by", ["user", "insi", "created-from-insi"])
def test_signs_after_a_change(desk: Desk, by: str) -> None:
    def judge(**wanted: bool) -> None:
        person = desk.draw(birth_date=DAY, **{**PLAIN, **wanted})
        traits = person.identity.traits
        if by == "created-from-insi":
            patient = desk.arrive(person)
        else:
            patient = desk.create(desk.draw(birth_date=DAY, **PLAIN), first_names=None)
            if by == "insi":
                patient = accepted(desk, proposed(desk, patient, person))
            else:
                names = {"birth_name": traits.birth_name, "first_name": person.first_name}
                with preparing("corriger le nom", "correct the name", depends_on=("FLD-01",)):
                    desk.lgo.update_patient(patient.id, names, actor=desk.user)
                patient = desk.read(patient)
        for criterion, name in (
            ("name_prefix", patient.birth_name),
            ("first_name_prefix", patient.first_names or patient.first_name),
        ):
            _expect_found_without_signs(desk, patient, criterion, name or "")

    expect_each(
        {
            "tirets": partial(judge, hyphen_name=True, compound_first_name=True),
            "apostrophe": partial(judge, apostrophe_name=True),
        }
    )


def _expect_found_without_signs(desk: Desk, patient: Patient, criterion: str, name: str) -> None:
    # Whether the sign left out leaves a space behind is open: found by one of the two is found.
    plain = comparison_key(name)
    found = {
        each.id
        for letters in (plain, plain.replace(" ", ""))
        for each in by_letters(desk, **{"birth_date": DAY, criterion: letters})
    }
    expect(
        patient.id in found,
        fr=f"« {name} » n'est pas trouvé en cherchant « {plain} »",
        en=f"“{name}” is not found by searching “{plain}”",
    )
