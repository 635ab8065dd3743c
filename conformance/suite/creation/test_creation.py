"""Creation of an identity by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from conformance.drivers.model import CallOutcome, Status
from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.expect import expect, expect_equal, expect_refused
from conformance.suite.desk.people import typed
from conformance.suite.desk.steps import preparing
from conformance.suite.desk.wire import asked, need_request
from conformance.suite.desk.words import FIELD, expect_values
from conformance.verdicts import Departure, UndecidedError

if TYPE_CHECKING:
    from conformance.suite.desk.steps import Desk

MANDATORY = ("birth_name", "first_name", "birth_date", "sex", "birth_place")
"""The five traits of Règle 5."""

UNKNOWN_PLACE = "99999"


@pytest.mark.rule("CRE-01")
@pytest.mark.title(
    fr="La création est refusée quand il manque un trait obligatoire, puis acceptée quand il est là",
    en="Creation is refused when a mandatory trait is missing, then accepted when it is there",
)
@pytest.mark.parametrize("missing", MANDATORY)
def test_mandatory_trait(desk: Desk, missing: str) -> None:
    # Without the list: a software may take the 1er prénom from it.
    person = desk.draw()
    traits = typed(person, first_names=None)
    label = FIELD[missing]
    expect_refused(
        lambda: desk.lgo.create_patient(replace(traits, **{missing: None}), actor=desk.user),
        fr=f"un patient a été créé sans {label.fr}",
        en=f"a patient was created without {label.en}",
    )
    if missing != "birth_date":
        expect(
            not desk.born_on(person.identity.traits.birth_date),
            fr=f"la création sans {label.fr} est refusée, et pourtant un dossier existe",
            en=f"creation without {label.en} is refused, and yet a file exists",
        )
    with preparing("créer le patient complet", "create the complete patient"):
        desk.lgo.create_patient(traits, actor=desk.user)


@pytest.mark.rule("CRE-02")
@pytest.mark.title(
    fr="Un patient de lieu de naissance inconnu est créé avec le code 99999",
    en="A patient of unknown birth place is created with the code 99999",
)
def test_unknown_birth_place(desk: Desk) -> None:
    traits = typed(desk.draw())
    stored = desk.try_create(replace(traits, birth_place=UNKNOWN_PLACE), control=traits)
    expect_equal(
        got=stored.message if isinstance(stored, RefusedError) else stored.birth_place,
        expected=UNKNOWN_PLACE,
        fr="code du lieu de naissance d'un patient créé avec 99999",
        en="code of the birth place of a patient created with 99999",
    )


@pytest.mark.rule("CRE-03")
@pytest.mark.title(
    fr="Un patient est créé avec les cinq traits obligatoires et rien d'autre",
    en="A patient is created with the five mandatory traits and nothing else",
)
def test_nothing_else_is_mandatory(desk: Desk) -> None:
    person, other = desk.draw(), desk.draw()
    minimal = typed(person, first_names=None)
    complete = typed(person, used_name=other.identity.traits.birth_name, used_first_name=other.first_name)
    stored = desk.try_create(minimal, control=complete)
    if isinstance(stored, RefusedError):
        raise Departure(
            f"la création avec les cinq traits obligatoires seulement est refusée : {stored.message}",
            f"creation with only the five mandatory traits is refused: {stored.message}",
        )
    expect_values(
        stored,
        {name: getattr(minimal, name) for name in MANDATORY},
        fr="les traits saisis ne sont pas ceux du dossier",
        en="the traits typed are not those of the file",
    )


@pytest.mark.rule("CRE-04")
@pytest.mark.title(
    fr="INSi est interrogé pour un patient dont le lieu de naissance est inconnu",
    en="INSi is queried for a patient whose birth place is unknown",
)
def test_call_for_a_patient_of_unknown_place(desk: Desk) -> None:
    patient = desk.create(desk.draw(), birth_place=UNKNOWN_PLACE)
    call, requests = desk.during(lambda: desk.lgo.call_insi_traits(patient.id, actor=desk.user))
    expect(
        requests,
        fr=f"aucune requête n'est partie : {call.outcome}, {call.message}",
        en=f"no request was sent: {call.outcome}, {call.message}",
    )
    places = [asked(request)["birth_place"] for request in requests]
    expect(
        not all(places),
        fr=f"toutes les requêtes portent un lieu de naissance ({', '.join(filter(None, places))})",
        en=f"every request carries a birth place ({', '.join(filter(None, places))})",
        # No text says what a software sends for a place it does not know.
        inferred=True,
    )


@pytest.mark.rule("CRE-04")
@pytest.mark.title(
    fr="INSi est interrogé avec des traits saisis sans lieu de naissance, et le patient est trouvé",
    en="INSi is queried with traits typed without a birth place, and the patient is found",
)
def test_search_without_a_place(desk: Desk) -> None:
    with_place = typed(desk.draw())
    with preparing("chercher sur INSi avec le lieu de naissance", "search INSi with the birth place"):
        usual = desk.lgo.search_insi(with_place, actor=desk.user)
    if usual.outcome is not CallOutcome.FOUND:
        raise UndecidedError(
            f"même avec le lieu de naissance, INSi n'est pas interrogé avec succès : {usual.outcome}, {usual.message}",
            f"even with the birth place, the INSi search does not succeed: {usual.outcome}, {usual.message}",
        )
    traits = typed(desk.draw(), birth_place=None)
    call, requests = desk.during(lambda: desk.lgo.search_insi(traits, actor=desk.user))
    expect(
        requests,
        fr=f"aucune requête n'est partie : {call.outcome}, {call.message}",
        en=f"no request was sent: {call.outcome}, {call.message}",
    )
    expect_equal(
        got=call.outcome,
        expected=CallOutcome.FOUND,
        fr="issue de la recherche sans lieu de naissance",
        en="outcome of the search without a birth place",
    )
    need_request([request for request in requests if not asked(request)["birth_place"]])


@pytest.mark.rule("CRE-05")
@pytest.mark.title(
    fr="Un patient créé à la main est provisoire",
    en="A patient created by hand is provisoire",
)
def test_new_identity_is_provisional(desk: Desk) -> None:
    patient = desk.create(desk.draw())
    expect_equal(got=patient.status, expected=Status.PROV, fr="statut à la création", en="status at creation")
