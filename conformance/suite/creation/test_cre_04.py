"""CRE-04: the birth place is no criterion that INSi needs."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

import pytest

from conformance.drivers.model import Attribute, CallOutcome
from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.apart import ATTRIBUTES, FROM_INSI, WITHOUT_WAITING
from conformance.suite.desk.cast import PARTS
from conformance.suite.desk.expect import expect, expect_each, expect_equal
from conformance.suite.desk.people import typed
from conformance.suite.desk.routes import Route
from conformance.suite.desk.started import try_started
from conformance.suite.desk.wire import UNKNOWN_PLACE, asked, need_request
from conformance.suite.desk.words import expect_values, insi_values, shown
from conformance.verdicts import Departure, UndecidedError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conformance.drivers.model import InsiCall
    from conformance.suite.desk.steps import Desk
    from simulator.client import ExchangeView
    from simulator.registry.person import Person


@pytest.mark.rule("CRE-04")
@pytest.mark.title(
    fr="INSi est interrogé sans lieu pour un patient dont le lieu est inconnu, qui est trouvé puis complété",
    en="INSi is queried without a place for a patient whose birth place is unknown, who is found then completed",
)
@pytest.mark.parametrize("user", ["user", "super-user"])
def test_call_for_a_patient_of_unknown_place(desk: Desk, user: str) -> None:
    desk = desk.by(user)
    person = desk.draw()
    patient = desk.create(person, birth_place=UNKNOWN_PLACE)
    if user == "super-user":
        with desk.if_at_hand(ATTRIBUTES), suppress(RefusedError):
            desk.lgo.set_attributes(patient.id, frozenset({Attribute.HOMONYME}), actor=desk.user)
    call, requests = desk.try_call(patient)
    _expect_sent_without_place(call, requests)
    _expect_no_false_place(requests)
    if user == "user":
        with desk.if_at_hand(WITHOUT_WAITING):
            started = try_started(desk, desk.create(desk.draw(), birth_place=UNKNOWN_PLACE))
            _expect_sent_without_place(*started)
            _expect_no_false_place(started[1])
    if isinstance(call, RefusedError) or call.outcome is not CallOutcome.FOUND:
        return  # Sent all the same, with a place: what that was is inferred, and said above.
    desk.decide(call, accept=True)
    expect_values(
        desk.read(patient),
        insi_values(person),
        fr="le dossier n'est pas complété",
        en="the file is not completed",
    )


@pytest.mark.rule("CRE-04")
@pytest.mark.title(
    fr="INSi est interrogé avec des traits saisis sans lieu de naissance, et le patient est trouvé",
    en="INSi is queried with traits typed without a birth place, and the patient is found",
)
@pytest.mark.parametrize("place", [None, UNKNOWN_PLACE], ids=["empty", "99999"])
@FROM_INSI.mark
def test_search_without_a_place(desk: Desk, place: str | None) -> None:
    usual = desk.find_by(typed(desk.draw()))
    if usual.outcome is not CallOutcome.FOUND:
        raise UndecidedError(
            f"même avec le lieu de naissance, INSi n'est pas interrogé avec succès : {usual.outcome}, {usual.message}",
            f"even with the birth place, the INSi search does not succeed: {usual.outcome}, {usual.message}",
        )

    def judge(desk: Desk, person: Person, **others: str | None) -> None:
        call, requests = desk.try_search_insi(typed(person, birth_place=place, **others))
        _expect_sent_without_place(call, requests)
        _expect_no_false_place(requests)
        expect_equal(
            got=None if isinstance(call, RefusedError) else call.outcome,
            expected=CallOutcome.FOUND,
            fr="issue de la recherche sans lieu de naissance",
            en="outcome of the search without a birth place",
            # No text says what a software sends for a place that it knows to be unknown.
            inferred=place is not None,
        )
        need_request([request for request in requests if not asked(request)["birth_place"]])

    expect_each(
        {
            "saisie entière": partial(judge, desk, desk.draw()),
            "sans liste": partial(judge, desk.as_super_user(), desk.draw(), first_names=None),
            "né en 1912": partial(judge, desk, desk.play(PARTS["apostrophe-1912"])),
            "né à l'étranger": partial(judge, desk, desk.play(PARTS["double-hyphen-abroad-summer"])),
        }
    )


@pytest.mark.rule("CRE-04")
@pytest.mark.title(
    fr="Un lieu inconnu n'est pas envoyé davantage au second essai, après aucune ou plusieurs réponses, à chaque statut sans INS",
    en="An unknown place is not sent at the second try either, after none or several, at each status without an INS",
)
@pytest.mark.parametrize("scenario", ["answers/not-found", "answers/several"])
@pytest.mark.parametrize("route", [Route.TYPED, Route.CHECKED], ids=str)
def test_second_try(desk: Desk, route: Route, scenario: str) -> None:
    patient = desk.bring(desk.draw(first_names_count=3), route, birth_place=UNKNOWN_PLACE)
    with desk.answered_by(scenario):
        call, requests = desk.try_call(patient)
    _expect_sent_without_place(call, requests)
    _expect_no_false_place(requests)


def _expect_no_false_place(requests: Sequence[ExchangeView]) -> None:
    """Check that no request holds something in place of the birth place: an empty element, zeros or the unknown code."""
    places = [asked(request)["birth_place"] for request in requests]
    false = [place for place in places if place is not None]
    expect(
        not false,
        fr=f"le lieu est inconnu et LieuNaissance part : {', '.join(shown(place).fr for place in false)}",
        en=f"the place is unknown and LieuNaissance leaves: {', '.join(shown(place).en for place in false)}",
        # No text says what a software sends for a place it does not know.
        inferred=True,
    )


def _expect_sent_without_place(call: InsiCall | RefusedError, requests: Sequence[ExchangeView]) -> None:
    said = call.message if isinstance(call, RefusedError) else f"{call.outcome}, {call.message}"
    if not requests:
        raise Departure(f"aucune requête n'est partie : {said}", f"no request was sent: {said}")
    places = [asked(request)["birth_place"] for request in requests]
    expect(
        not all(places),
        fr=f"toutes les requêtes portent un lieu de naissance ({', '.join(filter(None, places))})",
        en=f"every request carries a birth place ({', '.join(filter(None, places))})",
        # No text says what a software sends for a place it does not know.
        inferred=True,
    )
