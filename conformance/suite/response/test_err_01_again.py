"""ERR-01: INSi that was away is called again once it is back, in each way that this software asks it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias

import pytest

from conformance.drivers.model import Verb
from conformance.suite.desk.apart import CARD, FROM_INSI, VERIFICATION, path
from conformance.suite.desk.card_calls import by_card, read_card, try_card_call
from conformance.suite.desk.cards import family
from conformance.suite.desk.clocks import passing
from conformance.suite.desk.people import typed
from conformance.suite.desk.routes import Route
from conformance.suite.verification.elsewhere import verify
from conformance.verdicts import Departure

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from conformance.suite.desk.steps import Desk

CLOCK: Final = path("horloge du logiciel", "clock of the software", Verb.SET_CLOCK)
FAILURES: Final = 6
"""Circuit breakers open after three or five."""
TRIES: Final = 3
"""How often it is tried once INSi is back, an hour apart: a software may pause after several failures."""
DOWN: Final = "chaos/http-503"

Ask: TypeAlias = "Callable[[], tuple[Any, Sequence[Any]]]"


def _by_file(desk: Desk) -> Ask:
    patient = desk.create(desk.draw(first_names_count=1))
    return lambda: desk.try_call(patient)


def _by_card(desk: Desk) -> Ask:
    people = family(desk.draw)
    patient = desk.create(people.insured.person)
    # Read anew each time: how long a reading lasts is another matter.
    return lambda: try_card_call(desk, read_card(desk, people.card()), people.insured, patient)


def _by_search(desk: Desk) -> Ask:
    traits = typed(desk.draw(first_names_count=1))
    return lambda: desk.try_search_insi(traits)


def _by_verification(desk: Desk) -> Ask:
    patient = desk.bring(desk.draw(), Route.IMPORTED)
    return lambda: verify(desk, patient)


WAYS: Final = {
    "file": _by_file,
    "typed-search": _by_search,
    "card": _by_card,
    "verification": _by_verification,
}
_APART: Final = {"typed-search": FROM_INSI, "card": CARD, "verification": VERIFICATION}


@pytest.mark.rule("ERR-01")
@CLOCK.mark
@pytest.mark.title(
    fr="Après plusieurs pannes de suite, INSi revenu est rappelé : la pause, s'il y en a une, a une fin",
    en="After several failures in a row INSi, being back, is called again: the pause, if there is one, ends",
)
@pytest.mark.parametrize(
    "way", [pytest.param(way, marks=[_APART[way].mark] if way in _APART else [], id=way) for way in WAYS]
)
def test_called_again(desk: Desk, way: str) -> None:
    ask = WAYS[way](desk)
    with desk.answered_by(by_card(DOWN) if way == "card" else DOWN):
        for _ in range(FAILURES):
            said, _ = ask()
    with passing(desk) as time:
        for _ in range(TRIES):
            time.passes(hours=1)
            said, requests = ask()
            if requests:
                return
    raise Departure(
        f"INSi revenu depuis {TRIES} heures, plus aucune requête ne part ({way}) : {said}",
        f"INSi has been back for {TRIES} hours, and no request leaves any more ({way}): {said}",
        inferred=True,
    )
