"""Locust's own page beside a run: it shows the run as it goes, and lets users go and come back.

Stopping there sends the users away: nobody comes to the counter meanwhile, and the time of the run goes on. Starting again
there brings back as many as are asked for. Both are told in the record. Imported only where Locust is (it replaces the
standard library's sockets).
"""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Any, Final

from conformance.load.stand import StandError
from simulator.text import Text

if TYPE_CHECKING:
    from conformance.load.calling.generator import Generator
    from conformance.load.run import Run

HOST: Final = "127.0.0.1"


def check_port(port: int) -> None:
    """See whether the page can be served.

    Raises:
        StandError: the port is taken, or may not be used.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            why = error.strerror or str(error)
            raise StandError(
                Text(
                    f"--ui {port} : la page ne peut pas être servie sur {HOST}:{port} ({why}) ; donnez un autre port : --ui PORT",
                    f"--ui {port}: the page cannot be served on {HOST}:{port} ({why}); give another port: --ui PORT",
                )
            ) from error


def show_locust(generator: Generator, this: Run, port: int) -> None:
    """Serve Locust's page on loopback, let it know of every call, and take its orders."""
    environment = generator.environment
    stats = environment.stats

    def listen(operation: str, latency: float, code: str | None) -> None:
        stats.log_request("SOAP", operation, round(latency * 1000), 0)
        if code is not None:
            stats.log_error("SOAP", operation, code)

    def told(what: str, *, paused: bool) -> None:
        if not generator.over and generator.paused != paused:
            generator.paused = paused
            this.emit({"kind": "event", "t": round(generator.meter.now(), 4), "what": what})

    def stopped(**_: Any) -> None:
        told("ui-stopped", paused=True)

    def started(**_: Any) -> None:
        told("ui-started", paused=False)

    generator.meter.listen = listen
    environment.host = generator.options.soap_base or generator.options.url
    environment.events.test_stop.add_listener(stopped)  # type: ignore[no-untyped-call] # theirs
    environment.events.test_start.add_listener(started)  # type: ignore[no-untyped-call] # theirs
    environment.create_web_ui(HOST, port)
