"""The journeys of the cast: typed in by hand then fed from INSi, created from INSi, and put into a file that exists.

Each person is typed with used names of their own, taken from letters of no other name, so that a value which travels to
another field, or to somebody else, is seen.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from conformance.drivers.model import CallOutcome, Status
from conformance.suite.desk.added import added
from conformance.suite.desk.apart import FROM_INSI
from conformance.suite.desk.cast import CAST
from conformance.suite.desk.people import PLAIN, typed
from conformance.suite.desk.wire import need_found, need_request
from conformance.suite.journeys.stages import Journey, Trip
from conformance.verdicts import UndecidedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.drivers.model import InsiCall, Patient
    from conformance.suite.desk.cast import Part
    from conformance.suite.desk.steps import Desk
    from simulator.client import ExchangeView

LONG_PART = "long-names-overseas-new-year-eve"
"""The member of the cast whose names have 54 characters."""

OWN_NAME_IN_USE = "one-former-number-corsica-2a"
"""The member of the cast whose used name is the birth name."""

SHAPES = ("{0}", "{0}-{0}", "{0} {0}", "D'{0}")
SURNAMES = (*SHAPES, "SAINT {0}", "DE LA {0}", "D'{0}-{0} DU {0}")
"""How used first names and used names are written."""

USED = ("KVORLAN", "ZELBRUC")
"""Stems of the used names: no drawn name begins so, and no name of somebody else can be taken for one of them."""


def typed_then_fed(desk: Desk) -> Journey:
    """Each person is typed in, found on INSi, looked at, accepted, then checked against a document.

    Stages: ``created`` (what creation answers), ``typed`` (read), ``found`` (in a local search by date), ``called``
    (call and requests), ``untouched`` (read before the decision), ``proposal``, ``accepted``, ``fed`` (snapshot), ``log``
    (call entries), ``qualified`` (snapshot).
    """
    return desk.once("typed-then-fed", _take(_typed))


def created_from_insi(desk: Desk) -> Journey:
    """Each person is searched on INSi from typed traits, accepted, and so gets a file; then a document is checked.

    Stages: ``called``, ``nobody`` (files born that day before the decision), ``proposal``, ``accepted``, ``fed`` (snapshot),
    ``log`` (the newest call entries), ``qualified`` (snapshot).
    """
    return desk.once("created-from-insi", _take(_arriving))


created_from_insi.apart = FROM_INSI  # type: ignore[attr-defined] # what a check that takes it is


def corrected(desk: Desk) -> Journey:
    """Each person takes the place of somebody plain: all fields of a file that exists are changed to theirs.

    What is stored right on creation is often stored otherwise by the screen for modifications. Stages: ``created``,
    ``typed`` (snapshot after the change).
    """
    return desk.once("corrected", _take(_corrected))


def corrected_by_super_user(desk: Desk) -> Journey:
    """Do the same with the entitled user at the desk."""
    return desk.once("corrected-by-super-user", lambda own: _take(_corrected)(own.as_super_user()))


def _take(make: Callable[[Desk, Part, int], Trip]) -> Callable[[Desk], Journey]:
    return lambda desk: Journey(trips=[make(desk, part, number) for number, part in enumerate(CAST)])


def _trip(desk: Desk, part: Part, number: int, stem: str) -> Trip:
    person = desk.play(part)
    own = f"{stem}{chr(ord('A') + number)}"
    # Names in use have hyphens, spaces and apostrophes too; a name in use may also be the birth name.
    shape, surname = SHAPES[number % 4], SURNAMES[number % len(SURNAMES)]
    others: dict[str, str | None] = {
        "used_name": person.identity.traits.birth_name
        if part.key == OWN_NAME_IN_USE
        else surname.format(own),
        "used_first_name": shape.format(f"{stem[::-1]}{own[-1]}"),
    }
    if not part.typed_list:
        others["first_names"] = None
    return Trip(part=part, person=person, traits=typed(person, **others))


def _recorded(make: Callable[[Desk, Part, int], Trip]) -> Callable[[Desk, Part, int], Trip]:
    """Keep with each trip what the timeline of the check says of it."""

    def recorded(desk: Desk, part: Part, number: int) -> Trip:
        start = len(desk.timeline.entries)
        trip = make(desk, part, number)
        trip.entries = desk.timeline.entries[start:]
        return trip

    return recorded


@_recorded
def _typed(desk: Desk, part: Part, number: int) -> Trip:
    trip = _trip(desk, part, number, USED[0])
    trip.stage("created", lambda: desk.lgo.create_patient(trip.traits, actor=desk.user))
    trip.stage("typed", lambda: desk.snapshot(trip.seen["created"]))

    def patient() -> Patient:
        found: Patient = trip.seen["created"]
        return found

    trip.optional("found", lambda: desk.search(birth_date=trip.traits.birth_date or ""))
    trip.stage(
        "called", lambda: desk.during(lambda: desk.lgo.call_insi_traits(patient().id, actor=desk.user))
    )
    trip.stage("answered", lambda: _answered(trip))
    trip.stage("untouched", lambda: desk.snapshot(patient()))
    trip.optional("proposal", lambda: desk.lgo.read_proposal(trip.seen["called"][0].id, actor=desk.user))
    trip.stage("accepted", lambda: _accepted(desk, trip))
    trip.stage("fed", lambda: desk.snapshot(patient()))
    trip.optional("log", lambda: desk.logged_calls(patient()))
    trip.stage("qualified", lambda: _qualified(desk, trip))
    return trip


@_recorded
def _arriving(desk: Desk, part: Part, number: int) -> Trip:
    trip = _trip(desk, part, number, USED[1])
    trip.optional("log before", desk.logged_calls)
    trip.stage("called", lambda: desk.during(lambda: desk.lgo.search_insi(trip.traits, actor=desk.user)))
    trip.stage("answered", lambda: _answered(trip))
    trip.optional("nobody", lambda: desk.search(birth_date=trip.traits.birth_date or ""))
    trip.optional("proposal", lambda: desk.lgo.read_proposal(trip.seen["called"][0].id, actor=desk.user))
    trip.stage("accepted", lambda: _accepted(desk, trip))
    trip.stage("fed", lambda: desk.snapshot(trip.seen["accepted"]))
    trip.optional("log", lambda: _newest(desk, trip))
    trip.stage("qualified", lambda: _qualified(desk, trip))
    return trip


@_recorded
def _corrected(desk: Desk, part: Part, number: int) -> Trip:
    trip = _trip(desk, part, number, USED[0])
    plain = desk.draw(**PLAIN)
    trip.stage("created", lambda: desk.lgo.create_patient(typed(plain, first_names=None), actor=desk.user))
    changes = {name: value for name, value in asdict(trip.traits).items() if value is not None}

    def change() -> object:
        patient: Patient = trip.seen["created"]
        desk.lgo.update_patient(patient.id, changes, actor=desk.user)
        return desk.snapshot(patient)

    trip.stage("typed", change)
    return trip


def _answered(trip: Trip) -> ExchangeView:
    """Return the exchange in which INSi found the person; without one nothing is proposed that INSi said."""
    return need_found(trip.seen["called"][1])


def _accepted(desk: Desk, trip: Trip) -> Patient:
    call: InsiCall = trip.seen["called"][0]
    if call.outcome is not CallOutcome.FOUND:
        raise UndecidedError(
            f"INSi trouve {trip.part.key} et le logiciel ne propose rien : {call.outcome}, {call.message}",
            f"INSi finds {trip.part.key} and the software proposes nothing: {call.outcome}, {call.message}",
            depends_on=("RSP-01",),
        )
    accepted = desk.lgo.decide_proposal(call.id, accept=True, actor=desk.user)
    if accepted is None:
        raise UndecidedError(
            f"l'identité de {trip.part.key} est acceptée et aucun dossier n'est rendu",
            f"the identity of {trip.part.key} is accepted and no file is given back",
            depends_on=("RSP-02",),
        )
    return accepted


def _newest(desk: Desk, trip: Trip) -> object:
    before = trip.seen["log before"]
    return before if isinstance(before, Exception) else added(before, desk.logged_calls())


def _qualified(desk: Desk, trip: Trip) -> object:
    need_request(trip.seen["called"][1])
    patient: Patient = trip.seen["accepted"]
    desk.check_document(patient)
    after = desk.snapshot(patient)
    if after.patient.status is not Status.QUAL:
        raise UndecidedError(
            f"{trip.part.key} devait être QUAL et est {after.patient.status}",
            f"{trip.part.key} had to be QUAL and is {after.patient.status}",
            depends_on=("STA-06", "PRF-04"),
        )
    return after
