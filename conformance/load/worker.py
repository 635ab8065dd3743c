"""The process that generates the load: ``python -m conformance.load.worker``, options as JSON on its standard input.

A process of its own, because Locust replaces the standard library's sockets by gevent's at import. It measures and
writes the record; judging and reporting are done by whoever started it, from the record.
"""

from __future__ import annotations

# Locust must come first: it patches the standard library.
from locust import User, constant, events, task  # isort: skip
from locust.env import Environment  # isort: skip

import logging
import signal
import sys
import time
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import gevent
from gevent.queue import Empty, Queue

from conformance.load.arrivals import arrivals, course_of
from conformance.load.client import Connection, ConnectionProblemError
from conformance.load.environment import ServerWatch, describe
from conformance.load.expected import Lookups
from conformance.load.live import Live
from conformance.load.meter import TICK_S, Meter
from conformance.load.options import LoadOptions
from conformance.load.record import RecordError, RecordWriter
from conformance.load.software import SoftwareCaller, check_verbs, prepare_software
from conformance.load.stand import Stand, StandError
from conformance.load.summary import Summary
from conformance.load.users import Caller, Credentials, random_of
from simulator.commands.exits import EXIT_DISK, EXIT_SETUP
from simulator.security.pki import PkiError

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.load.profile import Stage

DRAIN_S: Final = 3.0
"""How long calls that are under way or due may take once the time is over."""
GONE_CALLS: Final = 20
GONE_S: Final = 3.0
"""No call reaches the server for so long: it is asked whether it is there."""


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
        self.busy = self.users = 0
        self.over = False
        # Made beforehand: certificates and connections take time that no patient waits for.
        self._callers = [make(number) for number in range(1, options.profile.users + 1)]
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
            self.due.put(self.meter.started + at)
            self.meter.due += 1

    def _user_class(self) -> type[User]:
        generator = self
        closed = self.options.profile.workload == "closed"

        class LoadUser(User):
            """Somebody at a counter."""

            wait_time = constant(0)

            def on_start(self) -> None:
                self.caller = generator._callers[generator.users % len(generator._callers)]
                generator.users += 1

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


class Run:
    """One run from its first call to its last."""

    def __init__(self, options: LoadOptions, writer: RecordWriter) -> None:
        self._options, self._writer = options, writer
        self.summary = Summary()
        self.stopped: str | None = None
        self.full: RecordError | None = None
        self._stage: Stage | None = None

    def emit(self, line: dict[str, Any]) -> None:
        """Add a line to the record and to what is shown."""
        if self.full is None:
            try:
                self._writer.write(line)
            except RecordError as error:
                self.full = error
                self.stopped = "disk"
        self.summary.feed(line)
        if line["kind"] == "wrong" and not self._options.keep_going:
            self.stopped = self.stopped or "wrong"

    def stop(self, reason: str) -> None:
        """End the run."""
        self.stopped = self.stopped or reason

    def start_line(self, stand: Stand) -> None:
        """Write down what is run, where and against what."""
        self.emit(
            {
                "kind": "start",
                "format": "banc-load",
                "version": 1,
                "t": 0.0,
                "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
                "options": self._options.without_secrets().to_data(),
                "environment": describe() | stand.facts(),
            }
        )

    def enter(self, generator_time: float, stage: Stage, stand: Stand) -> None:
        """Note that a stage begins, and put its scenario in force."""
        if self._stage is not None and stage.name == self._stage.name:
            return
        previous, self._stage = self._stage, stage
        if stage.scenario or (previous is not None and previous.scenario):
            stand.script(stage.scenario)
        self.emit(
            {
                "kind": "stage",
                "t": round(generator_time, 4),
                "name": stage.name,
                "judged": stage.judged,
                "recovers": stage.recovers,
                "scenario": stage.scenario,
            }
        )

    @property
    def stage(self) -> str:
        """Name of the stage under way."""
        return self._stage.name if self._stage is not None else ""


def run(options: LoadOptions) -> int:
    """Run the load and return the exit code of the process: 0 when the record is whole."""
    with ExitStack() as stack:
        try:
            writer = stack.enter_context(RecordWriter(Path(options.folder)))
            stand = stack.enter_context(Stand(options))
            check_wire(options, stand.path)
            check_verbs(options)
            prepare_software(options, stand.session.soap_url)
            if options.workers:
                from conformance.load.distributed import lead  # noqa: PLC0415 - patched, or only needed, by then

                return lead(options, Run(options, writer), stand)
            return _alone(options, Run(options, writer), stand)
        except (StandError, RecordError, PkiError, ConnectionProblemError, ValueError, OSError) as error:
            sys.stderr.write(f"Error: {error}\n")
            with suppress(OSError, UnboundLocalError):
                if writer.path.stat().st_size == 0:
                    writer.close()
                    writer.path.unlink()
            return EXIT_SETUP


def check_wire(options: LoadOptions, path: str) -> None:
    """Open a connection as users will.

    Raises:
        ConnectionProblemError: it cannot be opened.
        PkiError: the certificates cannot be read.
    """
    base = options.soap_base or options.url
    connection = Connection(base, timeout=options.timeout, tls=Credentials(options).tls)
    try:
        connection.check(f"{path}?wsdl")
    finally:
        connection.close()


def _alone(options: LoadOptions, this: Run, stand: Stand) -> int:
    this.start_line(stand)
    meter = Meter(this.emit)
    generator = Generator(
        options, meter, maker(options, stand.path, stand.people, meter, partial=stand.partial)
    )
    watch = ServerWatch(options.soap_base or options.url)
    runner = generator.environment.create_local_runner()
    if options.ui_port is not None:
        _show_locust(generator, options.ui_port)
    gevent.signal_handler(signal.SIGINT, lambda: this.stop("interrupted"))
    gevent.signal_handler(signal.SIGTERM, lambda: this.stop("interrupted"))
    meter.begin()
    moment = generator.course.at(0.0)
    assert moment is not None  # noqa: S101 - never so: for the type checker
    this.enter(0.0, moment.stage, stand)
    runner.start(options.profile.users, spawn_rate=options.profile.users)
    if options.profile.workload == "open":
        gevent.spawn(generator.arrive)
    with Live(options, this.summary) as live:
        _loop(options, this, stand, generator, watch=watch, live=live)
        generator.over = True
        deadline = time.monotonic() + (0.0 if this.stopped else DRAIN_S)
        while not generator.idle and time.monotonic() < deadline and not this.stopped:
            gevent.sleep(TICK_S)
            meter.tick(stage=this.stage, backlog=generator.due.qsize())
    gevent.spawn(runner.quit).join(timeout=DRAIN_S)
    meter.tick(stage=this.stage, backlog=generator.due.qsize())
    finish(this, stand, meter.now(), meter.samples, unserved=generator.due.qsize())
    if this.full is not None:
        sys.stderr.write(f"Error: {this.full}\n")
        return EXIT_DISK
    return 0


def _show_locust(generator: Generator, port: int) -> None:
    """Serve Locust's own page on loopback, and let it know of every call."""
    stats = generator.environment.stats

    def listen(operation: str, latency: float, code: str | None) -> None:
        stats.log_request("SOAP", operation, round(latency * 1000), 0)
        if code is not None:
            stats.log_error("SOAP", operation, code)

    generator.meter.listen = listen
    generator.environment.create_web_ui("127.0.0.1", port)


def _loop(
    options: LoadOptions, this: Run, stand: Stand, generator: Generator, *, watch: ServerWatch, live: Live
) -> None:
    """Tick until the course is over or something ends it."""
    meter = generator.meter
    unreached_since: float | None = None
    while this.stopped is None:
        gevent.sleep(TICK_S)
        moment = generator.course.at(meter.now())
        meter.tick(stage=this.stage, backlog=generator.due.qsize(), server=watch.processors())
        if moment is None:
            return
        this.enter(meter.now(), moment.stage, stand)
        knee = generator.course.look(this.summary)
        if knee is not None:
            this.emit({"kind": "knee", "t": round(meter.now(), 4), **knee})
            this.stop("saturated")
        if options.max_calls is not None and meter.calls >= options.max_calls:
            this.stop("calls")
        observed = stand.observe(meter.now())
        if observed is not None:
            this.emit(observed)
        if meter.unreached < GONE_CALLS:
            unreached_since = None
        elif unreached_since is None:
            unreached_since = meter.now()
        elif meter.now() - unreached_since > GONE_S:
            unreached_since = None
            if not stand.is_there():
                this.emit({"kind": "event", "t": round(meter.now(), 4), "what": "server-gone"})
                this.stop("server-gone")
        live.show(meter.now(), generator.due.qsize())


def finish(
    this: Run, stand: Stand, seconds: float, samples: dict[str, tuple[float, float]], *, unserved: int
) -> None:
    """Write the last lines of the record: where the time went, and why the run ended."""
    observed = stand.observe(seconds, last=True)
    if observed is not None:
        this.emit(observed)
    split = stand.split(samples)
    if split is not None:
        this.emit({"kind": "split", "t": round(seconds, 4), **split})
    this.emit(
        {
            "kind": "end",
            "t": round(seconds, 4),
            "reason": this.stopped or "time",
            "unserved": unserved,
            "journal": stand.journal(),
        }
    )


def maker(
    options: LoadOptions, path: str, people: list[Any], meter: Meter, *, partial: bool, name: str = ""
) -> Callable[[int], Any]:
    """Return what makes the users of a generator.

    Raises:
        ValueError: there is nobody to look up.
        PkiError: the certificates cannot be read.
    """
    profile = options.profile
    random = random_of(options.seed, f"people/{name}")
    lookups = Lookups(people, random, shares=profile.people, partial=partial)
    credentials = Credentials(options)
    patients = list(lookups.findable)
    random.shuffle(patients)

    def make(number: int) -> Any:
        own = random_of(options.seed, f"{name}/{number}")
        if profile.target == "software" or (profile.target == "mix" and number % 2 == 0):
            return SoftwareCaller(options, patients, lookups, meter, own)
        return Caller(options, path, lookups, meter, credentials=credentials, random=own)

    return make


if __name__ == "__main__":
    # Its remarks are for those who write locust files.
    logging.getLogger("locust").setLevel(logging.ERROR)
    sys.exit(run(LoadOptions.from_json(sys.stdin.read())))
