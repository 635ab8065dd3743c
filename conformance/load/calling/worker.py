"""The process that generates the load: ``python -m conformance.load.calling.worker``, options as JSON on its standard input.

A process of its own, because Locust replaces the standard library's sockets by gevent's at import. It measures and
writes the record; judging and reporting are done by whoever started it, from the record.
"""

from __future__ import annotations

# It imports Locust, which patches the standard library: first.
from conformance.load.calling.generator import Generator, inspecting, maker  # isort: skip

import logging
import signal
import sys
import time
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Final

import gevent

from conformance.load.calling.client import Connection, ConnectionProblemError
from conformance.load.calling.locust_ui import check_port, show_locust
from conformance.load.calling.meter import TICK_S, Meter
from conformance.load.calling.software import check_verbs, prepare_software
from conformance.load.calling.users import Credentials
from conformance.load.calling.watching import Watchman
from conformance.load.distributed import lead
from conformance.load.environment import ServerWatch
from conformance.load.nodes import Stands
from conformance.load.options import LoadOptions
from conformance.load.record import RecordError, RecordWriter
from conformance.load.run import Run, finish
from conformance.load.stand import StandError
from conformance.load.telling.live import Live
from conformance.load.telling.locust_page import keep_locust_page
from simulator.commands.exits import EXIT_DISK, EXIT_SETUP
from simulator.security.pki import PkiError
from simulator.text import Text, TextError, text_of

DRAIN_S: Final = 3.0
"""How long calls that are under way or due may take once the time is over."""


def run(options: LoadOptions) -> int:
    """Run the load and return the exit code of the process: 0 when the record is whole."""
    with ExitStack() as stack:
        try:
            writer = stack.enter_context(RecordWriter(Path(options.folder)))
            stand = stack.enter_context(Stands(options))
            for place in stand.places():
                check_wire(place.options, place.path)
            check_verbs(options)
            if options.ui_port is not None:
                check_port(options.ui_port)
            prepare_software(options, stand.session.soap_url)
            if options.workers:
                return lead(options, Run(options, writer), stand)
            return _alone(options, Run(options, writer), stand)
        except (StandError, RecordError, PkiError, ConnectionProblemError, ValueError, OSError) as error:
            why = text_of(error) if isinstance(error, (TextError, OSError)) else Text.same(str(error))
            sys.stderr.write(
                Text(f"Erreur : {why.fr}\n", f"Error: {why.en}\n")["en" if options.lang == "en" else "fr"]
            )
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


def _alone(options: LoadOptions, this: Run, stand: Stands) -> int:
    this.start_line(stand)
    meter = Meter(this.emit)
    generator = Generator(options, meter, maker(stand.places(), meter))
    watch = ServerWatch(*options.soap_bases())
    runner = generator.environment.create_local_runner()
    if options.ui_port is not None:
        show_locust(generator, this, options.ui_port)
    gevent.signal_handler(signal.SIGINT, lambda: this.stop("interrupted"))
    gevent.signal_handler(signal.SIGTERM, lambda: this.stop("interrupted"))
    meter.begin()
    moment = generator.course.at(0.0)
    assert moment is not None  # noqa: S101 - never so: for the type checker
    this.enter(0.0, moment.stage, stand)
    runner.start(options.profile.users, spawn_rate=options.profile.users)
    if options.profile.workload == "open":
        gevent.spawn(generator.arrive)
    with Live(options, this.summary) as live, inspecting(options, stand, meter):
        _loop(options, this, stand, generator, watch=watch, live=live)
        generator.over = True
        deadline = time.monotonic() + (0.0 if this.stopped else DRAIN_S)
        while not generator.idle and time.monotonic() < deadline and not this.stopped:
            gevent.sleep(TICK_S)
            meter.tick(stage=this.stage, backlog=generator.due.qsize())
    gevent.spawn(runner.quit).join(timeout=DRAIN_S)
    meter.tick(stage=this.stage, backlog=generator.due.qsize())
    finish(this, stand, meter.now(), meter.samples, unserved=generator.due.qsize())
    keep_locust_page(generator.environment, this)
    if this.full is not None:
        why = this.full.text
        sys.stderr.write(
            Text(f"Erreur : {why.fr}\n", f"Error: {why.en}\n")["en" if options.lang == "en" else "fr"]
        )
        return EXIT_DISK
    return 0


def _loop(
    options: LoadOptions, this: Run, stand: Stands, generator: Generator, *, watch: ServerWatch, live: Live
) -> None:
    """Tick until the course is over or something ends it."""
    meter = generator.meter
    watchman = Watchman(this, stand)
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
        watchman.look(meter.now(), meter.unreached)
        live.show(meter.now(), generator.due.qsize())


if __name__ == "__main__":
    # Its remarks are for those who write locust files.
    logging.getLogger("locust").setLevel(logging.ERROR)
    sys.exit(run(LoadOptions.from_json(sys.stdin.read())))
