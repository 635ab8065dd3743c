"""Who and what stands at the desk of a check, and what its checks share: people, acts on the wire, paths that only some software has."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from conformance.drivers.errors import RefusedError, VerbNotSupportedError
from conformance.drivers.lateness import Lateness
from conformance.drivers.model import CallOutcome, InsiCall
from conformance.record.timeline import Timeline
from conformance.suite.desk.apart import missed_by
from conformance.suite.desk.cast import played
from conformance.suite.desk.refused import Watched
from conformance.suite.desk.routes import DISQUALIFYING
from conformance.verdicts import Ending

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
    from pathlib import Path

    from conformance.drivers.model import Actor, Patient
    from conformance.drivers.protocol import Driver
    from conformance.record.missed import Missed
    from conformance.record.timeline import Entry
    from conformance.suite.desk.apart import Apart
    from conformance.suite.desk.cast import Part
    from conformance.suite.desk.found import Found
    from conformance.suite.desk.people import Draw
    from conformance.suite.desk.wire import Wire
    from conformance.verdicts import Aside
    from simulator.client import ExchangeView, SessionClient
    from simulator.registry.person import Person

_T = TypeVar("_T")
_A = TypeVar("_A", bound=InsiCall | RefusedError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What stands at the desk: the software, INSi, people who come in, and what the campaign remembers."""

    lgo: Driver
    """The software under test."""
    insi: SessionClient
    """The simulator: where scenarios are installed."""
    wire: Wire
    user: Actor
    """An ordinary user; does all the steps."""
    super_user: Actor
    """A user entitled to change strict traits."""
    draw: Draw
    """Returns a fresh person known to INSi, with the features wished."""
    draw_for: Callable[[str], Draw]
    """Draws for something that checks share, by its name: the same people whichever check comes first."""
    lateness: Lateness = field(default_factory=Lateness)
    timeline: Timeline = field(default_factory=Timeline)
    """What the check saw; acts and exchanges come in by themselves."""
    see_aside: Callable[[Aside], object] = field(default=lambda _: None)
    """Takes a departure from a rule that the check is not about."""
    memory: dict[str, Any] = field(default_factory=dict)
    """What the whole campaign remembers, such as journeys made once and observed by many checks."""
    waiting: dict[str, str] = field(default_factory=dict)
    """Calls whose answer nobody has decided, by the file that they are for."""
    confirmed: dict[str, ExchangeView] = field(default_factory=dict)
    """The last verification that INSi has confirmed, by file."""
    in_vain: dict[str, ExchangeView] = field(default_factory=dict)
    """The last request of the last call that found nobody, or several, by the file that it was for."""

    def draw_where(self, condition: Callable[[Person], bool], **wanted: object) -> Person:
        """Draw somebody for whom ``condition`` holds."""
        return self.draw(where=condition, **wanted)

    def play(self, part: Part) -> Person:
        """Draw somebody for a part of the cast."""
        return played(part, self.draw)

    def by(self, user: str) -> Self:
        """Return the desk with an ordinary user (``user``) or the entitled one (``super-user``) at it."""
        return self.as_super_user() if user == "super-user" else self

    def as_super_user(self) -> Self:
        """Return the same desk with the entitled user at it."""
        return replace(self, user=self.super_user)

    def apart(self, key: str) -> Self:
        """Return the desk for something that checks share: its people are not those of the check that comes first."""
        return replace(self, draw=self.draw_for(key))

    def during(self, act: Callable[[], _T]) -> tuple[_T, list[ExchangeView]]:
        """Do ``act`` and return what it returned, with the exchanges that INSi had meanwhile, oldest first."""
        return self.wire.during(act)

    def asking(self, patient: Patient | None, call: Callable[[], _A]) -> tuple[_A, list[ExchangeView]]:
        """Call INSi for a file, or for none; return what ``call`` returned, with the exchanges that INSi had meanwhile.

        A software may want the answer that waits to be decided first: it is declined then, and the call made again. Should
        a call leave while that next answer waits, this was not why the first did not: it stays the one that was blocked.
        """
        answer, exchanges = self.during(call)
        if patient is None:
            return answer, exchanges
        if not exchanges and self.decline_waiting(patient):
            again = self.during(call)
            if not self._noted(patient, *again) or not self._noted(patient, *self.during(call)):
                return again
        self._noted(patient, answer, exchanges)
        return answer, exchanges

    def _noted(
        self, patient: Patient, answer: InsiCall | RefusedError, exchanges: list[ExchangeView]
    ) -> bool:
        """Note what a call leaves to be decided or corrected; return whether INSi was asked and an answer waits."""
        if not isinstance(answer, InsiCall):
            return False
        if exchanges and answer.outcome in {CallOutcome.NOT_FOUND, CallOutcome.SEVERAL}:
            self.in_vain[patient.id] = exchanges[-1]
        if answer.outcome is not CallOutcome.FOUND:
            return False
        # In the order of the calls.
        self.waiting.pop(patient.id, None)
        self.waiting[patient.id] = answer.id
        return bool(exchanges)

    def after_decision(self, patient: Patient, act: Callable[[], _T]) -> _T:
        """Do an act; where it is refused while an answer waits, decline that one and do it again."""
        try:
            return act()
        except RefusedError:
            if not self.decline_waiting(patient):
                raise
            return act()

    def decline_waiting(self, patient: Patient) -> bool:
        """Decline the answer that waits for this file, if any; not that of a marked one, which is blocked anyhow."""
        call = self.waiting.get(patient.id)
        if call is None or DISQUALIFYING & self.lgo.read_patient(patient.id, actor=self.user).attributes:
            return False
        del self.waiting[patient.id]
        with suppress(RefusedError, VerbNotSupportedError):
            self.lgo.decide_proposal(call, accept=False, actor=self.user)
        return True

    @contextmanager
    def answered_by(self, scenario: str | Path | dict[str, Any], /, **people: Person) -> Iterator[None]:
        """Have INSi answer as a scenario says, until the end of the block however it ends: what follows it must not meet it."""
        self.insi.install(scenario, **people)
        try:
            yield
        finally:
            self.insi.clear_scenarios()

    def once(self, key: str, make: Callable[[Self], _T]) -> _T:
        """Return what ``make`` makes, made once a campaign for all the checks that share it.

        Its people are drawn apart. When it could not be made, that is remembered too, and raised again; so are the
        paths apart that were not tested.
        """
        if key not in self.memory:
            made, obstacle = None, None
            at, watch = self._watched_apart()
            with self.timeline.gathering() as missed:
                try:
                    made = make(at.apart(key))
                except Ending as ending:
                    obstacle = ending
            is_denied = self.wire.denied()
            self.memory[key] = (made, obstacle, tuple(missed), watch.found if watch else (), is_denied)
        made, obstacle, missed, departures, is_denied = self.memory[key]
        self.wire.is_excused = self.wire.is_excused or is_denied
        for each in missed:
            self.timeline.miss(each)
        self.tell(departures)
        if obstacle is not None:
            raise obstacle
        found: _T = made
        return found

    def tell(self, found: Collection[Found]) -> None:
        """Tell departures as the watch of the check does: of its own rules the first, the others under theirs."""
        if isinstance(self.lgo, Watched):
            self.lgo.adopt(found)

    def _watched_apart(self) -> tuple[Self, Watched | None]:
        """Return the same desk for what checks share, with a watch of its own: what that finds is told to each of them."""
        if not isinstance(self.lgo, Watched):
            return self, None
        watch = self.lgo.apart()
        return replace(self, lgo=cast("Driver", watch)), watch

    def attach(self, entries: Iterable[Entry]) -> None:
        """Put what another check saw into the evidence of this one, unless it is there."""
        here = set(map(id, self.timeline.entries))
        for entry in entries:
            if id(entry) not in here:
                self.timeline.add(entry)

    @contextmanager
    def if_offered(self, path: Apart) -> Iterator[None]:
        """Do a part of a check that only some software has; where its verbs are missing, the record says that it was not tested.

        What the check judges without it decides: a check that is nothing but this path is marked instead (``path.mark``).
        """
        try:
            yield
        except Ending as ending:
            missed = missed_by(ending, (path,))
            if missed is None:
                raise
            self.timeline.miss(missed)

    @contextmanager
    def if_at_hand(self, path: Apart) -> Iterator[None]:
        """Do what only prepares and only some software can; where its verbs are missing, nothing is left untested by that."""
        try:
            yield
        except Ending as ending:
            if missed_by(ending, (path,)) is None:
                raise

    def each_offered(self, ways: Mapping[Apart, Callable[[], _T]]) -> list[_T]:
        """Take each of several paths that the software has, and return what came of them.

        Raises:
            Ending: it has none of them: that of the first.
        """
        found: list[_T] = []
        stopped: list[tuple[Ending, Missed]] = []
        for path, act in ways.items():
            try:
                found.append(act())
            except Ending as ending:
                missed = missed_by(ending, (path,))
                if missed is None:
                    raise
                stopped.append((ending, missed))
        if stopped and not found:
            raise stopped[0][0]
        for _, missed in stopped:
            self.timeline.miss(missed)
        return found
