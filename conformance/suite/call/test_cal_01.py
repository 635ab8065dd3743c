"""CAL-01: the software searches INSi by traits and by Vitale card, from a file and to create one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from conformance.drivers.model import CallOutcome
from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.apart import FROM_INSI
from conformance.suite.desk.card_calls import CARD_WAYS, calls_without_file, read_card, try_card_call
from conformance.suite.desk.cards import family
from conformance.suite.desk.expect import expect
from conformance.suite.desk.people import typed
from conformance.suite.desk.routes import Route
from conformance.suite.desk.snapshot import Moment
from conformance.suite.desk.steps import USERS
from conformance.suite.desk.wire import refusal_of
from conformance.verdicts import Departure
from simulator.contract.names import Operation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conformance.drivers.model import InsiCall
    from conformance.suite.desk.steps import Desk
    from simulator.client import ExchangeView

CARD, TRAITS = Operation.SEARCH_BY_CARD, Operation.SEARCH_BY_TRAITS


@pytest.mark.rule("CAL-01")
@pytest.mark.title(
    fr="Depuis un dossier, l'appel par traits et l'appel par carte partent chacun et trouvent le patient",
    en="From a file, the call by traits and the call by card each leave and find the patient",
)
@pytest.mark.parametrize("user", USERS)
@pytest.mark.parametrize("first", ["traits-first", "card-first"])
def test_both_from_a_file(desk: Desk, first: str, user: str) -> None:
    desk = desk.by(user)
    people = family(desk.draw)
    member = people.member("child")
    # Before a document was checked, and after.
    patient = desk.bring(member.person, Route.TYPED if first == "traits-first" else Route.CHECKED)

    def by_traits() -> None:
        call, requests = desk.try_call(patient)
        _expect_found(call, requests, TRAITS, Moment("appel par traits", "call by traits"))

    def by_card() -> None:
        reading = read_card(desk, people.card())
        call, requests = try_card_call(desk, reading, member, patient)
        _expect_found(call, requests, CARD, Moment("appel par carte Vitale", "call by Vitale card"))

    acts = (by_traits, by_card) if first == "traits-first" else (by_card, by_traits)
    for act in acts:
        act()


@pytest.mark.rule("CAL-01")
@pytest.mark.title(
    fr="L'appel par carte trouve chaque bénéficiaire, depuis son dossier ou pour créer le patient",
    en="The call by card finds each person on it, from their file or to create the patient",
)
@pytest.mark.parametrize("way", CARD_WAYS)
@pytest.mark.parametrize("key", ["insured", "partner", "child"])
def test_card_for_each(desk: Desk, key: str, way: str) -> None:
    if way == "no-file" and not calls_without_file(desk):
        return
    people = family(desk.draw)
    member = people.member(key)
    patient = desk.create(member.person) if way == "file" else None
    card = people.card()
    if key == "insured" and way == "file":
        card = replace(card, beneficiaries=card.beneficiaries[:1])  # Alone on it, which many are.
    call, requests = try_card_call(desk, read_card(desk, card), member, patient)
    _expect_found(
        call, requests, CARD, Moment(f"appel par carte ({way}, {key})", f"call by card ({way}, {key})")
    )


@pytest.mark.rule("CAL-01")
@pytest.mark.title(
    fr="Une carte dans le lecteur n'empêche pas d'appeler par traits pour quelqu'un qui n'y figure pas",
    en="A card in the reader does not keep from calling by traits for somebody who is not on it",
)
@pytest.mark.parametrize("way", ["file", "typed-search"])
@FROM_INSI.mark
def test_traits_beside_a_card(desk: Desk, way: str) -> None:
    read_card(desk, family(desk.draw).card())
    person = desk.draw()
    moment = Moment(
        f"appel par traits, une carte dans le lecteur ({way})",
        f"call by traits, a card in the reader ({way})",
    )
    if way == "file":
        call, requests = desk.try_call(desk.create(person))
    else:
        call, requests = desk.try_search_insi(typed(person))
    _expect_found(call, requests, TRAITS, moment)


def _expect_found(
    call: InsiCall | RefusedError, requests: Sequence[ExchangeView], operation: Operation, moment: Moment
) -> None:
    """Check that this operation, and no other, reached INSi, found somebody, and that they are proposed."""
    seen = {str(request.operation) for request in requests}
    if not requests:
        said = call.message if isinstance(call, RefusedError) else f"{call.outcome}, {call.message}"
        raise Departure(
            f"{moment.fr}, aucune requête n'arrive à INSi : {said}",
            f"{moment.en}, no request reaches INSi: {said}",
        )
    expect(
        seen == {operation.value},
        fr=f"{moment.fr}, opération(s) reçue(s) par INSi : {', '.join(sorted(seen))}, attendue : {operation}",
        en=f"{moment.en}, operation(s) received by INSi: {', '.join(sorted(seen))}, expected: {operation}",
    )
    codes = [request.code for request in requests]
    why = refusal_of(requests[-1])
    expect(
        "00" in codes,
        fr=f"{moment.fr}, INSi n'a trouvé personne avec ce que le logiciel a envoyé (réponses : {', '.join(codes)}) : {why.fr}",
        en=f"{moment.en}, INSi found nobody with what the software sent (answers: {', '.join(codes)}): {why.en}",
    )
    expect(
        not isinstance(call, RefusedError) and call.outcome is CallOutcome.FOUND,
        fr=f"{moment.fr}, INSi a trouvé le patient et le logiciel ne le propose pas : {call}",
        en=f"{moment.en}, INSi found the patient and the software does not propose them: {call}",
    )
