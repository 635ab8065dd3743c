"""CAL-21, in part: no INS is in the base without a call of one's own, whoever brought it and whatever they say of it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

import pytest

from conformance.drivers.model import Status
from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.expect import expect, expect_each
from conformance.suite.desk.people import NAMES_IN_USE, adult, typed
from conformance.suite.desk.routes import Route
from conformance.suite.verification.elsewhere import DOCUMENT, answering, files_of, receive, received
from conformance.suite.verification.wire import ERRORS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from conformance.drivers.model import Patient
    from conformance.suite.desk.steps import Desk
    from simulator.registry.person import Person

FROM_INSI: Final = frozenset({Status.RECUP, Status.QUAL})
ARRIVALS: Final[Mapping[str, Mapping[str, str | None]]] = {
    "qualifiée ailleurs": {"status": "QUAL"},
    "récupérée ailleurs": {"status": "RECUP"},
    "validée ailleurs, avec document": {"status": "VALI", "document": DOCUMENT},
    "sans statut": {"status": None},
}


@pytest.mark.rule("CAL-21")
@pytest.mark.title(
    fr="Une INS prise à une autre structure, quoi que celle-ci en dise, n'est pas dans la base sans appel à INSi d'ici",
    en="An INS taken from another organisation, whatever it says of it, is not in the base without a call from here",
)
@pytest.mark.parametrize("route", [None, Route.TYPED, Route.CHECKED], ids=str)
def test_no_ins_without_a_call_of_ones_own(desk: Desk, route: Route | None) -> None:
    def judge(changes: Mapping[str, str | None], failure: str | None) -> None:
        person = adult(desk)
        if route is not None:
            desk.bring(person, route)
        with answering(desk, failure):
            arrival = receive(desk, received(person, **changes))
        # A call that INSi did not answer has verified nothing.
        if failure is not None or not arrival.exchanges:
            born_then = files_of(desk, person.identity.traits.birth_date).values()
            _expect_none(each for each in born_then if _is_about(each, person))

    down = next(iter(ERRORS))
    expect_each(
        {key: partial(judge, changes, None) for key, changes in ARRIVALS.items()}
        | {
            f"{key}, INSi en panne": partial(judge, changes, down)
            for key, changes in list(ARRIVALS.items())[:1]
        }
    )


@pytest.mark.rule("CAL-21")
@pytest.mark.title(
    fr="Un second dossier saisi avec les traits d'un autre ne reçoit pas son INS sans appel",
    en="A second file typed with the traits of another does not get its INS without a call",
)
@pytest.mark.parametrize("route", [Route.IMPORTED, Route.IMPORTED_CHECKED], ids=str)
def test_not_taken_from_the_same_traits(desk: Desk, route: Route) -> None:
    person = adult(desk)
    first = desk.bring(person, route, **NAMES_IN_USE)
    try:
        second, requests = desk.during(lambda: desk.lgo.create_patient(typed(person), actor=desk.user))
    except RefusedError:
        # A second file of one person may be refused: the first stays what it is.
        expect(
            desk.read(first) == first,
            fr="un second dossier aux mêmes traits est refusé, et le premier a changé",
            en="a second file with the same traits is refused, and the first has changed",
            inferred=True,
        )
        return
    if second.id != first.id and not requests:
        _expect_none([desk.read(second)])


def _is_about(patient: Patient, person: Person) -> bool:
    """Return whether a file bears the name or the number of a person: others may be born on the same day."""
    identity = person.identity
    return identity.traits.birth_name == patient.birth_name or identity.matricule.value == patient.matricule


def _expect_none(files: Iterable[Patient]) -> None:
    for patient in files:
        expect(
            not patient.matricule and patient.status not in FROM_INSI,
            fr=f"l'INS d'une autre structure est dans le dossier ({patient.status}, matricule {patient.matricule or 'vide'}) "
            "sans qu'INSi l'ait confirmée ici",
            en=f"the INS of another organisation is in the file ({patient.status}, matricule {patient.matricule or 'empty'}) "
            "although INSi has not confirmed it here",
        )
