"""CRE-01: a file made otherwise than by typing has the five traits too, the ones that nobody has given included."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

import pytest

from conformance.drivers.model import CallOutcome, Patient
from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.apart import APP, CARD, RECEPTION
from conformance.suite.desk.card_calls import calls_without_file, read_card, try_card_call
from conformance.suite.desk.cards import family
from conformance.suite.desk.expect import expect, expect_each, expect_refused
from conformance.suite.desk.people import MANDATORY, typed
from conformance.suite.desk.words import app_identity, label
from conformance.suite.verification.elsewhere import files_of, receive, received

if TYPE_CHECKING:
    from conformance.suite.desk.steps import Desk


@pytest.mark.rule("CRE-01")
@pytest.mark.title(
    fr="Un dossier créé par carte, par l'appli ou d'une identité reçue porte les cinq traits, même ceux qui ne sont pas venus",
    en="A file made by card, by the app or of an identity received holds the five traits, even those that did not come",
)
@CARD.mark
@APP.mark
@RECEPTION.mark
def test_made_otherwise(desk: Desk) -> None:
    def judge(way: str) -> None:
        for patient in _MADE[way](desk):
            missing = [name for name in MANDATORY if not getattr(desk.read(patient), name)]
            expect(
                not missing,
                fr=f"{way}, le dossier n'a pas : {', '.join(label(name).fr for name in missing)}",
                en=f"{way}, the file lacks: {', '.join(label(name).en for name in missing)}",
                # Règle 5 speaks of what is typed; that other ways of creating do not escape it is deduced.
                inferred=True,
            )

    expect_each({way: partial(judge, way) for way in _MADE}, desk=desk, paths=(CARD, APP, RECEPTION))


@pytest.mark.rule("CRE-01")
@pytest.mark.title(
    fr="Une carte lue juste avant ne remplit pas le trait qui manque : la création est refusée",
    en="A card read just before does not fill the trait that is missing: creation is refused",
)
@CARD.mark
def test_card_fills_no_gap(desk: Desk) -> None:
    people = family(desk.draw)
    read_card(desk, people.card())
    traits = typed(people.insured.person, first_names=None)

    def judge(missing: str) -> None:
        expect_refused(
            lambda: desk.lgo.create_patient(replace(traits, **{missing: None}), actor=desk.user),
            fr=f"un patient a été créé sans {label(missing).fr}, sa carte ayant été lue avant",
            en=f"a patient was created without {label(missing).en}, their card having been read before",
            # That a trait which a card brings is not one that was typed is deduced.
            inferred=True,
        )

    expect_each({missing: partial(judge, missing) for missing in ("first_name", "birth_date", "sex")})


def _by_card(desk: Desk) -> list[Patient]:
    """Accept what INSi returns for somebody on a card, of whom there is no file: a card need not say the 1er prénom."""
    if not calls_without_file(desk):
        return []
    people = family(desk.draw)
    call, _ = try_card_call(desk, read_card(desk, people.card()), people.insured)
    if isinstance(call, RefusedError) or call.outcome is not CallOutcome.FOUND:
        return []
    made = desk.try_accept(call)
    return [made] if isinstance(made, Patient) else []


def _by_app(desk: Desk) -> list[Patient]:
    """Take an identity of the app without its place: the app never says the 1er prénom."""
    identity = app_identity(desk.draw(first_names_count=2), birth_place=None)
    try:
        return [desk.lgo.import_app_identity(identity, actor=desk.user)]
    except RefusedError:
        return []


def _received(desk: Desk) -> list[Patient]:
    """Receive an identity without its place, and without the 1er prénom, which is the first of the list."""
    told = received(desk.draw(first_names_count=2), birth_place=None, first_name=None)
    before = files_of(desk, told.birth_date)
    receive(desk, told)
    return [patient for key, patient in files_of(desk, told.birth_date).items() if key not in before]


_MADE: Final = {"par carte": _by_card, "appli carte Vitale": _by_app, "identité reçue": _received}
