"""What a journey saw of one person, stage by stage, and what stopped it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from conformance.drivers.protocol import RefusedError, VerbNotSupportedError
from conformance.suite.desk.expect import gathered
from conformance.verdicts import Departure, UndecidedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from conformance.drivers.model import PatientTraits
    from conformance.suite.desk.cast import Part
    from conformance.suite.desk.steps import Desk
    from simulator.registry.person import Person


Taken: TypeAlias = "Callable[[Desk], Journey]"
"""What makes a journey, or gives back the one that was made."""


@dataclass(slots=True, kw_only=True)
class Trip:
    """One person on their way."""

    part: Part
    person: Person
    traits: PatientTraits
    """As typed."""
    seen: dict[str, Any] = field(default_factory=dict)
    """By stage."""
    stopped_at: str | None = None
    stopped_by: Exception | None = None
    entries: tuple[Any, ...] = ()
    """The timeline of the trip, for the evidence of each check that looks at it."""

    def stage(self, name: str, act: Callable[[], object]) -> bool:
        """Do one stage unless an earlier one stopped the trip; tell whether it was done."""
        if self.stopped_by is not None:
            return False
        try:
            self.seen[name] = act()
        except (RefusedError, VerbNotSupportedError, UndecidedError, Departure) as error:
            self.stopped_at, self.stopped_by = name, error
            return False
        return True

    def optional(self, name: str, act: Callable[[], object]) -> None:
        """Do a stage that others do not need: a verb that is not there leaves it out."""
        if self.stopped_by is not None:
            return
        try:
            self.seen[name] = act()
        except (RefusedError, VerbNotSupportedError) as error:
            self.seen[name] = error

    def told(self, name: str, otherwise: Any) -> Any:
        """Return what an optional stage saw, ``otherwise`` when the trip ended before it.

        Raises:
            RefusedError: the software refused it.
            VerbNotSupportedError: it has no such verb.
        """
        found = self.seen.get(name, otherwise)
        if isinstance(found, Exception):
            raise found
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Journey:
    """A journey of the whole cast."""

    trips: Sequence[Trip]

    def expect(self, desk: Desk, stages: Sequence[str], judge: Callable[[Trip], object]) -> None:
        """Let ``judge`` look at everybody who came through these stages; raise one departure that names all who depart.

        The evidence then holds their trips, wherever those were made.
        """
        through = list(self.reached(*stages))
        departures: dict[str, Departure] = {}
        for trip in through:
            try:
                judge(trip)
            except Departure as departure:
                departures[trip.part.key] = departure
                desk.attach(trip.entries)
        if departures:
            raise gathered(departures, len(through))

    def reached(self, *stages: str) -> Iterator[Trip]:
        """Yield those who came through all of these stages.

        Raises:
            VerbNotSupportedError: nobody did, since the software does not offer a verb.
            UndecidedError: nobody did: nothing can be observed. Or an optional stage was refused.
        """
        through = [trip for trip in self.trips if all(stage in trip.seen for stage in stages)]
        if not through:
            raise _why(self.trips)
        for trip in through:
            for stage in stages:
                if isinstance(trip.seen[stage], Exception):
                    raise trip.seen[stage]
        yield from through

    def refused_at(self, stage: str) -> Iterator[tuple[Trip, RefusedError]]:
        """Yield those whom the software refused this stage, with the refusal."""
        for trip in self.trips:
            if trip.stopped_at == stage and isinstance(trip.stopped_by, RefusedError):
                yield trip, trip.stopped_by


def _why(trips: Iterable[Trip]) -> Exception:
    """Return what stopped the first of them, as what it means for a check that only looks on."""
    for trip in trips:
        error = trip.stopped_by
        if isinstance(error, RefusedError):
            return UndecidedError(
                f"préparation impossible, le logiciel refuse ({trip.stopped_at}) : {error.message} ({error.code})",
                f"could not be prepared, the software refuses ({trip.stopped_at}): {error.message} ({error.code})",
                depends_on=("CRE-03", "RSP-01", "RSP-02", "PRF-04"),
            )
        if error is not None:
            return error
    return UndecidedError("aucune personne dans ce parcours", "nobody on this journey")
