"""What a file of the journeys of documents has behind it: changed once qualified, a document recorded only, fed by the app."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final

from conformance.drivers.model import HIGH_CONFIDENCE_PROOFS, Attribute, CallOutcome, Status
from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.apart import (
    ATTRIBUTES,
    CARD,
    CHANGES,
    CHECKED,
    FROM_INSI,
    VERIFICATION,
)
from conformance.suite.desk.card_calls import read_card
from conformance.suite.desk.cards import ALONE, own_card
from conformance.suite.desk.cast import PARTS
from conformance.suite.desk.papers import Subject
from conformance.suite.desk.people import with_traits
from conformance.suite.desk.routes import Route
from conformance.suite.desk.words import app_identity
from conformance.suite.verification.elsewhere import verify
from conformance.verdicts import UndecidedError

if TYPE_CHECKING:
    from conformance.drivers.model import Patient
    from conformance.suite.desk.steps import Desk
    from simulator.registry.person import Person

_APP: Final = "app"
_ADDED: Final = "ZELVOR"
"""What INSi adds to the names of somebody in an answer that is declined."""


def changed_once_qualified(desk: Desk, patient: Patient, changes: dict[str, str | None]) -> Patient:
    """Change what every user may change in a qualified file; return the file as it is then, qualified as it was."""
    with desk.if_offered(CHANGES), suppress(RefusedError):
        desk.lgo.update_patient(patient.id, changes, actor=desk.user)
    after = desk.read(patient)
    # What a change of the 1er prénom alone makes of the status is in no text.
    return after if after.status is Status.QUAL else desk.feed(after)


def with_own_card(desk: Desk, person: Person, patient: Patient) -> Patient:
    """Attach a card to a file: the billing number on it is another than the INS, and stands for it nowhere."""
    with desk.if_offered(CARD), suppress(RefusedError, UndecidedError):
        reading = read_card(desk, own_card(person))
        desk.lgo.attach_card(patient.id, reading.id, ALONE, actor=desk.user)
        return desk.read(patient)
    return patient


def laden(desk: Desk, patient: Patient, route: Route) -> Patient:
    """Mark somebody as a homonym, record a document of whoever is not validated, have an INS verified: the status stays."""
    if route is not Route.ARRIVED:
        with desk.if_offered(ATTRIBUTES), suppress(RefusedError):
            desk.lgo.set_attributes(patient.id, frozenset({Attribute.HOMONYME}), actor=desk.user)
    if route is not Route.CHECKED:
        with desk.if_offered(CHECKED), suppress(RefusedError):
            desk.lgo.record_proof(patient.id, HIGH_CONFIDENCE_PROOFS[0], actor=desk.user)
    if route.status is Status.RECUP:
        with desk.if_offered(VERIFICATION):
            verify(desk, patient)
    return desk.read(patient)


def fed_first(desk: Desk, person: Person, route: Route, **others: str | None) -> Patient:
    """Bring somebody to RECUP on a route; typed and fed where the software makes no file of an answer of INSi."""
    with desk.if_offered(FROM_INSI):
        return desk.bring(person, route, **others)
    return desk.bring(person, Route.IMPORTED, **others)


def declined_later(desk: Desk, person: Person, patient: Patient) -> Patient:
    """Have INSi answer other traits about somebody, and decline: what leaves afterwards is what the file holds.

    A software that asks nothing more about whoever has an INS is taken as it is.
    """
    traits = person.identity.traits
    other = with_traits(
        person, birth_name=f"{traits.birth_name}-{_ADDED}", first_names=f"{traits.first_names} {_ADDED}"
    )
    with suppress(RefusedError, UndecidedError), desk.answered_by("answers/whatever-traits", patient=other):
        call, _ = desk.try_call(patient)
        if not isinstance(call, RefusedError) and call.outcome is CallOutcome.FOUND:
            desk.lgo.decide_proposal(call.id, accept=False, actor=desk.user)
    return desk.read(patient)


def from_app(desk: Desk) -> Subject:
    """Have the Appli carte Vitale hand over somebody's INS: it is qualified as any other (CRE-07)."""
    person = desk.play(PARTS["plain"])
    patient = desk.create(person)
    identity = app_identity(person)
    fed = desk.read(desk.lgo.import_app_identity(identity, patient_id=patient.id, actor=desk.user))
    return Subject(key=f"{_APP}, {fed.status}", person=person, patient=fed)


def is_from_app(subject: Subject) -> bool:
    """Tell whether the INS of somebody was handed over by the Appli carte Vitale."""
    return subject.key.startswith(f"{_APP}, ")
