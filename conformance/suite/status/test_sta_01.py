"""STA-01: one status out of four, the same wherever it is shown."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from conformance.drivers.model import Attribute, Status
from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.expect import expect, expect_each, expect_equal
from conformance.suite.desk.routes import Route, routes
from conformance.suite.desk.steps import preparing
from conformance.suite.journeys.cast import created_from_insi, typed_then_fed

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.drivers.model import Actor, Patient
    from conformance.suite.desk.steps import Desk
    from conformance.suite.journeys.stages import Taken, Trip


@pytest.mark.rule("STA-01")
@pytest.mark.title(
    fr="Les quatre statuts sont atteints par chaque chemin, et la recherche montre le même statut que le dossier",
    en="The four statuses are reached by each way, and the search shows the same status as the file",
)
@pytest.mark.parametrize("route", routes(), ids=str)
def test_four_statuses(desk: Desk, route: Route) -> None:
    person = desk.draw()
    patient = desk.arrive(person) if route.is_from_insi else desk.create(person)
    _expect_one_of_four(desk, patient)
    if route in {Route.CHECKED, Route.CHECKED_IMPORTED, Route.ARRIVED_CHECKED}:
        patient = desk.check_document(patient)
        _expect_one_of_four(desk, patient)
    if route in {Route.IMPORTED, Route.IMPORTED_CHECKED, Route.CHECKED_IMPORTED}:
        patient = desk.feed(patient)
        _expect_one_of_four(desk, patient)
    if route is Route.IMPORTED_CHECKED:
        patient = desk.check_document(patient)
        _expect_one_of_four(desk, patient)
    expect_equal(got=patient.status, expected=route.status, fr="statut du dossier", en="status of the file")


@pytest.mark.rule("STA-01")
@pytest.mark.title(
    fr="Chaque personne de la distribution a l'un des quatre statuts à chaque étape",
    en="Each person of the cast has one of the four statuses at each stage",
)
@pytest.mark.parametrize("journey", [typed_then_fed, created_from_insi], ids=["typed", "from-insi"])
def test_cast(desk: Desk, journey: Taken) -> None:
    def judge(trip: Trip) -> None:
        for stage in ("typed", "untouched", "fed", "qualified"):
            if stage in trip.seen:
                _expect_status(trip.seen[stage].patient)
        # What an act answers is what the user sees: the same status as the file opened next.
        for act, stage in (("created", "typed"), ("accepted", "fed")):
            if act in trip.seen and stage in trip.seen:
                _expect_status(trip.seen[act])
                expect_equal(
                    got=trip.seen[act].status,
                    expected=trip.seen[stage].patient.status,
                    fr=f"statut rendu par l'acte ({act})",
                    en=f"status given back by the act ({act})",
                )

    journey(desk).expect(desk, [], judge)


@pytest.mark.rule("STA-01")
@pytest.mark.title(
    fr="Après attribut, déclassement et modification, le statut reste l'un des quatre, et le même partout",
    en="After attribute, downgrade and change the status stays one of the four, and the same everywhere",
)
@pytest.mark.parametrize("route", routes(), ids=str)
def test_after_acts(desk: Desk, route: Route) -> None:
    def attribute(patient: Patient) -> None:
        with preparing("poser l'attribut", "set the attribute", depends_on=("ATT-01",)):
            desk.lgo.set_attributes(patient.id, frozenset({Attribute.DOUTEUSE}), actor=desk.user)

    def change(patient: Patient) -> None:
        with preparing("modifier le nom", "change the name", depends_on=("STA-09",)):
            desk.lgo.update_patient(patient.id, {"birth_name": "KVORLAN"}, actor=desk.super_user)

    def judge(act: partial[None]) -> None:
        patient = desk.bring(desk.draw(), route)
        act(patient)
        _expect_one_of_four(desk, patient)

    expect_each(
        {"attribut": partial(judge, partial(attribute)), "modification": partial(judge, partial(change))}
    )


@pytest.mark.rule("STA-01")
@pytest.mark.title(
    fr="À chaque statut, ce que rend un acte et ce que voit chacun est le statut du dossier, marqué homonyme, pièce en main",
    en="At each status, what an act gives back and what anybody sees is the status of the file, marked homonym, document shown",
)
@pytest.mark.parametrize("route", routes(), ids=str)
def test_answers(desk: Desk, route: Route) -> None:
    patient = desk.bring(desk.draw(), route)
    lgo = desk.lgo
    acts: dict[str, Callable[[Actor], Patient]] = {
        "pièce": lambda actor: lgo.record_proof(patient.id, "VITALE_CARD", actor=actor),
        "homonyme": lambda actor: lgo.set_attributes(
            patient.id, frozenset({Attribute.HOMONYME}), actor=actor
        ),
        "nom utilisé": lambda actor: lgo.update_patient(patient.id, {"used_name": "KVORLAN"}, actor=actor),
    }

    def judge(act: Callable[[Actor], Patient]) -> None:
        for actor in (desk.user, desk.super_user):
            try:
                answer = act(actor)
            except RefusedError:
                continue  # Another rule says whether that has to be possible.
            _expect_status(answer)
            _expect_one_of_four(desk, patient)
            expect_equal(
                got=answer.status,
                expected=desk.read(patient).status,
                fr="statut rendu par l'acte",
                en="status given back by the act",
            )

    expect_each({name: partial(judge, act) for name, act in acts.items()})


def _expect_status(patient: Patient) -> None:
    expect(
        patient.status in set(Status),
        fr=f"le statut « {patient.status} » n'est pas l'un des quatre : {', '.join(Status)}",
        en=f"the status “{patient.status}” is not one of the four: {', '.join(Status)}",
    )


def _expect_one_of_four(desk: Desk, patient: Patient) -> None:
    """Check the status of a file, and that search and other users see the same."""
    now = desk.read(patient)
    _expect_status(now)
    found = {each.id: each.status for each in desk.born_on(str(now.birth_date))}
    expect_equal(
        got=found.get(now.id), expected=now.status, fr="statut dans la recherche", en="status in the search"
    )
    other = desk.read(patient, desk.super_user).status
    expect_equal(
        got=other,
        expected=now.status,
        fr="statut lu par un autre utilisateur",
        en="status read by another user",
    )
