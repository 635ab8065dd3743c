"""Several generators for one run: Locust's master and workers, with people that no two workers share.

The master prepares the session, gives each worker its people and its part of the rate, writes every line of every worker
to the one record, and judges. A worker is told everything but where certificates are; it refuses targets by its own rules,
whatever its master says. ``python -m conformance.load.distributed`` is a worker: host and port of its master as JSON on its
standard input.
"""

from __future__ import annotations

# It imports Locust, which patches the standard library: first.
from conformance.load.calling.generator import Generator, inspecting, maker  # isort: skip

import json
import logging
import signal
import sys
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import gevent
from locust import events
from locust.env import Environment

from conformance.load.calling.arrivals import course_of
from conformance.load.calling.meter import TICK_S, Meter
from conformance.load.calling.watching import Watchman, reached_by_none
from conformance.load.environment import ServerWatch
from conformance.load.nodes import read_places, tell_places
from conformance.load.options import LoadOptions
from conformance.load.run import Run, finish
from conformance.load.targets import TargetError, check_allowed
from conformance.load.telling.live import Live
from conformance.load.telling.locust_page import keep_locust_page
from simulator.commands.exits import EXIT_DISK, EXIT_SETUP
from simulator.security.pki import PkiError
from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from conformance.load.nodes import Stands

JOIN_S: Final = 120.0
"""How long workers may take to join."""
PREPARE_S: Final = 120.0
"""How long they may take to prepare their users."""
LAST_S: Final = 15.0
"""How long they may take to tell their last figures."""
_LIVENESS: Final = 5
"""Heartbeats, one a second, that a worker may miss before it is taken for dead."""


def lead(options: LoadOptions, this: Run, stand: Stands) -> int:
    """Lead a run that workers generate; return the exit code of the process."""
    this.start_line(stand)
    environment = Environment(user_classes=[_user_class()], events=events)
    _patient_heart()
    runner = environment.create_master_runner(options.bind, options.bind_port)
    leader = _Leader(options, this, runner)
    gevent.signal_handler(signal.SIGINT, lambda: this.stop("interrupted"))
    sys.stderr.write(
        f"{options.bind}:{options.bind_port}: banc load --worker {options.bind}:{options.bind_port}\n"
    )
    try:
        if not leader.gather() or not leader.prepare(stand):
            return EXIT_SETUP
        runner.start(options.profile.users, spawn_rate=options.profile.users)
        leader.go()
        with Live(options, this.summary) as live, inspecting(options, stand, leader.meter):
            leader.follow(stand, live)
        leader.end()
        finish(this, stand, leader.meter.now(), leader.samples, unserved=leader.unserved)
        keep_locust_page(environment, this)
    finally:
        runner.quit()
    return EXIT_DISK if this.full is not None else 0


class _Leader:
    """The master's side of the conversation with its workers."""

    def __init__(self, options: LoadOptions, this: Run, runner: Any) -> None:
        self._options, self._run, self._runner = options, this, runner
        self.meter = Meter(this.emit, worker="")
        self.samples: dict[str, tuple[float, float]] = {}
        self.unserved = 0
        self._names: dict[str, str] = {}
        """Names of the workers by Locust's id: ``1``, ``2``…"""
        self._lost: set[str] = set()
        self._ready: set[str] = set()
        self._done: set[str] = set()
        self._refusals: list[str] = []
        self._unreached: dict[str, dict[str, int]] = {}
        """Calls in a row of each worker that found no server, by node."""
        for name, handler in (
            ("banc_hello", self._hello),
            ("banc_ready", self._is_ready),
            ("banc_lines", self._lines),
            ("banc_done", self._is_done),
        ):
            runner.register_message(name, handler)

    def gather(self) -> bool:
        """Wait for the workers."""
        wanted = self._options.workers
        if _until(lambda: len(self._names) >= wanted or self._run.stopped is not None, JOIN_S):
            return self._run.stopped is None
        told = Text(
            f"Erreur : {wanted} générateurs attendus en {JOIN_S:.0f} s, venus : {len(self._names)}\n",
            f"Error: expected {wanted} workers within {JOIN_S:.0f} s, got {len(self._names)}\n",
        )
        sys.stderr.write(told["en" if self._options.lang == "en" else "fr"])
        return False

    def prepare(self, stand: Stands) -> bool:
        """Give each worker its people and its part, and wait until all are ready."""
        count = len(self._names)
        told = self._options.without_secrets()
        for index, client in enumerate(self._names):
            data = {
                "options": json.dumps(told.to_data()),
                "places": tell_places(stand.places(), index, count),
                "name": self._names[client],
                "part": index,
                "parts": count,
            }
            self._runner.send_message("banc_setup", data, client)
        ready = _until(
            lambda: len(self._ready) >= count or bool(self._refusals) or self._run.stopped is not None,
            PREPARE_S,
        )
        for refusal in self._refusals:
            sys.stderr.write(f"{'Error:' if self._options.lang == 'en' else 'Erreur :'} {refusal}\n")
        if not ready:
            late = Text(
                f"Erreur : {count} générateurs prêts attendus, prêts : {len(self._ready)}\n",
                f"Error: expected {count} workers to be ready, got {len(self._ready)}\n",
            )
            sys.stderr.write(late["en" if self._options.lang == "en" else "fr"])
        return ready and not self._refusals and self._run.stopped is None

    def go(self) -> None:
        """Let the workers begin."""
        self.meter.begin()
        self._runner.send_message("banc_go", {})

    def follow(self, stand: Stands, live: Live) -> None:
        """Tick until the course is over or something ends the run."""
        course = course_of(self._options.profile)
        watch = ServerWatch(*self._options.soap_bases())
        this = self._run
        watchman = Watchman(this, stand)
        while this.stopped is None:
            moment = course.at(self.meter.now())
            if moment is None:
                return
            this.enter(self.meter.now(), moment.stage, stand)
            gevent.sleep(TICK_S)
            self.meter.tick(stage=this.stage, backlog=0, server=watch.processors())
            knee = course.look(this.summary)
            if knee is not None:
                this.emit({"kind": "knee", "t": round(self.meter.now(), 4), **knee})
                this.stop("saturated")
            if self._options.max_calls is not None and this.summary.total().calls >= self._options.max_calls:
                this.stop("calls")
            self._look_for_the_dead()
            if len(self._lost) == len(self._names):
                this.stop("workers-gone")
            working = [told for client, told in self._unreached.items() if client not in self._lost]
            watchman.look(self.meter.now(), reached_by_none(working))
            live.show(self.meter.now(), 0)

    def end(self) -> None:
        """Stop the workers and take their last figures."""
        self._runner.send_message("banc_stop", {})
        _until(lambda: self._done | self._lost >= set(self._names), LAST_S, also=self._look_for_the_dead)

    def _look_for_the_dead(self) -> None:
        there = {
            client.id
            for client in self._runner.clients.all
            if client.state not in {"missing", "stopped"} or client.id in self._done
        }
        for client, name in self._names.items():
            if client not in there and client not in self._lost and client not in self._done:
                self._lost.add(client)
                self._run.emit(
                    {"kind": "event", "t": round(self.meter.now(), 4), "what": "worker-lost", "worker": name}
                )

    # What workers say

    def _hello(self, environment: Any, msg: Any, **_: Any) -> None:  # noqa: ARG002 - as its caller calls it
        if msg.node_id not in self._names and len(self._names) < self._options.workers:
            self._names[msg.node_id] = str(len(self._names) + 1)

    def _is_ready(self, environment: Any, msg: Any, **_: Any) -> None:  # noqa: ARG002 - as its caller calls it
        refusal = msg.data.get("refusal")
        if refusal:
            self._refusals.append(f"worker {self._names.get(msg.node_id)}: {refusal}")
        else:
            self._ready.add(msg.node_id)

    def _lines(self, environment: Any, msg: Any, **_: Any) -> None:  # noqa: ARG002 - as its caller calls it
        self._unreached[msg.node_id] = msg.data["unreached"]
        for text in msg.data["lines"]:
            self._run.emit(json.loads(text))

    def _is_done(self, environment: Any, msg: Any, **_: Any) -> None:  # noqa: ARG002 - as its caller calls it
        self._done.add(msg.node_id)
        self.unserved += int(msg.data["unserved"])
        self.samples |= {key: (one, other) for key, (one, other) in msg.data["samples"].items()}


class _Worker:
    """The worker's side."""

    def __init__(self, arguments: dict[str, Any], runner: Any, environment: Environment) -> None:
        self._arguments, self._runner, self._environment = arguments, runner, environment
        self._generator: Generator | None = None
        self._lines: list[str] = []
        self._stopping = False
        for name, handler in (("banc_setup", self._setup), ("banc_go", self._go), ("banc_stop", self._stop)):
            runner.register_message(name, handler)
        runner.send_message("banc_hello", {})

    def _setup(self, environment: Any, msg: Any, **_: Any) -> None:  # noqa: ARG002 - as its caller calls it
        gevent.spawn(self._prepare, msg.data)

    def _prepare(self, data: dict[str, Any]) -> None:
        try:
            options = replace(LoadOptions.from_json(data["options"]), pki=self._arguments["pki"], workers=0)
            alone = options.by_node().values()
            for url in (*(each.url for each in alone), *options.soap_bases(), options.software):
                if url is not None:
                    # What a worker calls is for the machine that it runs on to allow.
                    check_allowed(url, self._arguments["allowed"])
            users = -(-options.profile.users // data["parts"])
            options = replace(
                options,
                profile=replace(options.profile, users=users),
                rule_rate=options.rule_rate / data["parts"],
            )
            meter = Meter(lambda line: self._lines.append(json.dumps(line)), worker=data["name"])
            # Its first user begins with another node than that of the worker before.
            make = maker(read_places(data["places"], options), meter, name=data["name"], first=data["part"])
            self._generator = Generator(
                options,
                meter,
                make,
                share=1 / data["parts"],
                name=data["name"],
                environment=self._environment,
            )
        except (TargetError, PkiError, ValueError, KeyError, OSError) as error:
            self._runner.send_message("banc_ready", {"refusal": str(error)})
            return
        self._runner.send_message("banc_ready", {})

    def _go(self, environment: Any, msg: Any, **_: Any) -> None:  # noqa: ARG002 - as its caller calls it
        gevent.spawn(self._generate)

    def _stop(self, environment: Any, msg: Any, **_: Any) -> None:  # noqa: ARG002 - as its caller calls it
        self._stopping = True

    def _generate(self) -> None:
        generator = self._generator
        if generator is None:
            return
        meter = generator.meter
        meter.begin()
        if generator.options.profile.workload == "open":
            gevent.spawn(generator.arrive)
        deadline = None
        while True:
            gevent.sleep(TICK_S)
            moment = generator.course.at(meter.now())
            if moment is not None:
                stage = moment.stage.name
            meter.tick(stage=stage, backlog=generator.due.qsize())
            self._send(meter)
            if self._stopping and deadline is None:
                generator.over = True
                deadline = time.monotonic() + 3.0
            if deadline is not None and (generator.idle or time.monotonic() > deadline):
                break
        data = {
            "unserved": generator.due.qsize(),
            "samples": {key: list(pair) for key, pair in meter.samples.items()},
        }
        self._runner.send_message("banc_done", data)

    def _send(self, meter: Meter) -> None:
        lines, self._lines = self._lines, []
        if lines:
            # Whoever leads counts the seconds; a worker only what it did in them.
            told = [
                text[:-1] + ', "leads": false}' if '"kind": "tick"' in text[:40] else text for text in lines
            ]
            self._runner.send_message("banc_lines", {"lines": told, "unreached": dict(meter.unreached)})


def _user_class() -> type:
    from locust import User, task  # noqa: PLC0415 - patched, or only needed, by then

    class LoadUser(User):
        """Stands for the users of the workers: the master has none itself."""

        @task
        def serve(self) -> None:
            gevent.sleep(1)

    return LoadUser


def _patient_heart() -> None:
    """Take a worker for dead only after a few seconds: a busy machine beats late."""
    from locust import runners  # noqa: PLC0415 - patched, or only needed, by then

    runners.HEARTBEAT_LIVENESS = _LIVENESS


def _until(condition: Callable[[], bool], seconds: float, also: Callable[[], None] = lambda: None) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        gevent.sleep(0.05)
        also()
    return True


def work(arguments: dict[str, Any]) -> int:
    """Generate load for a master until it says that it is over; return the exit code of the process."""
    environment = Environment(user_classes=[], events=events)
    _patient_heart()
    try:
        runner = environment.create_worker_runner(arguments["host"], arguments["port"])
    except (ConnectionError, OSError) as error:
        where = f"{arguments['host']}:{arguments['port']}"
        told = Text(
            f"Erreur : aucun maître ne répond à {where} ({error}) ; démarrez-en un par : banc load --master N\n",
            f"Error: no master answers at {where} ({error}); start one with: banc load --master N\n",
        )
        sys.stderr.write(told[arguments["lang"]])
        return EXIT_SETUP
    gevent.signal_handler(signal.SIGINT, runner.quit)
    _Worker(arguments, runner, environment)
    runner.greenlet.join()
    return 0


def main(arguments: Sequence[str] | None = None) -> int:
    """Read what to do on standard input, and work."""
    logging.getLogger("locust").setLevel(logging.ERROR)
    return work(json.loads(arguments[0] if arguments else sys.stdin.read()))


if __name__ == "__main__":
    sys.exit(main())
