"""What a file of the journeys of documents has behind it: changed once qualified, a document recorded only, fed by the app."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final

from conformance.documents.datamatrix.payload import payload_of
from conformance.drivers.model import HIGH_CONFIDENCE_PROOFS, Attribute, CallOutcome, Status
from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.apart import (
    ATTRIBUTES,
    CARD,
    CHANGES,
    CHECKED,
    FROM_INSI,
    RECEPTION,
    VERIFICATION,
)
from conformance.suite.desk.card_calls import read_card
from conformance.suite.desk.cards import ALONE, own_card
from conformance.suite.desk.cast import LONG, PARTS, long_name
from conformance.suite.desk.papers import Subject
from conformance.suite.desk.people import PLAIN, with_traits
from conformance.suite.desk.routes import Route
from conformance.suite.desk.words import app_identity
from conformance.suite.verification.elsewhere import received, verify
from conformance.verdicts import UndecidedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.drivers.model import Patient
    from conformance.suite.desk.steps import Desk
    from simulator.registry.person import Person

_APP: Final = "app"
BY_RECEPTION: Final = ", received"
"""How the name of somebody ends whose file was made of what another domain sent."""
LONGER: Final = 90
"""The length of a list of first names that few have; a software need not take all of it (TRT-04)."""
CORRECTED: Final = "corrected"
"""How the key of whoever the super-user corrects begins: they make the documents too."""
RETYPED: Final = "retyped"
"""How the key of whoever was typed with a slip begins, who is corrected by the one that typed it."""
_CORRECTED: Final = "apostrophe-1912"
_SCANNED: Final = "hyphens-leading-zero-29-february"
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


def received_first(desk: Desk, person: Person, **others: str | None) -> Patient | None:
    """Bring somebody to RECUP by what another domain sends, fed here if need be; ``None``: no file comes of it."""
    with desk.if_offered(RECEPTION), suppress(RefusedError, UndecidedError):
        made = desk.lgo.receive_identity(received(person), actor=desk.user).patient_id
        if made is None:
            return None
        patient = desk.lgo.read_patient(made, actor=desk.user)
        changes = {name: value for name, value in others.items() if value is not None}
        with desk.if_offered(CHANGES):
            desk.lgo.update_patient(made, changes, actor=desk.user)
        return desk.read(patient) if patient.matricule else desk.feed(patient)
    return None


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


def opened_by_app(desk: Desk) -> Subject | None:
    """Have the app make a file, of somebody of many first names; ``None``: it makes none."""
    person = desk.draw(
        shape=lambda drawn: with_traits(
            drawn,
            first_names=long_name([drawn.first_name, *drawn.identity.traits.first_names.split()], LONGER),
        ),
        first_names_count=4,
        **PLAIN,
    )
    try:
        made = desk.lgo.import_app_identity(app_identity(person), patient_id=None, actor=desk.user)
    except RefusedError:
        return None
    fed = desk.read(made)
    return Subject(key=f"{_APP}, opened, {fed.status}", person=as_held(person, fed), patient=fed)


def corrected_twice(desk: Desk, produce: Callable[..., object], beside: list[Subject]) -> Subject | None:
    """Have the super-user make documents about somebody qualified, correct a strict trait, make them again, and once more.

    Args:
        desk: where it is done.
        produce: has the software make its documents about a subject.
        beside: takes what is made after the first correction.

    Returns:
        The person as corrected the second time; ``None`` where nobody may, or where the identity stays qualified (STA-08).
    """
    person = desk.play(PARTS[_CORRECTED])
    patient = desk.bring(person, Route.IMPORTED_CHECKED)
    produce(desk, Subject(key=f"{CORRECTED}, before", person=person, patient=patient))
    traits = person.identity.traits
    changes = (
        {"birth_name": f"{traits.birth_name}-{_ADDED}"},
        {"first_names": f"{traits.first_names} {_ADDED}"},
    )
    subject: Subject | None = None
    for turn, change in enumerate(changes, start=1):
        with suppress(RefusedError):
            patient = desk.read(desk.lgo.update_patient(patient.id, change, actor=desk.super_user))
        if patient.status is Status.QUAL or any(getattr(patient, name) != change[name] for name in change):
            return None
        if subject is not None:
            beside.append(subject)
        person = with_traits(person, **change)
        subject = Subject(key=f"{CORRECTED} {turn}, {patient.status}", person=person, patient=patient)
        if turn < len(changes):
            produce(desk, subject)
    return subject


def typed_again(desk: Desk, produce: Callable[..., object], beside: list[Subject]) -> Subject | None:
    """Type somebody with a slip in the name, have documents made, and correct it: what is made next has the name as it is now."""
    person = desk.play(PARTS["child-several-separators"])
    name = person.identity.traits.birth_name
    slip = with_traits(person, birth_name=f"{name}-{_ADDED}")
    patient = desk.create(slip)
    before = Subject(key=f"{RETYPED}, before, {patient.status}", person=slip, patient=patient)
    produce(desk, before)
    beside.append(before)
    with suppress(RefusedError):
        desk.lgo.update_patient(patient.id, {"birth_name": name}, actor=desk.user)
    patient = desk.read(patient)
    if patient.birth_name != name:
        return None
    return Subject(key=f"{RETYPED}, {patient.status}", person=person, patient=patient)


def opened_by_scan(desk: Desk, produce: Callable[..., object], beside: list[Subject]) -> Subject | None:
    """Make a file of a Datamatrix INS, have documents made, and bring it to QUAL; ``None``: a software makes none of it.

    Args:
        desk: where it is done.
        produce: has the software make its documents about a subject.
        beside: takes what is made at the status that the scan gave.
    """
    person = desk.play(PARTS[_SCANNED])
    try:
        made = desk.lgo.scan_datamatrix(payload_of(person.identity), actor=desk.user).patient_id
        if made is None:
            return None
        patient = desk.lgo.read_patient(made, actor=desk.user)
    except RefusedError:
        return None
    subject = Subject(key=f"scanned, {patient.status}", person=person, patient=patient)
    produce(desk, subject)
    beside.append(subject)
    if not patient.matricule:
        patient = desk.feed(patient)
    patient = desk.check_document(patient)
    return Subject(key=f"scanned, checked, {patient.status}", person=person, patient=patient)


def as_held(person: Person, patient: Patient) -> Person:
    """Return a person with as much of the list of first names as a file has taken: 54 characters are all that it must."""
    names = patient.first_names or ""
    is_cut = len(names) >= LONG and person.identity.traits.first_names.startswith(names)
    return with_traits(person, first_names=names) if is_cut else person


def is_from_elsewhere(subject: Subject) -> bool:
    """Tell whether the INS of somebody was handed over by the Appli carte Vitale, or sent by another domain."""
    return subject.key.startswith(f"{_APP}, ") or subject.key.endswith(BY_RECEPTION)
