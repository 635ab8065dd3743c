"""Users of one process, and when calls are due to them. Imports Locust first: it replaces the standard library's sockets by gevent's."""

from __future__ import annotations

# Locust must come first: it patches the standard library.
from locust import User, constant, events, task  # isort: skip
from locust.env import Environment  # isort: skip

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import gevent
from gevent.queue import Empty, Queue

from conformance.load.calling.arrivals import arrivals, course_of
from conformance.load.calling.expected import Lookups
from conformance.load.calling.meter import TICK_S, Meter
from conformance.load.calling.rules import Sampler
from conformance.load.calling.seats import Seats
from conformance.load.calling.software import SoftwareCaller
from conformance.load.calling.users import Caller, Credentials, random_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from conformance.load.nodes import Place, Stands
    from conformance.load.options import LoadOptions


class Generator:
    """Users and arrivals of this process, and the loop that ticks."""

    def __init__(
        self,
        options: LoadOptions,
        meter: Meter,
        make: Callable[[int], Any],
        *,
        share: float = 1.0,
        name: str = "",
        environment: Environment | None = None,
    ) -> None:
        """Make the users.

        Args:
            options: of the run.
            meter: where calls are counted.
            make: makes a user, given their number.
            share: of the rate that is due here.
            name: of this generator among several.
            environment: Locust's, when there is one already.
        """
        self.options, self.meter = options, meter
        self.course = course_of(options.profile, share)
        self._name = name
        self.due: Queue[float] = Queue()
        self.busy = 0
        self.over = False
        self.paused = False
        """Nobody comes: Locust's page has sent the users away."""
        self._seats = Seats(make, options.profile.users)
        self.environment = environment or Environment(events=events)
        self.environment.user_classes = [self._user_class()]

    @property
    def idle(self) -> bool:
        """Whether nothing is due and nobody is being served."""
        return not self.busy and self.due.empty()

    def arrive(self) -> None:
        """Let calls be due until the course is over; runs beside the users."""
        for at in arrivals(self.course, random_of(self.options.seed, f"arrivals/{self._name}")):
            while not self.over and (early := at - self.meter.now()) > 0.001:  # noqa: PLR2004 - what it stands for is in the line
                gevent.sleep(min(early, TICK_S))
            if self.over:
                return
            if not self.paused:
                self.due.put(self.meter.started + at)
                self.meter.due += 1

    def _user_class(self) -> type[User]:
        generator = self
        closed = self.options.profile.workload == "closed"

        class LoadUser(User):
            """Somebody at a counter."""

            wait_time = constant(0)

            def on_start(self) -> None:
                self.caller = generator._seats.take()

            def on_stop(self) -> None:
                self.caller.close()

            @task
            def serve(self) -> None:
                due = None
                if closed:
                    if generator.over:
                        gevent.sleep(TICK_S)
                        return
                else:
                    try:
                        due = generator.due.get(timeout=1)
                    except Empty:
                        return
                generator.busy += 1
                try:
                    self.caller.serve(due)
                finally:
                    generator.busy -= 1
                if closed and generator.options.profile.think:
                    gevent.sleep(
                        random_of(0, str(time.monotonic())).expovariate(1 / generator.options.profile.think)
                    )

        return LoadUser


def maker(places: Sequence[Place], meter: Meter, *, name: str = "", first: int = 0) -> Callable[[int], Any]:
    """Return what makes the users of a generator: the first calls the place of number ``first``, the next one the next.

    Raises:
        ValueError: there is nobody to look up.
        PkiError: the certificates cannot be read.
    """
    makers = [_maker_of(place, meter, name=name) for place in places]

    def make(number: int) -> Any:
        return makers[(number - 1 + first) % len(makers)](number)

    return make


def _maker_of(place: Place, meter: Meter, *, name: str) -> Callable[[int], Any]:
    options = place.options
    profile = options.profile
    random = random_of(options.seed, f"people/{name}{place.name}")
    lookups = Lookups(place.people, random, shares=profile.people, partial=place.partial)
    credentials = Credentials(options)
    patients = list(lookups.findable)
    random.shuffle(patients)
    sampler = Sampler(options.rules, options.rule_rate, meter)

    def make(number: int) -> Any:
        own = random_of(options.seed, f"{name}/{number}")
        if profile.target == "software" or (profile.target == "mix" and number % 2 == 0):
            return SoftwareCaller(options, patients, lookups, meter, own, sampler=sampler)
        return Caller(
            options, place.path, lookups, meter, credentials=credentials, random=own, node=place.name
        )

    return make


@contextmanager
def inspecting(options: LoadOptions, stand: Stands, meter: Meter) -> Iterator[None]:
    """Run checks of the suite beside the users of a software."""
    if options.profile.target == "teleservice" or not options.rules:
        yield
        return
    from conformance.load.calling.checks import Inspector  # noqa: PLC0415 - the engine: only a load on software needs it

    course = course_of(options.profile)

    def is_calm() -> bool:
        moment = course.at(meter.now())
        return moment is not None and moment.stage.scenario is None

    inspector = Inspector(options, stand.session.id, meter)
    running = gevent.spawn(inspector.run, gevent.sleep, is_calm)
    try:
        yield
    finally:
        # What is under way when the time is over is not judged: it would be cut short.
        inspector.close()
        running.kill()
