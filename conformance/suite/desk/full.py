"""Files with something in every field: whatever an act empties or overwrites is then seen.

A file typed with its five traits has no names in use and no document: an act that erases them by mistake erases nothing.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final

from conformance.drivers.model import LOW_CONFIDENCE_PROOFS, Attribute
from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.apart import ATTRIBUTES, CARD
from conformance.suite.desk.cards import ALONE, own_card
from conformance.suite.desk.people import NAMES_IN_USE
from conformance.suite.desk.routes import STEPS, Route, Step

if TYPE_CHECKING:
    from conformance.drivers.model import Patient
    from conformance.suite.desk.steps import Desk
    from simulator.registry.person import Person


HOMONYMS: Final = frozenset({Route.IMPORTED})
"""The ways to a status at whose end the file gets the attribute homonyme."""


def load(desk: Desk, patient: Patient, person: Person) -> None:
    """Give a file what an act may lose that has nothing to do with it: the mark of a homonym, and a billing number.

    Without these verbs, or refused, somebody less laden: whether they are possible is for other rules.
    """
    with desk.if_at_hand(ATTRIBUTES), suppress(RefusedError):
        desk.lgo.set_attributes(patient.id, frozenset({Attribute.HOMONYME}), actor=desk.user)
    bill_another(desk, patient, person)


def bill_another(desk: Desk, patient: Patient, person: Person) -> None:
    """Give a file the billing number of an insured person, by a card of their own, where the software can."""
    with desk.if_at_hand(CARD), suppress(RefusedError):
        attach_card_of_another(desk, patient, person)


def attach_card_of_another(desk: Desk, patient: Patient, person: Person) -> None:
    """Attach the card of an insured person who is not the patient, whom ``person`` is."""
    reading = desk.lgo.read_card(own_card(person), actor=desk.user)
    desk.lgo.attach_card(patient.id, reading.id, ALONE, actor=desk.user)


def bring_full(desk: Desk, person: Person, route: Route, **others: str | None) -> Patient:
    """Bring a file to a status as ``Desk.bring`` does, with names in use and a document, and return it.

    Where no document was checked on the way, one that is not high-confidence is recorded: it promotes nobody (PRF-08). A
    software that records none of those is taken as it is. At some statuses the file is that of a homonym, which changes
    nothing for it (ATT-03).
    """

    def lade(patient: Patient) -> None:
        if route in HOMONYMS:
            with desk.if_at_hand(ATTRIBUTES), suppress(RefusedError):
                desk.lgo.set_attributes(patient.id, frozenset({Attribute.HOMONYME}), actor=desk.user)
        if Step.CHECK not in STEPS[route]:
            record_weak(desk, patient)

    # Whether a weak document validates somebody is for another rule to say: here it would spoil the status.
    return desk.bring_laden(person, route, lade, **{**NAMES_IN_USE, **others})


def record_weak(desk: Desk, patient: Patient) -> bool:
    """Record a document that is not high-confidence, the first that the software takes; tell whether it took one."""
    for kind in LOW_CONFIDENCE_PROOFS:
        with suppress(RefusedError):
            desk.lgo.record_proof(patient.id, kind, actor=desk.user)
            return True
    return False
