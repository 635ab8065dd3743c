"""What happens to the file that lives long (``long_life.py``): one function for each act."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from conformance.drivers.model import Attribute, Status
from conformance.drivers.protocol import RefusedError
from conformance.suite.attributes.marks import lift, set_attributes, set_by_user
from conformance.suite.desk.people import another_value
from conformance.suite.verification.elsewhere import answering, verify
from conformance.suite.verification.wire import KO, Said, need_verified
from conformance.verdicts import UndecidedError

if TYPE_CHECKING:
    from conformance.drivers.model import Patient
    from conformance.drivers.verbs.patients import LoweredStatus
    from conformance.suite.desk.steps import Desk
    from simulator.registry.person import Person

Does = Callable[["Desk", "Patient", "Person"], "Patient | None"]
"""Does an act at the desk and returns the file as the act gives it back, ``None`` when it gives none."""

RENAMED_TO: Final[dict[str, str | None]] = {"used_name": None, "used_first_name": "NALROVK"}


def feed(desk: Desk, patient: Patient, person: Person) -> Patient | None:
    """Ask INSi, and take what it answers."""
    del person
    return desk.decide(desk.find(desk.read(patient)), accept=True)


def feed_by_two(desk: Desk, patient: Patient, person: Person) -> Patient | None:
    """One user calls, another accepts; the one who calls, where a software leaves the decision to them."""
    call = desk.as_super_user().find(desk.read(patient))
    taken = desk.try_accept(call)
    return feed(desk, patient, person) if isinstance(taken, RefusedError) else taken


def check(desk: Desk, patient: Patient, person: Person) -> Patient | None:
    """Record a document and validate by it."""
    del person
    desk.record_document(patient)
    return desk.lgo.validate_identity(patient.id, actor=desk.user)


def check_again(desk: Desk, patient: Patient, person: Person) -> Patient | None:
    """Validate without another document: the one that checked the identity is still there."""
    del person
    return desk.lgo.validate_identity(patient.id, actor=desk.user)


def lower(target: LoweredStatus) -> Does:
    """Return the act that lowers a file by hand."""
    return lambda desk, patient, _: desk.lgo.downgrade_status(patient.id, target, actor=desk.user)


def edit(desk: Desk, patient: Patient, person: Person) -> Patient | None:
    """Correct the birth place, wrongly."""
    place = another_value(desk, person, "birth_place")
    return desk.lgo.update_patient(patient.id, {"birth_place": place}, actor=desk.user)


def rename(desk: Desk, patient: Patient, person: Person) -> Patient | None:
    """Change what has nothing to do with the status: what the fall took away must not come back with it.

    Of the two names in use the one that was empty is filled from now on, and the other is empty.
    """
    del person
    return desk.lgo.update_patient(patient.id, dict(RENAMED_TO), actor=desk.user)


def put_right(desk: Desk, patient: Patient, person: Person) -> Patient | None:
    """Give the file its true birth place again."""
    right = person.identity.traits.birth_place
    return desk.lgo.update_patient(patient.id, {"birth_place": right}, actor=desk.user)


def deny(desk: Desk, patient: Patient, person: Person) -> Patient | None:
    """Have INSi deny the identity."""
    del person
    with answering(desk, KO):
        _, exchanges = verify(desk, patient)
    need_verified(exchanges, Said.KO)
    # A software may doubt an identity that INSi denies: the doubt is lifted by a person.
    if desk.read(patient).attributes:
        lift(desk, patient)
    return None


def mark(attribute: Attribute) -> Does:
    """Return the act that sets an attribute."""
    return lambda desk, patient, _: set_by_user(desk, patient, attribute)


def unmark(desk: Desk, patient: Patient, person: Person) -> Patient | None:
    """Take the attribute away."""
    del person
    return lift(desk, patient)


def replace(desk: Desk, patient: Patient, person: Person) -> Patient | None:
    """Put homonyme in the place of a doubt: what the doubt took away does not come back by another door."""
    with suppress(RefusedError, UndecidedError):  # A doubt may have to be lifted first.
        between = set_attributes(desk, patient, frozenset({Attribute.HOMONYME}))
        # What came back shows in the step; taking the last attribute away would hide it.
        if between.status is not Status.PROV or between.matricule:
            return between
    return unmark(desk, patient, person)
