"""Somebody whose waiting number has become a NIR and whose traits INSi has corrected, once documents were made (MAT-09).

What a software keeps of a document (a symbol drawn at qualification, a header, the metadata of the first sending) is
right until then: the journeys of documents look at what leaves afterwards. The new number has a key that begins with
zero, and tells another sex than the traits, as numbers may (ins-formats §8): what is reckoned from it shows too.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from conformance.drivers.model import CallOutcome
from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.apart import CHANGES
from conformance.suite.desk.cast import PARTS
from conformance.suite.desk.papers import Subject
from conformance.suite.desk.people import now_known_by, with_traits
from conformance.suite.desk.routes import Route
from simulator.ins.matricule import Matricule

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.drivers.model import Patient
    from conformance.suite.desk.steps import Desk
    from simulator.registry.person import Person

_PART: Final = "waiting-number-four-first-names"
_ADDED: Final = "ZELVOR"
_PLACE: Final = "63220"
_OTHER_PLACE: Final = "51215"
_USED_FIRST: Final = {"used_name": "KVORLAN", "used_first_name": "ZELBRUC"}
_USED_LATER: Final[tuple[dict[str, str | None], ...]] = ({"used_name": "CURBLEZ"}, {"used_first_name": None})
"""The names in use at first, and what is changed of them once the number has: another one, and none."""


def renumbered(
    desk: Desk, produce: Callable[[Desk, Subject], object], waiting_too: list[Subject] | None = None
) -> Subject | None:
    """Bring somebody to QUAL under a waiting number, have documents made, then let INSi answer with the NIR.

    Args:
        desk: where it is done.
        produce: has the software make its documents about a subject.
        waiting_too: takes what is made while the last answer of INSi waits for its decision; ``None``: nothing is made then.

    Returns:
        The person as known now, or ``None`` when the software did not take the new number, which MAT-09 judges.
    """
    waiting = desk.play(PARTS[_PART])
    patient = desk.bring(waiting, Route.IMPORTED_CHECKED, **_USED_FIRST)
    produce(desk, Subject(key="renumbered, before", person=waiting, patient=patient))
    traits = waiting.identity.traits
    now = now_known_by(waiting, _awkward(desk.draw(sex=traits.sex, birth_date=traits.birth_date)))
    renewed = fed_as(desk, patient, now)
    if renewed is None or renewed.matricule != now.identity.matricule.value:
        return None
    corrected, held = (
        with_traits(now, **_corrected(now)),
        Subject(key=f"renumbered, waiting, {renewed.status}", person=now, patient=renewed, may_be_held=True),
    )

    def beside() -> None:
        if waiting_too is None:
            return
        produce(desk, held)
        # A software may want the decision first.
        held.refused.clear()
        held.not_sent.clear()
        waiting_too.append(held)

    again = fed_as(desk, renewed, corrected, beside)
    if again is not None and again.birth_name == corrected.identity.traits.birth_name:
        now, renewed = corrected, again
    for changes in _USED_LATER:
        with desk.if_offered(CHANGES), suppress(RefusedError):
            desk.lgo.update_patient(renewed.id, changes, actor=desk.user)
    renewed = desk.read(renewed)
    return Subject(key=f"renumbered, {renewed.status}", person=now, patient=renewed)


def fed_as(
    desk: Desk, patient: Patient, person: Person, beside: Callable[[], object] = lambda: None
) -> Patient | None:
    """Feed a file with what INSi answers now, and return it; ``None`` when the software does not take it."""
    # Whoever has the number verified is confirmed.
    desk.insi.add_people([replace(person, key=f"{person.key}/{person.identity.traits.birth_name}")])
    return fed_again(desk, patient, person, beside)


def fed_again(
    desk: Desk, patient: Patient, person: Person, beside: Callable[[], object] = lambda: None
) -> Patient | None:
    """Do the same with what INSi has answered once; ``beside``: what is done while its answer waits."""
    with desk.answered_by("answers/whatever-traits", patient=person):
        call, _ = desk.try_call(patient)
    if isinstance(call, RefusedError) or call.outcome is not CallOutcome.FOUND:
        return None
    beside()
    if isinstance(desk.try_accept(call), RefusedError):
        return None
    return desk.read(patient)


def _corrected(person: Person) -> dict[str, str]:
    """Return the traits of a person as INSi corrects them: the first name and the sex stay."""
    traits = person.identity.traits
    return {
        "birth_name": f"{traits.birth_name}-{_ADDED}",
        "first_names": f"{traits.first_names} {_ADDED}",
        "birth_place": _PLACE if traits.birth_place != _PLACE else _OTHER_PLACE,
    }


def _awkward(person: Person) -> Person:
    """Give a person a number whose first digit is that of the other sex, and whose key begins with zero."""
    number = person.identity.matricule.number
    sex = {"1": "2", "2": "1"}[number[0]]
    made = (Matricule.from_number(f"{sex}{number[1:10]}{order:03d}") for order in range(1, 1000))
    matricule = next(one for one in made if one.key.startswith("0"))
    return replace(person, identity=replace(person.identity, matricule=matricule))
