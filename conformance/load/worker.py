"""The process that generates the load: ``python -m conformance.load.worker OPTIONS``.

A process of its own, because Locust replaces the standard library's sockets by gevent's at import.
"""

from __future__ import annotations

# Locust must come first: it patches the standard library.
from locust import FastHttpUser, constant_throughput, events, task  # isort: skip
from locust.env import Environment  # isort: skip

import signal
import sys
import time
from random import Random
from typing import TYPE_CHECKING, Any, Final

import gevent
from rich.console import Console
from rich.table import Table

from conformance.load.expected import Lookups, wrong_with
from conformance.load.message import HEADERS, search_request
from conformance.load.options import LoadOptions
from simulator.client import BenchClient, BenchClientError

if TYPE_CHECKING:
    from simulator.registry.person import Person

EXIT_WRONG: Final = 1
EXIT_SETUP: Final = 2
EXIT_INTERRUPTED: Final = 130
SHOWN: Final = 10
"""How many wrong answers are printed in full."""

_PAGE: Final = 1000

SESSION_TTL_S: Final = 3600.0
"""When the load test is killed, its session is gone this long after its last call."""


class Findings:
    """What the users found out, shared by all of them in this process."""

    def __init__(self) -> None:
        self.wrong: list[str] = []
        self.errors: list[str] = []


def run(options: LoadOptions) -> int:
    """Run the load and return the exit code."""
    console = Console(highlight=False, soft_wrap=True)
    try:
        with BenchClient(options.url, token=options.token) as client:
            people = _people(client)
            lost = client.health()["lost_exchanges"]
            session = client.create_session(name="banc load", ttl=SESSION_TTL_S)
            try:
                findings, environment, interrupted = _generate(options, session.soap_url, people)
            finally:
                session.delete()
            health = client.health()
    except (BenchClientError, ValueError) as error:
        Console(stderr=True).print(f"Error: {error}", markup=False)
        return EXIT_SETUP
    journal = (health["journal"]["mode"], health["lost_exchanges"] - lost)
    return _report(console, options, environment, findings, journal, interrupted=interrupted)


def _people(client: BenchClient) -> list[Person]:
    session = client.session()
    people: list[Person] = []
    while True:
        page = session.people(limit=_PAGE, offset=len(people))
        people.extend(page)
        if len(page) < _PAGE:
            return people


def _generate(
    options: LoadOptions, soap_url: str, people: list[Person]
) -> tuple[Findings, Environment, bool]:
    findings = Findings()
    lookups = Lookups(people, Random(options.seed))  # noqa: S311 - a choice of test data, not a secret
    path = soap_url.removeprefix(options.url)

    class Counter(FastHttpUser):
        """Somebody at the counter of a pharmacy who looks patients up."""

        host = options.url
        if options.rate is not None:
            wait_time = constant_throughput(options.rate / options.users)

        @task
        def look_up(self) -> None:
            lookup = lookups.draw()
            with self.client.post(
                path,
                data=search_request(lookup),
                headers=HEADERS,
                name="recherche par traits",
                catch_response=True,
            ) as response:
                if response.status_code != 200:  # noqa: PLR2004 - HTTP
                    findings.errors.append(
                        f"{lookup}: HTTP {response.status_code} {response.error or ''}".strip()
                    )
                    response.failure(f"HTTP {response.status_code}")
                    return
                problem = wrong_with(lookup, response.content)
                if problem is None:
                    response.success()
                else:
                    findings.wrong.append(problem)
                    response.failure("wrong answer")

    environment = Environment(user_classes=[Counter], events=events)
    runner = environment.create_local_runner()
    stopped: list[int] = []
    gevent.signal_handler(signal.SIGINT, lambda: stopped.append(1))
    runner.start(options.users, spawn_rate=options.users)
    _wait(options, environment, stopped)
    runner.quit()
    return findings, environment, bool(stopped)


def _wait(options: LoadOptions, environment: Environment, stopped: list[int]) -> None:
    """Let the users work, showing how far they are."""
    deadline = time.monotonic() + options.duration
    terminal = sys.stderr.isatty()
    while (left := deadline - time.monotonic()) > 0 and not stopped:
        gevent.sleep(min(left, 0.5))
        if terminal:
            total = environment.stats.total
            sys.stderr.write(f"\r{left:5.0f} s   {total.num_requests} calls   {total.current_rps:.0f}/s   ")
            sys.stderr.flush()
    if terminal:
        sys.stderr.write("\r" + " " * 60 + "\r")


def _report(
    console: Console,
    options: LoadOptions,
    environment: Environment,
    findings: Findings,
    journal: tuple[str, int],
    *,
    interrupted: bool,
) -> int:
    """Print what was measured; ``journal``: its mode, and how many exchanges it could not keep meanwhile."""
    total: Any = environment.stats.total
    french = options.lang == "fr"
    mode, lost = journal
    if not total.num_requests:
        Console(stderr=True).print("Error: no call was made; give a longer --duration", markup=False)
        return EXIT_SETUP
    seconds = max((total.last_request_timestamp or 0) - total.start_time, 0.001)
    rows = (
        ("appels" if french else "calls", str(total.num_requests)),
        ("débit" if french else "rate", f"{total.num_requests / seconds:.0f}/s"),
        *((f"p{rank}", f"{total.get_response_time_percentile(rank / 100):.0f} ms") for rank in (50, 95, 99)),
        ("erreurs" if french else "errors", str(len(findings.errors))),
        ("réponses fausses" if french else "wrong answers", str(len(findings.wrong))),
        (f"perdus par le journal ({mode})" if french else f"lost by the journal ({mode})", str(lost)),
    )
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column()
    table.add_column(justify="right")
    for row in rows:
        table.add_row(*row)
    console.print(table)
    for title, found in (("wrong", findings.wrong), ("error", findings.errors)):
        for line in found[:SHOWN]:
            console.print(f"{title}: {line}", markup=False)
        if len(found) > SHOWN:
            console.print(f"… {len(found) - SHOWN} more")
    if findings.wrong or findings.errors:
        return EXIT_WRONG
    return EXIT_INTERRUPTED if interrupted else 0


if __name__ == "__main__":
    sys.exit(run(LoadOptions.from_json(sys.argv[1])))
